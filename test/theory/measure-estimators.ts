// How good the estimators are where the truth is known: votes, relays and answers are drawn from stated laws, estimated, and
// the estimates counted. The figures of the specification stand beside ours.
import {
  correlationNestedInterval,
  correlationOfNestedSums,
  nestedRow,
} from "../../src/calibrate/estimators/correlation-nested.ts";
import {
  correlationFromPairsInterval,
  correlationOfPairSums,
  pairRow,
} from "../../src/calibrate/estimators/correlation-pairs.ts";
import type { Count } from "../../src/calibrate/estimators/counts.ts";
import type { Estimate } from "../../src/calibrate/estimators/estimate.ts";
import { fidelityEstimate, fitFidelityExponential } from "../../src/calibrate/estimators/fidelity.ts";
import { fitLeafCurve, fitLeafCurveLeastSquares } from "../../src/calibrate/estimators/leaf-curve.ts";
import { bootstrapInterval, taskRows } from "../../src/calibrate/estimators/resample.ts";
import { fidelityExponential } from "../../src/theory/fidelity.ts";
import { type Aggregation, amplification } from "../../src/theory/level-map.ts";
import { type Random, random } from "../../src/theory/random.ts";
import { treeBias } from "../../src/theory/tree.ts";
import {
  amplificationGradient,
  deltaInterval,
  deltaIntervalOfBias,
  probabilitySupercritical,
  treeBiasGradient,
} from "../../src/theory/uncertainty.ts";

export interface Quality {
  readonly name: string;
  readonly truth: number;
  readonly mean: number;
  readonly deviation: number;
  /** Share of 95 % intervals that hold the truth; NaN without intervals. */
  readonly covered: number;
  readonly rounds: number;
}

