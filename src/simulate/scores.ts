// What an answer is worth under each metric. Replays average worths; they do not know which metric it is.
import { KnownError } from "../errors.ts";
import { memberName, membersOf } from "../organizations/cast.ts";
import type { Team } from "../organizations/team.ts";
import { sameNumber } from "../records/answer.ts";
import { type AnswerTable, type Column, findColumn } from "../records/answer-table.ts";
import { truthFor } from "../records/truth.ts";
import type { OutcomeOptions } from "./outcomes.ts";

/** Worths of answers, and of what rules make of several. */
export interface Scores {
  /** The recorded answers; the grade of each is its worth here, NaN on tasks where that is not known. */
  readonly table: AnswerTable;
  /** Worth of no answer, per task. Absent: 0, and where nobody answered what the grader gave for that. */
  readonly ofNothing?: Float64Array;
  /** Worth of a number that a rule made of the members' numbers. */
  ofNumber(task: number, value: number): number;
  /** Expected worth of numbers with this mean and variance. Absent where it depends on more. */
  ofMoments?(task: number, mean: number, variance: number): number;
}

/** A team's squared error is asked for, and a member never gave a number to a task with a numeric truth. */
export class NoNumbers extends KnownError {
  readonly code = "no-numbers";
  readonly agent: string;

  constructor(agent: string) {
    super(
      `"${agent}" gave no number to any task whose gold is a number, so it has no squared error.`,
      "Record numbers in `answer` and `gold`, or measure the share of right answers (metric accuracy).",
    );
    this.agent = agent;
  }
}

/** What this metric makes of answers of these members, names of columns. @throws {NoNumbers} */
export function scoresOf(
  members: readonly string[],
  table: AnswerTable,
  { metric, guess }: Pick<OutcomeOptions, "metric" | "guess">,
): Scores {
  return metric === "squared-error"
    ? squaredErrorScores(table, members, guess ?? meanTruth(table))
    : gradeScores(table, members);
}

/** P(no number) instead; undefined where every answer of the members is a number. */
export function silenceScoresOf(members: readonly string[], table: AnswerTable): Scores | undefined {
  return isEverSilent(table, members) ? silenceScores(table, members) : undefined;
}

/** Names of the team's columns. */
export function columnNames({ cast }: Pick<Team, "cast">): readonly string[] {
  return [...new Set(membersOf(cast).map(memberName))];
}

/** Grades as recorded; a number that a rule made of several is right where it equals the truth, as graders compare. */
function gradeScores(table: AnswerTable, members: readonly string[]): Scores {
  const truth = truthFor(table, members);
  return {
    table,
    ofNumber: (task, value) => (Number.isNaN(truth[task]!) ? Number.NaN : Number(sameNumber(value, truth[task]!))),
  };
}

/**
 * Squared errors. An answer that is no number, and no answer at all, count as if `guess` had been answered: silence is not
 * cheaper than knowing nothing.
 *
 * @throws {NoNumbers} {@link NoNumbers}
 */
function squaredErrorScores(table: AnswerTable, members: readonly string[], guess: number): Scores {
  const truth = truthFor(table, members);
  const ofNothing = truth.map((value) => (guess - value) ** 2);
  const worth = (task: number, estimate: number) =>
    Number.isNaN(estimate) ? ofNothing[task]! : (estimate - truth[task]!) ** 2;
  return {
    table: graded(table, members, worth, truthKey(table, members, guess)),
    ofNothing,
    ofNumber: worth,
    ofMoments: (task, mean, variance) => (mean - truth[task]!) ** 2 + variance,
  };
}

/** 1 for an answer that is no number, and for none: their mean is the share of tasks for which `guess` is charged. */
function silenceScores(table: AnswerTable, members: readonly string[]): Scores {
  const truth = truthFor(table, members);
  return {
    table: graded(table, members, (_, estimate) => Number(Number.isNaN(estimate)), "silence"),
    ofNothing: truth.map((value) => (Number.isNaN(value) ? Number.NaN : 1)),
    ofNumber: (task) => (Number.isNaN(truth[task]!) ? Number.NaN : 0),
    ofMoments: () => 0,
  };
}

/** Mean truth of the tasks: the best answer of one who knows none of them. */
function meanTruth(table: AnswerTable): number {
  const known = truthFor(table, []).filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

const gradedColumns = new WeakMap<Column, Map<string, Column>>();

function truthKey({ truthFromOthers }: AnswerTable, members: readonly string[], guess: number): string {
  return [guess, ...(truthFromOthers ? members : [])].join("\u0000");
}

/** The table with other grades for these columns; columns are remembered, because digests are made once per column. */
function graded(
  table: AnswerTable,
  members: readonly string[],
  worth: (task: number, estimate: number) => number,
  key: string,
): AnswerTable {
  const columns = table.columns.map((column) => {
    if (!members.includes(column.name)) return column;
    const { estimate } = column;
    if (estimate === undefined) throw new NoNumbers(column.name);
    const known = gradedColumns.get(column) ?? new Map<string, Column>();
    gradedColumns.set(column, known);
    const made = known.get(key) ?? { ...column, grade: gradesOf(column, estimate, worth) };
    known.set(key, made);
    return made;
  });
  return { ...table, columns };
}

function gradesOf(
  { start }: Column,
  estimate: Float64Array,
  worth: (task: number, estimate: number) => number,
): Float64Array {
  const grades = new Float64Array(estimate.length);
  for (let task = 0; task + 1 < start.length; task++)
    for (let at = start[task]!; at < start[task + 1]!; at++) grades[at] = worth(task, estimate[at]!);
  return grades;
}

/** True where some answer of these columns to a task with a numeric truth is no number. */
export function isEverSilent(table: AnswerTable, members: readonly string[]): boolean {
  const truth = truthFor(table, members);
  return members.some((name) => {
    const column = findColumn(table, name);
    if (!column?.estimate) return false;
    for (let task = 0; task < truth.length; task++) {
      if (Number.isNaN(truth[task]!)) continue;
      for (let at = column.start[task]!; at < column.start[task + 1]!; at++)
        if (Number.isNaN(column.estimate[at]!)) return true;
    }
    return false;
  });
}
