import { type Estimate, studentInterval } from "./estimate.ts";

/**
 * Correlation of two agents' grades over the tasks both have:
 *
 *   φ = Cov_t(x, y) / √( P_x(1 − P_x) · P_y(1 − P_y) ),   P the means over the same tasks
 *
 * With one sample each this is the phi coefficient of the two error indicators, with more, where x and y are the
 * agents' shares of right answers per task, the φ of one random sample of each. The interval resamples tasks: the
 * infinitesimal jackknife (every task's influence on φ) with Student t, n − 1 degrees of freedom; half a task is added
 * to the standard error, so that a handful of unanimous tasks is no certainty.
 *
 * @param x, y  per task, NaN where missing
 * @returns     NaN where one of the two is always right or always wrong, or fewer than 2 tasks are shared
 */
export function pairPhi(
  x: Float64Array,
  y: Float64Array,
  confidence: number,
): { readonly tasks: number; readonly phi: Estimate } {
  let tasks = 0;
  let sumX = 0;
  let sumY = 0;
  let sumXY = 0;
  for (let t = 0; t < x.length; t++) {
    const a = x[t]!;
    const b = y[t]!;
    if (Number.isNaN(a + b)) continue;
    tasks++;
    sumX += a;
    sumY += b;
    sumXY += a * b;
  }
  const meanX = sumX / tasks;
  const meanY = sumY / tasks;
  const spreadX = meanX * (1 - meanX);
  const spreadY = meanY * (1 - meanY);
  const spread = Math.sqrt(spreadX * spreadY);
  const covariance = sumXY / tasks - meanX * meanY;
  const phi = spread > 0 && tasks >= 2 ? covariance / spread : Number.NaN;
  // influence of a task with deviations u, v: (uv − cov)/spread − φ/2 ((1 − 2P_x)u/spread_x + (1 − 2P_y)v/spread_y)
  const slopeX = (phi * (1 - 2 * meanX)) / (2 * spreadX);
  const slopeY = (phi * (1 - 2 * meanY)) / (2 * spreadY);
  let squares = 0;
  for (let t = 0; t < x.length; t++) {
    const u = x[t]! - meanX;
    const v = y[t]! - meanY;
    if (Number.isNaN(u + v)) continue;
    const influence = (u * v - covariance) / spread - slopeX * u - slopeY * v;
    squares += influence * influence;
  }
  const error = Math.sqrt(squares / (tasks * (tasks - 1)) + 0.25 / (tasks * tasks));
  return { tasks, phi: studentInterval(phi, error, tasks - 1, confidence) };
}

/** φ of every two rows of an agents × tasks matrix (NaN: missing); 1 on the diagonal. */
export function pairPhiMatrix(agents: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const columns = agents.map((grades) => Float64Array.from(grades));
  return columns.map((x, i) => columns.map((y, j) => (i === j ? 1 : pairPhi(x, y, 0.9).phi.value)));
}
