// How the answers that are read err: how right they are on each task, what they share within a node, how wrong ones agree.

import type { AgentCalibration, Calibration } from "../calibrate/calibration.ts";
import type { Column } from "../records/answer-table.ts";
import { optionsOf } from "../simulate/options-of.ts";
import { type Interval, isMeasured, type NotMeasured } from "../theory/interval.ts";
import { energyOf } from "./energy.ts";
import { fitGroupedVotes } from "./grouped-votes.ts";
import { samplesOf, type VoteKey, voteKeys } from "./vote-keys.ts";
import { fitVotes, ofAccuracyAlone, pseudoTasks, type VoteMixture } from "./vote-mixture.ts";
import { voteValue } from "./vote-value.ts";

export interface LeafModel {
  /** Law of p alone over tasks. */
  readonly mixture: VoteMixture;
  /** ρ_within of the forecast. */
  readonly rho: Interval;
  /**
   * Where only isolated answers are known, all that they share is taken for difficulty and ρ is 0; this is ρ if instead all
   * of it were shared within nodes, on tasks that are all alike.
   */
  readonly rhoAtWorst: Interval | null;
  /** Share of its answers that are none: nobody reads them. */
  readonly unparsed: number;
  /** The same on a task on which a share p of its answers is right, from 0 to 1 − p. */
  readonly silent: (p: number) => number;
  /** k: possible answers, the wrong ones equally likely. */
  readonly options: number;
  /**
   * P(right) of a vote of so many samples that code counts, by p, as the mixture has it: its wrong answers scatter as they
   * were recorded, not equally. Absent for two answers, where nothing scatters.
   */
  readonly counted?: (votes: number) => (p: number) => number;
}

/**
 * The model of one agent's answers to these tasks, or what is missing. Where groups of attempts told shared errors from
 * difficulty, and this agent's attempts stood in groups, the law of p is that of isolated answers.
 *
 * @param isolated  the mixture of the same column, where somebody has fitted it
 */
export function leafModel(
  column: Column,
  { rho }: AgentCalibration,
  tasks: Uint32Array,
  { rhoTask, rhoWithin }: Calibration,
  seed: number,
  isolated: () => VoteMixture | undefined = () => isolatedMixture(column, tasks, seed),
): LeafModel | NotMeasured {
  const split = isMeasured(rhoTask) && isMeasured(rhoWithin) ? { rhoTask, rhoWithin } : null;
  if (!split && !isMeasured(rho)) return rho;
  const grouped = split && column.group.some((number) => number >= 0);
  const options = optionsOf(column, tasks);
  const apart = !grouped || options > 2 ? isolated() : undefined;
  const mixture = grouped
    ? fitGroupedVotes(column, tasks, { rhoWithin: share(split.rhoWithin.value), rhoTask: split.rhoTask.value, seed })
    : sumOutScatter(apart);
  if (!mixture)
    return {
      notMeasured: `no task has two graded right-or-wrong answers of "${column.name}"`,
      probe: "ask the same agent the same tasks five times, and record the field `sample`",
    };
  const scattered = options > 2 ? apart : undefined;
  const answers = {
    options,
    unparsed: mixture.unparsed > 0 ? unparsedShare(mixture) : 0,
    silent: silenceOf(mixture),
    ...(scattered && { counted: countedVotes(scattered) }),
  };
  if (split) return { mixture, rho: split.rhoWithin, rhoAtWorst: null, ...answers };
  const total = rho as Interval;
  return { mixture, rho: { ...total, value: 0, low: 0, high: 0 }, rhoAtWorst: total, ...answers };
}

function unparsedShare({ keys }: VoteMixture): number {
  const sum = (of: (key: VoteKey) => number) => keys.reduce((total, key) => total + key.tasks * of(key), 0);
  return sum(({ unparsed }) => unparsed) / sum(samplesOf);
}

/**
 * Hard tasks may silence an agent more often, or less: ν(p), the share of none among the answers that are not right, is
 * their mean over tasks, each with the probability that it is one of this p, shrunk towards the share over all tasks by the
 * pseudo-tasks of the law.
 */
function silenceOf({ grid, weights, keys, likelihood, unparsed, samples }: VoteMixture): LeafModel["silent"] {
  if (unparsed === 0) return () => 0;
  const size = weights.length;
  const evidence = keys.map((_, row) =>
    weights.reduce((sum, weight, g) => sum + weight * likelihood[row * size + g]!, 0),
  );
  const shares = grid.accuracies.map((p, g) => {
    const pseudo = pseudoTasks * weights[g]! * samples * (1 - p);
    let [none, failed] = [pseudo * unparsed, pseudo];
    keys.forEach((key, row) => {
      const here = (key.tasks * weights[g]! * likelihood[row * size + g]!) / evidence[row]!;
      none += here * key.unparsed;
      failed += here * (samplesOf(key) - key.right);
    });
    return failed > 0 ? Math.min(1, none / failed) : unparsed;
  });
  return (p) => (1 - p) * interpolated(p, grid.accuracies, shares);
}

