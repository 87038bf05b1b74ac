// How often stated truths lie in the intervals that calibrations give: scripted agents, one calibration per seed.
import { calibrate } from "../../src/calibrate/calibrate.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import {
  type ScriptedTruth,
  scriptedAttempts,
  scriptedConfig,
  scriptedTruths,
  truthOf,
} from "../../src/simulate/scripted.ts";
import { isMeasured } from "../../src/theory/interval.ts";

export interface ParameterCoverage {
  readonly name: string;
  readonly symbol: string;
  readonly truth: number;
  readonly estimateMedian: number;
  /** Of the intervals, high − low. */
  readonly widthMedian: number;
  readonly inside: number;
  /** Seeds whose interval lies wholly below, above the truth. */
  readonly below: number;
  readonly above: number;
  readonly notMeasured: number;
}

export interface Coverage {
  readonly seeds: number;
  readonly confidence: number;
  readonly parameters: readonly ParameterCoverage[];
  /** Share of all (seed, parameter) whose interval holds the truth. */
  readonly pooled: number;
}

export function measureCoverage(truth: ScriptedTruth, seedFrom: number, seeds: number, confidence = 0.9): Coverage {
  const estimates = Array.from({ length: seeds }, (_, i) => {
    const recordings = tabulate(scriptedAttempts(truth, seedFrom + i), scriptedConfig(truth));
    return scriptedTruths(truth, calibrate(recordings, { confidence })).map(({ estimate }) => estimate);
  });
  const parameters = truthOf(truth).map(({ name, symbol, truth }, parameter): ParameterCoverage => {
    const intervals = estimates.map((row) => row[parameter]!).filter((estimate) => isMeasured(estimate));
    const below = intervals.filter(({ high }) => high < truth).length;
    const above = intervals.filter(({ low }) => low > truth).length;
    return {
      name,
      symbol,
      truth,
      estimateMedian: median(intervals.map(({ value }) => value)),
      widthMedian: median(intervals.map(({ low, high }) => high - low)),
      inside: intervals.length - below - above,
      below,
      above,
      notMeasured: seeds - intervals.length,
    };
  });
  const inside = parameters.reduce((sum, parameter) => sum + parameter.inside, 0);
  return { seeds, confidence, parameters, pooled: inside / (seeds * parameters.length) };
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}
