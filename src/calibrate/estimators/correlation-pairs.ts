import { type Count, requirePairs } from "./counts.ts";
import type { Estimate } from "./estimate.ts";
import { jackknifeInterval, sumRows, type TaskRows, taskRows } from "./resample.ts";

/**
 * Correlation of two votes on one random task, from the share of right pairs; unbiased up to 1/T under every law of
 * dependence (derived, §13):
 *
 *   ρ = (A − p²)/(p − p²),   A = Σ k(k − 1)/Σ n(n − 1),   p = Σ k/Σ n,
 *
 * where p² comes from pairs of *different* tasks, ((Σ y)² − Σ y²)/(T(T − 1)) with y = k/n: p·p would bias ρ downwards.
 *
 * @param counts  (votes, right) per task; tasks of one vote tell about p only
 * @returns       at most 1; negative estimates are legitimate noise; NaN if all votes of all tasks agree
 * @throws        {DomainError} with fewer than 2 tasks, or no task of two votes
 */
export function correlationFromPairs(counts: readonly Count[]): number {
  requirePairs(counts);
  return correlationOfPairSums(sumRows(pairRows(counts)))[0]!;
}

/** The same with its interval: leave one task out, Student t. */
export function correlationFromPairsInterval(counts: readonly Count[], confidence: number): Estimate {
  requirePairs(counts);
  return jackknifeInterval(pairRows(counts), correlationOfPairSums, confidence)[0]!;
}

function pairRows(counts: readonly Count[]): TaskRows {
  return taskRows(counts.map((count) => pairRow([count])));
}

export const pairWidth = 7;

/**
 * Per task: right pairs, pairs, right, votes, y, y², 1. A task of several groups counts pairs within groups.
 */
export function pairRow(groups: readonly Count[]): number[] {
  let rightPairs = 0;
  let pairs = 0;
  let right = 0;
  let votes = 0;
  for (const [n, k, squares = k] of groups) {
    rightPairs += k * k - squares;
    pairs += n * (n - 1);
    right += k;
    votes += n;
  }
  const share = right / votes;
  return [rightPairs, pairs, right, votes, share, share * share, 1];
}

export function correlationOfPairSums(sums: Float64Array): [number] {
  const tasks = sums[6]!;
  const same = sums[0]! / sums[1]!;
  const mean = sums[2]! / sums[3]!;
  const independent = (sums[4]! * sums[4]! - sums[5]!) / (tasks * (tasks - 1));
  return [(same - independent) / (mean - independent)];
}
