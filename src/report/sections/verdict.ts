import type { Note, SectionDraft, Table } from "../document.ts";
import {
  accuracy,
  accuracyInterval,
  cost,
  costHeaders,
  costSentence,
  count,
  percent,
  probabilitySentence,
  share,
} from "../format-number.ts";
import type { Reading } from "../reading.ts";
import type { Flow } from "../study-data.ts";
import { agentsOf } from "../team-text.ts";
import { list, lowerFirst, plural } from "../words.ts";

/** One agent against the team, and where the team's tasks go. */
export function verdictSection(reading: Reading): SectionDraft {
  return { id: "verdict", title: "The verdict in numbers", blocks: [verdict(reading), flow(reading)] };
}

function verdict(reading: Reading): SectionDraft["blocks"][number] {
  const { study, look, baseline, rival, unit, confidenceText } = reading;
  if (!baseline) return null;
  const rows = rival ? [baseline, rival] : [baseline];
  const costs = rows.map((row) => reading.costOf(row));
  const assumed = study.assumptions.some(({ status, subject }) => status === "assumed" && /price/.test(subject));
  return {
    id: "verdict",
    title: verdictTitle(reading),
    subtitle: `${look.quantity} with ${confidenceText} intervals, and ${
      unit === "usd" ? `money${assumed ? " at the assumed prices" : ""}` : `cost in ${unit}`
    }`,
    figure: {
      name: "verdict",
      index: 0,
      description: rows
        .map(
          (row, i) =>
            `${row.label} ${look.does} ${look.sentence(row.measured.accuracy.value)} ${look.interval(row.measured.accuracy)}${
              costs[i] === null || costs[i] === undefined ? "" : `, ${costSentence(costs[i], unit)}`
            }.`,
        )
        .concat(
          rival
            ? [
                `Difference ${look.gain(rival.difference.measured.value)} ${look.gainInterval(rival.difference.measured)}.`,
              ]
            : [],
        )
        .join(" "),
      source: `${plural(baseline.measured.tasks, "held-back task")}${grading(reading)}.`,
    },
    table: verdictTable(reading),
    notes: verdictNotes(reading),
  };
}

function grading({ study }: Reading): string {
  const rule = study.assumptions.find(({ subject }) => subject === "grading");
  return rule ? `; graded by ${rule.value}` : "";
}

/** Better or worse, for how much of the money: every wording that the data can ask for. */
function verdictTitle({ baseline, rival, look, costShare, unit, study }: Reading): string {
  if (!rival) return `${baseline?.label ?? study.baseline} is the only choice these answers allow`;
  const [agent = ""] = agentsOf(rival.team);
  const who = rival.kind === "repeated" ? `Asking ${study.labels[agent] ?? agent} several times` : "The team";
  const { measured, probabilityBetter } = rival.difference;
  const better = probabilityBetter >= study.confidence;
  const worse = probabilityBetter <= 1 - study.confidence;
  // P asks about one side only; where the interval still holds zero the title says no more than that.
  const is = measured.low > 0 || measured.high < 0 ? "is" : "is probably";
  const probably = is === "is" ? "" : "probably ";
  const does = (verb: string) => verb.replace(/^(is )?/, (auxiliary) => `${auxiliary}${probably}`);
  const right = better
    ? `${who} ${does(look.better)}`
    : worse
      ? `${who} ${does(look.worse)}`
      : `${who} is ${Math.abs(measured.value) < 0.001 ? "no" : measured.value > 0 ? "not clearly" : "no"} better`;
  const ratio = costShare(rival);
  if (ratio === null) return right;
  const joint = better === ratio < 1 ? "and" : better ? "but" : "and";
  return `${right} ${joint} costs ${ratioWords(ratio, unit === "usd" ? "the money" : unit)}`;
}

/** 0.54 → "about half the money". */
function ratioWords(ratio: number, money: string): string {
  const the = money === "the money" ? money : `the ${money}`;
  if (ratio < 0.005) return `next to nothing`;
  if (ratio >= 0.455 && ratio <= 0.555) return `about half ${the}`;
  if (ratio >= 0.305 && ratio <= 0.365) return `about a third of ${the}`;
  if (ratio >= 0.225 && ratio <= 0.275) return `about a quarter of ${the}`;
  if (ratio > 0.955 && ratio < 1.045) return "about the same";
  return ratio < 1.995 ? `${percent(ratio)} of ${the}` : `${share(ratio)} ${the}`;
}

function verdictTable(reading: Reading): Table {
  const { baseline, rival, look, unit, confidenceText } = reading;
  return {
    columns: [
      { name: "Who" },
      { name: look.column, as: "number" },
      { name: confidenceText, as: "number" },
      { name: costHeaders[unit], as: "number" },
    ],
    rows: [...(baseline ? [baseline] : []), ...(rival ? [rival] : [])].map((row) => {
      const amount = reading.costOf(row);
      return {
        kind: row.kind,
        strong: row.chosen,
        cells: [
          row.label,
          look.value(row.measured.accuracy.value),
          look.interval(row.measured.accuracy),
          amount === null ? "–" : cost(amount, unit),
        ],
      };
    }),
  };
}

