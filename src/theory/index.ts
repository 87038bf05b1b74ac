/** The theory: formulas as pure functions of plain numbers. Paper: arXiv 2601.17311; see each function for its source. */

export {
  bestDepthSmallSignal,
  communicationCost,
  communicationCostPerLeaf,
  depthSwitchBudget,
  fanInMax,
  type LeafLaw,
  leafBias,
  leafBiasSaturating,
  localExponent,
  type MessagePrices,
  optimalLeafCompute,
  optimalLeafCount,
  relaxedThreshold,
  relaxedThresholdLeaves,
  relaxedValue,
  synergyBudgetMax,
  type Trade,
  teamThreshold,
  type WeakSignal,
  type WindowOptions,
} from "./budget.ts";
export { criticalCorrelation, criticalFanIn, criticalFidelity } from "./critical.ts";
export { betaBinomial, bivariateNormalCdf, copulaCorrelation, copulaLatent } from "./dependence.ts";
export { type DiagnosisCode, diagnose, type TheoryTeam } from "./diagnose.ts";
export {
  betaDifficulty,
  type DifficultyLaw,
  deepLimitOverTasks,
  fitDifficulty,
  type MixtureOptions,
  starAccuracyBeta,
  starAccuracyFromCounts,
  subsetMajorityAccuracy,
  type TaskCount,
  treeAccuracyBeta,
  treeAccuracyFromCounts,
  treeAccuracyOverTasks,
} from "./difficulty.ts";
export { type ExactPlan, type PlanProblem, planExactly, planPowerLaw } from "./exact-plan.ts";
export {
  bestFanInForWindow,
  type FanInChoice,
  type FidelityLaw,
  fidelityExponential,
  fidelityExponentialInverse,
  fidelityHill,
  interpolateFidelity,
} from "./fidelity.ts";
export { fixedPoint, relaxationRate } from "./fixed-point.ts";
export { type Interval, isMeasured, type Measured, type NotMeasured } from "./interval.ts";
export {
  type Aggregation,
  amplification,
  cubicCoefficient,
  type DependenceLaw,
  effectiveRho,
  effectiveRhoFromStar,
  effectiveRhoSmallCorrelation,
  type GrowthRegime,
  growthRegime,
  levelMap,
  levelMapSlope,
  oneLevelGain,
  organizationExponent,
  type VoteOptions,
} from "./level-map.ts";
export {
  majorityBias,
  majorityBiasSlope,
  majorityError,
  majoritySlope,
  poissonBinomial,
  type TieRule,
  tieProbability,
  unequalMajorityBias,
} from "./majority.ts";
export {
  bestDesignRelaxed,
  type MessageProblem,
  optimalMessage,
  optimalMessagesByLayer,
  type RelaxedDesign,
} from "./messages.ts";
export { bisect, type MinimizeOptions, type Minimum, nelderMead } from "./optimize.ts";
export {
  type LeafGrowth,
  MissingParameter,
  type Phase,
  type PhaseAxis,
  PhaseAxisError,
  type PhaseGrid,
  type PhaseParameter,
  type PhasePoint,
  type PhaseProblem,
  phaseAxisValues,
  phaseGrid,
  phaseParameters,
  phaseSolver,
  phases,
} from "./phase.ts";
export {
  accuracyFromSignal,
  expectedLargestCount,
  type FixedPoint,
  type FixedPointSearch,
  mapFixedPoints,
  type PluralityNode,
  pluralityAccuracy,
  pluralityAheadBound,
  pluralityFixedPoints,
  pluralityLevelMap,
  pluralitySlope,
  signalFromAccuracy,
  type WrongAnswers,
} from "./plurality.ts";
export { lowerPredictor, smoothPredictor, upperPredictor } from "./predictors.ts";
export { gaussLegendre, integrate, normalExpectation, type QuadratureRule } from "./quadrature.ts";
export { hashText, permutation, type Random, random } from "./random.ts";
export {
  aheadByK,
  aheadByKCapped,
  aheadByKOverTasks,
  aheadByKShared,
  type CappedSequential,
  type Decomposition,
  decompositionCost,
  leadForError,
  leadForSteps,
  raceToK,
  type Sequential,
  sequentialTestThresholds,
  sequentialTestWalk,
} from "./sequential.ts";
export { logBeta, logChoose, logGamma, normalCdf, normalDensity, normalQuantile, studentTQuantile } from "./special.ts";
export {
  averagingChainRisk,
  leafRisk,
  type Noise,
  optimalChainFloor,
  optimalChainRisk,
  optimalErrorWeights,
  relayChainRisk,
  starRisk,
  treeContraction,
  treeRisk,
  treeRiskExponent,
  treeRiskFloor,
  treeRiskMixingDepth,
  treeRiskWithCommonCause,
  weightedErrorRisk,
} from "./squared-error.ts";
export {
  balancedTree,
  type ChainLink,
  chainBias,
  relayChainBias,
  type SharedRule,
  structureBias,
  type TreeNode,
} from "./structure.ts";
export {
  type DepthOptions,
  growthDepth,
  mixingDepth,
  mixingDepthApproximate,
  requiredDepth,
  treeBias,
  treeBiasByLayer,
  treeBiasWithCommonCause,
} from "./tree.ts";
export {
  amplificationGradient,
  type DeltaInterval,
  deltaInterval,
  deltaIntervalOfBias,
  exponentGradient,
  fixedPointGradient,
  probabilitySupercritical,
  propagate,
  type Scale,
  type Sensitivity,
  type TreeSensitivity,
  treeBiasGradient,
} from "./uncertainty.ts";
export {
  comonotoneVoteProbability,
  copulaVoteProbability,
  correlatedWeights,
  effectiveTeamSize,
  effectiveTeamSizeWeighted,
  type GreedyTeam,
  greedyTeam,
  linearVoteApproximate,
  logOddsWeights,
  type Matrix,
  signedCovariance,
  teamSignalToNoise,
  weightedMajorityProbability,
} from "./weighted-votes.ts";
