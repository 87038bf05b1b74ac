import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { criticalCorrelation, criticalFanIn, criticalFidelity } from "../../src/theory/critical.ts";
import { fixedPoint, relaxationRate } from "../../src/theory/fixed-point.ts";
import { type Aggregation, amplification, cubicCoefficient, growthRegime } from "../../src/theory/level-map.ts";
import { majorityBias, majorityError } from "../../src/theory/majority.ts";
import { lowerPredictor, smoothPredictor, upperPredictor } from "../../src/theory/predictors.ts";
import { random } from "../../src/theory/random.ts";
import { mixingDepth, mixingDepthApproximate, treeBias } from "../../src/theory/tree.ts";
import { exactError, longError } from "./exact.ts";

const relative = (got: number, exact: number) => Math.abs(got / exact - 1);

/** The bias at which the majority of b is wrong with about that probability. */
function biasOfError(error: number, fanIn: number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (majorityError(middle, fanIn) > error) low = middle;
    else high = middle;
  }
  return low;
}

describe("the error of a majority", () => {
  it("agrees with whole numbers to 1e-12 down to 1e-300, for three to three hundred votes", () => {
    const next = random("whole numbers");
    for (const fanIn of [3, 5, 7, 9, 15, 25, 51, 101, 301])
      for (const error of [0.3, 0.1, 0.03, 1e-3, 1e-6, 1e-15, 1e-40, 1e-120, 1e-300]) {
        const bias = biasOfError(error * (0.5 + next()), fanIn);
        expect(relative(majorityError(bias, fanIn), exactError(bias, fanIn))).toBeLessThan(1e-12);
        expect(relative(majorityError(-bias, fanIn), 1 - exactError(bias, fanIn))).toBeLessThan(1e-12);
        expect(relative(majorityBias(bias, fanIn), 1 - 2 * exactError(bias, fanIn))).toBeLessThan(1e-12);
      }
  });

  it("agrees with 256 digits to 1e-12 at an error of 1e-15 and below, up to 10,001 votes", () => {
    expect(relative(longError(0.3, 101), exactError(0.3, 101))).toBeLessThan(1e-15); // the references agree
    for (const fanIn of [1001, 3001, 10_001])
      for (const error of [0.2, 0.04, 1e-8, 1e-15, 1e-100, 1e-300]) {
        const bias = biasOfError(error, fanIn);
        const exact = longError(bias, fanIn);
        expect(relative(majorityError(bias, fanIn), exact)).toBeLessThan(1e-12);
        expect(relative(majorityBias(bias, fanIn), 1 - 2 * exact)).toBeLessThan(1e-12);
      }
  });

  it("has no step where one series hands over to the other", () => {
    for (const fanIn of [3, 25, 1001]) {
      const seam = biasOfError(0.05, fanIn);
      const [left, right] = [majorityError(seam * (1 - 1e-9), fanIn), majorityError(seam * (1 + 1e-9), fanIn)];
      expect(left).toBeGreaterThan(right);
      expect(relative(left, right)).toBeLessThan(1e-6);
    }
  });
});

describe("within 1e-9 of the critical point", () => {
  const fanIns = [3, 5, 7, 9, 25, 101, 1001, 10_001];
  const near = (fanIn: number, excess: number): Aggregation => ({
    fanIn,
    fidelity: criticalFidelity(fanIn, 0.2) * (1 + excess),
    rho: 0.2,
  });

  it.each(fanIns)("the fixed point is √((α − 1)/a₃), without a step, at b = %i", (fanIn) => {
    for (const excess of [1e-14, 1e-12, 1e-11, 9.99e-10, 1.001e-9, 1e-8]) {
      const aggregation = near(fanIn, excess);
      const alpha = amplification(aggregation) - 1; // as the doubles have it
      const series = Math.sqrt(alpha / cubicCoefficient(aggregation));
      const rounding = (3e-16 + 4e-18 * fanIn) / alpha; // of F in units of what it gains
      expect(relative(fixedPoint(aggregation), series)).toBeLessThan(1e-6 + rounding);
      expect(relative(1 - relaxationRate(aggregation), 2 * alpha)).toBeLessThan(1e-6 + 2 * rounding);
      expect(growthRegime(aggregation, 0)).toBe("amplifying");
      expect(fixedPoint(near(fanIn, -excess))).toBe(0);
    }
  });

  it.each(fanIns)("mixing takes ln(1/ε)/|α − 1| below, half of that above, at b = %i", (fanIn) => {
    for (const excess of [1e-10, 9.99e-10, 1.001e-9]) {
      const [below, above] = [near(fanIn, -excess), near(fanIn, excess)];
      const distance = (aggregation: Aggregation) => Math.abs(amplification(aggregation) - 1);
      expect(relative(mixingDepthApproximate(0.05, below), Math.log(20) / distance(below))).toBeLessThan(1e-5);
      const relaxation = Math.log(20) / (2 * distance(above));
      expect(relative(mixingDepthApproximate(0.5, above), relaxation)).toBeLessThan(1e-4);
    }
    // where it can be counted
    for (const excess of [3e-3, -3e-3]) {
      const aggregation = near(fanIn, excess);
      const counted = mixingDepth(0.001, aggregation)!;
      expect(relative(mixingDepthApproximate(0.001, aggregation), counted)).toBeLessThan(0.25);
    }
  });

  it("the predictors pass through it", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...fanIns),
        fc.integer({ min: 0, max: 1000 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.constantFrom(1e-15, 1e-12, 1e-9),
        (fanIn, layers, share, excess) => {
          const [below, above] = [near(fanIn, -excess), near(fanIn, excess)];
          const leaf = share * fixedPoint(near(fanIn, 1e-15)); // below the fixed point on the far side as well
          for (const predictor of [lowerPredictor, upperPredictor, smoothPredictor, treeBias]) {
            const [left, right] = [predictor(leaf, layers, below), predictor(leaf, layers, above)];
            expect(relative(left, right)).toBeLessThan(4 * (layers + 1) * (excess + 1e-12));
          }
        },
      ),
      { seed: 1 },
    );
  });

  it("the critical values meet: α is 1 to the last digits at each of them", () => {
    const next = random("critical");
    for (let round = 0; round < 200; round++) {
      const fanIn = fanIns[Math.floor(next() * fanIns.length)]!;
      const rho = next();
      const fidelity = criticalFidelity(fanIn, rho);
      expect(Math.abs(amplification({ fanIn, fidelity, rho }) - 1)).toBeLessThan(1e-15);
      const correlation = criticalCorrelation(fanIn, fidelity)!;
      expect(Math.abs(amplification({ fanIn, fidelity, rho: correlation }) - 1)).toBeLessThan(1e-14);
      if (fanIn < 1001) expect([fanIn, fanIn + 2]).toContain(criticalFanIn(fidelity, rho)); // itself, or the next
    }
  });
});

describe("two hundred layers of 10,001", () => {
  it("end at the fixed point and nowhere else", () => {
    for (const rho of [0, 0.3, 0.9, 0.999])
      for (const fidelity of [0.02, 0.5, 1 - 2 ** -53, 1]) {
        const aggregation = { fanIn: 10_001, fidelity, rho };
        const root = treeBias(0.01, 200, aggregation);
        if (amplification(aggregation) < 1) expect(root).toBeLessThan(0.01);
        else if (relaxationRate(aggregation) < 0.8)
          expect(Math.abs(root - fixedPoint(aggregation))).toBeLessThan(1e-12);
        expect(treeBias(-0.01, 200, aggregation)).toBe(-root);
      }
  });
});
