// Where a team of numbers stands in the continuous theory (§7): what averaging takes away and what it cannot, whether a
// team grows faster than one agent, and how far away the answer turns.

import type { AgentEstimates, Calibration, ChannelNoise, EstimateCalibration } from "../calibrate/calibration.ts";
import { channelVarianceAt, taskErrors } from "../calibrate/estimates.ts";
import { combineIntervals, logScale } from "../calibrate/estimators/combine-intervals.ts";
import { clampShare } from "../calibrate/estimators/estimate.ts";
import { jackknifeInterval, taskRows } from "../calibrate/estimators/resample.ts";
import { combine, thresholdScale } from "../calibrate/regime.ts";
import { memberName } from "../organizations/cast.ts";
import { formOf, type Team } from "../organizations/team.ts";
import {
  communicationCost,
  communicationCostPerLeaf,
  depthSwitchBudget,
  type MessagePrices,
  optimalLeafCompute,
  optimalLeafCount,
  teamThreshold,
} from "../theory/budget.ts";
import { type Interval, isMeasured, type Measured, type NotMeasured } from "../theory/interval.ts";
import { bisect } from "../theory/optimize.ts";
import { treeContraction, treeRiskExponent, treeRiskFloor, treeRiskMixingDepth } from "../theory/squared-error.ts";
import { mover, told, untold, windowLine } from "./boundaries.ts";
import { callsMaxOf } from "./candidates.ts";
import type { Offer } from "./market.ts";
import type { Boundary, Budget, Plan, Regime, RiskRegime } from "./plan-types.ts";
import { usualReader, windowOf } from "./reader-window.ts";
import { finiteBudget, type Node, nothingToRead } from "./regime.ts";
import type { PlanRoster } from "./roster.ts";

/** The mixing depth is told to 10 % above the floor. */
const mixed = 0.1;

/**
 * The numbers that one node averages: those of these readers, else of the team of several, else of one agent repeated.
 *
 * @param reader  a team in layers
 */
function nodeOf(offer: Offer | undefined, reader: Team | null, { agents }: PlanRoster): Node | null {
  const layers = reader && formOf(reader).layers?.(reader);
  if (reader && layers) {
    const leaf = memberName(reader.cast[0]!.members[0]!);
    const { fanIn, messageTokens } = layers[0]!;
    const messages = { tokens: messageTokens!, leaf };
    return { team: reader.text, fanIn, messages, voters: agents.filter(({ name }) => name === leaf) };
  }
  if (!offer) return agents.length < 2 ? null : { fanIn: Math.min(3, agents.length), voters: agents.slice(0, 3) };
  const voters = offer.members.map((i) => agents[i]!);
  return { team: offer.team.text, fanIn: voters.length > 1 ? voters.length : callsMaxOf(offer.team), voters };
}

/** Of the best team of readers, else of the offer. */
export function riskTheory(
  offer: Offer | undefined,
  reader: Team | null,
  calibration: Calibration,
  roster: PlanRoster,
  options: { readonly budget: Budget; readonly confidence: number },
): RiskTheory {
  return riskTheoryAt(nodeOf(offer, reader, roster), calibration, roster, options);
}

type RiskTheory = Pick<Plan, "regime" | "thresholds" | "boundaries">;

/**
 * Regime, thresholds and lines of the node. Where agents read, what a node can average is the part of the risk that answers
 * to a task do not share, and ρ is ρ_within of it; where code takes the mean, it is all of the risk, and ρ is E[e e′]/E[e²].
 * Thresholds are those of votes (§5.2) with t in place of s and η in place of β: they hold while σ² is small against v.
 */
