// The scale on which squared errors are compared: the logarithm. A few tasks may hold most of the error, in a unit that
// says nothing of how good a team is; a ratio does, and what is common to both teams' tasks cancels in it.

import { type Difference, gainInterval, probabilityBetter, type Scored, tasksStillNeeded } from "./choose.ts";
import type { Offer } from "./market.ts";
import type { Forecast, Gain } from "./plan-types.ts";

/** A team with its forecast, before it was corrected for having been picked. */
export interface RiskOffer extends Offer {
  readonly forecast: Forecast;
  /** Expected squared error on each task of the roster. */
  readonly risks: Float64Array;
}

/** Errors smaller than this share of the scale are as good as none. */
const smallest = 1e-9;

/**
 * A team's squared errors as a score, the more the better: s = −ln(R/scale), R their mean over tasks. Its outcome on task t
 * is the jackknife's pseudo-value
 *
 *   k s − (k − 1) s_(−t),   s_(−t) the score without the task
 *
 * whose scatter is that of the logarithm, so that the difference of two teams is ln(R₂/R₁), paired by task. Where one task
 * makes most of the error it weighs as much as it moves the score: the delta method would take such a score for certain.
 *
 * Where teams share such a task, no scatter shows what other tasks would do. For each pair of teams it is allowed for by
 * (1 − 3 n/k) 0.25/n², n = (Σ e²)²/Σ e⁴ the number of tasks of even errors that know as much: k/3 where errors are normal, 1
 * where one task is everything.
 *
 * @param risks  expected squared error on each task, at least two
 * @param scale  > 0; the same for all teams that are compared
 * @see          derived
 */
export function logScore(risks: Float64Array, scale: number): Scored & { readonly raw: number } {
  const tasks = risks.length;
  let [sum, squares] = [0, 0];
  for (const risk of risks) {
    sum += risk;
    squares += risk * risk;
  }
  const score = (mean: number) => -Math.log(Math.max(mean / scale, smallest));
  const raw = score(sum / tasks);
  const effective = squares > 0 ? (sum * sum) / squares : tasks;
  return {
    accuracy: risks.map((risk) => tasks * raw - (tasks - 1) * score((sum - risk) / (tasks - 1))),
    raw,
    score: raw,
    extraVariance: (Math.max(0, 1 - (3 * effective) / tasks) * 0.125) / effective ** 2,
  };
}

/** Mean squared error of a score. */
export function riskOf(score: number, scale: number): number {
  return scale * Math.exp(-score);
}

/** ln(agent/team) ↦ share of the agent's error that the team saves, and back. */
export const shareSaved = (logRatio: number) => -Math.expm1(-logRatio);
export const logRatio = (share: number) => -Math.log1p(-share);

/** A difference of scores as a gain: a share, with the deviation on the scale of the logarithm. */
export function gainOf(found: Difference, against: string, confidence: number): Gain {
  const { mean, low, high } = gainInterval(found, confidence);
  return {
    against,
    mean: shareSaved(mean),
    low: shareSaved(low),
    high: shareSaved(high),
    confidence,
    deviation: found.deviation,
    probabilityBetter: probabilityBetter(found),
    tasksStillNeeded: tasksStillNeeded(found, confidence),
  };
}
