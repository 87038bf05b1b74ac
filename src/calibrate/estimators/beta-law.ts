// The Beta law: law of a task's difficulty and shape of the interval around a share.

import { bisect } from "../../theory/optimize.ts";
import { logBeta } from "../../theory/special.ts";

/**
 * I_x(a, b), the distribution function of Beta(a, b), by the continued fraction of DLMF 8.17.22 (modified Lentz) on
 * the side where it converges fast. Relative error about 1e-13.
 *
 * @param x  in [0, 1]
 */
function betaCdf(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b));
  return x < (a + 1) / (a + b + 2) ? (front / a) * fraction(x, a, b) : 1 - (front / b) * fraction(1 - x, b, a);
}

function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let numerator = 1;
  let denominator = 1 / away(1 - ((a + b) * x) / (a + 1));
  let value = denominator;
  for (let m = 1; m < 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    denominator = 1 / away(1 + even * denominator);
    numerator = away(1 + even / numerator);
    value *= numerator * denominator;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    denominator = 1 / away(1 + odd * denominator);
    numerator = away(1 + odd / numerator);
    const factor = numerator * denominator;
    value *= factor;
    if (Math.abs(factor - 1) < 1e-15) break;
  }
  return value;
}

/** Quantile of Beta(a, b) at `probability` in (0, 1), to 1e-9. */
export function betaQuantile(probability: number, a: number, b: number): number {
  return bisect((x) => betaCdf(x, a, b) - probability, 0, 1, 1e-9);
}

/** Mass of Beta(a, b) around each of the increasing points, cut midway between neighbours. Sums to 1. */
export function betaMasses(points: Float64Array, a: number, b: number): Float64Array {
  let below = 0;
  return points.map((point, i) => {
    const upTo = i + 1 < points.length ? betaCdf((point + points[i + 1]!) / 2, a, b) : 1;
    const mass = Math.max(0, upTo - below);
    below = upTo;
    return mass;
  });
}
