export { type AnswerShare, answersByTask, type TaskAnswers } from "./answers-by-task.ts";
export { type CalibrateOptions, calibrate, NothingGraded, TooFewTasks } from "./calibrate.ts";
export type {
  AgentCalibration,
  AgentCost,
  AgentEstimates,
  Calibration,
  ChannelNoise,
  EstimateCalibration,
  EstimatePair,
  FidelityCalibration,
  FidelityFamily,
  LeafCurve,
  PairCalibration,
  TokenPrices,
} from "./calibration.ts";
export { type CalibratedChannel, channelOf } from "./channel.ts";
export {
  type Compute,
  type ComputeAxis,
  type ComputeOptions,
  calibrateCompute,
  calibrateLevels,
  type LevelCurve,
  type LevelRanking,
  type PassAtK,
  type SamplesUntil,
} from "./compute.ts";
export {
  type AnswerPair,
  type Diversity,
  type DiversityOptions,
  diversityFrom,
  diversityOf,
  type PseudoAgent,
} from "./diversity.ts";
export {
  channelVarianceAt,
  columnErrors,
  errorWeights,
  numberChannelOf,
  type TaskErrors,
  taskErrors,
} from "./estimates.ts";
export type { CurvePoint } from "./estimators/binomial-curve.ts";
export { combineIntervals } from "./estimators/combine-intervals.ts";
export { correlationAnova } from "./estimators/correlation-anova.ts";
export { correlationBetaBinomial } from "./estimators/correlation-beta-binomial.ts";
export { correlationCopula } from "./estimators/correlation-copula.ts";
export {
  correlationNested,
  correlationNestedInterval,
  type NestedCorrelation,
} from "./estimators/correlation-nested.ts";
export { correlationFromPairs, correlationFromPairsInterval } from "./estimators/correlation-pairs.ts";
export { correlationSharedVote } from "./estimators/correlation-shared-vote.ts";
export type { Count } from "./estimators/counts.ts";
export {
  type DawidSkeneFit,
  type DawidSkeneOptions,
  dawidSkene,
  type TaskVotes,
} from "./estimators/dawid-skene.ts";
export { effectiveChannels } from "./estimators/effective-channels.ts";
export { effectiveCorrelation } from "./estimators/effective-correlation.ts";
export type { Estimate } from "./estimators/estimate.ts";
export {
  type FidelityFit,
  type FidelityOptions,
  fidelityEstimate,
  fitFidelityExponential,
  fitFidelityHill,
  fitFidelityIsotonic,
} from "./estimators/fidelity.ts";
export { type AnswerCounts, guessShare } from "./estimators/guess-share.ts";
export { isotonicRegression } from "./estimators/isotonic.ts";
export {
  fitLeafCurve,
  fitLeafCurveLeastSquares,
  type LeafCurveFit,
  type LeafCurveOptions,
} from "./estimators/leaf-curve.ts";
export {
  fitLevelCurve,
  fitLevelModel,
  forecastLevel,
  type HeldOutError,
  type LevelCurveFit,
  type LevelFamily,
  type LevelModel,
  type LevelOptions,
  type LevelPoint,
  levelCurveAt,
  levelDifference,
} from "./estimators/level-curve.ts";
export { pairPhi, pairPhiMatrix } from "./estimators/pair-phi.ts";
export { panelCorrelation } from "./estimators/panel-correlation.ts";
export {
  type CoverageFamily,
  type CoverageFit,
  type CoverageModel,
  coverageAt,
  fitCoverage,
  fitCoverageModel,
  forecastCoverage,
  meanSamplesUntilPass,
  neverSolved,
  passAtK,
  rareShareInterval,
  samplesUntilCoverage,
} from "./estimators/pass-at-k.ts";
export {
  bootstrapInterval,
  jackknifeInterval,
  type Statistic,
  type TaskRows,
  taskRows,
} from "./estimators/resample.ts";
export { skewedMeanInterval } from "./estimators/skewed-mean.ts";
export { taskMeanInterval, taskShareInterval } from "./estimators/task-mean.ts";
export { type Families, familiesOf, type Standout } from "./families.ts";
export { fidelityAt } from "./fidelity.ts";
export { type PseudoLabels, pseudoLabels } from "./pseudo-labels.ts";
export { calibrateReaders, type ReaderTransfer, type Standing, type TransferCell } from "./reader-transfer.ts";
export { type CalibratedRegime, calibratedRegime, type RegimeOptions } from "./regime.ts";
export { type SeparatingTask, type Separation, type ShortTest, separationOf } from "./separation.ts";
