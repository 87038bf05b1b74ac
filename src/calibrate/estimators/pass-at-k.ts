import { DomainError } from "../../errors.ts";
import { requireInteger, requireInterval } from "../../theory/domain.ts";
import type { Interval } from "../../theory/interval.ts";
import { nelderMead } from "../../theory/optimize.ts";
import { type Random, random } from "../../theory/random.ts";
import { logBeta, studentTQuantile } from "../../theory/special.ts";
import { betaQuantile } from "./beta-law.ts";
import { type Count, mostCommon, requireCounts, tally } from "./counts.ts";
import { taskShareInterval } from "./task-mean.ts";

/**
 * Share of tasks of which at least one of k samples is right, without bias from n ≥ k samples per task (Chen et al. 2021,
 * arXiv:2107.03374): mean over tasks of
 *
 *   1 − C(n − c, k)/C(n, k),   c of n right
 *
 * Tasks with fewer than k samples are left out. Interval over tasks, as of any share.
 *
 * @param samples  k, integer ≥ 1, at most the samples of some task
 * @throws         {DomainError} outside those ranges, and where c is not whole
 */
export function passAtK(counts: readonly Count[], samples: number, confidence = 0.9): Interval {
  requireWhole(counts);
  requireInteger(
    { samples },
    1,
    counts.reduce((most, [n]) => Math.max(most, n), 0),
  );
  const enough = counts.filter(([n]) => n >= samples);
  return taskShareInterval(
    Float64Array.from(enough, (count) => passOf(count, samples)),
    confidence,
  );
}

/** 1 − Π_{i<k} (n − c − i)/(n − i) */
function passOf([n, right]: Count, samples: number): number {
  let allWrong = 1;
  for (let i = 0; i < samples; i++) allWrong *= Math.max(0, n - right - i) / (n - i);
  return 1 - allWrong;
}

function requireWhole(counts: readonly Count[]): void {
  requireCounts(counts);
  if (counts.length === 0) throw new DomainError("counts.length", 0, "at least 1 task");
  for (const [, right] of counts) requireInteger({ right }, 0);
}

/** Laws of a task's success rate p, and the power law of what is left. */
export type CoverageFamily = "beta" | "never-or-beta" | "power";

/** Coverage as a function of the number of samples. */
export interface CoverageFit {
  readonly family: CoverageFamily;
  /** π₀, share of tasks that no number of samples solves; 0 but for `never-or-beta`. */
  readonly never: number;
  /** a, b of p ~ Beta(a, b) on the other tasks; of the power law A and b in −ln coverage = A k^(−b). */
  readonly first: number;
  readonly second: number;
}

/**
 * Coverage beyond what was sampled, one family:
 *
 *   beta           p ~ Beta(a, b):                      1 − B(a, b + k)/B(a, b)
 *   never-or-beta  p = 0 on a share π₀ of tasks:        (1 − π₀)(1 − B(a, b + k)/B(a, b))
 *   power          −ln coverage = A k^(−b), b > 0, by least squares of logarithms on pass@k at k = 1, 2, 4 … n
 *
 * The first two by maximum likelihood of right answers per task, with the weak penalty 0.01 (ln²a + ln²b), and of logit π₀
 * likewise. Power laws of coverage (Brown et al. 2024, arXiv:2407.21787) follow from the density of p near 0 (Schaeffer et al.
 * 2025, arXiv:2502.17578): b is the Beta law's a where that is small.
 *
 * @returns undefined where the power law has fewer than two points below full coverage and above none
 * @throws  {DomainError} for counts that are none
 */
export function fitCoverage(counts: readonly Count[], family: CoverageFamily): CoverageFit | undefined {
  requireWhole(counts);
  return family === "power" ? fitPower(counts) : fitBetaLaw(counts, family === "never-or-beta");
}

/** The same on resampled tasks, close to a fit of all of them. */
function refitCoverage(counts: readonly Count[], fit: CoverageFit): CoverageFit | undefined {
  if (fit.family === "power") return fitPower(counts);
  const near = [Math.log(fit.first), Math.log(fit.second), Math.log(fit.never / (1 - fit.never))];
  return fitBetaLaw(counts, fit.family === "never-or-beta", near);
}

