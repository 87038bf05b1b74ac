import type { Attempt, Attempts, Status } from "./attempt.ts";

/** One record as a file has it: a parsed JSON line, or the cells of one CSV line. */
export type Row = Readonly<Record<string, unknown>>;

const statuses: readonly string[] = ["ok", "truncated", "unparsed", "refused", "failed"] satisfies Status[];

/** The fields of the long table. Every other field of a row is kept in `extra`. */
const fields = new Set([
  "task_id",
  "agent",
  "sample",
  "answer",
  "gold",
  "gold_from",
  "correct",
  "score",
  "score_max",
  "scoreMax", // how the long table spells it in prose
  "level",
  "group",
  "role",
  "reads",
  "tokens_in",
  "tokens_in_cached",
  "tokens_out",
  "cost_usd",
  "seconds",
  "message_tokens",
  "sent",
  "received",
  "logprob",
  "n_samples",
  "n_correct",
  "status",
]);

/**
 * One row of the long table as an attempt, or the reason why it is none, such as `sample is "two", not an integer ≥ 0`.
 * `sample` is 0 where the row has none: who collects rows numbers them. A null says "not recorded", but for `answer`,
 * where it says "no parsable answer".
 */
export function toAttempt(row: Row): Attempt | string {
  try {
    return read(row);
  } catch (error) {
    if (error instanceof BadField) return error.message;
    throw error;
  }
}

/** Sort of an attempt: what it can serve for. Each attempt is of exactly one. */
export function sortOf(attempt: Attempt): "graded" | "scored" | "ungraded" | "aggregated" | "relay" {
  if (attempt.received !== undefined) return "relay";
  if (attempt.nSamples !== undefined) return "aggregated";
  if (attempt.correct !== undefined) return "graded";
  if (attempt.gold !== undefined && attempt.answer !== undefined) return "graded";
  return attempt.score !== undefined ? "scored" : "ungraded";
}

/**
 * Renames foreign fields: `{ sample: "trial" }` reads our `sample` from their `trial`. A row that lacks the foreign field
 * keeps its own.
 */
export function mapFields(row: Row, names: Readonly<Record<string, string>>): Row {
  const renamed: Record<string, unknown> = { ...row };
  for (const foreign of Object.values(names)) delete renamed[foreign];
  for (const [ours, foreign] of Object.entries(names)) if (row[foreign] !== undefined) renamed[ours] = row[foreign];
  return renamed;
}

/** The long table's row of an attempt: {@link toAttempt} read backwards. */
function toRow(attempt: Attempt): Row {
  return {
    task_id: attempt.taskId,
    agent: attempt.agent,
    sample: attempt.sample,
    answer: attempt.answer,
    gold: attempt.gold,
    gold_from: attempt.goldFrom,
    correct: attempt.correct,
    score: attempt.score,
    score_max: attempt.scoreMax,
    level: attempt.level,
    group: attempt.group,
    role: attempt.role,
    reads: attempt.reads,
    tokens_in: attempt.tokensIn,
    tokens_in_cached: attempt.tokensInCached,
    tokens_out: attempt.tokensOut,
    cost_usd: attempt.costUsd,
    seconds: attempt.seconds,
    message_tokens: attempt.messageTokens,
    sent: attempt.sent,
    received: attempt.received,
    logprob: attempt.logprob,
    n_samples: attempt.nSamples,
    n_correct: attempt.nCorrect,
    status: attempt.status,
    ...attempt.extra,
  };
}

/** Attempts as lines of the long table, line ends included: what `import` writes. Reading them gives the same attempts. */
export function* formatAttempts({ attempts }: Pick<Attempts, "attempts">): Generator<string> {
  for (const attempt of attempts) yield `${JSON.stringify(toRow(attempt))}\n`;
}

const numeric = new Set([
  "sample",
  "correct",
  "score",
  "score_max",
  "scoreMax",
  "tokens_in",
  "tokens_in_cached",
  "tokens_out",
  "cost_usd",
  "seconds",
  "message_tokens",
  "logprob",
  "n_samples",
  "n_correct",
]);

