import { type Count, requirePairs } from "./counts.ts";

/**
 * Intra-class correlation of votes on one task by one-way analysis of variance (derived, §13):
 *
 *   ρ = (MS_between − MS_within)/(MS_between + (n₀ − 1) MS_within),   n₀ = (N − Σ n²/N)/(T − 1)
 *
 * Like the pair moments it is unbiased under every law of dependence.
 *
 * @throws {DomainError} with fewer than 2 tasks, or no task of two votes
 */
export function correlationAnova(counts: readonly Count[]): number {
  requirePairs(counts);
  const tasks = counts.length;
  const votes = counts.reduce((sum, [n]) => sum + n, 0);
  const right = counts.reduce((sum, [, k]) => sum + k, 0);
  const mean = right / votes;
  const between = counts.reduce((sum, [n, k]) => sum + n * (k / n - mean) ** 2, 0) / (tasks - 1);
  const within = counts.reduce((sum, [n, k]) => sum + k * (1 - k / n), 0) / (votes - tasks);
  const size = (votes - counts.reduce((sum, [n]) => sum + n * n, 0) / votes) / (tasks - 1);
  return (between - within) / (between + (size - 1) * within);
}
