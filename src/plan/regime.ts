// Where a team stands in the theory: amplification against shared errors, lossy messages and growth with compute.

import type { Calibration } from "../calibrate/calibration.ts";
import { combineIntervals, logScale, type Scale } from "../calibrate/estimators/combine-intervals.ts";
import { clampPositive, clampShare } from "../calibrate/estimators/estimate.ts";
import { jackknifeInterval, taskRows } from "../calibrate/estimators/resample.ts";
import { betaOf, calibratedRegime } from "../calibrate/regime.ts";
import { memberName } from "../organizations/cast.ts";
import { formOf, type Team } from "../organizations/team.ts";
import { criticalCorrelation, criticalFidelity } from "../theory/critical.ts";
import { subsetMajorityAccuracy } from "../theory/difficulty.ts";
import { fixedPoint } from "../theory/fixed-point.ts";
import { type Interval, isMeasured, type Measured, type NotMeasured } from "../theory/interval.ts";
import { amplification, organizationExponent } from "../theory/level-map.ts";
import { poissonBinomial, unequalMajorityBias } from "../theory/majority.ts";
import { mixingDepthApproximate } from "../theory/tree.ts";
import { type Candidate, callsMaxOf } from "./candidates.ts";
import type { Regime, Thresholds } from "./plan-types.ts";
import { usualReader, windowOf } from "./reader-window.ts";
import type { PlanRoster, RosterAgent } from "./roster.ts";

/** The votes that one node reads or that code counts. */
export interface Node {
  /** Text of the team that it belongs to. */
  readonly team?: string;
  /** Odd. */
  readonly fanIn: number;
  /** Where an agent reads: length of the messages, and the column whose answers they carry. Absent: code counts. */
  readonly messages?: { readonly tokens: number; readonly leaf: string };
  /** One agent that is asked `fanIn` times, or as many agents. */
  readonly voters: readonly Voter[];
}

/** Its mean grade on each task that all voters answered. */
export type Voter = Pick<RosterAgent, "name" | "column" | "right">;

/** The votes of a team that the regime describes: of these readers, else of votes that code counts. */
export function nodeOf(candidate: Candidate | undefined, team: Team | null, { agents }: PlanRoster): Node | null {
  if (team) {
    const leaf = memberName(team.cast[0]!.members[0]!);
    const { fanIn, messageTokens } = formOf(team).layers!(team)[0]!;
    const voters = agents.filter(({ name }) => name === leaf);
    return { team: team.text, fanIn, messages: { tokens: messageTokens!, leaf }, voters };
  }
  const odd = (count: number) => (count % 2 === 0 ? count - 1 : count);
  if (candidate?.vote) {
    const agent = agents[candidate.members[0]!]!;
    const fanIn = odd(Math.min(callsMaxOf(candidate.team), agent.calibration.samples));
    return fanIn < 3 ? null : { team: candidate.team.text, fanIn, voters: [agent] };
  }
  if (candidate && candidate.members.length >= 3) {
    const fanIn = odd(candidate.members.length);
    return { team: candidate.team.text, fanIn, voters: candidate.members.slice(0, fanIn).map((i) => agents[i]!) };
  }
  return agents.length < 3 ? null : { fanIn: 3, voters: agents.slice(0, 3) };
}

/**
 * Regime and thresholds at one node, every number an interval or the probe that would measure it. ρ at this fan-in comes
 * from b-wise votes (§3.3), its interval leaves out one task at a time; what follows from several quantities combines
 * their intervals (square-and-add). A tree of readers refreshes what is shared within a node, so its α takes ρ_within;
 * in one counted vote all dependence counts, so its α takes the ρ of b-wise votes and γ = 1.
 */
export function regimeOf(
  node: Node | null,
  calibration: Calibration,
  { tasks }: Pick<PlanRoster, "tasks">,
  confidence: number,
): { readonly regime: Regime; readonly thresholds: Thresholds } {
  const { rhoWithin, rhoTask, rhoTotal, fidelity } = calibration;
  const fanIn = node?.fanIn ?? 3;
  const [rhoEffective, bias] = node ? voteDependence(node, tasks, confidence) : [noVote, noVote];
  const read = node?.messages
    ? calibratedRegime(calibration, {
        ...{ fanIn, messageTokens: node.messages.tokens, leaf: node.messages.leaf },
        promptTokens: windowOf(usualReader(calibration)).promptTokens,
      })
    : null;
  const gamma: Measured = read ? read.fidelity : { value: 1, low: 1, high: 1, confidence };
  const rho = read ? rhoWithin : rhoEffective;
  const counted = read ?? countedRegime(fanIn, rhoEffective, bias);
  const unread = isMeasured<object>(fidelity) ? nothingToRead : fidelity;
  return {
    regime: {
      ...(node?.team !== undefined && { team: node.team }),
      ...(node && { voters: node.voters.map(({ name }) => name) }),
      fanIn,
      ...(node?.messages && { messageTokens: node.messages.tokens }),
      gamma,
      alpha: counted.alpha,
      organizationExponent: counted.organizationExponent,
      beta: betaOf(node?.voters[0]?.column.agent, calibration),
      rhoWithin,
      rhoTask,
      rhoTotal,
      rhoEffective,
      fixedPoint: counted.fixedPoint,
      mixingDepth: counted.mixingDepth,
    },
    thresholds: {
      firstTeamTokens: read ? finiteBudget(read.firstTeamTokens) : unread,
      secondLayerTokens: read ? finiteBudget(read.secondLayerTokens) : unread,
      lastTeamTokens: read?.lastTeamTokens ?? unread,
      shortestMessageTokens: read?.shortestMessageTokens ?? unread,
      optimalLeafTokens: read ? finiteBudget(read.optimalLeafTokens) : unread,
      criticalRho: isMeasured(gamma) ? criticalRhoAt(gamma, fanIn) : gamma,
      criticalGamma: isMeasured(rho)
        ? combineIntervals([rho], (r) => criticalFidelity(fanIn, clampShare(r)), logScale)
        : rho,
    },
  };
}

