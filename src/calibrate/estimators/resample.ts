import { DomainError } from "../../errors.ts";
import { random } from "../../theory/random.ts";
import { type Estimate, studentInterval } from "./estimate.ts";

/**
 * What each task contributes to sums that determine a statistic: `width` numbers per task, task after task. Leaving a
 * task out, or drawing it twice, changes sums and nothing else, so both cost O(tasks).
 */
export interface TaskRows {
  readonly width: number;
  readonly values: Float64Array;
}

/** One or several numbers as a function of the sums over tasks. */
export type Statistic = (sums: Float64Array) => readonly number[];

/** Rows of equal length, one per task. */
export function taskRows(rows: readonly (readonly number[])[]): TaskRows {
  return { width: rows[0]?.length ?? 0, values: Float64Array.from(rows.flat()) };
}

export function sumRows({ width, values }: TaskRows): Float64Array {
  const sums = new Float64Array(width);
  for (let i = 0; i < values.length; i += width) for (let j = 0; j < width; j++) sums[j]! += values[i + j]!;
  return sums;
}

/**
 * Leave-one-task-out jackknife with Student t, T − 1 degrees of freedom: deterministic, and of the intervals tried the
 * one that covers best (derived, §13).
 *
 *   se² = (T − 1)/T · Σ_t (θ_(−t) − mean θ_(−t))²
 *
 * @returns one estimate per number of the statistic, on the statistic's own scale
 * @throws  {DomainError} with fewer than 2 tasks
 */
export function jackknifeInterval(rows: TaskRows, statistic: Statistic, confidence: number): readonly Estimate[] {
  const { width, values } = rows;
  const tasks = values.length / width;
  if (!(tasks >= 2)) throw new DomainError("tasks", tasks || 0, "of at least 2");
  const sums = sumRows(rows);
  const whole = statistic(sums);
  const left = new Float64Array(width);
  const shifts = new Float64Array(whole.length); // differences to the whole: no digits lost in the squares
  const squares = new Float64Array(whole.length);
  for (let i = 0; i < values.length; i += width) {
    for (let j = 0; j < width; j++) left[j] = sums[j]! - values[i + j]!;
    const without = statistic(left);
    for (let part = 0; part < whole.length; part++) {
      const shift = without[part]! - whole[part]!;
      shifts[part]! += shift;
      squares[part]! += shift * shift;
    }
  }
  return whole.map((value, part) => {
    const scatter = Math.max(0, squares[part]! - (shifts[part]! * shifts[part]!) / tasks);
    const error = Math.sqrt((scatter * (tasks - 1)) / tasks);
    return studentInterval(value, Number.isNaN(squares[part]!) ? Number.NaN : error, tasks - 1, confidence);
  });
}

/**
 * Percentile bootstrap over tasks: for statistics that are not smooth (isotonic fits), where the jackknife fails.
 * Replicates whose statistic is not a number are left out.
 */
export function bootstrapInterval(
  rows: TaskRows,
  statistic: Statistic,
  { confidence, replicates = 400, seed }: { confidence: number; replicates?: number; seed: number },
): readonly Estimate[] {
  const { width, values } = rows;
  const tasks = values.length / width;
  if (!(tasks >= 2)) throw new DomainError("tasks", tasks || 0, "of at least 2");
  const next = random(seed, "bootstrap over tasks");
  const whole = statistic(sumRows(rows));
  const drawn = whole.map((): number[] => []);
  const sums = new Float64Array(width);
  for (let replicate = 0; replicate < replicates; replicate++) {
    sums.fill(0);
    for (let draw = 0; draw < tasks; draw++) {
      const start = Math.floor(next() * tasks) * width;
      for (let j = 0; j < width; j++) sums[j]! += values[start + j]!;
    }
    statistic(sums).forEach((value, part) => {
      if (!Number.isNaN(value)) drawn[part]!.push(value);
    });
  }
  return whole.map((value, part) => {
    const sorted = Float64Array.from(drawn[part]!).sort();
    const mean = sorted.reduce((sum, one) => sum + one, 0) / sorted.length;
    const variance = sorted.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (sorted.length - 1);
    return {
      value,
      low: quantile(sorted, (1 - confidence) / 2),
      high: quantile(sorted, (1 + confidence) / 2),
      confidence,
      standardError: Math.sqrt(variance),
    };
  });
}

/** Linear between order statistics; the smallest is the 0-quantile, the largest the 1-quantile. */
export function quantile(sorted: Float64Array, probability: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = probability * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}
