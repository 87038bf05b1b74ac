/** How errors of the measured parameters reach the predictions: derivatives, delta intervals, Monte Carlo. */
import { DomainError } from "../errors.ts";
import {
  requireBetween,
  requireFinite,
  requireInteger,
  requireInterval,
  requireNonNegative,
  requireSameLength,
} from "./domain.ts";
import { fixedPoint } from "./fixed-point.ts";
import { type Aggregation, amplification, levelMapSlope, requireOddAggregation } from "./level-map.ts";
import { majorityBias, majorityBiasSlope, majoritySlope } from "./majority.ts";
import type { Random } from "./random.ts";
import { normalCdf, normalQuantile } from "./special.ts";

/** Derivatives by γ and by ρ. */
export interface Sensitivity {
  readonly byFidelity: number;
  readonly byRho: number;
}

/** dα/dγ = α/γ, dα/dρ = −γ (κ_b − 1). §9, derived. */
export function amplificationGradient(aggregation: Aggregation): Sensitivity {
  const { fanIn, fidelity } = aggregation;
  return { byFidelity: amplification(aggregation) / fidelity, byRho: -fidelity * (majoritySlope(fanIn) - 1) };
}

/** ds = dα/(α ln b), for b ≥ 2. §9, derived. */
export function exponentGradient(aggregation: Aggregation): Sensitivity {
  requireInteger({ fanIn: aggregation.fanIn }, 2);
  const { byFidelity, byRho } = amplificationGradient(aggregation);
  const scale = amplification(aggregation) * Math.log(aggregation.fanIn);
  return { byFidelity: byFidelity / scale, byRho: byRho / scale };
}

/**
 * dμ* / dγ = μ* (ρ + (1 − ρ) f′)/(1 − λ*), dμ* / dρ = (γ μ* − f)/(1 − λ*), with f and f′ at γ μ*. Both grow without bound at
 * α = 1; both are 0 where the team collapses.
 *
 * @see §4.2, derived
 */
export function fixedPointGradient(aggregation: Aggregation): Sensitivity {
  const limit = fixedPoint(aggregation);
  if (limit === 0) return { byFidelity: 0, byRho: 0 };
  const rest = 1 - levelMapSlope(limit, aggregation);
  const { byFidelity, byRho } = levelGradient(limit, aggregation);
  return { byFidelity: byFidelity / rest, byRho: byRho / rest };
}

/** Derivatives of F(μ) by its parameters at a fixed μ. */
function levelGradient(bias: number, { fanIn, fidelity, rho }: Aggregation): Sensitivity {
  const received = fidelity * bias;
  return {
    byFidelity: bias * (rho + (1 - rho) * majorityBiasSlope(received, fanIn)),
    byRho: received - majorityBias(received, fanIn),
  };
}

export interface TreeSensitivity extends Sensitivity {
  /** The bias of the tree itself, F^L(μ₀). */
  readonly bias: number;
  readonly byLeafBias: number;
}

/**
 * F^L(μ₀) with its derivatives, carried forward layer by layer. The leaf dominates: ∂μ_L/∂μ₀ is about α^L while signals are
 * weak, so calibration is best spent on the leaf first.
 *
 * @param leafBias  μ₀ in [−1, 1]
 * @param layers    L ≥ 0
 * @see             §14, derived
 */
export function treeBiasGradient(leafBias: number, layers: number, aggregation: Aggregation): TreeSensitivity {
  requireInterval({ leafBias }, -1, 1);
  requireInteger({ layers }, 0);
  requireOddAggregation(aggregation);
  const { fanIn, fidelity, rho } = aggregation;
  let [bias, byLeafBias, byFidelity, byRho] = [leafBias, 1, 0, 0];
  for (let layer = 0; layer < layers; layer++) {
    const slope = levelMapSlope(bias, aggregation);
    const local = levelGradient(bias, aggregation);
    byLeafBias *= slope;
    byFidelity = slope * byFidelity + local.byFidelity;
    byRho = slope * byRho + local.byRho;
    const received = fidelity * bias;
    bias = rho * received + (1 - rho) * majorityBias(received, fanIn);
  }
  return { bias, byLeafBias, byFidelity, byRho };
}

export interface DeltaInterval {
  readonly low: number;
  readonly high: number;
  readonly standardError: number;
}

const z95 = 1.959963984540054; // Φ⁻¹(0.975)

/** √(g′ C g) */
function standardErrorOf(gradient: readonly number[], covariance: readonly (readonly number[])[]): number {
  requireSameLength({ covariance }, gradient.length);
  for (const slope of gradient) requireFinite({ gradient: slope });
  let [variance, magnitude] = [0, 0];
  for (const [i, row] of covariance.entries()) {
    requireSameLength({ "row of covariance": row }, gradient.length);
    for (const [j, value] of row.entries()) {
      requireFinite({ covariance: value });
      variance += gradient[i]! * value * gradient[j]!;
      magnitude += Math.abs(gradient[i]! * value * gradient[j]!);
    }
  }
  if (Math.abs(variance) <= 1e-14 * magnitude) return 0; // singular: what is left is rounding
  requireNonNegative({ variance });
  return Math.sqrt(variance);
}

/**
 * value ∓ z √(g′ C g).
 *
 * @param gradient    g, derivatives by the parameters
 * @param covariance  C of their estimates
 * @param z           normal quantile of the confidence; 1.96 for 95 %
 * @see               §14, derived
 */
export function deltaInterval(
  value: number,
  gradient: readonly number[],
  covariance: readonly (readonly number[])[],
  z = z95,
): DeltaInterval {
  requireFinite({ value, z });
  const standardError = standardErrorOf(gradient, covariance);
  return { low: value - z * standardError, high: value + z * standardError, standardError };
}

