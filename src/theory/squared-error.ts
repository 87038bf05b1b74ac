/**
 * The continuous warm-up: agents estimate a number, risk is mean squared error. Errors of siblings have correlation ρ, every
 * message adds independent channel noise of variance σ².
 */
import { DomainError } from "../errors.ts";
import {
  requireBetween,
  requireFinite,
  requireInteger,
  requireInterval,
  requireNonNegative,
  requirePositive,
  requireSameLength,
} from "./domain.ts";
import { type Matrix, quadratic, solve } from "./weighted-votes.ts";

/** What all these formulas take. */
export interface Noise {
  /** ρ in [0, 1] */
  readonly rho: number;
  /** σ² ≥ 0 */
  readonly channelVariance: number;
}

function requireNoise({ rho, channelVariance }: Noise): void {
  requireInterval({ rho }, 0, 1);
  requireNonNegative({ channelVariance });
}

/** v(x) = A x^(−η), for x > 0. §7; named by the paper, this form derived. */
export function leafRisk(compute: number, scale: number, exponent: number): number {
  requirePositive({ compute, scale, exponent });
  return scale * compute ** -exponent;
}

/** Average of N messages: v (ρ + (1 − ρ)/N) + σ²/N; its floor is ρ v. §7; named by the paper, this form derived. */
export function starRisk(risk: number, leaves: number, noise: Noise): number {
  requireNonNegative({ risk });
  requireInteger({ leaves }, 1);
  requireNoise(noise);
  return risk * (noise.rho + (1 - noise.rho) / leaves) + noise.channelVariance / leaves;
}

/** q = ρ + (1 − ρ)/b: the factor by which one layer shrinks the variance. §7, paper. */
export function treeContraction(fanIn: number, rho: number): number {
  requireInteger({ fanIn }, 1);
  requireInterval({ rho }, 0, 1);
  return rho + (1 - rho) / fanIn;
}

/** v* = σ²/((b − 1)(1 − ρ)): where deep trees end. Domain: b ≥ 2, ρ < 1. §7, paper (Eq. 13). */
export function treeRiskFloor(fanIn: number, noise: Noise): number {
  requireInteger({ fanIn }, 2);
  requireNoise(noise);
  if (noise.rho === 1) throw new DomainError("rho", 1, "below 1: fully shared errors have no floor, they add up");
  return noise.channelVariance / ((fanIn - 1) * (1 - noise.rho));
}

/**
 * v ↦ q v + σ²/b, applied L times: v* + q^L (v₀ − v*), or v₀ + L σ²/b where q = 1. Summed as q^L v₀ + σ²/b · Σ q^l, as v* can be
 * far larger than either.
 *
 * @see §7, paper
 */
export function treeRisk(risk: number, layers: number, fanIn: number, noise: Noise): number {
  requireNonNegative({ risk });
  requireInteger({ layers }, 0);
  requireNoise(noise);
  requireInteger({ fanIn }, 1);
  const averaged = (1 - noise.rho) * (1 - 1 / fanIn); // 1 − q
  const logKept = layers * Math.log1p(-averaged);
  const powers = averaged === 0 ? layers : -Math.expm1(logKept) / averaged;
  return Math.exp(logKept) * risk + (noise.channelVariance / fanIn) * powers;
}

/**
 * Leaves correlated ρ across the whole tree, independent channel noise: v (ρ + (1 − ρ)/N) + σ² (1 − 1/N)/(b − 1).
 *
 * @see §7, derived
 */
export function treeRiskWithCommonCause(risk: number, layers: number, fanIn: number, noise: Noise): number {
  requireNonNegative({ risk });
  requireInteger({ layers }, 0);
  requireInteger({ fanIn }, 2);
  requireNoise(noise);
  const share = fanIn ** -layers; // 1/N
  return risk * (noise.rho + (1 - noise.rho) * share) + (noise.channelVariance * (1 - share)) / (fanIn - 1);
}

