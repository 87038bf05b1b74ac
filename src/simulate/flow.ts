import type { Stage } from "../organizations/organization.ts";
import { organizationOf, type Team } from "../organizations/team.ts";
import type { AnswerTable } from "../records/answer-table.ts";
import type { OutcomeOptions } from "./outcomes.ts";
import { columnNames, scoresOf } from "./scores.ts";
import { isSeparate, stagedOutcomes } from "./staged.ts";

/** What one stage of a sequence of votes did, one entry per task; NaN where the task lacks answers. */
export interface StageFlow {
  readonly stage: Stage;
  /** P(this stage is asked). */
  readonly reached: Float64Array;
  /** P(this stage decides). */
  readonly decided: Float64Array;
  /** P(this stage decides, and rightly); expected grade for scores. */
  readonly right: Float64Array;
}

/** Where the tasks go in a team of several stages; null for a team that is not a sequence of separate votes. */
export function flow(team: Team, table: AnswerTable, options: OutcomeOptions): readonly StageFlow[] | null {
  const stages = organizationOf(team).stages?.(team);
  if (!stages || stages.length < 2 || !isSeparate(stages)) return null;
  const flows = stages.map((stage) => ({
    stage,
    reached: new Float64Array(table.tasks.length),
    decided: new Float64Array(table.tasks.length),
    right: new Float64Array(table.tasks.length),
  }));
  const { accuracy } = stagedOutcomes(
    team,
    stages,
    scoresOf(columnNames(team), table, options),
    options,
    (task, number, reached, { right, open }) => {
      const { reached: asked, decided, right: rightly } = flows[number]!;
      asked[task] = reached;
      decided[task] = reached * (1 - open);
      rightly[task] = reached * right;
    },
  );
  return flows.map((one) => {
    // A stage that no draw reaches was asked with probability 0; a task without answers is unknown.
    const known = (values: Float64Array) =>
      values.map((value, task) => (Number.isNaN(accuracy[task]) ? Number.NaN : value));
    return { stage: one.stage, reached: known(one.reached), decided: known(one.decided), right: known(one.right) };
  });
}
