import type { TaskRows } from "./resample.ts";

/** Answers at one setting (compute level, message length): `right` of `answers`. */
export interface CurvePoint {
  readonly at: number;
  readonly answers: number;
  readonly right: number;
}

/** A curve of a few unbounded parameters: writes its value and its slope in each parameter. */
export type Curve = (at: number, parameters: readonly number[], slopes: number[]) => number;

export interface CurveFit {
  readonly parameters: readonly number[];
  /**
   * Inverse of the Fisher information at the maximum; with tasks given, of resampled tasks. Infinite for a parameter that
   * the answers do not determine.
   */
  readonly covariance: readonly (readonly number[])[];
  readonly negativeLogLikelihood: number;
  /** ψ_t = I⁻¹ s_t, a row of parameters per task; with tasks given. Differences of two fits on the same tasks are paired by it. */
  readonly influence?: TaskRows;
}

export interface CurveOptions {
  readonly start: readonly number[];
  /**
   * Answers and right ones of every task at every point in turn (2 × points numbers per task). Answers to one task are
   * alike, so the covariance is then the one of resampled tasks: I⁻¹ Σ_t s_t s_tᵀ I⁻¹ · T/(T − 1), s_t a task's score.
   */
  readonly perTask?: TaskRows | undefined;
}

/**
 * Maximum of the binomial likelihood of P(right) = chance + (1 − chance)·curve(at) by Fisher scoring: Newton's step with
 * the expected information, damped (Levenberg) only where the step would lose likelihood. From a good start it takes two
 * or three steps.
 */
export function fitBinomialCurve(
  points: readonly CurvePoint[],
  curve: Curve,
  chance: number,
  { start, perTask }: CurveOptions,
): CurveFit {
  let parameters = start;
  let here = likelihood(points, curve, chance, parameters);
  let damping = 0;
  for (let iteration = 0; iteration < 200; iteration++) {
    const damped = here.information.map((row, i) => row.map((value, j) => (i === j ? value * (1 + damping) : value)));
    const step = solve(damped, here.score);
    const next = parameters.map((value, i) => value + Math.max(-2, Math.min(2, step[i]!)));
    const there = likelihood(points, curve, chance, next);
    if (!(there.negative <= here.negative)) {
      if (damping > 1e12) break; // no direction gains: the maximum, or a flat likelihood
      damping = damping === 0 ? 1e-3 : damping * 10;
      continue;
    }
    const gain = here.negative - there.negative;
    const moved = Math.max(...step.map(Math.abs));
    parameters = next;
    here = there;
    damping = damping < 1e-6 ? 0 : damping / 10;
    if (moved < 1e-9 || (moved < 1e-4 && gain <= 1e-13 * here.negative)) break;
  }
  const inverse = invert(here.information);
  if (!perTask) return { parameters, covariance: inverse, negativeLogLikelihood: here.negative };
  const influence = taskInfluence(points, curve, chance, { parameters, inverse, perTask });
  return { parameters, covariance: covarianceOf(influence), negativeLogLikelihood: here.negative, influence };
}

interface Likelihood {
  readonly negative: number;
  readonly score: readonly number[];
  readonly information: readonly (readonly number[])[];
}

function likelihood(
  points: readonly CurvePoint[],
  curve: Curve,
  chance: number,
  parameters: readonly number[],
): Likelihood {
  const size = parameters.length;
  const slopes = new Array<number>(size).fill(0);
  const score = new Array<number>(size).fill(0);
  const information = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  let negative = 0;
  for (const { at, answers, right } of points) {
    if (answers === 0) continue;
    const value = curve(at, parameters, slopes);
    const p = Math.min(1 - 1e-12, Math.max(1e-12, chance + (1 - chance) * value));
    negative -= right * Math.log(p) + (answers - right) * Math.log1p(-p);
    const variance = p * (1 - p);
    for (let i = 0; i < size; i++) {
      const slope = (1 - chance) * slopes[i]!;
      score[i]! += ((right - answers * p) / variance) * slope;
      for (let j = 0; j < size; j++) information[i]![j]! += (answers / variance) * slope * (1 - chance) * slopes[j]!;
    }
  }
  return { negative, score, information };
}

/** I⁻¹ s_t of every task: what the parameters would move if the task counted once more. */
function taskInfluence(
  points: readonly CurvePoint[],
  curve: Curve,
  chance: number,
  fit: {
    readonly parameters: readonly number[];
    readonly inverse: readonly (readonly number[])[];
    readonly perTask: TaskRows;
  },
): TaskRows {
  const { parameters, inverse } = fit;
  const { width, values } = fit.perTask;
  const size = parameters.length;
  const slopes = new Array<number>(size).fill(0);
  const means: number[] = [];
  const weights = points.map(({ at }) => {
    const p = Math.min(1 - 1e-12, Math.max(1e-12, chance + (1 - chance) * curve(at, parameters, slopes)));
    means.push(p);
    const scores = slopes.map((slope) => ((1 - chance) * slope) / (p * (1 - p)));
    return inverse.map((row) => row.reduce((sum, value, i) => sum + value * scores[i]!, 0));
  });
  const tasks = values.length / width;
  const influence = new Float64Array(tasks * size);
  for (let task = 0; task < tasks; task++)
    for (let point = 0; point < points.length; point++) {
      const at = task * width + 2 * point;
      const residual = values[at + 1]! - values[at]! * means[point]!;
      for (let i = 0; i < size; i++) influence[task * size + i]! += residual * weights[point]![i]!;
    }
  return { width: size, values: influence };
}

/** Σ_t ψ_t ψ_tᵀ · T/(T − 1) */
function covarianceOf({ width, values }: TaskRows): number[][] {
  const tasks = values.length / width;
  const products = Array.from({ length: width }, () => new Array<number>(width).fill(0));
  for (let task = 0; task < values.length; task += width)
    for (let i = 0; i < width; i++)
      for (let j = 0; j < width; j++) products[i]![j]! += values[task + i]! * values[task + j]!;
  return products.map((row) => row.map((value) => (value * tasks) / (tasks - 1)));
}

function invert(information: readonly (readonly number[])[]): number[][] {
  const columns = information.map((_, column) =>
    solve(
      information,
      information.map((_, row) => (row === column ? 1 : 0)),
    ),
  );
  return columns.map((column, i) => (information[i]![i]! > 0 ? column : column.map(() => Number.POSITIVE_INFINITY)));
}

/** Solution of a small symmetric system by elimination; parameters without information stay where they are (0). */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  const size = rows.length;
  const free = matrix.map((row, i) => row[i]! > 1e-300);
  for (let pivot = 0; pivot < size; pivot++) {
    const divisor = rows[pivot]![pivot]!;
    if (!free[pivot] || !(Math.abs(divisor) > 1e-14 * matrix[pivot]![pivot]!)) {
      free[pivot] = false;
      continue;
    }
    for (let i = 0; i < size; i++) {
      if (i === pivot) continue;
      const factor = rows[i]![pivot]! / divisor;
      for (let j = pivot; j <= size; j++) rows[i]![j]! -= factor * rows[pivot]![j]!;
    }
  }
  return rows.map((row, i) => (free[i] ? row[size]! / row[i]! : 0));
}