export const noVote: NotMeasured = {
  notMeasured: "no vote of three answers to one task can be made of what was recorded",
  probe: "record three agents on the same tasks, or three samples of one",
};

export const nothingToRead: NotMeasured = {
  notMeasured: "at this budget no team of readers was priced",
  probe: "plan a budget in tokens or calls that pays for a star of three",
};

/** Votes that code counts: γ = 1, and all dependence of the votes is taken for shared votes. */
function countedRegime(fanIn: number, rho: Measured, bias: Measured) {
  const node = (r: number) => ({ fanIn, fidelity: 1, rho: clampShare(r) });
  const follow = (of: (rho: number) => number, scale?: Scale) =>
    isMeasured(rho) ? combineIntervals([rho], of, scale) : rho;
  return {
    alpha: follow((r) => amplification(node(r)), logScale),
    organizationExponent: follow((r) => organizationExponent(node(r))),
    fixedPoint: follow((r) => fixedPoint(node(r))),
    mixingDepth:
      isMeasured(rho) && isMeasured(bias)
        ? depth(rho, bias, (r, mu) => mixingDepthApproximate(clampPositive(mu), node(r)))
        : isMeasured(rho)
          ? bias
          : rho,
  };
}

/** Deeper than any tree that could be paid for: as good as never. */
const depthMax = 1e6;

function depth(rho: Interval, bias: Interval, of: (rho: number, bias: number) => number): Measured {
  const found = combineIntervals([rho, bias], of, logScale);
  if (found.value < depthMax) return found;
  return {
    notMeasured: "no depth settles: the votes repeat each other",
    probe: "record agents that err on different tasks",
  };
}

/** Infinite where s ≤ β: no budget, which is not a number. */
export function finiteBudget(budget: Measured, because = "s does not exceed β"): Measured {
  if (!isMeasured(budget) || Number.isFinite(budget.value)) return budget;
  return {
    notMeasured: `no budget: ${because}, so one agent makes more of every budget than a team of readers`,
    probe:
      "longer messages and less alike agents speak for teams; more compute levels tell the agent's growth more exactly",
  };
}

function criticalRhoAt(gamma: Interval, fanIn: number): Measured {
  const of = (g: number) => criticalCorrelation(fanIn, clampPositive(g)) ?? Number.NaN;
  const { value, low, high, confidence } = gamma;
  if (Number.isNaN(of(value)))
    return {
      notMeasured: `none: at γ = ${value.toFixed(2)} messages alone lose the signal`,
      probe: "measure longer messages",
    };
  return { value: of(value), low: Number.isNaN(of(low)) ? 0 : of(low), high: of(high), confidence };
}

/**
 * ρ that the paper's map needs to turn the voters' biases into the observed bias of their majority, and their mean bias:
 * ρ_eff = (independent − observed)/(independent − mean bias), `independent` for voters of these, maybe unequal, biases.
 */
function voteDependence(
  { fanIn, voters }: Node,
  tasks: Uint32Array,
  confidence: number,
): readonly [Measured, Measured] {
  const [only] = voters;
  const rows = [...tasks].flatMap((task, t) => {
    const right = voters.map((voter) => voter.right[t]!);
    if (voters.length > 1)
      return [[1, poissonBinomial(right).reduce((sum, p, k) => (2 * k > fanIn ? sum + p : sum), 0), ...right]];
    const samples = only!.column.start[task + 1]! - only!.column.start[task]!;
    if (samples < fanIn) return [];
    return [[1, subsetMajorityAccuracy(samples, Math.round(right[0]! * samples), fanIn), ...right]];
  });
  if (rows.length < 2) return [noVote, noVote];
  const [rho, bias] = jackknifeInterval(
    taskRows(rows),
    ([count, vote, ...rights]) => {
      const biases = rights.map((right) => clipBias((2 * right) / count! - 1));
      const center = biases.reduce((sum, value) => sum + value, 0) / biases.length;
      const independent = unequalMajorityBias(biases.length > 1 ? biases : new Array<number>(fanIn).fill(biases[0]!));
      const room = independent - center;
      const observed = (2 * vote!) / count! - 1;
      return [Math.abs(room) < 1e-6 ? Number.NaN : (independent - observed) / room, center];
    },
    confidence,
  );
  return [
    Number.isNaN(rho!.standardError) || Number.isNaN(rho!.value)
      ? {
          notMeasured: "at this accuracy every ρ gives the same vote",
          probe: "record tasks that are neither all easy nor coin flips",
        }
      : plain(rho!),
    plain(bias!),
  ];
}

const plain = ({ value, low, high, confidence }: Interval): Interval => ({ value, low, high, confidence });
const clipBias = (bias: number) => Math.max(-1, Math.min(1, bias));
