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

/** A share, brought into [0, 1], where the theory has it: estimates of few tasks may fall outside. */
export const clampShare = (share: number) => Math.max(0, Math.min(1, share));

/** γ, or a bias that is not 0, brought into (0, 1]. */
export const clampPositive = (share: number) => Math.max(1e-9, Math.min(1, share));

/** The interval brought into [least, most], where the quantity lies; estimates of few tasks may fall outside. */
export function clampInterval({ value, low, high, confidence }: Interval, least: number, most: number): Interval {
  const inside = (bound: number) => Math.max(least, Math.min(most, bound));
  return { value: inside(value), low: inside(low), high: inside(high), confidence };
}
