import type { Calibration } from "../calibrate/calibration.ts";
import { boundariesOf } from "../plan/boundaries.ts";
import { pick } from "../plan/choose.ts";
import type { Boundary, Plan } from "../plan/plan-types.ts";
import { regimeOf } from "../plan/regime.ts";
import { worths } from "../plan/roster.ts";
import { riskTheoryAt } from "../plan/squared-error-regime.ts";
import { findColumn } from "../records/answer-table.ts";

/**
 * The lines of the theory for the node that the plan chose, calibrated on every recorded task: they choose nothing, so
 * no half has to be held back for them.
 */
export function boundariesOnAllTasks(
  { single: { metric }, regime, budget, confidence }: Plan,
  calibration: Calibration,
): readonly Boundary[] {
  const { fanIn, voters: names = [], messageTokens } = regime;
  const columns = names.map((name) => findColumn(calibration.table, name)!);
  const grades = columns.map((column) => worths[metric].of(calibration, column, calibration.tasks));
  const common = [...calibration.tasks.keys()].filter((i) => grades.every((right) => !Number.isNaN(right[i]!)));
  const voters = columns.map((column, i) => ({ name: column.name, column, right: pick(grades[i]!, common) }));
  const [first] = names;
  const node =
    first === undefined
      ? null
      : { fanIn, voters, ...(messageTokens !== undefined && { messages: { tokens: messageTokens, leaf: first } }) };
  const tasks = Uint32Array.from(common, (i) => calibration.tasks[i]!);
  if (metric === "squared-error") return riskTheoryAt(node, calibration, { tasks }, { budget, confidence }).boundaries;
  return boundariesOf(node, regimeOf(node, calibration, { tasks }, confidence).regime, calibration);
}
