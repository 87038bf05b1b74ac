import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { majorityBias } from "../theory/majority.ts";
import { aheadByKCapped } from "../theory/sequential.ts";
import { winTable } from "./scatter.ts";
import { aheadValue, voteValue } from "./vote-value.ts";

const anyAccuracy = fc.double({ min: 0, max: 1, noNaN: true });
const anyConcentration = fc.constantFrom(0, 0.1, 0.5, 1, 4, 40, Number.POSITIVE_INFINITY);
const at = (accuracy: number, concentration: number, options = Number.POSITIVE_INFINITY) => ({
  accuracies: Float64Array.of(accuracy),
  scatters: [{ concentration, options }],
});

describe("winTable", () => {
  it.each([
    [5, 2, 0.153247],
    [3, 2, 0.514286],
    [1, 1, 0.5],
    [2, 1, 0.2],
  ])("matches the reference at θ = 1.5 for %i wrong against %i right votes", (wrong, right, expected) => {
    expect(winTable(1.5, 7)[wrong * 8 + right]).toBeCloseTo(expected, 6);
  });

  it("is between its ends: agreeing wrong answers win most, scattered ones least", () => {
    const [agree, scatter] = [winTable(0, 9), winTable(Number.POSITIVE_INFINITY, 9)];
    fc.assert(
      fc.property(anyConcentration, fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), (theta, w, c) => {
        fc.pre(c + w <= 9);
        const value = winTable(theta, 9)[w * 10 + c]!;
        expect(value).toBeGreaterThanOrEqual(agree[w * 10 + c]! - 1e-12);
        expect(value).toBeLessThanOrEqual(scatter[w * 10 + c]! + 1e-12);
      }),
    );
  });
});

describe("voteValue", () => {
  it("matches the reference at p = 0.52, θ = 1", () => {
    expect(voteValue(at(0.52, 1), 0, 3).accuracy[0]).toBeCloseTo(0.589888, 6);
    expect(voteValue(at(0.52, 1), 0, 9).accuracy[0]).toBeCloseTo(0.742363, 6);
  });

  it("is the majority of the theory where all wrong answers agree", () => {
    fc.assert(
      fc.property(anyAccuracy, fc.integer({ min: 1, max: 30 }), (p, votes) => {
        expect(voteValue(at(p, 0), 0, votes).accuracy[0]).toBeCloseTo((1 + majorityBias(2 * p - 1, votes)) / 2, 9);
      }),
    );
  });

  it("is the accuracy itself for one vote, whatever wrong answers do", () => {
    fc.assert(
      fc.property(anyAccuracy, anyConcentration, fc.double({ min: 0, max: 1, noNaN: true }), (p, theta, unparsed) => {
        expect(voteValue(at(p, theta), unparsed, 1).accuracy[0]).toBeCloseTo(p, 12);
      }),
    );
  });

  it("with a quorum is what the rule makes of every hand, whatever wrong answers do", () => {
    // four samples, a fifth of those that are not right unparsed: right, wrong and silent with .5, .4, .1
    const majority = 0.5 ** 4 + 4 * 0.5 ** 3 * 0.5 + 6 * 0.5 ** 2 * (0.1 ** 2 + 2 * 0.1 * 0.4) + 4 * 0.5 * 0.1 ** 3;
    const unanimous = 0.6 ** 4 - 0.1 ** 4; // right or silent, not all silent
    for (const theta of [0, 1, Number.POSITIVE_INFINITY]) {
      expect(voteValue(at(0.5, theta), 0.2, 4, "majority").accuracy[0]).toBeCloseTo(majority, 12);
      expect(voteValue(at(0.5, theta), 0.2, 4, "unanimous").accuracy[0]).toBeCloseTo(unanimous, 12);
    }
  });

  it("depends on both lists of its grid", () => {
    const scatters = [0, 1].map((concentration) => ({ concentration, options: Number.POSITIVE_INFINITY }));
    const [low, high] = [0.6, 0.9].map((p) => voteValue({ accuracies: Float64Array.of(p), scatters }, 0, 3));
    expect(low!.accuracy[0]).toBeLessThan(high!.accuracy[0]!);
  });

  it("is sure once wrong answers are no votes and one is right", () => {
    expect(voteValue(at(0.3, 0), 1, 4).accuracy[0]).toBeCloseTo(1 - 0.7 ** 4, 12);
  });
});

describe("aheadValue", () => {
  it("is the race of the theory where all wrong answers agree", () => {
    for (const p of [0.2, 0.5, 0.8]) {
      const value = aheadValue(at(p, 0), 0, 2, 9);
      const exact = aheadByKCapped(p, 2, 9);
      expect(value.accuracy[0]).toBeCloseTo(exact.accuracy, 12);
      expect(value.calls[0]).toBeCloseTo(exact.votes, 12);
    }
  });

  it("with a lead of one is a single call, and more samples where that could not be parsed", () => {
    const value = aheadValue(at(0.6, 1), 0.5, 1, 3);
    expect(value.calls[0]).toBeGreaterThan(1);
    expect(aheadValue(at(0.6, 1), 0, 1, 3).calls[0]).toBe(1);
  });

  it("never asks more than the cap and never fewer than the lead", () => {
    fc.assert(
      fc.property(
        anyAccuracy,
        fc.constantFrom(0, 0.25, 2, 40),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        (p, theta, unparsed) => {
          const calls = aheadValue(at(p, theta), unparsed, 2, 7).calls[0]!;
          expect(calls).toBeGreaterThanOrEqual(2 - 1e-12);
          expect(calls).toBeLessThanOrEqual(7 + 1e-12);
        },
      ),
      { numRuns: 50 },
    );
  });
});