function verdictNotes(reading: Reading): Note[] {
  const { study, look, baseline, rival, teams, costShare, unit } = reading;
  const notes: Note[] = [];
  if (baseline && rival) {
    const overlap =
      rival.measured.accuracy.low < baseline.measured.accuracy.high &&
      baseline.measured.accuracy.low < rival.measured.accuracy.high;
    const { measured, probabilityBetter } = rival.difference;
    const clear = measured.low > 0 || measured.high < 0;
    const open = probabilityBetter < study.confidence && probabilityBetter > 1 - study.confidence;
    notes.push(
      overlap && clear
        ? {
            lead: "The two upper intervals overlap, yet the difference is clear.",
            text: "Both answered the same tasks, so the difference is taken task by task; what makes a task hard for both cancels.",
          }
        : {
            lead: "The difference is taken task by task.",
            text: clear
              ? "What makes a task hard for both cancels."
              : open
                ? "Its interval holds zero: these tasks do not settle which is better."
                : "Its interval just holds zero; P(better) asks about one side only.",
          },
    );
  }
  notes.push({ lead: "Why this.", text: reading.named(study.plan.advice.because) });
  const chosenCost = rival ? costShare(rival) : null;
  const cheaper = teams.find(
    (team) =>
      team !== rival &&
      team.difference.probabilityBetter >= study.confidence &&
      chosenCost !== null &&
      (costShare(team) ?? Number.POSITIVE_INFINITY) < 0.95 * chosenCost,
  );
  if (cheaper)
    notes.push({
      lead: "Cheaper, with hindsight:",
      text: `${cheaper.label}, forecast at ${look.gain(cheaper.difference.forecast.value)}, measured ${look.gain(cheaper.difference.measured.value)} ${look.gainInterval(cheaper.difference.measured)} at ${percent(costShare(cheaper) ?? 0)} of ${baseline?.label}’s ${unit === "usd" ? "cost" : unit}, ${probabilitySentence(cheaper.difference.probabilityBetter)}. Picked after looking, so it flatters.`,
    });
  const { moreMoney } = study.plan;
  const moreCost = moreMoney ? reading.forecastCost(moreMoney) : null;
  if (moreMoney && moreCost !== null && moreMoney.team !== study.plan.advice.team)
    notes.push({
      lead: "For more money:",
      text: `${reading.label(moreMoney.team)} is forecast ${look.forecastTo} ${look.sentence(moreMoney.accuracy.mean)} ${look.interval(moreMoney.accuracy)} for ${costSentence(moreCost, unit)}.`,
    });
  return notes;
}

function flow(reading: Reading): SectionDraft["blocks"][number] {
  const { study, baseline, confidenceText } = reading;
  if (!study.flow || study.flow.stages.length === 0) return null;
  const { stages } = study.flow;
  const single = baseline?.label ?? study.baseline;
  const other = study.flow.team === study.plan.advice.team ? null : reading.label(study.flow.team);
  return {
    id: "flow",
    title: other ? `In ${other}, ${lowerFirst(flowTitle(stages))}` : flowTitle(stages),
    subtitle: other
      ? "This staged team is not the advised one. Size of each band: share of tasks"
      : "Size of each band: share of tasks",
    figure: {
      name: "flow",
      index: 0,
      description: stages
        .map(
          ({ label, share, right, baselineRight }) =>
            `${label}: ${percent(share)} of tasks, right ${percent(right.value, 1)}; ${single} on the same tasks ${percent(baselineRight.value, 1)}.`,
        )
        .join(" "),
      source: `${plural(
        stages.reduce((sum, { tasks }) => sum + tasks, 0),
        "held-back task",
      )} in ${reading.label(study.flow.team)}.`,
    },
    table: {
      columns: [
        { name: "Tasks on which" },
        { name: "Number", as: "number" },
        { name: "Share", as: "number" },
        { name: "Team right, %", as: "number" },
        { name: confidenceText, as: "number" },
        { name: `${single} right, %`, as: "number" },
      ],
      rows: stages.map(({ label, tasks, share, right, baselineRight }) => ({
        cells: [
          label,
          count(tasks),
          percent(share),
          accuracy(right.value),
          accuracyInterval(right),
          accuracy(baselineRight.value),
        ],
      })),
    },
    notes: [],
  };
}

/** Right answers more than the single agent gives on the same tasks. */
export function stageGain({ tasks, right, baselineRight }: Flow["stages"][number]): number {
  return Math.round(tasks * (right.value - baselineRight.value));
}

function flowTitle(stages: Flow["stages"]): string {
  const gains = stages.map(stageGain);
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  const winners = stages.filter((_, i) => gains[i]! > 0);
  const losers = stages.filter((_, i) => gains[i]! < 0);
  const named = (some: readonly { label: string }[]) => list(some.map(({ label }) => label.split(":")[0]!));
  if (total <= 0)
    return total === 0 ? "No stage changes the number of right answers" : "The stages lose more answers than they win";
  const where = `The gain comes from the tasks on which ${named(winners)}`;
  return losers.length > 0 ? `${where}; part of it is lost where ${named(losers)}` : where;
}
