import { isMeasured } from "../../theory/interval.ts";
import { costWords } from "../cost-words.ts";
import type { Note, Row, SectionDraft } from "../document.ts";
import { cost, costHeaders, count, points, pointsInterval, probability } from "../format-number.ts";
import type { costIn, Reading } from "../reading.ts";
import { numberWord, plural } from "../words.ts";

/** Everything that was measured, in one table, and how to do it again. */
export function candidatesSection(reading: Reading): SectionDraft {
  const { study, look, unit, baseline, confidenceText } = reading;
  const tokens = unit !== "tokens" && study.comparisons.some((row) => row.measured.cost.tokens !== null);
  const rows = study.comparisons.map((row): Row => {
    const amount = reading.costOf(row);
    const { difference } = row;
    return {
      kind: row.kind,
      strong: row.chosen,
      code: row.team,
      cells: [
        row.label,
        amount === null ? "–" : cost(amount, unit),
        ...(tokens ? [row.measured.cost.tokens === null ? "–" : count(row.measured.cost.tokens)] : []),
        look.value(row.forecast.accuracy.mean),
        look.value(row.measured.accuracy.value),
        look.interval(row.measured.accuracy),
        difference ? points(difference.measured.value) : "–",
        difference ? pointsInterval(difference.measured) : "–",
        difference ? probability(difference.probabilityBetter) : "–",
        worstCase(row.forecast, reading),
      ],
    };
  });
  return {
    id: "candidates",
    title: "For those who want numbers",
    blocks: [
      {
        id: "candidates",
        title:
          study.comparisons.length === 1
            ? "The one candidate that was measured"
            : `The ${numberWord(study.comparisons.length)} candidates that were measured`,
        subtitle: `${look.of(plural(baseline?.measured.tasks ?? study.tasks.heldBack, "held-back task"))}; cost in ${costHeaders[unit]}${tokens ? ", tokens per task" : ""}; ${look.differences(baseline?.label ?? study.baseline)}, paired by task`,
        table: {
          columns: [
            { name: "Team" },
            { name: unit === "usd" ? "$ per 1,000" : capitalizeUnit(unit), as: "number" },
            ...(tokens ? [{ name: "Tokens", as: "number" } as const] : []),
            { name: "Forecast", as: "number" },
            { name: "Measured", as: "number" },
            { name: confidenceText, as: "number" },
            { name: "Difference", as: "number" },
            { name: confidenceText, as: "number" },
            { name: "P(better)", as: "number" },
            { name: "Worst case", as: "number" },
          ],
          rows,
        },
        notes: costNotes(reading),
      },
    ],
  };
}

/** What else a task takes, of the chosen team. */
function costNotes({ chosen }: Reading): Note[] {
  const words = chosen ? costWords(chosen.forecast) : "";
  return words && chosen ? [{ lead: `One task of ${chosen.label}, as forecast:`, text: `${words}.` }] : [];
}

function capitalizeUnit(unit: string): string {
  return unit.charAt(0).toUpperCase() + unit.slice(1);
}

/** The most that one task can cost. */
function worstCase(forecast: Parameters<typeof costIn>[0], { unit }: Reading): string {
  const amount = forecast.cost[unit];
  return isMeasured(amount) ? cost(amount.max, unit) : "–";
}

export function reproduceSection({ study }: Reading): SectionDraft {
  const { candidates, candidatesPriced } = study.plan;
  return {
    id: "reproduce",
    title: "Reproduce",
    blocks: [
      {
        id: "reproduce",
        title: "Do it again",
        command: study.command,
        paragraphs: [
          `Same seed, same numbers, on any machine: ${plural(study.tasks.choosing, "task")} to choose on, ${count(study.tasks.heldBack)} held back. Every number of this report${
            candidates.length < candidatesPriced
              ? ` and the ${count(candidates.length)} best of ${count(candidatesPriced)} forecasts`
              : " and every forecast"
          } are in the JSON form of this report.`,
          ...study.sources,
        ],
        notes: [],
      },
    ],
  };
}
