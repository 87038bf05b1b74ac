// What follows from the law of (p, θ) over tasks: votes of any size, sampling until one answer leads, agents that read.

import { betaQuantile } from "../calibrate/estimators/beta-law.ts";
import type { Quorum } from "../rules/rule.ts";
import { studentTQuantile } from "../theory/special.ts";
import { allAgree, allDiffer, type Scatter } from "./scatter.ts";
import { sharedCorrelation } from "./vote-keys.ts";
import { agreeing, rightAgree, type VoteMixture } from "./vote-mixture.ts";
import { aheadValue, type GridValue, type VoteGrid, voteValue } from "./vote-value.ts";

/** How calls vary with p, the chance that a sample is right. */
export interface VaryingCalls {
  /** Cov(calls, p | what was recorded), for each of the calibration tasks. */
  readonly withAccuracy: Float64Array;
  /** Variance of p over tasks. */
  readonly accuracyVariance: number;
  /** Variance of the mean that is expected beyond what the scatter over tasks explains, as a share of the mean's square. */
  readonly unexplained: number;
}

/** What a way of asking one agent repeatedly is expected to do; gain is over one call of the same agent. */
export interface VoteForecast {
  readonly accuracy: number;
  readonly accuracyLow: number;
  readonly accuracyHigh: number;
  readonly gain: number;
  readonly gainLow: number;
  readonly gainHigh: number;
  readonly gainVariance: number;
  /** Standard deviations over tasks: of the outcome, and of the gain. */
  readonly deviation: number;
  readonly gainDeviation: number;
  readonly calls: number;
  readonly callsLow: number;
  readonly callsHigh: number;
  /** Expected outcome and calls on each of the calibration tasks, NaN where nothing was recorded. */
  readonly taskAccuracy: Float64Array;
  readonly taskCalls: Float64Array;
  /** Where calls vary. */
  readonly varyingCalls?: VaryingCalls;
  /** Accuracy if wrong answers all differed; only where it matters and all were taken to agree, as none was recorded. */
  readonly accuracyIfWrongDiffer?: number;
}

/**
 * A vote of `votes` samples: a plurality, unless the rule demands a quorum. Beyond the recorded number of samples the
 * interval grows with what is then assumed.
 */
export function forecastVote(mixture: VoteMixture, votes: number, confidence: number, quorum?: Quorum): VoteForecast {
  const { grid, unparsed, samples, answersKnown, weights } = mixture;
  const scatterMatters = quorum === undefined;
  const value = overRights(mixture, (of, silence) => voteValue(of, silence, votes, quorum));
  const others: number[] = [];
  if (votes > samples) {
    others.push(sharedVotes(mixture, votes, quorum));
    if (answersKnown && scatterMatters)
      for (const scatter of [allAgree, allDiffer]) {
        const values = spread(grid, scatter, (fixed) => value(fixed, unparsed).accuracy);
        others.push(expect(weights, values));
      }
  }
  return forecastValue(mixture, value, { others, scatterMatters }, confidence);
}

/** The value on a grid, where this share of the answers that are not right are no votes. */
export type ValueOn = (grid: VoteGrid, unparsed: number) => GridValue;

/** The same, averaged over how right answers repeat. */
function overRights({ rights }: VoteMixture, valueOn: ValueOn): ValueOn {
  if (rights === rightAgree) return valueOn;
  return (grid, unparsed) => {
    const parts = rights.map(({ scatter, share }) => ({
      share,
      value: valueOn({ ...grid, right: scatter }, unparsed),
    }));
    const mixed = (of: keyof GridValue) =>
      parts[0]!.value[of].map((_, g) => parts.reduce((sum, { share, value }) => sum + share * value[of][g]!, 0));
    return { accuracy: mixed("accuracy"), calls: mixed("calls") };
  };
}

/** Samples until one answer leads all others by `lead`, at most `cap`. */
export function forecastAhead(mixture: VoteMixture, lead: number, cap: number, confidence: number): VoteForecast {
  const value = (of: VoteGrid, silence: number) => aheadValue(of, silence, lead, cap);
  return forecastValue(mixture, overRights(mixture, value), { others: [], scatterMatters: true }, confidence);
}

