import type { Boundary, Crossing } from "../../plan/plan-types.ts";
import type { Metric } from "../../simulate/outcomes.ts";
import { type Interval, isMeasured } from "../../theory/interval.ts";
import type { Draft, SectionDraft } from "../document.ts";
import { between, count, plain, plainInterval, probability } from "../format-number.ts";
import type { Reading } from "../reading.ts";
import { capitalize, list, plural } from "../words.ts";
import { furtherCell } from "./assumed.ts";

/** A line, the number that says how far away it is, and what standing on either side of it means. */
type Line = { name: string; distance: string; team: string; single: string; open: string };

const linesOfVotes: Readonly<Record<Boundary["code"], Line>> = {
  amplification: {
    name: "Amplification, α = 1",
    distance: "ln α",
    team: "a layer amplifies",
    single: "a layer loses signal",
    open: "whether a layer amplifies",
  },
  exponent: {
    name: "Growth, s = β",
    distance: "s − β",
    team: "a team grows faster than one agent",
    single: "one agent grows faster than a team",
    open: "which grows faster",
  },
  window: {
    name: "Window, W = N\u00a0m + prompt",
    distance: "ln W/(N\u00a0m + prompt)",
    team: "the messages fit the window",
    single: "the messages do not fit the window",
    open: "whether the messages fit",
  },
};

const linesOfNumbers: typeof linesOfVotes = {
  ...linesOfVotes,
  amplification: {
    name: "Averaging, v₁ = v",
    distance: "ln v/v₁",
    team: "a layer lowers the error",
    single: "a layer raises the error",
    open: "whether a layer lowers the error",
  },
  exponent: {
    name: "Growth, t = η",
    distance: "t − η",
    team: "a team grows faster than one agent",
    single: "one agent grows faster than a team",
    open: "which grows faster",
  },
};

const lines: Readonly<Record<Metric, typeof linesOfVotes>> = {
  accuracy: linesOfVotes,
  "squared-error": linesOfNumbers,
};
const lineOf = ({ code, metric = "accuracy" }: Boundary) => lines[metric][code];

/** Numbers of calls and tokens are whole ones. */
const parameters: Readonly<Record<Crossing["parameter"], { symbol: string; whole: boolean }>> = {
  rho: { symbol: "ρ", whole: false },
  gamma: { symbol: "γ", whole: false },
  beta: { symbol: "β", whole: false },
  fanIn: { symbol: "fan-in", whole: true },
  messageTokens: { symbol: "m, tokens", whole: true },
  contextTokens: { symbol: "W, tokens", whole: true },
  leaves: { symbol: "N", whole: true },
};

export function lineName(boundary: Boundary): string {
  return lineOf(boundary).name;
}

const symbolOf = ({ metric }: Boundary, { parameter }: Crossing) =>
  metric === "squared-error" && parameter === "beta" ? "η" : parameters[parameter].symbol;

/** "the team’s side", "cannot tell yet; further tasks needed: about 250 (1 to 9,900)" */
export function sideText({ side, distance, tasksStillNeeded }: Boundary): string {
  if (!isMeasured(distance)) return "not measured";
  if (side !== "cannot tell yet") return side === "team" ? "the team’s side" : "the side of one agent";
  return `${side}; further tasks needed: ${furtherCell(tasksStillNeeded)}`;
}

/** "ln α = 0.131 [0.067, 0.186]"; lengths and windows that were stated, not measured, have no interval. */
export function distanceText(boundary: Boundary): string {
  const { distance } = boundary;
  if (!isMeasured(distance)) return "not measured";
  const interval = isStated(distance) ? ", as stated" : ` ${plainInterval(distance)}`;
  return `${lineOf(boundary).distance} = ${plain(distance.value)}${interval}`;
}

export function isStated({ low, high }: Interval): boolean {
  return low === high;
}

