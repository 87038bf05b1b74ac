// Choosing one of many teams without believing its luck: how scores are mixed, how the best of many is corrected for
// having been picked, how sure "better" is, and how many tasks would settle it.

import { clampShare } from "../calibrate/estimators/estimate.ts";
import type { Random } from "../theory/random.ts";
import { normalCdf, normalQuantile, studentTQuantile } from "../theory/special.ts";
import { firstPassage } from "./first-passage.ts";
import type { FurtherTasks } from "./plan-types.ts";
import type { VoteForecast } from "./vote-forecast.ts";

/** A team as the choice sees it: numbers per calibration task, and a score that was already mixed. */
export interface Scored {
  /** Expected outcome on each calibration task. */
  readonly accuracy: Float64Array;
  /** Forecast after mixing the raw share of right answers with a model. */
  readonly score: number;
  /** Variance of the score that the scatter over tasks does not show: extrapolation to more samples than recorded. */
  readonly extraVariance: number;
}

/** Tasks at which a model and the raw share of right answers count alike (50 to 200 are equally good). */
const modelTasks = 100;

/** Weight of the raw share of right answers: k/(k + 100). */
export function rawWeight(tasks: number): number {
  return tasks / (tasks + modelTasks);
}

/**
 * Single accuracies drawn together, for the best-looking of several is lucky:
 * x̃_j = x̄ + (x_j−x̄) τ²/(τ²+v_j), v_j = Var_t(y_jt−ȳ_t)/(k−1), τ² = max(0, mean(x_j−x̄)² − mean v_j).
 *
 * @param right  per agent, per task: share of right answers
 */
export function shrinkSingles(right: readonly Float64Array[]): readonly number[] {
  const tasks = right[0]?.length ?? 0;
  const means = right.map(mean);
  const center = means.reduce((sum, value) => sum + value, 0) / means.length;
  const taskMeans = Float64Array.from(
    { length: tasks },
    (_, t) => right.reduce((sum, y) => sum + y[t]!, 0) / right.length,
  );
  const errors = right.map((y) => (tasks > 1 ? variance(y.map((value, t) => value - taskMeans[t]!)) / tasks : 0));
  const spread = means.reduce((sum, value) => sum + (value - center) ** 2, 0) / means.length;
  const truth = Math.max(0, spread - errors.reduce((sum, error) => sum + error, 0) / errors.length);
  return means.map((value, j) => {
    const noise = truth + errors[j]!;
    return noise > 0 ? center + ((value - center) * truth) / noise : value;
  });
}

/** How one team compares with another on the same tasks. */
export interface Difference {
  readonly gain: number;
  /** Standard error of the gain; 0.25/k² for what k tasks cannot show. */
  readonly error: number;
  /** Standard deviation of the paired difference over tasks. */
  readonly deviation: number;
  readonly tasks: number;
}

/**
 * Team − other, paired by task.
 *
 * @param luck  what the team's score owes to having been picked ({@link optimism}) and the other's does not
 */
export function difference(team: Scored, other: Scored, luck = 0): Difference {
  const tasks = team.accuracy.length;
  let [sum, squares] = [0, 0];
  for (let t = 0; t < tasks; t++) {
    const d = team.accuracy[t]! - other.accuracy[t]!;
    sum += d;
    squares += d * d;
  }
  const scatter = tasks > 1 ? Math.max(0, (squares - (sum * sum) / tasks) / (tasks - 1)) : 0;
  return {
    gain: team.score - other.score - luck,
    error: Math.sqrt(scatter / tasks + 0.25 / tasks ** 2 + team.extraVariance + other.extraVariance),
    deviation: Math.sqrt(scatter),
    tasks,
  };
}

/** P(team better) = Φ(g√k/s). */
export function probabilityBetter({ gain, error }: Pick<Difference, "gain" | "error">): number {
  return normalCdf(gain / error);
}

/** gain ± t_{k−1} · standard error. */
export function gainInterval({ gain, error, tasks }: Difference, confidence: number) {
  const half = studentTQuantile((1 + confidence) / 2, Math.max(1, tasks - 1)) * error;
  return { mean: gain, low: gain - half, high: gain + half, confidence };
}

/**
 * Further tasks after which P(better) would reach the confidence either way, if it is asked again after every task: 5, 50
 * and 95 % of the first passage. Of what is known now the true gain is N(g, s²/k), so that after K tasks z = g_K√K/s moves as
 * dz = ½ z dτ + dW, τ = ln(K/k), from g√k/s until |z| reaches the confidence's quantile ({@link firstPassage}). The time to a
 * decision is heavy-tailed: the range is the message. At least one task; null where it is settled already.
 */
