import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  betaDifficulty,
  deepLimitOverTasks,
  fitDifficulty,
  starAccuracyBeta,
  starAccuracyFromCounts,
  subsetMajorityAccuracy,
  treeAccuracyBeta,
  treeAccuracyFromCounts,
  treeAccuracyOverTasks,
} from "./difficulty.ts";
import { majorityBias } from "./majority.ts";
import { random } from "./random.ts";
import { treeBias } from "./tree.ts";

const anyAccuracy = fc.double({ min: 0.01, max: 0.99, noNaN: true });

describe("betaDifficulty", () => {
  it("has the mean and the correlation it was asked for, however narrow", () => {
    fc.assert(
      fc.property(
        anyAccuracy,
        fc.double({ min: -7, max: -0.05, noNaN: true }).map((power) => 10 ** power),
        (accuracy, rho) => {
          const { accuracies, weights } = betaDifficulty(accuracy, rho);
          const mean = accuracies.reduce((sum, p, i) => sum + weights[i]! * p, 0);
          const variance = accuracies.reduce((sum, p, i) => sum + weights[i]! * (p - accuracy) ** 2, 0);
          expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
          expect(mean).toBeCloseTo(accuracy, 9);
          expect(variance / (accuracy * (1 - accuracy) * rho)).toBeCloseTo(1, 5);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is one point without spread and two points with all of it", () => {
    expect(betaDifficulty(0.6, 0)).toEqual({ accuracies: [0.6], weights: [1] });
    expect(betaDifficulty(0.6, 1)).toEqual({ accuracies: [0, 1], weights: [0.4, 0.6] });
    expect(betaDifficulty(1, 0.3)).toEqual({ accuracies: [1], weights: [1] });
  });
});

describe("trees over tasks of different difficulty", () => {
  it.each([
    [5, 1, 68.1, 70.7, 73.1],
    [5, 2, 70.3, 77.5, 83.3],
    [5, 3, 71.4, 84.6, 92.7],
    [9, 3, 72.2, 93.5, 98.8],
    [9, 6, 72.5, 97.6, 99.4],
  ])(
    "are far from what either correlation alone says at b = %i, L = %i (table of §12)",
    (fanIn, layers, mixture, total, within) => {
      const tree = (rho: number) => (1 + treeBias(0.3, layers, { fanIn, fidelity: 0.9, rho })) / 2;
      expect(
        Math.abs(treeAccuracyBeta(0.65, 0.25, layers, { fanIn, fidelity: 0.9, rho: 0.1 }) - mixture / 100),
      ).toBeLessThan(1e-3);
      expect(Math.abs(tree(0.325) - total / 100)).toBeLessThan(1e-3);
      expect(Math.abs(tree(0.1) - within / 100)).toBeLessThan(1e-3);
    },
  );

  it("are stars under the beta law when nothing is shared within a task", () => {
    fc.assert(
      fc.property(anyAccuracy, fc.double({ min: 0.01, max: 0.8, noNaN: true }), (accuracy, rho) => {
        const aggregation = { fanIn: 7, fidelity: 1, rho: 0 };
        expect(treeAccuracyBeta(accuracy, rho, 1, aggregation)).toBeCloseTo(starAccuracyBeta(accuracy, rho, 7), 9);
      }),
      { numRuns: 30 },
    );
  });

  it("end at μ* on the tasks that most agents solve, and at −μ* on the others", () => {
    const difficulty = { accuracies: [0.2, 0.6, 0.9, 0.5], weights: [1, 2, 2, 5] };
    const aggregation = { fanIn: 5, fidelity: 0.9, rho: 0.1 };
    const deep = treeAccuracyOverTasks(difficulty, 500, aggregation);
    expect(deep).toBeCloseTo(deepLimitOverTasks(difficulty, aggregation), 9);
  });

  it("need weights of at least one task", () => {
    const aggregation = { fanIn: 5, fidelity: 0.9, rho: 0.1 };
    expect(() => treeAccuracyOverTasks({ accuracies: [0.5], weights: [0] }, 1, aggregation)).toThrow(
      "sum of weights = 0",
    );
    expect(() => treeAccuracyOverTasks({ accuracies: [0.5], weights: [] }, 1, aggregation)).toThrow(
      "weights.length = 0",
    );
  });
});

describe("subsetMajorityAccuracy", () => {
  it("counts the subsets whose majority is right", () => {
    const anyTask = fc
      .integer({ min: 1, max: 9 })
      .chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 0, max: n }), fc.integer({ min: 1, max: n })));
    fc.assert(
      fc.property(anyTask, ([recorded, correct, fanIn]) => {
        let [subsets, wins] = [0, 0];
        for (let mask = 0; mask < 2 ** recorded; mask++) {
          const drawn = Array.from({ length: recorded }, (_, i) => (mask >> i) & 1);
          if (drawn.reduce((sum, one) => sum + one, 0) !== fanIn) continue;
          const right = drawn.slice(0, correct).reduce((sum, one) => sum + one, 0);
          subsets++;
          wins += 2 * right > fanIn ? 1 : 2 * right === fanIn ? 0.5 : 0;
        }
        expect(subsetMajorityAccuracy(recorded, correct, fanIn)).toBeCloseTo(wins / subsets, 12);
      }),
    );
  });

  it("is unbiased: its mean over recordings is the vote itself", () => {
    const [n, p, fanIn] = [8, 0.6, 5];
    let mean = 0;
    let probability = (1 - p) ** n;
    for (let k = 0; k <= n; k++) {
      mean += probability * subsetMajorityAccuracy(n, k, fanIn);
      probability *= ((n - k) / (k + 1)) * (p / (1 - p));
    }
    expect(mean).toBeCloseTo((1 + majorityBias(2 * p - 1, fanIn)) / 2, 12);
  });

  it("stands thousands of runs and refuses more votes than were recorded", () => {
    expect(subsetMajorityAccuracy(10_000, 6000, 101)).toBeCloseTo((1 + majorityBias(0.2, 101)) / 2, 2);
    expect(() => subsetMajorityAccuracy(5, 3, 7)).toThrow("fanIn = 7");
    const counts = [
      { recorded: 5, correct: 5 },
      { recorded: 5, correct: 0 },
    ];
    expect(starAccuracyFromCounts(counts, 3)).toBe(0.5);
  });
});

