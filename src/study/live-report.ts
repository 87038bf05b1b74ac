// The report of a live study: what was chosen and why, both teams as promised and as measured, what was known before, and
// then the run of the advised team as any run is told.
import {
  accuracyInterval,
  between,
  count,
  decimal,
  money,
  accuracy as percent,
  points,
  pointsInterval,
} from "../report/format-number.ts";
import { keptName, keptText, type RunDraft, type RunReport, runReport } from "../report/run-report.ts";
import { teamLabel } from "../report/team-text.ts";
import { capitalize, plural } from "../report/words.ts";
import type { LiveStudy, StudiedRun } from "./live.ts";

/** The words of a live study. */
export function liveReport(study: LiveStudy): RunReport {
  return runReport(study.advised.result, {
    headline: headline(study),
    lede: lede(study),
    sections: [
      { id: "choice", title: "The choice", blocks: [bothTeams(study), bill(study)] },
      { id: "looks", title: "Measured beforehand", blocks: [looks(study)] },
    ],
  });
}

function headline({ advised, single, gain }: LiveStudy): string {
  const label = capitalize(teamLabel(advised.team, {}));
  if (!gain) return `${label} is enough.`;
  const than = teamLabel(single!.team, {});
  return gain.low > 0
    ? `${label} beats ${than} by ${decimal(100 * gain.value, 1)} points for the same money.`
    : `${label} against ${than}: ${points(gain.value)}, which may be chance.`;
}

function lede({ plan, advised, gain, bill, tasks }: LiveStudy): RunReport["lede"] {
  const { accuracy } = advised.result;
  return [
    { text: `${plan.advice.because} ` },
    ...(gain
      ? [
          { text: `Measured on ${plural(gain.tasks, "task")} that played no part in the choice: ` },
          { text: points(gain.value), strong: true },
          { text: ` ${pointsInterval(gain)}, forecast ${points(gain.forecast)}.` },
        ]
      : accuracy
        ? [
            { text: `Measured on ${plural(accuracy.tasks, "task")} that played no part in the choice: ` },
            { text: percent(accuracy.value), strong: true },
            { text: ` ${accuracyInterval(accuracy)} right.` },
          ]
        : []),
    {
      text: ` Measuring and running took ${count(bill.tokens)} tokens${bill.nanoUsd > 0 ? `, ${money(bill.nanoUsd / 1e9)},` : ""} in ${plural(bill.calls, "call")}${tasks.leftOut > 0 ? `; ${plural(tasks.leftOut, "task")} of the other half would not have fitted the budget and were not asked` : ""}.`,
    },
  ];
}

const runsOf = ({ advised, single }: LiveStudy): readonly StudiedRun[] => [advised, ...(single ? [single] : [])];

/** A row for each thing that was promised; what the advised team's own section says again is left to it. */
function bothTeams(study: LiveStudy): RunDraft {
  const runs = runsOf(study);
  const [first] = runs as [StudiedRun];
  const kept = runs.flatMap(({ result }) => result.forecast ?? []);
  const outside = kept.filter(({ isInside }) => !isInside).length;
  return {
    id: "both-teams",
    title:
      outside === 0
        ? "Everything came as forecast"
        : `${count(kept.length - outside)} of ${plural(kept.length, "promise")} came as forecast`,
    subtitle: "Promised before the first task of the other half was asked, and measured on it",
    table: {
      columns: [
        { name: "per task" },
        ...runs.flatMap(({ team }) =>
          [`${teamLabel(team, {})}: forecast`, "measured"].map((name) => ({ name, as: "number" as const })),
        ),
      ],
      rows: (first.result.forecast ?? []).map(({ what }) => ({
        cells: [
          keptName(what).replace(" per task", ""),
          ...runs.flatMap(({ result }) => {
            const one = result.forecast?.find((other) => other.what === what);
            if (!one) return ["", ""];
            const text = (value: number) => keptText(what, value);
            const { forecast, measured, isInside } = one;
            return [
              `${text(forecast.value)} ${between(text(forecast.low), text(forecast.high))}`,
              `${text(measured.value)}${isInside ? "" : ", outside"}`,
            ];
          }),
        ],
      })),
    },
    notes: [
      {
        lead: "Equal money.",
        text: "All were chosen for the same budget per task; each may leave some of it unspent.",
      },
    ],
  };
}

function bill(study: LiveStudy): RunDraft {
  const { measured, bill, unknown, tasks } = study;
  const hasPrices = bill.nanoUsd > 0;
  const row = (name: string, on: number, tokens: number, calls: number, usd: number) => [
    name,
    count(on),
    count(calls),
    count(tokens),
    ...(hasPrices ? [money(usd)] : []),
  ];
  return {
    id: "live-bill",
    title: `One budget: ${count(bill.tokens)} tokens in all`,
    table: {
      columns: [
        { name: "what" },
        ...["tasks", "calls", "tokens", ...(hasPrices ? ["dollars"] : [])].map((name) => ({
          name,
          as: "number" as const,
        })),
      ],
      rows: [
        {
          cells: row(
            "measuring",
            tasks.measured,
            measured.booked.tokens,
            measured.booked.calls,
            measured.booked.nanoUsd / 1e9,
          ),
        },
        ...runsOf(study).map(({ team, result: { spent } }) => ({
          cells: row(teamLabel(team, {}), tasks.run, spent.tokens, spent.calls, spent.usd),
        })),
        { cells: row("all", tasks.measured + tasks.run, bill.tokens, bill.calls, bill.nanoUsd / 1e9), strong: true },
      ],
    },
    ...(unknown.calls > 0 && {
      paragraphs: [
        `Of that, ${count(unknown.tokens)} tokens are reservations of ${plural(unknown.calls, "call")} whose bill nobody knows: the upstream charged that or less.`,
      ],
    }),
    notes: [],
  };
}

function looks({ measured }: LiveStudy): RunDraft {
  const { advice, status, looks, confidencePerLook } = measured;
  return {
    id: "looks",
    title:
      status === "settled"
        ? `Settled after ${plural(looks.length, "look")}, P(better) ${advice.probabilityBetter.toFixed(2)}`
        : `Not settled after ${plural(looks.length, "look")}, P(better) ${advice.probabilityBetter.toFixed(2)}`,
    subtitle: `At every look ${(100 * confidencePerLook).toFixed(1)} % had to be shown, so that all together keep the confidence asked for`,
    table: {
      columns: [
        { name: "look", as: "number" },
        { name: "tasks", as: "number" },
        { name: "in play" },
        { name: "advice" },
        { name: "P(better)", as: "number" },
      ],
      rows: looks.map(({ tasks, inPlay, advice }, i) => ({
        cells: [count(i + 1), count(tasks), inPlay.join(", "), advice.team, advice.probabilityBetter.toFixed(2)],
      })),
    },
    notes: [],
  };
}
