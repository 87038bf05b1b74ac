import { group } from "d3-array";
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
import { list, lowerFirst } from "../report/words.ts";
import { type Interval, isMeasured, type Measured, type NotMeasured } from "../theory/interval.ts";
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
        : `  ${name.padEnd(16)} not measured: ${reasonText(forecast)}`;
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
    `Frontier, cheapest first (${count(plan.candidatesPriced)} teams priced)`,
    ...plan.frontier.map((forecast) => `  ${forecastText(forecast, unit)}`),
    ...plan.refused.map(({ team, reason, instead }) => `  refused ${team}: ${reason} → ${instead}`),
    "",
    ...theoryLines([
      {
        title: "Regime",
        entries: [
          quantity("ρ total", regime.rhoTotal),
          quantity("ρ task", regime.rhoTask),
          quantity("ρ within", regime.rhoWithin),
          quantity(`ρ at fan-in ${regime.fanIn}`, regime.rhoEffective),
          ...(regime.risk ? numberEntries(regime.risk) : voteEntries(regime)),
          quantity("mixing depth", regime.mixingDepth),
        ],
      },
      {
        title: "Thresholds, budgets in tokens per task",
        entries: [
          quantity("first team at", thresholds.firstTeamTokens),
          quantity("second layer at", thresholds.secondLayerTokens),
          quantity("one agent again", thresholds.lastTeamTokens),
          quantity("message at least", thresholds.shortestMessageTokens),
          quantity("leaf compute", thresholds.optimalLeafTokens),
          quantity("ρ must be below", thresholds.criticalRho),
          ...(regime.risk ? [] : [quantity("γ must be above", thresholds.criticalGamma)]),
        ],
      },
      {
        title: "Boundaries",
        entries: [
          ...plan.boundaries.map(boundaryEntry),
          entry<WindowSweep>("hierarchy", plan.windows, windowSentence),
          entry<TheoryOptimum>("free compute", plan.theoryOptimum, optimumText),
        ],
      },
    ]),
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

/** One quantity of the theory: what is known of it, or why nothing is. */
interface Entry {
  readonly name: string;
  readonly known: string | NotMeasured;
}

interface EntryBlock {
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** Blocks of what is known, then what is not: one reason often holds for many quantities and is told once. */
function theoryLines(blocks: readonly EntryBlock[]): string[] {
  const missing = blocks.flatMap(({ entries }) =>
    entries.flatMap(({ name, known }) => (typeof known === "string" ? [] : [{ name, known }])),
  );
  const reasons = group(missing, ({ known }) => reasonText(known));
  return [
    ...blocks.flatMap(({ title, entries }) => {
      const known = entries.filter((one) => typeof one.known === "string");
      return known.length > 0 ? [title, ...known.map(({ name, known }) => `  ${name.padEnd(16)} ${known}`), ""] : [];
    }),
    ...(missing.length > 0
      ? [
          "Not measured",
          ...[...reasons].flatMap(([reason, some]) => [
            `  ${list([...new Set(some.map(({ name }) => name))])}`,
            `    ${reason}`,
          ]),
          "",
        ]
      : []),
  ];
}

function voteEntries({ gamma, alpha, organizationExponent, beta, fixedPoint }: Regime): Entry[] {
  return [
    quantity("γ", gamma),
    quantity("α", alpha),
    quantity("s", organizationExponent),
    quantity("β", beta),
    quantity("μ*", fixedPoint),
  ];
}

function numberEntries(risk: RiskRegime): Entry[] {
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

function entry<T extends object>(name: string, measured: Measured<T>, told: (known: T) => string): Entry {
  return { name, known: isMeasured<T>(measured) ? told(measured) : measured };
}

const quantity = (name: string, measured: Measured) =>
  entry<Interval>(name, measured, (known) => `${plain(known.value)} ${plainInterval(known)}`);

const reasonText = ({ notMeasured, probe }: NotMeasured) => `${notMeasured} → ${probe}`;

/** The side of one line, how sure that is, and every single change that would cross it. */
function boundaryEntry(boundary: Boundary): Entry {
  const { code, distance, probabilityTeam, crossings } = boundary;
  const texts = crossings.map(({ text }) => text).filter((text) => text !== "");
  return entry<Interval>(code, distance, (known) => {
    const sureness = isStated(known) ? "" : `, ${probabilitySentence(probabilityTeam)}`;
    return `${sideText(boundary)}${sureness}: ${texts.join("; ")}`;
  });
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
