import { KnownError } from "../errors.ts";
import { organizationOf, paramsOf, readsMessages, ruleOf, type Team } from "../organizations/team.ts";
import { type AnswerTable, findColumn } from "../records/answer-table.ts";
import type { NotMeasured } from "../theory/interval.ts";
import { averagedOutcomes } from "./averaged.ts";
import type { Metric, OutcomeOptions, Outcomes, OutcomesOf } from "./outcomes.ts";
import { readingsOf, recordedReaderOutcomes } from "./recorded-readings.ts";
import { columnNames, isEverSilent, type Scores, scoresOf, silenceScoresOf } from "./scores.ts";
import { answersNeeded, simulatedOutcomes } from "./simulated.ts";
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

const measureTheChannel =
  "Measure the channel that they can be drawn from: let one agent pass answers on in messages of at most 16, 64 and 256 tokens, record message_tokens, sent and received, and calibrate on that.";

/** Members of the team read messages, of which nothing is recorded and no channel is known. Nothing was simulated. */
export class ReaderNotRecorded extends KnownError {
  readonly code = "reader-not-recorded";
  readonly team: string;

  /**
   * @param missing  why there is no channel, where one was looked for
   * @param remedy   the way out, where it is another than to measure the channel
   */
  constructor(team: string, missing?: NotMeasured, remedy = measureTheChannel) {
    super(
      `${team} has agents that read messages, and what they answered is not recorded${missing ? `: ${missing.notMeasured}` : ""}.`,
      remedy,
    );
    this.team = team;
  }
}

/**
 * What the team did on every task of the table. Exact where it is a sequence of votes and every draw can be counted,
 * else by seeded draws. Agents that read messages answer as they were recorded, and are drawn from the channel where nobody
 * recorded them.
 *
 * @throws {UnknownAgent} where the table has no column for a member that answers the task
 * @throws {ReaderNotRecorded} where members read and no channel is given
 * @throws {OrganizationNotRunnable} for a team that can only be priced
 * @throws {MissingWeight} where a weighted rule lacks a weight
 * @throws {NoNumbers} under squared-error, where a member never gave a number to a task with a numeric truth
 */
export const outcomes: OutcomesOf = (team, table, options) => {
  const organization = organizationOf(team);
  const stages = organization.stages?.(team);
  const of = (scores: Scores) =>
    stages && isSeparate(stages)
      ? stagedOutcomes(team, stages, scores, options)
      : walkedOutcomes(team, organization, scores, options);
  if (readsMessages(team)) {
    const readings = options.metric === "squared-error" ? [] : readingsOf(team, table);
    if (readings.length > 0) return recordedReaderOutcomes(team, table, readings);
    if (!options.channel) throw new ReaderNotRecorded(team.text);
    if (options.metric === "squared-error")
      return averagedOutcomes(team, organization, table, options.channel, options);
    return simulatedOutcomes(team, organization, table, options.channel, options);
  }
  const made = of(scoresOf(columnNames(team), table, options));
  if (options.metric !== "squared-error") return made;
  const silence = silenceScoresOf(columnNames(team), table);
  return { ...made, unanswered: silence ? of(silence).accuracy : made.accuracy.map((risk) => risk * 0) };
};

const withoutChannel = {};
const caches = new WeakMap<AnswerTable, WeakMap<object, Map<string, Outcomes>>>();

/**
 * The same, remembered as long as the table lives: by channel where agents read, so that one channel's outcomes never
 * stand for another's. Weighted teams are worked out anew: their weights may have changed.
 */
