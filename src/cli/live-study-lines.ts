// What a live study tells in the terminal: the verdict, forecast against measured of both teams, the bill.
import { count, money, accuracy as percent, points, pointsInterval } from "../report/format-number.ts";
import { kinds } from "../report/kinds.ts";
import { keptName, keptText } from "../report/run-report.ts";
import type { LiveStudy, StudiedRun } from "../study/live.ts";
import { measureLines } from "./measure-lines.ts";

export function liveStudyLines({ measured, plan, advised, single, gain, tasks, bill, unknown }: LiveStudy): string[] {
  const { advice } = plan;
  return [
    `${kinds[advice.kind].mark} ${advice.team}`,
    `  ${advice.because}`,
    ...(gain
      ? [
          `  Measured on ${count(gain.tasks)} other tasks: ${points(gain.value)} against ${single!.team} (${pointsInterval(gain)}), forecast ${points(gain.forecast)}.`,
        ]
      : []),
    "",
    ...[advised, ...(single ? [single] : [])].flatMap((one) => runLines(one)),
    "Bill",
    `  measured   ${count(measured.booked.tokens)} tokens in ${count(measured.booked.calls)} calls on ${count(tasks.measured)} tasks`,
    ...[advised, ...(single ? [single] : [])].map(
      ({ team, result }) =>
        `  run        ${count(result.spent.tokens)} tokens in ${count(result.spent.calls)} calls: ${team}`,
    ),
    `  in all     ${count(bill.tokens)} tokens in ${count(bill.calls)} calls${bill.nanoUsd > 0 ? `, ${money(bill.nanoUsd / 1e9)}` : ""}${unknown.calls > 0 ? `; nobody knows whether ${count(unknown.tokens)} tokens of it were billed` : ""}`,
    ...(tasks.leftOut > 0
      ? [`  ${count(tasks.leftOut)} tasks of the other half were not asked: the budget does not pay for them`]
      : []),
    "",
    "Measured beforehand",
    ...measureLines(measured).map((line) => (line === "" ? "" : `  ${line}`)),
  ];
}

function runLines({ team, forecast, result }: StudiedRun): string[] {
  return [
    `${team} on ${count(result.answers.length)} tasks: ${result.accuracy ? `${percent(result.accuracy.value)} right` : "nothing graded"}, ${result.status}`,
    ...(result.forecast ?? []).map(
      ({ what, forecast: promised, measured, isInside }) =>
        `  ${keptName(what).padEnd(12)} forecast ${keptText(what, promised.value)} (${keptText(what, promised.low)} to ${keptText(what, promised.high)}), measured ${keptText(what, measured.value)}${isInside ? "" : ": outside"}`,
    ),
    ...(result.forecast && result.forecast.length > 0 ? [] : [`  forecast ${percent(forecast.accuracy.mean)} right`]),
    "",
  ];
}
