import type { Interval } from "../../theory/interval.ts";

/** A scale on which deviations are added; increasing. */
export interface Scale {
  readonly of: (value: number) => number;
  readonly back: (scaled: number) => number;
}

const plain: Scale = { of: (value) => value, back: (scaled) => scaled };

/** For positive quantities and ratios. */
export const logScale: Scale = { of: Math.log, back: Math.exp };

/** For biases in (−1, 1): intervals stay inside. */
export const biasScale: Scale = {
  of: (bias) => Math.atanh(Math.min(1 - 1e-15, Math.max(1e-15 - 1, bias))),
  back: Math.tanh,
};

/**
 * Interval of a function of independently estimated quantities: each is moved to the ends of its own interval while the
 * others stay, and the deviations are squared and added, downwards and upwards apart (square-and-add, Zou and Donner
 * 2008). No derivatives, no symmetry assumed: intervals near a critical point keep their true shape.
 *
 * @param scale  on which the function is closest to a straight line
 */
export function combineIntervals(
  quantities: readonly Interval[],
  of: (...values: number[]) => number,
  scale: Scale = plain,
): Interval {
  const values = quantities.map(({ value }) => value);
  const center = scale.of(of(...values));
  let below = 0;
  let above = 0;
  quantities.forEach(({ low, high }, i) => {
    const shifts = [low, high].map((end) => scale.of(of(...values.with(i, end))) - center);
    below += Math.min(0, ...shifts) ** 2;
    above += Math.max(0, ...shifts) ** 2;
  });
  return {
    value: scale.back(center),
    low: scale.back(center - Math.sqrt(below)),
    high: scale.back(center + Math.sqrt(above)),
    confidence: quantities[0]!.confidence,
  };
}
