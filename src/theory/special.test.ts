import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "../errors.ts";
import { logBeta, logChoose, logGamma, normalCdf, normalDensity, normalQuantile, studentTQuantile } from "./special.ts";

/** Φ(z) − 1/2 = φ(z)·(z + z³/3 + z⁵/15 + …): slow, positive, independent of the rational approximations. */
function normalCdfBySeries(z: number): number {
  let sum = 0;
  for (let k = 0, term = z; k < 200; k++, term *= (z * z) / (2 * k + 1)) sum += term;
  return 0.5 + sum * normalDensity(z);
}

describe("normalCdf", () => {
  it("agrees with its power series", () => {
    for (let z = -4; z <= 4; z += 0.01) expect(Math.abs(normalCdf(z) - normalCdfBySeries(z))).toBeLessThan(1e-15);
  });

  it("keeps its relative accuracy far out", () => {
    // Abramowitz & Stegun table 26.2: −log10 Q(x)
    for (const [x, minusLog10] of [
      [5, 6.54265],
      [6, 9.00586],
      [10, 23.11805],
      [20, 88.5601],
      [30, 197.30921],
    ] as const)
      expect(-Math.log10(normalCdf(-x))).toBeCloseTo(minusLog10, 5);
    expect(normalCdf(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(normalCdf(Number.POSITIVE_INFINITY)).toBe(1);
  });

  it("has no step where one approximation hands over to the next", () => {
    for (const seam of [0.67448975, 5.5]) {
      const [left, right] = [normalCdf(-seam + 1e-9), normalCdf(-seam - 1e-9)];
      expect((left - right) / (2e-9 * normalDensity(seam))).toBeCloseTo(1, 5);
    }
  });

  it("refuses NaN", () => {
    expect(() => normalCdf(Number.NaN)).toThrow(DomainError);
  });
});

describe("normalQuantile", () => {
  it("undoes normalCdf", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 0.5, noNaN: true }), (p) => {
        expect(Math.abs(normalCdf(normalQuantile(p)) / p - 1)).toBeLessThan(1e-12);
      }),
    );
  });

  it("gives 1.96 for 97.5 %", () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14);
    expect(() => normalQuantile(1)).toThrow("p = 1 is outside its domain");
  });
});

describe("studentTQuantile", () => {
  it.each([
    [0.975, 1, 12.706205],
    [0.975, 2, 4.302653],
    [0.975, 5, 2.570582],
    [0.95, 5, 2.015048],
    [0.975, 10, 2.228139],
    [0.975, 30, 2.042272],
    [0.95, 99, 1.660391],
  ])("stands within 1e-3 of the table at q = %f, df = %i", (q, df, expected) => {
    expect(Math.abs(studentTQuantile(q, df) - expected)).toBeLessThan(1e-3);
  });

  it("is odd around the median and tends to the normal quantile", () => {
    expect(studentTQuantile(0.025, 7)).toBeCloseTo(-studentTQuantile(0.975, 7), 12);
    expect(studentTQuantile(0.9, 1e9)).toBeCloseTo(normalQuantile(0.9), 8);
  });
});

describe("logGamma", () => {
  it("is the logarithm of the factorial", () => {
    let logFactorial = 0;
    for (let n = 1; n <= 170; n++) {
      logFactorial += Math.log(n);
      expect(Math.abs(logGamma(n + 1) - logFactorial)).toBeLessThan(1e-15 * (200 + logFactorial));
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 14);
  });

  it("obeys its recurrence for every argument", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (x) => {
        const scale = 1 + Math.abs(logGamma(x));
        expect(Math.abs(logGamma(x + 1) - logGamma(x) - Math.log(x))).toBeLessThan(1e-13 * scale);
      }),
    );
  });

  it("gives binomials and beta functions", () => {
    expect(Math.exp(logChoose(10, 3))).toBeCloseTo(120, 10);
    expect(Math.exp(logBeta(2, 3))).toBeCloseTo(1 / 12, 14);
  });
});
