// Where a team stands in the theory: amplification against shared errors, lossy messages and growth with compute. Every
// number is an interval (percentiles over resampled tasks or over draws of what was measured) or names its probe.

import type { Calibration, FidelityCalibration } from "../calibrate/calibration.ts";
import { memberName } from "../organizations/cast.ts";
import { formOf } from "../organizations/team.ts";
import { communicationCost, teamThreshold } from "../theory/budget.ts";
import { criticalCorrelation, criticalFidelity } from "../theory/critical.ts";
import { fixedPoint } from "../theory/fixed-point.ts";
import { type Interval, isMeasured, type Measured, type NotMeasured } from "../theory/interval.ts";
import { amplification } from "../theory/level-map.ts";
import { poissonBinomial, unequalMajorityBias } from "../theory/majority.ts";
import { random } from "../theory/random.ts";
import { logChoose } from "../theory/special.ts";
import { mixingDepth } from "../theory/tree.ts";
import { type Candidate, callsMaxOf } from "./candidates.ts";
import { mean } from "./choose.ts";
import { fidelityAt } from "./fidelity-at.ts";
import type { Regime, Thresholds } from "./plan-types.ts";
import type { ReaderPlans } from "./readers.ts";
import type { PlanRoster, RosterAgent } from "./roster.ts";
import { clip, drawsOf, exactly, follows, percentiles } from "./uncertain.ts";

/** The votes that one node reads or that code counts. */
export interface Node {
  /** Text of the team that it belongs to. */
  readonly team?: string;
  /** Odd. */
  readonly fanIn: number;
  /** Tokens of the messages that an agent reads; absent where code counts the votes. */
  readonly messageTokens?: number;
  /** Per voter and task, share of right answers. */
  readonly voters: readonly Float64Array[];
  /** Per voter and task, number of samples: one voter with several is asked `fanIn` times. */
  readonly samples: readonly Float64Array[];
}

export interface RegimeOptions {
  readonly confidence: number;
  readonly seed: number;
}

const relayProbe: NotMeasured = {
  notMeasured: "no agent was seen to read and pass on messages",
  probe: "quorate measure --relay: messages of several lengths, field message_tokens with sent and received",
};

