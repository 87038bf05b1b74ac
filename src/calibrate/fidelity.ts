import type { Relay } from "../records/recordings.ts";
import type { Interval, Measured } from "../theory/interval.ts";
import { bisect } from "../theory/optimize.ts";
import { normalQuantile } from "../theory/special.ts";
import type { FidelityCalibration, FidelityFamily } from "./calibration.ts";
import type { CurvePoint } from "./estimators/binomial-curve.ts";
import { mapInterval, studentInterval } from "./estimators/estimate.ts";
import {
  type FidelityFit,
  fitFidelityExponential,
  fitFidelityHill,
  fitFidelityIsotonic,
} from "./estimators/fidelity.ts";
import { bootstrapInterval, type TaskRows } from "./estimators/resample.ts";
import { taskShareInterval } from "./estimators/task-mean.ts";

/** γ(m) from relay probes: what was decoded against what was sent, over at least two message lengths. */
export function calibrateFidelity(
  relays: readonly Relay[],
  tasks: Uint32Array,
  { confidence, seed }: { readonly confidence: number; readonly seed: number },
): Measured<FidelityCalibration> {
  const { lengths, options, perTask } = countRelays(relays, tasks);
  const probed = perTask.values.length / (perTask.width || 1);
  const missing = whatIsMissing(lengths.length, options, probed);
  if (missing !== undefined)
    return {
      notMeasured: missing,
      probe:
        "let one agent pass answers on in messages of at most 16, 64 and 256 tokens, and record message_tokens, sent and received",
    };
  const points = pointsOf(perTask, lengths);
  const fitOptions = { options, perTask };
  const exponential = fitFidelityExponential(points, fitOptions);
  const hill = fitFidelityHill(points, fitOptions);
  return {
    family: family(points, exponential, hill, options),
    points: lengths.map((messageTokens, i) => ({
      messageTokens,
      relays: points[i]!.answers,
      fidelity: mapInterval(taskShareInterval(agreement(perTask, i), confidence), (share) =>
        overChance(share, options),
      ),
    })),
    exponential: familyIntervals(exponential, probed, confidence),
    hill: familyIntervals(hill, probed, confidence),
    isotonic: bootstrapInterval(perTask, (sums) => isotonicOfSums(sums, lengths, options), { confidence, seed }).map(
      ({ value, low, high }, i) => ({ messageTokens: lengths[i]!, fidelity: { value, low, high, confidence } }),
    ),
    options,
    tasks: probed,
  };
}

/**
 * γ at any message length, by the family of the calibration: delta intervals on the scale on which the family is a
 * straight line in ln m (complementary log-log, logit), so that they stay in (0, 1); isotonic: linear between the
 * recorded lengths, through (0, 0), flat beyond the last.
 */
export function fidelityAt(fidelity: FidelityCalibration, messageTokens: number): Interval {
  if (fidelity.family === "isotonic") return interpolate(fidelity.isotonic, messageTokens);
  const { m0, shape, covariance } = fidelity[fidelity.family];
  const line = shape.value * Math.log(messageTokens / m0.value); // its slopes: −shape in ln m0, the line in ln shape
  const [scale, both, steepness] = covariance;
  const variance = shape.value ** 2 * scale - 2 * shape.value * line * both + line ** 2 * steepness;
  const onLine = studentInterval(line, Math.sqrt(variance), fidelity.tasks - 1, m0.confidence);
  return mapInterval(
    onLine,
    fidelity.family === "exponential" ? (x) => -Math.expm1(-Math.exp(x)) : (x) => 1 / (1 + Math.exp(-x)),
  );
}

/** Longer than any message: a curve that has not got there is flat. */
const messageTokensMax = 1e9;

/**
 * The message length at which γ(m) is this: γ⁻¹, by bisection on ln m. Its interval is where the ends of the curve's
 * interval get there, ∞ where the lower one never does.
 *
 * @param gamma  in (0, 1)
 * @returns      null where the curve never gets there
 */
export function messageTokensFor(fidelity: FidelityCalibration, gamma: number): Interval | null {
  const missing = (end: "value" | "low" | "high") => (logLength: number) =>
    fidelityAt(fidelity, Math.exp(logLength))[end] - gamma;
  const [shortest, longest] = [Math.log(1e-6), Math.log(messageTokensMax)];
  const curve = missing("value");
  if (curve(longest) < 0 || curve(shortest) > 0) return null;
  const value = bisect(curve, shortest, longest, 1e-9);
  // Far from the lengths that were relayed the ends of an interval need not rise: the first crossing counts.
  const towards = (end: "low" | "high", step: number) => {
    const of = missing(end);
    for (let at = value; at >= shortest && at <= longest; at += step)
      if (of(at) < 0 !== of(at + step) < 0) return Math.exp(bisect(of, at, at + step, 1e-9));
    return step > 0 ? Number.POSITIVE_INFINITY : 0;
  };
  const { confidence } = fidelity[fidelity.family === "hill" ? "hill" : "exponential"].m0;
  return { value: Math.exp(value), low: towards("high", -0.25), high: towards("low", 0.25), confidence };
}

