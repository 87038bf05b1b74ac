/**
 * Tasks differ in difficulty. What agents share because a task is hard is the same at every leaf and layer, so depth cannot
 * average it out: it belongs outside the level map, as a mean over tasks. What they share within a node belongs inside.
 */
import { requireInteger, requireInterval, requireNonNegative, requirePositive, requireSameLength } from "./domain.ts";
import { fixedPoint } from "./fixed-point.ts";
import { type Aggregation, levelMap } from "./level-map.ts";
import { treeBias } from "./tree.ts";

/** A discrete law of the accuracy p_t of an agent over tasks; weights add up to 1. */
export interface DifficultyLaw {
  readonly accuracies: readonly number[];
  readonly weights: readonly number[];
}

/** Scales the weights to a sum of 1. */
function normalized({ accuracies, weights }: DifficultyLaw): DifficultyLaw {
  requireSameLength({ weights }, accuracies.length);
  for (const accuracy of accuracies) requireInterval({ accuracy }, 0, 1);
  for (const weight of weights) requireNonNegative({ weight });
  return scaled({ accuracies, weights });
}

function scaled({ accuracies, weights }: DifficultyLaw): DifficultyLaw {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  requirePositive({ "sum of weights": total });
  return { accuracies, weights: weights.map((weight) => weight / total) };
}

/** (1 + E_t[bias(p_t)])/2, which the roundings of the weights could move out of [0, 1]. */
function accuracyOf({ accuracies, weights }: DifficultyLaw, bias: (accuracy: number) => number): number {
  const mean = accuracies.reduce((sum, accuracy, t) => sum + weights[t]! * bias(accuracy), 0);
  return Math.max(0, Math.min(1, (1 + mean) / 2));
}

/**
 * E_t[(1 + F^L(2p_t − 1))/2]: accuracy of a tree on tasks of different difficulty.
 *
 * @param difficulty   p_t in [0, 1] and weights ≥ 0, scaled to a sum of 1 here
 * @param aggregation  with the ρ that agents share *within* a task
 * @see                §12, derived
 */
export function treeAccuracyOverTasks(difficulty: DifficultyLaw, layers: number, aggregation: Aggregation): number {
  return accuracyOf(normalized(difficulty), (accuracy) => treeBias(2 * accuracy - 1, layers, aggregation));
}

/**
 * (1 + μ* (P(p_t > ½) − P(p_t < ½)))/2: where deep trees end. It hangs on P(p_t < ½), which few runs per task determine badly.
 *
 * @see §12, derived
 */
export function deepLimitOverTasks(difficulty: DifficultyLaw, aggregation: Aggregation): number {
  const limit = fixedPoint(aggregation);
  return accuracyOf(normalized(difficulty), (accuracy) => limit * Math.sign(accuracy - 0.5));
}

/**
 * Beta law of difficulty with mean p and intra-class correlation ρ_task (a = p M, c = (1 − p) M, M = 1/ρ − 1), by the
 * trapezoid rule in x = ln(p/(1 − p)), where it converges exponentially: deterministic to 1e-13. The nodes lie on multiples
 * of the step, so that laws of different means share them.
 *
 * @param accuracy  p in [0, 1]
 * @param rhoTask   in [0, 1]; 0 is a single point, 1 two
 * @param step      of x, from 1e-4 to 1; halved until it resolves a law that is narrower
 * @see             §12 and §16, derived
 */
export function betaDifficulty(accuracy: number, rhoTask: number, step = 0.05): DifficultyLaw {
  requireInterval({ accuracy, rhoTask }, 0, 1);
  requireInterval({ step }, 1e-4, 1);
  return betaDifficultyOnLattice(accuracy, rhoTask, latticeStep(accuracy, rhoTask, step));
}

/** Below this the law is a point to every digit that matters. */
const rhoTaskMin = 1e-12;

