/**
 * The one table from the golden vectors' short names to our functions. Arguments come by name, as the vectors have them;
 * one that is missing takes our default, which is the specification's.
 */
import { correlationAnova } from "../../calibrate/estimators/correlation-anova.ts";
import { correlationBetaBinomial } from "../../calibrate/estimators/correlation-beta-binomial.ts";
import { correlationCopula } from "../../calibrate/estimators/correlation-copula.ts";
import {
  correlationNested,
  correlationNestedInterval,
  nestedRow,
} from "../../calibrate/estimators/correlation-nested.ts";
import { correlationFromPairs, correlationFromPairsInterval } from "../../calibrate/estimators/correlation-pairs.ts";
import { correlationSharedVote } from "../../calibrate/estimators/correlation-shared-vote.ts";
import type { Count } from "../../calibrate/estimators/counts.ts";
import type { Estimate } from "../../calibrate/estimators/estimate.ts";
import { fidelityEstimate, fitFidelityExponential, fitFidelityIsotonic } from "../../calibrate/estimators/fidelity.ts";
import { isotonicRegression } from "../../calibrate/estimators/isotonic.ts";
import { fitLeafCurve, fitLeafCurveLeastSquares } from "../../calibrate/estimators/leaf-curve.ts";
import { pairPhiMatrix } from "../../calibrate/estimators/pair-phi.ts";
import { DomainError } from "../../errors.ts";
import * as budget from "../../theory/budget.ts";
import * as critical from "../../theory/critical.ts";
import * as dependence from "../../theory/dependence.ts";
import { diagnose } from "../../theory/diagnose.ts";
import * as difficulty from "../../theory/difficulty.ts";
import { planPowerLaw } from "../../theory/exact-plan.ts";
import * as fidelity from "../../theory/fidelity.ts";
import { fixedPoint, relaxationRate } from "../../theory/fixed-point.ts";
import * as map from "../../theory/level-map.ts";
import * as majority from "../../theory/majority.ts";
import * as messages from "../../theory/messages.ts";
import * as plurality from "../../theory/plurality.ts";
import * as predictors from "../../theory/predictors.ts";
import * as sequential from "../../theory/sequential.ts";
import * as special from "../../theory/special.ts";
import * as squared from "../../theory/squared-error.ts";
import * as structure from "../../theory/structure.ts";
import * as tree from "../../theory/tree.ts";
import * as uncertainty from "../../theory/uncertainty.ts";
import * as weighted from "../../theory/weighted-votes.ts";

/** Arguments as a JSON document has them; every function checks the ranges of its own. */
export type Args = Record<string, any>;
export type VectorFunction = (args: Args) => unknown;

