import { isMeasured, type Measured, type NotMeasured } from "../theory/interval.ts";
import type { GradedColumn } from "./agents.ts";
import type { Calibration, LeafCurve } from "./calibration.ts";
import type { CurvePoint } from "./estimators/binomial-curve.ts";
import { mapInterval, studentInterval } from "./estimators/estimate.ts";
import { fitLeafCurve } from "./estimators/leaf-curve.ts";
import type { TaskRows } from "./estimators/resample.ts";

/** The paper's binary model: μ = 2p − 1 is 0 at an accuracy of one half, however many answers a task allows. */
const chance = 0.5;

/** How accuracy grows with compute, for every agent recorded at two or more numeric levels. */
export function calibrateLeafCurves(
  columns: readonly GradedColumn[],
  confidence: number,
): Pick<Calibration, "leafCurves" | "beta"> {
  const leveled = columns.filter(({ column }) => levelOf(column) > 0);
  const curves = [...new Set(leveled.map(({ column }) => column.agent))]
    .map((agent) => leveled.filter(({ column }) => column.agent === agent))
    .filter((levels) => levels.length >= 2)
    .map((levels) => leafCurve(levels, confidence));
  const leafCurves = curves.filter((curve) => isMeasured(curve));
  const [best] = leafCurves.toSorted((a, b) => a.beta.high - a.beta.low - (b.beta.high - b.beta.low));
  if (best) return { leafCurves, beta: best.beta };
  const failed = curves.find((curve): curve is NotMeasured => !isMeasured(curve));
  return {
    leafCurves,
    beta: failed ?? {
      notMeasured: "no agent is recorded at two or more numeric levels of compute",
      probe: "ask the same tasks at several token caps, say 100, 300 and 1,000, and record the field `level`",
    },
  };
}

/** NaN where the level is no number; names such as "high" have no place on a scale. */
export function levelOf({ level = "" }: { readonly level?: string }): number {
  const number = level.trim() === "" ? Number.NaN : Number(level);
  return Number.isFinite(number) ? number : Number.NaN;
}

function leafCurve(columns: readonly GradedColumn[], confidence: number): Measured<LeafCurve> {
  const levels = columns.toSorted((a, b) => levelOf(a.column) - levelOf(b.column));
  const { agent } = levels[0]!.column;
  const { points, perTask } = countsByLevel(
    levels,
    levels.map(({ column }) => levelOf(column)),
  );
  const fit = fitLeafCurve(points, { chance, perTask });
  if (!(fit.k > 0 && Number.isFinite(fit.standardErrorBeta) && Number.isFinite(fit.standardErrorLogK)))
    return {
      notMeasured: `"${agent}" is not better than one half at its levels, so μ = 2p − 1 does not follow k·x^β there`,
      probe: "record higher levels, or easier tasks: the accuracy must exceed one half",
    };
  const degrees = perTask.values.length / perTask.width - 1;
  const { standardError: _, ...beta } = studentInterval(fit.beta, fit.standardErrorBeta, degrees, confidence);
  return {
    agent,
    levels: levels.map(({ column, calibration: { tasks, accuracy } }) => ({ level: levelOf(column), tasks, accuracy })),
    beta,
    k: mapInterval(studentInterval(Math.log(fit.k), fit.standardErrorLogK, degrees, confidence), Math.exp),
    chance,
  };
}

/**
 * Sums over tasks, and the tasks' own counts: the same tasks are asked at every level, so they are what is resampled.
 *
 * @param at    compute of each level
 * @param rows  tasks that make rows, by their place in the columns' arrays @default those answered at any level
 */
export function countsByLevel(
  levels: readonly GradedColumn[],
  at: readonly number[],
  rows: readonly number[] = answeredAt(levels),
): { points: readonly CurvePoint[]; perTask: TaskRows } {
  const width = 2 * levels.length;
  const values = new Float64Array(rows.length * width);
  const points = levels.map(({ graded, shares }, point) => {
    let answers = 0;
    let right = 0;
    rows.forEach((t, row) => {
      if (graded[t] === 0) return;
      values[row * width + 2 * point] = graded[t]!;
      values[row * width + 2 * point + 1] = graded[t]! * shares[t]!;
      answers += graded[t]!;
      right += graded[t]! * shares[t]!;
    });
    return { at: at[point]!, answers, right };
  });
  return { points, perTask: { width, values } };
}

/** Tasks with a graded answer at any of these levels. */
export function answeredAt(levels: readonly GradedColumn[]): number[] {
  return [...levels[0]!.shares.keys()].filter((t) => levels.some(({ graded }) => graded[t]! > 0));
}
