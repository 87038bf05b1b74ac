import { type AnswerTable, gradesOf } from "../records/answer-table.ts";
import { type Interval, isMeasured, type Measured, type NotMeasured } from "../theory/interval.ts";
import { clampInterval, studentInterval } from "./estimators/estimate.ts";
import { taskMeanInterval, taskShareInterval } from "./estimators/task-mean.ts";

/** How right agents are in each family of tasks, and whether the same families are hard for all of them. */
export interface Families {
  /** Where the families come from: the recorded field, or what task names begin with. */
  readonly source: "recorded" | "task names";
  /** Agents compared, and the tasks that all of them answered. */
  readonly agents: readonly string[];
  readonly tasks: number;
  /** Highest accuracy first. */
  readonly families: readonly {
    readonly name: string;
    readonly tasks: number;
    /** Share of right answers, mean over agents. */
    readonly accuracy: Interval;
  }[];
  /**
   * Of the variance over families of an agent's accuracy, the share that all agents have in common: 1 where the same families
   * are hard for all, 0 where every agent has its own, so that asking each for its families pays.
   */
  readonly coupling: Measured;
  /** Agents surely better or worse in a family than their accuracy and that family say, largest first. */
  readonly standouts: readonly Standout[];
}

export interface Standout {
  readonly agent: string;
  readonly family: string;
  readonly tasks: number;
  /** Share of right answers beyond the other agents', less the same over all families; content for all pairs at once. */
  readonly effect: Interval;
}

const familyTasksMin = 5;
/** An agent is left out if it answered less of the tasks than this share of what the most recorded one did. */
const commonShareMin = 0.8;

/** Families of these tasks, or what to record so that there are some. */
export function familiesOf(table: AnswerTable, tasks: Uint32Array, confidence: number): Measured<Families> {
  const common = commonGrades(table, tasks);
  if (isMissing(common)) return common;
  const named = familyNames(table, common.tasks);
  if (isMissing(named)) return named;
  const groups = new Map<string, number[]>();
  named.names.forEach((name, t) => {
    const group = groups.get(name) ?? [];
    groups.set(name, group);
    if (name !== "") group.push(t);
  });
  const large = [...groups].filter(([, group]) => group.length >= familyTasksMin);
  if (large.length < 2)
    return {
      notMeasured: `${large.length === 0 ? "no family has" : "only one family has"} ${familyTasksMin} tasks or more that all agents answered`,
      probe: "record more tasks of each family",
    };
  const { agents, grades } = common;
  const taskMeans = Float64Array.from(
    common.tasks,
    (_, t) => grades.reduce((sum, y) => sum + y[t]!, 0) / grades.length,
  );
  const families = large.map(([name, group]) => ({
    ...{ name, tasks: group.length },
    accuracy: taskShareInterval(
      Float64Array.from(group, (t) => taskMeans[t]!),
      confidence,
    ),
  }));
  return {
    source: named.source,
    agents,
    tasks: common.tasks.length,
    families: families.sort((a, b) => b.accuracy.value - a.accuracy.value || (a.name < b.name ? -1 : 1)),
    coupling:
      agents.length < 2
        ? oneAgent
        : couplingOf(
            grades,
            large.map(([, group]) => group),
            confidence,
          ),
    standouts: agents.length < 2 ? [] : standoutsOf(agents, grades, large, confidence),
  };
}

const isMissing = (found: object): found is NotMeasured => !isMeasured(found);

const oneAgent: NotMeasured = {
  notMeasured: "one agent has no families in common with others",
  probe: "record several agents on the same tasks",
};

/** Agents that answered most of the tasks, and their mean grades on the tasks that all of these answered. */
export function commonGrades(
  table: AnswerTable,
  tasks: Uint32Array,
): Measured<{ agents: readonly string[]; tasks: Uint32Array; grades: readonly Float64Array[] }> {
  const graded = table.columns.map(({ name }, i) => {
    const grades = gradesOf(table.columns[i]!, tasks);
    return { name, grades, count: grades.reduce((sum, one) => sum + Number(!Number.isNaN(one)), 0) };
  });
  const most = Math.max(0, ...graded.map(({ count }) => count));
  const kept = graded.filter(({ count }) => count > 0 && count >= commonShareMin * most);
  const at = [...tasks.keys()].filter((t) => kept.every(({ grades }) => !Number.isNaN(grades[t]!)));
  if (at.length < 2)
    return {
      notMeasured: "fewer than 2 tasks have graded answers of all agents",
      probe: "record all agents on the same tasks",
    };
  return {
    agents: kept.map(({ name }) => name),
    tasks: Uint32Array.from(at, (t) => tasks[t]!),
    grades: kept.map(({ grades }) => Float64Array.from(at, (t) => grades[t]!)),
  };
}