/** On which side of its three lines the theory sees the team, and which single change would take it across. */
export function boundariesSection(reading: Reading): SectionDraft | null {
  const { boundaries } = reading.study;
  if (!boundaries.some(({ distance }) => isMeasured(distance))) return null;
  return { id: "boundaries", title: "Where it would turn", blocks: [sides(reading), crossings(boundaries)] };
}

function sides({ study, look, confidenceText, label }: Reading): Draft {
  const { boundaries, plan, tasks } = study;
  const { team, fanIn, messageTokens } = plan.regime;
  const read = messageTokens === undefined ? "" : `, messages of ${count(messageTokens)} tokens`;
  return {
    id: "boundaries",
    title: boundariesTitle(boundaries),
    subtitle: `How far ${team ? label(team) : `votes of ${fanIn}`} (fan-in ${fanIn}${read}) stands from the three lines at which the theory’s answer turns; each strip has a scale of its own`,
    figure: {
      name: "boundaries",
      index: 0,
      description: boundaries
        .map((boundary) => `${lineName(boundary)}: ${distanceText(boundary)}, ${sideText(boundary)}.`)
        .join(" "),
      source: `${confidenceText} intervals, calibrated on all ${plural(tasks.total, "task")}: nothing is chosen by them. A side is told where the interval leaves out the line.`,
    },
    table: {
      columns: [
        { name: "Line" },
        { name: "Distance", as: "number" },
        { name: confidenceText, as: "number" },
        { name: "P(team’s side)", as: "number" },
        { name: "Further tasks" },
        { name: "Side" },
      ],
      rows: boundaries.map((boundary) => {
        const { distance, probabilityTeam, tasksStillNeeded } = boundary;
        return isMeasured(distance)
          ? {
              cells: [
                lineName(boundary),
                plain(distance.value),
                isStated(distance) ? "as stated" : plainInterval(distance),
                isStated(distance) ? "–" : probability(probabilityTeam),
                furtherCell(tasksStillNeeded),
                boundary.side,
              ],
            }
          : { cells: [lineName(boundary), "–", "–", "–", "–", `not measured: ${distance.probe}`] };
      }),
    },
    notes: [
      ...look.lineNotes,
      {
        lead: "W",
        text:
          messageTokens === undefined
            ? "is the context window, N m the expected length of the answers that one reader would read beside the prompt of the task. Single tasks may need more."
            : "is the context window, N m the messages that one reader reads beside the prompt of the task.",
      },
    ],
  };
}

/** "A layer amplifies; which grows faster cannot be told yet" */
function boundariesTitle(boundaries: readonly Boundary[]): string {
  const measured = boundaries.filter(({ distance }) => isMeasured(distance));
  const isOpen = ({ side }: Boundary) => side === "cannot tell yet";
  const told = measured.flatMap((one) => (one.side === "cannot tell yet" ? [] : [lineOf(one)[one.side]]));
  const open = measured.filter(isOpen).map((one) => lineOf(one).open);
  return capitalize(
    [...(told.length > 0 ? [list(told)] : []), ...(open.length > 0 ? [`${list(open)} cannot be told yet`] : [])].join(
      "; ",
    ),
  );
}

function crossings(boundaries: readonly Boundary[]): Draft {
  return {
    id: "crossings",
    title: "One change at a time that would cross a line",
    subtitle: "All other parameters as they were calibrated",
    table: {
      columns: [{ name: "Line" }, { name: "Parameter" }, { name: "Now", as: "number" }, { name: "At the line" }],
      rows: boundaries.flatMap((boundary) =>
        boundary.crossings.map((crossing) => ({
          cells: [lineName(boundary), symbolOf(boundary, crossing), nowText(crossing), crossing.text],
        })),
      ),
    },
    notes: [],
  };
}

function nowText({ parameter, now }: Crossing): string {
  const number = parameters[parameter].whole ? count : plain;
  if (now.low === now.high) return number(now.value);
  const interval = parameters[parameter].whole ? between(count(now.low), count(now.high)) : plainInterval(now);
  return `${number(now.value)} ${interval}`;
}
