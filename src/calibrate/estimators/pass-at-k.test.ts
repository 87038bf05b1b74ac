import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "../../errors.ts";
import { random } from "../../theory/random.ts";
import type { Count } from "./counts.ts";
import {
  coverageAt,
  fitCoverage,
  fitCoverageModel,
  forecastCoverage,
  meanSamplesUntilPass,
  neverSolved,
  passAtK,
  rareShareInterval,
  samplesUntilCoverage,
} from "./pass-at-k.ts";

/** Tasks whose success rate is `rate(u)`, u spread evenly over (0, 1). */
function drawn(tasks: number, samples: number, rate: (u: number) => number, seed = 1): Count[] {
  const next = random(seed, "samples until pass");
  return Array.from({ length: tasks }, (_, task): Count => {
    const p = rate((task + 0.5) / tasks);
    let right = 0;
    for (let sample = 0; sample < samples; sample++) right += Number(next() < p);
    return [samples, right];
  });
}

describe("passAtK", () => {
  it("is 1 − C(3, 2)/C(5, 2) for two of five samples right", () => {
    expect(passAtK([[5, 2]], 2).value).toBeCloseTo(0.7, 12);
    expect(passAtK([[5, 2]], 1).value).toBeCloseTo(0.4, 12);
    expect(passAtK([[5, 2]], 4).value).toBe(1);
  });

  it("leaves out tasks with fewer samples, and refuses k that no task has", () => {
    expect(
      passAtK(
        [
          [5, 0],
          [2, 2],
        ],
        3,
      ).value,
    ).toBe(0);
    expect(() => passAtK([[5, 2]], 6)).toThrow(DomainError);
    expect(() => passAtK([[5, 2.5]], 1)).toThrow(DomainError);
  });

  it("grows with k, but no faster than k", () => {
    const anyCounts = fc.array(
      fc.integer({ min: 0, max: 8 }).map((right): Count => [8, right]),
      { minLength: 2, maxLength: 9 },
    );
    fc.assert(
      fc.property(anyCounts, (counts) => {
        for (let k = 1; k < 8; k++) {
          const [now, then] = [passAtK(counts, k).value, passAtK(counts, k + 1).value];
          expect(then).toBeGreaterThanOrEqual(now - 1e-12);
          expect(then).toBeLessThanOrEqual(((k + 1) / k) * now + 1e-12);
        }
      }),
    );
  });
});

