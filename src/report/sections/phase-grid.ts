import type { Draft } from "../document.ts";
import {
  axisTitle,
  phaseDescription,
  phaseNotes,
  phaseSubtitle,
  phaseTitle,
  quantityText,
  withGrid,
} from "../phase-words.ts";
import type { Reading } from "../reading.ts";
import { capitalize } from "../words.ts";

/** At which budgets and lengths of messages the theory's tree of readers beats one agent, with the team on the map. */
export function phaseGridBlock({ study, label, confidenceText }: Reading): Draft | null {
  if (!study.phaseMap) return null;
  const map = withGrid(study.phaseMap);
  const team = label(map.team.text);
  return {
    id: "phase-grid",
    title: phaseTitle(map, `By the theory ${team}`),
    subtitle: phaseSubtitle(map, team),
    figure: {
      name: "phase-grid",
      index: 0,
      description: phaseDescription(map, team),
      source: `Theory with the parameters in the table, calibrated on the choosing half; ${confidenceText} intervals over tasks. Nothing here was measured on the other half.`,
    },
    table: {
      columns: [
        { name: "Quantity" },
        { name: `Value and its ${confidenceText} interval`, as: "number" },
        { name: "Source" },
      ],
      rows: map.inputs.map(({ name, value, source }) => ({
        cells: [capitalize(axisTitle(name)), quantityText(name, value), source],
      })),
    },
    notes: phaseNotes(map).map((text) => ({ text })),
  };
}
