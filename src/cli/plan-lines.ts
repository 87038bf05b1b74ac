import type {
  Boundary,
  Costs,
  CostUnit,
  Forecast,
  Plan,
  Regime,
  RiskRegime,
  TheoryOptimum,
  WindowSweep,
} from "../plan/plan-types.ts";
import { costWords } from "../report/cost-words.ts";
import {
  accuracyInterval,
  count,
  accuracy as percent,
  plain,
  plainInterval,
  probabilitySentence,
} from "../report/format-number.ts";
import { kinds } from "../report/kinds.ts";
import { looks } from "../report/metric.ts";
import { mergedAssumptions } from "../report/sections/assumed.ts";
import { isStated, sideText } from "../report/sections/boundaries.ts";
import { windowSentence } from "../report/sections/windows.ts";
import { lowerFirst } from "../report/words.ts";
import { isMeasured, type Measured, type NotMeasured } from "../theory/interval.ts";
import { amount, castLines } from "./cast-lines.ts";

/** A plan for the terminal: the verdict first, then what it was chosen from, then why. */
export function planLines(plan: Plan): string[] {
  const { advice, budget, regime, thresholds } = plan;
  const look = looks[plan.single.metric];
  const unit = budget.unit;
  const needed = advice.tasksStillNeeded;
  const row = (name: string, forecast: Forecast | NotMeasured | null, none = "none fits the budget") =>
    forecast === null
      ? `  ${name.padEnd(16)} ${none}`
      : isMeasured(forecast)
        ? `  ${name.padEnd(16)} ${forecastText(forecast, unit)}`
        : `  ${name.padEnd(16)} ${missing(forecast)}`;
  return [
    `${kinds[advice.kind].mark} ${advice.team}`,
    `  ${advice.because}`,
    ...(needed
      ? [
          `  ${probabilitySentence(advice.probabilityBetter)}; ${range(needed.low)} to ${range(needed.high)} further tasks would settle it (median ${range(needed.median)})`,
        ]
      : []),
    "",
    `At ${amount(budget.amount, unit)} per task, ${lowerFirst(look.headingUnit)} with ${Math.round(100 * plan.confidence)} % interval`,
    row("one agent", plan.single),
    row("repeats of one", plan.resampled),
    row("a team", plan.team),
    row("best", plan.best),
    row("equal, cheapest", plan.equalAccuracy),
    row("for more money", plan.moreMoney, "nothing that is surely better"),
    `  in hindsight     ${look.value(plan.oracle.accuracy)} at this money; the best plan catches ${Math.round(100 * plan.oracle.shareCaught)} % of what was possible`,
    ...(costWords(plan.advised) ? [`  ${"advised, a task".padEnd(16)} ${costWords(plan.advised)}`] : []),
    "",
    `Frontier, cheapest first (${plan.candidatesPriced} teams priced)`,
    ...plan.frontier.map((forecast) => `  ${forecastText(forecast, unit)}`),
    ...plan.refused.map(({ team, reason, instead }) => `  refused ${team}: ${reason} → ${instead}`),
    "",
    "Regime",
    quantity("ρ total", regime.rhoTotal),
    quantity("ρ task", regime.rhoTask),
    quantity("ρ within", regime.rhoWithin),
    quantity(`ρ at fan-in ${regime.fanIn}`, regime.rhoEffective),
    ...(regime.risk ? numberLines(regime.risk) : voteLines(regime)),
    quantity("mixing depth", regime.mixingDepth),
    "",
    "Thresholds, budgets in tokens per task",
    quantity("first team at", thresholds.firstTeamTokens),
    quantity("second layer at", thresholds.secondLayerTokens),
    quantity("one agent again", thresholds.lastTeamTokens),
    quantity("message at least", thresholds.shortestMessageTokens),
    quantity("leaf compute", thresholds.optimalLeafTokens),
    quantity("ρ must be below", thresholds.criticalRho),
    ...(regime.risk ? [] : [quantity("γ must be above", thresholds.criticalGamma)]),
    "",
    "Boundaries",
    ...plan.boundaries.map(boundaryLine),
    `  ${"hierarchy".padEnd(16)} ${isMeasured<WindowSweep>(plan.windows) ? windowSentence(plan.windows) : missing(plan.windows)}`,
    `  ${"free compute".padEnd(16)} ${isMeasured<TheoryOptimum>(plan.theoryOptimum) ? optimumText(plan.theoryOptimum) : missing(plan.theoryOptimum)}`,
    "",
    ...castLines(plan.castAdvice),
    "",
    "Findings",
    ...plan.findings.map(({ message, remedy }) => `  ${message}\n    → ${remedy}`),
    "",
    "Assumed",
    ...mergedAssumptions({ assumptions: plan.assumptions, labels: {} })
      .filter(({ status }) => status !== "recorded")
      .map(({ subject, value, status, source }) => `  ${status}: ${subject}: ${value} (${source})`),
  ];
}

