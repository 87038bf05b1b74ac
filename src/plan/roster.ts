// Which agents the planner builds teams of, and the tasks on which it compares them.

import type { AgentCalibration, Calibration } from "../calibrate/calibration.ts";
import { taskErrors } from "../calibrate/estimates.ts";
import { type AnswerTable, type Column, findColumn, gradesOf } from "../records/answer-table.ts";
import type { Assumption } from "../records/recordings.ts";
import type { Metric } from "../simulate/outcomes.ts";
import { isMeasured } from "../theory/interval.ts";
import { hashText } from "../theory/random.ts";
import { mean, meanOfKnown, pick } from "./choose.ts";
import { agentPrice, CostNotMeasured } from "./costs.ts";
import type { CostUnit } from "./plan-types.ts";
import { subsetOf } from "./subset.ts";

/** An agent at a level, as teams are built of it. */
export interface RosterAgent {
  readonly name: string;
  readonly column: Column;
  readonly calibration: AgentCalibration;
  /** Mean grade on each common task; in squared error −E[e²], so that more is better. */
  readonly right: Float64Array;
  /** Its mean. */
  readonly accuracy: number;
  /** Expected cost of one call in the unit of the budget. */
  readonly price: number;
}

/** Scores without answers can be averaged, but not counted or compared: such an agent is asked once, and alone. */
export function hasVotes({ answersKnown, grade }: Column): boolean {
  return answersKnown || grade.every((one) => one === 0 || one === 1 || Number.isNaN(one));
}

export interface PlanRoster {
  /** Most accurate first, equals by name: also the order of casts, so that ties go to the most accurate. */
  readonly agents: readonly RosterAgent[];
  /** What teams are replayed on, with the columns of these agents. */
  readonly table: AnswerTable;
  /** Indices of the table's tasks that all of them answered, in the order of the tasks' names. */
  readonly tasks: Uint32Array;
  readonly assumptions: readonly Assumption[];
}

/** About 10 agents make some hundreds of teams; more of them are rarely bought and cost a choice its certainty. */
const agentsMax = 10;
const frontierMax = 6;
/** Beyond this, more tasks make the search slower and its intervals of ± 0.6 points hardly narrower. */
const tasksMax = 8000;
/** An agent is left out if without it this much more of the tasks could be compared. */
const commonShareMin = 0.8;

/** What one answer is worth on each task, NaN where that is not known, and how much of what the best agent lacks it makes up. */
interface Worth {
  of(calibration: Calibration, column: Column, tasks: Uint32Array): Float64Array;
  rescued(own: number, best: number): number;
}

export const worths: Readonly<Record<Metric, Worth>> = {
  accuracy: {
    of: (_, column, tasks) => gradesOf(column, tasks),
    rescued: (own, best) => own * (1 - best),
  },
  "squared-error": {
    of: ({ table }, { name, estimate }, tasks) =>
      estimate
        ? taskErrors(table, name, tasks).risk.map((risk) => -risk)
        : new Float64Array(tasks.length).fill(Number.NaN),
    rescued: (own, best) => Math.max(0, own - best),
  },
};

const rosters = new WeakMap<Calibration, Map<string, PlanRoster>>();

/**
 * The accuracy–cost frontier, then in turn the most accurate of the rest and the one that is most often right where the
 * most accurate agent is wrong. Everything is compared on tasks that all of them answered. Kept as long as the calibration
 * lives: plans, budgets and pictures of one half ask for the same roster.
 *
 * @throws {CostNotMeasured} where no agent has a cost in this unit
 */
export function chooseRoster(calibration: Calibration, unit: CostUnit, metric: Metric = "accuracy"): PlanRoster {
  const known = rosters.get(calibration) ?? new Map<string, PlanRoster>();
  rosters.set(calibration, known);
  const key = `${unit} ${metric}`;
  const roster = known.get(key) ?? makeRoster(calibration, unit, worths[metric]);
  known.set(key, roster);
  return roster;
}

