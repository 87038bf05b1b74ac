import { describe, expect, it } from "vitest";
import {
  deltaQuality,
  fidelityQuality,
  leafCurveQuality,
  nestedQuality,
  pairQuality,
  type Quality,
} from "./measure-estimators.ts";

// Last results: bench/theory/results.md. The figures of the specification rest on some 400 rounds each: 1.5 points either way.
const rounds = 4000;
function expectCovered({ covered }: Quality, specified: number): void {
  expect(Math.abs(covered - specified)).toBeLessThan(0.04);
}

describe("the estimators over 4000 rounds", () => {
  it("find β without bias worth naming, and γ(100)", () => {
    const [likelihood] = leafCurveQuality(rounds) as [Quality, Quality];
    expect(Math.abs(likelihood.mean - 0.3)).toBeLessThan(0.003);
    expectCovered(likelihood, 0.955);
    expect(Math.abs(fidelityQuality(rounds).mean - 0.7135)).toBeLessThan(0.003);
  });

  it.each([
    [30, [0.912, 0.933, 0.935, 0.95], [0.898, 0.905, 0.917, 0.927]],
    [100, [0.952, 0.94, 0.948, 0.96], [0.943, 0.927, 0.937, 0.947]],
    [300, [0.95, 0.953, 0.963, 0.943], [0.93, 0.94, 0.953, 0.947]],
  ])("cover ρ at %i tasks, leaving tasks out and drawing them anew", (tasks, jackknife, bootstrap) => {
    const left = [...pairQuality(tasks, rounds), ...nestedQuality(tasks, rounds)];
    const drawn = [...pairQuality(tasks, 1000, true), ...nestedQuality(tasks, 1000, true)];
    left.forEach((one, i) => {
      expect(Math.abs(one.mean - one.truth)).toBeLessThan(0.01);
      expectCovered(one, jackknife[i]!);
    });
    for (const [i, one] of drawn.entries()) expectCovered(one, bootstrap[i]!);
  });

  it("cover forecasts in 91 to 97 %", () => {
    for (const { covered } of deltaQuality(rounds)) {
      expect(covered).toBeGreaterThan(0.91);
      expect(covered).toBeLessThan(0.975);
    }
  });
});
