// What a model that reads others' answers makes of them, as it was recorded: how often it is right, by how many of them were.

import type { Reading } from "../records/answer-table.ts";
import { groupedBy } from "../records/numbering.ts";
import type { Interval } from "../theory/interval.ts";
import { logGamma } from "../theory/special.ts";
import { studentInterval } from "./estimators/estimate.ts";
import { taskShareInterval } from "./estimators/task-mean.ts";

/**
 * Where the right answer stood among those that were read: nobody gave another, or a count would have taken it, tossed a coin,
 * or taken another.
 */
export type Standing = "alone" | "ahead" | "tied" | "behind";

/** So many of the answers were right, and stood there. */
export interface TransferCell {
  readonly right: number;
  readonly standing: Standing;
  readonly readings: number;
  readonly rightReadings: number;
  /** P(reader right), drawn towards all cells of the same standing. */
  readonly accuracy: number;
  /** Of that estimate, given the mean of its standing. */
  readonly variance: number;
  /** Weight of that mean in it. */
  readonly pull: number;
}

/** One reader of so many answers of these members. */
export interface ReaderTransfer {
  /** Named like a column. */
  readonly reader: string;
  /** Who gave the answers, each as often as one reading holds it, in alphabetical order. */
  readonly members: readonly string[];
  readonly messageTokens?: number;
  readonly readings: number;
  /** Tasks with such a reading. */
  readonly tasks: number;
  /** Of the reader, over tasks. */
  readonly accuracy: Interval;
  /** Of the count of the same answers, ties shared. */
  readonly counted: Interval;
  /** Reader − count on the same answers. */
  readonly gain: Interval;
  readonly cells: readonly TransferCell[];
  /** Variance of the mean that the cells of a standing are drawn towards. */
  readonly meanVariance: Readonly<Record<Standing, number>>;
}

/** Share of a count that goes to the right answer where it stands there; a tie is taken for one of two. */
const countedShare: Readonly<Record<Standing, number>> = { alone: 1, ahead: 1, tied: 0.5, behind: 0 };
const standings: readonly Standing[] = ["alone", "ahead", "tied", "behind"];

/** The readers whose readings of these tasks are recorded and graded 0 or 1, most readings first. */
export function calibrateReaders(
  readings: readonly Reading[],
  tasks: Uint32Array,
  confidence: number,
): readonly ReaderTransfer[] {
  const chosen = new Set(tasks);
  const usable = readings.filter((reading) => chosen.has(reading.task) && isGraded(reading));
  return [...groupedBy(usable, keyOfReading).values()]
    .filter((some) => new Set(some.map(({ task }) => task)).size >= 2)
    .map((some) => transferOf(some, confidence))
    .sort((a, b) => b.readings - a.readings);
}

const isGraded = ({ grade, proposals }: Reading) =>
  [grade, ...proposals.map((proposal) => proposal.grade)].every((one) => one === 0 || one === 1);

/** Readings of one key are alike: the same reader, members and message length. */
export function readingKey(reader: string, members: readonly string[], messageTokens: number | undefined): string {
  return JSON.stringify([reader, messageTokens ?? null, members.toSorted()]);
}

export function keyOfReading({ reader, proposals, messageTokens }: Reading): string {
  return readingKey(
    reader,
    proposals.map(({ member }) => member),
    messageTokens,
  );
}

/** How a count would end: so many right answers against the largest number of equal wrong ones. */
export function standingOf(right: number, wrongMost: number): Standing {
  if (right > 0 && wrongMost === 0) return "alone";
  return right > wrongMost ? "ahead" : right === wrongMost && right > 0 ? "tied" : "behind";
}

/** What a count of the answers that were read would say, beside what the reader said. */
export interface Counted {
  readonly task: number;
  readonly right: number;
  readonly standing: Standing;
  readonly grade: number;
  /** Share of the count that is right. */
  readonly counted: number;
}

/** The plurality of what was read, ties even: the share of it that is right, and where the right answer stood. */
export function countOf({ task, proposals, grade }: Reading): Counted {
  const wrong = new Map<number, number>();
  let right = 0;
  for (const { value, grade: own } of proposals) {
    if (own === 1) right++;
    else if (value >= 0) wrong.set(value, (wrong.get(value) ?? 0) + 1);
  }
  const most = Math.max(0, ...wrong.values());
  const leaders = [...wrong.values()].filter((times) => times === right).length;
  const standing = standingOf(right, most);
  return { task, right, standing, grade, counted: standing === "tied" ? 1 / (1 + leaders) : countedShare[standing] };
}

