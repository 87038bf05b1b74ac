import type { Status } from "./attempt.ts";
import type { EnergyConfig } from "./config.ts";

/**
 * One agent at one compute level: a column of the table. Its recorded answers to task t stand at the indices
 * start[t] … start[t + 1] − 1 of the arrays, in order of their sample number.
 */
export interface Column {
  /** `agent`, or `agent~level` where a level is recorded: the name that teams use. */
  readonly name: string;
  readonly agent: string;
  readonly level?: string;
  /** False where only right or wrong is known: then wrong answers are taken to agree. */
  readonly answersKnown: boolean;
  /** Length tasks + 1. */
  readonly start: Uint32Array;
  /**
   * Code of the answer within its task: two answers of one task are equal exactly if their codes are equal.
   * −1: no parsable answer, which is no vote. Right/wrong only: 0 right, 1 wrong.
   */
  readonly value: Int32Array;
  /**
   * Number of the answer's text, the same over all tasks, −1 where there is none; only of agents with a level: how much of
   * what they get right may be guessed.
   */
  readonly text?: Int32Array;
  /** The answer as a number, NaN where it is none; absent where no answer to a task with a numeric truth is one. */
  readonly estimate?: Float64Array;
  /** 1 right, 0 wrong, between them for scores; NaN where nothing graded it. */
  readonly grade: Float64Array;
  /** NaN where not recorded and not assumed. */
  readonly tokensIn: Float64Array;
  readonly tokensOut: Float64Array;
  readonly usd: Float64Array;
  /**
   * Dollars of a call whose whole prompt the provider has cached; absent where no price of cached tokens is stated.
   * Equal to `usd` where dollars were recorded, with whatever was cached then.
   */
  readonly usdCached?: Float64Array;
  /** As the config states it. */
  readonly energy?: EnergyConfig;
  readonly seconds: Float64Array;
  readonly status: readonly Status[];
  /** True where some attempt says how it ended; else all that are answers are taken to have ended well. */
  readonly statusKnown?: boolean;
  /** Number of the group (shared context) within its task; −1 without. */
  readonly group: Int32Array;
}

/** An answer that was given after reading others' answers to the task. */
export interface Reading {
  /** Index into the table's tasks. */
  readonly task: number;
  /** Who read, named like a column. */
  readonly reader: string;
  /** Most tokens of each message; absent: whole answers were read. */
  readonly messageTokens?: number;
  readonly proposals: readonly Proposal[];
  /** As the values of a column. */
  readonly value: number;
  readonly grade: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly usd: number;
  readonly seconds: number;
}

/** An answer that was read. */
export interface Proposal {
  /** Who gave it, named like a column. */
  readonly member: string;
  /** As the values of a column. */
  readonly value: number;
  readonly grade: number;
}

/** Attempts by task and agent: what calibration, replay and plan read. */
export interface AnswerTable {
  readonly tasks: readonly string[];
  readonly columns: readonly Column[];
  /** What each task is about: the field `family`, `category` or `subject` of its attempts, "" without; absent where no task has one. */
  readonly families?: readonly string[];
  /** Numeric truth (`gold`) of each task, NaN where it has none; absent where no task has one. Read it by `truthFor`. */
  readonly truth?: Float64Array;
  /** Number of the right answer's text for each task, −1 where it is not known; present where a column has texts. */
  readonly rightText?: Int32Array;
  /** What readers made of recorded answers, by task; absent where nobody recorded one. */
  readonly readings?: readonly Reading[];
  /** 1 where nobody knows the truth of a task, and the mean of those who are not judged stands for it; absent without such tasks. */
  readonly truthFromOthers?: Uint8Array;
}

/** Dollars of a recorded call; `repeated`: an earlier call of the agent to the task has ended, and its prompt is cached. */
export function callUsd({ usd, usdCached }: Column, at: number, repeated: boolean): number {
  return repeated && usdCached ? usdCached[at]! : usd[at]!;
}

/** Column of the agent (and level) with this name, or undefined. */
export function findColumn(table: AnswerTable, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}

/** Mean grade of each of these tasks; NaN where nothing was graded. */
export function gradesOf(column: Column, tasks: Uint32Array): Float64Array {
  return Float64Array.from(tasks, (task) => {
    let [sum, count] = [0, 0];
    for (let at = column.start[task]!; at < column.start[task + 1]!; at++) {
      if (Number.isNaN(column.grade[at]!)) continue;
      sum += column.grade[at]!;
      count++;
    }
    return count === 0 ? Number.NaN : sum / count;
  });
}