function makeRoster(calibration: Calibration, unit: CostUnit, worth: Worth): PlanRoster {
  const tasks = inNameOrder(calibration);
  const graded = calibration.agents.flatMap((agent) => {
    const column = findColumn(calibration.table, agent.name);
    if (!column) return [];
    const right = worth.of(calibration, column, tasks);
    return right.reduce((count, value) => count + Number(!Number.isNaN(value)), 0) >= 2
      ? [{ name: agent.name, column, calibration: agent, right }]
      : [];
  });
  const all = graded
    .flatMap((agent) => {
      const price = agentPrice(agent.calibration, unit);
      return isMeasured(price) ? [{ ...agent, accuracy: meanOfKnown(agent.right), price: price.value }] : [];
    })
    .sort((a, b) => b.accuracy - a.accuracy || (a.name < b.name ? -1 : 1));
  if (all.length === 0)
    throw new CostNotMeasured(
      unit,
      calibration.agents.map(({ name }) => name),
    );
  const together = comparable(all);
  const picked = pickAgents(together, worth);
  const compared = withCommonTasks(picked);
  const common = [...tasks.keys()].filter((i) => compared.every(({ right }) => !Number.isNaN(right[i]!)));
  const names = (i: number) => calibration.table.tasks[tasks[i]!]!;
  const kept = common.length > tasksMax ? thinned(common, names) : common;
  const chosen = Uint32Array.from(kept, (i) => tasks[i]!);
  // Where others stand for the truth, nobody may be missing.
  const large = calibration.table.tasks.length > 2 * tasksMax && !calibration.table.truthFromOthers;
  const columns = compared.map(({ column }) => column);
  const table = large ? subsetOf(calibration.table, columns, chosen) : calibration.table;
  const agents = compared
    .map((agent, i) => {
      const right = pick(agent.right, kept);
      return { ...agent, column: large ? table.columns[i]! : agent.column, right, accuracy: mean(right) };
    })
    .sort((a, b) => b.accuracy - a.accuracy || (a.name < b.name ? -1 : 1));
  const derived = (subject: string, value: string, source: string): Assumption => ({
    subject,
    value,
    status: "derived",
    source,
  });
  const leftOut = (count: number, reason: string) =>
    count > 0 ? [derived("agents left out", String(count), reason)] : [];
  return {
    agents,
    table,
    tasks: large ? Uint32Array.from(chosen.keys()) : chosen,
    assumptions: [
      ...leftOut(graded.length - all.length, `no cost in ${unit}`),
      ...leftOut(all.length - together.length, "answered other tasks, on which nothing can be compared with the rest"),
      ...leftOut(
        together.length - picked.length,
        "neither on the frontier of accuracy and cost, nor among the most accurate or most complementary",
      ),
      ...leftOut(picked.length - compared.length, "too few tasks in common with the others"),
      ...(common.length < tasks.length
        ? [
            derived(
              "common tasks",
              `${common.length} of ${tasks.length} tasks`,
              `those that all ${agents.length} agents answered`,
            ),
          ]
        : []),
      ...(kept.length < common.length
        ? [
            derived(
              "tasks of the search",
              `${kept.length} of ${common.length} tasks`,
              "a sample that depends on their names alone",
            ),
          ]
        : []),
    ],
  };
}

/** A sample of the tasks that does not depend on their order, kept in order. */
function thinned(tasks: readonly number[], nameOf: (task: number) => string): readonly number[] {
  const hashes = new Map(tasks.map((task) => [task, hashText(nameOf(task))]));
  return [...tasks]
    .sort((a, b) => hashes.get(a)! - hashes.get(b)! || a - b)
    .slice(0, tasksMax)
    .sort((a, b) => a - b);
}

/** Calibration tasks by name: what is drawn at random must not depend on the order of a file. */
function inNameOrder({ table, tasks }: Calibration): Uint32Array {
  return tasks
    .slice()
    .sort((a, b) => (table.tasks[a]! < table.tasks[b]! ? -1 : table.tasks[a]! > table.tasks[b]! ? 1 : 0));
}

