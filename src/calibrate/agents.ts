import type { Column } from "../records/answer-table.ts";
import type { Measured } from "../theory/interval.ts";
import type { AgentCalibration } from "./calibration.ts";
import { correlationOfPairSums, pairRow } from "./estimators/correlation-pairs.ts";
import { clampInterval } from "./estimators/estimate.ts";
import { jackknifeInterval, type TaskRows } from "./estimators/resample.ts";
import { taskMeanInterval, taskShareInterval } from "./estimators/task-mean.ts";

/** A column as the estimators read it: everything per chosen task, NaN where the agent has nothing graded. */
export interface GradedColumn {
  readonly column: Column;
  readonly calibration: AgentCalibration;
  /** Share of right answers per task: the mean grade. */
  readonly shares: Float64Array;
}

/** Accuracy, unusable answers, cost and repeatability of one agent, or undefined where no answer of it is graded. */
export function gradedColumn(column: Column, tasks: Uint32Array, confidence: number): GradedColumn | undefined {
  const shares = new Float64Array(tasks.length).fill(Number.NaN);
  const unparsed = new Float64Array(tasks.length).fill(Number.NaN);
  const truncated = new Float64Array(tasks.length).fill(Number.NaN);
  const samplesOf: number[] = []; // number of tasks by number of samples
  const votes: number[] = []; // rows of the pair estimator
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
    shares[i] = right / graded;
    samplesOf[graded] = (samplesOf[graded] ?? 0) + 1;
    if (graded >= 2) votes.push(...pairRow(graded, right, squares));
  }
  if (gradedTasks === 0) return undefined;
  const calibration: AgentCalibration = {
    name: column.name,
    agent: column.agent,
    ...(column.level === undefined ? {} : { level: column.level }),
    tasks: gradedTasks,
    attempts,
    samples: mostCommon(samplesOf),
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
    rho: repeatability(column.name, { width: 7, values: Float64Array.from(votes) }, confidence),
  };
  return { column, calibration, shares };
}

function mostCommon(tasksBySamples: readonly number[]): number {
  let best = 0;
  tasksBySamples.forEach((tasks, samples) => {
    if (tasks >= (tasksBySamples[best] ?? 0)) best = samples;
  });
  return best;
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

/** ρ of two samples of one agent on one task, from the tasks that have two or more. */
function repeatability(name: string, rows: TaskRows, confidence: number): Measured {
  const tasks = rows.values.length / rows.width;
  if (tasks < 2)
    return {
      notMeasured: `"${name}" answered ${tasks === 1 ? "only one task" : "no task"} more than once`,
      probe: "quorate measure --samples 5: ask the same agent the same tasks again",
    };
  const [rho] = jackknifeInterval(rows, correlationOfPairSums, confidence);
  if (Number.isNaN(rho!.standardError))
    return {
      notMeasured: `all answers of "${name}" to repeated tasks are right, or all are wrong`,
      probe: "record tasks that this agent sometimes gets right and sometimes wrong",
    };
  return clampInterval(rho!, -1, 1);
}
