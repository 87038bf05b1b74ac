import { KnownError } from "../../errors.ts";
import { issuesOf } from "../../records/issues.ts";
import type { AnswersConfig } from "../../records/provider-config.ts";
import type { StepState } from "../../trace/event.ts";
import type { StoredAnswer } from "../ledger.ts";
import type { Task } from "../task.ts";
import { BadAnswers } from "./bad-answers.ts";
import type { AnswerReader, Extraction, Reading } from "./extraction.ts";
import * as extractions from "./index.ts";
import { wholeNumber } from "./number-text.ts";

/** A task whose gold answer no reply of this kind can match. Nothing was asked. */
export class BadGold extends KnownError {
  readonly code = "bad-gold";
  constructor(taskId: string, gold: string, kind: string, reason: string, further: number) {
    const more = further > 0 ? ` So have ${further.toLocaleString("en-US")} more.` : "";
    super(
      `Task "${taskId}" has the gold answer ${JSON.stringify(gold.slice(0, 60))}, which no ${kind} answer can match: ${reason}.${more}`,
      'Correct the file, or say in the config what answers are: { "answers": "exact" }.',
    );
  }
}

export interface AnswerReaderOptions {
  /** Folder that a user's module is looked for in. @default "." */
  readonly cwd?: string;
  /** What is to be asked: decides the kind where the config names none; gold answers are checked. */
  readonly tasks?: readonly Task[];
}

/**
 * How answers are asked for, found and graded.
 *
 * @param config  `answers` of the config. Absent: choices where all tasks have them, numbers where all gold answers are
 *                numbers, else what the reply says, word by word
 * @throws {BadAnswers | BadGold}
 */
export async function answerReader(
  config: AnswersConfig | undefined,
  { cwd = ".", tasks = [] }: AnswerReaderOptions = {},
): Promise<AnswerReader> {
  const { kind, ...stated } = typeof config === "object" ? config : { kind: config ?? kindFor(tasks) };
  const extraction = Object.hasOwn(extractions, kind)
    ? (extractions as unknown as Readonly<Record<string, Extraction<unknown>>>)[kind]
    : undefined;
  if (!extraction)
    throw new BadAnswers(`No answers are of the kind "${kind}"; kinds are ${Object.keys(extractions).join(", ")}.`);
  const checked = extraction.options.safeParse(stated);
  if (!checked.success)
    throw new BadAnswers(`The config describes no ${kind} answers: ${issuesOf(checked.error).join("; ")}.`);
  const options = extraction.open ? await extraction.open(checked.data, { cwd }) : checked.data;

  const bad = tasks.flatMap((task) => {
    const reason = task.gold === undefined ? undefined : extraction.badGold?.(task.gold, task, options);
    return reason === undefined ? [] : [{ task, reason }];
  });
  if (bad[0]) throw new BadGold(bad[0].task.taskId, bad[0].task.gold!, kind, bad[0].reason, bad.length - 1);

  return {
    name: Object.keys(stated).length === 0 ? kind : `${kind} ${JSON.stringify(stated)}`,
    kind,
    instruction: (task) => extraction.instruction(task, options),
    read({ text, logprob }, task) {
      const reading = extraction.read(text, task, options);
      if (reading.confidence !== undefined || logprob === undefined) return reading;
      return { ...reading, confidence: Math.min(1, Math.exp(logprob)) };
    },
    grade(value, task) {
      if (task.gold === undefined) return undefined;
      return value === null ? 0 : extraction.grade(value, task.gold, options, task);
    },
  };
}

function kindFor(tasks: readonly Task[]): keyof typeof extractions {
  if (tasks.length > 0 && tasks.every(({ choices }) => choices && choices.length > 0)) return "choice";
  const golds = tasks.flatMap(({ gold }) => gold ?? []);
  return golds.length > 0 && golds.every((gold) => wholeNumber(gold)) ? "number" : "exact";
}

/**
 * In which state a reply ends its step, and with which value. A reply that was cut off at its limit counts where a whole line
 * before the cut states the answer: the line at the cut may have lost a digit.
 */
export function endOfReply(
  reader: Pick<AnswerReader, "read">,
  { text, finish, logprob }: Pick<StoredAnswer, "text" | "finish" | "logprob">,
  task: Task,
): Reading & { readonly state: StepState } {
  if (finish === "refused") return { state: "refused", value: null };
  const whole = finish === "length" ? text.slice(0, text.lastIndexOf("\n") + 1) : text;
  const reading = reader.read({ text: whole, ...(logprob !== undefined && { logprob }) }, task);
  if (finish === "length")
    return reading.value === null || reading.isExplicit === false
      ? { state: "truncated", value: null }
      : { ...reading, state: "answered" };
  return { ...reading, state: reading.value === null ? "unparsed" : "answered" };
}
