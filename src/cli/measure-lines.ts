// What a measurement tells in the terminal: what is known now, whether the plan is settled, and what it would still take.

import {
  count,
  decimal,
  money,
  accuracy as percent,
  plainInterval,
  probabilitySentence,
} from "../report/format-number.ts";
import { kinds } from "../report/kinds.ts";
import { type KnownQuantity, knownFrom } from "../run/measure/known.ts";
import type { LiveMeasurement } from "../run/measure/live.ts";
import { type Interval, isMeasured } from "../theory/interval.ts";
import { amount } from "./cast-lines.ts";
import { budgetArgument } from "./options.ts";

export function measureLines(found: LiveMeasurement): string[] {
  const { advice, status, looks, settings, booked, unknown, findings, written, stillNeeded, confidencePerLook } = found;
  const before = new Map((found.before ? knownFrom(found.before) : []).map((one) => [keyOf(one), one]));
  return [
    `${kinds[advice.kind].mark} ${advice.team}`,
    `  ${advice.because}`,
    `  ${endings[status]}`,
    `  ${probabilitySentence(advice.probabilityBetter)}; at every one of ${looks.length} looks ${decimal(100 * confidencePerLook, 1)} % had to be shown, so that all together are sure to ${decimal(100 * (settings.confidence ?? 0.9), 0)} %`,
    ...(stillNeeded && status !== "equal"
      ? [
          `  to settle it: about ${spoken(stillNeeded.median, found)} more (${spoken(stillNeeded.low, found)} to ${spoken(stillNeeded.high, found)})`,
        ]
      : []),
    "",
    `Known now, with ${Math.round(100 * (settings.confidence ?? 0.9))} % intervals${found.before ? " (before)" : ""}`,
    ...knownFrom(found.calibration).map((one) => knownLine(one, before.get(keyOf(one)))),
    "",
    "Bought",
    ...looks.map(
      ({ tasks, inPlay, bought, advice }, i) =>
        `  look ${i + 1}: ${count(tasks)} tasks, ${inPlay.length} in play (${inPlay.join(", ")}); ${advice.team}, P(better) ${advice.probabilityBetter.toFixed(2)}${boughtText(bought)}`,
    ),
    `  spent ${count(booked.tokens)} tokens in ${count(booked.calls)} calls${booked.nanoUsd > 0 ? `, ${money(booked.nanoUsd / 1e9)}` : ""}${unknown.calls > 0 ? `; of these nobody knows whether ${count(unknown.tokens)} tokens in ${count(unknown.calls)} calls were billed` : ""}`,
    ...(findings.length > 0 ? ["", "The endpoint", ...findings.map(({ message }) => `  ${message}`)] : []),
    "",
    `written: ${written}`,
    `next: npm exec quorate -- plan ${written} --per-task ${budgetArgument(settings.perTask)}`,
  ];
}

const endings: Readonly<Record<LiveMeasurement["status"], string>> = {
  settled: "Settled.",
  equal: "Ended: nothing else would be better by more than it is worth to find out; which is better at all is open.",
  budget: "Not settled: the budget is gone.",
  tasks: "Not settled: every task was asked.",
  interrupted: "Not settled: it was interrupted; --resume goes on where it ended.",
};

const keyOf = ({ quantity, of = "" }: KnownQuantity) => `${quantity} ${of}`;

const titles: Readonly<Record<KnownQuantity["quantity"], string>> = {
  accuracy: "right answers of",
  tokens: "tokens a call of",
  usd: "dollars a call of",
  seconds: "seconds a call of",
  beta: "β, growth with compute",
  rhoTask: "ρ task, hard tasks in common",
  rhoWithin: "ρ within, errors that a group shares",
  fidelity: "γ, messages that arrive",
};

function knownLine({ quantity, of, measured }: KnownQuantity, before: KnownQuantity | undefined): string {
  const title = `${titles[quantity]}${of === undefined ? "" : quantity === "fidelity" ? `, ${of} tokens` : quantity === "beta" ? ` of ${of}` : ` ${of}`}`;
  const text = (one: Interval) =>
    quantity === "accuracy"
      ? `${percent(one.value)} (${percent(one.low)} to ${percent(one.high)})`
      : quantity === "usd"
        ? `${money(one.value)} (${money(one.low)} to ${money(one.high)})`
        : plainInterval(one);
  const now = isMeasured(measured) ? text(measured) : `not measured: ${measured.notMeasured} → ${measured.probe}`;
  const was = before ? (isMeasured(before.measured) ? ` (${text(before.measured)})` : " (not measured)") : "";
  return `  ${title.padEnd(40)} ${now}${was}`;
}

function boughtText({ answers, grouped, relays }: LiveMeasurement["looks"][number]["bought"]): string {
  const parts = [
    ...(answers > 0 ? [`${count(answers)} answers`] : []),
    ...(grouped > 0 ? [`${count(grouped)} in groups`] : []),
    ...(relays > 0 ? [`${count(relays)} relays`] : []),
  ];
  return parts.length > 0 ? `; then ${parts.join(", ")}` : "";
}

function spoken(value: number, { budget }: LiveMeasurement): string {
  const unit =
    budget.nanoUsd !== undefined
      ? "usd"
      : budget.tokens !== undefined
        ? "tokens"
        : budget.calls !== undefined
          ? "calls"
          : "seconds";
  return amount(Number(value.toPrecision(2)), unit);
}
