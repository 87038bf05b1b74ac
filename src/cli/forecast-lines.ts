import type { CostForecast, Forecast } from "../plan/plan-types.ts";
import { accuracyInterval, decimal, percent } from "../report/format-number.ts";
import { isMeasured, type NotMeasured } from "../theory/interval.ts";

/** A forecast for the terminal. */
export function forecastLines({ team, kind, metric, accuracy, cost, method, tasks, caveats }: Forecast): string[] {
  const confidence = `${Math.round(100 * accuracy.confidence)} % interval`;
  const [risk, low, high] = [accuracy.mean, accuracy.low, accuracy.high].map((value) => value.toPrecision(3));
  return [
    `${team} (${kind})`,
    metric === "accuracy"
      ? `  right answers   ${percent(accuracy.mean, 1)} ${accuracyInterval(accuracy)}, ${confidence}`
      : `  squared error   ${risk} [${low}, ${high}], ${confidence}; root ${Math.sqrt(accuracy.mean).toPrecision(3)}`,
    `  calls           ${costText(cost.calls, 2, "")}`,
    `  tokens          ${costText(cost.tokens, 0, "")}`,
    `  dollars         ${costText(cost.usd, 5, "$")}`,
    `  seconds         ${costText(cost.seconds, 1, "")}`,
    `  method          ${method}, from ${tasks} tasks`,
    ...caveats.map((caveat) => `  ! ${caveat}`),
  ];
}

function costText(cost: CostForecast | NotMeasured, digits: number, unit: string): string {
  if (!isMeasured(cost)) return `not measured: ${cost.notMeasured} → ${cost.probe}`;
  const [mean, low, high, max] = [cost.mean, cost.low, cost.high, cost.max].map((x) => unit + decimal(x, digits));
  return `${mean} [${low}, ${high}] per task, at most ${max}`;
}
