// How often stated truths lie in the intervals that calibrations give: scripted agents, one calibration per seed.
import { calibrate } from "../../src/calibrate/calibrate.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import {
  type Quantity,
  type ScriptedTruth,
  scriptedAttempts,
  scriptedConfig,
  scriptedTruths,
} from "../../src/simulate/scripted.ts";
import {
  type ScriptedEstimates,
  scriptedEstimates,
  scriptedEstimatesConfig,
  scriptedEstimateTruths,
} from "../../src/simulate/scripted-estimates.ts";
import { isMeasured, type Measured } from "../../src/theory/interval.ts";

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
  const estimated = Array.from({ length: seeds }, (_, i) => {
    const recordings = tabulate(scriptedAttempts(truth, seedFrom + i), scriptedConfig(truth));
    return scriptedTruths(truth, calibrate(recordings, { confidence }));
  });
  return coverageOf(estimated, confidence);
}

/** Of numbers instead of right and wrong. */
export function measureEstimateCoverage(script: ScriptedEstimates, seedFrom: number, seeds: number, confidence = 0.9) {
  const estimated = Array.from({ length: seeds }, (_, i) => {
    const recordings = tabulate(scriptedEstimates(script, seedFrom + i), scriptedEstimatesConfig);
    return scriptedEstimateTruths(script, calibrate(recordings, { confidence }));
  });
  return coverageOf(estimated, confidence);
}

type Estimated = Quantity & { readonly estimate: Measured };

/** One row of parameters per seed. */
function coverageOf(estimated: readonly (readonly Estimated[])[], confidence: number): Coverage {
  const seeds = estimated.length;
  const parameters = estimated[0]!.map(({ name, symbol, truth }, parameter): ParameterCoverage => {
    const intervals = estimated.map((row) => row[parameter]!.estimate).filter((estimate) => isMeasured(estimate));
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
