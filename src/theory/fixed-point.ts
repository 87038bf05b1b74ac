/** The bias that a deep tree ends at. */
import {
  type Aggregation,
  amplification,
  cubicCoefficient,
  levelMap,
  levelMapSlope,
  requireOddAggregation,
} from "./level-map.ts";
import { bisect } from "./optimize.ts";

/**
 * μ*: the bias that every leaf bias > 0 tends to, layer by layer. It is a ceiling of the organization, not of the model.
 * 0 where α ≤ 1 (collapse), 1 where γ = 1 < α (perfect aggregation), in (0, 1) otherwise. Closed forms for b = 3 and
 * b = 5, the cubic's root where α − 1 < 1e-9, bisection else.
 *
 * Close to α = 1 it moves without bound with γ and ρ (`fixedPointGradient`): report an interval there, never μ* alone.
 *
 * @param aggregation  odd fan-in, the paper's law
 * @see                §4.1 (paper) and §4.2 (derived)
 */
export function fixedPoint(aggregation: Aggregation): number {
  requireOddAggregation(aggregation);
  const { fanIn, fidelity, rho } = aggregation;
  const excess = amplification(aggregation) - 1;
  if (excess <= 0) return 0;
  if (fidelity === 1) return 1;
  const cubic = cubicCoefficient(aggregation);
  const estimate = Math.sqrt(excess / cubic);
  if (fanIn === 3 || excess < 1e-9) return Math.min(1, estimate);
  if (fanIn === 5) {
    const quintic = 0.375 * (1 - rho) * fidelity ** 5;
    // the smaller root of a5 y² − a3 y + (α − 1), written so that nothing cancels
    return Math.min(1, Math.sqrt((2 * excess) / (cubic + Math.sqrt(cubic * cubic - 4 * quintic * excess))));
  }
  const gain = (bias: number) => levelMap(bias, aggregation) - bias;
  let low = Math.min(1, estimate) / 2;
  while (gain(low) <= 0) low /= 2;
  return bisect(gain, low, 1);
}

/**
 * λ* = F′(μ*): the factor by which the distance to the fixed point shrinks per layer; in [0, 1], and α itself where the
 * team collapses.
 *
 * @param aggregation  odd fan-in, the paper's law
 * @see                §1 and §4.6, derived
 */
export function relaxationRate(aggregation: Aggregation): number {
  return Math.min(1, levelMapSlope(fixedPoint(aggregation), aggregation));
}