interface Estimated {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

function quality(name: string, truth: number, rounds: number, estimate: (next: Random) => Estimated): Quality {
  const all = Array.from({ length: rounds }, (_, round) => estimate(random(name, round)));
  const mean = all.reduce((sum, { value }) => sum + value, 0) / rounds;
  const variance = all.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / (rounds - 1);
  const inside = all.filter(({ low, high }) => low! <= truth && truth <= high!).length;
  const covered = all[0]!.low === undefined ? Number.NaN : inside / rounds;
  return { name, truth, mean, deviation: Math.sqrt(variance), covered, rounds };
}

const binomial = (n: number, p: number, next: Random) => {
  let right = 0;
  for (let i = 0; i < n; i++) if (next() < p) right++;
  return right;
};

/** β of 5 levels × 400 answers, by likelihood with its Wald interval, and by least squares of logarithms. */
export function leafCurveQuality(rounds: number): Quality[] {
  const levels = [100, 300, 1000, 3000, 10_000];
  const draw = (next: Random) =>
    levels.map((at) => ({ at, answers: 400, right: binomial(400, 0.5 + 0.5 * 0.055 * at ** 0.3, next) }));
  return [
    quality("β, likelihood", 0.3, rounds, (next) => {
      const { beta, standardErrorBeta } = fitLeafCurve(draw(next));
      return { value: beta, low: beta - 1.96 * standardErrorBeta, high: beta + 1.96 * standardErrorBeta };
    }),
    quality("β, least squares", 0.3, rounds, (next) => ({ value: fitLeafCurveLeastSquares(draw(next)).beta })),
  ];
}

/** γ(100) of a curve fitted to 5 lengths × 300 relays. */
export function fidelityQuality(rounds: number): Quality {
  const truth = (m: number) => -Math.expm1(-m / 80);
  return quality("γ(100 tokens)", truth(100), rounds, (next) => {
    const points = [20, 50, 100, 200, 400].map((at) => ({
      at,
      answers: 300,
      right: binomial(300, 0.5 + 0.5 * truth(at), next),
    }));
    const { m0, shape, gmax } = fitFidelityExponential(points);
    return { value: fidelityExponential(100, { lengthScale: m0, shape, fidelityMax: gmax }) };
  });
}

/** Votes of one group: with probability ρ one draw, else independent. */
function sharedGroup(n: number, p: number, rho: number, next: Random): Count {
  if (next() < rho) return [n, next() < p ? n : 0];
  return [n, binomial(n, p, next)];
}

/** Votes of accuracy Θ ~ Beta of mean p and correlation ρ, as Pólya's urn. */
function betaGroup(n: number, p: number, rho: number, next: Random): Count {
  let right = 0;
  for (let i = 0; i < n; i++) if (next() * (1 - rho + rho * i) < p * (1 - rho) + rho * right) right++;
  return [n, right];
}

/** Θ itself, as the share of one of two gamma variables. */
function betaAccuracy(p: number, rho: number, next: Random): number {
  const [a, c] = [p * (1 / rho - 1), (1 - p) * (1 / rho - 1)];
  const [x, y] = [gamma(a, next), gamma(c, next)];
  return x / (x + y);
}

/** Marsaglia and Tsang (2000); below 1 by their boost. */
function gamma(shape: number, next: Random): number {
  if (shape < 1) return gamma(shape + 1, next) * (1 - next()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    const v = (1 + normal / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - next()) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

const accuracy = 0.65;
const rho = 0.2;

/** Correlation of 5 votes per task, under the law that it is read from and another. */
export function pairQuality(tasks: number, rounds: number, bootstrap = false): Quality[] {
  return [["shared", sharedGroup] as const, ["beta", betaGroup] as const].map(([law, group]) =>
    quality(`ρ of pairs, ${law} votes, ${tasks} tasks`, rho, rounds, (next) => {
      const counts = Array.from({ length: tasks }, () => group(5, accuracy, rho, next));
      if (!bootstrap) return correlationFromPairsInterval(counts, 0.95);
      const rows = taskRows(counts.map((count) => pairRow([count])));
      return resampled(rows, correlationOfPairSums, next)[0]!;
    }),
  );
}

const resampled = (
  rows: ReturnType<typeof taskRows>,
  statistic: (sums: Float64Array) => readonly number[],
  next: Random,
) => bootstrapInterval(rows, statistic, { confidence: 0.95, replicates: 300, seed: Math.floor(next() * 2 ** 31) });

/** What tasks and what groups share, from 3 groups of 3 votes on every task. */
export function nestedQuality(tasks: number, rounds: number, bootstrap = false): Quality[] {
  const [task, within] = [0.25, 0.1];
  const draw = (next: Random) =>
    Array.from({ length: tasks }, () => {
      const p = betaAccuracy(accuracy, task, next);
      return Array.from({ length: 3 }, () => sharedGroup(3, p, within, next));
    });
  const estimates = (next: Random): { within: Estimate; task: Estimate } => {
    if (!bootstrap) return correlationNestedInterval(draw(next), 0.95);
    const parts = resampled(taskRows(draw(next).map(nestedRow)), correlationOfNestedSums, next);
    return { task: parts[2]!, within: parts[3]! };
  };
  return [
    quality(`ρ within a group, ${tasks} tasks`, within, rounds, (next) => estimates(next).within),
    quality(`ρ of the task, ${tasks} tasks`, task, rounds, (next) => estimates(next).task),
  ];
}

/** Leaf bias, depth and node of forecasts whose parameters are estimated. */
const forecasts: readonly (readonly [leaf: number, layers: number, Aggregation])[] = [
  [0.1, 2, { fanIn: 5, fidelity: 0.8, rho: 0.1 }],
  [0.2, 2, { fanIn: 3, fidelity: 0.9, rho: 0.1 }],
  [0.1, 3, { fanIn: 5, fidelity: 0.7, rho: 0.1 }],
  [0.2, 1, { fanIn: 9, fidelity: 0.8, rho: 0.2 }],
  [0.3, 2, { fanIn: 5, fidelity: 0.6, rho: 0.2 }],
  [0.1, 4, { fanIn: 5, fidelity: 0.6, rho: 0.1 }],
];

/** What 500 leaf answers, 300 relays and 150 × 5 votes say about a node, with standard errors. */
function calibrated(leaf: number, { fidelity, rho: shared }: Aggregation, next: Random) {
  const answers = 500;
  const right = binomial(answers, (1 + leaf) / 2, next) / answers;
  const relayed = fidelityEstimate(300, binomial(300, (1 + fidelity) / 2, next));
  const votes = Array.from({ length: 150 }, () => sharedGroup(5, accuracy, shared, next));
  const pairs = correlationFromPairsInterval(votes, 0.95);
  return {
    leaf: 2 * right - 1,
    leafError: 2 * Math.sqrt((right * (1 - right)) / answers),
    fidelity: Math.min(1, Math.max(1e-6, relayed.fidelity)),
    fidelityError: relayed.standardError,
    rho: Math.min(1, Math.max(0, pairs.value)),
    rhoError: pairs.standardError,
  };
}

/** Delta intervals of the tree's bias, on the scale of atanh, and of α. */
export function deltaQuality(rounds: number): Quality[] {
  return forecasts.flatMap(([leaf, layers, node]) => {
    const name = `b = ${node.fanIn}, L = ${layers}, γ = ${node.fidelity}, ρ = ${node.rho}, μ₀ = ${leaf}`;
    return [
      quality(`tree, ${name}`, treeBias(leaf, layers, node), rounds, (next) => {
        const found = calibrated(leaf, node, next);
        const { bias, byLeafBias, byFidelity, byRho } = treeBiasGradient(found.leaf, layers, { ...node, ...found });
        const gradient = [byLeafBias, byFidelity, byRho];
        const covariance = diagonal(found.leafError, found.fidelityError, found.rhoError);
        return { value: bias, ...deltaIntervalOfBias(bias, gradient, covariance) };
      }),
      quality(`α, ${name}`, amplification(node), rounds, (next) => {
        const found = calibrated(leaf, node, next);
        const { byFidelity, byRho } = amplificationGradient({ ...node, ...found });
        const value = amplification({ ...node, ...found });
        return { value, ...deltaInterval(value, [byFidelity, byRho], diagonal(found.fidelityError, found.rhoError)) };
      }),
    ];
  });
}

const diagonal = (...errors: readonly number[]) =>
  errors.map((error, i) => errors.map((_, j) => (i === j ? error ** 2 : 0)));

/** P(α > 1) as calibrations at exactly α = 1 state it: it should be spread evenly from 0 to 1. */
export function supercriticalAtCritical(rounds: number): number[] {
  const critical = { fanIn: 5, fidelity: 0.6, rho: 5 / 21 };
  return Array.from({ length: rounds }, (_, round) => {
    const found = calibrated(0.1, critical, random("critical", round));
    return probabilitySupercritical({ ...critical, ...found }, { fidelity: found.fidelityError, rho: found.rhoError });
  });
}
