// One agent asked several times: tasks differ in p, the chance that a sample is right, and in θ, how much its wrong
// answers scatter. The law of (p, θ) over tasks is a smoothed non-parametric maximum likelihood estimate; votes of any
// size and sampling until one answer leads are forecast from it.

import { betaMasses, betaQuantile } from "../calibrate/estimators/beta-law.ts";
import { clampShare } from "../calibrate/estimators/estimate.ts";
import type { Column } from "../records/answer-table.ts";
import type { Quorum } from "../rules/rule.ts";
import { nelderMead } from "../theory/optimize.ts";
import { random } from "../theory/random.ts";
import { studentTQuantile } from "../theory/special.ts";
import { allAgree, allDiffer, logBlocks, type Scatter } from "./scatter.ts";
import { aheadValue, type GridValue, type VoteGrid, voteValue } from "./vote-value.ts";

/** What was recorded on a task, without the names of the answers; tasks with equal keys are pooled. */
export interface VoteKey {
  readonly right: number;
  /** How many samples gave each wrong answer, most first. */
  readonly wrong: readonly number[];
  readonly unparsed: number;
  /** Number of tasks with this key. */
  readonly tasks: number;
}

export interface VoteKeys {
  /** In an order that does not depend on the order of tasks. */
  readonly keys: readonly VoteKey[];
  /** For each of the given tasks, the index of its key; −1 where it has no graded sample. */
  readonly keyOf: Int32Array;
  /** True if a task has two samples or more: without, nothing is known of votes. */
  readonly repeated: boolean;
  /** How often each right answer was given, by task, with the number of such tasks. @default they agree */
  readonly rights?: readonly { readonly sizes: readonly number[]; readonly tasks: number }[];
}

/** Law of (p, θ) over tasks, with what is needed to put an interval around what follows from it. */
export interface VoteMixture extends Omit<VoteKeys, "rights"> {
  readonly grid: VoteGrid;
  /** How right answers repeat, which are not always one text: the same law at every (p, θ). */
  readonly rights: readonly RightAnswers[];
  readonly tasks: number;
  /** Samples on most tasks. */
  readonly samples: number;
  readonly answersKnown: boolean;
  /** ν: share of the answers that are not right which are no votes. */
  readonly unparsed: number;
  /** Standard error of ν over the tasks with answers that are not right; 0 where every answer was a vote. */
  readonly unparsedError: number;
  /** Smoothed estimate, and the same without its 20 pseudo-tasks. */
  readonly weights: Float64Array;
  readonly unsmoothed: Float64Array;
  /** Beta law of p with the one θ that fits best. */
  readonly parametric: Float64Array;
  /** Parameters of that Beta law. */
  readonly beta: readonly [number, number];
  /** Estimates from resampled tasks. */
  readonly resampled: readonly Float64Array[];
  /** Likelihood of each key, a row of grid points after the other, the largest of a row 1. */
  readonly likelihood: Float64Array;
  readonly seed: number;
}

export interface RightAnswers {
  readonly scatter: Scatter;
  /** Share of the tasks. */
  readonly share: number;
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
  /** Accuracy if wrong answers all differed; only where it matters and all were taken to agree, as none was recorded. */
  readonly accuracyIfWrongDiffer?: number;
}

const accuracyPoints = Float64Array.from([
  ...[0, 0.004, 0.012, 0.025, 0.04, 0.06, 0.085],
  ...Array.from({ length: 20 }, (_, i) => 0.12 + 0.04 * i),
  ...[0.915, 0.94, 0.96, 0.975, 0.988, 0.996, 1],
]);
/** All right answers to a task are one answer. */
export const rightAgree: readonly RightAnswers[] = [{ scatter: allAgree, share: 1 }];
/** One grid for all agents of a sort: what votes are worth on it is worked out once. */
export const agreeing: VoteGrid = { accuracies: accuracyPoints, scatters: [allAgree] };
const scattering: VoteGrid = {
  accuracies: accuracyPoints,
  scatters: [
    ...[0, 0.1, 0.25, 0.5, 1, 2, 4, 10, 40].map((concentration) => ({ concentration, options: Infinity })),
    ...[2, 3, 5, 9].map((options) => ({ concentration: Infinity, options })),
  ],
};
/** Tasks that W0 counts for beside those that were recorded. */
export const pseudoTasks = 20;
const bootstraps = 60;

