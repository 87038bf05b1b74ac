// What a run says at its end: answers, bill, what became of its steps, and how that compares with what was forecast.
import { taskShareInterval } from "../calibrate/estimators/task-mean.ts";
import type { CostForecast, Forecast } from "../plan/plan-types.ts";
import type { Kept, Spent, TaskAnswer } from "../report/run-data.ts";
import type { Interval } from "../theory/interval.ts";
import { normalQuantile } from "../theory/special.ts";
import type { Account } from "../trace/account.ts";
import type { Amounts, StepState, TaskEnded } from "../trace/event.ts";

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