export function riskTheoryAt(
  node: Node | null,
  calibration: Calibration,
  { tasks }: Pick<PlanRoster, "tasks">,
  { budget, confidence }: { readonly budget: Budget; readonly confidence: number },
): RiskTheory {
  const fanIn = node?.fanIn ?? 3;
  const parts = node ? partsOf(node, calibration, tasks, confidence) : unknownParts;
  const { rho, averaged, channelVariance } = parts;
  const growth = growthOf(node, calibration);
  const contraction = combine([rho], (r) => treeContraction(fanIn, clampShare(r)), logScale);
  const exponent = combine([rho], (r) => treeRiskExponent(fanIn, clampShare(r)));
  const floorOf = (noise: number, r: number) => treeRiskFloor(fanIn, { rho: noSingular(r), channelVariance: noise });
  const riskFloor = combine([channelVariance, rho, parts.commonRisk], (noise, r, common) =>
    Math.max(0, (node?.messages ? common : r * averagedValue(averaged)) + floorOf(Math.max(0, noise), r)),
  );
  const thresholds = node?.messages
    ? readThresholds(node, node.messages.tokens, parts, { ...growth, riskFloor }, calibration)
    : nothingRead;
  const risk: RiskRegime = {
    leafRisk: parts.leafRisk,
    commonRisk: parts.commonRisk,
    channelVariance,
    contraction,
    exponent,
    riskExponent: growth.exponent,
    riskFloor,
    bestLeaves: bestLeaves(node, rho, growth.exponent, budget, pricesIn(calibration)),
  };
  const regime: Regime = {
    ...(node?.team !== undefined && { team: node.team }),
    ...(node && { voters: node.voters.map(({ name }) => name) }),
    fanIn,
    ...(node?.messages && { messageTokens: node.messages.tokens }),
    gamma: ofVotes("a fidelity", "channelVariance"),
    alpha: ofVotes("an amplification", "contraction"),
    organizationExponent: ofVotes("an exponent s", "exponent"),
    beta: ofVotes("an exponent β", "riskExponent"),
    fixedPoint: ofVotes("a fixed point", "riskFloor"),
    rhoEffective: parts.rhoTask,
    rhoWithin: parts.rhoWithin,
    rhoTask: parts.rhoTask,
    rhoTotal: combine([parts.rhoTask, parts.rhoWithin], (task, within) => 1 - (1 - task) * (1 - within)),
    mixingDepth: node?.messages
      ? mixingDepthOf(fanIn, averaged, channelVariance, rho)
      : { notMeasured: "code takes the mean of all numbers at once", probe: nothingToRead.probe },
    risk,
  };
  return {
    regime,
    thresholds: {
      ...thresholds,
      criticalRho: combine([channelVariance, averaged], (noise, own) =>
        Math.max(0, 1 - Math.max(0, noise) / ((fanIn - 1) * own)),
      ),
      criticalGamma: ofVotes("a fidelity", "channelVariance"),
    },
    boundaries: [
      amplificationLine(fanIn, parts, calibration),
      exponentLine(fanIn, rho, growth.exponent, calibration),
      windowLine(node, calibration),
    ].map((boundary) => ({ ...boundary, metric: "squared-error" })),
  };
}

const noSingular = (rho: number) => Math.min(1 - 1e-9, clampShare(rho));
const averagedValue = (averaged: Measured) => (isMeasured(averaged) ? averaged.value : 0);

function ofVotes(what: string, field: keyof RiskRegime): NotMeasured {
  return {
    notMeasured: `votes have ${what}; what stands for it in squared error is \`risk.${field}\``,
    probe: "plan in accuracy",
  };
}

// ── what is averaged ───────────────────────────────────────────────────────────────────────────────────────────────

interface Parts {
  readonly leafRisk: Measured;
  readonly commonRisk: Measured;
  /** The part of the risk that a node averages, and what its messages share of it. */
  readonly averaged: Measured;
  readonly rho: Measured;
  readonly channelVariance: Measured;
  /** Shared by isolated answers to a task, and by those of one context beyond that. */
  readonly rhoTask: Measured;
  readonly rhoWithin: Measured;
}

