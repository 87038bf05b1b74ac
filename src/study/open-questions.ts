import type { Calibration, EstimateCalibration } from "../calibrate/calibration.ts";
import type { Plan } from "../plan/plan-types.ts";
import type { Recordings } from "../records/recordings.ts";
import type { Comparison, Study } from "../report/study-data.ts";
import type { Metric } from "../simulate/outcomes.ts";
import { isMeasured, type Measured } from "../theory/interval.ts";
import { type Check, meanOver, outcomesOf } from "./compare.ts";

/** What the attempts do not determine, and what to record so that they do. */
export function missing(calibration: Calibration, metric: Metric): Study["notMeasured"] {
  const { agents } = calibration;
  const seconds = agents.every(({ cost }) => isMeasured(cost.seconds));
  return [
    ...Object.entries(metric === "accuracy" ? ofVotes(calibration) : ofNumbers(calibration)).flatMap(
      ([subject, quantity]) => ("notMeasured" in quantity ? [{ subject, probe: quantity.probe }] : []),
    ),
    ...(seconds ? [] : [{ subject: "Seconds", probe: "record the field `seconds`, or give it in quorate.config" }]),
  ];
}

function ofNumbers({ estimates, contextTokens }: Calibration): Record<string, Measured<object>> {
  if (!isMeasured<EstimateCalibration>(estimates)) return { "Squared errors": estimates };
  const { agents, riskCurves, channel } = estimates;
  const known = (of: (agent: (typeof agents)[number]) => Measured) =>
    agents.map(of).find((quantity) => isMeasured(quantity)) ?? of(agents[0]!);
  return {
    "What repeating one agent cannot average away, ρ": known(({ rho }) => rho),
    "Errors shared within a run, ρ within": known(({ rhoWithin }) => rhoWithin),
    "Noise of messages, σ²": channel,
    "Exponent of compute, η": riskCurves[0]?.exponent ?? {
      notMeasured: "one level per agent",
      probe: "record the same tasks at levels 1×, 2×, 4×, … of one agent's compute, in the field `level`",
    },
    "Context window, W": contextTokens,
  };
}

function ofVotes(calibration: Calibration): Record<string, Measured<object>> {
  const { rhoTotal, rhoTask, rhoWithin, fidelity, beta, contextTokens, agents } = calibration;
  return {
    "Shared errors, ρ total": rhoTotal,
    "Shared errors: difficulty, ρ task": rhoTask,
    "Shared errors within a run, ρ within": rhoWithin,
    "Fidelity of a reader, γ": fidelity,
    "Exponent of compute, β": beta,
    "Context window, W": contextTokens,
    "Repeats of one agent": agents.find((agent) => isMeasured(agent.rho))?.rho ?? agents[0]?.rho ?? rhoTotal,
  };
}

/** The questions that a buyer asks next, and how many tasks would answer them. */
export function stillNeeded(plan: Plan, comparisons: readonly Comparison[]): Study["tasksStillNeeded"] {
  const single = comparisons.find(({ team }) => team === plan.single.team)?.label ?? plan.single.team;
  return comparisons.flatMap(({ team, label, difference, forecast }) => {
    if (!difference) return [];
    const chosen = team === plan.advice.team;
    const further = forecast.gain?.tasksStillNeeded ?? null;
    if (!chosen && further === null) return [];
    return [
      {
        question: `Is ${label} better than ${single} alone?`,
        now: difference.measured,
        further,
        meaning: meaningOf(further !== null, difference.probabilityBetter, plan.confidence),
      },
    ];
  });
}

/** What the two halves say together: one forecast, the other measured. */
function meaningOf(open: boolean, probabilityBetter: number, confidence: number): string {
  const settled = probabilityBetter >= confidence || probabilityBetter <= 1 - confidence;
  const likely = probabilityBetter > 0.5 ? "better" : "not better";
  if (open) return settled ? `open when choosing; ${likely} when measured` : `cannot tell yet: probably ${likely}`;
  return settled ? `settled: ${likely}` : `settled when choosing, not when measured: probably ${likely}`;
}

/** What the same half teaches with right or wrong decided the other way. */
export interface OtherGrade {
  readonly by: "flag" | "answer";
  readonly calibration: Calibration;
}

/** What the graders disagree on, and the team's gain when the other one is believed. */
export function disagreementsOf(
  recordings: Recordings,
  otherGrade: OtherGrade | null,
  comparisons: readonly Comparison[],
  check: Check,
): Study["disagreements"] {
  const { disagreements, attempts } = recordings;
  const chosen = comparisons.find((row) => row.chosen && row.difference);
  const single = comparisons.find(({ role }) => role === "single") ?? comparisons[0];
  const otherwise =
    otherGrade && chosen && single
      ? { by: otherGrade.by, gain: gainUnder(otherGrade.calibration, chosen.team, single.team, check) }
      : null;
  return { count: disagreements.length, attempts, examples: disagreements.slice(0, 25), otherwise };
}

/** Team − single on the held-back tasks, graded the other way. */
function gainUnder(calibration: Calibration, team: string, single: string, { heldBack, metric, seed }: Check) {
  const { confidence } = calibration;
  const other = { calibration, metric, seed };
  const [a, b] = [outcomesOf(team, other), outcomesOf(single, other)];
  const { value, low, high } = meanOver(
    a.accuracy.map((right, task) => right - b.accuracy[task]!),
    heldBack,
    confidence,
  );
  return { value, low, high, confidence };
}
