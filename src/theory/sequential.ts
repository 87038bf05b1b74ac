/** Asking until it is clear: sequential votes with ±1 steps. Votes are independent, of accuracy p, unless said otherwise. */
import { DomainError } from "../errors.ts";
import {
  requireBetween,
  requireHalfOpen,
  requireInteger,
  requireInterval,
  requireNonNegative,
  requirePositive,
  requireSameLength,
} from "./domain.ts";
import { majorityBias, type TieRule } from "./majority.ts";
import { logChoose } from "./special.ts";

/** What a stopping rule yields: accuracy of its answer, and votes it takes on average. */
export interface Sequential {
  readonly accuracy: number;
  readonly votes: number;
}

/** ln(p/(1 − p)), ±∞ at the ends. */
const logOdds = (accuracy: number) => Math.log(accuracy) - Math.log1p(-accuracy);

/**
 * First side to lead by k: P = 1/(1 + ((1 − p)/p)^k), E[votes] = k tanh(k t)/tanh t, t = atanh(2p − 1); ½ and k² at p = ½.
 * In biases: μ ↦ tanh(k atanh μ).
 *
 * @param accuracy  p in [0, 1]
 * @param lead      k ≥ 1
 * @see             §10, derived
 */
export function aheadByK(accuracy: number, lead: number): Sequential {
  requireInterval({ accuracy }, 0, 1);
  requireInteger({ lead }, 1);
  const odds = logOdds(accuracy);
  if (Math.abs(odds) < 1e-9) return { accuracy: 0.5, votes: lead * lead };
  return {
    accuracy: 1 / (1 + Math.exp(-lead * odds)),
    votes: (lead * Math.tanh((lead * odds) / 2)) / Math.tanh(odds / 2),
  };
}

export interface CappedSequential extends Sequential {
  /** P(the cap ended it: neither side had led by k). */
  readonly capped: number;
}

/**
 * The same, but after `votesMax` votes the leader wins, by the tie rule where nobody leads. Exact, by the law of the lead.
 *
 * @param accuracy  p in [0, 1]
 * @param lead      k ≥ 1
 * @param votesMax  n ≥ 1
 * @see             §10, derived
 */
export function aheadByKCapped(
  accuracy: number,
  lead: number,
  votesMax: number,
  ties: Exclude<TieRule, "forbid"> = "random",
): CappedSequential {
  requireInterval({ accuracy }, 0, 1);
  requireInteger({ lead, votesMax }, 1);
  const tied = tiedAccuracies[ties];
  if (tied === undefined) throw new DomainError("ties", ties, `as one of ${Object.keys(tiedAccuracies).join(", ")}`);
  const span = 2 * lead - 1; // leads from −(k − 1) to k − 1, at index lead + k − 1
  let law = new Float64Array(span);
  law[lead - 1] = 1;
  let [right, votes] = [0, 0];
  for (let vote = 1; vote <= votesMax; vote++) {
    votes += law.reduce((sum, probability) => sum + probability, 0); // P(this vote is asked for)
    const next = new Float64Array(span);
    for (let i = 0; i < span; i++) {
      const probability = law[i]!;
      if (i === span - 1) right += probability * accuracy;
      else next[i + 1]! += probability * accuracy;
      if (i > 0) next[i - 1]! += probability * (1 - accuracy);
    }
    law = next;
  }
  let capped = 0;
  for (const [i, probability] of law.entries()) {
    capped += probability;
    right += probability * (i === lead - 1 ? tied : i > lead - 1 ? 1 : 0);
  }
  return { accuracy: right, votes, capped };
}

const tiedAccuracies = { random: 0.5, wrong: 0, right: 1 };

/**
 * First side to reach k votes: the majority of 2k − 1 that stops early. E[votes] = Σ_t t C(t−1, k−1) (p^k q^(t−k) + q^k p^(t−k)).
 *
 * @see §10, derived
 */
export function raceToK(accuracy: number, goal: number): Sequential {
  requireInterval({ accuracy }, 0, 1);
  requireInteger({ goal }, 1);
  const decided = accuracy === 0 || accuracy === 1;
  const [logRight, logWrong] = [Math.log(accuracy), Math.log1p(-accuracy)];
  let votes = decided ? goal : 0;
  for (let t = goal; t < 2 * goal && !decided; t++) {
    const [ways, others] = [logChoose(t - 1, goal - 1), t - goal];
    votes += t * Math.exp(ways + goal * logRight + others * logWrong);
    votes += t * Math.exp(ways + goal * logWrong + others * logRight);
  }
  return { accuracy: (1 + majorityBias(2 * accuracy - 1, 2 * goal - 1)) / 2, votes };
}

/** Smallest whole number ≥ x, but not one more for a rounding error. */
const ceil = (x: number) => Math.max(1, Math.ceil(x - 1e-12 * Math.max(1, Math.abs(x))));

/**
 * Smallest lead k with P(wrong) ≤ e: ⌈ln((1 − e)/e)/ln(p/(1 − p))⌉.
 *
 * @param accuracy  p in (½, 1]: below, no lead helps
 * @param error     e in (0, 1)
 * @see             §10, derived
 */
