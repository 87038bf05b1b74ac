/** Trees: the level map applied layer by layer, and how many layers are worth having. */
import { DomainError } from "../errors.ts";
import { requireBetween, requireHalfOpen, requireInteger, requireInterval } from "./domain.ts";
import { fixedPoint, relaxationRate } from "./fixed-point.ts";
import {
  type Aggregation,
  amplification,
  cubicCoefficient,
  levelMap,
  requireAggregation,
  requireOddAggregation,
  requireVoteOptions,
  type VoteOptions,
} from "./level-map.ts";

/**
 * Bias at the root of a tree of L equal layers: μ_L = F^L(μ₀). Exact under the stated law. F is odd: a team that is wrong
 * on average is amplified into confident error, so never pass |μ₀|.
 *
 * @param leafBias     μ₀ in [−1, 1]
 * @param layers       L ≥ 0; 0 is one agent
 * @param aggregation  b, γ, ρ of every layer
 * @see                §4.1, paper
 */
export function treeBias(
  leafBias: number,
  layers: number,
  aggregation: Aggregation,
  options: VoteOptions = {},
): number {
  requireInterval({ leafBias }, -1, 1);
  requireInteger({ layers }, 0);
  requireAggregation(aggregation);
  requireVoteOptions(options);
  let bias = leafBias;
  for (let layer = 0; layer < layers; layer++) {
    const next = levelMap(bias, aggregation, options);
    if (next === bias) break; // at the fixed point to the last digit
    bias = next;
  }
  return bias;
}

/** The same for layers that differ, leaves first. α multiplies, s = Σ ln α_l/Σ ln b_l. §4.7, derived. */
export function treeBiasByLayer(leafBias: number, layers: readonly Aggregation[], options: VoteOptions = {}): number {
  requireInterval({ leafBias }, -1, 1);
  requireVoteOptions(options);
  return layers.reduce((bias, aggregation) => levelMap(bias, aggregation, options), leafBias);
}

/**
 * Adds a cause common to the whole tree: with probability ρ_g all leaves cast one vote, else `aggregation` holds.
 *
 *   μ_L = ρ_g μ₀ F^L(1) + (1 − ρ_g) F^L(μ₀)
 *
 * Depth averages a local cause out and cannot touch a common one.
 *
 * @param rhoGlobal  ρ_g in [0, 1]
 * @see              §4.7, derived
 */
export function treeBiasWithCommonCause(
  leafBias: number,
  layers: number,
  aggregation: Aggregation,
  rhoGlobal: number,
): number {
  requireInterval({ rhoGlobal }, 0, 1);
  const together = leafBias * treeBias(1, layers, aggregation);
  return rhoGlobal * together + (1 - rhoGlobal) * treeBias(leafBias, layers, aggregation);
}

export interface DepthOptions {
  /** Give up (null) beyond this many layers. @default 100_000 */
  readonly layersMax?: number;
}

/**
 * Smallest L with F^L(μ₀) ≥ target, or null where no depth reaches it (target above μ*, or collapse).
 *
 * @param leafBias  μ₀ in [−1, 1]
 * @param target    bias in [−1, 1]
 * @see             §4.6, derived
 */
export function requiredDepth(
  leafBias: number,
  target: number,
  aggregation: Aggregation,
  { layersMax = 100_000 }: DepthOptions = {},
): number | null {
  requireInterval({ leafBias, target }, -1, 1);
  requireInteger({ layersMax }, 0);
  requireAggregation(aggregation);
  let bias = leafBias;
  for (let layers = 0; layers <= layersMax; layers++) {
    if (bias >= target) return layers;
    const next = levelMap(bias, aggregation);
    if (next <= bias) return null; // F is increasing: once it stops gaining it never gains again
    bias = next;
  }
  return null;
}

/**
 * Mixing depth: smallest L with |F^L(μ₀) − μ*| ≤ ε μ* where the team amplifies, with |F^L(μ₀)| ≤ ε |μ₀| where it does not.
 * Depth beyond it buys nothing and still pays for communication. A team of negative bias tends to −μ* in the same steps.
 *
 * @param leafBias     μ₀ in [−1, 1]
 * @param aggregation  odd fan-in, the paper's law
 * @param epsilon      ε in (0, 1)
 * @returns            layers, or null where it is never reached
 * @see                §4.6, named by the paper, this form derived
 */
export function mixingDepth(
  leafBias: number,
  aggregation: Aggregation,
  epsilon = 0.05,
  { layersMax = 100_000 }: DepthOptions = {},
): number | null {
  requireInterval({ leafBias }, -1, 1);
  requireBetween({ epsilon }, 0, 1);
  requireInteger({ layersMax }, 0);
  const limit = fixedPoint(aggregation);
  let bias = Math.abs(leafBias);
  const tolerance = epsilon * (limit > 0 ? limit : bias);
  for (let layers = 0; layers <= layersMax; layers++) {
    if (Math.abs(bias - limit) <= tolerance) return layers;
    const next = levelMap(bias, aggregation);
    if (next === bias) return null;
    bias = next;
  }
  return null;
}

/**
 * Mixing depth in closed form: growth time plus relaxation time.
 *
 *   α > 1:  ln(μ* / μ₀)/ln α + ln(1/ε)/ln(1/λ*)     (no growth where μ₀ ≥ μ*)
 *   α < 1:  ln(1/ε)/ln(1/α)
 *   α = 1:  (ε⁻² − 1)/(2 a₃ μ₀²): algebraic, no exponential
 *
 * On a grid of 1,344 settings at most two layers too short, and at most a quarter too long from leaves below 0.1 μ*; from
 * leaves near μ*, or near α = 1, it can be far too long: iterate (`mixingDepth`).
 *
 * @param leafBias     μ₀ in (0, 1]
 * @param aggregation  odd fan-in, the paper's law
 * @param epsilon      ε in (0, 1)
 * @see                §4.6, derived
 */
export function mixingDepthApproximate(leafBias: number, aggregation: Aggregation, epsilon = 0.05): number {
  requireHalfOpen({ leafBias }, 0, 1);
  requireBetween({ epsilon }, 0, 1);
  requireOddAggregation(aggregation);
  const alpha = amplification(aggregation);
  if (Math.abs(alpha - 1) < 1e-12)
    return (1 / epsilon ** 2 - 1) / (2 * cubicCoefficient(aggregation) * leafBias * leafBias);
  const layers = (rate: number) => Math.log(epsilon) / Math.log(rate);
  if (alpha < 1) return layers(alpha);
  return Math.max(0, growthDepth(leafBias, aggregation)) + layers(relaxationRate(aggregation));
}

/**
 * ln(μ* / μ₀)/ln α: layers until a weak signal, growing by α, would meet the fixed point.
 *
 * @param leafBias     μ₀ in (0, 1]
 * @param aggregation  odd fan-in, the paper's law, α > 1
 * @throws             {DomainError} where α ≤ 1: nothing grows
 * @see                §4.6, derived
 */
export function growthDepth(leafBias: number, aggregation: Aggregation): number {
  requireHalfOpen({ leafBias }, 0, 1);
  requireOddAggregation(aggregation);
  const alpha = amplification(aggregation);
  if (alpha <= 1) throw new DomainError("alpha", alpha, "above 1: a signal that does not grow has no growth depth");
  return (Math.log(fixedPoint(aggregation)) - Math.log(leafBias)) / Math.log(alpha);
}
