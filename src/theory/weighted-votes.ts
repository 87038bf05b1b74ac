/** Agents that differ: weights, effective team size, and the exact accuracy of weighted votes. */
import { DomainError } from "../errors.ts";
import {
  requireBetween,
  requireFinite,
  requireInteger,
  requireInterval,
  requireNonNegative,
  requirePositive,
  requireSameLength,
} from "./domain.ts";
import { normalExpectation } from "./quadrature.ts";
import { normalCdf, normalQuantile } from "./special.ts";

export type Matrix = readonly (readonly number[])[];

/**
 * ln(p_i/(1 − p_i)): Bayes-optimal weights of independent votes; agents below ½ count against their answer.
 *
 * @param accuracies  each in (0, 1)
 * @see               §11, derived
 */
export function logOddsWeights(accuracies: readonly number[]): number[] {
  return accuracies.map((accuracy) => {
    requireBetween({ accuracy }, 0, 1);
    return Math.log(accuracy) - Math.log1p(-accuracy);
  });
}

/** Half-sums this close to zero, relative to the weights, are ties: 0.1 + 0.2 against 0.3. */
const tieTolerance = 1e-12;

function requireVotes(accuracies: readonly number[], weights: readonly number[], tie: number): void {
  requireSameLength({ weights }, accuracies.length);
  for (const accuracy of accuracies) requireInterval({ accuracy }, 0, 1);
  for (const weight of weights) requireInterval({ weight }, -Number.MAX_VALUE, Number.MAX_VALUE);
  requireInterval({ tie }, 0, 1);
}

/** What a sum of signed weights decides: 1, 0, or `tie`. */
function decide(sum: number, scale: number, tie: number): number {
  return Math.abs(sum) <= tieTolerance * scale ? tie : sum > 0 ? 1 : 0;
}

const magnitude = (weights: readonly number[]) => weights.reduce((sum, weight) => sum + Math.abs(weight), 0);

/**
 * P(the weighted majority of independent votes is correct), by enumeration of all 2^n outcomes.
 *
 * @param accuracies  p_i in [0, 1], at most 22
 * @param weights     one per vote
 * @param tie         what a tie is worth: ½ is a coin
 * @see               §11, derived
 */
export function weightedMajorityProbability(
  accuracies: readonly number[],
  weights: readonly number[],
  tie = 0.5,
): number {
  requireVotes(accuracies, weights, tie);
  requireInteger({ votes: accuracies.length }, 1, 22);
  const scale = magnitude(weights);
  const from = (voter: number, sum: number, probability: number): number => {
    if (probability === 0) return 0;
    if (voter === accuracies.length) return probability * decide(sum, scale, tie);
    const accuracy = accuracies[voter]!;
    const weight = weights[voter]!;
    return (
      from(voter + 1, sum + weight, probability * accuracy) +
      from(voter + 1, sum - weight, probability * (1 - accuracy))
    );
  };
  return Math.min(1, from(0, 0, 1));
}

/**
 * The same where with probability ρ the votes are comonotone (vote i is correct iff one common U ≤ p_i).
 *
 * @see §11, derived
 */
export function comonotoneVoteProbability(
  accuracies: readonly number[],
  weights: readonly number[],
  rho: number,
  tie = 0.5,
): number {
  requireInterval({ rho }, 0, 1);
  requireVotes(accuracies, weights, tie);
  const scale = magnitude(weights);
  const cuts = [...accuracies, 0, 1].sort((a, b) => a - b);
  let shared = 0;
  for (let i = 1; i < cuts.length; i++) {
    const sum = weights.reduce(
      (total, weight, voter) => total + (accuracies[voter]! >= cuts[i]! ? weight : -weight),
      0,
    );
    shared += (cuts[i]! - cuts[i - 1]!) * decide(sum, scale, tie);
  }
  return Math.min(1, rho * shared + (1 - rho) * weightedMajorityProbability(accuracies, weights, tie));
}

/**
 * The same under a one-factor Gaussian copula: latent correlation l_i l_j. Given the factor, votes are independent.
 *
 * @param loadings  l_i in (−1, 1)
 * @param weights   equal by default
 * @see             §11, derived
 */
export function copulaVoteProbability(
  accuracies: readonly number[],
  loadings: readonly number[],
  weights: readonly number[] = accuracies.map(() => 1),
  tie = 0.5,
): number {
  requireVotes(accuracies, weights, tie);
  requireSameLength({ loadings }, accuracies.length);
  for (const loading of loadings) requireBetween({ loading }, -1, 1);
  const thresholds = accuracies.map((p) =>
    p === 0 ? Number.NEGATIVE_INFINITY : p === 1 ? Number.POSITIVE_INFINITY : normalQuantile(p),
  );
  const steepest = Math.max(...loadings.map((l) => Math.abs(l) / Math.sqrt((1 - l) * (1 + l))));
  return normalExpectation(
    (z) => {
      const given = thresholds.map((h, i) => normalCdf((h + loadings[i]! * z) / Math.sqrt(1 - loadings[i]! ** 2)));
      return weightedMajorityProbability(given, weights, tie);
    },
    Math.min(0.25, 0.5 / Math.max(steepest, 1)),
  );
}

