import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyKeys, fit, flags, key, strings } from "../../test/foresight/recorded-votes.ts";
import { random } from "../theory/random.ts";
import { forecastAhead, forecastVote } from "./vote-forecast.ts";
import type { VoteKey } from "./vote-keys.ts";
import { fitVotes } from "./vote-mixture.ts";
import { voteValue } from "./vote-value.ts";

describe("forecastVote", () => {
  it("gains nothing from one vote, and says so without doubt", () => {
    const { gain, gainLow, gainHigh } = forecastVote(fit(strings, true), 1, 0.9);
    expect(gain).toBeCloseTo(0, 12);
    expect(gainHigh - gainLow).toBeLessThan(1e-6);
  });

  it("stays a share within its interval, whatever was recorded", () => {
    fc.assert(
      fc.property(anyKeys, (keys) => {
        const { accuracy, accuracyLow, accuracyHigh } = forecastVote(fit(keys, true), 5, 0.9);
        expect(accuracy).toBeGreaterThanOrEqual(-1e-9);
        expect(accuracy).toBeLessThanOrEqual(1 + 1e-9);
        expect(accuracyLow).toBeLessThanOrEqual(accuracyHigh);
      }),
      { numRuns: 25 },
    );
  });

  it("is less sure beyond the recorded samples", () => {
    const mixture = fit(strings, true);
    const width = (votes: number) => {
      const { accuracyHigh, accuracyLow } = forecastVote(mixture, votes, 0.9);
      return accuracyHigh - accuracyLow;
    };
    expect(width(9)).toBeGreaterThan(width(1));
  });

  it("states the other end where wrong answers are unknown, and it is no worse", () => {
    const forecast = forecastVote(fit(flags, false), 5, 0.9);
    expect(forecast.accuracyIfWrongDiffer).toBeGreaterThan(forecast.accuracy);
    expect(forecastVote(fit(strings, true), 5, 0.9).accuracyIfWrongDiffer).toBeUndefined();
  });

  it("expects on each task what its samples say", () => {
    const { taskAccuracy } = forecastVote(fit(flags, false), 5, 0.9);
    for (let right = 1; right <= 5; right++) expect(taskAccuracy[right]).toBeGreaterThan(taskAccuracy[right - 1]!);
  });
});

describe("answers that are spread in other ways", () => {
  it("expects of right answers that differ what a vote of them can give", () => {
    // 10 samples of a task: half right, in two texts; wrong ones all alike
    const rights = [{ sizes: [3, 2], tasks: 100 }];
    const keys = [key(5, [5], 100)];
    const found = { keys, keyOf: Int32Array.of(0), repeated: true };
    const [apart, together] = [fitVotes({ ...found, rights }, true, 1), fitVotes(found, true, 1)];
    expect(forecastVote(apart, 9, 0.9).accuracy).toBeLessThan(forecastVote(together, 9, 0.9).accuracy - 0.2);
    expect(forecastVote(apart, 1, 0.9).accuracy).toBeCloseTo(forecastVote(together, 1, 0.9).accuracy, 9);
  });

  it("forecasts four equally likely options as they are, not as a popular mistake", () => {
    const next = random(1, "options");
    const counted = new Map<string, VoteKey>();
    for (let task = 0; task < 400; task++) {
      const times = [0, 0, 0, 0];
      for (let sample = 0; sample < 10; sample++) times[next() < 0.4 ? 0 : 1 + Math.floor(3 * next())]!++;
      const wrong = times.slice(1).filter((count) => count > 0);
      wrong.sort((x, y) => y - x);
      const text = `${times[0]} ${wrong}`;
      counted.set(text, key(times[0]!, wrong, (counted.get(text)?.tasks ?? 0) + 1));
    }
    const exact = voteValue(
      { accuracies: Float64Array.of(0.4), scatters: [{ concentration: Number.POSITIVE_INFINITY, options: 3 }] },
      0,
      15,
    ).accuracy[0]!;
    expect(Math.abs(forecastVote(fit([...counted.values()], true), 15, 0.9).accuracy - exact)).toBeLessThan(0.04);
  });
});

describe("forecastAhead", () => {
  it("asks less than its cap and more where tasks are open", () => {
    const { calls, taskCalls } = forecastAhead(fit(flags, false), 2, 9, 0.9);
    expect(calls).toBeGreaterThan(2);
    expect(calls).toBeLessThan(4);
    expect(taskCalls[2]).toBeGreaterThan(taskCalls[5]!);
  });
});
