/** Minima and roots, without randomness: the same start gives the same answer. */
import { DomainError } from "../errors.ts";
import { requireFinite, requireInteger, requireNonNegative } from "./domain.ts";

export interface Minimum {
  readonly point: readonly number[];
  readonly value: number;
  readonly iterations: number;
  /** False where `iterationsMax` ended the search. */
  readonly converged: boolean;
}

export interface MinimizeOptions {
  /** First simplex: `start` and start + step along each axis. @default 0.5 */
  readonly step?: number;
  /** Ends when the simplex's values differ by less than this, relative and absolute, and so do its points. @default 1e-10 */
  readonly tolerance?: number;
  /** @default 500 per dimension */
  readonly iterationsMax?: number;
}

/**
 * Minimum of a function of few variables by the simplex search of Nelder and Mead (1965) with their coefficients
 * (reflect 1, expand 2, contract ½, shrink ½). Values of NaN count as +∞, so a domain may be left and is walked back into.
 * The search can stop at a point that is not a minimum: start it again from its own result where that matters.
 *
 * @throws {DomainError} if `start` is empty or not finite
 */
export function nelderMead(
  objective: (point: readonly number[]) => number,
  start: readonly number[],
  { step = 0.5, tolerance = 1e-10, iterationsMax = 500 * start.length }: MinimizeOptions = {},
): Minimum {
  if (start.length === 0) throw new DomainError("start.length", 0, "at least 1");
  for (const coordinate of start) requireFinite({ start: coordinate });
  requireFinite({ step });
  requireNonNegative({ tolerance });
  requireInteger({ iterationsMax }, 0);
  const evaluate = (point: readonly number[]): Vertex => {
    const value = objective(point);
    return { point, value: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value };
  };
  const simplex = [start, ...start.map((_, axis) => start.map((x, i) => (i === axis ? x + step : x)))].map(evaluate);
  const last = simplex.length - 1;
  let iterations = 0;
  for (; ; iterations++) {
    simplex.sort((a, b) => a.value - b.value);
    const [best, worst] = [simplex[0]!, simplex[last]!];
    const converged = isSmall(simplex, tolerance);
    if (converged || iterations >= iterationsMax)
      return { point: best.point, value: best.value, iterations, converged };
    const center = start.map((_, axis) => simplex.slice(0, last).reduce((sum, v) => sum + v.point[axis]!, 0) / last);
    const along = (t: number) => evaluate(center.map((c, axis) => c + t * (worst.point[axis]! - c)));
    const reflected = along(-1);
    if (reflected.value < best.value) {
      const expanded = along(-2);
      simplex[last] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < simplex[last - 1]!.value) {
      simplex[last] = reflected;
    } else {
      const contracted = reflected.value < worst.value ? along(-0.5) : along(0.5);
      if (contracted.value < Math.min(reflected.value, worst.value)) simplex[last] = contracted;
      else
        for (let i = 1; i <= last; i++)
          simplex[i] = evaluate(simplex[i]!.point.map((x, axis) => (x + best.point[axis]!) / 2));
    }
  }
}

interface Vertex {
  readonly point: readonly number[];
  readonly value: number;
}

/** Sorted by value. */
function isSmall(simplex: readonly Vertex[], tolerance: number): boolean {
  const best = simplex[0]!;
  const within = (a: number, b: number) => Math.abs(a - b) <= tolerance * (1 + Math.abs(b));
  return (
    within(simplex.at(-1)!.value, best.value) &&
    simplex.every(({ point }) => point.every((x, axis) => within(x, best.point[axis]!)))
  );
}

/**
 * Root of a continuous function by bisection: halves [low, high] until no double lies between, or until it is narrower
 * than `tolerance`.
 *
 * @throws {DomainError} if the function has the same sign at both ends
 */
export function bisect(of: (x: number) => number, low: number, high: number, tolerance = 0): number {
  requireFinite({ low, high });
  requireNonNegative({ tolerance });
  const atLow = of(low);
  const atHigh = of(high);
  if (atLow === 0) return low;
  if (atHigh === 0) return high;
  if (!(atLow < 0 !== atHigh < 0)) throw new DomainError("[low, high]", [low, high], "around a change of sign");
  for (;;) {
    const middle = low / 2 + high / 2; // high − low may overflow
    if (Math.abs(high - low) <= tolerance || middle === low || middle === high) return middle;
    if (of(middle) < 0 === atLow < 0) low = middle;
    else high = middle;
  }
}
