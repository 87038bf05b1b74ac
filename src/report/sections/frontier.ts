import { isMeasured } from "../../theory/interval.ts";
import type { Draft, SectionDraft } from "../document.ts";
import { accuracy, accuracyInterval, cost, costHeaders, count, decimal, percent, points } from "../format-number.ts";
import { type KindLook, kindOrder, kinds } from "../kinds.ts";
import { costIn, type Reading } from "../reading.ts";
import type { VoteCurve } from "../study-data.ts";
import { agentsOf } from "../team-text.ts";
import { capitalize, list, numberWord, plural } from "../words.ts";

/** What accuracy costs, and what repeats of one agent buy. */
export function frontierSection(reading: Reading): SectionDraft {
  return {
    id: "frontier",
    title: `${reading.look.title} against cost`,
    blocks: [
      frontier(reading),
      ...shownVotes(reading).map((index) => votes(reading, reading.study.votes[index]!, index)),
    ],
  };
}

function frontier(reading: Reading): Draft {
  const { study, look, unit, confidenceText } = reading;
  const { plan } = study;
  const rows = study.comparisons.toSorted((a, b) => (reading.costOf(a) ?? 0) - (reading.costOf(b) ?? 0));
  const repeated = isMeasured(plan.resampled)
    ? ""
    : `Repeats of one agent: not measured (${plan.resampled.notMeasured}). `;
  return {
    id: "frontier",
    title: frontierTitle(reading),
    subtitle: `${look.axis} against expected ${costHeaders[unit]}, log scale. Equal steps upwards divide ${look.divided} by the same factor`,
    figure: {
      name: "frontier",
      index: 0,
      description: `${repeated}Each large mark is measured on the held-back half: ${rows
        .slice(0, 6)
        .map((row) => `${row.label} ${look.value(row.measured.accuracy.value)}`)
        .join(", ")}. The line is the frontier that the choosing half forecast. All values are in the table below.`,
      source: `Large marks: measured on ${plural(reading.baseline?.measured.tasks ?? study.tasks.heldBack, "held-back task")} with ${confidenceText} intervals. Line: the frontier as the choosing half forecast it.${
        plan.candidates.length > rows.length ? " Small hollow marks: forecasts of other candidates." : ""
      }`,
    },
    table: {
      columns: [
        { name: "Agent or team" },
        { name: costHeaders[unit], as: "number" },
        { name: look.measuredColumn, as: "number" },
        { name: confidenceText, as: "number" },
        { name: look.forecastColumn, as: "number" },
        { name: confidenceText, as: "number" },
      ],
      rows: rows.map((row) => {
        const amount = reading.costOf(row);
        const { mean, low, high } = row.forecast.accuracy;
        return {
          kind: row.kind,
          strong: row.chosen,
          code: row.team,
          cells: [
            row.label,
            amount === null ? "–" : cost(amount, unit),
            look.value(row.measured.accuracy.value),
            look.interval(row.measured.accuracy),
            look.value(mean),
            look.interval({ low, high }),
          ],
        };
      }),
    },
    notes: [
      {
        lead: "How to read it.",
        text: "Up is better, left is cheaper. A mark below the line kept less than it promised.",
      },
      { lead: `${plural(plan.candidatesPriced, "candidate")}:`, text: candidatesText(reading) },
      { lead: "With hindsight", text: hindsightText(reading) },
    ],
  };
}

/** What the same money could reach, and how much of that the advice caught. */
export function hindsightText({ look, study, baseline }: Reading): string {
  const { hindsight, plan, tasks } = study;
  const bound = (tasksText: string, value: string) =>
    `the same money spent on who is right on each of the ${tasksText} would reach ${value}: a bound that nobody can buy.`;
  if (!hindsight) return bound(`${count(tasks.choosing)} tasks of the choosing half`, look.value(plan.oracle.accuracy));
  const { team, accuracy, shareCaught } = hindsight;
  const there = bound(
    `${count(tasks.heldBack)} held-back tasks`,
    `${look.value(accuracy.value)} ${look.interval(accuracy)}`,
  );
  if (plan.advice.kind === "single") return `${there} One agent is what it is measured from.`;
  const { value, low, high } = shareCaught;
  return `${there} From ${baseline?.label ?? study.baseline} to there, ${team} went ${percent(value)} of the way (${percent(low)} to ${percent(high)}), measured where nothing was chosen.`;
}