/**
 * The row of a CSV line. An empty cell is "not recorded", but in the column `answer`, where it is "no parsable answer";
 * `reads` is a list with semicolons. Cells of the long table's numeric fields become numbers where they are some.
 *
 * @param ourNames  our field by their column, where a column is going to be renamed: it is read as what it will be
 */
export function fromCells(
  cells: Readonly<Record<string, string>>,
  ourNames: ReadonlyMap<string, string> = new Map(),
): Row {
  const row: Record<string, unknown> = {};
  for (const [name, cell] of Object.entries(cells)) {
    const field = ourNames.get(name) ?? name;
    if (cell === "") {
      if (field === "answer") row[name] = null;
    } else if (field === "reads") row[name] = cell.split(";").map((one) => one.trim());
    else if (numeric.has(field)) row[name] = booleanOr(cell) ?? numberOr(cell);
    else row[name] = cell;
  }
  return row;
}

/** "true" and "false", also as Python writes them. */
function booleanOr(cell: string): boolean | undefined {
  if (cell === "true" || cell === "True") return true;
  return cell === "false" || cell === "False" ? false : undefined;
}

function numberOr(cell: string): number | string {
  const value = Number(cell);
  return Number.isNaN(value) || cell.trim() === "" ? cell : value;
}

/** Says what is wrong with a row; caught above. */
class BadField extends Error {}

/** A record that is still being filled. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function read(row: Row): Attempt {
  const attempt: Mutable<Attempt> = {
    taskId: requiredText(row["task_id"], "task_id"),
    agent: requiredText(row["agent"], "agent"),
    sample: integer(row["sample"], "sample", 0) ?? 0,
  };
  // Fields are set only where they are there, and always in this order, so that the attempts of a file share one shape.
  const answer = row["answer"] === null ? null : answerText(row["answer"], "answer");
  if (answer !== undefined) attempt.answer = answer;
  const gold = answerText(row["gold"], "gold");
  if (gold !== undefined) attempt.gold = gold;
  const goldFrom = othersOnly(row["gold_from"]);
  if (goldFrom !== undefined) attempt.goldFrom = goldFrom;
  const correct = flag(row["correct"]);
  if (correct !== undefined) attempt.correct = correct;
  const score = number(row["score"], "score", "a number in [0, score_max]");
  if (score !== undefined) attempt.score = score;
  const scoreMax = number(row["score_max"] ?? row["scoreMax"], "score_max", "a number > 0");
  if (scoreMax !== undefined) attempt.scoreMax = scoreMax;
  const level = typeof row["level"] === "number" ? String(row["level"]) : text(row["level"], "level");
  if (level !== undefined) attempt.level = level;
  const group = text(row["group"], "group");
  if (group !== undefined) attempt.group = group;
  const role = text(row["role"], "role");
  if (role !== undefined) attempt.role = role;
  const reads = texts(row["reads"]);
  if (reads !== undefined) attempt.reads = reads;
  const tokensIn = amount(row["tokens_in"], "tokens_in");
  if (tokensIn !== undefined) attempt.tokensIn = tokensIn;
  const tokensInCached = amount(row["tokens_in_cached"], "tokens_in_cached");
  if (tokensInCached !== undefined) attempt.tokensInCached = tokensInCached;
  const tokensOut = amount(row["tokens_out"], "tokens_out");
  if (tokensOut !== undefined) attempt.tokensOut = tokensOut;
  const costUsd = amount(row["cost_usd"], "cost_usd");
  if (costUsd !== undefined) attempt.costUsd = costUsd;
  const seconds = amount(row["seconds"], "seconds");
  if (seconds !== undefined) attempt.seconds = seconds;
  const messageTokens = amount(row["message_tokens"], "message_tokens");
  if (messageTokens !== undefined) attempt.messageTokens = messageTokens;
  const sent = answerText(row["sent"], "sent");
  if (sent !== undefined) attempt.sent = sent;
  const received = answerText(row["received"], "received");
  if (received !== undefined) attempt.received = received;
  const logprob = number(row["logprob"], "logprob", "a number");
  if (logprob !== undefined) attempt.logprob = logprob;
  const nSamples = integer(row["n_samples"], "n_samples", 1);
  if (nSamples !== undefined) attempt.nSamples = nSamples;
  const nCorrect = integer(row["n_correct"], "n_correct", 0);
  if (nCorrect !== undefined) attempt.nCorrect = nCorrect;
  const status = statusText(row["status"]);
  if (status !== undefined) attempt.status = status;

  requireSort(attempt);
  let extra: Record<string, unknown> | undefined;
  for (const name in row)
    if (!fields.has(name)) {
      extra ??= {};
      extra[name] = row[name];
    }
  if (extra !== undefined) attempt.extra = extra;
  return attempt;
}

/** The rules that join fields. */
function requireSort(attempt: Attempt): void {
  const { answer, correct, score, scoreMax = 1, nSamples, nCorrect, sent, received } = attempt;
  const { tokensIn, tokensInCached = 0 } = attempt;
  if (tokensInCached > (tokensIn ?? Number.POSITIVE_INFINITY))
    throw new BadField(`tokens_in_cached ${tokensInCached} > tokens_in ${tokensIn}, inside which it counts`);
  if (score !== undefined && (score < 0 || score > scoreMax))
    throw new BadField(`score is ${score}, not a number in [0, ${scoreMax}] (score_max is ${scoreMax})`);
  if (scoreMax <= 0) throw new BadField(`score_max is ${scoreMax}, not a number > 0`);
  if ((nSamples === undefined) !== (nCorrect === undefined))
    throw new BadField("n_samples and n_correct belong together, one of them is missing");
  if (nSamples !== undefined && nCorrect! > nSamples)
    throw new BadField(`n_correct ${nCorrect} > n_samples ${nSamples}`);
  const probe = sent !== undefined || received !== undefined;
  if (probe && (sent === undefined || received === undefined))
    throw new BadField("sent and received belong together, one of them is missing");
  if (answer === undefined && correct === undefined && score === undefined && nSamples === undefined && !probe)
    throw new BadField("none of correct, score, answer, n_samples with n_correct, sent with received is there");
}

