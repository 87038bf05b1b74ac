import { type AnswerTable, type Column, gradesOf } from "../records/answer-table.ts";
import { type Interval, isMeasured, type Measured, type NotMeasured } from "../theory/interval.ts";
import { random } from "../theory/random.ts";
import { dawidSkene, type TaskVotes } from "./estimators/dawid-skene.ts";
import { channelsWithSlopes } from "./estimators/effective-channels.ts";
import { clampInterval, studentInterval } from "./estimators/estimate.ts";
import { pairPhi } from "./estimators/pair-phi.ts";
import { panelCorrelation } from "./estimators/panel-correlation.ts";
import { type PseudoLabels, pseudoLabels } from "./pseudo-labels.ts";

/** What answers tell of a panel before anybody graded them. */
export interface Diversity {
  /** Tasks to which two agents or more gave an answer. */
  readonly tasks: number;
  readonly agents: readonly PseudoAgent[];
  readonly pairs: readonly AnswerPair[];
  /**
   * K*: how many agents that never agree the panel amounts to, from 1 to their number. Disagreement counts whether it comes
   * from knowing other things or from noise: it is no forecast of what a vote gains.
   */
  readonly channels: Interval;
  /**
   * Label-free sibling of ρ: correlation of two agents' answers being right by the pseudo-labels. Too low where agents make
   * the same mistakes, for what most say is taken for right.
   */
  readonly rho: Measured;
}

/** One column, by how it agrees with the others. */
export interface PseudoAgent {
  readonly name: string;
  /** Tasks it was asked among those of the panel. */
  readonly tasks: number;
  /** Share of right answers if the pseudo-labels are right: too high where agents make the same mistakes. */
  readonly pseudoAccuracy: Interval;
}

/** Answers of two agents to the tasks that both were asked. */
export interface AnswerPair {
  readonly a: string;
  readonly b: string;
  readonly tasks: number;
  /** Share of the tasks on which they give the same answer, of one random sample each. */
  readonly agreement: Interval;
  /** φ of their answers being right by the pseudo-labels. */
  readonly phi: Measured;
}

export interface DiversityOptions {
  readonly confidence?: number;
  /** Of the bootstrap of pseudo-accuracies. @default 1 */
  readonly seed?: number;
}

/** Resampled sets of tasks on which the pseudo-labels are found anew. */
const bootstraps = 40;
/** From the accuracies of all tasks the fit to some of them takes few steps. */
const bootstrapSteps = 12;

/** Diversity of the columns whose answers are recorded, on these tasks. No grade is read. */
export function diversityOf(
  table: AnswerTable,
  tasks: Uint32Array,
  options: DiversityOptions = {},
): Measured<Diversity> {
  const labels = pseudoLabels(table, tasks);
  return isMeasured(labels) ? diversityFrom(labels, options) : labels;
}

/** The same where pseudo-labels are known already. */
export function diversityFrom(labels: PseudoLabels, { confidence = 0.9, seed = 1 }: DiversityOptions = {}): Diversity {
  const accuracies = pseudoAccuracies(labels, confidence, seed);
  const sums = pairSums(labels);
  const right = labels.table.columns.map((column) => gradesOf(column, labels.tasks));
  const rho = panelCorrelation(right, confidence);
  return {
    tasks: labels.tasks.length,
    agents: labels.columns.map(({ name }, j) => ({ name, ...accuracies[j]! })),
    pairs: pairsOf(labels, sums, right, confidence),
    channels: channelsInterval(labels, sums, confidence),
    rho: Number.isNaN(rho.standardError) ? neverDiffer : clampInterval(rho, -1, 1),
  };
}

const neverDiffer: NotMeasured = {
  notMeasured: "agents never differ where they answered the same tasks",
  probe: "record tasks on which some agents fail",
};

/** Share of right answers by the pseudo-labels, of all that an agent was asked: no parsable answer is not right. */
function pseudoAccuracies({ columns, tasks, votes, fit }: PseudoLabels, confidence: number, seed: number) {
  const asked = columns.map(({ start }) => tasks.map((task) => Number(start[task]! < start[task + 1]!)));
  const share = (posteriors: readonly Float64Array[], times?: Float64Array) => {
    const right = new Float64Array(columns.length);
    const all = asked.map((once) => once.reduce((sum, one, t) => sum + one * (times?.[t] ?? 1), 0));
    votes.forEach(({ agent, option, share: given }, t) => {
      for (let i = 0; i < agent.length; i++)
        right[agent[i]!]! += (times?.[t] ?? 1) * given[i]! * posteriors[t]![option[i]!]!;
    });
    return right.map((sum, j) => sum / all[j]!);
  };
  const next = random(seed, "pseudo-labels");
  const drawn = Array.from({ length: bootstraps }, () => {
    const times = new Float64Array(tasks.length);
    for (let i = 0; i < tasks.length; i++) times[Math.floor(next() * tasks.length)]!++;
    const again = dawidSkene(votes, columns.length, { times, start: fit, stepsMax: bootstrapSteps });
    return share(again.posteriors, times);
  });
  return Array.from(share(fit.posteriors), (value, j) => {
    const known = drawn.map((sample) => sample[j]!).filter((one) => !Number.isNaN(one));
    const mean = known.reduce((sum, one) => sum + one, 0) / known.length;
    const variance = known.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (known.length - 1);
    const count = asked[j]!.reduce((sum, one) => sum + one, 0);
    const error = Math.sqrt(variance + 0.25 / count ** 2); // a handful of tasks is no certainty
    return {
      tasks: count,
      pseudoAccuracy: clampInterval(studentInterval(value, error, count - 1, confidence), 0, 1),
    };
  });
}

