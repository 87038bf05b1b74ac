import { combineBallots, type Rule } from "./rule.ts";

/** The middle one of the numeric answers: one answer that is off by millions does not move it. */
export const median: Rule = {
  summary: "the median of the numeric answers; of an even number the mean of the middle two",
  noun: "median",
  instruction: "take the median of the numbers",
  weighted: false,
  combine: middle,
  verdicts: (ballots) => combineBallots(ballots, null, middle),
};

function middle(values: Float64Array, _weights: ArrayLike<number> | null, n: number): number {
  const sorted = values.slice(0, n).sort();
  const upper = sorted[n >> 1]!;
  if (n % 2 === 1) return upper;
  const lower = sorted[(n >> 1) - 1]!;
  return lower + (upper - lower) / 2;
}
