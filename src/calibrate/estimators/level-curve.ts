import { DomainError } from "../../errors.ts";
import { requireInterval, requirePositive } from "../../theory/domain.ts";
import { studentTQuantile } from "../../theory/special.ts";
import { type Curve, type CurvePoint, fitBinomialCurve } from "./binomial-curve.ts";
import type { Estimate } from "./estimate.ts";
import { requireSettings } from "./leaf-curve.ts";
import type { TaskRows } from "./resample.ts";

/** Ways in which right answers may grow with the compute x of a call; S is the share above chance. */
export type LevelFamily = "flat" | "log" | "power" | "saturating" | "hill" | "capped" | "broken";

/** One family fitted to levels. */
export interface LevelCurveFit {
  readonly family: LevelFamily;
  /** In the order of the family's formula, unbounded. */
  readonly parameters: readonly number[];
  /** P(right) without any signal. */
  readonly chance: number;
  /** x₀: compute is counted in multiples of it. */
  readonly reference: number;
  readonly negativeLogLikelihood: number;
  /** What each task adds to the parameters, tasks in the order they were given. */
  readonly influence: TaskRows;
}

export interface LevelOptions {
  /** P(right) without any signal, in [0, 1). @default 0 */
  readonly chance?: number;
  /** Answers and right ones of every task at every point in turn. */
  readonly perTask: TaskRows;
}

interface FamilyOfCurves {
  readonly parameters: number;
  /** Levels without which it is not fitted. */
  readonly levelsMin: number;
  /** S and its slopes at u = ln(x/x₀). */
  readonly curve: Curve;
  /** Parameters to start from, for shares above chance of `first` and `last` at the lowest and the highest u. */
  starts(first: number, last: number, span: number): readonly (readonly number[])[];
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));
const logit = (p: number) => Math.log(p / (1 - p));

/** Where both ends of the curve lie below its cap, ln S falls or grows by this much for each unit of u. */
const steepness = (first: number, last: number, span: number) => Math.log(last / first) / span;

const capped: FamilyOfCurves = {
  parameters: 3,
  levelsMin: 4,
  curve(u, [capLogit, a, exponent], slopes) {
    const cap = logistic(capLogit!);
    const reach = Math.exp(a! + exponent! * u);
    const left = Math.exp(-reach);
    slopes[0] = cap * (1 - cap) * (1 - left);
    slopes[1] = cap * left * reach;
    slopes[2] = slopes[1] * u;
    return cap * (1 - left);
  },
  starts: (first, last, span) =>
    [1.02, 1.2, 2].map((room) => {
      const cap = Math.min(0.99, room * Math.max(first, last));
      const reach = (share: number) => Math.log(-Math.log1p(-Math.min(0.98, share / cap)));
      const exponent = (reach(last) - reach(first)) / span;
      return [logit(cap), (reach(first) + reach(last)) / 2, exponent];
    }),
};