export const outcomesCached: OutcomesOf = (team, table, options) => {
  const { seed, draws = "default", metric = "accuracy", channel } = options;
  if (ruleOf(team).weighted) return outcomes(team, table, options);
  const ofTable = caches.get(table) ?? new WeakMap<object, Map<string, Outcomes>>();
  caches.set(table, ofTable);
  const owner = readsMessages(team) ? (channel ?? withoutChannel) : withoutChannel;
  const cache = ofTable.get(owner) ?? new Map<string, Outcomes>();
  ofTable.set(owner, cache);
  // What is charged for silence tells outcomes apart only where there is some.
  const isCharged = metric === "squared-error" && isEverSilent(table, columnNames(team));
  const guess = isCharged ? (options.guess ?? "default") : "none";
  const key = `${seed} ${draws} ${metric} ${guess} ${team.text}`;
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

/** How squared errors are spread over the tasks: a few large ones may be the whole sum. */
export interface SquaredErrors {
  /** √(mean squared error), in the answers' own unit. */
  readonly rootMeanSquare: number;
  /** Of the tasks' expected squared errors. */
  readonly median: number;
  /** The task that adds most, and its share in the sum; 0 where nobody errs. */
  readonly largest: { readonly task: string; readonly share: number };
}

/** A team measured on recorded answers; where agents read, simulated on them. */
export interface Replay {
  /** Canonical text. */
  readonly team: string;
  readonly metric: Metric;
  /** Mean over tasks, and the standard error of that mean for tasks like these: sd/√tasks. NaN from one task. */
  readonly accuracy: { readonly mean: number; readonly standardError: number };
  /** Mean per task, over the tasks where it was recorded; null where it was for none. */
  readonly cost: {
    readonly calls: number;
    readonly tokensIn: number | null;
    readonly tokensOut: number | null;
    readonly tokens: number | null;
    readonly usd: number | null;
    readonly seconds: number | null;
  };
  /**
   * Share of tasks on which the team gives no answer; under squared-error no number, each charged as if a guess that knows
   * no task had been given.
   */
  readonly unanswered: number;
  /** Tasks measured, and tasks that lack graded answers which the team may need. */
  readonly tasks: number;
  readonly skipped: number;
  readonly method: Outcomes["method"];
  /** Under squared-error: what the mean hides. */
  readonly errors?: SquaredErrors;
  /** What to know before believing it. */
  readonly caveats: readonly string[];
}

/**
 * Measures a team on recorded answers.
 *
 * @throws {NotRecorded} where no task can be measured, and whatever {@link outcomes} throws
 */
export function replay(team: Team, table: AnswerTable, options: ReplayOptions): Replay {
  const { tasks = Uint32Array.from(table.tasks.keys()) } = options;
  const found = outcomesCached(team, table, options);
  const { metric, accuracy, unanswered, method } = found;
  const measured = tasks.filter((task) => !Number.isNaN(accuracy[task]));
  if (measured.length === 0) throw new NotRecorded(team.text, tasks.length);
  const mean = meanAt(accuracy, measured)!;
  const squares = measured.reduce((sum, task) => sum + (accuracy[task]! - mean) ** 2, 0);
  return {
    team: team.text,
    metric,
    accuracy: { mean, standardError: Math.sqrt(squares / (measured.length - 1) / measured.length) },
    cost: {
      calls: meanAt(found.calls, measured)!,
      tokensIn: meanAt(found.tokensIn, measured),
      tokensOut: meanAt(found.tokensOut, measured),
      tokens: meanAt(found.tokens, measured),
      usd: meanAt(found.usd, measured),
      seconds: meanAt(found.seconds, measured),
    },
    unanswered: meanAt(unanswered, measured)!,
    tasks: measured.length,
    skipped: tasks.length - measured.length,
    method,
    ...(metric === "squared-error" && { errors: spreadOf(accuracy, measured, table) }),
    caveats: method === "simulated" ? readingCaveats(team, table) : [],
  };
}

function spreadOf(risk: Float64Array, tasks: Uint32Array, table: AnswerTable): SquaredErrors {
  const sorted = Float64Array.from(tasks, (task) => risk[task]!).sort();
  const mean = meanAt(risk, tasks)!;
  const worst = tasks.reduce((most, task) => (risk[task]! > risk[most]! ? task : most), tasks[0]!);
  return {
    rootMeanSquare: Math.sqrt(mean),
    median: (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2,
    largest: { task: table.tasks[worst]!, share: mean > 0 ? risk[worst]! / (mean * tasks.length) : 0 },
  };
}

function readingCaveats(team: Team, table: AnswerTable): string[] {
  const answering = answersNeeded(organizationOf(team), paramsOf(team, { seed: 1 })).keys();
  const grouped = [...answering].filter((name) => findColumn(table, name)?.group.some((group) => group >= 0));
  return [
    "Agents that read were drawn from a channel: nobody recorded what they answer.",
    ...(grouped.length > 0
      ? [
          `Recorded answers of ${grouped.join(", ")} shared contexts in groups: drawn as answers of agents apart, they bring some of their shared errors along.`,
        ]
      : []),
  ];
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
