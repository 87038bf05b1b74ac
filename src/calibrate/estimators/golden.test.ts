import { describe, expect, it } from "vitest";
import { correlationAnova } from "./correlation-anova.ts";
import { correlationBetaBinomial } from "./correlation-beta-binomial.ts";
import { correlationCopula } from "./correlation-copula.ts";
import { correlationNested, correlationNestedInterval } from "./correlation-nested.ts";
import { correlationFromPairs, correlationFromPairsInterval } from "./correlation-pairs.ts";
import { correlationSharedVote } from "./correlation-shared-vote.ts";
import type { Estimate } from "./estimate.ts";
import { fidelityEstimate, fitFidelityExponential, fitFidelityIsotonic } from "./fidelity.ts";
import golden from "./golden/estimators.json" with { type: "json" };
import { isotonicRegression } from "./isotonic.ts";
import { fitLeafCurve } from "./leaf-curve.ts";

const points = (at: number[], answers: number[], right: number[]) =>
  at.map((x, i) => ({ at: x, answers: answers[i]!, right: right[i]! }));
const bounds = ({ value, low, high, standardError }: Estimate) => [value, low, high, standardError];

/** Arguments come as the file has them. */
const functions: Record<string, (args: any) => unknown> = {
  fit_beta({ xs, ns, ks, cap, chance }) {
    const fit = fitLeafCurve(points(xs, ns, ks), { cap, chance });
    return {
      k: fit.k,
      beta: fit.beta,
      cov: fit.covariance,
      se_lnk: fit.standardErrorLogK,
      se_beta: fit.standardErrorBeta,
      nll: fit.negativeLogLikelihood,
    };
  },
  fit_gamma({ ms, ns, agree }) {
    const { m0, shape, gmax, negativeLogLikelihood } = fitFidelityExponential(points(ms, ns, agree));
    return { m0, a: shape, gmax, nll: negativeLogLikelihood };
  },
  fidelity_estimate({ n, agree }) {
    const { fidelity, standardError } = fidelityEstimate(n, agree);
    return [fidelity, standardError];
  },
  isotonic: ({ ys, ws }) => isotonicRegression(ys, ws),
  fit_gamma_isotonic({ ms, ns, agree }) {
    const fit = fitFidelityIsotonic(points(ms, ns, agree));
    return [fit.map(({ messageTokens }) => messageTokens), fit.map(({ fidelity }) => fidelity)];
  },
  rho_moments: ({ counts }) => correlationFromPairs(counts),
  rho_anova: ({ counts }) => correlationAnova(counts),
  rho_betabinom: ({ counts }) => Object.values(correlationBetaBinomial(counts)),
  rho_shared_em: ({ counts }) => Object.values(correlationSharedVote(counts)),
  rho_copula: ({ counts }) => Object.values(correlationCopula(counts)),
  rho_moments_ci: ({ counts }) => bounds(correlationFromPairsInterval(counts, 0.95)),
  rho_nested({ Y }) {
    const { accuracy, ...parts } = correlationNested(Y);
    return { p: accuracy, ...parts };
  },
  rho_nested_ci: ({ Y, part }) => bounds(correlationNestedInterval(Y, 0.95)[part as "total" | "task" | "within"]),
};

/** Every number of `expected`, by its path. */
function numbers(tree: unknown, path = ""): [string, number][] {
  if (typeof tree === "number") return [[path, tree]];
  return Object.entries(tree as object).flatMap(([key, value]) => numbers(value, `${path}/${key}`));
}

describe("golden numbers of the estimators", () => {
  it.each(golden.vectors)("$id", ({ fn, args, expected, tol }) => {
    if (typeof expected === "object" && "error" in expected) {
      expect(() => functions[fn]!(args)).toThrowError(expect.objectContaining({ code: "domain" }));
      return;
    }
    const found = new Map(numbers(functions[fn]!(args)));
    for (const [path, value] of numbers(expected))
      expect(Math.abs(found.get(path)! - value), path).toBeLessThanOrEqual(tol!.abs + tol!.rel * Math.abs(value));
  });
});