const families: Readonly<Record<Exclude<LevelFamily, "flat">, FamilyOfCurves>> = {
  log: {
    parameters: 2,
    levelsMin: 2,
    curve(u, [a, slope], slopes) {
      const line = a! + slope! * u;
      const free = line > 0 && line < 1 ? 1 : 0;
      slopes[0] = free;
      slopes[1] = free * u;
      return Math.max(0, Math.min(1, line));
    },
    starts: (first, last, span) => [[(first + last) / 2, (last - first) / span]],
  },
  power: {
    parameters: 2,
    levelsMin: 2,
    curve(u, [a, exponent], slopes) {
      const log = a! + exponent! * u;
      const share = log < 0 ? Math.exp(log) : 1;
      slopes[0] = log < 0 ? share : 0;
      slopes[1] = log < 0 ? share * u : 0;
      return share;
    },
    starts: (first, last, span) => [
      [Math.log(first * last) / 2, steepness(first, last, span)],
      [Math.log(Math.min(0.9, (first + last) / 2)), 0.05],
    ],
  },
  saturating: {
    parameters: 2,
    levelsMin: 2,
    curve(u, [capLogit, a], slopes) {
      return capped.curve(u, [capLogit!, a!, 1], slopes);
    },
    starts: (first, last, span) =>
      [1.02, 1.3, 2].map((room) => {
        const cap = Math.min(0.99, room * Math.max(first, last));
        return [logit(cap), Math.log(-Math.log1p(-Math.min(0.98, first / cap))) + span / 2];
      }),
  },
  hill: {
    parameters: 2,
    levelsMin: 2,
    curve(u, [a, exponent], slopes) {
      const share = logistic(a! + exponent! * u);
      slopes[0] = share * (1 - share);
      slopes[1] = slopes[0] * u;
      return share;
    },
    starts: (first, last, span) => [[(logit(first) + logit(last)) / 2, (logit(last) - logit(first)) / span]],
  },
  capped,
  broken: {
    parameters: 4,
    levelsMin: 5,
    curve(u, [a, before, after, at], slopes) {
      const bend = u - at! > 30 ? u - at! : Math.log1p(Math.exp(u - at!));
      const log = a! + before! * u + (after! - before!) * bend;
      const share = log < 0 ? Math.exp(log) : 1;
      const free = log < 0 ? share : 0;
      slopes[0] = free;
      slopes[1] = free * (u - bend);
      slopes[2] = free * bend;
      slopes[3] = -free * (after! - before!) * logistic(u - at!);
      return share;
    },
    starts: (first, last, span) => {
      const exponent = steepness(first, last, span);
      return [-0.25, 0, 0.25].map((place) => [
        Math.log(first * last) / 2,
        1.5 * exponent,
        0.5 * exponent,
        place * span,
      ]);
    },
  },
};

/**
 * Growth of right answers with the compute x of a call, one family, by binomial maximum likelihood:
 *
 *   P(right) = chance + (1 − chance)·S(x),  u = ln(x/x₀), x₀ the geometric mean of the levels
 *   flat        S of the largest level, whatever x
 *   log         a + bu within [0, 1]: every doubling of compute adds as much
 *   power       min(1, e^(a + βu))
 *   saturating  C (1 − exp(−e^(a + u)))                           C = 1/(1 + e^(−c))
 *   hill        1/(1 + e^(−a − βu)): x^β/(x^β + m^β)
 *   capped      C (1 − exp(−e^(a + βu))): a power below, a cap above; 4 levels or more
 *   broken      min(1, e^(a + β₁u) (1 + e^(u − t))^(β₂ − β₁)): 5 levels or more
 *
 * @param points  at = x > 0, at least 2 different levels with answers
 * @returns       undefined where the family needs more levels, or the answers do not determine its parameters
 * @throws        {DomainError} outside those ranges
 */
export function fitLevelCurve(
  family: LevelFamily,
  points: readonly CurvePoint[],
  { chance = 0, perTask }: LevelOptions,
): LevelCurveFit | undefined {
  requireInterval({ chance }, 0, 1 - 1e-9);
  for (const { at } of points) requirePositive({ level: at });
  requireSettings("levels", points);
  const answered = points.filter(({ answers }) => answers > 0);
  const levels = [...new Set(answered.map(({ at }) => at))].sort((a, b) => a - b);
  const reference = Math.exp(levels.reduce((sum, at) => sum + Math.log(at), 0) / levels.length);
  const [lowest, highest] = [levels[0]!, levels.at(-1)!];
  const signal = (level: number) => {
    const here = answered.filter(({ at }) => at === level);
    const answers = here.reduce((sum, one) => sum + one.answers, 1);
    const right = here.reduce((sum, one) => sum + one.right, 0.5);
    return Math.min(1 - 1e-3, Math.max(1e-3, (right / answers - chance) / (1 - chance)));
  };
  const known = family === "flat" ? flatAt(signal(highest)) : families[family];
  if (levels.length < known.levelsMin) return undefined;
  const used = family === "flat" ? points.map((one) => (one.at === highest ? one : nothingOf(one))) : points;
  const scaled = used.map((one) => ({ ...one, at: Math.log(one.at / reference) }));
  const own = family === "flat" ? onlyAt(points, highest, perTask) : perTask;
  const fits = known
    .starts(signal(lowest), signal(highest), Math.log(highest / lowest))
    .map((start) => fitBinomialCurve(scaled, known.curve, chance, { start, perTask: own }))
    .filter(({ covariance }) => covariance.every((row, i) => row.every(Number.isFinite) && row[i]! > 0));
  const [best] = fits.sort((a, b) => a.negativeLogLikelihood - b.negativeLogLikelihood);
  if (!best?.influence) return undefined;
  const { parameters, negativeLogLikelihood, influence } = best;
  return { family, parameters, chance, reference, negativeLogLikelihood, influence };
}

