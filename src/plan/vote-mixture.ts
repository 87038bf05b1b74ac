// One agent asked several times: tasks differ in p, the chance that a sample is right, and in θ, how much its wrong
// answers scatter. The law of (p, θ) over tasks is a smoothed non-parametric maximum likelihood estimate.

import { betaMasses } from "../calibrate/estimators/beta-law.ts";
import { nelderMead } from "../theory/optimize.ts";
import { random } from "../theory/random.ts";
import { allAgree, logBlocks, type Scatter } from "./scatter.ts";
import { samplesOf, usualSamples, type VoteKey, type VoteKeys } from "./vote-keys.ts";
import type { VoteGrid } from "./vote-value.ts";

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

/** ν, and its standard error over the tasks with answers that are not right. */
export function unparsedAmongFailed(keys: readonly VoteKey[]): Pick<VoteMixture, "unparsed" | "unparsedError"> {
  const overTasks = (of: (key: VoteKey) => number) => keys.reduce((sum, key) => sum + key.tasks * of(key), 0);
  const failed = overTasks((key) => samplesOf(key) - key.right);
  const failing = overTasks((key) => Number(samplesOf(key) > key.right));
  const unparsed = failed > 0 ? overTasks((key) => key.unparsed) / failed : 0;
  return { unparsed, unparsedError: failing > 0 ? Math.sqrt((unparsed * (1 - unparsed)) / failing) : 0 };
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
