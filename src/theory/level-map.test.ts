import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { criticalCorrelation, criticalFanIn, criticalFidelity } from "./critical.ts";
import { betaBinomial, bivariateNormalCdf, copulaCorrelation, copulaLatent } from "./dependence.ts";
import {
  type Aggregation,
  amplification,
  cubicCoefficient,
  type DependenceLaw,
  effectiveRho,
  effectiveRhoFromStar,
  effectiveRhoSmallCorrelation,
  growthRegime,
  levelMap,
  levelMapSlope,
  oneLevelGain,
  organizationExponent,
} from "./level-map.ts";
import { majorityBias } from "./majority.ts";
import { normalCdf } from "./special.ts";

const anyOdd = fc.integer({ min: 1, max: 15 }).map((half) => 2 * half + 1);
const anyAggregation: fc.Arbitrary<Aggregation> = fc.record({
  fanIn: anyOdd,
  fidelity: fc.double({ min: 0.01, max: 1, noNaN: true }),
  rho: fc.double({ min: 0, max: 1, noNaN: true }),
});
const laws: DependenceLaw[] = ["shared", "shared-before-channel", "beta", "copula", "copula-latent"];

describe("levelMap", () => {
  it("is odd, increasing, and concave above chance: all that the theorems need", () => {
    fc.assert(
      fc.property(anyAggregation, fc.double({ min: 0.01, max: 0.98, noNaN: true }), (aggregation, bias) => {
        const f = (x: number) => levelMap(x, aggregation);
        expect(f(-bias)).toBe(-f(bias));
        expect(f(bias + 0.01)).toBeGreaterThanOrEqual(f(bias) - 1e-15);
        expect(f(bias) - f(bias - 0.01)).toBeGreaterThanOrEqual(f(bias + 0.01) - f(bias) - 1e-14);
      }),
    );
  });

  it.each(laws)("is the independent vote at ρ = 0 and one received vote at ρ = 1 under the law %s", (law) => {
    for (const bias of [-0.6, 0.05, 0.9]) {
      const independent = levelMap(bias, { fanIn: 5, fidelity: 0.8, rho: 0 }, { law });
      expect(independent).toBeCloseTo(majorityBias(0.8 * bias, 5), 12);
      const together = levelMap(bias, { fanIn: 5, fidelity: 0.8, rho: 1 }, { law });
      expect(together).toBeCloseTo(law === "shared-before-channel" ? bias * majorityBias(0.8, 5) : 0.8 * bias, 12);
    }
  });

  it.each(laws)("has the slope `amplification` at 0 under the law %s", (law) => {
    for (const aggregation of [
      { fanIn: 3, fidelity: 1, rho: 0.1 },
      { fanIn: 9, fidelity: 0.7, rho: 0.35 },
      { fanIn: 4, fidelity: 0.9, rho: 0.2 },
    ]) {
      const h = 1e-4;
      const difference = (levelMap(h, aggregation, { law }) - levelMap(-h, aggregation, { law })) / (2 * h);
      expect(Math.abs(difference / amplification(aggregation, { law }) - 1)).toBeLessThan(1e-6);
    }
  });

  it("has the derivative `levelMapSlope` and the cubic `cubicCoefficient`", () => {
    fc.assert(
      fc.property(anyAggregation, fc.double({ min: -0.95, max: 0.95, noNaN: true }), (aggregation, bias) => {
        const h = 1e-6;
        const difference = (levelMap(bias + h, aggregation) - levelMap(bias - h, aggregation)) / (2 * h);
        expect(Math.abs(levelMapSlope(bias, aggregation) - difference)).toBeLessThan(1e-7);
        const small = 1e-3;
        const cubic = (amplification(aggregation) * small - levelMap(small, aggregation)) / small ** 3;
        expect(Math.abs(cubic - cubicCoefficient(aggregation))).toBeLessThan(
          1e-3 * (1 + cubicCoefficient(aggregation)),
        );
      }),
    );
  });

  it.each([
    { fanIn: 3, fidelity: 0, rho: 0 },
    { fanIn: 3, fidelity: 1.1, rho: 0 },
    { fanIn: 3, fidelity: 0.5, rho: -0.1 },
    { fanIn: 3, fidelity: 0.5, rho: Number.NaN },
    { fanIn: 0, fidelity: 0.5, rho: 0 },
  ])("refuses $fanIn, $fidelity, $rho", (aggregation) => {
    expect(() => levelMap(0.1, aggregation)).toThrow("is outside its domain");
    expect(() => amplification(aggregation)).toThrow("is outside its domain");
  });
});