function fitBetaLaw(counts: readonly Count[], withNever: boolean, near?: readonly number[]): CoverageFit {
  const groups = tally(counts);
  const most = Math.max(...groups.map(({ votes }) => votes));
  const [lnA, lnB, lnSum] = [new Float64Array(most + 1), new Float64Array(most + 1), new Float64Array(most + 1)];
  const objective = ([logA, logB, logitNever]: readonly number[]) => {
    const [a, b] = [Math.exp(logA!), Math.exp(logB!)];
    const never = withNever ? 1 / (1 + Math.exp(-logitNever!)) : 0;
    for (let i = 0; i < most; i++) {
      lnA[i + 1] = lnA[i]! + Math.log(a + i);
      lnB[i + 1] = lnB[i]! + Math.log(b + i);
      lnSum[i + 1] = lnSum[i]! + Math.log(a + b + i);
    }
    let cost = 0.01 * (logA! ** 2 + logB! ** 2 + (withNever ? logitNever! ** 2 : 0));
    for (const { votes, right, tasks } of groups) {
      const log = lnA[right]! + lnB[votes - right]! - lnSum[votes]!;
      const likelihood = (right === 0 ? never : 0) + (1 - never) * Math.exp(log);
      cost -= tasks * (right > 0 || !(likelihood > 0) ? Math.log1p(-never) + log : Math.log(likelihood));
    }
    return cost;
  };
  const wide = withNever
    ? [
        [-0.5, 1, -1],
        [0.5, 1, 0],
      ]
    : [[-0.5, 1]];
  const [best] = near
    ? [nelderMead(objective, near.slice(0, withNever ? 3 : 2), { step: 0.3, tolerance: 1e-3 })]
    : wide
        .map((start) => nelderMead(objective, start, { tolerance: 1e-7 }))
        .sort((one, other) => one.value - other.value);
  const [logA, logB, logitNever] = best!.point;
  return {
    family: withNever ? "never-or-beta" : "beta",
    never: withNever ? 1 / (1 + Math.exp(-logitNever!)) : 0,
    first: Math.exp(logA!),
    second: Math.exp(logB!),
  };
}

function fitPower(counts: readonly Count[]): CoverageFit | undefined {
  const most = mostCommon(counts.map(([n]) => n));
  const enough = counts.filter(([n]) => n >= most);
  const points = doublings(most).flatMap((samples) => {
    const share = meanPass(enough, samples);
    return share > 0 && share < 1 ? [{ x: Math.log(samples), y: Math.log(-Math.log(share)) }] : [];
  });
  if (points.length < 2) return undefined;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
  return { family: "power", never: 0, first: Math.exp(meanY - slope * meanX), second: Math.max(0, -slope) };
}

/** 1, 2, 4 … below `most`, then `most`. */
export function doublings(most: number): number[] {
  const found: number[] = [];
  for (let samples = 1; samples < most; samples *= 2) found.push(samples);
  return [...found, most];
}

/** Share of tasks that at least one of k samples solves, by this fit; `samples` need not be whole. */
export function coverageAt({ family, never, first, second }: CoverageFit, samples: number): number {
  if (!(samples > 0)) throw new DomainError("samples", samples, "positive");
  if (family === "power") return Math.exp(-first * samples ** -second);
  return (1 - never) * -Math.expm1(logBeta(first, second + samples) - logBeta(first, second));
}

/** All families of coverage, with what is needed for a forecast and its interval. */
export interface CoverageModel {
  readonly fits: readonly CoverageFit[];
  /** Smallest held-out error; null with fewer than 4 samples per task. */
  readonly chosen: CoverageFamily | null;
  /** Share of each fit in the forecast and in the spread between families, 1 over its held-out mean square. Sums to 1. */
  readonly weights: readonly number[];
  /** Fitted to a quarter and to half of the samples and held against pass@n of all, root mean square; smallest first. */
  readonly heldOut: readonly { readonly family: CoverageFamily; readonly error: number }[];
  /** Samples that the held-out families were fitted to, and those they were held against. */
  readonly fittedTo: readonly number[];
  readonly heldAgainst: number;
  /** pass@n: where forecasts start from. */
  readonly measured: number;
  /** pass@n and the same families on resampled tasks; a replicate may lack one. */
  readonly resampled: readonly { readonly measured: number; readonly fits: readonly (CoverageFit | undefined)[] }[];
  readonly counts: readonly Count[];
}

const thinnings = 5;
const replicates = 60;

/**
 * All families of coverage, chosen by how well a quarter and half of the samples foretell pass@n of all of them. Forecasts
 * are their mean, each weighted by one over its held-out mean square. With fewer than 4 samples per task nothing is held out:
 * all weigh the same, and none is chosen.
 */
