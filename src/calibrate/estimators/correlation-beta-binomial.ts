import { nelderMead } from "../../theory/optimize.ts";
import { type Count, requirePairs, tally } from "./counts.ts";

/**
 * Accuracy and correlation by maximum likelihood where tasks differ by a Beta law: votes on one task are independent
 * given its difficulty Θ ~ Beta(mean p, M = 1/ρ − 1) (derived, §13).
 *
 *   P(k of n) ∝ Π_{i<k} (p(1 − ρ) + iρ) · Π_{i<n−k} ((1 − p)(1 − ρ) + iρ) / Π_{i<n} (1 − ρ + iρ)
 *
 * @throws  {DomainError} with fewer than 2 tasks, or no task of two votes
 * @returns ρ in (0, 1); tends to 0 where votes vary less than independent ones
 */
export function correlationBetaBinomial(counts: readonly Count[]): { readonly accuracy: number; readonly rho: number } {
  requirePairs(counts);
  const groups = tally(counts);
  const objective = ([logitP, logitRho]: readonly number[]) => {
    const p = logistic(logitP!);
    const rho = logistic(logitRho!);
    let negative = 0;
    for (const { votes, right, tasks } of groups) {
      let log = 0;
      for (let i = 0; i < right; i++) log += Math.log(p * (1 - rho) + i * rho);
      for (let i = 0; i < votes - right; i++) log += Math.log((1 - p) * (1 - rho) + i * rho);
      for (let i = 0; i < votes; i++) log -= Math.log1p((i - 1) * rho);
      negative -= tasks * log;
    }
    return negative;
  };
  const right = counts.reduce((sum, [, k]) => sum + k, 0.5);
  const votes = counts.reduce((sum, [n]) => sum + n, 1);
  const first = nelderMead(objective, [Math.log(right / (votes - right)), -1.5]);
  const [logitP, logitRho] = nelderMead(objective, first.point, { step: 0.1 }).point;
  return { accuracy: logistic(logitP!), rho: logistic(logitRho!) };
}

function logistic(x: number): number {
  return Math.min(1 - 1e-12, Math.max(1e-12, 1 / (1 + Math.exp(-x))));
}