export function tasksStillNeeded({ gain, error, tasks }: Difference, confidence: number): FurtherTasks | null {
  const better = probabilityBetter({ gain, error });
  if (better >= confidence || better <= 1 - confidence) return null;
  const after = firstPassage(normalQuantile(confidence));
  const further = (share: number) => Math.max(1, Math.ceil(tasks * Math.expm1(after(gain / error, share))));
  return { low: further(0.05), median: further(0.5), high: further(0.95) };
}

const bootstraps = 60;
const searchedMax = 256;

/**
 * How much the best of these teams owes to having been picked: mean over task bootstraps of
 * score_b(pick_b) − score(pick_b), where resampling moves the raw share of each score and the model is kept.
 *
 * @param weight  of what was recorded in the scores
 */
export function optimism(
  teams: readonly Scored[],
  next: Random,
  weight = rawWeight(teams[0]?.accuracy.length ?? 0),
): number {
  const tasks = teams[0]?.accuracy.length ?? 0;
  // Teams far behind are never picked: only the best are tried.
  const searched = [...teams].sort((a, b) => b.score - a.score).slice(0, searchedMax);
  const raws = searched.map(({ accuracy }) => mean(accuracy));
  const times = new Float64Array(tasks);
  let total = 0;
  for (let b = 0; b < bootstraps; b++) {
    times.fill(0);
    for (let t = 0; t < tasks; t++) times[Math.floor(next() * tasks)]! += 1 / tasks;
    let best = Number.NEGATIVE_INFINITY;
    let luck = 0;
    searched.forEach(({ accuracy, score }, i) => {
      let raw = 0;
      for (let t = 0; t < tasks; t++) raw += times[t]! * accuracy[t]!;
      const shift = weight * (raw - raws[i]!);
      if (score + shift <= best) return;
      best = score + shift;
      luck = shift;
    });
    total += luck;
  }
  return Math.max(0, total / bootstraps);
}

/** Interval of a promised accuracy: f ± t√(f(1−f)/(k+2)), narrower where the outcome varies less over tasks. */
export function accuracyInterval(promised: number, accuracy: Float64Array, confidence: number) {
  const tasks = accuracy.length;
  const f = Math.max(0, Math.min(1, promised));
  const scatter = Math.min(f * (1 - f), variance(accuracy)) + 0.25 / tasks; // never certain
  const half = studentTQuantile((1 + confidence) / 2, Math.max(1, tasks - 1)) * Math.sqrt(scatter / (tasks + 2));
  return { mean: f, low: Math.max(0, f - half), high: Math.min(1, f + half), confidence };
}

/** A forecast around another mean: what is known of having been picked moves the whole interval. */
export function movedAccuracy(
  { accuracy, accuracyLow, accuracyHigh }: Pick<VoteForecast, "accuracy" | "accuracyLow" | "accuracyHigh">,
  mean: number,
  confidence: number,
) {
  const moved = mean - accuracy;
  const [low, high] = [clampShare(accuracyLow + moved), clampShare(accuracyHigh + moved)];
  return { mean: clampShare(mean), low, high, confidence };
}

/** Accuracies within this of each other are equal: 0.1 points. */
export const equalScores = 0.001;

/** The cheapest of those whose scores equal the highest; among equally cheap ones the better. */
export function bestOf<T extends Scored & { readonly price: number }>(
  teams: readonly T[],
  equal = equalScores,
): T | undefined {
  const highest = teams.reduce((max, { score }) => Math.max(max, score), Number.NEGATIVE_INFINITY);
  return cheapestOf(teams.filter(({ score }) => score >= highest - equal));
}

/** The cheapest; among equally cheap ones the one with the highest score, then the first. */
export function cheapestOf<T extends Scored & { readonly price: number }>(teams: readonly T[]): T | undefined {
  return teams.reduce<T | undefined>(
    (best, team) =>
      best === undefined || team.price < best.price || (team.price === best.price && team.score > best.score)
        ? team
        : best,
    undefined,
  );
}

/** Cheapest first; no team on it is beaten by a cheaper one. */
export function frontierOf<T extends Scored & { readonly price: number }>(teams: readonly T[]): readonly T[] {
  const frontier: T[] = [];
  for (const team of [...teams].sort((a, b) => a.price - b.price || b.score - a.score))
    if (frontier.length === 0 || team.score > frontier.at(-1)!.score) frontier.push(team);
  return frontier;
}

/** The values at these indices. */
export function pick(values: Float64Array, at: ArrayLike<number>): Float64Array {
  const picked = new Float64Array(at.length);
  for (let i = 0; i < at.length; i++) picked[i] = values[at[i]!]!;
  return picked;
}

/** Mean of the values that are known; NaN where none is. */
export function meanOfKnown(values: Float64Array): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    sum += values[i]!;
    count++;
  }
  return sum / count;
}

export function mean(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Unbiased; 0 for a single value. */
export function variance(values: Float64Array): number {
  if (values.length < 2) return 0;
  const center = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - center) ** 2;
  return sum / (values.length - 1);
}