/** Keys of the tasks that the column answered. Only grades of 0 and 1 make keys; `undefined` where there are others. */
export function voteKeys({ start, grade, value }: Column, tasks: ArrayLike<number>): VoteKeys | undefined {
  for (let i = 0; i < tasks.length; i++)
    for (let at = start[tasks[i]!]!; at < start[tasks[i]! + 1]!; at++)
      if (grade[at] !== 0 && grade[at] !== 1 && !Number.isNaN(grade[at]!)) return undefined;
  return keysOf(tasks, (task, add) => {
    for (let at = start[task]!; at < start[task + 1]!; at++) add(value[at]!, grade[at]!);
  });
}

/** Keys of these tasks, whose answers are told by code and grade: 0, 1 or, of one that was not graded, NaN. */
export function keysOf(
  tasks: ArrayLike<number>,
  eachAnswer: (task: number, add: (code: number, grade: number) => void) => void,
): VoteKeys {
  const texts: string[] = [];
  const counted = new Map<string, VoteKey>();
  const rights = new Map<string, { readonly sizes: readonly number[]; readonly tasks: number }>();
  for (let i = 0; i < tasks.length; i++) {
    let unparsed = 0;
    const rightTimes = new Map<number, number>();
    const wrongTimes = new Map<number, number>();
    eachAnswer(tasks[i]!, (code, grade) => {
      if (Number.isNaN(grade)) return;
      if (grade === 0 && code < 0) unparsed++;
      else {
        const times = grade === 1 ? rightTimes : wrongTimes;
        times.set(code, (times.get(code) ?? 0) + 1);
      }
    });
    const [sizes, wrong] = [rightTimes, wrongTimes].map((times) => [...times.values()].sort((a, b) => b - a)) as [
      number[],
      number[],
    ];
    const right = sizes.reduce((sum, size) => sum + size, 0);
    if (right > 1) rights.set(`${sizes}`, { sizes, tasks: (rights.get(`${sizes}`)?.tasks ?? 0) + 1 });
    const text = right + unparsed + wrong.length > 0 ? `${right} ${unparsed} ${wrong.join(" ")}` : "";
    texts.push(text);
    if (text) counted.set(text, { right, wrong, unparsed, tasks: (counted.get(text)?.tasks ?? 0) + 1 });
  }
  return { ...inOrder(texts, counted), rights: [...rights.values()] };
}

/** Keys by their texts, whatever the order of tasks; a task without samples has an empty text. */
export function inOrder<Key extends VoteKey>(texts: readonly string[], found: ReadonlyMap<string, Key>) {
  const order = [...found.keys()].sort();
  const indices = new Map(order.map((text, index) => [text, index]));
  const keys = order.map((text) => found.get(text)!);
  return {
    keys,
    repeated: keys.some((key) => samplesOf(key) > 1),
    keyOf: Int32Array.from(texts, (text) => indices.get(text) ?? -1),
  };
}

/**
 * Smoothed NPMLE of the law of (p, θ) over tasks: EM from W0 = Beta(a, b) ⊗ wθ, with 20 pseudo-tasks of W0 at every
 * step. Without recorded answers θ = 0: wrong answers agree.
 */
export function fitVotes(found: VoteKeys, answersKnown: boolean, seed: number): VoteMixture {
  const { keys, rights = [], ...tasksOf } = found;
  const grid = answersKnown ? scattering : agreeing;
  const beta = fitBeta(keys);
  const masses = betaMasses(grid.accuracies, ...beta);
  const scatter = fitScatter(keys, grid.scatters);
  return {
    ...tasksOf,
    keys,
    rights: fitRights(rights),
    ...fitLaw(
      found,
      {
        likelihood: likelihoods(keys, grid),
        start: product(masses, scatter.weights),
        parametric: product(
          masses,
          Float64Array.from(grid.scatters, (_, j) => (j === scatter.best ? 1 : 0)),
        ),
      },
      seed,
    ),
    grid,
    samples: usualSamples(keys),
    answersKnown,
    ...unparsedAmongFailed(keys),
    beta,
  };
}

