/** Gauss–Legendre quadrature, and expectations over a standard normal variable. */
import { requireFinite, requireInteger, requirePositive } from "./domain.ts";
import { normalDensity } from "./special.ts";

/** Nodes in (−1, 1) and their weights, which add up to 2. */
export interface QuadratureRule {
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

const rules = new Map<number, QuadratureRule>(); // a rule depends on its order alone

/** The Gauss–Legendre rule of this order, exact for polynomials of degree 2·order − 1; nodes by Newton's method. */
export function gaussLegendre(order: number): QuadratureRule {
  requireInteger({ order }, 1);
  const known = rules.get(order);
  if (known) return known;
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < order; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (order + 0.5));
    let slope = 0;
    for (let step = 0; step < 100; step++) {
      let [previous, value] = [0, 1];
      for (let n = 1; n <= order; n++) [previous, value] = [value, ((2 * n - 1) * x * value - (n - 1) * previous) / n];
      slope = (order * (x * value - previous)) / (x * x - 1);
      x -= value / slope;
      if (Math.abs(value / slope) < 1e-15) break;
    }
    nodes.push(x);
    weights.push(2 / ((1 - x) * (1 + x) * slope * slope));
  }
  const rule = { nodes, weights };
  rules.set(order, rule);
  return rule;
}

/** ∫ of a smooth function from `low` to `high` by one Gauss–Legendre rule. */
export function integrate(of: (x: number) => number, low: number, high: number, order: number): number {
  requireFinite({ low, high });
  const { nodes, weights } = gaussLegendre(order);
  const half = (high - low) / 2;
  let sum = 0;
  for (let i = 0; i < order; i++) sum += weights[i]! * of(low + half * (1 + nodes[i]!));
  return half * sum;
}

/** Beyond this many deviations a normal variable has 2e-17 of its probability. */
export const normalReach = 8.5;

/**
 * E[g(Z); low ≤ Z ≤ high] for a standard normal Z: composite 16-point Gauss–Legendre within [−8.5, 8.5] (the rest weighs
 * 2e-17), in panels of at most `panelWidth`, which must resolve the steepest part of g.
 *
 * @param low, high  −∞ and ∞ by default: the whole expectation
 * @see              §16, derived
 */
export function normalExpectation(
  of: (z: number) => number,
  panelWidth = 0.25,
  low = Number.NEGATIVE_INFINITY,
  high = Number.POSITIVE_INFINITY,
): number {
  requirePositive({ panelWidth });
  const from = Math.max(low, -normalReach);
  const to = Math.min(high, normalReach);
  if (!(from < to)) return 0;
  const panels = Math.ceil((to - from) / panelWidth);
  const width = (to - from) / panels;
  let sum = 0;
  for (let panel = 0; panel < panels; panel++) {
    const start = from + panel * width;
    sum += integrate((z) => normalDensity(z) * of(z), start, start + width, 16);
  }
  return sum;
}