export function fitCoverageModel(counts: readonly Count[], seed: number): CoverageModel {
  requireWhole(counts);
  const all: readonly CoverageFamily[] = ["beta", "never-or-beta", "power"];
  const fits = all.flatMap((family) => fitCoverage(counts, family) ?? []);
  const usual = mostCommon(counts.map(([n]) => n));
  const fittedTo = [...new Set([4, 2].map((part) => Math.max(2, Math.floor(usual / part))))];
  const squares = new Map<CoverageFamily, number>();
  let noise = 0;
  if (usual >= 4) {
    const full = counts.filter(([n]) => n >= usual);
    const truth = meanPass(full, usual);
    noise = (truth * (1 - truth)) / full.length / full.length; // the same tasks on both sides: only samples differ
    const next = random(seed, "pass@k", "held out");
    for (const samples of fittedTo)
      for (let round = 0; round < thinnings; round++) {
        const some = full.map((count) => thinned(count, samples, next));
        for (const { family } of fits) {
          const fit = fitCoverage(some, family);
          const error = fit ? anchored(fit, meanPass(some, samples), samples, usual) - truth : truth;
          squares.set(family, (squares.get(family) ?? 0) + error ** 2 / (thinnings * fittedTo.length));
        }
      }
  }
  const heldOut = [...squares]
    .map(([family, square]) => ({ family, error: Math.sqrt(square) }))
    .sort((a, b) => a.error - b.error);
  const raw = fits.map(({ family }) => (usual >= 4 ? 1 / Math.max(squares.get(family)!, noise, 1e-6) : 1));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  const next = random(seed, "pass@k", "tasks");
  return {
    fits,
    chosen: heldOut[0]?.family ?? null,
    weights: raw.map((weight) => weight / total),
    heldOut,
    fittedTo,
    heldAgainst: usual,
    measured: meanPass(counts, usual),
    resampled: Array.from({ length: replicates }, () => {
      const drawn = counts.map(() => counts[Math.floor(next() * counts.length)]!);
      return { measured: meanPass(drawn, usual), fits: fits.map((fit) => refitCoverage(drawn, fit)) };
    }),
    counts,
  };
}

function meanPass(counts: readonly Count[], samples: number): number {
  const enough = counts.filter(([n]) => n >= samples);
  return enough.reduce((sum, count) => sum + passOf(count, samples), 0) / enough.length;
}

/** `samples` of a task's samples, drawn without replacement. */
function thinned([n, right]: Count, samples: number, next: Random): Count {
  let [left, good, kept] = [n, right, 0];
  for (let i = 0; i < samples; i++) {
    if (next() * left < good) {
      good--;
      kept++;
    }
    left--;
  }
  return [samples, kept];
}

/** From the measured pass@n on: the part of the unsolved tasks that the fit sees solved between n and k samples. */
function anchored(fit: CoverageFit, measured: number, from: number, samples: number): number {
  const [before, after] = [coverageAt(fit, from), coverageAt(fit, samples)];
  return before < 1 ? measured + ((1 - measured) * (after - before)) / (1 - before) : measured;
}

/**
 * Share of tasks that at least one of k samples solves. Up to the n that were sampled it is measured (`passAtK`); beyond,
 * the weighted mean of all families says which part of the unsolved tasks is still to come. Its interval holds resampled tasks and the
 * spread between families (Student's t), and keeps what is certain whatever the family: coverage grows with k, but no
 * faster than k, so it lies between the lower end of pass@n and k/n times its upper end. Without any success that is all.
 *
 * @param samples  k, integer ≥ 1
 */
export function forecastCoverage(model: CoverageModel, samples: number, confidence = 0.9): Interval {
  const { counts, fits, weights, resampled, heldAgainst: most } = model;
  requireInteger({ samples }, 1);
  if (samples <= most) return passAtK(counts, samples, confidence);
  const mix = (measured: number, some: readonly (CoverageFit | undefined)[]) =>
    some.reduce(
      (sum, fit, i) => sum + (weights[i]! && fit ? weights[i]! * anchored(fit, measured, most, samples) : 0),
      0,
    );
  const value = mix(model.measured, fits);
  const usable = resampled.filter(({ fits: some }) => some.every((fit, i) => fit !== undefined || weights[i] === 0));
  const squares = usable.reduce((sum, one) => sum + (mix(one.measured, one.fits) - value) ** 2, 0);
  const between = fits.reduce(
    (sum, fit, i) => sum + weights[i]! * (anchored(fit, model.measured, most, samples) - value) ** 2,
    0,
  );
  const t = studentTQuantile((1 + confidence) / 2, Math.max(1, counts.length - 1));
  const half = t * Math.sqrt(squares / Math.max(1, usable.length - 1) + between);
  const at = passAtK(counts, most, confidence);
  const least = Math.min(value, at.low);
  const highest = Math.max(value, Math.min(1, (samples / most) * at.high));
  const bare = at.value === 0;
  return {
    value,
    low: bare ? least : Math.max(least, value - half),
    high: bare ? highest : Math.min(highest, value + half),
    confidence,
  };
}