const noNumbers: NotMeasured = {
  notMeasured: "no mean of two numbers can be made of what was recorded",
  probe: "record two agents on the same tasks, or two samples of one",
};
const unknownParts: Parts = {
  ...{ leafRisk: noNumbers, commonRisk: noNumbers, averaged: noNumbers, rho: noNumbers },
  ...{ channelVariance: noNumbers, rhoTask: noNumbers, rhoWithin: noNumbers },
};

function partsOf({ voters, messages }: Node, calibration: Calibration, tasks: Uint32Array, confidence: number): Parts {
  const estimates = calibration.estimates as EstimateCalibration;
  const exactly: Interval = { value: 0, low: 0, high: 0, confidence };
  if (voters.length > 1) {
    const [leafRisk, commonRisk, rho] = panelParts(
      voters.map(({ name }) => name),
      calibration,
      tasks,
      confidence,
    );
    const rhoWithin: NotMeasured = {
      notMeasured: "agents that differ share no context",
      probe: "plan one agent asked several times",
    };
    return { leafRisk, commonRisk, averaged: leafRisk, rho, channelVariance: exactly, rhoTask: rho, rhoWithin };
  }
  const agent: AgentEstimates = estimates.agents.find(({ name }) => name === voters[0]!.name)!;
  const { risk: leafRisk, commonRisk, ownRisk, rho: rhoTask, rhoWithin } = agent;
  const shared = { leafRisk, commonRisk, rhoTask, rhoWithin };
  return messages
    ? {
        ...shared,
        averaged: ownRisk,
        // As everywhere: samples that never shared a context share the task, and nothing else.
        rho: isMeasured(rhoWithin) ? rhoWithin : { ...exactly },
        channelVariance: channelVarianceAt(estimates.channel, messages.tokens),
      }
    : { ...shared, averaged: leafRisk, rho: rhoTask, channelVariance: exactly };
}

/** Mean risk of the members, mean product of the errors of two, and their ratio. */
function panelParts(
  names: readonly string[],
  { table }: Calibration,
  tasks: Uint32Array,
  confidence: number,
): readonly [Measured, Measured, Measured] {
  const errors = names.map((name) => taskErrors(table, name, tasks, names));
  const n = names.length;
  const rows = [...tasks.keys()].flatMap((t) => {
    const risk = errors.reduce((sum, one) => sum + one.risk[t]!, 0) / n;
    const sum = errors.reduce((total, { bias }) => total + bias[t]!, 0);
    const squares = errors.reduce((total, { bias }) => total + bias[t]! ** 2, 0);
    return Number.isNaN(risk) ? [] : [[1, risk, (sum * sum - squares) / (n * (n - 1))]];
  });
  if (rows.length < 2) return [noNumbers, noNumbers, noNumbers];
  const found = jackknifeInterval(
    taskRows(rows),
    ([count, risk, common]) => [risk! / count!, common! / count!, common! / risk!],
    confidence,
  );
  return found.map(({ standardError, ...interval }) =>
    Number.isNaN(standardError) ? { notMeasured: "every number is right", probe: "record harder tasks" } : interval,
  ) as unknown as readonly [Measured, Measured, Measured];
}

// ── compute ────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Growth {
  /** A and η of v(x) = A x^(−η). */
  readonly scale: Measured;
  readonly exponent: Measured;
}

/** Of the leaf where its levels are recorded, else of the agent whose η is known best. */
function growthOf(node: Node | null, { estimates }: Calibration): Growth {
  const { riskCurves } = estimates as EstimateCalibration;
  const own = riskCurves.find(({ agent }) => agent === node?.voters[0]?.column.agent);
  const width = ({ exponent }: (typeof riskCurves)[number]) => exponent.high - exponent.low;
  const curve = own ?? riskCurves.toSorted((a, b) => width(a) - width(b))[0];
  if (curve) return curve;
  const missing: NotMeasured = {
    notMeasured: "no agent gave numbers at two or more compute levels",
    probe: "record the same tasks at levels 1×, 2×, 4×, … of one agent's compute, in the field `level`",
  };
  return { scale: missing, exponent: missing };
}

