import type { Calibration, EstimateCalibration } from "../calibrate/calibration.ts";
import { skewedMeanInterval } from "../calibrate/estimators/skewed-mean.ts";
import { KnownError } from "../errors.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { difference, pick, probabilityBetter } from "../plan/choose.ts";
import { logRatio, logScore, shareSaved } from "../plan/log-risk.ts";
import type { CostUnit, Forecast, Plan } from "../plan/plan-types.ts";
import { teamWeights } from "../plan/weights.ts";
import type { Comparison } from "../report/study-data.ts";
import { teamLabel } from "../report/team-text.ts";
import type { Metric, Outcomes } from "../simulate/outcomes.ts";
import { outcomesCached } from "../simulate/replay.ts";
import { type Interval, isMeasured } from "../theory/interval.ts";
import { normalCdf, studentTQuantile } from "../theory/special.ts";

/** What measuring needs: who learned, on which tasks to check, and the seed of draws and ties. */
export interface Check {
  readonly calibration: Calibration;
  /** Indices of tasks that played no part in the choice. */
  readonly heldBack: Uint32Array;
  readonly labels: Readonly<Record<string, string>>;
  readonly metric: Metric;
  readonly seed: number;
}

/** Outcomes of a team on every recorded task, by its text; weights are those that the calibration learned. */
export function outcomesOf(
  text: string,
  { calibration, metric = "accuracy", seed }: Pick<Check, "calibration" | "seed"> & { readonly metric?: Metric },
): Outcomes {
  const { table, estimates } = calibration;
  const team = parseTeam(text);
  const weights = teamWeights(team, calibration);
  return outcomesCached(team, table, {
    ...{ seed, metric },
    ...(weights && { weights }),
    ...(metric === "squared-error" && isMeasured<EstimateCalibration>(estimates) && { guess: estimates.guess }),
  });
}

/** Mean of the finite values at these tasks, with t interval: ± t √(sd²/n + 0.25/n²), so that equal outcomes leave some doubt. */
export function meanOver(
  values: Float64Array,
  tasks: Uint32Array,
  confidence: number,
): Interval & { tasks: number; deviation: number } {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (const task of tasks) {
    const value = values[task]!;
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
    squares += value * value;
  }
  if (count < 2)
    return { value: sum / count, low: Number.NaN, high: Number.NaN, confidence, tasks: count, deviation: Number.NaN };
  const value = sum / count;
  const variance = Math.max(0, (squares - count * value * value) / (count - 1));
  const half = studentTQuantile((1 + confidence) / 2, count - 1) * Math.sqrt(variance / count + 0.25 / count ** 2);
  return { value, low: value - half, high: value + half, confidence, tasks: count, deviation: Math.sqrt(variance) };
}

/** The same for a share, kept inside [0, 1]. */
export function shareOver(values: Float64Array, tasks: Uint32Array, confidence: number): Interval & { tasks: number } {
  const { deviation: _, ...mean } = meanOver(values, tasks, confidence);
  return { ...mean, low: Math.max(0, mean.low), high: Math.min(1, mean.high) };
}

/** Mean squared error on these tasks; its interval allows for the long tail of squares. */
function errorOver(values: Float64Array, tasks: Uint32Array, confidence: number): Interval & { tasks: number } {
  const known = pick(values, tasks).filter((value) => !Number.isNaN(value));
  if (known.length < 2)
    return { value: known[0] ?? Number.NaN, low: Number.NaN, high: Number.NaN, confidence, tasks: known.length };
  const { standardError: _, ...interval } = skewedMeanInterval(known, confidence);
  return { ...interval, low: Math.max(0, interval.low), tasks: known.length };
}

const overTasks: Readonly<Record<Metric, typeof errorOver>> = { accuracy: shareOver, "squared-error": errorOver };

/** An interval over tasks needs two of them. */
const tasksMin = 2;

/** What was chosen on one half of the tasks has too few answers on the other half to be checked there. */
export class TooFewToCheck extends KnownError {
  readonly code = "too-few-to-check";
  constructor(team: string, tasks: number) {
    super(
      `${team} can be measured on ${tasks === 1 ? "1 task" : `${tasks} tasks`} of the half that is held back; a check needs ${tasksMin}.`,
      "Record answers of the same agents to more tasks: a study needs 4, some hundreds make an advice.",
    );
  }
}

/** The most teams that stand in the comparison. */
const rowsMax = 12;

/** The plan, the best of the simpler kinds and the frontier: forecast on one half, measured on the other. */
export function compare(plan: Plan, check: Check): Comparison[] {
  const rows = new Map<string, { forecast: Forecast; role: Comparison["role"] }>();
  const add = (forecast: Forecast | null, role: Comparison["role"]) => {
    if (forecast && forecast.recorded !== false && !rows.has(forecast.team))
      rows.set(forecast.team, { forecast, role });
  };
  add(plan.advised, "advised");
  add(plan.single, "single");
  if (isMeasured(plan.resampled)) add(plan.resampled, "resampled");
  add(plan.team, "team");
  add(plan.best, "team");
  add(plan.equalAccuracy, "cheaper");
  for (const forecast of plan.frontier.toReversed()) if (rows.size < rowsMax) add(forecast, "other");
  const baseline = outcomesOf(plan.single.team, check);
  return [...rows.values()].flatMap(({ forecast, role }) => {
    const row = compareOne(forecast, role, baseline, plan, check);
    if (row.measured.tasks >= tasksMin) return [row];
    if (role === "advised" || role === "single") throw new TooFewToCheck(row.label, row.measured.tasks);
    return [];
  });
}

