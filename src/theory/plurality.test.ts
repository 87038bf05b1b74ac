import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { majorityBias, majoritySlope } from "./majority.ts";
import {
  accuracyFromSignal,
  expectedLargestCount,
  mapFixedPoints,
  pluralityAccuracy,
  pluralityAheadBound,
  pluralityFixedPoints,
  pluralityLevelMap,
  pluralitySlope,
  signalFromAccuracy,
} from "./plurality.ts";

/** P(correct is a leader, over the number of leaders), over all k^n sequences of votes. */
function pluralityByEnumeration(law: readonly number[], votes: number): number {
  const counts = law.map(() => 0);
  const from = (vote: number): number => {
    if (vote === votes) {
      const most = Math.max(...counts);
      return counts[0] === most ? 1 / counts.filter((count) => count === most).length : 0;
    }
    return law.reduce((sum, probability, answer) => {
      counts[answer]!++;
      const rest = probability * from(vote + 1);
      counts[answer]!--;
      return sum + rest;
    }, 0);
  };
  return from(0);
}

const anyAccuracy = fc.double({ min: 0, max: 1, noNaN: true });

describe("pluralityAccuracy", () => {
  it("agrees with counting all sequences of votes", () => {
    const anyLaw = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(anyLaw, fc.integer({ min: 1, max: 6 }), (raw, votes) => {
        const total = raw.reduce((sum, x) => sum + x, 0);
        fc.pre(total > 0.1);
        const [accuracy, ...wrong] = raw.map((x) => x / total);
        expect(pluralityAccuracy(accuracy!, votes, wrong)).toBeCloseTo(
          pluralityByEnumeration([accuracy!, ...wrong], votes),
          11,
        );
      }),
    );
  });

  it("is the majority for two answers", () => {
    fc.assert(
      fc.property(anyAccuracy, fc.integer({ min: 1, max: 60 }), (accuracy, votes) => {
        expect(2 * pluralityAccuracy(accuracy, votes, 1) - 1).toBeCloseTo(majorityBias(2 * accuracy - 1, votes), 10);
      }),
    );
  });

  it("stays at chance when all answers are equally likely, even for a thousand votes", () => {
    for (const [votes, options] of [
      [7, 3],
      [10, 10],
      [1000, 3],
    ] as const)
      expect(pluralityAccuracy(1 / options, votes, options - 1)).toBeCloseTo(1 / options, 9);
  });

  it("needs p above the most popular mistake, not above one half", () => {
    expect(pluralityAccuracy(0.4, 201, 9)).toBeGreaterThan(0.999);
    expect(pluralityAccuracy(0.4, 201, [0.5, 0.1])).toBeLessThan(0.1);
  });

  it.each([
    [0.5, [0.2, 0.2]],
    [1.2, 3],
    [0.5, 0],
    [0.5, []],
  ])("refuses p = %d with the mistakes %j", (accuracy, wrong) => {
    expect(() => pluralityAccuracy(accuracy, 3, wrong)).toThrow("is outside its domain");
  });
});

describe("pluralitySlope", () => {
  it("is the slope of the plurality map at chance, and κ for two answers", () => {
    for (const [votes, options] of [
      [3, 4],
      [5, 10],
      [8, 3],
    ] as const) {
      const h = 1e-4;
      const signal = (delta: number) =>
        signalFromAccuracy(pluralityAccuracy(accuracyFromSignal(delta, options), votes, options - 1), options);
      expect((signal(h) - signal(-h)) / (2 * h)).toBeCloseTo(pluralitySlope(votes, options), 5);
    }
    expect(pluralitySlope(9, 2)).toBeCloseTo(majoritySlope(9), 12);
    expect(pluralitySlope(5, 1000)).toBeLessThan(1.01);
  });

  it("rests on the largest count of balls in cells", () => {
    expect(expectedLargestCount(2, 2)).toBeCloseTo(1.5, 13);
    expect(expectedLargestCount(3, 1)).toBeCloseTo(3, 12);
  });
});

describe("the signal of an accuracy", () => {
  it("is 0 at chance and 1 when always right, and can be turned back", () => {
    fc.assert(
      fc.property(anyAccuracy, fc.integer({ min: 2, max: 50 }), (accuracy, options) => {
        expect(accuracyFromSignal(signalFromAccuracy(accuracy, options), options)).toBeCloseTo(accuracy, 12);
        expect(signalFromAccuracy(1 / options, options)).toBeCloseTo(0, 12);
        expect(signalFromAccuracy(1, options)).toBe(1);
      }),
    );
  });
});

describe("the transition for many answers", () => {
  const node = { votes: 5, options: 10, fidelity: 0.6 };

  it("is discontinuous: a stable point coexists with collapse although α < 1", () => {
    expect(0.6 * pluralitySlope(5, 10)).toBeLessThan(1);
    expect(pluralityFixedPoints(node, 100).map(({ stability }) => stability)).toEqual(["unstable", "stable"]);
    for (const { at } of pluralityFixedPoints(node, 100)) expect(pluralityLevelMap(at, node)).toBeCloseTo(at, 9);
  });

  it("is a straight line under full dependence", () => {
    expect(pluralityLevelMap(0.4, { ...node, rho: 1 })).toBeCloseTo(0.24, 14);
  });
});

describe("mapFixedPoints", () => {
  it("finds all of a cubic and tells which attract", () => {
    const points = mapFixedPoints((x) => x - (x - 0.2) * (x - 0.5) * (x - 0.8));
    expect(points.map(({ at }) => at.toFixed(9))).toEqual(["0.200000000", "0.500000000", "0.800000000"]);
    expect(points.map(({ stability }) => stability)).toEqual(["stable", "unstable", "stable"]);
  });
});

describe("pluralityAheadBound", () => {
  it("bounds what a race of two really wins", () => {
    // two answers: P = 1/(1 + (q/p)^k) ≥ 1 − (q/p)^k
    const bound = pluralityAheadBound(0.6, 1, 3);
    expect(bound).toBeCloseTo(1 - (0.4 / 0.6) ** 3, 12);
    expect(bound).toBeLessThan(1 / (1 + (0.4 / 0.6) ** 3));
    expect(() => pluralityAheadBound(0.3, [0.4, 0.3], 3)).toThrow("above the probability of every wrong answer");
  });
});
