import { type Estimate, studentInterval } from "./estimate.ts";

/**
 * Correlation of the grades of two different agents on one random task, over all pairs of a panel (derived, §13):
 *
 *   ρ = Σ_t Σ_{a<b} (x_at − P_a)(x_bt − P_b) / Σ_t Σ_{a<b} √( P_a(1 − P_a) P_b(1 − P_b) ) · T/(T − 1)
 *
 * each sum over the pairs that answered task t. Interval: the infinitesimal jackknife over tasks with Student t. Both
 * take O(tasks × agents), since Σ_{a<b} u_a u_b = ((Σ u)² − Σ u²)/2.
 *
 * @param columns  one array per agent, a share of right answers per task, NaN where missing
 * @returns        NaN with fewer than two agents or tasks, or where nobody errs
 */
export function panelCorrelation(columns: readonly Float64Array[], confidence: number): Estimate {
  const means = columns.map(meanOf);
  const deviations = means.map(({ mean }) => Math.sqrt(mean * (1 - mean)));
  const length = columns[0]?.length ?? 0;
  const perTask = { covariance: new Float64Array(length), spread: new Float64Array(length) };
  const reach = new Float64Array(columns.length); // d(Σ spread)/d(deviation of the agent)
  let tasks = 0;
  let covariance = 0;
  let spread = 0;
  for (let t = 0; t < length; t++) {
    let present = 0;
    let sum = 0;
    let squares = 0;
    let width = 0;
    let widthSquares = 0;
    for (let a = 0; a < columns.length; a++) {
      const u = columns[a]![t]! - means[a]!.mean;
      if (Number.isNaN(u)) continue;
      present++;
      sum += u;
      squares += u * u;
      width += deviations[a]!;
      widthSquares += deviations[a]! * deviations[a]!;
    }
    if (present < 2) continue;
    tasks++;
    perTask.covariance[t] = (sum * sum - squares) / 2;
    perTask.spread[t] = (width * width - widthSquares) / 2;
    covariance += perTask.covariance[t]!;
    spread += perTask.spread[t]!;
    for (let a = 0; a < columns.length; a++) if (!Number.isNaN(columns[a]![t]!)) reach[a]! += width - deviations[a]!;
  }
  const unbiased = tasks / (tasks - 1);
  const rho = spread > 0 && tasks >= 2 ? (covariance / spread) * unbiased : Number.NaN;
  // a task's influence also runs through every agent's P_a, and from there through the spreads
  const slopes = columns.map((_, a) =>
    deviations[a]! > 0 ? (reach[a]! * (1 - 2 * means[a]!.mean)) / (2 * deviations[a]! * means[a]!.tasks) : 0,
  );
  let squares = 0;
  for (let t = 0; t < length; t++) {
    let influence = unbiased * perTask.covariance[t]! - rho * perTask.spread[t]!;
    for (let a = 0; a < columns.length; a++) {
      const u = columns[a]![t]! - means[a]!.mean;
      if (!Number.isNaN(u)) influence -= rho * slopes[a]! * u;
    }
    squares += influence * influence;
  }
  const error = Math.sqrt(squares * unbiased) / spread;
  return studentInterval(rho, error, tasks - 1, confidence);
}

function meanOf(values: Float64Array): { readonly tasks: number; readonly mean: number } {
  let tasks = 0;
  let sum = 0;
  for (const value of values)
    if (!Number.isNaN(value)) {
      tasks++;
      sum += value;
    }
  return { tasks, mean: sum / tasks };
}