describe("fitDifficulty", () => {
  const next = random("difficulty");
  const counts = Array.from({ length: 300 }, () => {
    const p = next() < 0.3 ? 0.3 : 0.8;
    const correct = Array.from({ length: 20 }, () => next()).filter((u) => u < p).length;
    return { recorded: 20, correct };
  });

  it("recovers a law of two kinds of tasks", () => {
    const { accuracies, weights } = fitDifficulty(counts);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    const mean = accuracies.reduce((sum, p, i) => sum + weights[i]! * p, 0);
    expect(mean).toBeCloseTo(counts.reduce((sum, { correct }) => sum + correct, 0) / 6000, 3);
    const hard = weights.filter((_, i) => accuracies[i]! < 0.55).reduce((sum, weight) => sum + weight, 0);
    expect(Math.abs(hard - 0.3)).toBeLessThan(0.08);
  });

  it("raises the likelihood at every step", () => {
    const logLikelihood = (iterations: number) => {
      const { accuracies, weights } = fitDifficulty(counts, { iterations });
      return counts.reduce((sum, { recorded, correct }) => {
        const evidence = accuracies.reduce(
          (s, p, i) => s + weights[i]! * p ** correct * (1 - p) ** (recorded - correct),
          0,
        );
        return sum + Math.log(evidence);
      }, 0);
    };
    const steps = [0, 1, 5, 50].map(logLikelihood);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
  });

  it("carries over to trees", () => {
    const aggregation = { fanIn: 5, fidelity: 1, rho: 0 };
    expect(Math.abs(treeAccuracyFromCounts(counts, 8, aggregation) - 0.7)).toBeLessThan(0.08);
  });
});