/** Drops what was not passed, so that our defaults apply. */
function given<T extends Args>(options: T): { [K in keyof T]: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

const laws: Record<string, map.DependenceLaw> = {
  shared: "shared",
  shared_pre: "shared-before-channel",
  beta: "beta",
  copula: "copula",
  copula_latent: "copula-latent",
};
const tieRules: readonly majority.TieRule[] = ["random", "wrong", "right", "forbid"];

function lawOf(model: string): map.DependenceLaw {
  const law = laws[model];
  if (law === undefined) throw new DomainError("model", model, `as one of ${Object.keys(laws).join(", ")}`);
  return law;
}

function tiesOf(ties: string | undefined): majority.TieRule | undefined {
  const rule = tieRules.find((known) => known === ties);
  if (ties !== undefined && rule === undefined) throw new DomainError("ties", ties, `as one of ${tieRules.join(", ")}`);
  return rule;
}

const aggregationOf = ({ b, gamma, rho, rho_within, rho_local }: Args): map.Aggregation => ({
  fanIn: b,
  fidelity: gamma,
  rho: rho ?? rho_within ?? rho_local,
});
const voteOf = ({ model, ties }: Args) => given({ law: model && lawOf(model), ties: tiesOf(ties) });
const pricesOf = ({ w_send, w_read, overhead }: Args) => given({ send: w_send, read: w_read, overhead });
const leafOf = ({ k, beta, cap }: Args): budget.LeafLaw => given({ scale: k, beta, cap });
const fidelityLawOf = ({ m0, a, gmax }: Args): fidelity.FidelityLaw =>
  given({ lengthScale: m0, shape: a, fidelityMax: gmax });
const tradeOf = ({ exponent, beta, c0 }: Args): budget.Trade => ({ exponent, beta, costPerLeaf: c0 });
const signalOf = ({ b, alpha, beta }: Args): budget.WeakSignal => ({ fanIn: b, alpha, beta });
const noiseOf = ({ rho, rho_global, sigma2 }: Args): squared.Noise => ({
  rho: rho ?? rho_global,
  channelVariance: sigma2,
});
const messageProblemOf = ({ b, L, beta, m0 }: Args): messages.MessageProblem => ({
  fanIn: b,
  layers: L,
  beta,
  lengthScale: m0,
});
const difficultyOf = ({ ps, weights }: Args): difficulty.DifficultyLaw => ({ accuracies: ps, weights });
const pluralityNodeOf = ({ n, k, gamma, rho }: Args): plurality.PluralityNode =>
  given({ votes: n, options: k, fidelity: gamma, rho });
const countsOf = ({ counts }: Args): difficulty.TaskCount[] =>
  counts.map(([recorded, correct]: [number, number]) => ({ recorded, correct }));
const equalSteps = (points: number) => Array.from({ length: points }, (_, i) => i / (points - 1));
const mixtureOf = ({ grid, grid_size, iters }: Args) =>
  given({ grid: grid ?? (grid_size && equalSteps(grid_size)), iterations: iters });
const curveOf = (at: number[], answers: number[], right: number[]) =>
  at.map((x, i) => ({ at: x, answers: answers[i]!, right: right[i]! }));

/** JSON has no NaN: a vote that is missing is null there. */
const missingAsNaN = (rows: (number | null)[][]) => rows.map((row) => row.map((vote) => vote ?? Number.NaN));

const treeNodeOf = ({ mu, gamma, rho, children }: Args): structure.TreeNode =>
  children === undefined ? { bias: mu } : given({ fidelity: gamma, rho, children: children.map(treeNodeOf) });
const fromTreeNode = (node: structure.TreeNode): Args =>
  "bias" in node
    ? { mu: node.bias }
    : { gamma: node.fidelity, rho: node.rho, children: node.children.map(fromTreeNode) };
const sharedRuleOf = (rule: string | undefined): structure.SharedRule | undefined => {
  if (rule === undefined || rule === "median" || rule === "mean") return rule;
  throw new DomainError("shared_rule", rule, "as median or mean");
};

const pair = ({ accuracy, votes }: sequential.Sequential) => [accuracy, votes];
const bounds = ({ low, high, standardError }: uncertainty.DeltaInterval) => [low, high, standardError];
const estimate = ({ value, low, high, standardError }: Estimate) => [value, low, high, standardError];
const sensitivity = ({ byFidelity, byRho }: uncertainty.Sensitivity) => [byFidelity, byRho];
const fixedPoints = (points: readonly plurality.FixedPoint[]) => points.map(({ at, stability }) => [at, stability]);

/** Functions of theory.md, by the names of theory-signatures.md. */
export const theoryFunctions: Readonly<Record<string, VectorFunction>> = {
  norm_pdf: ({ z }) => special.normalDensity(z),
  norm_cdf: ({ z }) => special.normalCdf(z),
  norm_ppf: ({ p }) => special.normalQuantile(p),
  bvn_cdf: ({ h, k, r }) => dependence.bivariateNormalCdf(h, k, r),
  t_quantile: ({ q, df }) => special.studentTQuantile(q, df),

  kappa: ({ b, ties }) => majority.majoritySlope(b, tiesOf(ties)),
  majority_map: ({ mu, b, ties }) => majority.majorityBias(mu, b, tiesOf(ties)),
  majority_map_prime: ({ mu, b, ties }) => majority.majorityBiasSlope(mu, b, tiesOf(ties)),
  majority_error: ({ mu, b }) => majority.majorityError(mu, b),
  tie_probability: ({ mu, b }) => majority.tieProbability(mu, b),
  poisson_binomial_pmf: ({ ps }) => majority.poissonBinomial(ps),
  hetero_majority: ({ mus, ties }) => majority.unequalMajorityBias(mus, tiesOf(ties)),

  betabinom_pmf: ({ n, p, rho }) => dependence.betaBinomial(n, p, rho),
  copula_pearson: ({ p, r }) => dependence.copulaCorrelation(p, r),
  copula_latent: ({ p, phi }) => dependence.copulaLatent(p, phi),
  level_map: (args) => map.levelMap(args["mu"], aggregationOf(args), voteOf(args)),
  level_map_prime: (args) => map.levelMapSlope(args["mu"], aggregationOf(args), tiesOf(args["ties"])),
  alpha_rho: (args) => map.amplification(aggregationOf(args), voteOf(args)),
  cubic_coefficient: (args) => map.cubicCoefficient(aggregationOf(args)),
  organization_exponent: (args) => map.organizationExponent(aggregationOf(args), voteOf(args)),
  regime: (args) => map.growthRegime(aggregationOf(args), args["tol"]),
  one_level_gain: (args) => map.oneLevelGain(args["mu"], aggregationOf(args)),
  effective_rho: ({ b, model, rho }) => map.effectiveRho(b, lawOf(model), rho),
  effective_rho_small_phi: ({ b, phi }) => map.effectiveRhoSmallCorrelation(b, phi),
  effective_rho_from_star: ({ u, out, b }) => map.effectiveRhoFromStar(u, out, b),

  critical_gamma: ({ b, rho, ties }) => critical.criticalFidelity(b, rho, tiesOf(ties)),
  critical_rho: ({ b, gamma, ties }) => critical.criticalCorrelation(b, gamma, tiesOf(ties)),
  critical_fanin: ({ gamma, rho, b_max }) => critical.criticalFanIn(gamma, rho, b_max),
  fixed_point: (args) => fixedPoint(aggregationOf(args)),
  relaxation_rate: (args) => relaxationRate(aggregationOf(args)),
  tree_bias: (args) => tree.treeBias(args["mu0"], args["L"], aggregationOf(args), voteOf(args)),
  tree_bias_levels: (args) =>
    tree.treeBiasByLayer(
      args["mu0"],
      args["levels"].map(([b, gamma, rho]: number[]) => aggregationOf({ b, gamma, rho })),
      voteOf(args),
    ),
  tree_bias_global: (args) =>
    tree.treeBiasWithCommonCause(args["mu0"], args["L"], aggregationOf(args), args["rho_global"]),
  clipped_upper: (args) => predictors.upperPredictor(args["mu0"], args["L"], aggregationOf(args)),
  clipped_lower: (args) => predictors.lowerPredictor(args["mu0"], args["L"], aggregationOf(args)),
  smooth_predictor: (args) => predictors.smoothPredictor(args["mu0"], args["L"], aggregationOf(args)),
  mixing_depth: (args) =>
    tree.mixingDepth(args["mu0"], aggregationOf(args), args["eps"], given({ layersMax: args["L_max"] })),
  mixing_depth_approx: (args) => tree.mixingDepthApproximate(args["mu0"], aggregationOf(args), args["eps"]),
  growth_depth: (args) => tree.growthDepth(args["mu0"], aggregationOf(args)),
  required_depth: (args) =>
    tree.requiredDepth(args["mu0"], args["target"], aggregationOf(args), given({ layersMax: args["L_max"] })),

  structure_bias: ({ node, shared_rule }) => structure.structureBias(treeNodeOf(node), sharedRuleOf(shared_rule)),
  balanced_tree: (args) => fromTreeNode(structure.balancedTree(args["n_leaves"], aggregationOf(args), args["mu0"])),
  relay_chain_bias: ({ mu0, K, gamma }) => structure.relayChainBias(mu0, K, gamma),
  chain_bias: ({ mu0, K, gamma, n_own, mu_own, rho }) =>
    structure.chainBias(mu0, K, given({ fidelity: gamma, ownVotes: n_own, ownBias: mu_own, rho })),

  leaf_bias: (args) => budget.leafBias(args["x"], leafOf(args)),
  leaf_bias_saturating: (args) => budget.leafBiasSaturating(args["x"], leafOf(args)),
  comm_cost: (args) => budget.communicationCost(args["b"], args["L"], args["m"], pricesOf(args)),
  c0_per_leaf: (args) => budget.communicationCostPerLeaf(args["b"], args["m"], pricesOf(args)),
  max_fanin: ({ W, m, reserve, odd }) => budget.fanInMax(W, m, given({ reserveTokens: reserve, odd })),
  optimal_leaf_compute: (args) => budget.optimalLeafCompute(tradeOf(args)),
  optimal_leaf_count: (args) => budget.optimalLeafCount(args["B"], tradeOf(args)),
  relaxed_value: (args) => budget.relaxedValue(args["B"], args["k"], tradeOf(args)),
  relaxed_threshold: (args) => budget.relaxedThreshold(tradeOf(args)),
  relaxed_threshold_leaves: ({ exponent, beta }) => budget.relaxedThresholdLeaves(exponent, beta),
  integer_threshold: (args) => budget.teamThreshold(args["L"], signalOf(args), args["comm"]),
  depth_switch_budget: (args) => budget.depthSwitchBudget(signalOf(args), args["comm_L"], args["comm_L1"]),
  best_depth_small_signal: (args) => {
    const { B, m, k, L_max } = args;
    const options = given({ scale: k, layersMax: L_max });
    const { layers, value } = budget.bestDepthSmallSignal(B, signalOf(args), m, options);
    return [layers, value];
  },
  synergy_upper_budget: (args) => budget.synergyBudgetMax(leafOf(args), args["mu_star"]),
  best_design_relaxed: (args) => {
    const { B, W, k, beta, rho, b_max } = args;
    const options = { scale: k, beta, rho, fidelity: fidelityLawOf(args), ...given({ fanInMax: b_max }) };
    const { fanIn, messageTokens, value, exponent } = messages.bestDesignRelaxed(B, W, options);
    return [fanIn, messageTokens, value, exponent];
  },
  optimal_uniform_message: (args) => messages.optimalMessage(args["x"], messageProblemOf(args)),
  optimal_level_messages: (args) => {
    const { leafCompute, messageTokens } = messages.optimalMessagesByLayer(
      args["B"],
      messageProblemOf(args),
      args["W"],
    );
    return [leafCompute, messageTokens];
  },
  plan_power: (args) => {
    const { B, W, rho, m_grid, b_max, L_max, rho_global, x_min, rho_task = 0 } = args;
    const plan = planPowerLaw({
      budget: B,
      windowTokens: W,
      leaf: leafOf(args),
      fidelityLaw: fidelityLawOf(args),
      rho,
      rhoTask: rho_task,
      messageTokens: m_grid,
      ...given({ fanInMax: b_max, layersMax: L_max, rhoGlobal: rho_global, leafComputeMin: x_min }),
    });
    const { kind, layers, fanIn, messageTokens, leaves, leafCompute, bias, cost, alpha, accuracy } = plan;
    return {
      ...{ kind, L: layers, b: fanIn, m: messageTokens, N: leaves, x: leafCompute },
      ...{ mu: bias, cost, alpha, p: accuracy },
    };
  },
  diagnose: (args) => {
    const { W, m, L, mu_leaf, beta, mu_single } = args;
    const codes = diagnose({
      aggregation: aggregationOf(args),
      layers: L,
      messageTokens: m,
      windowTokens: W,
      leafBias: mu_leaf,
      beta,
      singleBias: mu_single,
    });
    return codes.length === 0 ? ["ok"] : codes.map((code) => code.replace("fan-in", "fanin").replaceAll("-", "_"));
  },

  gamma_exp: (args) => fidelity.fidelityExponential(args["m"], fidelityLawOf(args)),
  gamma_exp_inverse: (args) => fidelity.fidelityExponentialInverse(args["g"], fidelityLawOf(args)),
  gamma_hill: (args) => fidelity.fidelityHill(args["m"], fidelityLawOf(args)),
  interp_gamma: ({ m, ms, gs }) => fidelity.interpolateFidelity(m, ms, gs),
  best_fanin_for_window: (args) => {
    const options = given({ fanInMax: args["b_max"], messageTokensMin: args["m_min"] });
    const choice = fidelity.bestFanInForWindow(args["W"], fidelityLawOf(args), args["rho"], options);
    return choice && [choice.fanIn, choice.exponent, choice.messageTokens, choice.alpha];
  },

  leaf_risk: ({ x, A, eta }) => squared.leafRisk(x, A, eta),
  star_risk: (args) => squared.starRisk(args["v"], args["N"], noiseOf(args)),
  tree_contraction: ({ b, rho }) => squared.treeContraction(b, rho),
  tree_floor: (args) => squared.treeRiskFloor(args["b"], noiseOf(args)),
  tree_risk: (args) => squared.treeRisk(args["v0"], args["L"], args["b"], noiseOf(args)),
  tree_risk_global: (args) => squared.treeRiskWithCommonCause(args["v0"], args["L"], args["b"], noiseOf(args)),
  tree_risk_exponent: ({ b, rho }) => squared.treeRiskExponent(b, rho),
  tree_risk_mixing_depth: (args) => squared.treeRiskMixingDepth(args["v0"], args["b"], noiseOf(args), args["eps"]),
  chain_relay_risk: ({ v0, K, sigma2 }) => squared.relayChainRisk(v0, K, sigma2),
  chain_average_risk: (args) => squared.averagingChainRisk(args["v"], args["K"], noiseOf(args)),
  chain_optimal_risk: (args) => squared.optimalChainRisk(args["v"], args["K"], noiseOf(args)),
  chain_optimal_floor: (args) => squared.optimalChainFloor(args["v"], noiseOf(args)),

  plurality_prob: ({ p, n, wrong }) => plurality.pluralityAccuracy(p, n, wrong),
  expected_max_count: ({ n, k }) => plurality.expectedLargestCount(n, k),
  kappa_plurality: ({ n, k }) => plurality.pluralitySlope(n, k),
  signal_from_p: ({ p, k }) => plurality.signalFromAccuracy(p, k),
  p_from_signal: ({ d, k }) => plurality.accuracyFromSignal(d, k),
  plurality_level_map: (args) => plurality.pluralityLevelMap(args["delta"], pluralityNodeOf(args)),
  plurality_fixed_points: (args) => fixedPoints(plurality.pluralityFixedPoints(pluralityNodeOf(args), args["grid"])),
  plurality_ahead_bound: ({ p, wrong, k }) => plurality.pluralityAheadBound(p, wrong, k),

  ahead_by_k: ({ p, k }) => pair(sequential.aheadByK(p, k)),
  ahead_by_k_truncated: ({ p, k, n_max, ties }) => {
    const rule = tiesOf(ties);
    if (rule === "forbid") throw new DomainError("ties", ties, "as random, wrong or right");
    const { accuracy, votes, capped } = sequential.aheadByKCapped(p, k, n_max, rule);
    return [accuracy, votes, capped];
  },
  race_to_k: ({ p, k }) => pair(sequential.raceToK(p, k)),
  ahead_k_for_error: ({ p, err }) => sequential.leadForError(p, err),
  ahead_k_for_steps: ({ p, steps, target }) => sequential.leadForSteps(p, steps, target),
  decomposition_cost: ({ p, steps, k, cost_per_vote, discard }) => {
    const options = given({ costPerVote: cost_per_vote, discarded: discard });
    const { success, cost } = sequential.decompositionCost(p, steps, k, options);
    return [success, cost];
  },
  ahead_by_k_shared: ({ p, k, rho }) => pair(sequential.aheadByKShared(p, k, rho)),
  ahead_by_k_over_tasks: ({ ps, k, weights }) => pair(sequential.aheadByKOverTasks(ps, k, weights)),
  sprt_thresholds: ({ err_fp, err_fn }) => {
    const { accept, reject } = sequential.sequentialTestThresholds(err_fp, err_fn);
    return [accept, reject];
  },
  sprt_walk: ({ p, up, down }) => pair(sequential.sequentialTestWalk(p, up, down)),

  log_odds_weights: ({ ps }) => weighted.logOddsWeights(ps),
  weighted_majority_prob: ({ ps, weights, tie }) => weighted.weightedMajorityProbability(ps, weights, tie),
  comonotone_vote_prob: ({ ps, weights, rho, tie }) => weighted.comonotoneVoteProbability(ps, weights, rho, tie),
  copula_vote_prob: ({ ps, loadings, weights, tie }) => weighted.copulaVoteProbability(ps, loadings, weights, tie),
  signed_covariance: ({ mus, R }) => weighted.signedCovariance(mus, R),
  lda_weights: ({ mus, R, ridge }) => weighted.correlatedWeights(mus, R, ridge),
  team_snr2: ({ mus, R, ridge }) => weighted.teamSignalToNoise(mus, R, ridge),
  linear_vote_normal_approx: ({ mus, R, weights }) => weighted.linearVoteApproximate(mus, R, weights),
  n_eff_kish: ({ n, phi }) => weighted.effectiveTeamSize(n, phi),
  n_eff_weighted: ({ weights, R }) => weighted.effectiveTeamSizeWeighted(weights, R),
  greedy_team: ({ mus, R, costs, budget: limit }) => {
    const { members, signalToNoise, cost } = weighted.greedyTeam(mus, R, costs, limit);
    return [members, signalToNoise, cost];
  },

  tree_accuracy_over_tasks: (args) =>
    difficulty.treeAccuracyOverTasks(difficultyOf(args), args["L"], aggregationOf(args)),
  deep_limit_over_tasks: (args) => difficulty.deepLimitOverTasks(difficultyOf(args), aggregationOf(args)),
  beta_mixture: ({ p, rho, h }) => {
    const { accuracies, weights } = difficulty.betaDifficulty(p, rho, h);
    return [accuracies, weights];
  },
  star_accuracy_beta: ({ p, rho, b }) => difficulty.starAccuracyBeta(p, rho, b),
  tree_accuracy_beta: (args) =>
    difficulty.treeAccuracyBeta(args["p"], args["rho_task"], args["L"], aggregationOf(args), args["h"]),
  subset_majority_accuracy: ({ n, k, b }) => difficulty.subsetMajorityAccuracy(n, k, b),
  star_accuracy_from_counts: (args) => difficulty.starAccuracyFromCounts(countsOf(args), args["b"]),
  npmle_mixture: (args) => {
    const { accuracies, weights } = difficulty.fitDifficulty(countsOf(args), mixtureOf(args));
    return [accuracies, weights];
  },
  predict_from_counts: (args) =>
    difficulty.treeAccuracyFromCounts(countsOf(args), args["L"], aggregationOf(args), mixtureOf(args)),

  fit_beta: ({ xs, ns, ks, cap, chance }) => {
    const fit = fitLeafCurve(curveOf(xs, ns, ks), given({ cap, chance }));
    return {
      ...{ k: fit.k, beta: fit.beta, cov: fit.covariance, nll: fit.negativeLogLikelihood },
      ...{ se_lnk: fit.standardErrorLogK, se_beta: fit.standardErrorBeta },
    };
  },
  fit_beta_ols: ({ xs, ns, ks, chance }) => fitLeafCurveLeastSquares(curveOf(xs, ns, ks), given({ chance })),
  fit_gamma: ({ ms, ns, agree, gmax, k, fit_gmax }) => {
    const fit = fitFidelityExponential(curveOf(ms, ns, agree), given({ gmax, options: k, fitGmax: fit_gmax }));
    return { m0: fit.m0, a: fit.shape, gmax: fit.gmax, nll: fit.negativeLogLikelihood };
  },
  fidelity_estimate: ({ n, agree, k }) => {
    const { fidelity: value, standardError } = fidelityEstimate(n, agree, k);
    return [value, standardError];
  },
  isotonic: ({ ys, ws }) => isotonicRegression(ys, ws),
  fit_gamma_isotonic: ({ ms, ns, agree, k }) => {
    const points = fitFidelityIsotonic(curveOf(ms, ns, agree), k);
    return [points.map((point) => point.messageTokens), points.map((point) => point.fidelity)];
  },
  moment_rows: ({ counts }) => counts,
  // right pairs and pairs within groups, the same across groups, right votes and votes: what the signatures leave open
  nested_rows: ({ Y }) => Y.map((groups: Count[]) => nestedRow(groups).slice(0, 6)),
  rho_pairwise_matrix: ({ Y }) => pairPhiMatrix(missingAsNaN(Y)),
  rho_moments: ({ counts }) => correlationFromPairs(counts),
  rho_moments_ci: ({ counts, level }) => estimate(correlationFromPairsInterval(counts, level ?? 0.95)),
  rho_anova: ({ counts }) => correlationAnova(counts),
  rho_betabinom: ({ counts }) => {
    const { accuracy, rho } = correlationBetaBinomial(counts);
    return [accuracy, rho];
  },
  rho_shared_em: ({ counts, iters, tol }) => {
    const { accuracy, rho } = correlationSharedVote(counts, given({ iterationsMax: iters, tolerance: tol }));
    return [accuracy, rho];
  },
  rho_copula: ({ counts }) => {
    const { accuracy, latent } = correlationCopula(counts);
    return [accuracy, latent];
  },
  rho_nested: ({ Y }) => {
    const { accuracy, total, task, within } = correlationNested(Y);
    return { p: accuracy, total, task, within };
  },
  rho_nested_ci: ({ Y, part = "within", level }) => {
    if (!["total", "task", "within"].includes(part)) throw new DomainError("part", part, "as total, task or within");
    return estimate(correlationNestedInterval(Y, level ?? 0.95)[part as "total" | "task" | "within"]);
  },

  alpha_gradient: (args) => sensitivity(uncertainty.amplificationGradient(aggregationOf(args))),
  exponent_gradient: (args) => sensitivity(uncertainty.exponentGradient(aggregationOf(args))),
  fixed_point_gradient: (args) => sensitivity(uncertainty.fixedPointGradient(aggregationOf(args))),
  tree_bias_gradient: (args) => {
    const gradient = uncertainty.treeBiasGradient(args["mu0"], args["L"], aggregationOf(args));
    return [gradient.bias, gradient.byLeafBias, ...sensitivity(gradient)];
  },
  delta_ci: ({ value, grad, cov, z }) => bounds(uncertainty.deltaInterval(value, grad, cov, z)),
  delta_ci_bias: ({ value, grad, cov, z }) => bounds(uncertainty.deltaIntervalOfBias(value, grad, cov, z)),
  prob_supercritical: (args) => {
    const { se_gamma, se_rho, corr } = args;
    const errors = { fidelity: se_gamma, rho: se_rho, ...given({ correlation: corr }) };
    return uncertainty.probabilitySupercritical(aggregationOf(args), errors);
  },
};

/** Functions of routing.md: the router and its congestion analysis are not part of this release. */
export const routingFunctions: Readonly<Record<string, VectorFunction>> = {
  norm_ppf: ({ p }) => special.normalQuantile(p),
};