function interpolate(points: FidelityCalibration["isotonic"], messageTokens: number): Interval {
  const above = points.findIndex((point) => point.messageTokens >= messageTokens);
  if (above < 0) return points.at(-1)!.fidelity;
  const { messageTokens: right, fidelity: high } = points[above]!;
  const left = points[above - 1]?.messageTokens ?? 0;
  const low = points[above - 1]?.fidelity;
  const share = (messageTokens - left) / (right - left);
  const between = (end: "value" | "low" | "high") => (low?.[end] ?? 0) + share * (high[end] - (low?.[end] ?? 0));
  return { value: between("value"), low: between("low"), high: between("high"), confidence: high.confidence };
}

function whatIsMissing(lengths: number, options: number, tasks: number): string | undefined {
  if (lengths === 0) return "no message was relayed";
  if (lengths === 1) return "messages of only one length were relayed: one point is no curve";
  if (options < 2) return "every relayed message was the same: agreement tells nothing";
  return tasks < 2 ? "messages about only one task were relayed" : undefined;
}

/** Relays and agreeing ones of every probed task at every length in turn. */
function countRelays(
  relays: readonly Relay[],
  tasks: Uint32Array,
): { lengths: readonly number[]; options: number; perTask: TaskRows } {
  const chosen = new Set(tasks);
  const used = relays.filter(({ task }) => chosen.has(task));
  const lengths = [...new Set(used.map(({ messageTokens }) => messageTokens))].sort((a, b) => a - b);
  const place = new Map(lengths.map((length, i) => [length, i]));
  const rowOf = new Map<number, number>();
  for (const { task } of used) if (!rowOf.has(task)) rowOf.set(task, rowOf.size);
  const width = 2 * lengths.length;
  const values = new Float64Array(rowOf.size * width);
  for (const { task, messageTokens, sent, received } of used) {
    const at = rowOf.get(task)! * width + 2 * place.get(messageTokens)!;
    values[at]!++;
    if (received === sent) values[at + 1]!++;
  }
  return { lengths, options: new Set(used.map(({ sent }) => sent)).size, perTask: { width, values } };
}

function pointsOf({ width, values }: TaskRows, lengths: readonly number[]): readonly CurvePoint[] {
  return lengths.map((at, i) => {
    let answers = 0;
    let right = 0;
    for (let row = 2 * i; row < values.length; row += width) {
      answers += values[row]!;
      right += values[row + 1]!;
    }
    return { at, answers, right };
  });
}

function agreement({ width, values }: TaskRows, length: number): Float64Array {
  return Float64Array.from({ length: values.length / width }, (_, task) => {
    const at = task * width + 2 * length;
    return values[at + 1]! / values[at]!; // NaN where no message of this length was relayed
  });
}

function overChance(share: number, options: number): number {
  return (share - 1 / options) / (1 - 1 / options);
}

/** NaN where a resampled set of tasks has no message of some length. */
function isotonicOfSums(sums: Float64Array, lengths: readonly number[], options: number): readonly number[] {
  const points = lengths.map((at, i) => ({ at, answers: sums[2 * i]!, right: sums[2 * i + 1]! }));
  if (points.some(({ answers }) => answers === 0)) return lengths.map(() => Number.NaN);
  return fitFidelityIsotonic(points, options).map(({ fidelity }) => fidelity);
}

function familyIntervals(fit: FidelityFit, tasks: number, confidence: number): FidelityFamily {
  const [[scale, both], [, steepness]] = fit.covariance as [[number, number], [number, number]];
  const interval = (value: number, variance: number) =>
    mapInterval(studentInterval(Math.log(value), Math.sqrt(variance), tasks - 1, confidence), Math.exp);
  return {
    m0: interval(fit.m0, scale),
    shape: interval(fit.shape, steepness),
    covariance: [scale, both, steepness],
  };
}

/**
 * The likelier family, unless even that one falls short of a free curve by more than chance would have it once in a
 * thousand, or the points leave its parameters unbounded: messages that carry nothing fit any scale that is long enough.
 */
function family(
  points: readonly CurvePoint[],
  exponential: FidelityFit,
  hill: FidelityFit,
  options: number,
): FidelityCalibration["family"] {
  const better = hill.negativeLogLikelihood < exponential.negativeLogLikelihood ? "hill" : "exponential";
  const { covariance } = { hill, exponential }[better];
  if (!covariance.flat().every(Number.isFinite)) return "isotonic";
  const degrees = points.length - 2;
  if (degrees < 1) return better;
  const isotonic = fitFidelityIsotonic(points, options);
  const free = points.reduce((sum, { answers, right }, i) => {
    const p = Math.min(1 - 1e-12, 1 / options + (1 - 1 / options) * isotonic[i]!.fidelity);
    return sum - right * Math.log(p) - (answers - right) * Math.log1p(-p);
  }, 0);
  const deviance = 2 * (Math.min(exponential.negativeLogLikelihood, hill.negativeLogLikelihood) - free);
  return deviance > chiSquareQuantile(0.999, degrees) ? "isotonic" : better;
}

/** Wilson and Hilferty (1931): within 2 % in the upper tail. */
function chiSquareQuantile(probability: number, degrees: number): number {
  const variance = 2 / (9 * degrees);
  return degrees * (1 - variance + normalQuantile(probability) * Math.sqrt(variance)) ** 3;
}
