import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../theory/random.ts";
import { fitVotes, forecastAhead, forecastVote, type VoteKey } from "./mixture.ts";
import { voteValue } from "./vote-value.ts";

const key = (right: number, wrong: readonly number[], tasks: number, unparsed = 0): VoteKey => ({
  right,
  wrong,
  unparsed,
  tasks,
});
const fit = (keys: readonly VoteKey[], answersKnown: boolean) =>
  fitVotes({ keys, keyOf: Int32Array.from(keys, (_, i) => i), repeated: true }, answersKnown, 1);
const under = ({ grid, unparsed }: ReturnType<typeof fit>, weights: Float64Array, votes: number) => {
  const { accuracy } = voteValue(grid, unparsed, votes);
  return weights.reduce((sum, weight, g) => sum + weight * accuracy[g]!, 0);
};

/** Two recorded samples with their answers; five samples of which only right or wrong is known. */
const strings = [key(0, [1, 1], 5), key(0, [2], 10), key(1, [1], 10), key(2, [], 15)];
const flags = [20, 8, 6, 6, 15, 45].map((tasks, right) => key(right, right < 5 ? [5 - right] : [], tasks));

describe("fitVotes", () => {
  const a = fit(strings, true);
  const b = fit(flags, false);

  it("finds the Beta law: the reference, up to where its search stopped", () => {
    expect(a.beta[0]).toBeCloseTo(0.504, 2);
    expect(a.beta[1]).toBeCloseTo(0.504, 2); // exactly as many tasks with 0 of 2 as with 2 of 2
    expect(Math.abs(b.beta[0] - 0.375)).toBeLessThan(0.002);
    expect(Math.abs(b.beta[1] - 0.211)).toBeLessThan(0.002);
  });

  it.each([
    [1, 0.5002, 0.5, 0.5005],
    [3, 0.5218, 0.5212, 0.5214],
    [9, 0.5523, 0.551, 0.5398],
    [33, 0.5664, 0.5646, 0.5472],
  ])("matches the reference with answers, %i votes", (votes, smoothed, unsmoothed, parametric) => {
    // the reference knows Chinese restaurants alone, and no mistakes among two, three, five or nine
    expect(Math.abs(under(a, a.weights, votes) - smoothed)).toBeLessThan(2e-3);
    expect(Math.abs(under(a, a.unsmoothed, votes) - unsmoothed)).toBeLessThan(2e-3);
    expect(Math.abs(under(a, a.parametric, votes) - parametric)).toBeLessThan(8e-4); // its Beta law is (.504, .503)
  });

  it.each([
    [1, 0.6449, 0.6459, 0.64],
    [3, 0.6547, 0.6598, 0.6453],
    [5, 0.6581, 0.6608, 0.6469],
    [9, 0.6609, 0.6578, 0.6482],
    [33, 0.6635, 0.6493, 0.6494],
  ])("matches the reference with right or wrong only, %i votes", (votes, smoothed, unsmoothed, parametric) => {
    expect(Math.abs(under(b, b.weights, votes) - smoothed)).toBeLessThan(3e-4);
    expect(Math.abs(under(b, b.unsmoothed, votes) - unsmoothed)).toBeLessThan(1e-4);
    expect(Math.abs(under(b, b.parametric, votes) - parametric)).toBeLessThan(1.3e-3); // its Beta law is (.375, .211)
  });

  it("has weights that sum to one, whatever was recorded", () => {
    const anyKey = fc
      .tuple(
        fc.integer({ min: 0, max: 4 }),
        fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 1, max: 20 }),
      )
      .filter(([right, wrong, unparsed]) => right + wrong.length + unparsed > 0)
      .map(([right, wrong, unparsed, tasks]) => key(right, wrong, tasks, unparsed));
    fc.assert(
      fc.property(fc.array(anyKey, { minLength: 1, maxLength: 5 }), (keys) => {
        const mixture = fit(keys, true);
        for (const weights of [mixture.weights, mixture.unsmoothed, mixture.parametric])
          expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
        const { accuracy, accuracyLow, accuracyHigh } = forecastVote(mixture, 5, 0.9);
        expect(accuracy).toBeGreaterThanOrEqual(-1e-9);
        expect(accuracy).toBeLessThanOrEqual(1 + 1e-9);
        expect(accuracyLow).toBeLessThanOrEqual(accuracyHigh);
      }),
      { numRuns: 25 },
    );
  });
});

describe("forecastVote", () => {
  it("gains nothing from one vote, and says so without doubt", () => {
    const { gain, gainLow, gainHigh } = forecastVote(fit(strings, true), 1, 0.9);
    expect(gain).toBeCloseTo(0, 12);
    expect(gainHigh - gainLow).toBeLessThan(1e-6);
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
