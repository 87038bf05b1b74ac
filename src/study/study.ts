import { calibrate } from "../calibrate/calibrate.ts";
import type { Calibration, EstimateCalibration } from "../calibrate/calibration.ts";
import { calibrateCompute } from "../calibrate/compute.ts";
import { energyAssumptions } from "../plan/energy.ts";
import { plan } from "../plan/plan.ts";
import type { Budget } from "../plan/plan-types.ts";
import { requireEstimates } from "../plan/squared-error.ts";
import type { Attempts } from "../records/attempt.ts";
import type { Config } from "../records/config.ts";
import { tabulate } from "../records/tabulate.ts";
import type { Study, Truth } from "../report/study-data.ts";
import type { Metric } from "../simulate/outcomes.ts";
import { isMeasured } from "../theory/interval.ts";
import { boundariesOnAllTasks } from "./boundaries.ts";
import { budgetCurves, priceOfBestAgent } from "./budgets.ts";
import { compare } from "./compare.ts";
import { flips } from "./flips.ts";
import { flowOf } from "./flow.ts";
import { hindsightOf } from "./hindsight.ts";
import { agentLabels, withLabels } from "./labels.ts";
import { disagreementsOf, missing, stillNeeded } from "./open-questions.ts";
import { phaseDiagrams, phaseMapOf } from "./phase.ts";
import { learnOnHalf } from "./split.ts";
import { tryOnSplits } from "./splits.ts";
import { withoutLabels } from "./unlabeled.ts";
import { voteCurves } from "./votes.ts";

export interface StudyOptions {
  readonly config: Config;
  /** Right or wrong by the recorded flag, or by answer = gold where both are known. @default "flag" */
  readonly grade?: "flag" | "answer";
  /** @default what one call of the most accurate agent costs, in dollars where prices are known, else in tokens, else five calls */
  readonly perTask?: Budget;
  /** What teams are compared by: right answers, or squared errors of numeric ones. @default "accuracy" */
  readonly metric?: Metric;
  /** P(better) at which a team is advised; content of every interval. @default 0.9 */
  readonly confidence?: number;
  /** @default 1 */
  readonly seed?: number;
  /** On how many further random halves the choice is put to the test. @default 200, and fewer where there are more than 1,000 tasks, down to 20 */
  readonly splits?: number;
  /** Attempts with many samples of one agent, perhaps to other tasks: drawn as curves of repeated votes. */
  readonly repeats?: Attempts;
  /** What the scripted agents were made of, where they are scripted. */
  readonly truths?: (calibration: ReturnType<typeof calibrate>) => readonly Truth[];
  /** The command that makes this study again. */
  readonly command?: string;
  readonly onStep?: (what: string, done: number, total: number) => void;
}

/**
 * From graded answers to a plan that was put to the test: the tasks are split in two; agents are calibrated and a plan is
 * made on one half; the plan and the best of the simpler kinds are measured on the other, where nothing was chosen.
 */
export function study(attempts: Attempts, options: StudyOptions): Study {
  const { config, grade = "flag", metric = "accuracy", confidence = 0.9, seed = 1, onStep = () => {} } = options;
  const recordings = tabulate(attempts, config, { grade });
  const splits = options.splits ?? defaultSplits(recordings.table.tasks.length);
  const { calibration, heldBack } = learnOnHalf(recordings, { confidence, seed });
  if (metric === "squared-error") requireEstimates("any team", calibration);
  const perTask = options.perTask ?? priceOfBestAgent(calibration, metric);
  const advice = plan(calibration, { perTask, metric, confidence, seed, recordedOnly: true });

  const labels = agentLabels(recordings.table.columns, config);
  const check = { calibration, heldBack, labels, metric, seed };
  const comparisons = compare(advice, check);
  const flow = metric === "accuracy" ? flowOf(advice, comparisons, check) : null;
  const otherwise = grade === "flag" ? "answer" : "flag";
  const otherGrade =
    recordings.disagreements.length > 0 && metric === "accuracy"
      ? ({
          by: otherwise,
          calibration: calibrate(tabulate(attempts, config, { grade: otherwise }), {
            tasks: calibration.tasks,
            confidence,
            seed,
          }),
        } as const)
      : null;
  const repeats = options.repeats && tabulate(options.repeats, config);
  const checkOfRepeats = repeats
    ? {
        ...learnOnHalf(repeats, { confidence, seed }),
        labels: agentLabels(repeats.table.columns, config),
        metric,
        seed,
      }
    : check;

  const ofNumbers = metric === "squared-error";
  const onAllTasks = calibrate(recordings, { confidence, seed, pairs: false }); // for what chooses nothing

  return {
    name: recordings.name,
    seed,
    confidence,
    budget: perTask,
    tasks: { total: recordings.table.tasks.length, choosing: calibration.tasks.length, heldBack: heldBack.length },
    attempts: recordings.attempts,
    badLines: recordings.badLines,
    command: options.command ?? "",
    sources: [...recordings.sources, ...(repeats?.sources ?? []), ...config.sources],
    labels,
    plan: advice,
    agents: calibration.agents,
    ...(ofNumbers ? numbersOf(calibration) : { pairs: calibration.pairs }),
    baseline: advice.single.team,
    comparisons,
    flow,
    boundaries: boundariesOnAllTasks(advice, onAllTasks),
    compute: ofNumbers ? null : calibrateCompute(onAllTasks, { seed }),
    hindsight: hindsightOf(advice, check),
    flips: flips(advice, comparisons, flow, { check, recordings, otherGrade }),
    budgets: budgetCurves(advice, check),
    phase: ofNumbers ? [] : phaseDiagrams(advice, check),
    phaseMap: ofNumbers ? null : phaseMapOf(advice, check),
    votes: ofNumbers ? [] : voteCurves(checkOfRepeats),
    unlabeled: ofNumbers ? null : withoutLabels(check),
    splits:
      splits > 0
        ? tryOnSplits(recordings, {
            ...(options.perTask && { perTask: options.perTask }),
            metric,
            confidence,
            seed,
            count: splits,
            onStep: (n, of) => onStep("splits", n, of),
          })
        : null,
    truths: (options.truths?.(calibration) ?? []).map((truth) => ({ ...truth, name: withLabels(truth.name, labels) })),
    assumptions: [...recordings.assumptions, ...energyAssumptions(recordings.table.columns)],
    notMeasured: missing(calibration, metric),
    tasksStillNeeded: stillNeeded(advice, comparisons),
    disagreements: ofNumbers
      ? { count: 0, attempts: recordings.attempts, examples: [], otherwise: null } // grades play no part
      : disagreementsOf(recordings, otherGrade, comparisons, check),
    findings: advice.findings,
  };
}

/** What stands in place of right answers and φ where numbers are compared. */
function numbersOf({ estimates }: Calibration): Pick<Study, "estimates" | "pairs"> {
  if (!isMeasured<EstimateCalibration>(estimates)) return { pairs: [] };
  const sameWrong = { notMeasured: "numbers are not counted", probe: "study accuracy" };
  return {
    estimates: estimates.agents,
    pairs: estimates.pairs.map(({ a, b, tasks, rho }) => ({ a, b, tasks, phi: rho, sameWrong })),
  };
}

/** Every split costs time in proportion to the tasks, and says more the more tasks it has. */
function defaultSplits(tasks: number): number {
  return Math.min(200, Math.max(20, Math.round(200_000 / tasks)));
}
