import { noneRecorded } from "../plan/costs.ts";
import type { CostForecast, Costs, Forecast, Silence } from "../plan/plan-types.ts";
import { accuracyInterval, decimal, percent } from "../report/format-number.ts";
import { isMeasured, type Measured, type NotMeasured } from "../theory/interval.ts";

/** A forecast for the terminal. */
export function forecastLines(forecast: Forecast): string[] {
  const { team, kind, metric, accuracy, cost, silence, method, tasks, caveats } = forecast;
  const confidence = `${Math.round(100 * accuracy.confidence)} % interval`;
  const [risk, low, high] = [accuracy.mean, accuracy.low, accuracy.high].map((value) => value.toPrecision(3));
  return [
    `${team} (${kind})`,
    metric === "accuracy"
      ? `  right answers   ${percent(accuracy.mean, 1)} ${accuracyInterval(accuracy)}, ${confidence}`
      : `  squared error   ${risk} [${low}, ${high}], ${confidence}; root ${Math.sqrt(accuracy.mean).toPrecision(3)}`,
    `  calls           ${costText(cost.calls, 2, "")}`,
    ...expenseLines(cost),
    ...(isMeasured(cost.wattHours) ? [`  watt-hours      ${energyText(cost.wattHours)}`] : []),
    `  no answer       ${silenceText(silence)}`,
    `  method          ${method}, from ${tasks} tasks`,
    ...caveats.map((caveat) => `  ! ${caveat}`),
  ];
}

const expenses = [
  ["tokens", "tokens", 0, ""],
  ["usd", "dollars", 5, "$"],
  ["seconds", "seconds", 1, ""],
] as const;

/** What is recorded nowhere, and would be recorded the same way, is told in one line at the end. */
function expenseLines(cost: Costs): string[] {
  const none = (unit: (typeof expenses)[number][0]) => {
    const of = cost[unit];
    return !isMeasured(of) && of.notMeasured === noneRecorded([unit]).notMeasured;
  };
  const missing = expenses.filter(([unit]) => none(unit));
  return [
    ...expenses.flatMap(([unit, name, digits, sign]) =>
      none(unit)
        ? []
        : [
            `  ${name.padEnd(15)} ${costText(cost[unit], digits, sign)}`,
            ...(unit === "tokens" ? [...partLine("in", cost.tokensIn), ...partLine("out", cost.tokensOut)] : []),
          ],
    ),
    ...(missing.length > 0 ? [`  not measured    ${reasonText(noneRecorded(missing.map(([unit]) => unit)))}`] : []),
  ];
}

const reasonText = ({ notMeasured, probe }: NotMeasured) => `${notMeasured} → ${probe}`;

/** Read and written tokens, where they are known: what is missing is said of both together. */
function partLine(part: "in" | "out", cost: CostForecast | NotMeasured): string[] {
  return isMeasured(cost) ? [`    ${part.padEnd(14)}${costText(cost, 0, "")}`] : [];
}

function energyText({ mean, low, high }: CostForecast): string {
  const [middle, least, most] = [mean, low, high].map((value) => value.toPrecision(2));
  return `${middle} [${least}, ${most}] per task, by published figures`;
}

/** How often the team gives no answer, and its calls none: apart from wrong answers. */
function silenceText({ unanswered, unparsed, truncated }: Silence): string {
  const share = (value: Measured, otherwise: string) =>
    isMeasured(value) ? `${percent(value.value, 1)} ${accuracyInterval(value)}` : otherwise;
  const team = isMeasured(unanswered)
    ? `${share(unanswered, "")} of the tasks`
    : `not measured: ${reasonText(unanswered)}`;
  const calls = ["unparsed", "truncated"] as const;
  const known = { unparsed, truncated };
  return `${team}; of its calls ${calls.map((word) => `${word} ${share(known[word], "not recorded")}`).join(", ")}`;
}

function costText(cost: CostForecast | NotMeasured, digits: number, unit: string): string {
  if (!isMeasured(cost)) return `not measured: ${reasonText(cost)}`;
  const [mean, low, high, max] = [cost.mean, cost.low, cost.high, cost.max].map((x) => unit + decimal(x, digits));
  return `${mean} [${low}, ${high}] per task, at most ${max}`;
}
