import type { Forecast } from "../plan/plan-types.ts";
import { isMeasured } from "../theory/interval.ts";
import { between, count, percent } from "./format-number.ts";

/** What a forecast knows of one task beside its price: tokens in and out, time, energy, and answers that never come. Empty where nothing. */
export function costWords({ cost, silence }: Pick<Forecast, "cost" | "silence">): string {
  const { tokensIn, tokensOut, seconds, wattHours } = cost;
  const { unanswered, unparsed, truncated } = silence;
  const digits = (value: number) => value.toPrecision(2);
  const energy = isMeasured(wattHours) && between(digits(wattHours.low), digits(wattHours.high));
  return [
    ...(isMeasured(tokensIn) ? [`${count(tokensIn.mean)} tokens in`] : []),
    ...(isMeasured(tokensOut) ? [`${count(tokensOut.mean)} tokens out`] : []),
    ...(isMeasured(seconds) ? [`${digits(seconds.mean)} seconds`] : []),
    ...(isMeasured(wattHours) && energy ? [`${digits(wattHours.mean)} Wh ${energy} by published figures`] : []),
    ...(isMeasured(unanswered) ? [`no answer on ${percent(unanswered.value, 1)} of tasks`] : []),
    ...(isMeasured(unparsed) ? [`${percent(unparsed.value, 1)} of calls unparsed`] : []),
    ...(isMeasured(truncated) ? [`${percent(truncated.value, 1)} truncated`] : []),
  ].join(", ");
}