const nothingRead: Omit<Plan["thresholds"], "criticalRho" | "criticalGamma"> = {
  firstTeamTokens: nothingToRead,
  secondLayerTokens: nothingToRead,
  lastTeamTokens: nothingToRead,
  shortestMessageTokens: nothingToRead,
  optimalLeafTokens: nothingToRead,
};

const positive = (exponent: number) => Math.max(1e-9, exponent);

function readThresholds(
  { fanIn }: Node,
  messageTokens: number,
  { rho, averaged }: Parts,
  { scale, exponent, riskFloor }: Growth & { readonly riskFloor: Measured },
  calibration: Calibration,
): typeof nothingRead {
  const prices = pricesIn(calibration);
  const communication = (layers: number) => communicationCost(fanIn, layers, messageTokens, prices);
  const signal = (r: number, growth: number) => ({
    ...{ fanIn, alpha: 1 / treeContraction(fanIn, clampShare(r)), beta: positive(growth) },
  });
  const budget = (of: (r: number, growth: number) => number) =>
    finiteBudget(combine([rho, exponent], of, thresholdScale), "t does not exceed η");
  return {
    firstTeamTokens: budget((r, growth) => teamThreshold(1, signal(r, growth), communication(1))),
    secondLayerTokens: budget((r, growth) => depthSwitchBudget(signal(r, growth), communication(1), communication(2))),
    lastTeamTokens: combine(
      [scale, exponent, riskFloor],
      (a, growth, floor) => (a / Math.max(1e-300, floor)) ** (1 / positive(growth)),
      logScale,
    ),
    shortestMessageTokens: shortestMessage(fanIn, rho, averaged, calibration),
    optimalLeafTokens: budget((r, growth) => optimalLeafCompute(trade(fanIn, messageTokens, r, growth, prices))),
  };
}

/** Whoever reads messages reads the task as well. */
function pricesIn(calibration: Calibration): MessagePrices {
  return { overhead: windowOf(usualReader(calibration)).promptTokens };
}

function trade(fanIn: number, messageTokens: number, rho: number, growth: number, prices: MessagePrices) {
  return {
    exponent: treeRiskExponent(fanIn, clampShare(rho)),
    beta: positive(growth),
    costPerLeaf: communicationCostPerLeaf(fanIn, messageTokens, prices),
  };
}

/** m at which σ²(m) = (b − 1)(1 − ρ) v: a node takes away as much as its messages bring in. */
function shortestMessage(fanIn: number, rho: Measured, averaged: Measured, { estimates }: Calibration): Measured {
  const { channel } = estimates as EstimateCalibration;
  if (!isMeasured<ChannelNoise>(channel)) return channel;
  const { points } = channel;
  const [first, last] = [points[0]!, points.at(-1)!];
  const limit = combine([rho, averaged], (r, own) => (fanIn - 1) * (1 - clampShare(r)) * own);
  if (!isMeasured(limit)) return limit;
  const lengthOf = (bound: number) => {
    const excess = (logarithm: number) => {
      const noise = channelVarianceAt(channel, Math.max(first.messageTokens, Math.exp(logarithm)));
      return bound - (isMeasured(noise) ? noise.value : Number.POSITIVE_INFINITY);
    };
    const [low, high] = [Math.log(first.messageTokens), Math.log(last.messageTokens)];
    if (excess(high) < 0) return Number.POSITIVE_INFINITY;
    return excess(low) >= 0 ? first.messageTokens : Math.exp(bisect(excess, low, high, 1e-9));
  };
  const [value, low, high] = [limit.value, limit.high, limit.low].map(lengthOf) as [number, number, number];
  if (value === first.messageTokens)
    return {
      notMeasured: `even the shortest messages that were probed (${first.messageTokens} tokens) bring in less than a node takes away`,
      probe: "relay numbers in shorter messages",
    };
  if (!Number.isFinite(value))
    return {
      notMeasured: `no message length that was probed is exact enough for a node of ${fanIn}`,
      probe: "relay numbers in longer messages",
    };
  return { value, low, high, confidence: limit.confidence };
}