/** C_ij = R_ij √((1 − μ_i²)(1 − μ_j²)): covariance of ±1 votes from their correlations. §11, derived. */
export function signedCovariance(biases: readonly number[], correlations: Matrix): number[][] {
  requireSameLength({ correlations }, biases.length);
  for (const bias of biases) requireInterval({ bias }, -1, 1);
  const deviation = biases.map((bias) => Math.sqrt((1 - bias) * (1 + bias)));
  return correlations.map((row, i) => {
    requireSameLength({ "row of correlations": row }, biases.length);
    return row.map((correlation, j) => {
      requireInterval({ correlation }, -1, 1);
      return correlation * deviation[i]! * deviation[j]!;
    });
  });
}

/** Solves A x = b by Cholesky factors; A symmetric and positive definite. `argument` is named where it is not. */
export function solve(matrix: Matrix, right: readonly number[], argument = "correlations"): number[] {
  const n = right.length;
  const lower: number[][] = [];
  const x = [...right];
  for (let i = 0; i < n; i++) {
    lower.push([]);
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      if (i === j && sum <= 0)
        throw new DomainError(argument, "a matrix that is not positive definite", "that can belong to one team");
      lower[i]!.push(i === j ? Math.sqrt(sum) : sum / lower[j]![j]!);
    }
    for (let k = 0; k < i; k++) x[i]! -= lower[i]![k]! * x[k]!;
    x[i]! /= lower[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= lower[k]![i]! * x[k]!;
    x[i]! /= lower[i]![i]!;
  }
  return x;
}

/**
 * w = C⁻¹ μ: the linear weights of correlated votes with the largest mean per deviation.
 *
 * @param ridge  added to the diagonal of C, so that equal agents do not make it singular
 * @see          §11, derived
 */
export function correlatedWeights(biases: readonly number[], correlations: Matrix, ridge = 1e-9): number[] {
  requireNonNegative({ ridge });
  const covariance = signedCovariance(biases, correlations);
  for (const [i, row] of covariance.entries()) row[i]! += ridge;
  return solve(covariance, biases);
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

/** w′ A w */
export const quadratic = (matrix: Matrix, w: readonly number[]) =>
  dot(
    w,
    matrix.map((row) => dot(row, w)),
  );

/** μ′ C⁻¹ μ: squared mean per deviation of the best linear vote. §11, derived. */
export function teamSignalToNoise(biases: readonly number[], correlations: Matrix, ridge = 1e-9): number {
  return dot(biases, correlatedWeights(biases, correlations, ridge));
}

/** Φ(w′μ/√(w′Cw)): rough for few voters. §11, derived. */
export function linearVoteApproximate(
  biases: readonly number[],
  correlations: Matrix,
  weights: readonly number[],
): number {
  const covariance = signedCovariance(biases, correlations);
  requireSameLength({ weights }, biases.length);
  for (const weight of weights) requireFinite({ weight });
  const variance = quadratic(covariance, weights);
  requirePositive({ "variance of the vote": variance });
  return normalCdf(dot(weights, biases) / Math.sqrt(variance));
}

/** n/(1 + (n − 1) φ), n ≥ 1: independent votes that n votes of correlation φ are worth, to second order. §11, derived. */
export function effectiveTeamSize(votes: number, correlation: number): number {
  requireInterval({ votes }, 1, Number.MAX_VALUE);
  requireInterval({ correlation }, -1, 1);
  const inflation = 1 + (votes - 1) * correlation;
  requirePositive({ "1 + (votes − 1) · correlation": inflation });
  return votes / inflation;
}

/** (Σ w)²/(w′ R w): the same for weights. §11, derived. */
export function effectiveTeamSizeWeighted(weights: readonly number[], correlations: Matrix): number {
  requireSameLength({ correlations }, weights.length);
  for (const weight of weights) requireFinite({ weight });
  for (const row of correlations) {
    requireSameLength({ "row of correlations": row }, weights.length);
    for (const correlation of row) requireInterval({ correlation }, -1, 1);
  }
  const variance = quadratic(correlations, weights);
  requirePositive({ "weights′ · correlations · weights": variance });
  return weights.reduce((sum, weight) => sum + weight, 0) ** 2 / variance;
}

export interface GreedyTeam {
  /** Indices, in the order of joining. */
  readonly members: readonly number[];
  /** `teamSignalToNoise` of the team. */
  readonly signalToNoise: number;
  readonly cost: number;
}

/**
 * Adds the agent with the largest gain of μ′ C⁻¹ μ per cost until nothing affordable gains.
 *
 * @param costs   > 0, one per agent
 * @param budget  ≥ 0
 * @see           §11, derived
 */
export function greedyTeam(
  biases: readonly number[],
  correlations: Matrix,
  costs: readonly number[],
  budget: number,
): GreedyTeam {
  requireNonNegative({ budget });
  requireSameLength({ costs, correlations }, biases.length);
  for (const cost of costs) requirePositive({ cost });
  const score = (members: readonly number[]) =>
    teamSignalToNoise(
      members.map((i) => biases[i]!),
      members.map((i) => members.map((j) => correlations[i]![j]!)),
    );
  let team: GreedyTeam = { members: [], signalToNoise: 0, cost: 0 };
  for (;;) {
    let [best, bestRate]: [GreedyTeam | null, number] = [null, 0];
    for (const agent of biases.keys()) {
      const cost = team.cost + costs[agent]!;
      if (team.members.includes(agent) || cost > budget) continue;
      const members = [...team.members, agent];
      const signalToNoise = score(members);
      const rate = (signalToNoise - team.signalToNoise) / costs[agent]!;
      if (rate > bestRate) [best, bestRate] = [{ members, signalToNoise, cost }, rate];
    }
    if (best === null) return team;
    team = best;
  }
}
