import type { Team } from "../organizations/team.ts";
import type { AnswerTable } from "../records/answer-table.ts";

/**
 * What a team did on recorded answers, task by task: expectations over draws without replacement of the recorded
 * samples and over ties. All arrays have one entry per task of the table; NaN where the task lacks answers that the team
 * needs (accuracy) or where a cost was not recorded.
 */
export interface Outcomes {
  readonly team: Team;
  readonly accuracy: Float64Array;
  readonly calls: Float64Array;
  readonly tokens: Float64Array;
  readonly usd: Float64Array;
  /** Seconds on the critical path: steps asked together count as the slowest of them. */
  readonly seconds: Float64Array;
  /** exact: every draw counted; resampled: seeded draws. */
  readonly method: "exact" | "resampled";
}

export interface OutcomeOptions {
  readonly seed: number;
  /** Draws per task where no closed form exists. @default 200 */
  readonly draws?: number;
  /** Weights of a weighted rule, by member name. */
  readonly weights?: ReadonlyMap<string, number>;
}

export type OutcomesOf = (team: Team, table: AnswerTable, options: OutcomeOptions) => Outcomes;

/** Outcomes of which nothing is known yet. */
export function emptyOutcomes(team: Team, { tasks }: AnswerTable): Outcomes {
  const unknown = () => new Float64Array(tasks.length).fill(Number.NaN);
  return {
    team,
    accuracy: unknown(),
    calls: unknown(),
    tokens: unknown(),
    usd: unknown(),
    seconds: unknown(),
    method: "exact",
  };
}