interface Candidate {
  readonly right: Float64Array;
  readonly accuracy: number;
  readonly price: number;
}

/** `agents` stand most accurate first. */
function pickAgents<T extends Candidate>(agents: readonly T[], worth: Worth): readonly T[] {
  if (agents.length <= agentsMax) return agents;
  const frontier: T[] = [];
  for (const agent of [...agents].sort((a, b) => a.price - b.price || b.accuracy - a.accuracy))
    if (frontier.length === 0 || agent.accuracy > frontier.at(-1)!.accuracy) frontier.push(agent);
  const cheapest = frontier[0]!;
  const picked = new Set([cheapest, ...frontier.slice(-(frontierMax - 1))]);
  const best = agents[0]!;
  const rescues = new Map(agents.map((agent) => [agent, rescueRate(agent, best, worth)]));
  for (let turn = 0; picked.size < agentsMax; turn++) {
    const rest = agents.filter((agent) => !picked.has(agent));
    picked.add(turn % 2 === 0 ? rest[0]! : rest.reduce((a, b) => (rescues.get(b)! > rescues.get(a)! ? b : a)));
  }
  return agents.filter((agent) => picked.has(agent));
}

/** How often this agent is right where the best one is wrong; in squared error, how much smaller its error is there. */
function rescueRate({ right }: Candidate, best: Candidate, worth: Worth): number {
  let [sum, count] = [0, 0];
  right.forEach((value, t) => {
    const rescued = worth.rescued(value, best.right[t]!);
    if (Number.isNaN(rescued)) return;
    sum += rescued;
    count++;
  });
  return count === 0 ? 0 : sum / count;
}

/**
 * The agents that answered the same tasks: of the groups around each agent the one with the most (agents − 1) × tasks in
 * common. Recordings are often several benchmarks side by side, and right answers to different tasks do not compare.
 */
function comparable<T extends Candidate>(agents: readonly T[]): readonly T[] {
  const answered = agents.map(({ right }) => [...right.keys()].filter((t) => !Number.isNaN(right[t]!)));
  if (answered.every((tasks, i) => tasks.length === agents[i]!.right.length)) return agents;
  let best: readonly T[] = agents.slice(0, 1);
  let most = -1;
  for (const tasks of answered) {
    const group = agents.filter(({ right }) => {
      const shared = tasks.reduce((count, t) => count + (Number.isNaN(right[t]!) ? 0 : 1), 0);
      return shared >= commonShareMin * tasks.length;
    });
    const common = tasks.filter((t) => group.every(({ right }) => !Number.isNaN(right[t]!)));
    const value = (group.length - 1) * common.length;
    if (value > most) [best, most] = [group, value];
  }
  return best;
}

/** Without the agents whose gaps would cost the comparison more than a fifth of its tasks. */
function withCommonTasks<T extends Candidate>(agents: readonly T[]): readonly T[] {
  const answered = (some: readonly T[]) => {
    let count = 0;
    for (let t = 0; t < some[0]!.right.length; t++) if (some.every(({ right }) => !Number.isNaN(right[t]!))) count++;
    return count;
  };
  let kept = agents;
  for (;;) {
    const most = Math.max(...kept.map((agent) => answered([agent])));
    if (kept.length === 1 || answered(kept) >= commonShareMin * most) return kept;
    const own = new Map(kept.map((agent) => [agent, answered([agent])]));
    const without = kept.map((agent) => ({ agent, others: kept.filter((other) => other !== agent) }));
    // of equals the one with the fewest answers goes, then the least accurate: where two are short, taking out one helps little
    kept = without.reduce((a, b) => {
      const more = answered(b.others) - answered(a.others);
      return more > 0 || (more === 0 && own.get(b.agent)! <= own.get(a.agent)!) ? b : a;
    }).others;
  }
}