/** `step`, halved until it is at most a quarter of the law's own deviation of x. */
export function latticeStep(accuracy: number, rhoTask: number, step = 0.05): number {
  if (rhoTask < rhoTaskMin) return step;
  const strength = 1 / rhoTask - 1;
  const deviation = Math.sqrt(1 / (accuracy * strength) + 1 / ((1 - accuracy) * strength));
  let h = step;
  while (h > deviation / 4) h /= 2;
  return h;
}

/** `betaDifficulty` without checks, for means that are to share the lattice of step h. */
export function betaDifficultyOnLattice(accuracy: number, rhoTask: number, h: number): DifficultyLaw {
  if (rhoTask === 1) return { accuracies: [0, 1], weights: [1 - accuracy, accuracy] };
  const strength = 1 / rhoTask - 1;
  const [a, c] = [accuracy * strength, (1 - accuracy) * strength];
  const center = Math.log(a / c);
  // |x| > 45 is an accuracy of 0 or 1
  if (rhoTask < rhoTaskMin || !(Math.abs(center) < 45)) return { accuracies: [accuracy], weights: [1] };
  const deviation = Math.sqrt(1 / a + 1 / c); // of x, where the law is narrow; its tails fall like e^(ax) and e^(−cx)
  const first = Math.ceil(Math.max(-45, center - 12 * deviation - 80 / a) / h);
  const last = Math.floor(Math.min(45, center + 12 * deviation + 80 / c) / h);
  const logPeak = logBetaDensity(center, a, c);
  const density = (i: number) => Math.exp(logBetaDensity(i * h, a, c) - logPeak);
  const [accuracies, weights]: [number[], number[]] = [[], []];
  const add = (p: number, weight: number) => {
    if (weight < 1e-20) return;
    accuracies.push(p);
    weights.push(weight);
  };
  add(0, density(first) / Math.expm1(a * h)); // all nodes further down, a geometric series
  for (let i = first; i <= last; i++) add(1 / (1 + Math.exp(-i * h)), density(i));
  add(1, density(last) / Math.expm1(c * h));
  return scaled({ accuracies, weights });
}

/** ln of the density of x up to a constant: −a ln(1 + e^(−x)) − c ln(1 + e^x). */
function logBetaDensity(x: number, a: number, c: number): number {
  const tail = Math.log1p(Math.exp(-Math.abs(x)));
  return -a * (tail + Math.max(0, -x)) - c * (tail + Math.max(0, x));
}

/** E_t of a vote of b with Beta-distributed difficulty: the same as the beta law of dependence. §12, derived. */
export function starAccuracyBeta(accuracy: number, rho: number, fanIn: number): number {
  requireInterval({ accuracy }, 0, 1);
  return (1 + levelMap(2 * accuracy - 1, { fanIn, fidelity: 1, rho }, { law: "beta" })) / 2;
}

/**
 * Accuracy of a tree with Beta-distributed difficulty outside (`rhoTask`) and a shared vote inside (`aggregation.rho`).
 *
 * @param accuracy  mean p over tasks
 * @see             §12, derived
 */
export function treeAccuracyBeta(
  accuracy: number,
  rhoTask: number,
  layers: number,
  aggregation: Aggregation,
  step = 0.05,
): number {
  return treeAccuracyOverTasks(betaDifficulty(accuracy, rhoTask, step), layers, aggregation);
}

/**
 * P(the majority of b fresh votes is correct) from k correct of n recorded ones: the hypergeometric tail, half of it at a
 * tie. Unbiased for b ≤ n, without any model.
 *
 * @param recorded  n ≥ 1
 * @param correct   k from 0 to n
 * @param fanIn     b from 1 to n
 * @see             §12, derived
 */
