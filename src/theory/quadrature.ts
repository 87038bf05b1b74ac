/** Gauss–Legendre quadrature, and expectations over a standard normal variable. */
import { requireInteger, requirePositive } from "./domain.ts";
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
  const { nodes, weights } = gaussLegendre(order);
  const half = (high - low) / 2;
  let sum = 0;
  for (let i = 0; i < order; i++) sum += weights[i]! * of(low + half * (1 + nodes[i]!));
  return half * sum;
}

/**
 * E[g(Z)] for a standard normal Z: composite 16-point Gauss–Legendre on [−8.5, 8.5] (the rest weighs 2e-17), in panels of
 * at most `panelWidth`, which must resolve the steepest part of g.
 *
 * @see §16, derived
 */
export function normalExpectation(of: (z: number) => number, panelWidth = 0.25): number {
  requirePositive({ panelWidth });
  const reach = 8.5;
  const panels = Math.ceil((2 * reach) / panelWidth);
  const width = (2 * reach) / panels;
  let sum = 0;
  for (let panel = 0; panel < panels; panel++) {
    const low = -reach + panel * width;
    sum += integrate((z) => normalDensity(z) * of(z), low, low + width, 16);
  }
  return sum;
}
