import type { AnswerTable } from "../records/answer-table.ts";
import { type Interval, isMeasured, type Measured } from "../theory/interval.ts";
import { permutation, random } from "../theory/random.ts";
import { rankCorrelation } from "./estimators/rank-correlation.ts";
import { quantile } from "./estimators/resample.ts";
import { taskShareInterval } from "./estimators/task-mean.ts";
import { commonGrades } from "./families.ts";

/** Which tasks still tell agents apart. */
export interface Separation {
  readonly agents: readonly string[];
  /** Tasks that all of them answered. */
  readonly tasks: number;
  /** Shares of the tasks: every agent fully right, none right at all, and the rest, which tells them apart. */
  readonly solvedByAll: Interval;
  readonly solvedByNone: Interval;
  readonly separating: Interval;
  /** The tasks on which being right goes most with being right elsewhere, highest first. */
  readonly most: readonly SeparatingTask[];
  /** How many tasks rank agents as all do; not measured with few agents. */
  readonly enough: Measured<readonly ShortTest[]>;
}

export interface SeparatingTask {
  readonly task: string;
  /** Mean grade over agents. */
  readonly accuracy: number;
  /** Covariance over agents of the grade here with the mean grade on all other tasks. */
  readonly discrimination: number;
}

/**
 * Agents ranked on a few tasks against their rank on all tasks that were neither chosen nor drawn. The tasks are chosen by half
 * of the agents, and it is the other half that is ranked: an agent never helps to choose its own test.
 */
export interface ShortTest {
  readonly tasks: number;
  /** Rank correlation with the tasks of highest discrimination, median over random halves. */
  readonly chosen: number;
  /** The same with tasks drawn at random. */
  readonly drawn: number;
}

const listed = 10;
/** Fewer agents in a half have too few ranks to compare. */
const agentsMin = 8;
const sizes = [10, 20, 50, 100, 200, 500];
const halves = 40;

/** Of these tasks, on those that most agents answered. */
export function separationOf(
  table: AnswerTable,
  tasks: Uint32Array,
  { confidence = 0.9, seed = 1 }: { readonly confidence?: number; readonly seed?: number } = {},
): Measured<Separation> {
  const common = commonGrades(table, tasks);
  if (!isMeasured(common)) return common;
  const { agents, grades } = common;
  if (agents.length < 2)
    return { notMeasured: "one agent is told apart from nobody", probe: "record several agents on the same tasks" };
  const share = (of: (here: readonly number[]) => boolean) =>
    taskShareInterval(
      Float64Array.from(common.tasks, (_, t) => Number(of(grades.map((y) => y[t]!)))),
      confidence,
    );
  const all = (here: readonly number[]) => here.every((grade) => grade === 1);
  const none = (here: readonly number[]) => here.every((grade) => grade === 0);
  const discrimination = discriminations(grades);
  return {
    agents,
    tasks: common.tasks.length,
    solvedByAll: share(all),
    solvedByNone: share(none),
    separating: share((here) => !all(here) && !none(here)),
    most: highest(discrimination, listed).map((t) => ({
      task: table.tasks[common.tasks[t]!]!,
      accuracy: grades.reduce((sum, y) => sum + y[t]!, 0) / grades.length,
      discrimination: discrimination[t]!,
    })),
    enough: shortTests(grades, seed),
  };
}

/** Cov_a(y_at, mean of y_a over the other tasks), per task. */
function discriminations(grades: readonly Float64Array[]): Float64Array {
  const tasks = grades[0]!.length;
  const sums = grades.map((y) => y.reduce((sum, grade) => sum + grade, 0));
  return Float64Array.from({ length: tasks }, (_, t) => {
    let [sum, rest, product] = [0, 0, 0];
    grades.forEach((y, a) => {
      const others = (sums[a]! - y[t]!) / (tasks - 1);
      sum += y[t]!;
      rest += others;
      product += y[t]! * others;
    });
    return product / grades.length - (sum * rest) / grades.length ** 2;
  });
}

function highest(values: Float64Array, count: number): readonly number[] {
  return [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b).slice(0, count);
}

function sumAt(grades: Float64Array, at: Uint32Array): number {
  return at.reduce((sum, t) => sum + grades[t]!, 0);
}

function shortTests(grades: readonly Float64Array[], seed: number): Measured<readonly ShortTest[]> {
  const tasks = grades[0]!.length;
  const fitting = sizes.filter((size) => 2 * size < tasks);
  if (grades.length < agentsMin || fitting.length === 0)
    return {
      notMeasured: `${grades.length} agents on ${tasks} tasks are too few to choose tasks by some and rank others`,
      probe: `record at least ${agentsMin} agents on 30 tasks`,
    };
  const found = fitting.map(() => ({ chosen: [] as number[], drawn: [] as number[] }));
  const next = random(seed, "short tests");
  for (let half = 0; half < halves; half++) {
    const order = Array.from(permutation(grades.length, next), (a) => grades[a]!);
    const [choosing, ranked] = [order.slice(0, grades.length >> 1), order.slice(grades.length >> 1)];
    const totals = ranked.map((y) => y.reduce((sum, grade) => sum + grade, 0));
    const chosenOrder = Uint32Array.from(highest(discriminations(choosing), tasks));
    const drawnOrder = permutation(tasks, next);
    fitting.forEach((size, i) => {
      for (const [kind, some] of [
        ["chosen", chosenOrder],
        ["drawn", drawnOrder],
      ] as const) {
        const here = ranked.map((y) => sumAt(y, some.subarray(0, size)));
        const elsewhere = here.map((sum, a) => totals[a]! - sum);
        found[i]![kind].push(rankCorrelation(here, elsewhere));
      }
    });
  }
  const median = (values: readonly number[]) =>
    quantile(Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort(), 0.5);
  return fitting.map((size, i) => ({ tasks: size, chosen: median(found[i]!.chosen), drawn: median(found[i]!.drawn) }));
}