/** EM from `start` with 20 pseudo-tasks of it at every step, the same without them, and of resampled tasks. */
export function fitLaw(
  { keys }: Pick<VoteKeys, "keys">,
  law: Pick<VoteMixture, "likelihood" | "parametric"> & { readonly start: Float64Array },
  seed: number,
): Pick<VoteMixture, "tasks" | "weights" | "unsmoothed" | "parametric" | "resampled" | "likelihood" | "seed"> {
  const { likelihood, start, parametric } = law;
  const tasks = keys.reduce((sum, key) => sum + key.tasks, 0);
  const shares = Float64Array.from(keys, (key) => key.tasks / tasks);
  const unsmoothed = expectationMaximization(likelihood, shares, start, 300, 0);
  return {
    tasks,
    weights: expectationMaximization(likelihood, shares, start, 300, pseudoTasks / tasks),
    unsmoothed,
    parametric,
    resampled: resampleTasks(likelihood, keys, tasks, unsmoothed, random(seed, "mixture")),
    likelihood,
    seed,
  };
}

/** ν, and its standard error over the tasks with answers that are not right. */
export function unparsedAmongFailed(keys: readonly VoteKey[]): Pick<VoteMixture, "unparsed" | "unparsedError"> {
  const overTasks = (of: (key: VoteKey) => number) => keys.reduce((sum, key) => sum + key.tasks * of(key), 0);
  const failed = overTasks((key) => samplesOf(key) - key.right);
  const failing = overTasks((key) => Number(samplesOf(key) > key.right));
  const unparsed = failed > 0 ? overTasks((key) => key.unparsed) / failed : 0;
  return { unparsed, unparsedError: failing > 0 ? Math.sqrt((unparsed * (1 - unparsed)) / failing) : 0 };
}

export const samplesOf = (key: VoteKey) => key.right + key.unparsed + key.wrong.reduce((sum, size) => sum + size, 0);

export function usualSamples(keys: readonly VoteKey[]): number {
  const counts = new Map<number, number>();
  for (const key of keys) counts.set(samplesOf(key), (counts.get(samplesOf(key)) ?? 0) + key.tasks);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? 0;
}

function likelihoods(keys: readonly VoteKey[], { accuracies, scatters }: VoteGrid): Float64Array {
  const size = accuracies.length * scatters.length;
  const all = new Float64Array(keys.length * size);
  keys.forEach((key, row) => {
    const blocks = scatters.map((scatter) => logBlocks(scatter, key.wrong));
    const failures = samplesOf(key) - key.right;
    const logs = Array.from(accuracies).flatMap((p) => {
      const logRight = (key.right && key.right * Math.log(p)) + (failures && failures * Math.log1p(-p));
      return blocks.map((log) => logRight + log);
    });
    const largest = Math.max(...logs);
    logs.forEach((log, g) => {
      all[row * size + g] = Math.exp(log - largest); // the scale of a row cancels in EM
    });
  });
  return all;
}

/** Beta-binomial fit of (right, samples), penalty 0.01 (ln²a + ln²b). */
function fitBeta(keys: readonly VoteKey[]): readonly [number, number] {
  const counted = new Map<string, [number, number, number]>(); // right, failed, tasks
  for (const key of keys) {
    const failed = samplesOf(key) - key.right;
    const row = counted.get(`${key.right} ${failed}`);
    if (row) row[2] += key.tasks;
    else counted.set(`${key.right} ${failed}`, [key.right, failed, key.tasks]);
  }
  const rows = [...counted.values()];
  const { point } = nelderMead(
    ([logA, logB]) => {
      const [a, b] = [Math.exp(logA!), Math.exp(logB!)];
      let cost = 0.01 * (logA! ** 2 + logB! ** 2);
      for (const [right, failed, tasks] of rows) {
        for (let i = 0; i < right; i++) cost -= tasks * Math.log((a + i) / (a + b + i));
        for (let i = 0; i < failed; i++) cost -= tasks * Math.log((b + i) / (a + b + right + i));
      }
      return cost;
    },
    [0, 0],
    { tolerance: 1e-8 },
  );
  return [Math.exp(point[0]!), Math.exp(point[1]!)];
}

