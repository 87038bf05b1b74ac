import type { Measured, NotMeasured } from "../theory/interval.ts";
import { addCount, type GradedColumn, type GroupCounts } from "./agents.ts";
import type { Calibration } from "./calibration.ts";
import { correlationOfNestedSums, nestedRow } from "./estimators/correlation-nested.ts";
import type { Count } from "./estimators/counts.ts";
import { clampInterval } from "./estimators/estimate.ts";
import { panelCorrelation } from "./estimators/panel-correlation.ts";
import { jackknifeInterval, type TaskRows, taskRows } from "./estimators/resample.ts";

type Correlations = Pick<Calibration, "rhoTotal" | "rhoTask" | "rhoWithin">;

/**
 * Hard tasks and shared errors. Where attempts stood in groups, the split of both; else the total alone: of a vote of
 * different agents, or of a repeated agent where there is only one.
 */
export function calibrateSharedErrors(columns: readonly GradedColumn[], confidence: number): Correlations {
  const rows = nestedRows(columns);
  if ("notMeasured" in rows) return { rhoTotal: panelRho(columns, confidence), rhoTask: rows, rhoWithin: rows };
  const [, total, task, within] = jackknifeInterval(rows, correlationOfNestedSums, confidence).map((part) =>
    Number.isNaN(part.standardError) ? nobodyErrs : clampInterval(part, -1, 1),
  );
  return { rhoTotal: total!, rhoTask: task!, rhoWithin: within! };
}

const probe =
  "ask the agents each task in three groups of five answers, each with a context of its own, and record the field `group`";

const nobodyErrs: NotMeasured = {
  notMeasured: "all answers in groups are right, or all are wrong",
  probe: "record groups on tasks that are sometimes answered right and sometimes wrong",
};

/**
 * Rows of every agent that has groups of two or more answers of its own, side by side; where groups consist of different
 * agents, all answers of a group together, taken as exchangeable.
 */
function nestedRows(columns: readonly GradedColumn[]): TaskRows | NotMeasured {
  const grouped = columns.flatMap(({ groups }) => (groups ? [groups] : []));
  if (grouped.length === 0)
    return { notMeasured: "every attempt stood alone: shared errors look like hard tasks", probe };
  const own = grouped.filter((groups) => tasksWithPairs(groups) >= 2);
  const strata = own.length > 0 ? own : [mixedGroups(grouped)].filter((groups) => tasksWithPairs(groups) >= 2);
  if (strata.length === 0)
    return { notMeasured: "fewer than 2 tasks have two groups of two or more graded answers", probe };
  // A task without groups says nothing, so it must not raise the degrees of freedom.
  const rows = strata[0]!.flatMap((_, t) => {
    const groups = strata.map((ofTasks) => [...ofTasks[t]!.values()]);
    return groups.some(({ length }) => length > 0) ? [groups.flatMap(nestedRow)] : [];
  });
  return taskRows(rows);
}

/** Tasks that show both what a group shares and what it does not. */
function tasksWithPairs(groups: readonly GroupCounts[]): number {
  return groups.filter((counts) => counts.size >= 2 && [...counts.values()].some(([votes]) => votes >= 2)).length;
}

function mixedGroups(columns: readonly (readonly GroupCounts[])[]): readonly GroupCounts[] {
  return columns[0]!.map((_, t) => {
    const counts = new Map<number, Count>();
    for (const groups of columns) for (const [group, count] of groups[t]!) addCount(counts, group, count);
    return counts;
  });
}

/** Without groups: of two different agents; of a repeated agent where there is only one. */
function panelRho(columns: readonly GradedColumn[], confidence: number): Measured {
  if (columns.length === 1) return columns[0]!.calibration.rho;
  const rho = panelCorrelation(
    columns.map(({ shares }) => shares),
    confidence,
  );
  if (!Number.isNaN(rho.standardError)) return clampInterval(rho, -1, 1);
  return {
    notMeasured: "no two agents answered the same tasks, or nobody ever errs",
    probe: "record several agents on the same tasks, hard and easy ones",
  };
}