function bad(value: unknown, name: string, expected: string): BadField {
  if (value === undefined || value === null) return new BadField(`${name} is missing`);
  const shown = JSON.stringify(value);
  return new BadField(`${name} is ${shown.length > 60 ? shown.slice(0, 57) + "…" : shown}, not ${expected}`);
}

function requiredText(value: unknown, name: string): string {
  if (typeof value !== "string" || value === "") throw bad(value, name, "a text");
  return value;
}

function text(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw bad(value, name, "a text");
  return value;
}

function answerText(value: unknown, name: string): string | undefined {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw bad(value, name, "a text or a number");
}

function texts(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw bad(value, "reads", "a list of agents or samples");
  return value.map(String);
}

function number(value: unknown, name: string, expected: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isFinite(value)) throw bad(value, name, expected);
  return value;
}

/** More tokens, dollars or seconds than any call takes; sums of them stay numbers. */
const amountMax = 1e15;

function amount(value: unknown, name: string): number | undefined {
  const found = number(value, name, "a number ≥ 0");
  if (found !== undefined && found < 0) throw bad(value, name, "a number ≥ 0");
  if (found !== undefined && found > amountMax) throw bad(value, name, `a number up to ${amountMax}`);
  return found;
}

function integer(value: unknown, name: string, least: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Number.isSafeInteger(value) || (value as number) < least) throw bad(value, name, `an integer ≥ ${least}`);
  return value as number;
}

function flag(value: unknown): number | undefined {
  if (value === 1 || value === 0) return value;
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return value ? 1 : 0;
  throw bad(value, "correct", "0 or 1 (grades between them go into score)");
}

function othersOnly(value: unknown): "others" | undefined {
  if (value === undefined || value === null) return undefined;
  if (value !== "others") throw bad(value, "gold_from", '"others"');
  return value;
}

function statusText(value: unknown): Status | undefined {
  if (value === undefined || value === null) return undefined;
  if (!statuses.includes(value as string)) throw bad(value, "status", `one of ${statuses.join(", ")}`);
  return value as Status;
}