function flatAt(share: number): FamilyOfCurves {
  return { parameters: 1, levelsMin: 1, curve: flatCurve, starts: () => [[logit(share)]] };
}

const flatCurve: Curve = (_, [a], slopes) => {
  const share = logistic(a!);
  slopes[0] = share * (1 - share);
  return share;
};

const nothingOf = ({ at }: CurvePoint): CurvePoint => ({ at, answers: 0, right: 0 });

function onlyAt(points: readonly CurvePoint[], level: number, { width, values }: TaskRows): TaskRows {
  return { width, values: values.map((value, i) => (points[Math.floor((i % width) / 2)]!.at === level ? value : 0)) };
}

/** P(right) at some compute, and what each task adds to it. */
export interface LevelPoint {
  readonly share: number;
  readonly influence: Float64Array;
}

/** P(right) at compute x by this fit, and what each task adds to it. */
export function levelCurveAt(
  { family, parameters, chance, reference, influence }: LevelCurveFit,
  at: number,
): LevelPoint {
  requirePositive({ level: at });
  const slopes = parameters.map(() => 0);
  const curve = family === "flat" ? flatCurve : families[family].curve;
  const share = chance + (1 - chance) * curve(Math.log(at / reference), parameters, slopes);
  const { width, values } = influence;
  const added = new Float64Array(values.length / width);
  for (let task = 0; task < added.length; task++)
    for (let i = 0; i < width; i++) added[task]! += (1 - chance) * slopes[i]! * values[task * width + i]!;
  return { share, influence: added };
}

/** How far a family was off on levels that it had not seen. */
export interface HeldOutError {
  readonly family: LevelFamily;
  /** Root mean square difference to the share measured at the next larger level. */
  readonly error: number;
}

/** Every family that the levels allow, and how much each counts. */
export interface LevelModel {
  readonly fits: readonly { readonly fit: LevelCurveFit; readonly atLevels: readonly LevelPoint[] }[];
  /** Shares right at the levels themselves, least compute first. */
  readonly measured: readonly (LevelPoint & { readonly at: number })[];
  /** The family with the smallest held-out error; null where nothing could be held out. */
  readonly chosen: LevelFamily | null;
  /** Share of each fit in the forecast and in the spread between families, 1 over its held-out mean square. Sums to 1. */
  readonly weights: readonly number[];
  /** Smallest error first; empty with two levels. */
  readonly heldOut: readonly HeldOutError[];
  /** How many levels were predicted from the smaller ones. */
  readonly origins: number;
  /** Mean square by which predictions of held-out levels missed beyond what the sampling of tasks explains, of the chosen family. */
  readonly misfit: number;
  /** How far ahead they were, on average, in ln x. */
  readonly misfitStep: number;
  readonly largest: number;
  readonly tasks: number;
}

/**
 * All families on the same levels, chosen by rolling origin: fitted to the smaller levels, held against the share measured
 * at the next one, from the last level seen on. The forecast is the mean of all families, each weighted by one over its
 * held-out mean square (at least what the sampling of tasks alone would give): few levels choose badly, and a mean forgives it.
 * With two levels nothing can be held out: all weigh the same, and none is chosen. Where an origin has too few levels for a
 * family, the median error of the others stands in.
 *
 * @param points  at = x > 0 increasing, at least 2 levels with answers
 */