function voteLines({ gamma, alpha, organizationExponent, beta, fixedPoint }: Regime): string[] {
  return [
    quantity("γ", gamma),
    quantity("α", alpha),
    quantity("s", organizationExponent),
    quantity("β", beta),
    quantity("μ*", fixedPoint),
  ];
}

function numberLines(risk: RiskRegime): string[] {
  return [
    quantity("v of one answer", risk.leafRisk),
    quantity("shared by all", risk.commonRisk),
    quantity("σ²", risk.channelVariance),
    quantity("q", risk.contraction),
    quantity("t", risk.exponent),
    quantity("η", risk.riskExponent),
    quantity("v*", risk.riskFloor),
    quantity("best leaves", risk.bestLeaves),
  ];
}

function forecastText({ team, kind, metric, accuracy, cost }: Forecast, unit: CostUnit): string {
  const look = looks[metric];
  return `${kinds[kind].mark} ${look.value(accuracy.mean)} ${look.interval(accuracy)}  ${costText(cost, unit)}  ${team}`;
}

function costText(cost: Costs, unit: CostUnit): string {
  const forecast = cost[unit];
  return isMeasured(forecast) ? amount(forecast.mean, unit) : "cost not measured";
}

function quantity(name: string, measured: Measured): string {
  return `  ${name.padEnd(16)} ${isMeasured(measured) ? `${plain(measured.value)} ${plainInterval(measured)}` : missing(measured)}`;
}

const missing = ({ notMeasured, probe }: NotMeasured) => `not measured: ${notMeasured} → ${probe}`;

/** The side of one line, how sure that is, and every single change that would cross it. */
function boundaryLine(boundary: Boundary): string {
  const { code, distance, probabilityTeam, crossings } = boundary;
  if (!isMeasured(distance)) return `  ${code.padEnd(16)} ${missing(distance)}`;
  const sureness = isStated(distance) ? "" : `, ${probabilitySentence(probabilityTeam)}`;
  const texts = crossings.map(({ text }) => text).filter((text) => text !== "");
  return `  ${code.padEnd(16)} ${sideText(boundary)}${sureness}: ${texts.join("; ")}`;
}

/** What compute per leaf the theory would buy, also where no such level was recorded. */
function optimumText({
  agent,
  kind,
  fanIn,
  layers,
  messageTokens,
  leafTokens,
  leaves,
  accuracy,
}: TheoryOptimum): string {
  const shape =
    kind === "single"
      ? `one call of ${agent}`
      : `${kind === "star" ? `a star of ${fanIn}` : `a ${fanIn}×${layers} tree`} of ${agent}, ${count(messageTokens)} tokens per message`;
  const each = leaves === 1 ? "" : " per leaf";
  return `by the theory ${shape}, with ${count(leafTokens)} tokens${each}: ${percent(accuracy.value)} ${accuracyInterval(accuracy)}`;
}

const range = (tasks: number) => (Number.isFinite(tasks) ? count(tasks) : "unbounded");
