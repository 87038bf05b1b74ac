// Numbers that are known within an interval, and what follows from them: parametric Monte Carlo, so that bends and
// clipped ranges are carried through (docs: theory.md §14, derived).

import type { Interval } from "../theory/interval.ts";
import type { Random } from "../theory/random.ts";
import { normalQuantile } from "../theory/special.ts";

const draws = 400;

/** Independent normal draws around a measured value, with the spread that its interval states, kept inside [min, max]. */
export function drawsOf(
  { value, low, high, confidence }: Interval,
  min: number,
  max: number,
  next: Random,
): Float64Array {
  const spread = confidence < 1 ? (high - low) / (2 * normalQuantile((1 + confidence) / 2)) : 0;
  return Float64Array.from({ length: draws }, () => {
    const z = normalQuantile(Math.max(1e-9, next()));
    return clip(value + spread * z, min, max);
  });
}

/** A statistic of independent uncertain numbers: its value at their values, and percentiles over their draws. */
export function follows(
  of: (...values: number[]) => number,
  values: readonly number[],
  inputs: readonly Float64Array[],
  confidence: number,
): Interval {
  const results = Float64Array.from({ length: draws }, (_, i) => of(...inputs.map((input) => input[i]!)));
  return percentiles(of(...values), results, confidence);
}

/** Percentile interval around a value, which it always holds. */
export function percentiles(value: number, results: Float64Array, confidence: number): Interval {
  const sorted = results.filter((result) => !Number.isNaN(result)).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? value;
  const [low, high] = [at((1 - confidence) / 2), at((1 + confidence) / 2)];
  return { value, low: Math.min(low, value), high: Math.max(high, value), confidence };
}

export const clip = (value: number, min: number, max: number) => Math.max(min, Math.min(max, value));

/** Exactly known. */
export function exactly(value: number, confidence: number): Interval {
  return { value, low: value, high: value, confidence };
}
