import type { TokenPrices } from "../calibrate/calibration.ts";
import type { Team } from "../organizations/team.ts";
import type { AnswerTable } from "../records/answer-table.ts";
import type { Channel } from "../theory/channel.ts";

/** What is averaged over tasks: the share of right answers, or the mean squared error of numeric ones. */
export type Metric = "accuracy" | "squared-error";

/**
 * What a team did on recorded answers, task by task: expectations over draws without replacement of the recorded
 * samples and over ties. All arrays have one entry per task of the table; NaN where the task lacks answers that the team
 * needs (accuracy) or where a cost was not recorded.
 */
export interface Outcomes {
  readonly team: Team;
  readonly metric: Metric;
  /** Expected grade of the answer; under `squared-error` its expected squared error, where less is better. */
  readonly accuracy: Float64Array;
  /** P(the team gives no answer); under squared-error P(its answer is no number), for which `guess` was charged. */
  readonly unanswered: Float64Array;
  readonly calls: Float64Array;
  /** Of prompts, and of what was read of others. */
  readonly tokensIn: Float64Array;
  readonly tokensOut: Float64Array;
  /** Both together. */
  readonly tokens: Float64Array;
  readonly usd: Float64Array;
  /** Seconds on the critical path: steps asked together count as the slowest of them. */
  readonly seconds: Float64Array;
  /** Who was asked how often; absent where agents read: what they read is no call that was recorded. */
  readonly asked?: readonly Asked[];
  /** exact: every draw counted; resampled: seeded draws; simulated: agents that read were drawn from a channel. */
  readonly method: "exact" | "resampled" | "simulated";
}

/** How often one member is asked, per task. */
export interface Asked {
  readonly name: string;
  /** Expected calls. */
  readonly calls: Float64Array;
  /** P(it is asked at all). */
  readonly once: Float64Array;
}

/** The channel that readers are drawn from, and what their tokens cost. */
export interface PricedChannel extends Channel {
  /** By member name; who is missing has no known price. */
  readonly prices?: ReadonlyMap<string, TokenPrices>;
}

export interface OutcomeOptions {
  readonly seed: number;
  /** Draws per task where no closed form exists. @default 200 */
  readonly draws?: number;
  /** Weights of a weighted rule, by member name. */
  readonly weights?: ReadonlyMap<string, number>;
  /** Draws the answers of agents that read messages, as nobody recorded any. */
  readonly channel?: PricedChannel;
  /** @default "accuracy" */
  readonly metric?: Metric;
  /**
   * Under squared-error: what stands for the answer of a team that gives no number, so that silence is not cheaper than
   * knowing nothing. @default the mean truth of the table's tasks
   */
  readonly guess?: number;
}

export type OutcomesOf = (team: Team, table: AnswerTable, options: OutcomeOptions) => Outcomes;

/** Outcomes of which nothing is known yet. */
export function emptyOutcomes(team: Team, { tasks }: AnswerTable, metric: Metric = "accuracy"): Outcomes {
  const unknown = () => new Float64Array(tasks.length).fill(Number.NaN);
  return {
    team,
    metric,
    accuracy: unknown(),
    unanswered: unknown(),
    calls: unknown(),
    tokensIn: unknown(),
    tokensOut: unknown(),
    tokens: unknown(),
    usd: unknown(),
    seconds: unknown(),
    method: "exact",
  };
}
