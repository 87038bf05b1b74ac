import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fixedPoint, relaxationRate } from "./fixed-point.ts";
import { type Aggregation, amplification, levelMap, oneLevelGain } from "./level-map.ts";
import { lowerPredictor, smoothPredictor, upperPredictor } from "./predictors.ts";
import {
  growthDepth,
  mixingDepth,
  mixingDepthApproximate,
  requiredDepth,
  treeBias,
  treeBiasByLayer,
  treeBiasWithCommonCause,
} from "./tree.ts";

/** The paper's simulation. */
const paper = (rho: number): Aggregation => ({ fanIn: 5, fidelity: 0.6, rho });

const anyAggregation: fc.Arbitrary<Aggregation> = fc.record({
  fanIn: fc.integer({ min: 1, max: 12 }).map((half) => 2 * half + 1),
  fidelity: fc.double({ min: 0.3, max: 0.999, noNaN: true }),
  rho: fc.double({ min: 0, max: 0.9, noNaN: true }),
});
const amplifying = anyAggregation.filter((aggregation) => amplification(aggregation) > 1.001);
const anyLeaf = fc.double({ min: 0.001, max: 1, noNaN: true });

/** Amplifying nodes, with leaves below their fixed points. */
function* settings(): Generator<[Aggregation, leafBias: number]> {
  for (const fanIn of [3, 5, 7, 9, 25])
    for (const fidelity of [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9, 0.95, 1])
      for (const rho of [0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8]) {
        const aggregation = { fanIn, fidelity, rho };
        for (const leaf of [0.001, 0.01, 0.05, 0.1, 0.3]) if (leaf < fixedPoint(aggregation)) yield [aggregation, leaf];
      }
}

describe("treeBias", () => {
  it.each([
    [0, 0.15896, 0.65845, 0.6991],
    [0.1, 0.09954, 0.33308, 0.5556],
    [0.2, 0.06057, 0.08797, 0.3058],
    [5 / 21, 0.04974, 0.04925, 0],
    [0.3, 0.0358, 0.01844, 0],
    [0.5, 0.01137, 0.00059, 0],
  ])("gives the paper's setting at ρ = %f", (rho, ten, thirty, limit) => {
    expect(treeBias(0.05, 10, paper(rho))).toBeCloseTo(ten, 5);
    expect(treeBias(0.05, 30, paper(rho))).toBeCloseTo(thirty, 5);
    expect(fixedPoint(paper(rho))).toBeCloseTo(limit, 4);
  });

  it("amplifies a team that is wrong on average into confident error", () => {
    fc.assert(
      fc.property(anyAggregation, anyLeaf, fc.integer({ min: 0, max: 20 }), (aggregation, leaf, layers) => {
        expect(treeBias(-leaf, layers, aggregation)).toBe(-treeBias(leaf, layers, aggregation));
      }),
    );
    expect(treeBias(-0.2, 10, { fanIn: 5, fidelity: 1, rho: 0 })).toBeLessThan(-0.99);
  });

  it("is one agent at no layers, and composes", () => {
    fc.assert(
      fc.property(anyAggregation, anyLeaf, (aggregation, leaf) => {
        expect(treeBias(leaf, 0, aggregation)).toBe(leaf);
        expect(treeBiasByLayer(leaf, [aggregation, aggregation, aggregation])).toBe(treeBias(leaf, 3, aggregation));
      }),
    );
  });
});

describe("treeBiasWithCommonCause", () => {
  const clean = { fanIn: 5, fidelity: 1, rho: 0 };

  it("costs less than a local cause on weak signals, and leaves a floor that depth cannot touch", () => {
    const local = (layers: number) => treeBias(0.2, layers, { ...clean, rho: 0.3 });
    const common = (layers: number) => treeBiasWithCommonCause(0.2, layers, clean, 0.3);
    expect([local(2), common(2)].map((bias) => bias.toFixed(3))).toEqual(["0.482", "0.498"]);
    expect([local(8), common(8)].map((bias) => bias.toFixed(3))).toEqual(["0.999", "0.760"]);
  });
});