export function subsetMajorityAccuracy(recorded: number, correct: number, fanIn: number): number {
  requireInteger({ recorded }, 1);
  requireInteger({ correct }, 0, recorded);
  requireInteger({ fanIn }, 1, recorded);
  const wrong = recorded - correct;
  // P(j of the b drawn are correct), from its first possible j upwards
  const first = Math.max(0, fanIn - wrong);
  const last = Math.min(fanIn, correct);
  let weight = 1; // relative to the term at `first`: the sum of all scales it
  let [total, wins] = [0, 0];
  for (let j = first; j <= last; j++) {
    if (weight > 1e200) [weight, total, wins] = [1, total / weight, wins / weight]; // thousands of runs would overflow
    total += weight;
    if (2 * j >= fanIn) wins += 2 * j === fanIn ? weight / 2 : weight;
    weight *= ((correct - j) * (fanIn - j)) / ((j + 1) * (wrong - fanIn + j + 1));
  }
  return wins / total;
}

/** Runs of one task: `recorded` of them, `correct` among those. */
export interface TaskCount {
  readonly recorded: number;
  readonly correct: number;
}

/** Mean over tasks of `subsetMajorityAccuracy`; each task needs b runs. §12, derived. */
export function starAccuracyFromCounts(counts: readonly TaskCount[], fanIn: number): number {
  requireInteger({ tasks: counts.length }, 1);
  const sum = counts.reduce((s, { recorded, correct }) => s + subsetMajorityAccuracy(recorded, correct, fanIn), 0);
  return sum / counts.length;
}

export interface MixtureOptions {
  /** Accuracies to put weight on. @default 101 equal steps from 0 to 1 */
  readonly grid?: readonly number[];
  /** Steps of the EM algorithm. @default 500 */
  readonly iterations?: number;
}

/**
 * Non-parametric maximum likelihood of the law of p_t on a grid, by EM from equal weights. Equal counts share their work;
 * probabilities are clipped at 1e-12.
 *
 * @param counts  isolated runs per task
 * @see           §12, derived
 */
export function fitDifficulty(
  counts: readonly TaskCount[],
  { grid = Array.from({ length: 101 }, (_, i) => i / 100), iterations = 500 }: MixtureOptions = {},
): DifficultyLaw {
  requireInteger({ tasks: counts.length, "grid.length": grid.length }, 1);
  requireInteger({ iterations }, 0);
  for (const accuracy of grid) requireInterval({ accuracy }, 0, 1);
  const tasks = new Map<string, { likelihood: number[]; tasks: number }>();
  for (const { recorded, correct } of counts) {
    requireInteger({ recorded }, 1);
    requireInteger({ correct }, 0, recorded);
    const known = tasks.get(`${recorded}/${correct}`);
    if (known) known.tasks++;
    else tasks.set(`${recorded}/${correct}`, { likelihood: binomialLikelihood(recorded, correct, grid), tasks: 1 });
  }
  let weights = grid.map(() => 1 / grid.length);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const next = grid.map(() => 0);
    for (const { likelihood, tasks: times } of tasks.values()) {
      const evidence = likelihood.reduce((sum, value, i) => sum + value * weights[i]!, 0);
      for (const [i, value] of likelihood.entries()) next[i]! += (times * value * weights[i]!) / evidence;
    }
    weights = next.map((weight) => weight / counts.length);
  }
  return { accuracies: grid, weights };
}

/** p^k (1 − p)^(n−k) on the grid, relative to its largest value. */
function binomialLikelihood(recorded: number, correct: number, grid: readonly number[]): number[] {
  const logs = grid.map((accuracy) => {
    const p = Math.min(1 - 1e-12, Math.max(1e-12, accuracy));
    return correct * Math.log(p) + (recorded - correct) * Math.log1p(-p);
  });
  const largest = Math.max(...logs);
  return logs.map((log) => Math.exp(log - largest));
}

/** Accuracy of a tree over tasks whose difficulty is fitted to counts of isolated runs. §12, derived. */
export function treeAccuracyFromCounts(
  counts: readonly TaskCount[],
  layers: number,
  aggregation: Aggregation,
  options: MixtureOptions = {},
): number {
  return treeAccuracyOverTasks(fitDifficulty(counts, options), layers, aggregation);
}
