import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  majorityBias,
  majorityBiasSlope,
  majorityError,
  majoritySlope,
  poissonBinomial,
  tieProbability,
  unequalMajorityBias,
} from "./majority.ts";
import { logChoose } from "./special.ts";

const anyBias = fc.double({ min: -1, max: 1, noNaN: true });
const anyFanIn = fc.integer({ min: 1, max: 151 });
const anyOdd = fc.integer({ min: 0, max: 75 }).map((half) => 2 * half + 1);

/** P(more than half of `fanIn` are correct) + P(tie)/2, straight from the binomial law. */
function majorityByEnumeration(bias: number, fanIn: number): number {
  const p = (1 + bias) / 2;
  let accuracy = 0;
  for (let j = 0; j <= fanIn; j++) {
    const probability = Math.exp(logChoose(fanIn, j)) * p ** j * (1 - p) ** (fanIn - j);
    accuracy += probability * (2 * j > fanIn ? 1 : 2 * j === fanIn ? 0.5 : 0);
  }
  return 2 * accuracy - 1;
}

describe("majorityBias", () => {
  it("lifts three voters of 60 % to 64.8 %", () => {
    expect((1 + majorityBias(0.2, 3)) / 2).toBeCloseTo(0.648, 12);
  });

  it("agrees with the binomial law, for even and odd fan-ins", () => {
    fc.assert(
      fc.property(anyBias, fc.integer({ min: 1, max: 40 }), (bias, fanIn) => {
        expect(Math.abs(majorityBias(bias, fanIn) - majorityByEnumeration(bias, fanIn))).toBeLessThan(1e-11);
      }),
    );
  });

  it("is odd, and never weaker than one vote", () => {
    fc.assert(
      fc.property(anyBias, anyFanIn, (bias, fanIn) => {
        expect(majorityBias(-bias, fanIn) + majorityBias(bias, fanIn)).toBe(0);
        expect(Math.abs(majorityBias(bias, fanIn))).toBeGreaterThanOrEqual(Math.abs(bias) * (1 - 1e-15));
      }),
    );
  });

  it("is increasing and concave above chance", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.98, noNaN: true }), anyOdd, (bias, fanIn) => {
        const [left, middle, right] = [bias - 0.01, bias, bias + 0.01].map((x) => majorityBias(x, fanIn));
        expect(right! - middle!).toBeGreaterThanOrEqual(-1e-15);
        expect(middle! - left!).toBeGreaterThanOrEqual(right! - middle! - 1e-14);
      }),
    );
  });

  it("wastes one agent of an even team whose ties toss a coin", () => {
    fc.assert(
      fc.property(anyBias, anyOdd, (bias, fanIn) => {
        expect(majorityBias(bias, fanIn + 1)).toBe(majorityBias(bias, fanIn));
      }),
    );
  });

  it("counts ties as told", () => {
    fc.assert(
      fc.property(anyBias, anyOdd, (bias, odd) => {
        const even = odd + 1;
        const tie = tieProbability(bias, even);
        expect(majorityBias(bias, even, "right")).toBeCloseTo(Math.min(1, majorityBias(bias, even) + tie), 12);
        expect(majorityBias(bias, even, "wrong")).toBeCloseTo(Math.max(-1, majorityBias(bias, even) - tie), 12);
        expect(() => majorityBias(bias, even, "forbid")).toThrow("as an odd integer, or name a tie rule");
      }),
    );
  });

  it.each([
    [1.01, 3],
    [Number.NaN, 3],
    [0.5, 0],
    [0.5, 2.5],
    [0.5, Number.POSITIVE_INFINITY],
  ])("refuses μ = %d, b = %d", (bias, fanIn) => {
    expect(() => majorityBias(bias, fanIn)).toThrow("is outside its domain");
  });
});

describe("majoritySlope", () => {
  it("is the slope of the majority at chance", () => {
    fc.assert(
      fc.property(anyFanIn, (fanIn) => {
        expect(majorityBias(1e-8, fanIn) / 1e-8 / majoritySlope(fanIn)).toBeCloseTo(1, 10);
        expect(majorityBiasSlope(0, fanIn)).toBe(majoritySlope(fanIn));
      }),
    );
  });

  it("tends to √(2b/π)", () => {
    expect(majoritySlope(100_001) / Math.sqrt((2 * 100_001) / Math.PI)).toBeCloseTo(1, 5);
  });
});

describe("majorityBiasSlope", () => {
  it("is the derivative of the majority under every tie rule", () => {
    const inside = fc.double({ min: -0.95, max: 0.95, noNaN: true });
    fc.assert(
      fc.property(
        inside,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom("random", "right", "wrong"),
        (bias, fanIn, ties) => {
          const h = 1e-6;
          const difference = (majorityBias(bias + h, fanIn, ties) - majorityBias(bias - h, fanIn, ties)) / (2 * h);
          expect(Math.abs(majorityBiasSlope(bias, fanIn, ties) - difference)).toBeLessThan(1e-7);
        },
      ),
    );
  });
});

describe("majorityError", () => {
  it("complements the majority where nothing cancels", () => {
    fc.assert(
      fc.property(anyBias, anyOdd, (bias, fanIn) => {
        expect(Math.abs(majorityError(bias, fanIn) - (1 - majorityBias(bias, fanIn)) / 2)).toBeLessThan(1e-14);
      }),
    );
  });

  it("keeps its digits where 1 − f has none left", () => {
    // three votes, each wrong with probability e: 3e² − 2e³
    for (const e of [1e-3, 1e-6, 1e-9])
      expect(majorityError(1 - 2 * e, 3) / (3 * e * e - 2 * e ** 3)).toBeCloseTo(1, 6);
    expect(majorityError(1, 5)).toBe(0);
  });
});

describe("votes that differ", () => {
  it("sum up to one, and become binomial when they are equal", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 }), (law) => {
        expect(poissonBinomial(law).reduce((sum, p) => sum + p)).toBeCloseTo(1, 12);
      }),
    );
    expect(poissonBinomial([0.3, 0.3, 0.3])[2]).toBeCloseTo(3 * 0.09 * 0.7, 14);
  });

  it("have the majority of equal votes when they are equal, and do not care for order", () => {
    fc.assert(
      fc.property(fc.array(anyBias, { minLength: 1, maxLength: 12 }), (biases) => {
        expect(unequalMajorityBias(biases)).toBeCloseTo(unequalMajorityBias(biases.toReversed()), 12);
        expect(unequalMajorityBias(biases.map(() => biases[0]!))).toBeCloseTo(
          majorityBias(biases[0]!, biases.length),
          12,
        );
      }),
    );
  });

  it("refuse an empty team", () => {
    expect(() => unequalMajorityBias([])).toThrow("Pass fanIn as an integer ≥ 1");
  });
});
