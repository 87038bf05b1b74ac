import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { majorityBias } from "./majority.ts";
import { random } from "./random.ts";
import {
  aheadByK,
  aheadByKCapped,
  aheadByKOverTasks,
  aheadByKShared,
  decompositionCost,
  leadForError,
  leadForSteps,
  raceToK,
  sequentialTestThresholds,
  sequentialTestWalk,
} from "./sequential.ts";

const anyAccuracy = fc.double({ min: 0, max: 1, noNaN: true });
const anyLead = fc.integer({ min: 1, max: 12 });

describe("aheadByK", () => {
  it("beats nine fixed votes at the price of 8.1: 77 % against 73 % at 60 %", () => {
    const { accuracy, votes } = aheadByK(0.6, 3);
    expect(accuracy).toBeCloseTo(0.771, 3);
    expect(votes).toBeCloseTo(8.14, 2);
    expect((1 + majorityBias(0.2, 9)) / 2).toBeCloseTo(0.733, 3);
  });

  it("is the capped vote without its cap", () => {
    fc.assert(
      fc.property(anyAccuracy, fc.integer({ min: 1, max: 6 }), (accuracy, lead) => {
        const capped = aheadByKCapped(accuracy, lead, 4000);
        expect(capped.capped).toBeLessThan(1e-9);
        expect(aheadByK(accuracy, lead).accuracy).toBeCloseTo(capped.accuracy, 9);
        expect(aheadByK(accuracy, lead).votes).toBeCloseTo(capped.votes, 5);
      }),
      { numRuns: 40 },
    );
  });

  it("maps biases by tanh(k atanh μ) and is symmetric", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), anyLead, (accuracy, lead) => {
        const bias = Math.tanh(lead * Math.atanh(2 * accuracy - 1));
        expect(2 * aheadByK(accuracy, lead).accuracy - 1).toBeCloseTo(bias, 11);
        expect(aheadByK(1 - accuracy, lead).votes).toBeCloseTo(aheadByK(accuracy, lead).votes, 8);
      }),
    );
  });

  it("takes k² votes of a coin, k votes of an oracle, with no step in between", () => {
    expect(aheadByK(0.5, 7)).toEqual({ accuracy: 0.5, votes: 49 });
    expect(aheadByK(0.5 + 1e-9, 7).votes).toBeCloseTo(49, 8);
    expect(aheadByK(1, 7)).toEqual({ accuracy: 1, votes: 7 });
    expect(aheadByK(0, 7)).toEqual({ accuracy: 0, votes: 7 });
  });
});

describe("aheadByKCapped", () => {
  it("agrees with votes drawn one by one", () => {
    const [trials, next] = [40_000, random("ahead, capped")];
    let [right, votes, capped] = [0, 0, 0];
    for (let trial = 0; trial < trials; trial++) {
      let [lead, asked] = [0, 0];
      while (Math.abs(lead) < 3 && asked < 8) {
        lead += next() < 0.65 ? 1 : -1;
        asked++;
      }
      votes += asked;
      if (Math.abs(lead) < 3) capped++;
      right += lead > 0 ? 1 : lead === 0 ? 0.5 : 0;
    }
    const exact = aheadByKCapped(0.65, 3, 8);
    const error = 4 * Math.sqrt(0.25 / trials);
    expect(Math.abs(right / trials - exact.accuracy)).toBeLessThan(error);
    expect(Math.abs(capped / trials - exact.capped)).toBeLessThan(error);
    expect(Math.abs(votes / trials - exact.votes)).toBeLessThan(5 * error);
  });

  it("is a plain vote when the cap comes first, and pays for its tie rule", () => {
    fc.assert(
      fc.property(anyAccuracy, fc.integer({ min: 1, max: 30 }), (accuracy, cap) => {
        const plain = aheadByKCapped(accuracy, cap + 1, cap);
        expect(2 * plain.accuracy - 1).toBeCloseTo(majorityBias(2 * accuracy - 1, cap), 10);
        expect(plain.votes).toBeCloseTo(cap, 10);
        expect(plain.capped).toBeCloseTo(1, 10);
        const wrong = aheadByKCapped(accuracy, cap + 1, cap, "wrong");
        expect(2 * wrong.accuracy - 1).toBeCloseTo(majorityBias(2 * accuracy - 1, cap, "wrong"), 10);
      }),
    );
  });
});

