/**
 * How one scripted agent answers one task: the draws that `scripted.ts` makes its attempts of, and that a mock upstream
 * answers requests with. Everything random comes in as a stream.
 */
import { leafBias } from "../theory/budget.ts";
import { betaDifficulty } from "../theory/difficulty.ts";
import { type FidelityLaw, fidelityExponential } from "../theory/fidelity.ts";
import type { Random } from "../theory/random.ts";
import { normalQuantile } from "../theory/special.ts";

/**
 * Either one accuracy, or a curve over compute: bias μ(x) = min(1, k x^β) at each level of x tokens, p = (1 + μ)/2.
 */
export type ScriptedSkill =
  | { readonly accuracy: number; readonly answerTokens: number }
  | { readonly k: number; readonly beta: number; readonly levels: readonly number[]; readonly baseLevel: number };

/** Mean accuracy over tasks with x tokens of compute; a skill of one accuracy has it at any x. In [0, 1]. */
export function accuracyAt(skill: ScriptedSkill, tokens: number): number {
  if ("accuracy" in skill) return skill.accuracy;
  return (1 + leafBias(tokens, { scale: skill.k, beta: skill.beta })) / 2;
}

/** P(right) over tasks: Beta(mean, correlation) as a step function of the difficulty, on the nodes of its quadrature. */
export function difficultyLaw(mean: number, rhoTask: number) {
  const { accuracies, weights } = betaDifficulty(mean, rhoTask);
  const upTo = new Float64Array(weights);
  for (let i = 1; i < upTo.length; i++) upTo[i]! += upTo[i - 1]!;
  const quantile = (difficulty: number): number => {
    let low = 0;
    let high = accuracies.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (difficulty < upTo[middle]!) high = middle;
      else low = middle + 1;
    }
    return accuracies[low]!;
  };
  return { accuracies, upTo, quantile };
}

/**
 * Any answer but this one.
 *
 * @param weights  of the answers after this one, in turn (`options − 1` numbers ≥ 0, not all 0). @default equal
 */
export function otherAnswer(answer: number, options: number, next: Random, weights?: readonly number[]): number {
  if (weights === undefined) return (answer + 1 + Math.floor(next() * (options - 1))) % options;
  let left = next() * weights.reduce((sum, weight) => sum + weight, 0);
  let step = 0;
  while (step < options - 2 && left >= weights[step]!) left -= weights[step++]!;
  return (answer + 1 + step) % options;
}

/** What a reader makes of a message: what was sent with probability γ(m), else any message, the sent one included. */
export function receivedAnswer(
  sent: number,
  options: number,
  messageTokens: number,
  law: FidelityLaw,
  next: Random,
): number {
  return next() < fidelityExponential(messageTokens, law) ? sent : Math.floor(next() * options);
}

/** A lognormal number of mean 1 from a uniform one; `scatter` is the standard deviation of its logarithm. */
export function scattered(uniform: number, scatter: number): number {
  const inside = (uniform * 4294967296 + 0.5) / 4294967297; // never 0 or 1
  return Math.exp(scatter * (normalQuantile(inside) - scatter / 2));
}

export function letterOf(answer: number): string {
  return String.fromCharCode(65 + answer); // A, B, C …
}