describe("the laws of dependence", () => {
  it("amplify very differently at the same pairwise correlation", () => {
    // table of §3.3, beta law
    for (const [rho, ...expected] of [
      [0.05, 0.14, 0.188, 0.262, 0.435],
      [0.1, 0.264, 0.334, 0.432, 0.612],
      [0.2, 0.467, 0.548, 0.643, 0.78],
      [0.4, 0.743, 0.799, 0.852, 0.916],
    ] as const)
      [3, 5, 9, 25].forEach((fanIn, i) => {
        expect(effectiveRho(fanIn, "beta", rho)).toBeCloseTo(expected[i]!, 3);
        expect(Math.abs(effectiveRho(fanIn, "copula", rho) - expected[i]!)).toBeLessThan(0.02);
        expect(effectiveRho(fanIn, "shared", rho)).toBeCloseTo(rho, 12);
      });
  });

  it("need about 3 φ at three votes and 4.29 φ at five while φ is small", () => {
    expect(effectiveRhoSmallCorrelation(3, 0.01)).toBeCloseTo(0.03, 12);
    for (const fanIn of [3, 5, 7])
      expect(effectiveRho(fanIn, "beta", 1e-4) / effectiveRhoSmallCorrelation(fanIn, 1e-4)).toBeCloseTo(1, 2);
  });

  it("saturate at γ/√r under the copula, however wide the node", () => {
    const wide = amplification({ fanIn: 2001, fidelity: 0.8, rho: 0.3 }, { law: "copula-latent" });
    expect(wide).toBeLessThan(0.8 / Math.sqrt(0.3));
    expect(wide / (0.8 / Math.sqrt(0.3))).toBeCloseTo(1, 2);
  });

  it("are calibrated back from the bias of a star", () => {
    fc.assert(
      fc.property(
        anyOdd,
        fc.double({ min: 0.05, max: 0.9, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (fanIn, u, rho) => {
          expect(effectiveRhoFromStar(u, levelMap(u, { fanIn, fidelity: 1, rho }), fanIn)).toBeCloseTo(rho, 6);
        },
      ),
    );
    expect(() => effectiveRhoFromStar(0, 0.1, 5)).toThrow("elsewhere every ρ gives the same vote");
  });
});

describe("betaBinomial", () => {
  it("is a law with mean n p and correlation ρ, even for the smallest ρ", () => {
    const votes = fc.integer({ min: 2, max: 60 });
    const p = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(votes, p, fc.constantFrom(0, 1e-12, 1e-6, 0.01, 0.3, 0.9, 1), (n, accuracy, rho) => {
        const law = betaBinomial(n, accuracy, rho);
        const moment = (of: (j: number) => number) => law.reduce((sum, q, j) => sum + q * of(j), 0);
        expect(moment(() => 1)).toBeCloseTo(1, 10);
        expect(moment((j) => j)).toBeCloseTo(n * accuracy, 8);
        const variance = moment((j) => (j - n * accuracy) ** 2);
        expect(variance / (n * accuracy * (1 - accuracy))).toBeCloseTo(1 + (n - 1) * rho, 7);
      }),
    );
  });
});

describe("the bivariate normal law", () => {
  it("knows the quadrant probability ¼ + asin(r)/2π, independence and the two extremes", () => {
    for (const r of [-0.99, -0.5, 0, 0.3, 0.9])
      expect(bivariateNormalCdf(0, 0, r)).toBeCloseTo(0.25 + Math.asin(r) / (2 * Math.PI), 13);
    expect(bivariateNormalCdf(0.7, -0.2, 0)).toBeCloseTo(normalCdf(0.7) * normalCdf(-0.2), 14);
    expect(bivariateNormalCdf(0.7, -0.2, 1)).toBe(normalCdf(-0.2));
    expect(bivariateNormalCdf(0.7, -0.2, -1)).toBeCloseTo(normalCdf(0.7) - normalCdf(0.2), 14);
    expect(bivariateNormalCdf(Number.POSITIVE_INFINITY, -0.2, 0.5)).toBe(normalCdf(-0.2));
  });

  it("gives votes a correlation that can be turned back", () => {
    const p = fc.double({ min: 0.05, max: 0.95, noNaN: true });
    fc.assert(
      fc.property(p, fc.double({ min: -0.9, max: 0.95, noNaN: true }), (accuracy, latent) => {
        const phi = copulaCorrelation(accuracy, latent);
        expect(Math.abs(copulaCorrelation(accuracy, copulaLatent(accuracy, phi)) - phi)).toBeLessThan(1e-10);
      }),
      { numRuns: 30 },
    );
  });
});

describe("critical values", () => {
  it("are where α crosses 1", () => {
    fc.assert(
      fc.property(anyAggregation, ({ fanIn, fidelity, rho }) => {
        const critical = criticalFidelity(fanIn, rho);
        expect(amplification({ fanIn, fidelity: critical, rho })).toBeCloseTo(1, 12);
        const correlation = criticalCorrelation(fanIn, fidelity);
        if (correlation === null) expect(amplification({ fanIn, fidelity, rho: 0 })).toBeLessThan(1);
        else expect(amplification({ fanIn, fidelity, rho: correlation })).toBeCloseTo(1, 12);
      }),
    );
  });

  it("name the smallest fan-in that amplifies", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.2, max: 0.99, noNaN: true }),
        fc.double({ min: 0, max: 0.6, noNaN: true }),
        (fidelity, rho) => {
          const fanIn = criticalFanIn(fidelity, rho)!;
          expect(amplification({ fanIn, fidelity, rho })).toBeGreaterThan(1);
          expect(amplification({ fanIn: fanIn - 2, fidelity, rho })).toBeLessThanOrEqual(1);
        },
      ),
    );
    expect(criticalFanIn(0.9, 1)).toBeNull();
    expect(criticalFanIn(0.01, 0.5, 101)).toBeNull();
  });

  it("are those of the paper's simulation: b = 5, γ = 0.6, ρ_c = 5/21", () => {
    expect(criticalCorrelation(5, 0.6)).toBeCloseTo(5 / 21, 14);
    expect(growthRegime({ fanIn: 5, fidelity: 0.6, rho: 0.2 })).toBe("amplifying");
    expect(growthRegime({ fanIn: 5, fidelity: 0.6, rho: 5 / 21 })).toBe("critical");
    expect(growthRegime({ fanIn: 5, fidelity: 0.6, rho: 0.3 })).toBe("collapsing");
  });
});

describe("organizationExponent", () => {
  it("stays below ½: no one-bit majority beats an agent whose β is ½", () => {
    fc.assert(
      fc.property(anyAggregation, (aggregation) => {
        expect(organizationExponent(aggregation)).toBeLessThan(0.5);
      }),
    );
    expect(organizationExponent({ fanIn: 100_001, fidelity: 1, rho: 0 })).toBeLessThan(0.5);
  });

  it("has the ceilings 0.369, 0.391, 0.402 and 0.410 at b = 3, 5, 7, 9", () => {
    const ceilings = [3, 5, 7, 9].map((fanIn) => organizationExponent({ fanIn, fidelity: 1, rho: 0 }));
    for (const [i, ceiling] of [0.369, 0.391, 0.402, 0.41].entries()) expect(ceilings[i]).toBeCloseTo(ceiling, 3);
  });
});

describe("oneLevelGain", () => {
  it("is what a layer adds", () => {
    const aggregation = { fanIn: 5, fidelity: 0.6, rho: 0.1 };
    expect(oneLevelGain(0.3, aggregation)).toBe(levelMap(0.3, aggregation) - 0.3);
  });
});
