/** What `quorate/plan` gives: the plan for a budget, forecasts of single teams, and the estimators behind them. */
export { BudgetFormat, parseBudget, printBudget } from "./budget.ts";
export { CostNotMeasured } from "./costs.ts";
export { type EnergyFigure, energyFigures } from "./energy.ts";
export { type ForecastOptions, forecast, NoCommonTasks, SamplesNeeded, TooManyRepeats } from "./forecast.ts";
export { fitLatent, type JointAnswers, type LatentModel, latentAccuracy, type WinTables, winTables } from "./latent.ts";
export { oracleAccuracy } from "./oracle.ts";
export { type PseudoPanel, panelOf, pseudoCastAdvice, pseudoPanel, rankPanels } from "./panels.ts";
export { type AxisRequest, type PhaseMap, type PhaseRequest, type PhaseWalk, phaseMap } from "./phase.ts";
export { parsePhaseAxis } from "./phase-axis.ts";
export { NoPhaseTeam } from "./phase-facts.ts";
export { BudgetTooSmall, type PlanOptions, plan } from "./plan.ts";
export type {
  Advice,
  Boundary,
  Budget,
  CastAdvice,
  CastChange,
  CostForecast,
  Costs,
  CostUnit,
  Finding,
  Forecast,
  Gain,
  Plan,
  Regime,
  Silence,
  TheoryOptimum,
  Thresholds,
  WindowChoice,
  WindowSweep,
  WrongAnswers,
} from "./plan-types.ts";
export { WindowExceeded } from "./reader-window.ts";
export { ReadersNotMeasured } from "./readers.ts";
export { type Scatter, winTable } from "./scatter.ts";
export { EstimatesNotMeasured, forecastSquaredError } from "./squared-error.ts";
export { forecastAhead, forecastVote, type VoteForecast } from "./vote-forecast.ts";
export { type VoteKey, type VoteKeys, voteKeys } from "./vote-keys.ts";
export { fitVotes, type VoteMixture } from "./vote-mixture.ts";
export { aheadValue, type GridValue, type VoteGrid, voteValue } from "./vote-value.ts";
export { teamWeights } from "./weights.ts";