function candidatesText({ study }: Reading): string {
  const { candidates, candidatesPriced, frontier } = study.plan;
  const all = candidates.length >= candidatesPriced;
  const counts = kindOrder.flatMap((kind) => {
    const some = candidates.filter((one) => one.kind === kind).length;
    return some === 0
      ? []
      : [some === 1 ? `one ${kinds[kind].short.replace(/^one /, "")}` : `${count(some)} ${kinds[kind].many}`];
  });
  const kept = `${numberWord(frontier.length)} ${frontier.length === 1 ? "makes" : "make"} the frontier.`;
  return `${all ? list(counts) : `the best ${count(candidates.length)} are kept: ${list(counts)}`}. ${capitalize(kept)}`;
}

/** Which kind stands on the frontier at the chosen budget, and from where. */
function frontierTitle({ study, unit, standing }: Reading): string {
  const frontier = study.plan.frontier
    .flatMap((forecast) => {
      const amount = costIn(forecast, unit);
      return amount === null ? [] : [{ kind: forecast.kind, amount, accuracy: forecast.accuracy.mean }];
    })
    .toSorted((a, b) => a.amount - b.amount);
  if (frontier.length === 0) return "No candidate could be priced";
  const runs: { kind: (typeof frontier)[number]["kind"]; from: number; to: number }[] = [];
  for (const { kind, amount } of frontier) {
    const last = runs.at(-1);
    if (last?.kind === kind) last.to = amount;
    else runs.push({ kind, from: amount, to: amount });
    if (last && last.kind !== kind) last.to = amount;
  }
  const text = (amount: number) => (unit === "usd" ? cost(amount, unit) : `${cost(amount, unit)} ${unit}`);
  const per = unit === "usd" ? " per 1,000 tasks" : "";
  const claim = ({ one, is }: KindLook) => `${one} ${is} forecast to buy the most`;
  if (runs.length === 1) return `At every price, ${claim(kinds[runs[0]!.kind])}`;
  const wanted = standing === "confirmed" || standing === "unsettled" ? study.plan.best.kind : null;
  const main =
    runs.filter(({ kind }) => kind === wanted).toSorted((a, b) => b.to / b.from - a.to / a.from)[0] ??
    runs.toSorted((a, b) => b.to / b.from - a.to / a.from)[0]!;
  const what = claim(kinds[main.kind]);
  return main === runs.at(-1)
    ? `From ${text(main.from)}${per}, ${what}`
    : main === runs[0]
      ? `Up to ${text(main.to)}${per}, ${what}`
      : `From ${text(main.from)} to ${text(main.to)}${per}, ${what}`;
}

/** At most two curves: of the agent that the advice is about, of other tasks, else the first. */
function shownVotes({ study }: Reading): number[] {
  const agents = agentsOf(study.plan.advice.team).flatMap((name) => [name, study.labels[name] ?? name]);
  const rank = ({ agent, name }: VoteCurve) => (agents.includes(agent) ? 0 : name !== study.name ? 1 : 2);
  const ranked = study.votes.map((curve, index) => ({ index, rank: rank(curve) })).toSorted((a, b) => a.rank - b.rank);
  const wanted = ranked.filter((one) => one.rank < 2);
  return (wanted.length > 0 ? wanted : ranked.slice(0, 1)).slice(0, 2).map(({ index }) => index);
}