/** t = −ln q/ln b: v ~ N^(−t) above the floor; 1 where ρ = 0. It takes the place of s, and η that of β. §7; named by the paper. */
export function treeRiskExponent(fanIn: number, rho: number): number {
  requireInteger({ fanIn }, 2);
  return Math.min(1, -Math.log(treeContraction(fanIn, rho)) / Math.log(fanIn));
}

/**
 * Smallest L with v_L ≤ (1 + ε) v*; 0 where already there, null where the floor is 0 and never reached, or beyond 2⁵³ layers.
 *
 * @see §7, derived
 */
export function treeRiskMixingDepth(risk: number, fanIn: number, noise: Noise, epsilon: number): number | null {
  requireNonNegative({ risk });
  requireBetween({ epsilon }, 0, Number.POSITIVE_INFINITY);
  const floor = treeRiskFloor(fanIn, noise);
  const target = (1 + epsilon) * floor;
  if (risk <= target) return 0;
  if (floor === 0) return null;
  const ratio = Math.log(risk - floor) - Math.log(epsilon) - Math.log(floor);
  const layers = Math.ceil(ratio / -Math.log1p(-(1 - noise.rho) * (1 - 1 / fanIn)));
  if (!Number.isSafeInteger(layers)) return null;
  // the quotient of logarithms may round to the wrong side of a whole number
  if (layers > 1 && treeRisk(risk, layers - 1, fanIn, noise) <= target) return layers - 1;
  return treeRisk(risk, layers, fanIn, noise) > target * (1 + 1e-15) ? layers + 1 : layers;
}

/** K pure relays: v₀ + K σ². §7; named by the paper, this form derived. */
export function relayChainRisk(risk: number, hops: number, channelVariance: number): number {
  requireNonNegative({ risk, channelVariance });
  requireInteger({ hops }, 0);
  return risk + hops * channelVariance;
}

/** K hops with a running average of K + 1 estimates: v (ρ + (1 − ρ)/(K + 1)) + σ² K(2K + 1)/(6(K + 1)). §7, derived. */
export function averagingChainRisk(risk: number, hops: number, noise: Noise): number {
  requireNonNegative({ risk });
  requireInteger({ hops }, 0);
  requireNoise(noise);
  const { rho, channelVariance } = noise;
  return risk * (rho + (1 - rho) / (hops + 1)) + (channelVariance * hops * (2 * hops + 1)) / (6 * (hops + 1));
}

/**
 * K hops, every agent combining message and own estimate with the best linear weight:
 * v ↦ (u v₁ − c²)/(u + v₁ − 2c), u = v + σ², c = ρ v₁, from v = v₁.
 *
 * @see §7, derived
 */
export function optimalChainRisk(risk: number, hops: number, noise: Noise): number {
  requireNonNegative({ risk });
  requireInteger({ hops }, 0);
  requireNoise(noise);
  if (risk === 0) return 0;
  const { rho } = noise;
  let share = 1; // of the risk of one estimate: products of risks would overflow
  for (let hop = 0; hop < hops; hop++) {
    const received = share + noise.channelVariance / risk;
    const weight = received + 1 - 2 * rho;
    if (weight === 0) break; // two copies of one estimate over a perfect channel: nothing to combine
    if (received === Number.POSITIVE_INFINITY) break; // nothing gets through
    share = (received - rho * rho) / weight;
  }
  return share * risk;
}

/** Limit of `optimalChainRisk`: ρ v − σ²/2 + √(σ⁴/4 + σ² (1 − ρ) v). §7, derived. */
export function optimalChainFloor(risk: number, noise: Noise): number {
  requireNonNegative({ risk });
  requireNoise(noise);
  const { rho, channelVariance } = noise;
  const own = (1 - rho) * risk; // √(σ⁴/4 + σ² own) − σ²/2, without its cancellation
  return rho * risk + (own === 0 ? 0 : own / (0.5 + Math.sqrt(0.25 + own / Math.abs(channelVariance))));
}