/** Law of how right answers repeat: 50 EM steps from uniform weights of a few θ, those under 1 % left out. */
function fitRights(rights: NonNullable<VoteKeys["rights"]>): readonly RightAnswers[] {
  if (rights.every(({ sizes }) => sizes.length === 1)) return rightAgree;
  const scatters = [0, 0.25, 1, 4].map((concentration) => ({ concentration, options: Infinity }));
  const tasks = rights.reduce((sum, task) => sum + task.tasks, 0);
  const weights = expectationMaximization(
    Float64Array.from(rights.flatMap(({ sizes }) => scatters.map((scatter) => Math.exp(logBlocks(scatter, sizes))))),
    Float64Array.from(rights, (task) => task.tasks / tasks),
    new Float64Array(scatters.length).fill(1 / scatters.length),
    50,
    0,
  );
  const kept = scatters.flatMap((scatter, j) => (weights[j]! >= 0.01 ? [{ scatter, share: weights[j]! }] : []));
  const total = kept.reduce((sum, { share }) => sum + share, 0);
  return kept.map(({ scatter, share }) => ({ scatter, share: share / total }));
}

/** Weights of θ from how wrong answers repeat, and the index of the single θ that explains them best. */
function fitScatter(keys: readonly VoteKey[], scatters: readonly Scatter[]) {
  const logs = keys.map((key) => scatters.map((scatter) => logBlocks(scatter, key.wrong)));
  let weights = new Float64Array(scatters.length).fill(1 / scatters.length);
  const tasks = keys.reduce((sum, key) => sum + key.tasks, 0);
  const likelihood = Float64Array.from(
    logs.flatMap((row) => {
      const largest = Math.max(...row);
      return row.map((log) => Math.exp(log - largest));
    }),
  );
  const shares = Float64Array.from(keys, (key) => key.tasks / tasks);
  weights = expectationMaximization(likelihood, shares, weights, 50, 0);
  const totals = Array.from(scatters, (_, j) => logs.reduce((sum, row, i) => sum + keys[i]!.tasks * row[j]!, 0));
  return {
    weights: weights.map((weight) => 0.9 * weight + 0.1 / weights.length),
    best: totals.indexOf(Math.max(...totals)),
  };
}

function product(accuracy: Float64Array, concentration: Float64Array): Float64Array {
  const all = new Float64Array(accuracy.length * concentration.length);
  accuracy.forEach((a, i) => {
    concentration.forEach((c, j) => {
      all[i * concentration.length + j] = a * c;
    });
  });
  return all;
}

/** W ← W·Σ_i share_i L_i/(W·L_i) + pull·W0, normalized, `steps` times. */
function expectationMaximization(
  likelihood: Float64Array,
  shares: Float64Array,
  start: Float64Array,
  steps: number,
  pull: number,
): Float64Array<ArrayBuffer> {
  const size = start.length;
  let weights = Float64Array.from(start);
  const factor = new Float64Array(size);
  for (let step = 0; step < steps; step++) {
    factor.fill(0);
    for (let row = 0; row < shares.length; row++) {
      if (shares[row] === 0) continue;
      const base = row * size;
      let evidence = 0;
      for (let g = 0; g < size; g++) evidence += weights[g]! * likelihood[base + g]!;
      const scale = shares[row]! / evidence;
      for (let g = 0; g < size; g++) factor[g]! += scale * likelihood[base + g]!;
    }
    let total = 0;
    const after = new Float64Array(size);
    for (let g = 0; g < size; g++) {
      after[g] = weights[g]! * factor[g]! + pull * start[g]!;
      total += after[g]!;
    }
    let moved = 0;
    for (let g = 0; g < size; g++) {
      after[g]! /= total;
      moved = Math.max(moved, Math.abs(after[g]! - weights[g]!));
    }
    weights = after;
    if (moved < 1e-9) break;
  }
  return weights;
}

