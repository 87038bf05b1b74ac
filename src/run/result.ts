// What a run says at its end: answers, bill, what became of its steps, and how that compares with what was forecast.
import { taskShareInterval } from "../calibrate/estimators/task-mean.ts";
import type { CostForecast, Forecast } from "../plan/plan-types.ts";
import type { Interval } from "../theory/interval.ts";
import { normalQuantile } from "../theory/special.ts";
import type { Account } from "../trace/account.ts";
import type { Amounts, Budget, StepState, TaskEnded, TaskState, TokenCounts } from "../trace/event.ts";

/** Amounts in people's units. */
export interface Spent {
  readonly tokens: number;
  readonly usd: number;
  readonly calls: number;
  /** Of calls together. */
  readonly seconds: number;
}

export interface TaskAnswer {
  readonly task_id: string;
  readonly answer: string | null;
  /** not-asked: the run ended before its turn. */
  readonly state: TaskState | "not-asked";
  /** Absent without gold, or where the task has not ended. */
  readonly correct?: 0 | 1;
  readonly degraded: boolean;
}

export type RunStatus = "done" | "degraded" | "budget" | "failed" | "interrupted";

/** A forecast beside what came of it. */
export interface Kept {
  readonly what: "accuracy" | "tokens" | "usd" | "calls" | "seconds";
  /** Of one task; the interval is predictive: where the mean of so many tasks lies. */
  readonly forecast: Interval;
  /** Mean over tasks with its interval. */
  readonly measured: Interval;
  /** True where the predictive interval holds what was measured. */
  readonly isInside: boolean;
}

export interface RunResult {
  readonly status: RunStatus;
  readonly team: string;
  /** In the order of the tasks. */
  readonly answers: readonly TaskAnswer[];
  /** Right answers among tasks that ended and have gold; without an answer is not right. */
  readonly accuracy?: Interval & { readonly tasks: number };
  /** As the ledger counts, unknown billing at its reservation. */
  readonly spent: Spent;
  /** The part of `spent` whose billing nobody knows: reservations of lost calls and of answers without usage. */
  readonly unknown: Spent;
  /** Still reserved. */
  readonly reserved: Spent;
  readonly budget: Budget;
  /** As reported; absent where the journal was not read again. */
  readonly tokens?: TokenCounts;
  /** Steps that were asked for, and how many were answered and failed. */
  readonly asked: number;
  readonly answered: number;
  readonly failed: number;
  readonly steps: Readonly<Record<StepState, number>>;
  /** Tasks whose answer lacks a member, and of which scope had no room for them. */
  readonly degraded: number;
  readonly overBudget?: string;
  /** What was forecast for this team beside what was measured; null: nothing was forecast. */
  readonly forecast: readonly Kept[] | null;
  /** Of this process, on the clock. */
  readonly seconds: number;
  readonly run: string;
  /** Absent where the journal was not read again. Not part of the JSON document. */
  readonly account?: Account;
}

export function spentOf({ tokens, nanoUsd, calls, ms }: Amounts): Spent {
  return { tokens, usd: nanoUsd / 1e9, calls, seconds: ms / 1000 };
}

/** Share of right answers over the tasks that ended and have gold, with its interval over tasks. */
export function accuracyOf(
  answers: readonly Pick<TaskAnswer, "correct">[],
  confidence = 0.9,
): (Interval & { readonly tasks: number }) | undefined {
  const graded = answers.flatMap(({ correct }) => (correct === undefined ? [] : [correct]));
  if (graded.length === 0) return undefined;
  return { ...taskShareInterval(Float64Array.from(graded), confidence), tasks: graded.length };
}

/** Counts of steps over tasks, as each ended last. */
export function stepCounts(ended: Iterable<Pick<TaskEnded, "steps">>): Record<StepState, number> {
  const counts = { answered: 0, truncated: 0, unparsed: 0, refused: 0, failed: 0, cancelled: 0, "over-budget": 0 };
  for (const { steps = {} } of ended)
    for (const [state, times] of Object.entries(steps)) counts[state as StepState] += times;
  return counts;
}

/**
 * What was forecast beside what was measured, per task. A forecast's interval is the population's; a check on M tasks
 * scatters around it, so the predictive one adds the variance of the tasks over M.
 *
 * @param ended  tasks that ended; a task that was given up for want of budget is no check
 */
export function promisesOf(forecast: Forecast, account: Account): Kept[] {
  const tasks = [...account.tasks.values()].filter(({ state }) => state === "answered" || state === "unanswered");
  const promises: Kept[] = [];
  const { confidence } = forecast.accuracy;
  const graded = tasks.flatMap(({ correct }) => (correct === undefined ? [] : [correct]));
  if (graded.length > 0 && forecast.metric === "accuracy") {
    const { mean, low, high } = forecast.accuracy;
    const error = forecast.deviation / Math.sqrt(graded.length);
    const predictive = widened({ mean, low: Math.max(0, low), high }, error, confidence);
    const measured = taskShareInterval(Float64Array.from(graded), confidence);
    promises.push(
      promise(
        "accuracy",
        { ...predictive, low: Math.max(0, predictive.low), high: Math.min(1, predictive.high) },
        measured,
      ),
    );
  }
  const costs: readonly [
    Kept["what"],
    CostForecast | { readonly notMeasured: string },
    (task: (typeof tasks)[number]) => number,
  ][] = [
    ["tokens", forecast.cost.tokens, ({ sums }) => sums.spent.tokens],
    ["usd", forecast.cost.usd, ({ sums }) => sums.spent.nanoUsd / 1e9],
    ["calls", forecast.cost.calls, ({ sums }) => sums.spent.calls],
    ["seconds", forecast.cost.seconds, ({ criticalMs }) => (criticalMs ?? Number.NaN) / 1000],
  ];
  for (const [what, cost, of] of costs) {
    if ("notMeasured" in cost) continue;
    const values = tasks.map(of).filter((value) => !Number.isNaN(value));
    if (values.length === 0 || (what === "usd" && values.every((value) => value === 0))) continue;
    const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
    const variance = values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, values.length - 1);
    const error = Math.sqrt(variance / values.length);
    const half = normalQuantile((1 + confidence) / 2) * error;
    promises.push(
      promise(what, widened(cost, error, confidence), {
        ...{ value: mean, low: Math.max(0, mean - half), high: mean + half, confidence },
      }),
    );
  }
  return promises;
}

/** The interval of a mean over tasks, where the expectation itself is only known to lie in [low, high]. */
function widened(
  { mean, low, high }: { readonly mean: number; readonly low: number; readonly high: number },
  error: number,
  confidence: number,
): Interval {
  const half = normalQuantile((1 + confidence) / 2) * error;
  return {
    value: mean,
    low: mean - Math.hypot(mean - low, half),
    high: mean + Math.hypot(high - mean, half),
    confidence,
  };
}

function promise(what: Kept["what"], forecast: Interval, measured: Interval): Kept {
  const slack = 1e-9 * Math.max(1, Math.abs(measured.value));
  const isInside = measured.value >= forecast.low - slack && measured.value <= forecast.high + slack;
  return { what, forecast, measured, isInside };
}
