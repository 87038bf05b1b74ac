// How good plans in squared error are where the truth is known: scripted estimators, planned on a few tasks, and every team
// measured on thousands of fresh ones.
import { calibrate } from "../../src/calibrate/calibrate.ts";
import type { Calibration } from "../../src/calibrate/calibration.ts";
import { parseTeam } from "../../src/organizations/parse-team.ts";
import { ruleOf } from "../../src/organizations/team.ts";
import { plan } from "../../src/plan/plan.ts";
import type { Forecast } from "../../src/plan/plan-types.ts";
import { teamWeights } from "../../src/plan/weights.ts";
import type { AnswerTable } from "../../src/records/answer-table.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import { replay } from "../../src/simulate/replay.ts";
import {
  type ScriptedEstimates,
  scriptedEstimates,
  scriptedEstimatesConfig,
} from "../../src/simulate/scripted-estimates.ts";

export interface PlanQuality {
  readonly plans: number;
  /** The best team of the plan is the best on fresh tasks, or within half a per cent of it. */
  readonly truestBest: number;
  /** Mean of ln(error of the plan's best team/least error of any candidate). */
  readonly regret: number;
  /** Plans that advise a team, and those among them whose team errs more than the best single agent. */
  readonly advised: number;
  readonly advisedWrongly: number;
  /** Intervals of the best team's error and of its gain that hold the truth. */
  readonly errorInside: number;
  readonly gainInside: number;
  /** Mean of ln(promised/true error) of the best team. */
  readonly bias: number;
}

const freshTasks = 4000;

/** One plan per seed; fresh tasks are the same for all. */
export function measurePlans(
  script: ScriptedEstimates,
  { perTask, seeds }: { readonly perTask: number; readonly seeds: number },
): PlanQuality {
  const fresh = tabulate(scriptedEstimates({ ...script, tasks: freshTasks }, 10_000), scriptedEstimatesConfig).table;
  const sum = { truestBest: 0, regret: 0, advised: 0, advisedWrongly: 0, errorInside: 0, gainInside: 0, bias: 0 };
  for (let seed = 1; seed <= seeds; seed++) {
    const calibration = calibrate(tabulate(scriptedEstimates(script, seed), scriptedEstimatesConfig), { pairs: false });
    const found = plan(calibration, {
      perTask: { amount: perTask, unit: "tokens" },
      metric: "squared-error",
      recordedOnly: true,
      seed,
    });
    const truth = (forecast: Forecast) => trueError(forecast.team, fresh, calibration);
    const [best, single] = [truth(found.best), truth(found.single)];
    // Whoever is far behind on the calibration tasks is not the best on others.
    const rivals = found.candidates.filter(({ recorded }) => recorded !== false).slice(0, 12);
    const least = Math.min(...rivals.map(truth));
    sum.truestBest += Number(best <= 1.005 * least);
    sum.regret += Math.log(best / least) / seeds;
    const isTeam = found.advice.kind !== "single";
    sum.advised += Number(isTeam);
    sum.advisedWrongly += Number(isTeam && truth(found.advised) >= single);
    const { low, high, mean } = found.best.accuracy;
    sum.errorInside += Number(low <= best && best <= high);
    const gain = found.best.gain;
    const saved = 1 - best / single;
    sum.gainInside += Number(!gain || (gain.low <= saved && saved <= gain.high));
    sum.bias += Math.log(mean / best) / seeds;
  }
  return { plans: seeds, ...sum };
}

/** With weights as the calibration learned them. */
function trueError(text: string, fresh: AnswerTable, calibration: Calibration): number {
  const team = parseTeam(text);
  const weights = ruleOf(team).weighted ? teamWeights(team, calibration) : undefined;
  return replay(team, fresh, { seed: 1, metric: "squared-error", ...(weights && { weights }) }).accuracy.mean;
}