/** The recorded field; else what task names have before the number at their end, where that makes groups. */
function familyNames(
  table: AnswerTable,
  tasks: Uint32Array,
): Measured<{ source: Families["source"]; names: readonly string[] }> {
  const { families } = table;
  if (families && tasks.some((task) => families[task] !== ""))
    return { source: "recorded", names: Array.from(tasks, (task) => families[task]!) };
  const names = Array.from(tasks, (task) => /^(.*?)[-_/:.# ]+\d+$/.exec(table.tasks[task]!)?.[1] ?? "");
  if (new Set(names.filter((name) => name !== "")).size >= 2) return { source: "task names", names };
  return {
    notMeasured: "nothing says which family a task is of",
    probe: "record the field `family`, `category` or `subject` with the attempts, or name tasks algebra-1, algebra-2 …",
  };
}

/**
 * Coupling = C/V. With z_at the grade less the agent's mean, pairs of different tasks of a family f tell of f and not of its tasks:
 *
 *   V = Σ_f (n_f/T) mean_{t≠t' in f} z_at z_at' − mean_{t≠t'} z_at z_at',  averaged over agents
 *   C   the same with z_at z_bt' over pairs of different agents
 *
 * Interval: leave one task out, Student t.
 */
function couplingOf(
  grades: readonly Float64Array[],
  groups: readonly (readonly number[])[],
  confidence: number,
): Measured {
  const agents = grades.length;
  const means = grades.map((y) => groups.flat().reduce((sum, t) => sum + y[t]!, 0) / groups.flat().length);
  const rows = groups.map((group) => group.map((t) => grades.map((y, a) => y[t]! - means[a]!)));
  const sumsOf = (some: readonly (readonly number[])[]) => {
    const own = new Float64Array(agents);
    const sums = { own, tasks: some.length, ownSquares: 0, allSquares: 0 };
    for (const row of some) add(sums, row, 1);
    return sums;
  };
  type Sums = ReturnType<typeof sumsOf>;
  const add = (
    sums: { own: Float64Array; ownSquares: number; allSquares: number },
    row: readonly number[],
    sign: 1 | -1,
  ) => {
    let all = 0;
    for (let a = 0; a < agents; a++) {
      sums.own[a]! += sign * row[a]!;
      sums.ownSquares += sign * row[a]! ** 2;
      all += row[a]!;
    }
    sums.allSquares += sign * all * all;
  };
  /** Mean product over pairs of different tasks: of one agent, and of two. */
  const pairsOf = ({ own, tasks, ownSquares, allSquares }: Sums): readonly [number, number] => {
    let [squares, sum] = [0, 0];
    for (const one of own) {
      squares += one * one;
      sum += one;
    }
    const pairs = tasks * (tasks - 1);
    const same = squares - ownSquares;
    return [same / (pairs * agents), (sum * sum - allSquares - same) / (pairs * agents * (agents - 1))];
  };
  const families = rows.map(sumsOf);
  const whole = sumsOf(rows.flat());
  const statistic = (): readonly [variance: number, coupling: number] => {
    const [sameAll, otherAll] = pairsOf(whole);
    let [variance, common] = [-sameAll, -otherAll];
    for (const family of families) {
      const [same, other] = pairsOf(family);
      variance += (family.tasks / whole.tasks) * same;
      common += (family.tasks / whole.tasks) * other;
    }
    return [variance, common / variance];
  };
  const [variance, coupling] = statistic();
  const left: (readonly [number, number])[] = [];
  rows.forEach((some, f) => {
    const family = families[f]! as { -readonly [K in keyof Sums]: Sums[K] };
    for (const row of some) {
      for (const sums of [family, whole]) {
        add(sums, row, -1);
        sums.tasks--;
      }
      left.push(statistic());
      for (const sums of [family, whole]) {
        add(sums, row, 1);
        sums.tasks++;
      }
    }
  });
  const tasks = left.length;
  const error = (part: 0 | 1) => {
    const mean = left.reduce((sum, one) => sum + one[part], 0) / tasks;
    return Math.sqrt(((tasks - 1) / tasks) * left.reduce((sum, one) => sum + (one[part] - mean) ** 2, 0));
  };
  if (studentInterval(variance, error(0), tasks - 1, confidence).low <= 0)
    return {
      notMeasured: "agents are about as right in one family as in another: what differs may be chance",
      probe: "record more tasks of each family",
    };
  return clampInterval(studentInterval(coupling, error(1), tasks - 1, confidence), -1, 1);
}

const standoutsKept = 10;

function standoutsOf(
  agents: readonly string[],
  grades: readonly Float64Array[],
  groups: readonly (readonly [name: string, tasks: readonly number[]])[],
  confidence: number,
): readonly Standout[] {
  const every = groups.flatMap(([, group]) => group);
  const all = 1 - (1 - confidence) / (agents.length * groups.length);
  return agents
    .flatMap((agent, a) => {
      const beyond = grades[a]!.map((grade, t) => {
        const others = grades.reduce((sum, y, b) => (b === a ? sum : sum + y[t]!), 0) / (grades.length - 1);
        return grade - others;
      });
      const usual = every.reduce((sum, t) => sum + beyond[t]!, 0) / every.length;
      return groups.map(([family, group]): Standout => {
        const effect = taskMeanInterval(
          Float64Array.from(group, (t) => beyond[t]! - usual),
          all,
        );
        return { ...{ agent, family, tasks: group.length }, effect: clampInterval(effect, -1, 1) };
      });
    })
    .filter(({ effect }) => effect.low > 0 || effect.high < 0)
    .sort((x, y) => Math.abs(y.effect.value) - Math.abs(x.effect.value))
    .slice(0, standoutsKept);
}
