import { diversityFrom } from "../calibrate/diversity.ts";
import { pseudoLabels } from "../calibrate/pseudo-labels.ts";
import { memberOf, part } from "../organizations/cast.ts";
import { makeTeam } from "../organizations/team.ts";
import { rankPanels } from "../plan/panels.ts";
import { findColumn } from "../records/answer-table.ts";
import type { Unlabeled } from "../report/study-data.ts";
import { teamLabel } from "../report/team-text.ts";
import { isMeasured } from "../theory/interval.ts";
import { type Check, outcomesOf, shareOver } from "./compare.ts";

const agentsShown = 10;
const panelsShown = 3;

/** Agents and panels by pseudo-labels of the choosing half, each measured on the other; null where agreement says nothing. */
export function withoutLabels({ calibration, heldBack, labels, seed }: Check): Unlabeled | null {
  const { table, tasks, confidence } = calibration;
  const found = pseudoLabels(table, tasks);
  if (!isMeasured(found)) return null;
  const { agents, channels, rho } = diversityFrom(found, { confidence, seed });
  const singles = agents
    .toSorted((a, b) => b.pseudoAccuracy.value - a.pseudoAccuracy.value || (a.name < b.name ? -1 : 1))
    .slice(0, agentsShown)
    .map(({ name, pseudoAccuracy }) => ({
      team: makeTeam("single", { cast: [part(memberOf(findColumn(table, name)!))] }).text,
      kind: "single" as const,
      pseudo: pseudoAccuracy,
    }));
  const panels = rankPanels(found, confidence)
    .slice(0, panelsShown)
    .map(({ team, pseudoAccuracy }) => ({ team, kind: "panel" as const, pseudo: pseudoAccuracy }));
  const rows = [...singles, ...panels].flatMap((row) => {
    const { tasks: measuredTasks, ...measured } = shareOver(
      outcomesOf(row.team, { calibration, seed }).accuracy,
      heldBack,
      confidence,
    );
    return measuredTasks < 2 ? [] : [{ ...row, label: teamLabel(row.team, labels), measured }];
  });
  return rows.length < 2 ? null : { tasks: found.tasks.length, agents: agents.length, rows, channels, rho };
}
