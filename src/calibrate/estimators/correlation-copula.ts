import { nelderMead } from "../../theory/optimize.ts";
import { normalExpectation } from "../../theory/quadrature.ts";
import { normalCdf, normalQuantile } from "../../theory/special.ts";
import { type Count, requirePairs, tally } from "./counts.ts";

/**
 * Accuracy and latent correlation by maximum likelihood of a one-factor Gaussian copula: a vote is right where
 * h + √r Z + √(1 − r) e > 0, Z common to the task (derived, §§3.2, 13). `copulaCorrelation` turns r into the correlation of
 * the votes.
 *
 * @throws {DomainError} with fewer than 2 tasks, or no task of two votes
 */
export function correlationCopula(counts: readonly Count[]): { readonly accuracy: number; readonly latent: number } {
  requirePairs(counts);
  const groups = tally(counts);
  const objective = ([threshold, logitLatent]: readonly number[]) => {
    const latent = 1 / (1 + Math.exp(-logitLatent!));
    const loading = Math.sqrt(latent);
    const noise = Math.sqrt(1 - latent);
    const right = (z: number) => Math.min(1 - 1e-12, Math.max(1e-12, normalCdf((threshold! + loading * z) / noise)));
    let negative = 0;
    for (const { votes, right: k, tasks } of groups) {
      const panelWidth = Math.min(0.25, 0.5 * Math.sqrt((1 - latent) / (latent * votes)));
      const likelihood = normalExpectation(
        (z) => right(z) ** k * (1 - right(z)) ** (votes - k),
        Math.max(0.02, panelWidth),
      );
      negative -= tasks * Math.log(Math.max(likelihood, 1e-300));
    }
    return negative;
  };
  const right = counts.reduce((sum, [, k]) => sum + k, 0.5);
  const votes = counts.reduce((sum, [n]) => sum + n, 1);
  const first = nelderMead(objective, [normalQuantile(right / votes), -0.5], { tolerance: 1e-8 });
  const [threshold, logitLatent] = nelderMead(objective, first.point, { step: 0.1, tolerance: 1e-8 }).point;
  return { accuracy: normalCdf(threshold!), latent: 1 / (1 + Math.exp(-logitLatent!)) };
}
