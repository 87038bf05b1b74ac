import type { Column } from "../records/answer-table.ts";
import type { Measured } from "../theory/interval.ts";
import type { AgentCalibration } from "./calibration.ts";
import { correlationOfPairSums, pairRow, pairWidth } from "./estimators/correlation-pairs.ts";
import { type Count, mostCommon } from "./estimators/counts.ts";
import { clampInterval } from "./estimators/estimate.ts";
import { jackknifeInterval, type TaskRows } from "./estimators/resample.ts";
import { taskMeanInterval, taskShareInterval } from "./estimators/task-mean.ts";

/** Graded answers of one task by the number of their group. */
export type GroupCounts = ReadonlyMap<number, Count>;

/** A column as the estimators read it: everything per chosen task. */
export interface GradedColumn {
  readonly column: Column;
  readonly calibration: AgentCalibration;
  /** Share of right answers, the mean grade; NaN where nothing is graded. */
  readonly shares: Float64Array;
  /** Graded answers; with a level and 0 or 1 as grades, what a curve is fitted to. */
  readonly graded: Float64Array;
  /** Counts of each group of attempts that shared a context, for columns that have groups. */
  readonly groups?: readonly GroupCounts[];
}

/** Accuracy, unusable answers, cost and repeatability of one agent, or undefined where no answer of it is graded. */
export function gradedColumn(column: Column, tasks: Uint32Array, confidence: number): GradedColumn | undefined {
  const shares = new Float64Array(tasks.length).fill(Number.NaN);
  const gradedOf = new Float64Array(tasks.length);
  const unparsed = new Float64Array(tasks.length).fill(Number.NaN);
  const truncated = new Float64Array(tasks.length).fill(Number.NaN);
  const votes: number[] = []; // rows of the pair estimator
  const groups = hasGroups(column) ? Array.from(tasks, (task) => groupCounts(column, task)) : undefined;
  let gradedTasks = 0;
  let attempts = 0;
  for (let i = 0; i < tasks.length; i++) {
    const from = column.start[tasks[i]!]!;
    const to = column.start[tasks[i]! + 1]!;
    if (from === to) continue;
    attempts += to - from;
    let graded = 0;
    let right = 0;
    let squares = 0;
    let unparsedHere = 0;
    let truncatedHere = 0;
    for (let at = from; at < to; at++) {
      const grade = column.grade[at]!;
      if (!Number.isNaN(grade)) {
        graded++;
        right += grade;
        squares += grade * grade;
      }
      const status = column.status[at]!;
      if (status === "truncated") truncatedHere++;
      else if (status === "unparsed" || (status === "ok" && column.value[at] === -1)) unparsedHere++;
    }
    unparsed[i] = unparsedHere / (to - from);
    truncated[i] = truncatedHere / (to - from);
    if (graded === 0) continue;
    gradedTasks++;
    gradedOf[i] = graded;
    shares[i] = right / graded;
    const together = groups ? [...groups[i]!.values()] : [[graded, right, squares] as const];
    if (together.some(([n]) => n >= 2)) votes.push(...pairRow(together));
  }
  if (gradedTasks === 0) return undefined;
  const calibration: AgentCalibration = {
    name: column.name,
    agent: column.agent,
    ...(column.level === undefined ? {} : { level: column.level }),
    tasks: gradedTasks,
    attempts,
    samples: mostCommon(gradedOf.filter((graded) => graded > 0)),
    accuracy: taskShareInterval(shares, confidence),
    unparsed: taskShareInterval(unparsed, confidence),
    truncated: taskShareInterval(truncated, confidence),
    cost: {
      tokensIn: meanCost([column.tokensIn], "tokens_in", column, tasks, confidence),
      tokensOut: meanCost([column.tokensOut], "tokens_out", column, tasks, confidence),
      tokens: meanCost([column.tokensIn, column.tokensOut], "tokens_in and tokens_out", column, tasks, confidence),
      usd: meanCost([column.usd], "cost_usd", column, tasks, confidence),
      seconds: meanCost([column.seconds], "seconds", column, tasks, confidence),
    },
    rho: repeatability(column.name, { width: pairWidth, values: Float64Array.from(votes) }, confidence),
  };
  return { column, calibration, shares, graded: gradedOf, ...(groups && { groups }) };
}

function hasGroups({ group }: Column): boolean {
  return group.some((number) => number >= 0);
}

/** Answers without a group are left out. */
function groupCounts({ start, group, grade }: Column, task: number): GroupCounts {
  const counts = new Map<number, Count>();
  for (let at = start[task]!; at < start[task + 1]!; at++) {
    const value = grade[at]!;
    if (group[at]! < 0 || Number.isNaN(value)) continue;
    addCount(counts, group[at]!, [1, value, value * value]);
  }
  return counts;
}

export function addCount(counts: Map<number, Count>, group: number, [votes, right, squares = right]: Count): void {
  const [n, k, sum = k] = counts.get(group) ?? [0, 0, 0];
  counts.set(group, [n + votes, k + right, sum + squares]);
}

/** Mean over tasks of the task's mean cost per call; the parts (tokens in, tokens out) are added call by call. */
function meanCost(
  parts: readonly Float64Array[],
  field: string,
  { start, name }: Column,
  tasks: Uint32Array,
  confidence: number,
): Measured {
  const perTask = new Float64Array(tasks.length).fill(Number.NaN);
  let known = 0;
  for (let i = 0; i < tasks.length; i++) {
    let calls = 0;
    let sum = 0;
    for (let at = start[tasks[i]!]!; at < start[tasks[i]! + 1]!; at++) {
      let cost = 0;
      for (const part of parts) cost += part[at]!;
      if (Number.isNaN(cost)) continue;
      calls++;
      sum += cost;
    }
    if (calls === 0) continue;
    known++;
    perTask[i] = sum / calls;
  }
  if (known >= 2) return clampInterval(taskMeanInterval(perTask, confidence), 0, Number.POSITIVE_INFINITY);
  return {
    notMeasured: `${field} of "${name}" ${known === 0 ? "is not recorded" : "is recorded on one task only"}`,
    probe: `record ${field} with the attempts, or give prices and lengths of "${name}" in quorate.config`,
  };
}

/** ρ of two samples of one agent on one task (in one context, where contexts were shared). */
function repeatability(name: string, rows: TaskRows, confidence: number): Measured {
  const tasks = rows.values.length / rows.width;
  if (tasks < 2)
    return {
      notMeasured: `"${name}" answered ${tasks === 1 ? "only one task" : "no task"} more than once`,
      probe: "ask the same agent the same tasks five times, and record the field `sample`",
    };
  const [rho] = jackknifeInterval(rows, correlationOfPairSums, confidence);
  if (Number.isNaN(rho!.standardError))
    return {
      notMeasured: `all answers of "${name}" to repeated tasks are right, or all are wrong`,
      probe: "record tasks that this agent sometimes gets right and sometimes wrong",
    };
  return clampInterval(rho!, -1, 1);
}
