export { type CalibrateOptions, calibrate, NothingGraded, TooFewTasks } from "./calibrate.ts";
export type {
  AgentCalibration,
  AgentCost,
  Calibration,
  FidelityCalibration,
  LeafCurve,
  PairCalibration,
} from "./calibration.ts";
