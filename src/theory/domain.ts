import { DomainError } from "../errors.ts";

/**
 * Guards of the formulas. Each takes `{ argument }`, so that the error names the caller's argument; several arguments
 * with the same range may share one call.
 */
type Named = Readonly<Record<string, number>>;

function require(named: Named, holds: (value: number) => boolean, expected: string): void {
  // for…in: these guards stand in inner loops, and Object.entries would build arrays
  for (const argument in named)
    if (!holds(named[argument]!)) throw new DomainError(argument, named[argument], expected);
}

/** low ≤ value ≤ high; rejects NaN, and infinities unless they are bounds. */
export function requireInterval(named: Named, low: number, high: number): void {
  require(named, (value) => value >= low && value <= high, `in [${low}, ${high}]`);
}

/** low < value ≤ high */
export function requireHalfOpen(named: Named, low: number, high: number): void {
  require(named, (value) => value > low && value <= high, `in (${low}, ${high}]`);
}

/** low < value < high, finite. */
export function requireBetween(named: Named, low: number, high: number): void {
  require(named, (value) => value > low && value < high, high === Number.POSITIVE_INFINITY
    ? `finite and above ${low}`
    : `between ${low} and ${high}`);
}

/** 0 < value < ∞ */
export function requirePositive(named: Named): void {
  requireBetween(named, 0, Number.POSITIVE_INFINITY);
}

/** 0 ≤ value < ∞ */
export function requireNonNegative(named: Named): void {
  require(named, (value) => value >= 0 && value < Number.POSITIVE_INFINITY, "finite and ≥ 0");
}

export function requireFinite(named: Named): void {
  require(named, Number.isFinite, "as a finite number");
}

/** A whole number ≥ low (and ≤ high). */
export function requireInteger(named: Named, low: number, high = Number.MAX_SAFE_INTEGER): void {
  require(named, (value) => Number.isSafeInteger(value) && value >= low && value <= high, high ===
    Number.MAX_SAFE_INTEGER
    ? `as an integer ≥ ${low}`
    : `as an integer from ${low} to ${high}`);
}

/** An odd whole number ≥ 1. */
export function requireOdd(named: Named): void {
  require(named, (value) => Number.isSafeInteger(value) && value >= 1 && value % 2 === 1, "as an odd integer ≥ 1");
}

/** As many numbers as the other argument has, at least one. */
export function requireSameLength(
  named: Readonly<Record<string, ArrayLike<unknown>>>,
  length: number,
  lengthMin = 1,
): void {
  for (const [argument, values] of Object.entries(named))
    if (values.length !== length || length < lengthMin)
      throw new DomainError(
        `${argument}.length`,
        values.length,
        length < lengthMin ? `at least ${lengthMin}` : `equal to ${length}`,
      );
}
