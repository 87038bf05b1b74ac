export { type CalibrateOptions, calibrate, NothingGraded, TooFewTasks } from "./calibrate.ts";
export type {
  AgentCalibration,
  AgentCost,
  Calibration,
  FidelityCalibration,
  FidelityFamily,
  LeafCurve,
  PairCalibration,
} from "./calibration.ts";
export { fidelityAt } from "./fidelity.ts";