function requireMoments(moments: Matrix): void {
  requireInteger({ agents: moments.length }, 1);
  for (const row of moments) {
    requireSameLength({ "row of moments": row }, moments.length);
    for (const moment of row) requireFinite({ moment });
  }
}

/**
 * Mean squared error of Σ w_i x_i/Σ w_i: w′ M w/(Σ w)², where M_ij = E[e_i e_j] are the mean products of the errors, biases
 * included.
 *
 * @see §7 for agents that differ, derived; Bates and Granger, The combination of forecasts, 1969
 */
export function weightedErrorRisk(moments: Matrix, weights: readonly number[]): number {
  requireMoments(moments);
  requireSameLength({ weights }, moments.length);
  for (const weight of weights) requireFinite({ weight });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) throw new DomainError("weights", "a sum of 0", "that sum to another number");
  return quadratic(moments, weights) / total ** 2;
}

/**
 * The weights of least squared error, Σ w = 1: w = M⁻¹ 1/(1′ M⁻¹ 1), and with `signed: false` the best of the weights ≥ 0
 * (active sets, Lawson and Hanson 1974). Signed weights lean on small differences of M: with an estimated M they promise
 * more than they keep.
 *
 * @param moments  M_ij = E[e_i e_j], symmetric and positive semidefinite
 * @param ridge    added to the diagonal, relative to its mean, so that equal agents do not make M singular
 * @see            Bates and Granger, The combination of forecasts, 1969
 */
export function optimalErrorWeights(
  moments: Matrix,
  { signed = false, ridge = 1e-9 }: { readonly signed?: boolean; readonly ridge?: number } = {},
): number[] {
  requireMoments(moments);
  requireNonNegative({ ridge });
  const n = moments.length;
  const scale = moments.reduce((sum, row, i) => sum + row[i]!, 0) / n;
  requireNonNegative({ "mean squared error": scale });
  if (scale === 0) return moments.map(() => 1 / n); // nobody errs
  const regular = moments.map((row, i) => row.map((value, j) => value + (i === j ? ridge * scale : 0)));
  const bestAmong = (agents: readonly number[]) => {
    const part = agents.map((i) => agents.map((j) => regular[i]![j]!));
    const raw = solve(part, new Array<number>(agents.length).fill(1), "moments");
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    return raw.map((weight) => weight / total);
  };
  if (signed) return bestAmong([...moments.keys()]);

  // From the best agent alone: let in whoever lowers the risk most, and back out of every weight that would turn negative.
  const best = moments.reduce((least, row, i) => (row[i]! < moments[least]![least]! ? i : least), 0);
  let weights: number[] = moments.map((_, i) => (i === best ? 1 : 0));
  for (;;) {
    const slopes = regular.map((row) => row.reduce((sum, value, j) => sum + value * weights[j]!, 0));
    const risk = weights.reduce((sum, weight, i) => sum + weight * slopes[i]!, 0);
    const next = slopes.reduce((least, slope, i) => (weights[i] === 0 && slope < slopes[least]! ? i : least), best);
    if (weights[next] !== 0 || slopes[next]! >= risk * (1 - 1e-12)) return weights;
    let active = [...weights.keys()].filter((i) => weights[i]! > 0 || i === next);
    for (;;) {
      const wanted = bestAmong(active);
      if (!(wanted[active.indexOf(next)]! > 0)) return weights; // it helps by less than rounding
      const steps = active.map((i, at) => (wanted[at]! < 0 ? weights[i]! / (weights[i]! - wanted[at]!) : 1));
      const step = Math.min(...steps);
      const from = weights;
      weights = from.map(() => 0);
      active.forEach((i, at) => {
        weights[i] = step === steps[at] && step < 1 ? 0 : from[i]! + step * (wanted[at]! - from[i]!);
      });
      if (step === 1) break;
      active = active.filter((i) => weights[i]! > 0);
    }
  }
}
