import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  averagingChainRisk,
  leafRisk,
  optimalChainFloor,
  optimalChainRisk,
  optimalErrorWeights,
  relayChainRisk,
  starRisk,
  treeContraction,
  treeRisk,
  treeRiskExponent,
  treeRiskFloor,
  treeRiskMixingDepth,
  treeRiskWithCommonCause,
  weightedErrorRisk,
} from "./squared-error.ts";

const anyNoise = fc.record({
  rho: fc.double({ min: 0, max: 0.95, noNaN: true }),
  channelVariance: fc.double({ min: 0.001, max: 2, noNaN: true }),
});
const anyFanIn = fc.integer({ min: 2, max: 25 });
const anyRisk = fc.double({ min: 0.01, max: 10, noNaN: true });

describe("risk of a tree", () => {
  it("is one layer of averaging, applied again and again", () => {
    fc.assert(
      fc.property(anyRisk, anyFanIn, fc.integer({ min: 0, max: 12 }), anyNoise, (risk, fanIn, layers, noise) => {
        let step = risk;
        for (let layer = 0; layer < layers; layer++)
          step = treeContraction(fanIn, noise.rho) * step + noise.channelVariance / fanIn;
        expect(treeRisk(risk, layers, fanIn, noise) / step).toBeCloseTo(1, 10);
      }),
    );
    expect(treeRisk(1, 4, 5, { rho: 1, channelVariance: 0.5 })).toBeCloseTo(1.4, 12);
  });

  it("is a star's for one layer, and ends at its floor", () => {
    fc.assert(
      fc.property(anyRisk, anyFanIn, anyNoise, (risk, fanIn, noise) => {
        expect(treeRisk(risk, 1, fanIn, noise)).toBeCloseTo(starRisk(risk, fanIn, noise), 10);
        expect(treeRiskWithCommonCause(risk, 1, fanIn, noise)).toBeCloseTo(starRisk(risk, fanIn, noise), 10);
        expect(treeRisk(risk, 10_000, fanIn, noise)).toBeCloseTo(treeRiskFloor(fanIn, noise), 10);
        const mixed = treeRiskMixingDepth(risk, fanIn, noise, 0.1)!;
        const target = 1.1 * treeRiskFloor(fanIn, noise) * (1 + 1e-12);
        expect(treeRisk(risk, mixed, fanIn, noise)).toBeLessThanOrEqual(target);
        if (mixed > 0)
          expect(treeRisk(risk, mixed - 1, fanIn, noise)).toBeGreaterThan(1.1 * treeRiskFloor(fanIn, noise));
      }),
    );
  });

  it("falls like 1/N without dependence, and has no floor without noise or with full dependence", () => {
    expect(treeRiskExponent(7, 0)).toBeCloseTo(1, 14);
    expect(treeRiskMixingDepth(1, 5, { rho: 0, channelVariance: 0 }, 0.1)).toBeNull();
    expect(() => treeRiskFloor(5, { rho: 1, channelVariance: 1 })).toThrow("rho = 1");
  });
});

describe("risk of a star", () => {
  it("keeps ρ v however many answer", () => {
    expect(starRisk(1, 1e9, { rho: 0.3, channelVariance: 0.5 })).toBeCloseTo(0.3, 8);
    expect(() => starRisk(1, 0, { rho: 0.3, channelVariance: 0.5 })).toThrow("leaves = 0");
  });
});

describe("risk of a chain", () => {
  it("falls to its floor with the best weights, which no average beats", () => {
    fc.assert(
      fc.property(anyRisk, anyNoise, fc.integer({ min: 1, max: 30 }), (risk, noise, hops) => {
        const best = optimalChainRisk(risk, hops, noise);
        expect(best).toBeLessThanOrEqual(averagingChainRisk(risk, hops, noise) * (1 + 1e-9));
        expect(best).toBeLessThanOrEqual(relayChainRisk(risk, hops, noise.channelVariance));
        expect(optimalChainRisk(risk, 5000, noise)).toBeCloseTo(optimalChainFloor(risk, noise), 6);
      }),
    );
    expect(optimalChainRisk(1, 3, { rho: 1, channelVariance: 0 })).toBe(1);
  });
});