/** Agents × agents, a before b: agreement summed over tasks, its squares, tasks that both were asked. */
interface PairSums {
  readonly agreement: readonly Float64Array[];
  readonly squares: readonly Float64Array[];
  readonly tasks: readonly Float64Array[];
}

function pairSums({ columns, tasks, votes }: PseudoLabels): PairSums {
  const matrix = () => columns.map(() => new Float64Array(columns.length));
  const sums: PairSums = { agreement: matrix(), squares: matrix(), tasks: matrix() };
  votes.forEach((task, t) => {
    eachAgreement(task, columns, tasks[t]!, (a, b, agreement) => {
      sums.tasks[a]![b]!++;
      sums.agreement[a]![b]! += agreement;
      sums.squares[a]![b]! += agreement * agreement;
    });
  });
  return sums;
}

/**
 * Of every two agents, a before b, that were asked this task: P(one sample of each is the same answer). Who gave no
 * parsable answer agrees with nobody.
 */
function eachAgreement(
  { agent, option, share, options }: TaskVotes,
  columns: readonly Column[],
  task: number,
  visit: (a: number, b: number, agreement: number) => void,
): void {
  const given = new Float64Array(columns.length * options);
  for (let i = 0; i < agent.length; i++) given[agent[i]! * options + option[i]!] = share[i]!;
  const asked = [...columns.keys()].filter((j) => columns[j]!.start[task]! < columns[j]!.start[task + 1]!);
  for (let i = 0; i < asked.length; i++)
    for (let j = i + 1; j < asked.length; j++) {
      let agreement = 0;
      for (let o = 0; o < options; o++) agreement += given[asked[i]! * options + o]! * given[asked[j]! * options + o]!;
      visit(asked[i]!, asked[j]!, agreement);
    }
}

function pairsOf(
  { columns }: PseudoLabels,
  sums: PairSums,
  right: readonly Float64Array[],
  confidence: number,
): readonly AnswerPair[] {
  return columns.flatMap(({ name: a }, i) =>
    columns.slice(i + 1).flatMap(({ name: b }, offset): AnswerPair[] => {
      const j = i + 1 + offset;
      const tasks = sums.tasks[i]![j]!;
      if (tasks === 0) return [];
      const mean = sums.agreement[i]![j]! / tasks;
      const variance = tasks > 1 ? Math.max(0, sums.squares[i]![j]! / tasks - mean * mean) / (tasks - 1) : 0.25;
      const error = Math.sqrt(variance + 0.25 / tasks ** 2);
      const { phi } = pairPhi(right[i]!, right[j]!, confidence);
      return [
        {
          ...{ a, b, tasks },
          agreement: clampInterval(studentInterval(mean, error, tasks - 1, confidence), 0, 1),
          phi: Number.isNaN(phi.value) ? neverDiffer : clampInterval(phi, -1, 1),
        },
      ];
    }),
  );
}

/** K* by the infinitesimal jackknife over tasks: what every task's agreements move it by. */
function channelsInterval({ columns, tasks, votes }: PseudoLabels, sums: PairSums, confidence: number): Interval {
  const agreement = columns.map((_, i) =>
    Float64Array.from(columns, (_, j) => {
      const [a, b] = i < j ? [i, j] : [j, i];
      return i === j ? 1 : sums.tasks[a]![b]! > 0 ? sums.agreement[a]![b]! / sums.tasks[a]![b]! : 0;
    }),
  );
  const { channels, slopes } = channelsWithSlopes(agreement);
  let squares = 0;
  votes.forEach((task, t) => {
    let influence = 0;
    eachAgreement(task, columns, tasks[t]!, (a, b, here) => {
      influence += (2 * slopes[a]![b]! * (here - agreement[a]![b]!)) / sums.tasks[a]![b]!;
    });
    squares += influence * influence;
  });
  const error = Math.sqrt((squares * tasks.length) / (tasks.length - 1));
  return clampInterval(studentInterval(channels, error, tasks.length - 1, confidence), 1, columns.length);
}
