/** Closed forms for the bias of a tree. Where the depth is known, iterating (`treeBias`) is cheap and exact. */
import { requireInteger, requireInterval } from "./domain.ts";
import { fixedPoint } from "./fixed-point.ts";
import { type Aggregation, amplification, cubicCoefficient, levelMap, requireOddAggregation } from "./level-map.ts";
import { bisect } from "./optimize.ts";

/** ln(α^L μ₀), capped so that the power cannot overflow. */
function amplified(leafBias: number, layers: number, alpha: number): number {
  return leafBias === 0 ? 0 : Math.exp(Math.min(700, layers * Math.log(alpha) + Math.log(leafBias)));
}

/**
 * The paper's clipped predictor min(α^L μ₀, μ*), or α^L μ₀ where α ≤ 1. By concavity an *upper* bound for 0 ≤ μ₀ ≤ μ*:
 * as a forecast it is optimistic. (From μ₀ > μ* the tree falls towards it: then it is the limit, not a bound.)
 *
 * @param leafBias     μ₀ in [0, 1]
 * @param layers       L ≥ 0
 * @param aggregation  odd fan-in, the paper's law
 * @see                §4.5; named by the paper, this form derived
 */
export function upperPredictor(leafBias: number, layers: number, aggregation: Aggregation): number {
  requireInterval({ leafBias }, 0, 1);
  requireInteger({ layers }, 0);
  requireOddAggregation(aggregation);
  const alpha = amplification(aggregation);
  const grown = amplified(leafBias, layers, alpha);
  return alpha <= 1 ? grown : Math.min(grown, fixedPoint(aggregation));
}

/**
 * A bias that the tree certainly reaches: max_u min(u, (F(u)/u)^L μ₀) over u in [μ₀, μ*]. While the bias is below u every
 * layer multiplies it by F(u)/u at least. From μ₀ ≥ μ* down: max(μ*, (F(μ₀)/μ₀)^L μ₀). For promises.
 *
 * @param leafBias     μ₀ in [0, 1]
 * @param layers       L ≥ 0
 * @param aggregation  odd fan-in, the paper's law
 * @see                §4.5, derived
 */
export function lowerPredictor(leafBias: number, layers: number, aggregation: Aggregation): number {
  requireInterval({ leafBias }, 0, 1);
  requireInteger({ layers }, 0);
  requireOddAggregation(aggregation);
  if (leafBias === 0 || layers === 0) return leafBias;
  const limit = fixedPoint(aggregation);
  const grown = (bias: number) => amplified(leafBias, layers, levelMap(bias, aggregation) / bias);
  const fallen = grown(leafBias);
  if (leafBias >= limit) return Math.max(limit, fallen);
  if (fallen <= leafBias) return leafBias; // it grows by less than rounding
  // `grown` falls with u, so the best u is where the two meet
  if (grown(limit) >= limit) return limit;
  const meeting = bisect((bias) => Math.log(grown(bias) / bias), leafBias, limit);
  return Math.min(meeting, grown(meeting));
}

/**
 * μ* / √(1 + ((μ* / μ₀)² − 1) α^(−2L)): between growth and saturation, for estimates; at α = 1, μ₀/√(1 + 2 a₃ μ₀² L), and
 * below it the same with μ*² = −(1 − α)/a₃. Relative error up to 12 % for b ≤ 9 and ρ ≤ 0.8 (measured on a grid); wide nodes
 * that share most votes over clean channels are worse: 32 % at b = 25, ρ = 0.8, γ = 1. Not a bound.
 *
 * @param leafBias     μ₀ in [0, 1]
 * @param layers       L ≥ 0
 * @param aggregation  odd fan-in, the paper's law
 * @see                §4.5, derived
 */
export function smoothPredictor(leafBias: number, layers: number, aggregation: Aggregation): number {
  requireInterval({ leafBias }, 0, 1);
  requireInteger({ layers }, 0);
  requireOddAggregation(aggregation);
  const alpha = amplification(aggregation);
  if (leafBias === 0) return 0;
  if (alpha > 1) {
    // the same with α^L μ₀ in place of α^L, which overflows
    const limit = fixedPoint(aggregation);
    const grown = amplified(leafBias, layers, alpha);
    return Math.min(1, grown / Math.hypot(1, (grown / limit) * Math.sqrt(-Math.expm1(-2 * layers * Math.log(alpha)))));
  }
  const decay = alpha === 1 ? 2 * layers : Math.expm1(2 * layers * Math.log(alpha)) / (alpha - 1);
  return (alpha ** layers * leafBias) / Math.sqrt(1 + cubicCoefficient(aggregation) * leafBias ** 2 * decay);
}