/** Regime and thresholds at one node, or with its reasons where no vote of several answers is recorded. */
export function regimeOf(
  node: Node | null,
  calibration: Calibration,
  { confidence, seed }: RegimeOptions,
): { readonly regime: Regime; readonly thresholds: Thresholds } {
  const { rhoWithin, rhoTask, rhoTotal, beta, fidelity } = calibration;
  const next = random(seed, "regime");
  const fanIn = node?.fanIn ?? 3;
  const reads = node?.messageTokens !== undefined;
  const gamma: Measured = !reads
    ? exactly(1, confidence) // code counts the votes: nothing is lost
    : isMeasured<FidelityCalibration>(fidelity)
      ? fidelityAt(fidelity, node.messageTokens!)
      : fidelity;
  const [rhoEffective, leafBias] = node ? voteDependence(node, confidence, next) : [noVote, noVote];
  // A tree refreshes what is shared within a node; in one counted vote all dependence counts, b-wise (theory.md §3.3, §12).
  const rho = reads && isMeasured(rhoWithin) ? rhoWithin : rhoEffective;

  const gammas = isMeasured(gamma) ? drawsOf(gamma, 1e-6, 1, next) : null;
  const rhos = isMeasured(rho) ? drawsOf(rho, 0, 1, next) : null;
  const betas = isMeasured(beta) ? drawsOf(beta, 1e-6, Number.POSITIVE_INFINITY, next) : null;
  const biases = isMeasured(leafBias) ? drawsOf(leafBias, -1, 1, next) : null;

  const from = (of: (fidelity: number, rho: number) => number): Measured => {
    if (!isMeasured(gamma)) return gamma;
    if (!isMeasured(rho)) return rho;
    return follows(of, [clip(gamma.value, 1e-6, 1), clip(rho.value, 0, 1)], [gammas!, rhos!], confidence);
  };
  const alphaAt = (fidelity: number, sharing: number) => amplification({ fanIn, fidelity, rho: sharing });
  const regime: Regime = {
    ...(node?.team !== undefined && { team: node.team }),
    fanIn,
    ...(node?.messageTokens !== undefined && { messageTokens: node.messageTokens }),
    gamma,
    alpha: from(alphaAt),
    organizationExponent: from((g, r) => Math.log(alphaAt(g, r)) / Math.log(fanIn)),
    beta,
    rhoWithin,
    rhoTask,
    rhoTotal,
    rhoEffective,
    fixedPoint: from((g, r) => fixedPoint({ fanIn, fidelity: g, rho: r })),
    mixingDepth: depth(),
  };
  return {
    regime,
    thresholds: { firstTeamTokens: firstTeam(), criticalRho: criticalRho(), criticalGamma: criticalGamma() },
  };

  function depth(): Measured {
    if (!isMeasured(gamma)) return gamma;
    if (!isMeasured(rho)) return rho;
    if (!isMeasured(leafBias)) return leafBias;
    const of = (g: number, r: number, bias: number) =>
      mixingDepth(clip(bias, -1, 1), { fanIn, fidelity: g, rho: r }, 0.05, { layersMax }) ?? layersMax;
    const found = follows(
      of,
      [clip(gamma.value, 1e-6, 1), clip(rho.value, 0, 1), leafBias.value],
      [gammas!, rhos!, biases!],
      confidence,
    );
    if (found.value < layersMax) return found;
    return {
      notMeasured: `no depth up to ${layersMax} layers settles`,
      probe: "a team this close to α = 1 needs more relays and more tasks to tell",
    };
  }

  /** B_1, in the unit of the compute levels: the star of `fanIn` readers that first beats one agent for the same money. */
  function firstTeam(): Measured {
    if (!reads) {
      if (!isMeasured<FidelityCalibration>(fidelity)) return relayProbe;
      return { notMeasured: "code counts the votes: there are no messages to pay for", probe: "plan a star or a tree" };
    }
    if (!isMeasured(gamma)) return gamma;
    if (!isMeasured(rho)) return rho;
    if (!isMeasured(beta)) return beta;
    const cost = communicationCost(fanIn, 1, node!.messageTokens!);
    const of = (g: number, r: number, b: number) => teamThreshold(1, { fanIn, alpha: alphaAt(g, r), beta: b }, cost);
    const found = follows(
      of,
      [clip(gamma.value, 1e-6, 1), clip(rho.value, 0, 1), beta.value],
      [gammas!, rhos!, betas!],
      confidence,
    );
    if (Number.isFinite(found.value) && Number.isFinite(found.high)) return found;
    const exponent = Math.log(alphaAt(gamma.value, clip(rho.value, 0, 1))) / Math.log(fanIn);
    return {
      notMeasured: Number.isFinite(found.value)
        ? `from ${Math.round(found.value)} tokens if the exponents are as estimated, but s > β is not certain`
        : `no budget: s = ${exponent.toFixed(3)} does not exceed β = ${beta.value.toFixed(3)}, so one agent makes more of every budget`,
      probe: "longer messages, less alike agents, or more compute levels would tell it apart",
    };
  }

  function criticalRho(): Measured {
    if (!isMeasured(gamma)) return gamma;
    const of = (g: number) => criticalCorrelation(fanIn, g) ?? Number.NaN;
    const value = of(clip(gamma.value, 1e-6, 1));
    if (!Number.isNaN(value)) return follows(of, [clip(gamma.value, 1e-6, 1)], [gammas!], confidence);
    return {
      notMeasured: `none: at γ = ${gamma.value.toFixed(2)} messages alone lose the signal`,
      probe: "measure longer messages",
    };
  }

  function criticalGamma(): Measured {
    if (!isMeasured(rho)) return rho;
    return follows((r) => criticalFidelity(fanIn, r), [clip(rho.value, 0, 1)], [rhos!], confidence);
  }
}

const layersMax = 1000;
const resamples = 200;

const noVote: NotMeasured = {
  notMeasured: "no vote of three answers to one task can be made of what was recorded",
  probe: "record three agents on the same tasks, or three samples of one: quorate measure --samples 3",
};

/**
 * ρ that the paper's map needs to turn the voters' biases into the observed bias of their majority, and the mean bias.
 * Unequal voters: f_b is replaced by the majority of independent votes of their biases.
 * ρ_eff = (independent − observed)/(independent − mean bias), over resampled tasks.
 */