function votes(reading: Reading, curve: VoteCurve, index: number): Draft {
  const { study, confidenceText } = reading;
  const rows = curve.points.toSorted((a, b) => a.calls - b.calls);
  const name = study.labels[curve.agent] ?? curve.agent;
  return {
    id: `votes-${index + 1}`,
    title: votesTitle(curve, name),
    subtitle: `${name} on ${curve.name}: the most common of several answers, per cent right, against mean calls per task${
      curve.name === study.name ? "" : ". Other tasks than above, so not comparable with the figure above"
    }`,
    figure: {
      name: "votes",
      index,
      description: rows
        .map(
          ({ organization, votes, calls, measured }) =>
            `${organization} of ${votes} at ${decimal(calls, 1)} calls: ${accuracy(measured.value)}.`,
        )
        .join(" "),
      source: `${plural(curve.tasks, "held-back task")}; bars: ${confidenceText} intervals. Dashed: forecast of the choosing half.`,
    },
    table: {
      columns: [
        { name: "Team" },
        { name: "Votes at most", as: "number" },
        { name: "Calls", as: "number" },
        { name: "Forecast", as: "number" },
        { name: "Measured", as: "number" },
        { name: confidenceText, as: "number" },
      ],
      rows: rows.map((point) => ({
        kind: point.votes === 1 ? ("single" as const) : ("repeated" as const),
        cells: [
          point.team,
          count(point.votes),
          decimal(point.calls, 1),
          accuracy(point.forecast.value),
          accuracy(point.measured.value),
          accuracyInterval(point.measured),
        ],
      })),
    },
    notes:
      study.votes.length > 1 && index === shownVotes(reading)[0]
        ? [
            {
              text: `Repeats of ${plural(study.votes.length, "agent")} are recorded; those that matter for the advice are drawn, all are in the JSON.`,
            },
          ]
        : [],
  };
}

/** Points of a curve whose number of votes is fixed, and those that stop early; fewest calls first. */
export function splitVotes(curve: VoteCurve): Record<"fixed" | "early", VoteCurve["points"][number][]> {
  const sorted = curve.points.toSorted((a, b) => a.calls - b.calls);
  const isEarly = ({ organization }: VoteCurve["points"][number]) =>
    organization !== "vote" && organization !== "single";
  return { fixed: sorted.filter((point) => !isEarly(point)), early: sorted.filter(isEarly) };
}

/** The early stop that saves most against a fixed vote it equals, where fixed votes are worth buying at all. */
export function earlyStop(
  curve: VoteCurve,
): { point: VoteCurve["points"][number]; asGoodAs: VoteCurve["points"][number] } | null {
  const { fixed, early } = splitVotes(curve);
  let best: { point: VoteCurve["points"][number]; asGoodAs: VoteCurve["points"][number] } | null = null;
  const floor = (fixed[0]?.measured.value ?? 1) + 0.005;
  for (const point of early) {
    if (point.measured.value < floor) continue;
    const asGoodAs = fixed.filter(({ measured }) => measured.value <= point.measured.value + 0.0015).at(-1);
    if (!asGoodAs || asGoodAs.calls < 1.3 * point.calls) continue;
    if (!best || asGoodAs.calls / point.calls > best.asGoodAs.calls / best.point.calls) best = { point, asGoodAs };
  }
  return best;
}

function votesTitle(curve: VoteCurve, name: string): string {
  const { fixed } = splitVotes(curve);
  const stop = earlyStop(curve);
  // Rounded up: the title must not flatter.
  if (stop && stop.asGoodAs.votes > 1)
    return `Stop when one answer leads: ${numberWord(stop.asGoodAs.votes)} votes for the price of ${numberWord(Math.ceil(stop.point.calls - 0.05))}`;
  const [first, last] = [fixed[0], fixed.at(-1)];
  if (!first || !last || first === last) return `One point is known of repeated votes of ${name}`;
  const gain = last.measured.value - first.measured.value;
  const half = last.measured.high - last.measured.value;
  if (gain > half) {
    const most = fixed.find(({ measured }) => measured.value - first.measured.value >= 0.8 * gain)!;
    return `${capitalize(numberWord(last.votes))} votes of ${name} gain ${points(gain)} points over ${numberWord(first.votes)}${most === last ? "" : `, most of it by ${numberWord(most.votes)}`}`;
  }
  return gain < -half ? `More votes of ${name} make it worse` : `More votes of ${name} buy no clear gain`;
}