export function fitLevelModel(points: readonly CurvePoint[], options: LevelOptions): LevelModel {
  const named = ["flat", ...Object.keys(families)] as LevelFamily[];
  const fits = named.flatMap((family) => fitLevelCurve(family, points, options) ?? []);
  if (fits.length === 0) throw new DomainError("levels", "no family fits", "levels with right and wrong answers");
  const tasks = options.perTask.values.length / options.perTask.width;
  const origins: { readonly errors: Map<LevelFamily, number>; readonly noise: number; readonly step: number }[] = [];
  for (let seen = 2; seen < points.length; seen++) {
    const { at, right, answers } = points[seen]!;
    if (answers === 0) continue;
    const some = { ...options, perTask: firstPoints(options.perTask, seen) };
    const share = right / answers;
    const last = points.slice(0, seen).findLast((one) => one.answers > 0)!;
    const errors = new Map<LevelFamily, number>();
    for (const { family } of fits) {
      const fit = fitLevelCurve(family, points.slice(0, seen), some);
      if (fit) errors.set(family, last.right / last.answers + growth(fit, last.at, at) - share);
    }
    origins.push({ errors, noise: samplingVariance(options.perTask, seen, share), step: Math.log(at / last.at) });
  }
  const meanSquares = new Map<LevelFamily, number>();
  for (const { family } of fits) {
    const errors = origins.flatMap(({ errors: found }) => found.get(family) ?? []);
    const missed = origins.flatMap(({ errors: found }) => (found.has(family) ? [] : median([...found.values()])));
    if (errors.length > 0) meanSquares.set(family, meanSquare([...errors, ...missed]));
  }
  const meanOf = (of: "noise" | "step") => origins.reduce((sum, one) => sum + one[of], 0) / Math.max(1, origins.length);
  const noise = meanOf("noise");
  const heldOut = [...meanSquares]
    .map(([family, square]): HeldOutError => ({ family, error: Math.sqrt(square) }))
    .sort((a, b) => a.error - b.error);
  const chosen = heldOut[0]?.family ?? null;
  const raw = fits.map(({ family }) => {
    const square = meanSquares.get(family);
    if (heldOut.length === 0) return 1;
    return square === undefined ? 0 : 1 / Math.max(square, noise, 1e-6);
  });
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  const measured = measuredLevels(points, options.perTask);
  return {
    fits: fits.map((fit) => ({ fit, atLevels: measured.map(({ at }) => levelCurveAt(fit, at)) })),
    measured,
    chosen,
    weights: raw.map((weight) => weight / total),
    heldOut,
    origins: origins.length,
    misfit: chosen === null ? 0 : Math.max(0, meanSquares.get(chosen)! - noise),
    misfitStep: meanOf("step"),
    largest: Math.max(...points.filter(({ answers }) => answers > 0).map(({ at }) => at)),
    tasks,
  };
}

const growth = (fit: LevelCurveFit, from: number, to: number) =>
  levelCurveAt(fit, to).share - levelCurveAt(fit, from).share;

/** Levels of equal compute count as one. */
function measuredLevels(points: readonly CurvePoint[], { width, values }: TaskRows): LevelModel["measured"] {
  const levels = [...new Set(points.filter(({ answers }) => answers > 0).map(({ at }) => at))].sort((a, b) => a - b);
  return levels.map((at) => {
    const here = points.flatMap((point, i) => (point.at === at ? [{ point, i }] : []));
    const answers = here.reduce((sum, { point }) => sum + point.answers, 0);
    const share = here.reduce((sum, { point }) => sum + point.right, 0) / answers;
    const influence = new Float64Array(values.length / width);
    for (let task = 0; task < influence.length; task++)
      for (const { i } of here) {
        const row = task * width + 2 * i;
        influence[task]! += (values[row + 1]! - share * values[row]!) / answers;
      }
    return { at, share, influence };
  });
}

const meanSquare = (errors: readonly number[]) => errors.reduce((sum, error) => sum + error * error, 0) / errors.length;

