import { DomainError } from "../../errors.ts";
import { requireHalfOpen, requireInteger, requireInterval, requirePositive } from "../../theory/domain.ts";
import { type CurvePoint, fitBinomialCurve } from "./binomial-curve.ts";
import type { TaskRows } from "./resample.ts";

export interface LeafCurveFit {
  readonly k: number;
  readonly beta: number;
  /** Of (ln k, β): of resampled tasks where `perTask` is given, else as if all answers were independent. */
  readonly covariance: readonly (readonly number[])[];
  readonly standardErrorLogK: number;
  readonly standardErrorBeta: number;
  readonly negativeLogLikelihood: number;
}

export interface LeafCurveOptions {
  /** Largest bias the curve reaches. @default 1 */
  readonly cap?: number;
  /** Accuracy without any signal; ½ for the paper's μ = 2p − 1. @default 0.5 */
  readonly chance?: number;
  /** Answers and right ones of every task at every point in turn: for the covariance. */
  readonly perTask?: TaskRows;
}

/**
 * Growth of one agent's accuracy with the compute x of a call (paper §2; estimator derived, §13):
 *
 *   P(right) = chance + (1 − chance)·min(cap, k x^β)
 *
 * by binomial maximum likelihood in (ln k, β), Fisher scoring. Levels whose accuracy lies below chance count like any
 * other; without any signal above chance the maximum is at k = 0, and k is returned as 0, β as NaN.
 *
 * @param points  at = x > 0, in the unit that budgets are in; at least 2 different levels
 * @throws        {DomainError} outside those ranges
 */
export function fitLeafCurve(
  points: readonly CurvePoint[],
  { cap = 1, chance = 0.5, perTask }: LeafCurveOptions = {},
): LeafCurveFit {
  requireHalfOpen({ cap }, 0, 1);
  requireInterval({ chance }, 0, 1 - 1e-9);
  for (const { at } of points) requirePositive({ level: at });
  requireSettings("levels", points);
  const logCap = Math.log(cap);
  const fit = fitBinomialCurve(
    points,
    (x, [logK, beta], slopes) => {
      const logBias = logK! + beta! * Math.log(x);
      const free = logBias < logCap;
      const bias = free ? Math.exp(logBias) : cap;
      slopes[0] = free ? bias : 0;
      slopes[1] = free ? bias * Math.log(x) : 0;
      return bias;
    },
    chance,
    { start: startLeafCurve(points, chance), perTask },
  );
  const [logK, beta] = fit.parameters;
  const flat = !(logK! + beta! * Math.log(Math.max(...points.map(({ at }) => at))) > -20);
  return {
    k: flat ? 0 : Math.exp(logK!),
    beta: flat ? Number.NaN : beta!,
    covariance: fit.covariance,
    standardErrorLogK: Math.sqrt(fit.covariance[0]![0]!),
    standardErrorBeta: Math.sqrt(fit.covariance[1]![1]!),
    negativeLogLikelihood: fit.negativeLogLikelihood,
  };
}

/** The exponent of a small set that, with k matched to the mean bias, is likeliest. */
function startLeafCurve(points: readonly CurvePoint[], chance: number): [number, number] {
  const signal = points.reduce((sum, { answers, right }) => sum + (right - chance * answers) / (1 - chance), 0);
  const starts = [0.05, 0.15, 0.3, 0.5, 1].map((beta): [number, number] => {
    const reach = points.reduce((sum, { at, answers }) => sum + answers * at ** beta, 0);
    const most = Math.max(...points.map(({ at }) => at ** beta));
    return [Math.log(Math.min(0.98 / most, Math.max(1e-3 / most, signal / reach))), beta];
  });
  const likelihoods = starts.map(([logK, beta]) =>
    points.reduce((sum, { at, answers, right }) => {
      const p = chance + (1 - chance) * Math.min(1, Math.exp(logK) * at ** beta);
      return sum + right * Math.log(p) + (answers - right) * Math.log1p(-p);
    }, 0),
  );
  return starts[likelihoods.indexOf(Math.max(...likelihoods))]!;
}

/**
 * The same by least squares of ln μ on ln x, over levels above chance: biased, up to twice as scattered, and blind to
 * levels below chance. Only to show what the likelihood gains.
 */
export function fitLeafCurveLeastSquares(
  points: readonly CurvePoint[],
  { chance = 0.5 }: Pick<LeafCurveOptions, "chance"> = {},
): { readonly k: number; readonly beta: number } {
  requireCounts(points);
  const above = points.flatMap(({ at, answers, right }) => {
    requirePositive({ level: at });
    const bias = (right / answers - chance) / (1 - chance);
    return bias > 0 ? [{ x: Math.log(at), y: Math.log(bias) }] : [];
  });
  const meanX = above.reduce((sum, { x }) => sum + x, 0) / above.length;
  const meanY = above.reduce((sum, { y }) => sum + y, 0) / above.length;
  const spread = above.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  if (!(spread > 0)) throw new DomainError("levels above chance", above.length, "at least 2 different ones");
  const beta = above.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
  return { k: Math.exp(meanY - beta * meanX), beta };
}

/** Two parameters need two settings. */
export function requireSettings(argument: string, points: readonly CurvePoint[]): void {
  const settings = new Set(points.filter(({ answers }) => answers > 0).map(({ at }) => at)).size;
  if (settings < 2) throw new DomainError(argument, settings, "at least 2 different ones with answers");
  requireCounts(points);
}

function requireCounts(points: readonly CurvePoint[]): void {
  for (const { answers, right } of points) {
    requireInteger({ answers }, 0);
    requireInterval({ right }, 0, answers);
  }
}