/**
 * The same for a bias on the scale of atanh μ, where it stays within (−1, 1) and covers better.
 *
 * @param bias  in (−1, 1)
 * @see         §14, derived
 */
export function deltaIntervalOfBias(
  bias: number,
  gradient: readonly number[],
  covariance: readonly (readonly number[])[],
  z = z95,
): DeltaInterval {
  requireBetween({ bias }, -1, 1);
  requireFinite({ z });
  const standardError = standardErrorOf(gradient, covariance);
  const center = Math.atanh(bias);
  const reach = (z * standardError) / ((1 - bias) * (1 + bias));
  return { low: Math.tanh(center - reach), high: Math.tanh(center + reach), standardError };
}

/**
 * P(α > 1) = Φ((α − 1)/se(α)): the honest statement near criticality.
 *
 * @param aggregation  estimates of γ and ρ
 * @param errors       standard errors ≥ 0, and the correlation of the two estimates in [−1, 1]
 * @see                §14, derived
 */
export function probabilitySupercritical(
  aggregation: Aggregation,
  errors: { readonly fidelity: number; readonly rho: number; readonly correlation?: number },
): number {
  const { fidelity, rho, correlation = 0 } = errors;
  requireNonNegative({ "errors.fidelity": fidelity, "errors.rho": rho });
  requireInterval({ "errors.correlation": correlation }, -1, 1);
  const { byFidelity, byRho } = amplificationGradient(aggregation);
  const covariance = correlation * fidelity * rho;
  const standardError = standardErrorOf(
    [byFidelity, byRho],
    [
      [fidelity ** 2, covariance],
      [covariance, rho ** 2],
    ],
  );
  const excess = amplification(aggregation) - 1;
  return standardError === 0 ? (1 + Math.sign(excess)) / 2 : normalCdf(excess / standardError);
}

/** The scale on which an estimate is taken to be normal. */
export type Scale = "identity" | "log" | "logit";

const scales: Record<Scale, { to(x: number): number; from(y: number): number; slope(x: number): number }> = {
  identity: { to: (x) => x, from: (y) => y, slope: () => 1 },
  log: { to: Math.log, from: Math.exp, slope: (x) => 1 / x },
  logit: {
    to: (x) => Math.log(x) - Math.log1p(-x),
    from: (y) => 1 / (1 + Math.exp(-y)),
    slope: (x) => 1 / (x * (1 - x)),
  },
};

/**
 * Parametric Monte Carlo for what is clipped or far from linear: draws the parameters from a normal law on their scales and
 * returns the mean and the central interval of `of`.
 *
 * @param means       estimates, inside their scales' domains
 * @param covariance  of the estimates, on the plain scale
 * @param next        seeded uniform numbers
 * @see               §14, derived
 */
export function propagate(
  of: (parameters: readonly number[]) => number,
  means: readonly number[],
  covariance: readonly (readonly number[])[],
  {
    transforms = means.map((): Scale => "identity"),
    draws = 4000,
    confidence = 0.95,
    next,
  }: {
    readonly transforms?: readonly Scale[];
    readonly draws?: number;
    readonly confidence?: number;
    readonly next: Random;
  },
): { readonly mean: number; readonly low: number; readonly high: number } {
  requireSameLength({ covariance, transforms }, means.length);
  requireInteger({ draws }, 2);
  requireBetween({ confidence }, 0, 1);
  for (const [i, transform] of transforms.entries())
    if (!Object.hasOwn(scales, transform))
      throw new DomainError(`transforms[${i}]`, transform, `as one of ${Object.keys(scales).join(", ")}`);
  for (const row of covariance) {
    requireSameLength({ "row of covariance": row }, means.length);
    for (const value of row) requireFinite({ covariance: value });
  }
  const slope = means.map((mean, i) => scales[transforms[i]!].slope(mean));
  const center = means.map((mean, i) => scales[transforms[i]!].to(mean));
  for (const [i, value] of center.entries())
    if (!Number.isFinite(value))
      throw new DomainError(`means[${i}]`, means[i], `inside the domain of ${transforms[i]}`);
  const root = squareRoot(covariance.map((row, i) => row.map((value, j) => value * slope[i]! * slope[j]!)));
  const results = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    const normals = means.map(() => normalQuantile((next() * 4294967296 + 0.5) / 4294967297)); // never 0
    results[draw] = of(
      center.map((c, i) =>
        scales[transforms[i]!].from(c + root[i]!.reduce((sum, value, j) => sum + value * normals[j]!, 0)),
      ),
    );
  }
  results.sort();
  const quantile = (q: number) => {
    const at = q * (draws - 1);
    const below = Math.floor(at);
    return results[below]! + (at - below) * ((results[below + 1] ?? results[below]!) - results[below]!);
  };
  return {
    mean: results.reduce((sum, value) => sum + value, 0) / draws,
    low: quantile((1 - confidence) / 2),
    high: quantile((1 + confidence) / 2),
  };
}

/** Lower triangular R with R R′ = C; a parameter without variance has a row of zeros. */
function squareRoot(covariance: readonly (readonly number[])[]): number[][] {
  const root: number[][] = [];
  for (const [i, row] of covariance.entries()) {
    root.push([]);
    for (let j = 0; j <= i; j++) {
      let sum = row[j]!;
      for (let k = 0; k < j; k++) sum -= root[i]![k]! * root[j]![k]!;
      if (i === j && sum < -1e-12 * Math.abs(row[i]!))
        throw new DomainError("covariance", "an indefinite matrix", "that is a covariance");
      root[i]!.push(i === j ? Math.sqrt(Math.max(0, sum)) : root[j]![j] === 0 ? 0 : sum / root[j]![j]!);
    }
  }
  return root;
}