function median(values: readonly number[]): number {
  const sorted = values.map(Math.abs).sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

function firstPoints({ width, values }: TaskRows, points: number): TaskRows {
  const kept = 2 * points;
  const rows = values.length / width;
  const some = new Float64Array(rows * kept);
  for (let row = 0; row < rows; row++) some.set(values.subarray(row * width, row * width + kept), row * kept);
  return { width: kept, values: some };
}

/** Of the share right at one level, tasks resampled. */
function samplingVariance({ width, values }: TaskRows, point: number, share: number): number {
  const tasks = values.length / width;
  let [answers, squares] = [0, 0];
  for (let at = 2 * point; at < values.length; at += width) {
    answers += values[at]!;
    squares += (values[at + 1]! - share * values[at]!) ** 2;
  }
  return (squares / (answers * answers)) * (tasks / Math.max(1, tasks - 1));
}

/** What a model says at one compute: the center, what tasks add to it, and the part of its variance that is not the tasks'. */
export interface LevelValue extends LevelPoint {
  /**
   * Mean square deviation of the families from the center. Beyond the largest level at least the held-out misfit, in
   * proportion up to the step at which it was seen: where the measured ends, nothing is missed yet.
   */
  readonly spread: number;
}

/**
 * The weighted mean of all families at compute x, each moved by what it misses at the levels (evenly in ln x between two
 * levels, by the nearest one's beyond them): so the forecast runs through what was measured and joins it without a step.
 */
export function levelValue(model: LevelModel, at: number): LevelValue {
  const { fits, weights, measured, largest, misfit, misfitStep, tasks } = model;
  const above = measured.findIndex((level) => level.at >= at);
  const [right, left] = above < 0 ? [measured.length - 1, measured.length - 1] : [above, Math.max(0, above - 1)];
  const span = Math.log(measured[right]!.at / measured[left]!.at);
  const part = span > 0 ? Math.log(at / measured[left]!.at) / span : 0;
  const near = [
    [left, 1 - part],
    [right, part],
  ] as const;
  const influence = new Float64Array(tasks);
  const shares = fits.map(({ fit, atLevels }, i) => {
    const here = levelCurveAt(fit, at);
    if (weights[i]! > 0)
      for (let task = 0; task < tasks; task++) influence[task]! += weights[i]! * here.influence[task]!;
    let share = here.share;
    for (const [level, weight] of near) {
      const [known, fitted] = [measured[level]!, atLevels[level]!];
      share += weight * (known.share - fitted.share);
      if (weights[i]! > 0)
        for (let task = 0; task < tasks; task++)
          influence[task]! += weights[i]! * weight * (known.influence[task]! - fitted.influence[task]!);
    }
    return Math.max(0, Math.min(1, share));
  });
  const share = shares.reduce((sum, one, i) => sum + weights[i]! * one, 0);
  const between = shares.reduce((sum, one, i) => sum + weights[i]! * (one - share) ** 2, 0);
  const ahead = at > largest ? Math.log(at / largest) : 0;
  const missed = ahead < misfitStep ? (misfit * ahead) / misfitStep : misfit;
  return { share, influence, spread: Math.max(between, missed) };
}

/**
 * P(right) at compute x with its interval: Student's t over tasks on the sum of two variances, that of resampled tasks
 * (Σ_t ψ_t² T/(T − 1)) and that between families.
 */
export function forecastLevel(model: LevelModel, at: number, confidence: number): Estimate {
  return within(levelValue(model, at), model.tasks, confidence, 0);
}

/** P(right) of the first minus that of the second at compute x, paired over the tasks that both were fitted to. */
export function levelDifference(first: LevelModel, second: LevelModel, at: number, confidence: number): Estimate {
  if (first.tasks !== second.tasks)
    throw new DomainError("tasks", `${first.tasks} and ${second.tasks}`, "the same for both, in the same order");
  const [a, b] = [levelValue(first, at), levelValue(second, at)];
  const paired = {
    share: a.share - b.share,
    influence: a.influence.map((value, task) => value - b.influence[task]!),
    spread: a.spread + b.spread,
  };
  return within(paired, first.tasks, confidence, -1);
}

function within({ share, influence, spread }: LevelValue, tasks: number, confidence: number, least: number): Estimate {
  let squares = 0;
  for (const value of influence) squares += value * value;
  const standardError = Math.sqrt((squares * tasks) / Math.max(1, tasks - 1) + spread);
  const half = studentTQuantile((1 + confidence) / 2, Math.max(1, tasks - 1)) * standardError;
  return {
    value: share,
    low: Math.max(least, share - half),
    high: Math.min(1, share + half),
    confidence,
    standardError,
  };
}
