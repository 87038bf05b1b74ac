import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { difference, mean, probabilityBetter } from "./choose.ts";
import { gainOf, logRatio, logScore, shareSaved } from "./log-risk.ts";

const errors = (seed: number, tasks = 60) =>
  Float64Array.from({ length: tasks }, (_, t) => 1 + ((t * 7919 + seed * 104_729) % 97) / 20);

describe("logScore", () => {
  it("compares errors by their ratio: half the error on every task is a gain of one half, and nobody doubts it", () => {
    const single = errors(1);
    const gain = gainOf(
      difference(
        logScore(
          single.map((e) => e / 2),
          3,
        ),
        logScore(single, 3),
      ),
      "single@a",
      0.9,
    );
    expect(gain.mean).toBeCloseTo(0.5, 10);
    expect(gain.probabilityBetter).toBeGreaterThan(0.999);
    expect(gain.low).toBeGreaterThan(0.49);
    expect(gain.tasksStillNeeded).toBeNull();
  });

  it("does not know the unit of the answers, nor the scale", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (seed, unit) => {
        const [a, b] = [errors(seed), errors(seed + 1)];
        const plain = difference(logScore(a, 1), logScore(b, 1));
        const other = difference(
          logScore(
            a.map((e) => e * unit),
            unit * 5,
          ),
          logScore(
            b.map((e) => e * unit),
            unit * 5,
          ),
        );
        expect(other.gain).toBeCloseTo(plain.gain, 8);
        expect(other.error).toBeCloseTo(plain.error, 8);
      }),
    );
  });

  it("scatters as the logarithm of the mean does: the delta method where no task is wild", () => {
    const risks = errors(3, 400);
    const { accuracy, score } = logScore(risks, 2);
    const center = mean(risks);
    expect(score).toBeCloseTo(-Math.log(center / 2), 12);
    for (const t of [0, 17, 399]) expect(accuracy[t]).toBeCloseTo(score + 1 - risks[t]! / center, 1);
  });

  it("is sure of nothing that one task decides, whoever errs on it", () => {
    const calm = errors(1);
    const wild = calm.with(0, 1e6);
    expect(probabilityBetter(difference(logScore(calm, 1), logScore(wild, 1)))).toBeLessThan(0.95);
    // Both are wrong on it, one of them a little less.
    const less = wild.map((e) => 0.8 * e);
    expect(probabilityBetter(difference(logScore(less, 1), logScore(wild, 1)))).toBeLessThan(0.9);
  });

  it("takes a team that never errs for a very good one", () => {
    const { score, accuracy } = logScore(new Float64Array(10), 1);
    expect(score).toBeGreaterThan(10);
    expect([...accuracy].every(Number.isFinite)).toBe(true);
  });
});

describe("shares of an error", () => {
  it("are ratios seen from one side", () => {
    fc.assert(
      fc.property(fc.double({ min: -20, max: 0.999, noNaN: true }), (share) => {
        expect(shareSaved(logRatio(share))).toBeCloseTo(share, 10);
      }),
    );
    expect(shareSaved(Math.log(2))).toBeCloseTo(0.5, 12);
  });
});