/** A way of working whose accuracy on a task follows from p alone, and what of it is uncertain beside the law of p. */
export interface Reading {
  /** P(right) on a task on which one sample is right with probability p. */
  readonly accuracy: (p: number) => number;
  /** The same at the two ends of the interval of each parameter, and where another account of the answers holds. */
  readonly ends: readonly (readonly ((p: number) => number)[])[];
  /** Content of those intervals. */
  readonly endsConfidence: number;
  /** Accuracies that follow from another account of how the samples depend on each other. */
  readonly others: readonly number[];
  readonly calls: number;
}

/**
 * What agents that read are expected to make of samples of one agent, by the law of p alone. The uncertainty of their parameters
 * is added as the squares of the deviations at the ends of their intervals, divided by Student's t; so the interval reaches
 * every end.
 */
export function forecastReading(
  mixture: VoteMixture,
  { accuracy, ends, endsConfidence, others, calls }: Reading,
  confidence: number,
): VoteForecast {
  const onGrid = (of: (p: number) => number) => mixture.grid.accuracies.map(of);
  const values = onGrid(accuracy);
  const center = expect(mixture.weights, values);
  const t = (content: number) => studentTQuantile((1 + content) / 2, Math.max(1, mixture.tasks - 1));
  const farther = (sides: readonly ((p: number) => number)[]) =>
    Math.max(...sides.map((side) => Math.abs(expect(mixture.weights, onGrid(side)) - center)));
  const deviations = [
    ...ends.map((sides) => farther(sides) / t(endsConfidence)),
    ...others.map((other) => (other - center) / t(confidence)),
  ];
  const value = { accuracy: values, calls: new Float64Array(values.length).fill(calls) };
  const added = deviations.reduce((sum, deviation) => sum + deviation ** 2, 0);
  return forecastValue(mixture, () => value, { others: [], scatterMatters: false, added }, confidence);
}

/** What is uncertain of a value on the grid beside the law of tasks, and what its gain is over. */
export interface GridOptions {
  /**
   * Accuracies that follow from the extreme accounts of the answers. The r samples of a task hold them off, so that the truth
   * is taken to lie anywhere between the forecast and 1/r of the way to each: a variance of ((forecast − other)/r)²/3.
   */
  readonly others?: readonly number[];
  /** True where the value turns on how wrong answers repeat. */
  readonly scatterMatters: boolean;
  /** Variance of what else is uncertain. @default 0 */
  readonly added?: number;
  /** Accuracy at every grid point of what is gained over. @default one call */
  readonly against?: Float64Array;
}

/** Whatever is known at every point of the grid, as the law of tasks has it. */
export function forecastValue(
  mixture: VoteMixture,
  valueOn: ValueOn,
  {
    others = [],
    scatterMatters,
    added = 0,
    against = voteValue(mixture.grid, mixture.unparsed, 1).accuracy,
  }: GridOptions,
  confidence: number,
): VoteForecast {
  const { grid, tasks, samples, weights, parametric, resampled, answersKnown, unparsed, unparsedError } = mixture;
  const value = valueOn(grid, unparsed);
  const gains = value.accuracy.map((accuracy, g) => accuracy - against[g]!);
  const forecast = expect(weights, value.accuracy);
  const oneCall = expect(weights, against);
  const silent = unparsedError > 0 ? valueOn(grid, Math.min(1, unparsed + unparsedError)) : value;
  const shift = (of: keyof GridValue) => (expect(weights, silent[of]) - expect(weights, value[of])) ** 2;
  const uncertainty = (values: Float64Array, mean: number, assumed: readonly number[], added: number) =>
    Math.max(
      variance(resampled.map((sample) => expect(sample, values))),
      varianceUnder(weights, values, mean) / tasks,
    ) +
    (mean - expect(parametric, values)) ** 2 +
    assumed.reduce((sum, other) => sum + ((mean - other) / samples) ** 2 / 3, added);
  const accuracyVariance = uncertainty(value.accuracy, forecast, others, added + shift("accuracy"));
  const gain = forecast - oneCall;
  const gainVariance = uncertainty(
    gains,
    gain,
    others.map((other) => other - oneCall),
    added + shift("accuracy"),
  );
  const t = studentTQuantile((1 + confidence) / 2, Math.max(1, tasks - 1));
  const half = t * Math.sqrt(gainVariance);
  const calls = expect(weights, value.calls);
  const callsVariance = uncertainty(value.calls, calls, [], shift("calls"));
  const halfCalls = t * Math.sqrt(callsVariance);
  const [accuracyLow, accuracyHigh] = betaInterval(forecast, accuracyVariance, tasks, confidence);
  const taskCalls = perTask(mixture, value.calls);
  const varyingCalls = (): VaryingCalls => {
    const width = grid.scatters.length;
    const known = Array.from(taskCalls).filter((one) => !Number.isNaN(one));
    const p = value.calls.map((_, g) => grid.accuracies[Math.floor(g / width)]!);
    const [taskP, both] = [p, p.map((one, g) => one * value.calls[g]!)].map((values) => perTask(mixture, values));
    return {
      withAccuracy: taskCalls.map((expected, t) => both![t]! - expected * taskP![t]!),
      accuracyVariance: varianceUnder(weights, p, expect(weights, p)),
      unexplained: Math.max(0, callsVariance - variance(known) / known.length) / calls ** 2,
    };
  };
  return {
    accuracy: forecast,
    accuracyLow,
    accuracyHigh,
    gain,
    gainLow: gain - half,
    gainHigh: gain + half,
    gainVariance,
    deviation: Math.sqrt(varianceUnder(weights, value.accuracy, forecast)),
    gainDeviation: Math.sqrt(varianceUnder(weights, gains, gain)),
    calls,
    callsLow: Math.max(Math.min(...value.calls), calls - halfCalls),
    callsHigh: Math.min(Math.max(...value.calls), calls + halfCalls),
    taskAccuracy: perTask(mixture, value.accuracy),
    taskCalls,
    ...(value.calls.some((one) => one !== value.calls[0]) && { varyingCalls: varyingCalls() }),
    ...(!answersKnown &&
      scatterMatters && {
        accuracyIfWrongDiffer: expect(
          weights,
          spread(grid, allDiffer, (fixed) => valueOn(fixed, unparsed).accuracy),
        ),
      }),
  };
}

