import type { Budget, Forecast } from "../plan/plan-types.ts";
import type { Recordings } from "../records/recordings.ts";
import type { Splits } from "../report/study-data.ts";
import type { Metric } from "../simulate/outcomes.ts";
import { isMeasured } from "../theory/interval.ts";
import { priceOfBestAgent } from "./budgets.ts";
import { differenceOf, meanOver, outcomesOf } from "./compare.ts";
import { makePlanOrNull } from "./or-null.ts";
import { learnOnHalf } from "./split.ts";

export interface SplitsOptions {
  /** @default what one call of the most accurate agent costs, on each half anew */
  readonly perTask?: Budget;
  /** @default "accuracy" */
  readonly metric?: Metric;
  readonly confidence: number;
  readonly seed: number;
  readonly count: number;
  readonly onStep?: (done: number, total: number) => void;
}

/**
 * The whole choice made anew on `count` random halves: the advised team (where one agent is advised, the best team that
 * was not), checked on the other half. This is how a promise and its intervals are put to the test on tasks that played no part in the choice.
 */
export function tryOnSplits(
  recordings: Recordings,
  { metric = "accuracy", confidence, seed, count, onStep, ...options }: SplitsOptions,
): Splits {
  const differences: Splits["differences"][number][] = [];
  for (let i = 0; i < count; i++) {
    onStep?.(i, count);
    const splitSeed = seed + 1 + i; // the study's own split is `seed`
    const { calibration, heldBack } = learnOnHalf(recordings, { confidence, seed: splitSeed });
    const perTask = options.perTask ?? priceOfBestAgent(calibration, metric);
    const advice = makePlanOrNull(calibration, { perTask, metric, confidence, seed: splitSeed });
    if (!advice) continue; // nothing fits a stated budget on this half
    const { advised } = advice;
    const rivals = [advised, advice.best, advice.team, advice.resampled];
    const bought = rivals.find((one): one is Forecast => one !== null && isMeasured(one) && one.kind !== "single");
    if (!bought?.gain) continue;
    const check = { calibration, metric, seed };
    const [team, single] = [outcomesOf(bought.team, check), outcomesOf(advice.single.team, check)];
    const { measured, predictive, inside } = differenceOf(bought, team, single, heldBack);
    const unit = perTask.unit;
    differences.push({
      seed: splitSeed,
      team: bought.team,
      kind: bought.kind,
      advised: advised === bought,
      forecast: predictive.value,
      measured: measured.value,
      inside,
      probabilityBetter: advised === bought ? advice.advice.probabilityBetter : bought.gain.probabilityBetter,
      costShare: meanOver(team[unit], heldBack, confidence).value / meanOver(single[unit], heldBack, confidence).value,
    });
  }
  onStep?.(count, count);
  return { count: differences.length, differences };
}
