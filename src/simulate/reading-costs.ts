// What it costs that agents read what others wrote. Plans price teams by the same messages, in closed form.

import type { TokenPrices } from "../calibrate/calibration.ts";
import { memberName } from "../organizations/cast.ts";
import type { Step } from "../organizations/organization.ts";
import { type AnswerTable, findColumn } from "../records/answer-table.ts";

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

/** Mean tokens of an agent's prompt and whole answer to one task. */
interface Lengths {
  readonly prompt: number;
  readonly answer: number;
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
      ? { prompt: mean(column.tokensIn), answer: mean(column.tokensOut) }
      : { prompt: Number.NaN, answer: Number.NaN };
    known.set(name, made);
    return made;
  };
}

/**
 * What is paid beyond the recorded answers: messages, and the task once more for whoever only reads. What the root says at
 * last is no message (§5).
 *
 * @param steps   those that were asked, by their id, and how many others read each
 * @param prices  by member; dollars are NaN where one of them is missing
 */
export function readingCosts(
  steps: ReadonlyMap<string, { readonly step: Step; readonly readers: number }>,
  lengthsOf: (step: Step) => Lengths,
  prices: ReadonlyMap<string, TokenPrices> = new Map(),
): { readonly tokens: number; readonly usd: number } {
  const message = (step: Step) => messageOf(step.messageTokens, lengthsOf(step).answer, answersItself(step));
  let [tokens, usd] = [0, 0];
  for (const { step, readers } of steps.values()) {
    const written = readers > 0 ? message(step).written : 0;
    let read = answersItself(step) ? 0 : lengthsOf(step).prompt;
    for (const id of step.reads) read += message(steps.get(id)!.step).read;
    tokens += written + read;
    const price = prices.get(memberName(step));
    usd += paid(written, price?.outputPerMillion) + paid(read, price?.inputPerMillion);
  }
  return { tokens, usd };
}

/** Nothing of unknown price costs nothing. */
const paid = (tokens: number, perMillion = Number.NaN) => (tokens === 0 ? 0 : (tokens * perMillion) / 1e6);