/** Values at one fixed θ, repeated for every θ of the grid. */
function spread(grid: VoteGrid, scatter: Scatter, evaluate: (fixed: VoteGrid) => Float64Array): Float64Array {
  const fixed = evaluate({ accuracies: grid.accuracies, scatters: [scatter] });
  const width = grid.scatters.length;
  return Float64Array.from({ length: fixed.length * width }, (_, g) => fixed[Math.floor(g / width)]!);
}

function expect(weights: Float64Array, values: Float64Array): number {
  let sum = 0;
  for (let g = 0; g < weights.length; g++) sum += weights[g]! * values[g]!;
  return sum;
}

function varianceUnder(weights: Float64Array, values: Float64Array, mean: number): number {
  let sum = 0;
  for (let g = 0; g < weights.length; g++) sum += weights[g]! * (values[g]! - mean) ** 2;
  return sum;
}

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/** E[value | what was recorded on the task], for each calibration task. */
function perTask({ keys, keyOf, weights, likelihood }: VoteMixture, values: Float64Array): Float64Array {
  const size = weights.length;
  const posterior = keys.map((_, row) => {
    let [evidence, sum] = [0, 0];
    for (let g = 0; g < size; g++) {
      const weight = weights[g]! * likelihood[row * size + g]!;
      evidence += weight;
      sum += weight * values[g]!;
    }
    return sum / evidence;
  });
  return Float64Array.from(keyOf, (key) => (key < 0 ? Number.NaN : posterior[key]!));
}

/** The paper's law with the total correlation of two samples, as if all dependence were a vote that all share. */
function sharedVotes({ keys, tasks }: VoteMixture, votes: number, quorum: Quorum | undefined): number {
  const { p, rho } = sharedCorrelation(keys, tasks);
  const apart: VoteGrid = { accuracies: Float64Array.of(p), scatters: agreeing.scatters };
  return rho * p + (1 - rho) * voteValue(apart, 0, votes, quorum).accuracy[0]!;
}

/** Quantiles of Beta(f e + ½, (1−f) e + ½), e = f(1−f)/v·(k−1)/(k+1). */
function betaInterval(mean: number, v: number, tasks: number, confidence: number): readonly [number, number] {
  const effective = v > 0 ? ((mean * (1 - mean)) / v) * ((tasks - 1) / (tasks + 1)) : tasks;
  const [a, b] = [Math.max(0, mean) * effective + 0.5, Math.max(0, 1 - mean) * effective + 0.5];
  const [low, high] = [betaQuantile((1 - confidence) / 2, a, b), betaQuantile((1 + confidence) / 2, a, b)];
  return [Math.min(low, mean), Math.max(high, mean)]; // close to 0 or 1 the half success may push past the mean
}
