import { KnownError } from "../errors.ts";
import { nearest } from "../organizations/cast.ts";
import { type AnswerTable, type Column, findColumn } from "../records/answer-table.ts";

/** A team asks someone of whom no answer is recorded. */
export class UnknownAgent extends KnownError {
  readonly code = "unknown-agent";
  readonly agent: string;

  constructor(agent: string, known: readonly string[]) {
    const alike = nearest(agent, known);
    const some = `${known.slice(0, 10).join(", ")}${known.length > 10 ? " …" : ""}`;
    super(
      `No answer of "${agent}" is recorded.`,
      alike === undefined ? `Recorded are ${some}.` : `Did you mean "${alike}"? Recorded are ${some}.`,
    );
    this.agent = agent;
  }
}

/**
 * What a column says of each task, as the exact replay wants it: the distinct answers to task t stand at the indices
 * start[t] … start[t + 1] − 1, "no parsable answer" (code −1) among them.
 */
export interface Digest {
  readonly column: Column;
  readonly start: Uint32Array;
  /** Most answers that one task has. */
  readonly answersMost: number;
  readonly code: Int32Array;
  /** How many of the task's recorded answers have this code. */
  readonly times: Float64Array;
  /** Mean grade of those answers; graders may disagree on equal answers. */
  readonly grade: Float64Array;
  /** The answer as a number, NaN where it is none. Absent where the column has no numbers. */
  readonly number?: Float64Array;
  /** Per task: mean of one call; NaN where not recorded. */
  readonly tokensIn: Float64Array;
  readonly tokensOut: Float64Array;
  readonly usd: Float64Array;
  readonly seconds: Float64Array;
  /** The column's seconds, ascending within each task. */
  readonly sortedSeconds: Float64Array;
}

const digests = new WeakMap<Column, Digest>();

/** Computed once per column. */
function digest(column: Column): Digest {
  const known = digests.get(column);
  if (known) return known;
  const made = makeDigest(column);
  digests.set(column, made);
  return made;
}

/** The digest of the column with this name. @throws {UnknownAgent} */
export function requireDigest(table: AnswerTable, name: string): Digest {
  const column = findColumn(table, name);
  if (column) return digest(column);
  throw new UnknownAgent(
    name,
    table.columns.map((one) => one.name),
  );
}

/** How many answers of this column to this task are recorded. */
export function recorded({ start }: Column, task: number): number {
  return start[task + 1]! - start[task]!;
}

function makeDigest(column: Column): Digest {
  const tasks = column.start.length - 1;
  const start = new Uint32Array(tasks + 1);
  const code = new Int32Array(column.value.length);
  const times = new Float64Array(column.value.length);
  const grade = new Float64Array(column.value.length);
  const number = column.estimate && new Float64Array(column.value.length);
  let entries = 0;
  let answersMost = 0;
  for (let task = 0; task < tasks; task++) {
    const from = entries;
    answersMost = Math.max(answersMost, recorded(column, task));
    for (let i = column.start[task]!; i < column.start[task + 1]!; i++) {
      let entry = from;
      while (entry < entries && code[entry] !== column.value[i]) entry++;
      if (entry === entries) {
        if (number) number[entries] = column.estimate![i]!;
        code[entries++] = column.value[i]!;
      }
      times[entry]!++;
      grade[entry]! += column.grade[i]!;
    }
    for (let entry = from; entry < entries; entry++) grade[entry]! /= times[entry]!;
    start[task + 1] = entries;
  }
  const sortedSeconds = Float64Array.from(column.seconds);
  for (let task = 0; task < tasks; task++) sortedSeconds.subarray(column.start[task]!, column.start[task + 1]!).sort();
  return {
    column,
    start,
    answersMost,
    code: code.slice(0, entries),
    times: times.slice(0, entries),
    grade: grade.slice(0, entries),
    ...(number && { number: number.slice(0, entries) }),
    tokensIn: meanByTask(column, column.tokensIn),
    tokensOut: meanByTask(column, column.tokensOut),
    usd: meanByTask(column, column.usd),
    seconds: meanByTask(column, column.seconds),
    sortedSeconds,
  };
}

function meanByTask({ start }: Column, values: Float64Array): Float64Array {
  const means = new Float64Array(start.length - 1);
  for (let task = 0; task < means.length; task++) {
    let sum = 0;
    for (let i = start[task]!; i < start[task + 1]!; i++) sum += values[i]!;
    means[task] = sum / (start[task + 1]! - start[task]!);
  }
  return means;
}
