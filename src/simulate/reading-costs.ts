// What it costs that agents read what others wrote. Plans price teams by the same messages, in closed form.

import type { TokenPrices } from "../calibrate/calibration.ts";
import { memberName } from "../organizations/cast.ts";
import type { Step } from "../organizations/organization.ts";
import { type AnswerTable, type Column, findColumn } from "../records/answer-table.ts";

/**
 * Tokens of one message: what its writer writes beside its own answer, and what everyone who reads it reads. A whole answer
 * was written already by who answers the task.
 *
 * @param stated   tokens; undefined: whole answers are passed on
 * @param whole    tokens of a whole answer
 * @param answers  true where the writer answers the task
 */
export function messageOf(
  stated: number | undefined,
  whole: number,
  answers: boolean,
): { readonly written: number; readonly read: number } {
  return { written: stated ?? (answers ? 0 : whole), read: stated ?? whole };
}

/** True of a step that takes a recorded answer of its agent, reading or not. */
export const answersItself = ({ reads, refines }: Step) => reads.length === 0 || refines === true;

/** Mean tokens of an agent's prompt and whole answer to one task, and its seconds per token written to any task. */
interface Lengths {
  readonly prompt: number;
  readonly answer: number;
  readonly pace: number;
}

/** By member; NaN where nothing was recorded. */
export function recordedLengths(table: AnswerTable, task: number): (step: Step) => Lengths {
  const known = new Map<string, Lengths>();
  return (step) => {
    const name = memberName(step);
    const found = known.get(name);
    if (found) return found;
    const column = findColumn(table, name);
    const mean = (values: Float64Array) => {
      const some = column ? values.subarray(column.start[task]!, column.start[task + 1]!) : new Float64Array();
      return some.reduce((sum, value) => sum + value, 0) / some.length;
    };
    const made = column
      ? { prompt: mean(column.tokensIn), answer: mean(column.tokensOut), pace: paceOf(column) }
      : { prompt: Number.NaN, answer: Number.NaN, pace: Number.NaN };
    known.set(name, made);
    return made;
  };
}

const paces = new WeakMap<Column, number>();

/** Recorded seconds per recorded token written, over all tasks that have both. */
function paceOf(column: Column): number {
  const known = paces.get(column);
  if (known !== undefined) return known;
  let [seconds, tokens] = [0, 0];
  for (const [at, lasted] of column.seconds.entries()) {
    if (Number.isNaN(lasted + column.tokensOut[at]!)) continue;
    seconds += lasted;
    tokens += column.tokensOut[at]!;
  }
  const pace = tokens > 0 ? seconds / tokens : Number.NaN;
  paces.set(column, pace);
  return pace;
}

/** A step, and how many others read it. */
export interface ReadStep {
  readonly step: Step;
  readonly readers: number;
}

/**
 * Tokens that a step writes beside a recorded answer: a message where somebody reads it, else, of a step that only reads,
 * its answer.
 */
export function writtenBy({ step, readers }: ReadStep, { answer }: Lengths): number {
  const answers = answersItself(step);
  if (readers > 0) return messageOf(step.messageTokens, answer, answers).written;
  return answers ? 0 : answer;
}

/**
 * What is paid beyond the recorded answers: messages, the task once more for whoever only reads, and the answer of a
 * reader whom nobody reads. The prompt of a reader is cached where its agent has read before (an earlier call ended).
 *
 * @param steps   those that were asked, by their id, after whom they read
 * @param prices  by member; dollars are NaN where one of them is missing
 */
export function readingCosts(
  steps: ReadonlyMap<string, ReadStep>,
  lengthsOf: (step: Step) => Lengths,
  prices: ReadonlyMap<string, TokenPrices> = new Map(),
): { readonly tokensIn: number; readonly tokensOut: number; readonly usd: number } {
  let [tokensIn, tokensOut, usd] = [0, 0, 0];
  for (const { step, readers } of steps.values()) {
    const lengths = lengthsOf(step);
    const written = writtenBy({ step, readers }, lengths);
    const prompt = answersItself(step) ? 0 : lengths.prompt;
    let messages = 0;
    for (const id of step.reads) {
      const sender = steps.get(id)!.step;
      messages += messageOf(sender.messageTokens, lengthsOf(sender).answer, answersItself(sender)).read;
    }
    tokensIn += prompt + messages;
    tokensOut += written;
    const { inputPerMillion, outputPerMillion, cachedInputPerMillion } = prices.get(memberName(step)) ?? unpriced;
    const promptPerMillion = hasReadBefore(step, steps) ? (cachedInputPerMillion ?? inputPerMillion) : inputPerMillion;
    usd += paid(written, outputPerMillion) + paid(messages, inputPerMillion) + paid(prompt, promptPerMillion);
  }
  return { tokensIn, tokensOut, usd };
}

/** True where a step that this one reads is by the same agent, and only reads as well. */
function hasReadBefore(step: Step, steps: ReadonlyMap<string, ReadStep>): boolean {
  return step.reads.some((id) => {
    const { step: before } = steps.get(id)!;
    return !answersItself(before) && memberName(before) === memberName(step);
  });
}

/**
 * Seconds from the first question to the last answer: each step begins when all that it reads have ended, and takes the
 * recorded seconds of the answer that was drawn for it, and what it writes beside that at its agent's pace.
 *
 * @param seconds  of recorded answers, by step; none of steps that only read
 */
export function criticalPath(
  steps: ReadonlyMap<string, ReadStep>,
  lengthsOf: (step: Step) => Lengths,
  seconds: ReadonlyMap<string, number>,
): number {
  const ends = new Map<string, number>();
  let last = 0;
  for (const [id, { step, readers }] of steps) {
    const lengths = lengthsOf(step);
    let begin = 0;
    for (const before of step.reads) begin = Math.max(begin, ends.get(before)!);
    const end = begin + (seconds.get(id) ?? 0) + times(writtenBy({ step, readers }, lengths), lengths.pace);
    ends.set(id, end);
    last = Math.max(last, end);
  }
  return last;
}

const unpriced: TokenPrices = { inputPerMillion: Number.NaN, outputPerMillion: Number.NaN };

/** Nothing of an unknown rate is nothing. */
export const times = (amount: number, rate: number) => (amount === 0 ? 0 : amount * rate);

const paid = (tokens: number, perMillion: number) => times(tokens, perMillion / 1e6);
