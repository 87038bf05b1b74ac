import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fixedPoint } from "./fixed-point.ts";
import { type Aggregation, amplification, organizationExponent } from "./level-map.ts";
import { random } from "./random.ts";
import { normalCdf, normalQuantile } from "./special.ts";
import { treeBias } from "./tree.ts";
import {
  amplificationGradient,
  deltaInterval,
  deltaIntervalOfBias,
  exponentGradient,
  fixedPointGradient,
  probabilitySupercritical,
  propagate,
  type Sensitivity,
  treeBiasGradient,
} from "./uncertainty.ts";

const anyAggregation: fc.Arbitrary<Aggregation> = fc.record({
  fanIn: fc.integer({ min: 1, max: 7 }).map((half) => 2 * half + 1),
  fidelity: fc.double({ min: 0.3, max: 0.98, noNaN: true }),
  rho: fc.double({ min: 0.01, max: 0.8, noNaN: true }),
});

/** Central differences by γ and ρ. */
function differences(of: (aggregation: Aggregation) => number, aggregation: Aggregation): Sensitivity {
  const h = 1e-6;
  const by = (name: "fidelity" | "rho") =>
    (of({ ...aggregation, [name]: aggregation[name] + h }) - of({ ...aggregation, [name]: aggregation[name] - h })) /
    (2 * h);
  return { byFidelity: by("fidelity"), byRho: by("rho") };
}

function expectClose(got: Sensitivity, expected: Sensitivity, tolerance = 1e-5): void {
  for (const name of ["byFidelity", "byRho"] as const)
    expect(Math.abs(got[name] - expected[name])).toBeLessThan(tolerance * (1 + Math.abs(expected[name])));
}

describe("the gradients", () => {
  it("of α, s and the tree are their derivatives", () => {
    fc.assert(
      fc.property(
        anyAggregation,
        fc.double({ min: -0.9, max: 0.9, noNaN: true }),
        fc.integer({ min: 0, max: 4 }),
        (aggregation, leaf, layers) => {
          expectClose(amplificationGradient(aggregation), differences(amplification, aggregation));
          expectClose(
            exponentGradient(aggregation),
            differences((a) => organizationExponent(a), aggregation),
          );
          const gradient = treeBiasGradient(leaf, layers, aggregation);
          expect(gradient.bias).toBeCloseTo(treeBias(leaf, layers, aggregation), 14);
          expectClose(
            gradient,
            differences((a) => treeBias(leaf, layers, a), aggregation),
          );
          const h = 1e-6;
          const byLeaf = (treeBias(leaf + h, layers, aggregation) - treeBias(leaf - h, layers, aggregation)) / (2 * h);
          expect(Math.abs(gradient.byLeafBias - byLeaf)).toBeLessThan(1e-5 * (1 + Math.abs(byLeaf)));
        },
      ),
    );
  });

  it("of the fixed point blow up at the critical point and vanish in collapse", () => {
    fc.assert(
      fc.property(anyAggregation, (aggregation) => {
        fc.pre(amplification(aggregation) > 1.1 && fixedPoint(aggregation) < 0.999);
        expectClose(fixedPointGradient(aggregation), differences(fixedPoint, aggregation), 1e-4);
      }),
    );
    expect(fixedPointGradient({ fanIn: 5, fidelity: 0.6, rho: 0.5 })).toEqual({ byFidelity: 0, byRho: 0 });
    expect(fixedPointGradient({ fanIn: 5, fidelity: 0.6, rho: 0.238 }).byRho).toBeLessThan(-50);
  });
});

describe("the delta intervals", () => {
  it("stay within (−1, 1) for a bias, and agree with the plain one when it is narrow", () => {
    const wide = deltaIntervalOfBias(0.95, [1], [[1]]);
    expect(wide.low).toBeGreaterThan(-1);
    expect(wide.high).toBeLessThanOrEqual(1);
    const [plain, scaled] = [deltaInterval, deltaIntervalOfBias].map((interval) =>
      interval(
        0.3,
        [1, 2],
        [
          [1e-8, 0],
          [0, 1e-8],
        ],
      ),
    );
    expect(scaled!.low).toBeCloseTo(plain!.low, 6);
    expect(scaled!.high).toBeCloseTo(plain!.high, 6);
    expect(plain!.standardError).toBeCloseTo(Math.sqrt(5e-8), 14);
  });

  it("refuse what is no covariance", () => {
    expect(() => deltaInterval(0, [1], [[-1]])).toThrow("variance = -1");
    expect(() => deltaInterval(0, [1, 2], [[1]])).toThrow("covariance.length = 1");
  });
});

describe("probabilitySupercritical", () => {
  it("is a coin toss at the critical point and certain without error", () => {
    const critical = { fanIn: 5, fidelity: 0.6, rho: 5 / 21 };
    expect(probabilitySupercritical(critical, { fidelity: 0.02, rho: 0.05 })).toBeCloseTo(0.5, 9);
    expect(probabilitySupercritical({ ...critical, rho: 0.1 }, { fidelity: 0, rho: 0 })).toBe(1);
    expect(probabilitySupercritical({ ...critical, rho: 0.3 }, { fidelity: 0, rho: 0 })).toBe(0);
  });
});

describe("propagate", () => {
  it("is the normal law for a sum, and replays from its seed", () => {
    const covariance = [
      [0.04, 0.01],
      [0.01, 0.09],
    ];
    const run = (seed: number) =>
      propagate(([x, y]) => x! + y!, [1, 2], covariance, { draws: 20_000, next: random(seed) });
    const { mean, low, high } = run(1);
    const reach = normalQuantile(0.975) * Math.sqrt(0.15);
    expect(mean).toBeCloseTo(3, 1);
    expect(low).toBeCloseTo(3 - reach, 1);
    expect(high).toBeCloseTo(3 + reach, 1);
    expect(run(1)).toEqual(run(1));
    expect(run(2)).not.toEqual(run(1));
  });

  it("keeps probabilities and scales inside their domains", () => {
    const next = random("propagate");
    const interval = propagate(([p]) => p!, [0.9], [[0.04]], { transforms: ["logit"], next });
    expect(interval.high).toBeLessThan(1);
    const positive = propagate(([x]) => x!, [0.1], [[0.04]], { transforms: ["log"], next });
    expect(positive.low).toBeGreaterThan(0);
    expect(() => propagate(() => 0, [1], [[0.1]], { transforms: ["logit"], next })).toThrow("means[0] = 1");
    expect(() =>
      propagate(
        () => 0,
        [1, 1],
        [
          [1, 2],
          [2, 1],
        ],
        { next },
      ),
    ).toThrow("that is a covariance");
  });

  it("agrees with the delta method where things are nearly linear", () => {
    const aggregation = { fanIn: 5, fidelity: 0.8, rho: 0.1 };
    const gradient = treeBiasGradient(0.2, 2, aggregation);
    const covariance = [
      [1e-4, 0],
      [0, 1e-4],
    ];
    const delta = deltaInterval(gradient.bias, [gradient.byLeafBias, gradient.byFidelity], covariance);
    const drawn = propagate(
      ([leaf, fidelity]) => treeBias(leaf!, 2, { ...aggregation, fidelity: fidelity! }),
      [0.2, 0.8],
      covariance,
      {
        draws: 20_000,
        next: random("delta"),
      },
    );
    expect(drawn.low).toBeCloseTo(delta.low, 2);
    expect(drawn.high).toBeCloseTo(delta.high, 2);
    expect(normalCdf(1.96)).toBeCloseTo(0.975, 4);
  });
});