describe("coverage beyond what was sampled", () => {
  const beta = (u: number) => 0.3 * u ** 3; // many tasks close to 0

  it("is ¼ for one sample of p ~ Beta(1, 3), and ½ for three", () => {
    const fit = { family: "beta", never: 0, first: 1, second: 3 } as const;
    expect(coverageAt(fit, 1)).toBeCloseTo(1 / 4, 12);
    expect(coverageAt(fit, 3)).toBeCloseTo(1 / 2, 12);
    expect(coverageAt({ ...fit, family: "never-or-beta", never: 0.2 }, 3)).toBeCloseTo(0.4, 12);
  });

  it("finds hopeless tasks beside others", () => {
    const fit = fitCoverage(
      drawn(2000, 40, (u) => (u < 0.3 ? 0 : 0.5)),
      "never-or-beta",
    )!;
    expect(fit.never).toBeCloseTo(0.3, 1);
    expect(Math.abs(coverageAt(fit, 400) - 0.7)).toBeLessThan(0.03);
  });

  it("is measured up to n and joins it without a step, grows with k, no faster than k", () => {
    const counts = drawn(80, 16, beta);
    const model = fitCoverageModel(counts, 1);
    expect(forecastCoverage(model, 16)).toEqual(passAtK(counts, 16));
    let last = forecastCoverage(model, 16);
    for (const k of [17, 20, 32, 64, 160, 1600]) {
      const here = forecastCoverage(model, k);
      expect(here.value).toBeGreaterThanOrEqual(last.value - 1e-12);
      expect(here.value).toBeLessThanOrEqual((k / 16) * passAtK(counts, 16).value + 1e-12);
      expect(here.low).toBeLessThanOrEqual(here.value);
      expect(here.high).toBeGreaterThanOrEqual(here.value);
      last = here;
    }
  });

  it("holds the truth at eight times the samples about nine times in ten", () => {
    const truth = Array.from({ length: 1000 }, (_, i) => 1 - (1 - beta((i + 0.5) / 1000)) ** 128);
    const mean = truth.reduce((sum, value) => sum + value, 0) / 1000;
    let inside = 0;
    for (let seed = 1; seed <= 25; seed++) {
      const { low, high } = forecastCoverage(fitCoverageModel(drawn(60, 16, beta, seed), seed), 128);
      if (low <= mean && mean <= high) inside++;
    }
    expect(inside).toBeGreaterThanOrEqual(21);
  });

  it("promises nothing without a success: from 0 to what the interval at n allows", () => {
    const counts: Count[] = Array.from({ length: 40 }, () => [16, 0]);
    const { value, low, high } = forecastCoverage(fitCoverageModel(counts, 1), 160);
    expect(low).toBe(0);
    expect(value).toBeLessThan(0.05);
    expect(high).toBeCloseTo(10 * passAtK(counts, 16).high, 6);
  });

  it("says how many samples solve half the tasks, and that some are never solved", () => {
    const some = fitCoverageModel(
      drawn(200, 64, (u) => (u < 0.3 ? 0 : 0.2)),
      1,
    );
    const half = samplesUntilCoverage(some, 0.5);
    expect(half.value).toBeGreaterThanOrEqual(4);
    expect(half.value).toBeLessThanOrEqual(8);
    expect(half.low).toBeLessThanOrEqual(half.value);
    expect(half.high).toBeGreaterThanOrEqual(half.value);
    expect(samplesUntilCoverage(some, 0.95).value).toBe(Number.POSITIVE_INFINITY);
    expect(meanSamplesUntilPass(some)).toBe(Number.POSITIVE_INFINITY);
    const never = neverSolved(some);
    expect(never.low).toBeLessThanOrEqual(never.value);
    expect(never.high).toBeGreaterThan(0.25);
  });

  it("has a mean number of samples where no task is close to hopeless", () => {
    const model = fitCoverageModel(
      drawn(400, 16, (u) => 0.4 + 0.2 * u),
      1,
    );
    expect(meanSamplesUntilPass({ ...model, chosen: "beta" })).toBeCloseTo(2.03, 1);
  });

  it("is the same for the same seed", () => {
    const counts = drawn(30, 8, beta);
    expect(fitCoverageModel(counts, 3)).toEqual(fitCoverageModel(counts, 3));
  });
});

describe("rareShareInterval", () => {
  it("is Clopper and Pearson's where each task answered once", () => {
    const { low, high } = rareShareInterval([...Array<Count>(9).fill([1, 0]), [1, 1]], 0.9);
    // s²/T with divisor T − 1 gives e = 9: 0.9 successes of 9 answers
    expect(low).toBeGreaterThan(0.003);
    expect(low).toBeLessThan(0.1);
    expect(high).toBeGreaterThan(0.35);
    expect(high).toBeLessThan(0.5);
  });

  it("takes every task for one answer where nothing was ever right: 1 − 0.05^(1/T) at the top", () => {
    const { value, low, high } = rareShareInterval(Array<Count>(40).fill([100, 0]), 0.9);
    expect([value, low]).toEqual([0, 0]);
    expect(high).toBeCloseTo(1 - 0.05 ** (1 / 40), 6);
  });

  it("is narrower the more tasks there are, and holds its value", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 3, maxLength: 30 }), (rights) => {
        const counts = rights.map((right): Count => [20, right]);
        const [one, four] = [counts, [...counts, ...counts, ...counts, ...counts]].map((list) =>
          rareShareInterval(list),
        );
        for (const { value, low, high } of [one!, four!]) {
          expect(low).toBeLessThanOrEqual(value);
          expect(high).toBeGreaterThanOrEqual(value);
        }
        expect(four!.high - four!.low).toBeLessThan(one!.high - one!.low + 1e-12);
      }),
    );
  });
});
