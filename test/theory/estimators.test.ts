import { describe, expect, it } from "vitest";
import {
  deltaQuality,
  fidelityQuality,
  leafCurveQuality,
  nestedQuality,
  pairQuality,
  type Quality,
  supercriticalAtCritical,
} from "./measure-estimators.ts";

// The figures of the specification, §§13 and 14; estimators.long.test.ts measures them ten times as long.
const rounds = 400;

/** Both shares are of some 400 rounds: 4 standard errors of their difference. */
function expectCovered({ covered }: Quality, specified: number): void {
  expect(Math.abs(covered - specified)).toBeLessThan(4 * Math.sqrt((specified * (1 - specified) * 2) / rounds));
}

/** No more bias than chance makes of these rounds, and the stated scatter within a fifth. */
function expectEstimate({ mean, truth, deviation }: Quality, specified: number, bias = 0): void {
  expect(Math.abs(mean - truth)).toBeLessThan(bias + (4 * deviation) / Math.sqrt(rounds));
  expect(Math.abs(deviation / specified - 1)).toBeLessThan(0.2);
}

describe("the estimators, where the truth is known", () => {
  it("find β to ±0.03 from 5 levels of 400 answers; least squares of logarithms are worse", () => {
    const [likelihood, leastSquares] = leafCurveQuality(rounds) as [Quality, Quality];
    expectEstimate(likelihood, 0.03);
    expectCovered(likelihood, 0.955);
    expect(leastSquares.mean - 0.3).toBeGreaterThan(0);
    expect(leastSquares.mean - 0.3).toBeLessThan(0.024);
    expect(leastSquares.deviation / likelihood.deviation).toBeGreaterThan(1.1);
    expect(leastSquares.deviation / likelihood.deviation).toBeLessThan(1.8);
  });

  it("find γ(100) to ±0.025 from 5 lengths of 300 relays", () => {
    const fidelity = fidelityQuality(rounds);
    expect(fidelity.truth).toBeCloseTo(0.7135, 4);
    expectEstimate(fidelity, 0.025, 0.002);
  });

  it("find ρ of votes to ±0.05 from 100 tasks of five, under either law, and cover it", () => {
    for (const [tasks, specified] of [
      [30, [0.912, 0.933]],
      [100, [0.952, 0.94]],
    ] as const)
      pairQuality(tasks, rounds).forEach((one, law) => {
        expectEstimate(one, 0.05 * Math.sqrt(100 / tasks), 0.002);
        expectCovered(one, specified[law]!);
      });
  });

  it("tell what tasks share from what groups share, and cover both", () => {
    for (const [tasks, specified] of [
      [30, [0.935, 0.95]],
      [100, [0.948, 0.96]],
    ] as const)
      nestedQuality(tasks, rounds).forEach((one, part) => {
        expectEstimate(one, 0.047 * Math.sqrt(100 / tasks), 0.01);
        expectCovered(one, specified[part]!);
      });
  });
});

describe("what calibrations say about forecasts", () => {
  it("covers the bias of six trees and their α in 91 to 97 %", () => {
    for (const { covered } of deltaQuality(rounds)) {
      expect(covered).toBeGreaterThan(0.91 - 4 * Math.sqrt((0.91 * 0.09) / rounds));
      expect(covered).toBeLessThan(0.97 + 4 * Math.sqrt((0.97 * 0.03) / rounds));
    }
  });

  it("is no better than a coin at α = 1: P(α > 1) is spread evenly", () => {
    const stated = supercriticalAtCritical(rounds);
    for (const level of [0.05, 0.25, 0.5, 0.75, 0.95]) {
      const below = stated.filter((probability) => probability < level).length / rounds;
      expect(Math.abs(below - level)).toBeLessThan(4 * Math.sqrt((level * (1 - level)) / rounds) + 0.01);
    }
  });
});