/** The unsmoothed estimate from resampled tasks: 40 steps from the estimate of all of them. */
function resampleTasks(
  likelihood: Float64Array,
  keys: readonly VoteKey[],
  tasks: number,
  unsmoothed: Float64Array,
  next: () => number,
): readonly Float64Array[] {
  const kept = [...unsmoothed.keys()].filter((g) => unsmoothed[g]! > 1e-9); // the rest cannot come back in 40 steps
  const size = unsmoothed.length;
  const reduced = Float64Array.from({ length: keys.length * kept.length }, (_, i) => {
    return likelihood[Math.floor(i / kept.length) * size + kept[i % kept.length]!]!;
  });
  const start = Float64Array.from(kept, (g) => unsmoothed[g]!);
  const owner = keys.flatMap((key, row) => new Array<number>(key.tasks).fill(row));
  return Array.from({ length: bootstraps }, () => {
    const shares = new Float64Array(keys.length);
    for (let i = 0; i < tasks; i++) shares[owner[Math.floor(next() * tasks)]!]! += 1 / tasks;
    const weights = expectationMaximization(reduced, shares, start, 40, 0);
    const all = new Float64Array(size);
    kept.forEach((g, i) => {
      all[g] = weights[i]!;
    });
    return all;
  });
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

/** The law of p alone, θ summed out: for ways of working whose accuracy follows from p. */
export function ofAccuracyAlone(mixture: VoteMixture): VoteMixture {
  const { grid, keys, weights, unsmoothed, parametric, resampled, likelihood } = mixture;
  const width = grid.scatters.length;
  if (width === 1) return mixture;
  const size = weights.length;
  const sumOut = (law: Float64Array) =>
    grid.accuracies.map((_, i) => law.subarray(i * width, (i + 1) * width).reduce((sum, weight) => sum + weight, 0));
  const kept = sumOut(weights);
  const given = new Float64Array(keys.length * kept.length); // likelihood of a key given p: θ as its weights have it
  keys.forEach((_, row) => {
    kept.forEach((all, i) => {
      let sum = 0;
      for (let g = i * width; g < (i + 1) * width; g++) sum += weights[g]! * likelihood[row * size + g]!;
      given[row * kept.length + i] = all > 0 ? sum / all : 0;
    });
  });
  return {
    ...mixture,
    grid: { accuracies: grid.accuracies, scatters: agreeing.scatters },
    weights: kept,
    unsmoothed: sumOut(unsmoothed),
    parametric: sumOut(parametric),
    resampled: resampled.map(sumOut),
    likelihood: given,
  };
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
  const halfCalls = t * Math.sqrt(uncertainty(value.calls, calls, [], shift("calls")));
  const [accuracyLow, accuracyHigh] = betaInterval(forecast, accuracyVariance, tasks, confidence);
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
    taskCalls: perTask(mixture, value.calls),
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

/** Share of right samples, and the correlation of two samples of a task; 1 where no task has two. */
export function sharedCorrelation(
  keys: readonly VoteKey[],
  tasks: number,
): { readonly p: number; readonly rho: number } {
  let [right, all, rightPairs, pairs, sum, squares] = [0, 0, 0, 0, 0, 0];
  for (const key of keys) {
    const n = samplesOf(key);
    right += key.tasks * key.right;
    all += key.tasks * n;
    rightPairs += key.tasks * key.right * (key.right - 1);
    pairs += key.tasks * n * (n - 1);
    sum += key.tasks * (key.right / n);
    squares += key.tasks * (key.right / n) ** 2;
  }
  const p = right / all;
  const independent = tasks > 1 ? (sum ** 2 - squares) / (tasks * (tasks - 1)) : p * p; // p² from different tasks
  const rho = pairs > 0 ? (rightPairs / pairs - independent) / (p - independent) : 1;
  return { p, rho: Number.isFinite(rho) ? clampShare(rho) : 1 };
}

/** Quantiles of Beta(f e + ½, (1−f) e + ½), e = f(1−f)/v·(k−1)/(k+1). */
function betaInterval(mean: number, v: number, tasks: number, confidence: number): readonly [number, number] {
  const effective = v > 0 ? ((mean * (1 - mean)) / v) * ((tasks - 1) / (tasks + 1)) : tasks;
  const [a, b] = [Math.max(0, mean) * effective + 0.5, Math.max(0, 1 - mean) * effective + 0.5];
  const [low, high] = [betaQuantile((1 - confidence) / 2, a, b), betaQuantile((1 + confidence) / 2, a, b)];
  return [Math.min(low, mean), Math.max(high, mean)]; // close to 0 or 1 the half success may push past the mean
}
