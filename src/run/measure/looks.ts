// How sure one must be at every look, so that all looks together are wrong no more often than asked.

import { bisect } from "../../theory/optimize.ts";
import { normalCdf, normalQuantile } from "../../theory/special.ts";

const gridStep = 0.02;
const lowest = -7;

/**
 * Who asks "is it settled?" after every batch finds a lucky moment: P(better) passes any bar at some time more often than
 * at one time that was fixed beforehand. The bar is raised until the chance to pass it at any of the looks, where neither
 * choice is better, is that of passing the asked one once (Pocock 1977: the same bar at all looks):
 *
 *   P(max_j Z_j ≥ Φ⁻¹(c′)) = 1 − c,   Cov(Z_i, Z_j) = √(n_i/n_j) for n_i ≤ n_j
 *
 * by integration over the Markov chain Z_j on a grid of 0.02; the chance is exact to 10⁻⁴.
 *
 * @param confidence  c in (½, 1)
 * @param tasks       n_j, tasks known at each look, rising
 * @returns           c′ ≥ c; c itself for one look
 */
export function confidencePerLook(confidence: number, tasks: readonly number[]): number {
  if (tasks.length <= 1) return confidence;
  const key = `${confidence} ${tasks.map((n) => (n / tasks[0]!).toPrecision(6)).join(" ")}`; // only ratios matter
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const asked = normalQuantile(confidence);
  const missing = (bar: number) => 1 - confidence - passes(bar, tasks);
  const found = normalCdf(bisect(missing, asked, asked + 3, 1e-4));
  remembered.set(key, found);
  return found;
}

const remembered = new Map<string, number>();

/** P(Z passes the bar at any look). */
export function passes(bar: number, tasks: readonly number[]): number {
  const points = Math.ceil((bar - lowest) / gridStep);
  const at = Float64Array.from({ length: points }, (_, i) => bar - (i + 0.5) * gridStep);
  let density = at.map((z) => gridStep * gaussian(z));
  let passed = 1 - normalCdf(bar);
  for (let look = 1; look < tasks.length; look++) {
    const kept = Math.sqrt(tasks[look - 1]! / tasks[look]!);
    const fresh = Math.sqrt(1 - kept * kept);
    if (!(fresh > 0)) continue;
    const next = new Float64Array(points);
    const reach = Math.ceil((8 * fresh) / gridStep);
    for (let i = 0; i < points; i++) {
      const mass = density[i]!;
      if (mass < 1e-12) continue;
      const center = kept * at[i]!;
      passed += mass * normalCdf((center - bar) / fresh);
      const nearest = Math.round((bar - center) / gridStep - 0.5);
      const to = Math.min(points - 1, nearest + reach);
      for (let j = Math.max(0, nearest - reach); j <= to; j++)
        next[j]! += mass * (gridStep / fresh) * gaussian((at[j]! - center) / fresh);
    }
    density = next;
  }
  return passed;
}

function gaussian(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}
