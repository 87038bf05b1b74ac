import { group } from "d3-array";
import type { Draft, Row, SectionDraft } from "../document.ts";
import { points, pointsInterval } from "../format-number.ts";
import { roughly } from "../headline.ts";
import type { Reading } from "../reading.ts";
import type { Study } from "../study-data.ts";
import { capitalize, list, numberWord, plural } from "../words.ts";

/** What the numbers rest on: assumptions, gaps, and how many more tasks would settle what is open. */
export function assumedSection(reading: Reading): SectionDraft | null {
  const blocks = [assumed(reading.study), stillNeeded(reading)];
  return blocks.some((block) => block !== null)
    ? { id: "assumed", title: "Assumed, not measured, still needed", blocks }
    : null;
}

/** Assumptions with the same words about several agents are one row; `quantity` is the subject without the agents. */
export interface MergedAssumption {
  readonly quantity: string;
  readonly subject: string;
  readonly value: string;
  readonly status: string;
  readonly source: string;
}

export function mergedAssumptions({ assumptions, labels }: Pick<Study, "assumptions" | "labels">): MergedAssumption[] {
  const same = group(assumptions, ({ subject, agent, value, status, source }) =>
    JSON.stringify([subject, value, status, source, agent === undefined]),
  );
  return [...same.values()].map((some) => {
    const { subject: quantity, value, status, source } = some[0]!;
    const agents = [...new Set(some.flatMap(({ agent }) => (agent === undefined ? [] : [labels[agent] ?? agent])))];
    const whose = agents.length > 4 ? `${numberWord(agents.length)} agents` : list(agents);
    return { quantity, subject: capitalize(whose ? `${quantity} of ${whose}` : quantity), value, status, source };
  });
}

function assumed(study: Study): Draft | null {
  const rows: Row[] = [
    ...mergedAssumptions(study).map(({ subject, value, status, source }) => ({
      cells: [subject, value, status, source],
    })),
    ...study.notMeasured.map(({ subject, probe }) => ({ cells: [capitalize(subject), "–", "not measured", probe] })),
  ];
  if (rows.length === 0) return null;
  return {
    id: "assumed",
    title: assumedTitle(study),
    table: {
      columns: [
        { name: "Quantity" },
        { name: "Value" },
        { name: "Status", as: "status" },
        { name: "Source, or what would measure it" },
      ],
      rows,
    },
    notes: [
      {
        lead: "Nothing is guessed silently.",
        text: "What was not measured has a dashed outline, no number, and the probe that would measure it.",
      },
    ],
  };
}

function assumedTitle({ assumptions, notMeasured }: Study): string {
  const assumed = [...new Set(assumptions.filter(({ status }) => status === "assumed").map(({ subject }) => subject))];
  const open =
    notMeasured.length === 0
      ? ""
      : `${numberWord(notMeasured.length)} ${notMeasured.length === 1 ? "quantity was" : "quantities were"} not measured`;
  if (assumed.length === 0) return open ? capitalize(`nothing was assumed; ${open}`) : "Nothing was assumed";
  const what =
    assumed.length > 3
      ? `${numberWord(assumed.length)} quantities are assumed`
      : `${list(assumed)} ${assumed.length === 1 ? "is" : "are"} assumed`;
  return capitalize(open ? `${what}; ${open}` : what);
}

function stillNeeded({ study, look, standing, confidenceText }: Reading): Draft | null {
  if (study.tasksStillNeeded.length === 0) return null;
  const open = study.tasksStillNeeded.filter(({ further }) => further !== null).length;
  return {
    id: "still-needed",
    title:
      open === 0
        ? standing === "unsettled"
          ? "The choice needs no further tasks; its check does"
          : "No further tasks are needed for this advice"
        : `${capitalize(
            plural(open, "question")
              .replace(/^1 /, "one ")
              .replace(/^(\d) /, (_, digit) => `${numberWord(Number(digit))} `),
          )} need${open === 1 ? "s" : ""} more tasks`,
    table: {
      columns: [
        { name: "Question" },
        { name: `Now, ${look.unit} and ${confidenceText}` },
        { name: "Further tasks" },
        { name: "Meaning" },
      ],
      rows: study.tasksStillNeeded.map(({ question, now, further, meaning }) => ({
        cells: [question, `${points(now.value)} ${pointsInterval(now)}`, furtherCell(further), meaning],
      })),
    },
    notes: [],
  };
}

/** "about 420 (210 to 900)", "none" */
export function furtherCell(further: Study["tasksStillNeeded"][number]["further"]): string {
  if (!further) return "none";
  if (further.median <= 0) return Number.isFinite(further.high) ? `at most about ${roughly(further.high)}` : "a few";
  if (!Number.isFinite(further.median)) return "no number of tasks";
  const text = `about ${roughly(further.median)}`;
  return further.high > 1.2 * further.low
    ? `${text} (${roughly(further.low)} to ${Number.isFinite(further.high) ? roughly(further.high) : "∞"})`
    : text;
}