describe("raceToK", () => {
  it("answers like the full vote and stops early", () => {
    fc.assert(
      fc.property(anyAccuracy, anyLead, (accuracy, goal) => {
        const race = raceToK(accuracy, goal);
        expect(2 * race.accuracy - 1).toBeCloseTo(majorityBias(2 * accuracy - 1, 2 * goal - 1), 12);
        expect(race.votes).toBeGreaterThanOrEqual(goal - 1e-9);
        expect(race.votes).toBeLessThanOrEqual(2 * goal - 1 + 1e-9);
      }),
    );
    expect(raceToK(1, 4)).toEqual({ accuracy: 1, votes: 4 });
    expect(raceToK(0.6, 2).votes).toBeCloseTo(2 * 0.52 + 3 * 0.48, 12);
    expect(raceToK(0.6, 5000).votes).toBeCloseTo(5000 / 0.6, 3);
  });
});

describe("the lead for an error", () => {
  it("is the smallest that suffices", () => {
    const better = fc.double({ min: 0.51, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(better, fc.double({ min: 1e-12, max: 0.4, noNaN: true }), (accuracy, error) => {
        const lead = leadForError(accuracy, error);
        const wrong = (k: number) => aheadByK(1 - accuracy, k).accuracy;
        expect(wrong(lead)).toBeLessThanOrEqual(error * (1 + 1e-9));
        if (lead > 1) expect(wrong(lead - 1)).toBeGreaterThan(error * (1 - 1e-9));
      }),
    );
    expect(leadForError(0.9, 0.1)).toBe(1);
    expect(leadForError(1, 1e-9)).toBe(1);
    expect(() => leadForError(0.5, 0.01)).toThrow("accuracy = 0.5");
  });

  it("carries a million steps: 4 at 99 % for 95 %", () => {
    const steps = 2 ** 20 - 1;
    expect(leadForSteps(0.99, steps, 0.95)).toBe(4);
    expect(decompositionCost(0.99, steps, 4).success).toBeCloseTo(0.989, 3);
    expect(decompositionCost(0.99, steps, 3).success).toBeLessThan(0.95);
    expect(decompositionCost(0.99, steps, 4).cost / 1e6).toBeCloseTo(4.28, 2);
    expect(decompositionCost(0.99, 10, 4, { costPerVote: 3, discarded: 0.5 }).cost).toBeCloseTo(
      6 * decompositionCost(0.99, 10, 4).cost,
      9,
    );
  });
});

describe("sequential votes over tasks", () => {
  it("average what each task takes", () => {
    const both = aheadByKOverTasks([0.2, 0.9], 3, [1, 3]);
    const [hard, easy] = [aheadByK(0.2, 3), aheadByK(0.9, 3)];
    expect(both.accuracy).toBeCloseTo((hard.accuracy + 3 * easy.accuracy) / 4, 14);
    expect(both.votes).toBeCloseTo((hard.votes + 3 * easy.votes) / 4, 12);
  });

  it("stop after k votes when all are one", () => {
    expect(aheadByKShared(0.6, 3, 1)).toEqual({ accuracy: 0.6, votes: 3 });
    expect(aheadByKShared(0.6, 3, 0)).toEqual(aheadByK(0.6, 3));
  });
});

describe("the sequential test", () => {
  it("is the race of leads when its borders are equal", () => {
    fc.assert(
      fc.property(anyAccuracy, anyLead, (accuracy, lead) => {
        const walk = sequentialTestWalk(accuracy, lead, lead);
        expect(walk.accuracy).toBeCloseTo(aheadByK(accuracy, lead).accuracy, 9);
        expect(walk.votes / aheadByK(accuracy, lead).votes).toBeCloseTo(1, 6);
      }),
    );
  });

  it("solves the difference equation of its walk", () => {
    const [p, up, down] = [0.55, 4, 3];
    const from = (shift: number) => sequentialTestWalk(p, up - shift, down + shift).accuracy;
    expect(from(0)).toBeCloseTo(p * from(1) + (1 - p) * from(-1), 12);
    expect(sequentialTestWalk(0.001, 300, 2).accuracy).toBe(0); // r^300 would overflow
    expect(sequentialTestWalk(1, 4, 3)).toEqual({ accuracy: 1, votes: 4 });
  });

  it("has Wald's thresholds", () => {
    const { accept, reject } = sequentialTestThresholds(0.05, 0.1);
    expect(Math.exp(accept)).toBeCloseTo(18, 10);
    expect(Math.exp(-reject)).toBeCloseTo(9.5, 10);
  });
});