function transferOf(readings: readonly Reading[], confidence: number): ReaderTransfer {
  const counts = readings.map(countOf);
  const byTask = [...groupedBy(counts, ({ task }) => task).values()];
  const { reader, proposals, messageTokens } = readings[0]!;
  const [right, vote] = (["grade", "counted"] as const).map((of) =>
    Float64Array.from(byTask, (some) => mean(some, of)),
  );
  return {
    reader,
    members: proposals.map(({ member }) => member).sort(),
    ...(messageTokens !== undefined && { messageTokens }),
    readings: readings.length,
    tasks: byTask.length,
    accuracy: taskShareInterval(right!, confidence),
    counted: taskShareInterval(vote!, confidence),
    gain: differenceInterval(right!, vote!, confidence),
    ...cellsOf(counts, proposals.length, byTask.length),
  };
}

/** a − b over tasks ± t √(sd²/k + ¼/k²): a difference that never showed may still be there. */
function differenceInterval(a: Float64Array, b: Float64Array, confidence: number): Interval {
  const tasks = a.length;
  const value = a.reduce((sum, one, i) => sum + one - b[i]!, 0) / tasks;
  const squares = a.reduce((sum, one, i) => sum + (one - b[i]! - value) ** 2, 0);
  const error = Math.sqrt(squares / (tasks - 1) / tasks + 0.25 / tasks ** 2);
  return studentInterval(value, error, tasks - 1, confidence);
}

const mean = (some: readonly Counted[], of: "grade" | "counted") =>
  some.reduce((sum, one) => sum + one[of], 0) / some.length;

/**
 * P(reader right) in every cell, by empirical Bayes: right readings of a cell are beta-binomial about the mean of its
 * standing, with the strength among 1 … 64 pseudo-readings that makes all cells likeliest; that mean itself is drawn towards
 * what a count would do by one reading. Variances are those of the Beta laws, all readings of a task counted as one.
 */
function cellsOf(
  counts: readonly Counted[],
  messages: number,
  tasks: number,
): Pick<ReaderTransfer, "cells" | "meanVariance"> {
  const cells = standings.flatMap((standing) =>
    Array.from({ length: messages + 1 }, (_, right) => ({ right, standing }))
      .filter(({ right }) => standing === "behind" || right > 0)
      .map((cell) => {
        const here = counts.filter((one) => one.right === cell.right && one.standing === standing);
        return { ...cell, readings: here.length, rightReadings: here.reduce((sum, { grade }) => sum + grade, 0) };
      }),
  );
  const apart = tasks / counts.length;
  const means = new Map(
    standings.map((standing) => {
      const alike = cells.filter((cell) => cell.standing === standing);
      const all = alike.reduce((sum, { readings }) => sum + readings, 0);
      const right = alike.reduce((sum, { rightReadings }) => sum + rightReadings, 0);
      const mean = (right + countedShare[standing]) / (all + 1);
      return [standing, { mean, variance: (mean * (1 - mean)) / (all * apart + 2) }] as const;
    }),
  );
  const evidence = (strength: number) =>
    cells.reduce((sum, { standing, readings, rightReadings }) => {
      const mean = Math.min(1 - 1e-6, Math.max(1e-6, means.get(standing)!.mean));
      return sum + logBetaBinomial(rightReadings, readings, strength * mean, strength * (1 - mean));
    }, 0);
  const strength = strengths.reduce((best, one) => (evidence(one) > evidence(best) ? one : best));
  const varianceOf = (standing: Standing) => means.get(standing)!.variance;
  return {
    cells: cells.map((cell) => {
      const { readings, rightReadings, standing } = cell;
      const accuracy = (rightReadings + strength * means.get(standing)!.mean) / (readings + strength);
      const behind = readings * apart + strength;
      return { ...cell, accuracy, variance: (accuracy * (1 - accuracy)) / (behind + 1), pull: strength / behind };
    }),
    meanVariance: {
      ...{ alone: varianceOf("alone"), ahead: varianceOf("ahead") },
      ...{ tied: varianceOf("tied"), behind: varianceOf("behind") },
    },
  };
}

const strengths = [1, 2, 4, 8, 16, 32, 64];

/** ln of B(a + right, b + wrong)/B(a, b) */
function logBetaBinomial(right: number, all: number, a: number, b: number): number {
  const logBeta = (x: number, y: number) => logGamma(x) + logGamma(y) - logGamma(x + y);
  return all === 0 ? 0 : logBeta(a + right, b + all - right) - logBeta(a, b);
}
