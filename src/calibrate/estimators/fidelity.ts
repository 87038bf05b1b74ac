import { DomainError } from "../../errors.ts";
import { requireHalfOpen, requireInteger, requireInterval, requirePositive } from "../../theory/domain.ts";
import { type Curve, type CurvePoint, fitBinomialCurve } from "./binomial-curve.ts";
import { isotonicRegression } from "./isotonic.ts";
import { requireSettings } from "./leaf-curve.ts";
import type { TaskRows } from "./resample.ts";

/**
 * Fidelity of a symmetric channel from relayed messages of which `agree` were decoded as sent (derived, §13):
 *
 *   γ = (a − 1/k)/(1 − 1/k),   se = √(a(1 − a)/n)/(1 − 1/k),   a = agree/n
 *
 * @param options  k, number of possible messages, ≥ 2: a guess agrees once in k
 * @returns        γ ≤ 1; below 0 where messages agree less often than guesses
 */
export function fidelityEstimate(
  relays: number,
  agree: number,
  options = 2,
): { readonly fidelity: number; readonly standardError: number } {
  requireInteger({ relays }, 1);
  requireInterval({ agree }, 0, relays);
  requireInteger({ options }, 2);
  const share = agree / relays;
  const spread = 1 - 1 / options;
  return {
    fidelity: (share - 1 / options) / spread,
    standardError: Math.sqrt((share * (1 - share)) / relays) / spread,
  };
}

export interface FidelityFit {
  /** Scale of the message length, in tokens. */
  readonly m0: number;
  readonly shape: number;
  readonly gmax: number;
  /** Of (ln m0, ln shape, and logit gmax if estimated): of resampled tasks where `perTask` is given. */
  readonly covariance: readonly (readonly number[])[];
  readonly negativeLogLikelihood: number;
}

export interface FidelityOptions {
  /** Fidelity of an endless message. @default 1 */
  readonly gmax?: number;
  /** Estimate gmax as well, starting there. @default false */
  readonly fitGmax?: boolean;
  /** k, number of possible messages of the probe. @default 2 */
  readonly options?: number;
  /** Relays and agreeing ones of every task at every point in turn: for the covariance. */
  readonly perTask?: TaskRows;
}

/**
 * γ(m) = gmax (1 − exp(−(m/m0)^shape)) by binomial maximum likelihood of the agreement counts (derived, §§6, 13).
 *
 * @param points  at = m > 0 in tokens, answers = relays, right = decoded as sent; at least 2 different lengths
 * @throws        {DomainError} outside those ranges
 */
export function fitFidelityExponential(points: readonly CurvePoint[], options: FidelityOptions = {}): FidelityFit {
  return fitFidelity(
    (m, logM0, logShape, slopes) => {
      const shape = Math.exp(logShape);
      const power = Math.exp(shape * (Math.log(m) - logM0));
      const slope = power * Math.exp(-power); // of 1 − e^{−power} in ln power
      slopes[0] = -shape * slope;
      slopes[1] = shape * (Math.log(m) - logM0) * slope;
      return -Math.expm1(-power);
    },
    points,
    options,
  );
}

/** γ(m) = gmax m^shape/(m^shape + m0^shape), estimated likewise. */
export function fitFidelityHill(points: readonly CurvePoint[], options: FidelityOptions = {}): FidelityFit {
  return fitFidelity(
    (m, logM0, logShape, slopes) => {
      const shape = Math.exp(logShape);
      const logPower = shape * (Math.log(m) - logM0);
      const value = 1 / (1 + Math.exp(-logPower));
      slopes[0] = -shape * value * (1 - value);
      slopes[1] = logPower * value * (1 - value);
      return value;
    },
    points,
    options,
  );
}

/** Rising from 0 to 1, with its slopes in ln m0 and ln shape. */
type Rise = (m: number, logM0: number, logShape: number, slopes: number[]) => number;

function fitFidelity(
  rise: Rise,
  points: readonly CurvePoint[],
  { gmax = 1, fitGmax = false, options = 2, perTask }: FidelityOptions,
): FidelityFit {
  requireHalfOpen({ gmax }, 0, 1);
  requireInteger({ options }, 2);
  for (const { at } of points) requirePositive({ messageTokens: at });
  requireSettings("message lengths", points);
  // gmax as a free parameter stands on the logit scale
  const curve: Curve = (m, [logM0, logShape, logitGmax], slopes) => {
    const top = logitGmax === undefined ? gmax : 1 / (1 + Math.exp(-logitGmax));
    const value = rise(m, logM0!, logShape!, slopes);
    slopes[0]! *= top;
    slopes[1]! *= top;
    if (logitGmax !== undefined) slopes[2] = value * top * (1 - top);
    return top * value;
  };
  const chance = 1 / options;
  const rest = fitGmax ? [Math.log(Math.min(gmax, 0.95) / (1 - Math.min(gmax, 0.95)))] : [];
  const fits = startFidelity(points).map((grid) =>
    fitBinomialCurve(points, curve, chance, { start: [...grid, ...rest] }),
  );
  const likeliest = fits.reduce((a, b) => (b.negativeLogLikelihood < a.negativeLogLikelihood ? b : a));
  const best = fitBinomialCurve(points, curve, chance, { start: likeliest.parameters, perTask });
  const [logM0, logShape, logitGmax] = best.parameters;
  return {
    m0: Math.exp(logM0!),
    shape: Math.exp(logShape!),
    gmax: logitGmax === undefined ? gmax : 1 / (1 + Math.exp(-logitGmax)),
    covariance: best.covariance,
    negativeLogLikelihood: best.negativeLogLikelihood,
  };
}

/** Scales from half the shortest to twice the longest message, by shapes that are nearly steps and nearly flat. */
function startFidelity(points: readonly CurvePoint[]): [number, number][] {
  const lengths = points.map(({ at }) => at);
  const low = Math.log(Math.min(...lengths) / 2);
  const high = Math.log(Math.max(...lengths) * 2);
  return [0, 0.25, 0.5, 0.75, 1].flatMap((share) =>
    [0.6, 1, 2].map((shape): [number, number] => [low + share * (high - low), Math.log(shape)]),
  );
}

/** γ at the recorded lengths, non-decreasing and clipped to [0, 1]: no family assumed. Points come in any order. */
export function fitFidelityIsotonic(
  points: readonly CurvePoint[],
  options = 2,
): readonly { readonly messageTokens: number; readonly fidelity: number }[] {
  if (points.length === 0) throw new DomainError("message lengths", 0, "at least 1");
  for (const { at } of points) requirePositive({ messageTokens: at });
  const sorted = [...points].sort((a, b) => a.at - b.at);
  const raw = sorted.map(({ answers, right }) => fidelityEstimate(answers, right, options).fidelity);
  const weights = sorted.map(({ answers }) => answers);
  return isotonicRegression(raw, weights).map((fidelity, i) => ({
    messageTokens: sorted[i]!.at,
    fidelity: Math.min(1, Math.max(0, fidelity)),
  }));
}