export function leadForError(accuracy: number, error: number): number {
  requireHalfOpen({ accuracy }, 0.5, 1);
  requireBetween({ error }, 0, 1);
  return ceil(-logOdds(error) / logOdds(accuracy));
}

/**
 * Smallest lead k with which `steps` independent decisions all succeed with probability ≥ target: per step π = target^(1/S).
 *
 * @param accuracy  p in (½, 1]
 * @param steps     S ≥ 1
 * @param target    in (0, 1)
 * @see             §10, derived
 */
export function leadForSteps(accuracy: number, steps: number, target: number): number {
  requireInteger({ steps }, 1);
  requireBetween({ target }, 0, 1);
  const error = -Math.expm1(Math.log(target) / steps);
  return leadForError(accuracy, Math.min(1 - 2 ** -53, error)); // a hopeless target asks for no more than one vote
}

export interface Decomposition {
  /** P(all steps succeed). */
  readonly success: number;
  /** Expected cost of all steps. */
  readonly cost: number;
}

/**
 * A task of S steps, each decided by the first lead of k: success π^S, cost S E[votes] · price/(1 − d), where a share d of
 * the samples is invalid and asked again.
 *
 * @param accuracy  p of one vote on one step
 * @see             §10, derived
 */
export function decompositionCost(
  accuracy: number,
  steps: number,
  lead: number,
  { costPerVote = 1, discarded = 0 }: { readonly costPerVote?: number; readonly discarded?: number } = {},
): Decomposition {
  requireInteger({ steps }, 1);
  requireNonNegative({ costPerVote });
  if (discarded !== 0) requireBetween({ discarded }, 0, 1);
  const { votes } = aheadByK(accuracy, lead);
  // ln π = −ln(1 + ((1 − p)/p)^k): one minus a tiny error, S times
  const success = Math.exp(-steps * Math.log1p(Math.exp(-lead * logOdds(accuracy))));
  return { success, cost: (steps * votes * costPerVote) / (1 - discarded) };
}

/** Lead by k when, with probability ρ, all votes are one shared draw (then k votes suffice). §10, derived. */
export function aheadByKShared(accuracy: number, lead: number, rho: number): Sequential {
  requireInterval({ rho }, 0, 1);
  const independent = aheadByK(accuracy, lead);
  return {
    accuracy: rho * accuracy + (1 - rho) * independent.accuracy,
    votes: rho * lead + (1 - rho) * independent.votes,
  };
}

/** Mean of `aheadByK` over tasks of accuracies p_t, equally weighted by default. §10, derived. */
export function aheadByKOverTasks(
  accuracies: readonly number[],
  lead: number,
  weights?: readonly number[],
): Sequential {
  const shares = weights ?? accuracies.map(() => 1);
  requireSameLength({ accuracies }, shares.length);
  for (const weight of shares) requireNonNegative({ weight });
  const total = shares.reduce((sum, weight) => sum + weight, 0);
  requirePositive({ "sum of weights": total });
  let [accuracy, votes] = [0, 0];
  for (const [i, p] of accuracies.entries()) {
    const one = aheadByK(p, lead);
    accuracy += (shares[i]! / total) * one.accuracy;
    votes += (shares[i]! / total) * one.votes;
  }
  return { accuracy, votes };
}

/**
 * Wald's thresholds on the log-likelihood ratio: accept at ln((1 − e_fn)/e_fp), reject at ln(e_fn/(1 − e_fp)).
 *
 * @param falseAccept  e_fp in (0, 1)
 * @param falseReject  e_fn in (0, 1)
 * @see                §10, derived
 */
export function sequentialTestThresholds(
  falseAccept: number,
  falseReject: number,
): { readonly accept: number; readonly reject: number } {
  requireBetween({ falseAccept, falseReject }, 0, 1);
  return {
    accept: Math.log1p(-falseReject) - Math.log(falseAccept),
    reject: Math.log(falseReject) - Math.log1p(-falseAccept),
  };
}

/**
 * The ±1 walk that accepts at a lead of `up` and rejects at −`down`: P(accept) = (1 − r^down)/(1 − r^(up+down)), r = (1 − p)/p;
 * E[votes] = (up P − down (1 − P))/(2p − 1).
 *
 * @param accuracy  p in [0, 1]
 * @param up        ≥ 1
 * @param down      ≥ 1
 * @returns         accuracy: P(accept)
 * @see             §10, derived
 */
export function sequentialTestWalk(accuracy: number, up: number, down: number): Sequential {
  requireInterval({ accuracy }, 0, 1);
  requireInteger({ up, down }, 1);
  const odds = logOdds(accuracy);
  if (Math.abs(odds) < 1e-9) return { accuracy: down / (up + down), votes: up * down };
  const accept =
    odds > 0
      ? Math.expm1(-down * odds) / Math.expm1(-(up + down) * odds)
      : (Math.exp(up * odds) * Math.expm1(down * odds)) / Math.expm1((up + down) * odds); // r > 1: r^n would overflow
  return { accuracy: accept, votes: (up * accept - down * (1 - accept)) / (2 * accuracy - 1) };
}
