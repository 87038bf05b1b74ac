// For users: everything of the stage. Inside, import the file that has it.
export { ChannelNoiseNotMeasured } from "./averaged.ts";
export { UnknownAgent } from "./digest.ts";
export { flow, type StageFlow } from "./flow.ts";
export type { Metric, OutcomeOptions, Outcomes, OutcomesOf, PricedChannel } from "./outcomes.ts";
export {
  NotRecorded,
  outcomes,
  outcomesCached,
  ReaderNotRecorded,
  type Replay,
  type ReplayOptions,
  replay,
  type SquaredErrors,
} from "./replay.ts";
export { NoNumbers } from "./scores.ts";
export {
  type Quantity,
  type ScriptedAgent,
  type ScriptedTruth,
  scriptedAttempts,
  scriptedConfig,
  scriptedExample,
  scriptedTruths,
  truthOf,
} from "./scripted.ts";
export {
  type ScriptedEstimates,
  type ScriptedEstimator,
  scriptedEstimates,
  scriptedEstimatesConfig,
  scriptedEstimatesExample,
  scriptedEstimateTruths,
  scriptedVariance,
} from "./scripted-estimates.ts";
export { type SimulateOptions, type Simulation, simulate } from "./simulate.ts";
