// What several sections ask of a study: who is the baseline, what was chosen, in which money.
import { parseTeam } from "../organizations/parse-team.ts";
import { ruleOf } from "../organizations/team.ts";
import type { CostUnit, Forecast } from "../plan/plan-types.ts";
import { type Interval, isMeasured } from "../theory/interval.ts";
import { looks, type MetricLook } from "./metric.ts";
import type { Comparison, Study } from "./study-data.ts";
import { agentsOf, teamLabel, withTeamLabels } from "./team-text.ts";
import { numberWord } from "./words.ts";

/** A comparison that has a difference, which every team but the baseline has. */
export type TeamComparison = Comparison & { readonly difference: NonNullable<Comparison["difference"]> };

function hasDifference(comparison: Comparison | undefined): comparison is TeamComparison {
  return comparison !== undefined && comparison.difference !== null;
}

/** How the advice stands after the second half was looked at. */
export type Standing =
  /** A team was advised, and the held-back half agrees, leaves it open, or disagrees. */
  | "confirmed"
  | "unsettled"
  | "contradicted"
  /** One agent was advised: nothing was better, it cannot be told yet, or there was nothing to compare. */
  | "one-agent"
  | "cannot-tell"
  | "no-team";

/** A study with the questions answered that every section asks. */
export interface Reading {
  readonly study: Study;
  /** How values and differences are written. */
  readonly look: MetricLook;
  readonly standing: Standing;
  /** The best single agent at the budget. */
  readonly baseline: Comparison | undefined;
  readonly chosen: Comparison | undefined;
  /** What stands against the baseline in the first figure: the advised team, else the best team that was measured. */
  readonly rival: TeamComparison | undefined;
  /** Comparisons beside the baseline, best measured difference first. */
  readonly teams: readonly TeamComparison[];
  /** The unit of the budget where every row has it, else calls. */
  readonly unit: CostUnit;
  readonly confidenceText: string;
  label(team: string): string;
  /** A sentence in which teams are called what people call them. */
  named(sentence: string): string;
  /** For marks: "five vote, with GPT-4" where the names of a large panel would fill the picture. */
  shortLabel(comparison: Comparison): string;
  /** Forecast cost per task in the unit; null where it is not known. */
  forecastCost(forecast: Forecast): number | null;
  /** Measured cost per task in the unit; the forecast where replay did not record it. */
  costOf(comparison: Comparison): number | null;
  /** Cost of the team as a share of the baseline's. */
  costShare(comparison: Comparison): number | null;
}

export function read(given: Study): Reading {
  const look = looks[given.plan.single.metric];
  const study = { ...given, comparisons: given.comparisons.flatMap((one) => drawable(one, look)) };
  const { comparisons, plan } = study;
  const baseline =
    comparisons.find(({ difference, kind }) => difference === null && kind === "single") ?? comparisons[0];
  const chosen = comparisons.find(({ chosen }) => chosen) ?? comparisons.find(({ role }) => role === "advised");
  const teams = comparisons
    .filter(hasDifference)
    .toSorted((a, b) => b.difference.measured.value - a.difference.measured.value);
  const rival =
    hasDifference(chosen) && chosen.kind !== "single"
      ? chosen
      : (teams.filter(({ role }) => role === "team").toSorted(byForecast)[0] ??
        teams.filter(({ kind }) => kind !== "single").toSorted(byForecast)[0]);
  const inUnit = (unit: CostUnit) =>
    comparisons.every((one) => one.measured.cost[unit] !== null || costIn(one.forecast, unit) !== null);
  const unit = inUnit(plan.budget.unit) ? plan.budget.unit : "calls";
  const costOf = (comparison: Comparison) => comparison.measured.cost[unit] ?? costIn(comparison.forecast, unit);
  return {
    study,
    look,
    standing: standingOf(study, chosen, rival),
    baseline,
    chosen,
    rival,
    teams,
    unit,
    confidenceText: `${Math.round(100 * study.confidence)}\u202f%`,
    label: (team) => comparisons.find((one) => one.team === team)?.label ?? teamLabel(team, study.labels),
    named: (sentence) => withTeamLabels(sentence, study.labels),
    shortLabel: shortLabels(study, baseline),
    forecastCost: (forecast) => costIn(forecast, unit),
    costOf,
    costShare: (comparison) => {
      const own = costOf(comparison);
      const other = baseline ? costOf(baseline) : null;
      return own === null || other === null || other === 0 ? null : own / other;
    },
  };
}

/** One held-back task gives a value without an interval: then nothing is known, and the interval says so. None gives no row. */
function drawable(comparison: Comparison, look: MetricLook): Comparison[] {
  const { measured, difference } = comparison;
  if (!Number.isFinite(measured.accuracy.value)) return [];
  const filled = (interval: Interval, least: number, most: number): Interval => ({
    ...interval,
    low: Number.isFinite(interval.low) ? interval.low : least,
    high: Number.isFinite(interval.high) ? interval.high : most,
  });
  return [
    {
      ...comparison,
      measured: { ...measured, accuracy: filled(measured.accuracy, 0, look.most(measured.accuracy.value)) },
      difference: difference && {
        ...difference,
        forecast: filled(difference.forecast, -1, 1),
        predictive: filled(difference.predictive, -1, 1),
        measured: filled(difference.measured, -1, 1),
        probabilityBetter: Number.isFinite(difference.probabilityBetter) ? difference.probabilityBetter : 0.5,
      },
    },
  ];
}

/** Large panels by their size, as long as that names one team only. */
function shortLabels(
  { comparisons, baseline: single }: Study,
  baseline: Comparison | undefined,
): Reading["shortLabel"] {
  const short = (comparison: Comparison) => {
    const agents = agentsOf(comparison.team);
    if (comparison.kind !== "panel" || agents.length < 4) return comparison.label;
    const [best] = agentsOf(single);
    const name = baseline?.label ?? single;
    return `${numberWord(agents.length)} ${ruleOf(parseTeam(comparison.team)).noun}, ${best !== undefined && agents.includes(best) ? "with" : "without"} ${name}`;
  };
  const all = comparisons.map(short);
  return (comparison) => {
    const label = short(comparison);
    return all.filter((other) => other === label).length > 1 ? comparison.label : label;
  };
}

function byForecast(a: TeamComparison, b: TeamComparison): number {
  return b.difference.forecast.value - a.difference.forecast.value;
}

/** Expected cost per task of a forecast in this unit; null where it is not known. */
export function costIn({ cost }: Forecast, unit: CostUnit): number | null {
  const amount = cost[unit];
  return isMeasured(amount) ? amount.mean : null;
}

function standingOf(
  { plan, confidence }: Study,
  chosen: Comparison | undefined,
  rival: TeamComparison | undefined,
): Standing {
  if (hasDifference(chosen) && chosen.kind !== "single") {
    const { probabilityBetter } = chosen.difference;
    if (probabilityBetter >= confidence) return "confirmed";
    return probabilityBetter <= 1 - confidence ? "contradicted" : "unsettled";
  }
  if (!rival) return "no-team";
  return plan.advice.tasksStillNeeded ? "cannot-tell" : "one-agent";
}