describe("fixedPoint", () => {
  it("is mapped to itself, is reached from every leaf, and is 0 where the team collapses", () => {
    fc.assert(
      fc.property(anyAggregation, anyLeaf, (aggregation, leaf) => {
        const limit = fixedPoint(aggregation);
        if (amplification(aggregation) <= 1) expect(limit).toBe(0);
        else {
          expect(limit).toBeGreaterThan(0);
          expect(limit).toBeLessThanOrEqual(1); // 1 to the last digit where hardly a message is lost
          expect(Math.abs(levelMap(limit, aggregation) - limit)).toBeLessThan(1e-14);
          if (amplification(aggregation) > 1.01) expect(treeBias(leaf, 5000, aggregation)).toBeCloseTo(limit, 8);
        }
      }),
    );
  });

  it("is 1 where no message loses anything", () => {
    expect(fixedPoint({ fanIn: 3, fidelity: 1, rho: 0.99 })).toBe(1);
    expect(fixedPoint({ fanIn: 3, fidelity: 1, rho: 1 })).toBe(0);
  });

  it("passes without a step from the series to the closed forms and the search", () => {
    for (const fanIn of [3, 5, 7, 25])
      for (const excess of [0.5e-9, 2e-9, 1e-6]) {
        const critical = 1 / amplification({ fanIn, fidelity: 1, rho: 0.2 });
        const aggregation = { fanIn, fidelity: critical * (1 + excess), rho: 0.2 };
        const series = Math.sqrt((amplification(aggregation) - 1) / levelMapCubic(aggregation));
        expect(fixedPoint(aggregation) / series).toBeCloseTo(1, 5);
      }
  });

  it("separates the layers that help from those that hurt", () => {
    fc.assert(
      fc.property(amplifying, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (aggregation, share) => {
        const limit = fixedPoint(aggregation);
        fc.pre(limit < 0.999); // closer to 1 the gain beyond it is lost in rounding
        expect(oneLevelGain(share * limit, aggregation)).toBeGreaterThan(0);
        expect(oneLevelGain(limit + share * (1 - limit), aggregation)).toBeLessThan(0);
      }),
    );
  });

  it("is refused for an even fan-in", () => {
    expect(() => fixedPoint({ fanIn: 4, fidelity: 0.9, rho: 0 })).toThrow("as an odd integer");
  });
});

/** a₃ from the map itself. */
function levelMapCubic(aggregation: Aggregation): number {
  const small = 1e-3;
  return (amplification(aggregation) * small - levelMap(small, aggregation)) / small ** 3;
}

describe("relaxationRate", () => {
  it("is the factor by which the distance to the fixed point shrinks", () => {
    const aggregation = paper(0.1);
    const limit = fixedPoint(aggregation);
    const near = limit + 1e-6;
    expect((levelMap(near, aggregation) - limit) / 1e-6).toBeCloseTo(relaxationRate(aggregation), 5);
    expect(relaxationRate(paper(0.5))).toBe(amplification(paper(0.5)));
  });
});

