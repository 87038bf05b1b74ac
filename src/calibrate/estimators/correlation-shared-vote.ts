import { type Count, requirePairs, tally } from "./counts.ts";

/**
 * Accuracy and ρ by maximum likelihood under the paper's law: with probability ρ all votes of a task are one shared draw,
 * otherwise they are independent (EM, derived, §13). Only unanimous tasks can have been shared:
 *
 *   w = ρp/(ρp + (1 − ρ)pⁿ) if all are right, ρq/(ρq + (1 − ρ)qⁿ) if all are wrong, else 0
 *   ρ ← mean w,   p ← (Σ w·1{k > 0} + Σ (1 − w)k)/(Σ w + Σ (1 − w)n)
 *
 * Under another law of dependence it is biased (0.11 for 0.20 of Beta-distributed tasks at n = 10): use pair moments.
 *
 * @throws {DomainError} with fewer than 2 tasks, or no task of two votes
 */
export function correlationSharedVote(
  counts: readonly Count[],
  { iterationsMax = 2000, tolerance = 1e-13 }: { iterationsMax?: number; tolerance?: number } = {},
): { readonly accuracy: number; readonly rho: number } {
  requirePairs(counts);
  const groups = tally(counts);
  const votes = counts.reduce((sum, [n]) => sum + n, 0);
  let accuracy = Math.min(1 - 1e-12, Math.max(1e-12, counts.reduce((sum, [, k]) => sum + k, 0) / votes));
  let rho = 0.3;
  for (let iteration = 0; iteration < iterationsMax; iteration++) {
    let shared = 0;
    let sharedRight = 0;
    let right = 0;
    let draws = 0;
    for (const { votes: n, right: k, tasks } of groups) {
      const side = k === n ? accuracy : k === 0 ? 1 - accuracy : Number.NaN; // unanimous, or not
      const w = Number.isNaN(side) ? 0 : (rho * side) / (rho * side + (1 - rho) * side ** n);
      shared += tasks * w;
      if (k > 0) sharedRight += tasks * w;
      right += tasks * (1 - w) * k;
      draws += tasks * (1 - w) * n;
    }
    const next = { rho: shared / counts.length, accuracy: (sharedRight + right) / (shared + draws) };
    const moved = Math.max(Math.abs(next.rho - rho), Math.abs(next.accuracy - accuracy));
    rho = next.rho;
    accuracy = next.accuracy;
    if (moved < tolerance) break;
  }
  return { accuracy, rho };
}