function countedVotes({ grid, weights, unparsed }: VoteMixture): NonNullable<LeafModel["counted"]> {
  const { accuracies, scatters } = grid;
  const width = scatters.length;
  const known = new Map<number, (p: number) => number>();
  return (votes) => {
    const found = known.get(votes);
    if (found) return found;
    const { accuracy } = voteValue(grid, unparsed, votes);
    const byAccuracy = accuracies.map((_, i) => {
      let [sum, all] = [0, 0];
      for (let g = i * width; g < (i + 1) * width; g++) {
        sum += weights[g]! * accuracy[g]!;
        all += weights[g]!;
      }
      return all > 0 ? sum / all : accuracy[i * width]!;
    });
    const made = (p: number) => interpolated(p, accuracies, byAccuracy);
    known.set(votes, made);
    return made;
  };
}

function interpolated(p: number, at: Float64Array, values: Float64Array): number {
  const above = Math.max(
    1,
    at.findIndex((point) => point >= p),
  );
  const share = (p - at[above - 1]!) / (at[above]! - at[above - 1]!);
  return values[above - 1]! + share * (values[above]! - values[above - 1]!);
}

const sumOutScatter = (mixture: VoteMixture | undefined) => mixture && ofAccuracyAlone(mixture);

function isolatedMixture(column: Column, tasks: Uint32Array, seed: number): VoteMixture | undefined {
  const keys = voteKeys(column, tasks);
  return keys?.repeated ? fitVotes(keys, column.answersKnown, seed) : undefined;
}

/** A group that always shares its answer says nothing of difficulty: the law is fitted as if a little were told apart. */
const share = (rho: number) => Math.max(0, Math.min(0.95, rho));

/** From the least to the most that any of these agents takes; nothing where nothing is stated of some. */
function pooledEnergy(columns: readonly Column[]): Pick<Column, "energy"> {
  if (columns.some(({ energy }) => !energy)) return {};
  const rates = columns.map(energyOf);
  const over = (side: "input" | "output"): [number, number] => [
    Math.min(...rates.map((rate) => rate[side].low)),
    Math.max(...rates.map((rate) => rate[side].high)),
  ];
  return { energy: { inputWattHoursPerThousand: over("input"), outputWattHoursPerThousand: over("output") } };
}

/** The answers of several agents to each task as those of one, who is right as often as they are in the mean. */
export function pooled(columns: readonly Column[]): Column {
  const [first, ...others] = columns;
  if (others.length === 0) return first!;
  const tasks = first!.start.length - 1;
  const at: (readonly [Column, number])[] = [];
  const start = new Uint32Array(tasks + 1);
  for (let task = 0; task < tasks; task++) {
    for (const column of columns)
      for (let i = column.start[task]!; i < column.start[task + 1]!; i++) at.push([column, i]);
    start[task + 1] = at.length;
  }
  const numbers = (of: "grade" | "tokensIn" | "tokensOut" | "usd" | "seconds") =>
    Float64Array.from(at, ([column, i]) => column[of][i]!);
  return {
    name: columns.map(({ name }) => name).join("+"),
    agent: first!.agent,
    answersKnown: columns.every(({ answersKnown }) => answersKnown),
    start,
    value: Int32Array.from(at, ([column, i]) => column.value[i]!),
    group: Int32Array.from(at, ([column, i]) => column.group[i]!),
    ...{ grade: numbers("grade"), usd: numbers("usd"), seconds: numbers("seconds") },
    ...{ tokensIn: numbers("tokensIn"), tokensOut: numbers("tokensOut") },
    ...(columns.some(({ usdCached }) => usdCached) && {
      usdCached: Float64Array.from(at, ([{ usd, usdCached = usd }, i]) => usdCached[i]!),
    }),
    ...pooledEnergy(columns),
    ...(columns.every(({ statusKnown }) => statusKnown) && { statusKnown: true }),
    ...(columns.some(({ estimate }) => estimate) && {
      estimate: Float64Array.from(at, ([{ estimate }, i]) => estimate?.[i] ?? Number.NaN),
    }),
    status: at.map(([column, i]) => column.status[i]!),
  };
}
