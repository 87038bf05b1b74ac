import { KnownError } from "../errors.ts";
import { ruleNamed } from "../organizations/cast.ts";
import { organizationOf, type Team } from "../organizations/team.ts";
import type { AnswerTable } from "../records/answer-table.ts";
import type { OutcomeOptions, Outcomes, OutcomesOf } from "./outcomes.ts";
import { isSeparate, stagedOutcomes } from "./staged.ts";
import { walkedOutcomes } from "./walked.ts";

/** No task has as many recorded answers as the team may need. Nothing was measured. */
export class NotRecorded extends KnownError {
  readonly code = "not-recorded";
  readonly team: string;

  constructor(team: string, tasks: number) {
    super(
      `None of the ${tasks} tasks has the answers that ${team} may need.`,
      "Record more samples per task, or replay a smaller team of agents that answered the same tasks.",
    );
    this.team = team;
  }
}

/**
 * What the team did on every task of the table. Exact where it is a sequence of votes and every draw can be counted,
 * else by seeded draws.
 *
 * @throws {UnknownAgent} where the table has no column for a member
 * @throws {OrganizationNotRunnable} for a team that can only be priced
 * @throws {MissingWeight} where a weighted rule lacks a weight
 */
export const outcomes: OutcomesOf = (team, table, options) => {
  const organization = organizationOf(team);
  const stages = organization.stages?.(team);
  if (stages && isSeparate(stages)) return stagedOutcomes(team, stages, table, options);
  return walkedOutcomes(team, organization, table, options);
};

const caches = new WeakMap<AnswerTable, Map<string, Outcomes>>();

/** The same, remembered as long as the table lives. Weighted teams are worked out anew: their weights may have changed. */
export const outcomesCached: OutcomesOf = (team, table, options) => {
  organizationOf(team); // a team that cannot run may have a rule of its own
  if (ruleNamed(team.rule).weighted) return outcomes(team, table, options);
  const key = `${options.seed} ${options.draws ?? "default"} ${team.text}`;
  const cache = caches.get(table) ?? new Map<string, Outcomes>();
  caches.set(table, cache);
  const known = cache.get(key);
  if (known) return known;
  const made = outcomes(team, table, options);
  cache.set(key, made);
  return made;
};

export interface ReplayOptions extends OutcomeOptions {
  /** Indices into table.tasks. @default all */
  readonly tasks?: Uint32Array;
}

/** A team measured on recorded answers. */
export interface Replay {
  /** Canonical text. */
  readonly team: string;
  readonly metric: "accuracy";
  /** Mean over tasks, and the standard error of that mean for tasks like these: sd/√tasks. NaN from one task. */
  readonly accuracy: { readonly mean: number; readonly standardError: number };
  /** Mean per task, over the tasks where it was recorded; null where it was for none. */
  readonly cost: {
    readonly calls: number;
    readonly tokens: number | null;
    readonly usd: number | null;
    readonly seconds: number | null;
  };
  /** Tasks measured, and tasks that lack graded answers which the team may need. */
  readonly tasks: number;
  readonly skipped: number;
  readonly method: Outcomes["method"];
}

/**
 * Measures a team on recorded answers.
 *
 * @throws {NotRecorded} where no task can be measured, and whatever {@link outcomes} throws
 */
export function replay(team: Team, table: AnswerTable, options: ReplayOptions): Replay {
  const { tasks = Uint32Array.from(table.tasks.keys()) } = options;
  const { accuracy, calls, tokens, usd, seconds, method } = outcomesCached(team, table, options);
  const measured = tasks.filter((task) => !Number.isNaN(accuracy[task]));
  if (measured.length === 0) throw new NotRecorded(team.text, tasks.length);
  const mean = meanAt(accuracy, measured)!;
  const squares = measured.reduce((sum, task) => sum + (accuracy[task]! - mean) ** 2, 0);
  return {
    team: team.text,
    metric: "accuracy",
    accuracy: { mean, standardError: Math.sqrt(squares / (measured.length - 1) / measured.length) },
    cost: {
      calls: meanAt(calls, measured)!,
      tokens: meanAt(tokens, measured),
      usd: meanAt(usd, measured),
      seconds: meanAt(seconds, measured),
    },
    tasks: measured.length,
    skipped: tasks.length - measured.length,
    method,
  };
}

/** Mean of the known values at these tasks; null where none is known. */
function meanAt(values: Float64Array, tasks: Uint32Array): number | null {
  let sum = 0;
  let known = 0;
  for (const task of tasks) {
    if (Number.isNaN(values[task])) continue;
    sum += values[task]!;
    known++;
  }
  return known === 0 ? null : sum / known;
}