describe("the predictors", () => {
  it("bracket the tree: lower ≤ exact ≤ upper", () => {
    fc.assert(
      fc.property(
        anyAggregation,
        fc.double({ min: 1e-6, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 60 }),
        (aggregation, share, layers) => {
          const limit = fixedPoint(aggregation);
          const leaf = limit > 0 ? share * limit : share;
          const exact = treeBias(leaf, layers, aggregation);
          expect(lowerPredictor(leaf, layers, aggregation)).toBeLessThanOrEqual(exact * (1 + 1e-12));
          expect(upperPredictor(leaf, layers, aggregation)).toBeGreaterThanOrEqual(exact * (1 - 1e-12));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("promise no more than the tree keeps from above the fixed point either", () => {
    fc.assert(
      fc.property(anyAggregation, anyLeaf, fc.integer({ min: 0, max: 60 }), (aggregation, leaf, layers) => {
        const exact = treeBias(leaf, layers, aggregation);
        expect(lowerPredictor(leaf, layers, aggregation)).toBeLessThanOrEqual(exact * (1 + 1e-12));
      }),
    );
  });

  it("are optimistic by 56 % at most up to nine inputs, and by 76 % at 25, where they are clipped", () => {
    for (const [aggregation, leaf] of settings()) {
      const bend = growthDepth(leaf, aggregation); // where α^L μ₀ meets μ*
      for (const layers of [Math.floor(bend), Math.ceil(bend)]) {
        const excess = upperPredictor(leaf, layers, aggregation) / treeBias(leaf, layers, aggregation) - 1;
        expect(excess).toBeLessThan(aggregation.fanIn <= 9 ? 0.56 : 0.76);
      }
    }
  });

  it("estimate within 12.5 % up to nine inputs that share no more than 80 %", () => {
    const narrow = amplifying.filter(({ fanIn, rho }) => fanIn <= 9 && rho <= 0.8);
    fc.assert(
      fc.property(
        narrow,
        fc.double({ min: 1e-3, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 60 }),
        (aggregation, share, layers) => {
          const leaf = share * fixedPoint(aggregation);
          const ratio = smoothPredictor(leaf, layers, aggregation) / treeBias(leaf, layers, aggregation);
          expect(Math.abs(ratio - 1)).toBeLessThan(0.125);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("stand the critical point, nothing, and depths that overflow a power", () => {
    expect(smoothPredictor(0.05, 30, paper(5 / 21))).toBeCloseTo(treeBias(0.05, 30, paper(5 / 21)), 4);
    for (const predictor of [lowerPredictor, upperPredictor, smoothPredictor]) {
      expect(predictor(0, 5, paper(0))).toBe(0);
      expect(predictor(0.05, 100_000, paper(0))).toBeCloseTo(fixedPoint(paper(0)), 3);
      expect(() => predictor(-0.1, 5, paper(0))).toThrow("leafBias = -0.1");
    }
  });
});

describe("mixingDepth", () => {
  it("is the first layer within ε of the limit", () => {
    fc.assert(
      fc.property(
        amplifying,
        anyLeaf,
        fc.double({ min: 0.01, max: 0.5, noNaN: true }),
        (aggregation, leaf, epsilon) => {
          const limit = fixedPoint(aggregation);
          const layers = mixingDepth(leaf, aggregation, epsilon)!;
          const distance = (L: number) => Math.abs(treeBias(leaf, L, aggregation) - limit) / limit;
          expect(distance(layers)).toBeLessThanOrEqual(epsilon);
          if (layers > 0) expect(distance(layers - 1)).toBeGreaterThan(epsilon);
        },
      ),
    );
  });

  it("has a closed form within a layer or a quarter, away from the critical point", () => {
    const clear = anyAggregation.filter((aggregation) => Math.abs(amplification(aggregation) - 1) > 0.3);
    fc.assert(
      fc.property(clear, fc.double({ min: 0.001, max: 0.02, noNaN: true }), (aggregation, leaf) => {
        const approximate = mixingDepthApproximate(leaf, aggregation, 0.05);
        expect(Math.abs(approximate - mixingDepth(leaf, aggregation, 0.05)!)).toBeLessThan(1.5 + 0.25 * approximate);
      }),
    );
  });

  it("has it two layers too short at most, and a quarter too long from weak leaves", () => {
    for (const [aggregation, leaf] of settings()) {
      const [layers, approximate] = [mixingDepth(leaf, aggregation)!, mixingDepthApproximate(leaf, aggregation)];
      expect(approximate - layers).toBeGreaterThan(-2.1);
      if (leaf <= 0.1 * fixedPoint(aggregation)) expect(approximate / layers).toBeLessThan(1.25);
    }
  });

  it("is the same for a team that is wrong on average, and never comes for one without bias", () => {
    expect(mixingDepth(-0.05, paper(0.1))).toBe(mixingDepth(0.05, paper(0.1)));
    expect(mixingDepth(0, paper(0.1))).toBeNull();
    expect(mixingDepth(0.05, paper(0.1), 0.05, { layersMax: 49 })).toBeNull();
  });
});

describe("requiredDepth", () => {
  it("is the first depth that reaches the target, or none", () => {
    fc.assert(
      fc.property(anyAggregation, anyLeaf, anyLeaf, (aggregation, leaf, target) => {
        const layers = requiredDepth(leaf, target, aggregation);
        if (layers === null) expect(treeBias(leaf, 2000, aggregation)).toBeLessThan(target);
        else {
          expect(treeBias(leaf, layers, aggregation)).toBeGreaterThanOrEqual(target);
          if (layers > 0) expect(treeBias(leaf, layers - 1, aggregation)).toBeLessThan(target);
        }
      }),
    );
    expect(requiredDepth(0.05, 0.6, paper(0.1))).toBeNull();
    expect(requiredDepth(0.05, 0.06, paper(0.5))).toBeNull();
  });
});

describe("growthDepth", () => {
  it("is where the clipped predictor meets its ceiling", () => {
    const layers = growthDepth(0.05, paper(0.1));
    expect(upperPredictor(0.05, Math.floor(layers), paper(0.1))).toBeLessThan(fixedPoint(paper(0.1)));
    expect(upperPredictor(0.05, Math.ceil(layers), paper(0.1))).toBe(fixedPoint(paper(0.1)));
    expect(() => growthDepth(0.05, paper(0.3))).toThrow("a signal that does not grow has no growth depth");
  });
});