describe("leafRisk", () => {
  it("is a power law", () => {
    expect(leafRisk(100, 2, 0.5)).toBeCloseTo(0.2, 14);
    expect(() => leafRisk(0, 2, 0.5)).toThrow("compute = 0");
  });
});

describe("weights of agents that differ", () => {
  /** Mean products of errors as so many tasks show them: symmetric, not negative, maybe singular. */
  const anyMoments = fc
    .array(fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 6, maxLength: 6 }), {
      minLength: 2,
      maxLength: 6,
    })
    .map((agents) =>
      agents.map((a) => agents.map((b) => a.reduce((sum, error, task) => sum + error * b[task]!, 0) / 6)),
    );

  it("are the inverse risks where errors are independent, and equal where agents are alike", () => {
    const independent = [1, 2, 4].map((risk, i) => [0, 1, 2].map((j) => (i === j ? risk : 0)));
    expect(optimalErrorWeights(independent).map((weight) => weight * 7)).toEqual([
      expect.closeTo(4, 6),
      expect.closeTo(2, 6),
      expect.closeTo(1, 6),
    ]);
    const alike = [0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => (i === j ? 2 : 0.6)));
    const weights = optimalErrorWeights(alike);
    for (const weight of weights) expect(weight).toBeCloseTo(0.25, 8);
    expect(weightedErrorRisk(alike, weights)).toBeCloseTo(
      starRisk(2, 4, { rho: 0.3, channelVariance: 0 }), // the star is their mean
      8,
    );
  });

  it("go below 0 only where they may: against a worse agent that errs the same way", () => {
    const moments = [
      [1, 1.5],
      [1.5, 4],
    ];
    expect(optimalErrorWeights(moments)).toEqual([1, 0]);
    const [better, worse] = optimalErrorWeights(moments, { signed: true });
    expect(better).toBeCloseTo(1.25, 6); // (4 − 1.5)/(1 + 4 − 3)
    expect(worse).toBeCloseTo(-0.25, 6);
  });

  it("are not beaten by the mean, by one agent or by any other weights ≥ 0; signed ones at most do better", () => {
    const any = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(anyMoments, any, (moments, others) => {
        const weights = optimalErrorWeights(moments);
        const scale = Math.max(...moments.map((row, i) => row[i]!));
        const risk = weightedErrorRisk(moments, weights);
        const slack = 1e-7 * scale;
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
        for (const weight of weights) expect(weight).toBeGreaterThanOrEqual(0);
        expect(risk).toBeLessThanOrEqual(weightedErrorRisk(moments, others.slice(0, moments.length)) + slack);
        for (const [i, row] of moments.entries()) expect(risk).toBeLessThanOrEqual(row[i]! + slack);
        if (scale === 0) return;
        const signed = optimalErrorWeights(moments, { signed: true });
        const ridged = moments.map((row, i) => row.map((value, j) => value + (i === j ? 1e-9 * scale : 0)));
        expect(weightedErrorRisk(ridged, signed)).toBeLessThanOrEqual(weightedErrorRisk(ridged, weights) + slack);
      }),
    );
  });

  it("are equal where nobody errs, and need a square matrix", () => {
    expect(
      optimalErrorWeights([
        [0, 0],
        [0, 0],
      ]),
    ).toEqual([0.5, 0.5]);
    expect(() => optimalErrorWeights([[1, 0]])).toThrow("row of moments");
    expect(() =>
      weightedErrorRisk(
        [
          [1, 0],
          [0, 1],
        ],
        [1, -1],
      ),
    ).toThrow("weights");
  });
});