function voteDependence(
  { fanIn, voters, samples }: Node,
  confidence: number,
  next: () => number,
): readonly [Measured, Interval] {
  const tasks = voters[0]!.length;
  const repeated = voters.length === 1;
  const votes = Float64Array.from({ length: tasks }, (_, t) =>
    repeated
      ? majorityOfSamples(voters[0]![t]!, samples[0]![t]!, fanIn)
      : poissonBinomial(voters.map((right) => right[t]!)).reduce((sum, p, k) => (2 * k > fanIn ? sum + p : sum), 0),
  );
  const statistic = (vote: number, rights: readonly number[]) => {
    const biases = rights.map((right) => 2 * right - 1);
    const all = repeated ? new Array<number>(fanIn).fill(biases[0]!) : biases;
    const center = biases.reduce((sum, bias) => sum + bias, 0) / biases.length;
    const independent = unequalMajorityBias(all.map((bias) => clip(bias, -1, 1)));
    const room = independent - center;
    return { rho: Math.abs(room) < 1e-6 ? Number.NaN : (independent - (2 * vote - 1)) / room, bias: center };
  };
  const usable = [...votes.keys()].filter((t) => !Number.isNaN(votes[t]!));
  const meanAt = (values: Float64Array, some: readonly number[]) =>
    some.reduce((sum, t) => sum + values[t]!, 0) / some.length;
  const over = (some: readonly number[]) =>
    statistic(
      meanAt(votes, some),
      voters.map((right) => meanAt(right, some)),
    );
  const bias = mean(Float64Array.from(voters, mean)) * 2 - 1;
  if (usable.length < 2) return [noVote, exactly(bias, confidence)];
  const all = over(usable);
  const drawn = Array.from({ length: resamples }, () =>
    over(usable.map(() => usable[Math.floor(next() * usable.length)]!)),
  );
  const biases = percentiles(
    all.bias,
    Float64Array.from(drawn, (one) => one.bias),
    confidence,
  );
  const rhos = Float64Array.from(drawn, (one) => one.rho);
  if (Number.isNaN(all.rho) || rhos.filter(Number.isNaN).length > resamples / 10)
    return [
      {
        notMeasured: "at this accuracy every ρ gives the same vote",
        probe: "record tasks that are neither all easy nor all coin flips",
      },
      biases,
    ];
  return [percentiles(all.rho, rhos, confidence), biases];
}

/** P(most of `votes` samples are right), drawn without replacement from the recorded ones; NaN where there are too few. */
function majorityOfSamples(share: number, samples: number, votes: number): number {
  if (samples < votes) return Number.NaN;
  const right = Math.round(share * samples);
  let probability = 0;
  for (let k = Math.floor(votes / 2) + 1; k <= Math.min(votes, right); k++)
    if (votes - k <= samples - right)
      probability += Math.exp(logChoose(right, k) + logChoose(samples - right, votes - k) - logChoose(samples, votes));
  return Math.min(1, probability);
}

/** The votes of a team that the regime describes: of readers where their fidelity is measured, else counted by code. */
export function nodeOf(
  candidate: Candidate | undefined,
  readers: ReaderPlans,
  { agents, tasks }: PlanRoster,
): Node | null {
  const samplesOf = ({ column }: RosterAgent) =>
    Float64Array.from(tasks, (task) => column.start[task + 1]! - column.start[task]!);
  const node = (some: readonly RosterAgent[], fanIn: number): Node => ({
    fanIn,
    voters: some.map(({ right }) => right),
    samples: some.map(samplesOf),
  });
  const read = readers.forecasts.reduce<number>(
    (best, { accuracy }, i) => (best < 0 || accuracy.mean > readers.forecasts[best]!.accuracy.mean ? i : best),
    -1,
  );
  if (read >= 0) {
    const team = readers.teams[read]!;
    const [layer] = formOf(team).layers!(team);
    const leaf = agents.find(({ name }) => name === memberName(team.cast[0]!.members[0]!))!;
    return { ...node([leaf], layer!.fanIn), team: team.text, messageTokens: layer!.messageTokens! };
  }
  const odd = (count: number) => (count % 2 === 0 ? count - 1 : count);
  if (candidate?.vote) {
    const agent = agents[candidate.members[0]!]!;
    const fanIn = odd(Math.min(callsMaxOf(candidate.team), agent.calibration.samples));
    return fanIn < 3 ? null : { ...node([agent], fanIn), team: candidate.team.text };
  }
  const members = candidate?.members ?? [];
  if (candidate && members.length >= 3) {
    const fanIn = odd(members.length);
    return {
      ...node(
        members.slice(0, fanIn).map((i) => agents[i]!),
        fanIn,
      ),
      team: candidate.team.text,
    };
  }
  return agents.length < 3 ? null : node(agents.slice(0, 3), 3);
}