function bestLeaves(
  node: Node | null,
  rho: Measured,
  growth: Measured,
  { unit, amount }: Budget,
  prices: MessagePrices,
): Measured {
  if (!node?.messages) return nothingToRead;
  if (unit !== "tokens")
    return { notMeasured: "the theory's compute is in tokens, the budget is not", probe: "plan a budget in tokens" };
  const { fanIn, messages } = node;
  return combine(
    [rho, growth],
    (r, eta) => Math.max(1, optimalLeafCount(amount, trade(fanIn, messages.tokens, r, eta, prices))),
    logScale,
  );
}

function mixingDepthOf(fanIn: number, averaged: Measured, channelVariance: Measured, rho: Measured): Measured {
  const depth = (own: number, noise: number, r: number) =>
    treeRiskMixingDepth(Math.max(0, own), fanIn, { rho: noSingular(r), channelVariance: Math.max(0, noise) }, mixed) ??
    Number.POSITIVE_INFINITY;
  const found = combine([averaged, channelVariance, rho], depth);
  return !isMeasured(found) || Number.isFinite(found.value)
    ? found
    : { notMeasured: "no depth settles: messages lose nothing", probe: "relay numbers in shorter messages" };
}

// ── lines ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** −ln(v₁/v): whether a layer of such nodes lowers what it averages, v₁ = q v + σ²/b. */
function amplificationLine(fanIn: number, parts: Parts, calibration: Calibration): Boundary {
  const { rho, averaged, channelVariance } = parts;
  if (!isMeasured(rho)) return untold("amplification", rho);
  if (!isMeasured(averaged)) return untold("amplification", averaged);
  if (!isMeasured(channelVariance)) return untold("amplification", channelVariance);
  const distance = combineIntervals(
    [rho, averaged, channelVariance],
    (r, own, noise) =>
      -Math.log(treeContraction(fanIn, clampShare(r)) + Math.max(0, noise) / (fanIn * Math.max(1e-300, own))),
  );
  const move = mover(distance.value > 0, "a layer stops lowering the error");
  const critical = 1 - Math.max(0, channelVariance.value) / ((fanIn - 1) * averaged.value);
  return told({
    code: "amplification",
    distance,
    tasks: calibration.tasks.length,
    onLine: "single",
    crossings: [
      move(
        "rho",
        "ρ",
        rho,
        critical >= 0 ? critical : null,
        "no ρ: messages alone bring in more than a node takes away",
      ),
    ],
  });
}

/** t − η. */
function exponentLine(fanIn: number, rho: Measured, growth: Measured, calibration: Calibration): Boundary {
  if (!isMeasured(rho)) return untold("exponent", rho);
  if (!isMeasured(growth)) return untold("exponent", growth);
  const distance = combineIntervals([rho, growth], (r, eta) => treeRiskExponent(fanIn, clampShare(r)) - eta);
  const move = mover(distance.value > 0, "one agent grows as fast");
  const rhoNeeded = (fanIn ** (1 - growth.value) - 1) / (fanIn - 1); // t = η
  return told({
    code: "exponent",
    distance,
    tasks: calibration.tasks.length,
    onLine: "single",
    crossings: [
      move("beta", "η", growth, treeRiskExponent(fanIn, clampShare(rho.value)), ""),
      move("rho", "ρ", rho, rhoNeeded >= 0 && rhoNeeded <= 1 ? rhoNeeded : null, "no ρ reaches t = η"),
    ],
  });
}
