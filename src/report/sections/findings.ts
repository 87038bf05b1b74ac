import type { SectionDraft } from "../document.ts";
import type { Reading } from "../reading.ts";
import { capitalize, numberWord } from "../words.ts";

/** Diagnoses in plain words, each with what to do about it, and teams that could not be considered. */
export function findingsSection({ study, label, named }: Reading): SectionDraft | null {
  const { findings } = study;
  const { refused } = study.plan;
  if (findings.length === 0 && refused.length === 0) return null;
  return {
    id: "findings",
    title: "Findings and what to do about them",
    blocks: [
      findings.length === 0
        ? null
        : {
            id: "findings",
            title:
              findings.length === 1
                ? "One thing stands out"
                : `${capitalize(numberWord(findings.length))} things stand out`,
            table: {
              columns: [{ name: "Finding" }, { name: "What to do" }],
              rows: findings.map(({ code, message, remedy }) => ({ cells: [named(message), named(remedy)], code })),
            },
            notes: [],
          },
      refused.length === 0
        ? null
        : {
            id: "refused",
            title: `${capitalize(numberWord(refused.length))} ${refused.length === 1 ? "team was" : "teams were"} refused`,
            table: {
              columns: [{ name: "Team" }, { name: "Why" }, { name: "Instead", as: "code" }],
              rows: refused.map(({ team, reason, instead }) => ({
                cells: [label(team), named(reason), instead],
                code: team,
              })),
            },
            notes: [],
          },
    ],
  };
}
