// What a team costs per task: calls, tokens, money, time; expected with its interval over tasks, and at worst.

import type { AgentCalibration } from "../calibrate/calibration.ts";
import { KnownError } from "../errors.ts";
import { memberName, membersOf } from "../organizations/cast.ts";
import type { Stage } from "../organizations/organization.ts";
import { formOf, type Team } from "../organizations/team.ts";
import type { Column } from "../records/answer-table.ts";
import type { Measured, NotMeasured } from "../theory/interval.ts";
import { studentTQuantile } from "../theory/special.ts";
import type { CostForecast, Costs, CostUnit } from "./plan-types.ts";

const unitWords: Readonly<Record<CostUnit, string>> = {
  calls: "calls",
  tokens: "tokens",
  usd: "dollars",
  seconds: "seconds",
};

const configEntries: Readonly<Record<CostUnit, string>> = {
  calls: "",
  tokens: "promptTokens and answerTokens",
  usd: "prices (inputPerMillion, outputPerMillion), promptTokens and answerTokens",
  seconds: "seconds",
};

/** The budget is in a unit in which no agent's cost was recorded or assumed. */
export class CostNotMeasured extends KnownError {
  readonly code = "cost-not-measured";
  constructor(unit: CostUnit, agents: readonly string[]) {
    const entry = `agents: { "${agents[0] ?? "name"}": { ${configEntries[unit]} } }`;
    super(
      `The budget is in ${unitWords[unit]}, and no cost in ${unitWords[unit]} is recorded for ${agents.length === 1 ? `"${agents[0]}"` : `any of ${agents.length} agents`}.`,
      `Record it with the attempts, add ${entry} to quorate.config, or state the budget in calls.`,
    );
  }
}

/** Expected cost of one call, with its interval over tasks. */
export function agentPrice({ cost }: AgentCalibration, unit: CostUnit): Measured {
  return unit === "calls" ? { value: 1, low: 1, high: 1, confidence: 1 } : cost[unit];
}

/** Costs per task of one team, NaN where not recorded. */
export type TaskCosts = (unit: CostUnit) => Float64Array;

/** Cost of call `at` of this column. */
function callCost(column: Column, unit: CostUnit, at: number): number {
  if (unit === "calls") return 1;
  return unit === "tokens" ? column.tokensIn[at]! + column.tokensOut[at]! : column[unit][at]!;
}

/** Mean cost of the recorded calls to each task. */
export function meanCallCosts(column: Column, unit: CostUnit, tasks: Uint32Array): Float64Array {
  return meanOverCalls(column, (calls, at) => callCost(calls, unit, at), tasks);
}

/** Mean of a number over the recorded calls to each task; NaN where there are none, or it is not recorded of one. */
export function meanOverCalls(
  column: Column,
  of: (column: Column, at: number) => number,
  tasks: Uint32Array,
): Float64Array {
  return Float64Array.from(tasks, (task) => {
    const from = column.start[task]!;
    const to = column.start[task + 1]!;
    let sum = 0;
    for (let at = from; at < to; at++) sum += of(column, at);
    return to > from ? sum / (to - from) : Number.NaN;
  });
}

/** Largest recorded cost of one call to these tasks; NaN where none is recorded. */
export function largestCallCost(column: Column, unit: CostUnit, tasks: ArrayLike<number>): number {
  return largestOf(column, (calls, at) => callCost(calls, unit, at), tasks);
}

/** Largest of a number over all recorded calls to these tasks; NaN where it is recorded of none. */
export function largestOf(
  column: Column,
  of: (column: Column, at: number) => number,
  tasks: ArrayLike<number>,
): number {
  let largest = Number.NaN;
  for (let i = 0; i < tasks.length; i++)
    for (let at = column.start[tasks[i]!]!; at < column.start[tasks[i]! + 1]!; at++) {
      const value = of(column, at);
      if (!(value <= largest) && !Number.isNaN(value)) largest = value;
    }
  return largest;
}

/**
 * Expected time of the slowest of `calls` calls made together: of the recorded ones without replacement, and with
 * replacement where more are made than were recorded.
 */
