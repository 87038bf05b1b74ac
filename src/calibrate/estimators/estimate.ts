import type { Interval } from "../../theory/interval.ts";
import { studentTQuantile } from "../../theory/special.ts";

/** An interval that remembers its standard error. */
export interface Estimate extends Interval {
  readonly standardError: number;
}

/** value ± t · standard error, Student t with `degreesOfFreedom` (at least 1). */
export function studentInterval(
  value: number,
  standardError: number,
  degreesOfFreedom: number,
  confidence: number,
): Estimate {
  const half = studentTQuantile((1 + confidence) / 2, Math.max(1, degreesOfFreedom)) * standardError;
  return { value, low: value - half, high: value + half, confidence, standardError };
}

/** The interval of an increasing or decreasing function of the quantity: its ends are mapped. */
export function mapInterval({ value, low, high, confidence }: Interval, map: (value: number) => number): Interval {
  const ends = [map(low), map(high)];
  return { value: map(value), low: Math.min(...ends), high: Math.max(...ends), confidence };
}

/** The interval with its ends brought into [least, most]; the value itself is kept. */
export function clampInterval({ value, low, high, confidence }: Interval, least: number, most: number): Interval {
  return { value, low: Math.max(least, low), high: Math.min(most, high), confidence };
}