function compareOne(
  forecast: Forecast,
  role: Comparison["role"],
  baseline: Outcomes,
  plan: Plan,
  check: Check,
): Comparison {
  const { heldBack, labels } = check;
  const { confidence } = plan;
  const team = outcomesOf(forecast.team, check);
  const cost = (unit: CostUnit) => {
    if (!isMeasured(forecast.cost[unit])) return null; // some member's cost is unknown: the mean of the rest would mislead
    const { value } = meanOver(team[unit], heldBack, confidence);
    return Number.isFinite(value) ? value : null;
  };
  const { tasks, ...accuracy } = overTasks[check.metric](team.accuracy, heldBack, confidence);
  return {
    team: forecast.team,
    label: teamLabel(forecast.team, labels),
    kind: forecast.kind,
    chosen: forecast.team === plan.advice.team,
    role,
    forecast,
    measured: {
      accuracy,
      cost: { calls: cost("calls"), tokens: cost("tokens"), usd: cost("usd"), seconds: cost("seconds") },
      tasks,
    },
    difference:
      forecast.team === plan.single.team || !forecast.gain ? null : differenceOf(forecast, team, baseline, heldBack),
  };
}

/**
 * How much better than the baseline by task: promised, promised for a check on this many tasks, and measured. In squared
 * error the share of the baseline's error that is saved, worked out on the scale of its logarithm.
 */
export function differenceOf(
  { gain }: Pick<Forecast, "gain">,
  team: Outcomes,
  baseline: Outcomes,
  heldBack: Uint32Array,
): NonNullable<Comparison["difference"]> {
  if (!gain) throw new Error("a difference needs a forecast gain");
  const { confidence } = gain;
  if (team.metric === "squared-error") return savedOf(gain, team, baseline, heldBack);
  const paired = team.accuracy.map((value, task) => value - baseline.accuracy[task]!);
  const measured = meanOver(paired, heldBack, confidence);
  const error = (gain.high - gain.low) / 2;
  const t = studentTQuantile((1 + confidence) / 2, Math.max(1, measured.tasks - 1));
  // The check has noise of its own: Var/M on top of the forecast's.
  const half = Math.hypot(error, (t * gain.deviation) / Math.sqrt(measured.tasks));
  const predictive = { value: gain.mean, low: gain.mean - half, high: gain.mean + half, confidence };
  const standardError = Math.sqrt(measured.deviation ** 2 / measured.tasks + 0.25 / measured.tasks ** 2);
  return {
    forecast: { value: gain.mean, low: gain.low, high: gain.high, confidence },
    predictive,
    measured: { value: measured.value, low: measured.low, high: measured.high, confidence },
    probabilityBetter: normalCdf(measured.value / standardError),
    inside: measured.value >= predictive.low && measured.value <= predictive.high,
  };
}

function savedOf(
  gain: NonNullable<Forecast["gain"]>,
  team: Outcomes,
  baseline: Outcomes,
  heldBack: Uint32Array,
): NonNullable<Comparison["difference"]> {
  const { confidence } = gain;
  const measuredOn = heldBack.filter((task) => !Number.isNaN(team.accuracy[task]! + baseline.accuracy[task]!));
  const [own, other] = [pick(team.accuracy, measuredOn), pick(baseline.accuracy, measuredOn)];
  const means = [own, other].map((risks) => risks.reduce((sum, risk) => sum + risk, 0) / risks.length);
  const scale = Math.min(...means.filter((risk) => risk > 0)); // ∞ where neither errs: then they are equal
  const found = difference(logScore(own, scale), logScore(other, scale));
  const t = studentTQuantile((1 + confidence) / 2, Math.max(1, measuredOn.length - 1));
  const [mean, low, high] = [gain.mean, gain.low, gain.high].map(logRatio) as [number, number, number];
  // The check has noise of its own, as in accuracy.
  const half = Math.hypot((high - low) / 2, (t * gain.deviation) / Math.sqrt(measuredOn.length));
  const share = (value: number, around: number): Interval => ({
    value: shareSaved(value),
    low: shareSaved(value - around),
    high: shareSaved(value + around),
    confidence,
  });
  const predictive = share(mean, half);
  const measured = share(found.gain, t * found.error);
  return {
    forecast: { value: gain.mean, low: gain.low, high: gain.high, confidence },
    predictive,
    measured,
    probabilityBetter: probabilityBetter(found),
    inside: measured.value >= predictive.low && measured.value <= predictive.high,
  };
}