/** Forecasts of samples end at this many times what was recorded. */
const samplesHorizon = 100;

/**
 * Samples after which this share of all tasks is solved, with the samples at which the ends of the coverage's interval get
 * there. Infinite: not within 100 times the recorded samples, if ever.
 *
 * @param share in (0, 1)
 */
export function samplesUntilCoverage(model: CoverageModel, share: number, confidence = 0.9): Interval {
  requireInterval({ share }, 1e-9, 1 - 1e-9);
  const most = samplesHorizon * model.heldAgainst;
  const until = (end: "value" | "low" | "high") => {
    const solved = (samples: number) => forecastCoverage(model, samples, confidence)[end];
    if (!(solved(most) >= share)) return Number.POSITIVE_INFINITY;
    let [below, reached] = [0, most];
    while (reached - below > 1) {
      const middle = Math.floor((below + reached) / 2);
      if (solved(middle) < share) below = middle;
      else reached = middle;
    }
    return reached;
  };
  return { value: until("value"), low: until("high"), high: until("low"), confidence };
}

/**
 * Share of tasks that no number of samples solves: the weighted mean of all families, between the smallest of them and what is
 * unsolved after n at the upper end. Samples alone cannot tell a hopeless task from one that is right once in a million.
 */
export function neverSolved(model: CoverageModel, confidence = 0.9): Interval {
  const { fits, weights, counts, heldAgainst, measured } = model;
  const left = fits.map(({ family, never, first, second }) =>
    family === "power" ? (second > 0 ? 0 : 1 - Math.exp(-first)) : never,
  );
  const unsolved = left.map((share, i) => {
    const within = coverageAt(fits[i]!, heldAgainst);
    return within < 1 ? ((1 - measured) * share) / (1 - within) : 0;
  });
  const value = unsolved.reduce((sum, share, i) => sum + weights[i]! * share, 0);
  const high = Math.max(value, 1 - passAtK(counts, heldAgainst, confidence).low);
  return { value, low: Math.min(...unsolved), high, confidence };
}

/**
 * Mean samples until the first right one, over tasks: E[1/p] of p ~ Beta(a, b), (a + b − 1)/(a − 1), infinite for a ≤ 1 and
 * where a share of the tasks is never solved: one hopeless task is enough.
 */
export function meanSamplesUntilPass(model: CoverageModel): number {
  const { family, never, first, second } =
    model.fits.find((fit) => fit.family === (model.chosen ?? "never-or-beta")) ?? model.fits[0]!;
  if (family === "power" || never > 0 || first <= 1) return Number.POSITIVE_INFINITY;
  return (first + second - 1) / (first - 1);
}

/**
 * Exact interval (Clopper and Pearson 1934) of a rare success rate, at the number of independent answers that would
 * scatter as much as the tasks do, e = p(1 − p)/(s²/T). Without any success, or with nothing but successes, nobody knows
 * how alike the answers to one task are: then e = T, every task one answer.
 *
 * @throws {DomainError} for counts that are none
 */
export function rareShareInterval(counts: readonly Count[], confidence = 0.9): Interval {
  requireCounts(counts);
  if (counts.length === 0) throw new DomainError("counts.length", 0, "at least 1 task");
  const shares = counts.map(([n, right]) => right / n);
  const tasks = shares.length;
  const value = shares.reduce((sum, one) => sum + one, 0) / tasks;
  const variance = shares.reduce((sum, one) => sum + (one - value) ** 2, 0) / Math.max(1, tasks - 1) / tasks;
  const answers = counts.reduce((sum, [n]) => sum + n, 0);
  const effective = variance > 0 ? Math.min(answers, (value * (1 - value)) / variance) : tasks;
  const successes = value * effective;
  const tail = (1 - confidence) / 2;
  return {
    value,
    low: successes > 0 ? Math.min(value, betaQuantile(tail, successes, effective - successes + 1)) : 0,
    high: value < 1 ? Math.max(value, betaQuantile(1 - tail, successes + 1, effective - successes)) : 1,
    confidence,
  };
}
