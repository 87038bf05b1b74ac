import { describe, expect, it } from "vitest";
import type { Forecast } from "../plan/plan-types.ts";
import { accountOf } from "../trace/account.ts";
import type { Event } from "../trace/event.ts";
import { accuracyOf, promisesOf, stepCounts } from "./result.ts";

const cost = (mean: number) => ({ mean, low: 0.9 * mean, high: 1.1 * mean, max: 2 * mean });
const forecast = {
  ...{ team: "single@a", kind: "single", metric: "accuracy", method: "resampled", tasks: 50, caveats: [] },
  accuracy: { mean: 0.7, low: 0.65, high: 0.75, confidence: 0.9 },
  deviation: 0.46,
  cost: { calls: cost(1), tokens: cost(100), usd: { notMeasured: "no prices", probe: "" }, seconds: cost(2) },
} as unknown as Forecast;

/** So many tasks of one step, the first `right` of them right. */
function eventsOf(tasks: number, right: number, tokens = 100): Event[] {
  return Array.from({ length: tasks }, (_, i): Event[] => [
    { at: 0, kind: "task-started", task: `t${i}` },
    {
      ...{ at: 1, kind: "step-ended", task: `t${i}`, step: "solve/0", role: "solve", agent: "a", reads: [] },
      ...{ state: "answered", value: "A", key: `k${i}`, try: 0 },
      bill: { billing: "reported", amounts: { tokens: tokens + (i % 2), calls: 1, nanoUsd: 0, ms: 2000 } },
    },
    {
      ...{ at: 2, kind: "task-ended", task: `t${i}`, state: "answered", answer: "A", gold: "A", degraded: false },
      ...{ correct: i < right ? 1 : 0, because: [], ms: 2000, criticalMs: 2000 },
    },
  ]).flat();
}

describe("promisesOf", () => {
  const kept = (tasks: number, right: number, tokens?: number) =>
    promisesOf(forecast, accountOf(eventsOf(tasks, right, tokens)));

  it("puts what was measured beside what was forecast, and leaves out what was not", () => {
    expect(kept(100, 72).map(({ what, isInside }) => [what, isInside])).toEqual([
      ["accuracy", true],
      ["tokens", true],
      ["calls", true],
      ["seconds", true],
    ]);
  });

  it("widens the interval by what so many tasks scatter: the fewer tasks, the wider", () => {
    const width = (tasks: number) => {
      const [{ forecast: predictive }] = kept(tasks, Math.round(0.7 * tasks)) as [ReturnType<typeof kept>[number]];
      return predictive.high - predictive.low;
    };
    expect(width(10)).toBeGreaterThan(width(100));
    expect(width(100)).toBeGreaterThan(width(3_000));
    expect(width(20_000)).toBeCloseTo(0.1, 2); // the population's own
  });

  it("says what did not come as forecast", () => {
    expect(kept(100, 30)[0]).toMatchObject({ what: "accuracy", isInside: false });
    expect(kept(100, 70, 300)[1]).toMatchObject({ what: "tokens", isInside: false });
  });

  it("checks nothing on tasks that were given up", () => {
    const [started] = eventsOf(1, 1);
    expect(promisesOf(forecast, accountOf([started!]))).toEqual([]);
  });
});

describe("accuracyOf", () => {
  it("is the share of right answers with its interval over tasks; without gold there is none", () => {
    const accuracy = accuracyOf([{ correct: 1 }, { correct: 0 }, { correct: 1 }, {}])!;
    expect(accuracy).toMatchObject({ tasks: 3, confidence: 0.9 });
    expect(accuracy.value).toBeCloseTo(2 / 3, 12);
    expect(accuracy.low).toBeLessThan(accuracy.value);
    expect(accuracyOf([{}])).toBeUndefined();
  });
});

describe("stepCounts", () => {
  it("adds up how the steps of tasks ended", () => {
    const counts = stepCounts([{ steps: { answered: 2, failed: 1 } }, { steps: { answered: 3 } }, {}]);
    expect(counts).toMatchObject({ answered: 5, failed: 1, refused: 0 });
  });
});