export function slowestOf(column: Column, calls: number, tasks: Uint32Array): Float64Array {
  const seconds = sortedSeconds(column);
  return Float64Array.from(tasks, (task) => {
    const from = column.start[task]!;
    const count = column.start[task + 1]! - from;
    let [expected, below, chosen] = [0, 0, 1]; // chosen: P(all calls are among the i fastest)
    for (let i = 1; i <= count; i++) {
      chosen = calls <= count ? 1 : (i / count) ** calls;
      for (let call = 0; call < calls && calls <= count; call++) chosen *= Math.max(0, i - call) / (count - call);
      expected += seconds[from + i - 1]! * (chosen - below);
      below = chosen;
    }
    return count > 0 ? expected : Number.NaN;
  });
}

const sorted = new WeakMap<Column, Float64Array>();

/** The column's seconds, fastest first within each task. */
function sortedSeconds(column: Column): Float64Array {
  const known = sorted.get(column) ?? column.seconds.slice();
  if (!sorted.has(column))
    for (let task = 0; task + 1 < column.start.length; task++)
      known.subarray(column.start[task]!, column.start[task + 1]!).sort();
  sorted.set(column, known);
  return known;
}

/** All steps at the largest recorded cost: what one task can cost at most. */
export function worstCase(
  team: Team,
  stages: readonly Stage[] | undefined,
  unit: CostUnit,
  largest: (name: string) => number,
): number {
  const steps = formOf(team).bound(team).steps;
  if (unit === "calls") return steps;
  const parts = stages ?? [{ members: membersOf(team.cast).map((member) => ({ ...member, samples: steps })) }];
  return parts.reduce((total, { members }) => {
    const costs = members.map((member) => ({ cost: largest(memberName(member)), samples: member.samples }));
    // calls of a stage are made together, those of an organization without stages one after the other
    const stage =
      unit === "seconds" && stages
        ? Math.max(...costs.map(({ cost }) => cost))
        : costs.reduce((sum, { cost, samples }) => sum + cost * samples, 0);
    return total + stage;
  }, 0);
}

/** Mean over tasks ± t√(sd²/k), for calls + 0.25/k² under the root. Tasks without a record are left out, if few. */
function costForecast(
  perTask: Float64Array,
  max: number,
  unit: CostUnit,
  confidence: number,
): CostForecast | NotMeasured {
  let [count, sum, squares] = [0, 0, 0];
  for (const value of perTask) {
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
    squares += value * value;
  }
  if (count < 2 || count < 0.8 * perTask.length) return notRecorded(unit, count);
  if (Number.isNaN(max)) return notRecorded(unit, 0); // of no task that reaches some member: the rest would mislead
  const mean = sum / count;
  const scatter = Math.max(0, (squares - count * mean * mean) / (count - 1));
  const unseen = unit === "calls" && scatter > 0 ? 0.25 / count ** 2 : 0;
  const half = studentTQuantile((1 + confidence) / 2, count - 1) * Math.sqrt(scatter / count + unseen);
  return {
    mean,
    low: Math.max(0, mean - half),
    high: Math.min(mean + half, Math.max(mean, max)),
    max: Math.max(mean, max),
  };
}

function notRecorded(unit: CostUnit, tasks: number): NotMeasured {
  return {
    notMeasured:
      tasks === 0
        ? `no ${unitWords[unit]} of some member are recorded`
        : `${unitWords[unit]} are recorded on ${tasks} tasks only`,
    probe: `record ${unitWords[unit]} with the attempts, or give ${configEntries[unit]} in quorate.config`,
  };
}

export const noMeter: NotMeasured = {
  notMeasured: "no energy meter",
  probe: "meter the machine that answers; hosted models do not tell, and attempts have no field for it yet",
};

/** All costs of a team. */
export function allCosts(perTask: TaskCosts, max: (unit: CostUnit) => number, confidence: number): Costs {
  const of = (unit: CostUnit) => costForecast(perTask(unit), max(unit), unit, confidence);
  const calls = of("calls");
  if ("notMeasured" in calls) throw new Error("calls are known for every team");
  return { calls, tokens: of("tokens"), usd: of("usd"), seconds: of("seconds"), wattHours: noMeter };
}
