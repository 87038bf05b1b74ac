import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { sameAnswer } from "../../records/answer.ts";
import type { Task } from "../task.ts";
import { answerLine } from "./answer-line.ts";
import { BadAnswers } from "./bad-answers.ts";
import type { Extraction, Reading } from "./extraction.ts";

/** What a user's file may export. Only `read` is needed. */
export interface AnswerModule {
  /** The answer in a reply: text, a number, a whole reading, or null where there is none. */
  readonly read: (text: string, task: Task) => unknown;
  readonly grade?: (value: string, gold: string, task: Task) => unknown;
  /** A text, or what makes one of a task. */
  readonly instruction?: string | ((task: Task) => unknown);
}

const Options = z.strictObject({
  /** A .js, .mjs or .ts file, relative to the working directory. */
  path: z.string().min(1),
  /** What it exports. Not for configs. */
  loaded: z.custom<AnswerModule>().optional(),
});
type Options = z.infer<typeof Options>;

const ReadingOf = z.looseObject({
  value: z
    .union([z.string(), z.number(), z.boolean(), z.null()])
    .transform((value) => (value === null ? null : String(value))),
  score: z.number().min(0).max(1).optional(),
  confidence: z.number().min(0).max(1).optional(),
});

/** A file of the user's that exports `read`, and may export `grade` and `instruction`. What it throws becomes a note. */
export const module: Extraction<Options> = {
  summary: "a file of yours that exports read, and may export grade and instruction",
  example: {
    options: { path: "example-module.mjs" },
    task: { taskId: "t", question: "Which color?", gold: "RED" },
    reply: "color=red",
    value: "red",
    none: "I cannot tell.",
  },
  options: Options,

  async open({ path }, { cwd }) {
    let loaded: Partial<AnswerModule>;
    try {
      loaded = (await import(pathToFileURL(resolve(cwd, path)).href)) as Partial<AnswerModule>;
    } catch (error) {
      throw new BadAnswers(`The module of the answers, ${path}, cannot be loaded: ${messageOf(error)}.`);
    }
    const { read, grade, instruction } = loaded;
    if (typeof read !== "function") throw new BadAnswers(`${path} exports no function read(text, task).`);
    if (grade !== undefined && typeof grade !== "function")
      throw new BadAnswers(`${path} exports a grade that is no function (value, gold, task).`);
    if (instruction !== undefined && typeof instruction !== "function" && typeof instruction !== "string")
      throw new BadAnswers(`${path} exports an instruction that is neither text nor a function of the task.`);
    return { path, loaded: { read, ...(grade && { grade }), ...(instruction !== undefined && { instruction }) } };
  },

  instruction(task, { loaded, path }) {
    const stated = loaded?.instruction;
    const text = typeof stated === "function" ? stated(task) : (stated ?? answerLine("the answer alone"));
    if (typeof text !== "string")
      throw new BadAnswers(`instruction of ${path} gave no text for the task "${task.taskId}".`);
    return text;
  },

  read(text, task, { loaded }): Reading {
    try {
      const found = loaded?.read(text, task) ?? null;
      if (typeof found !== "object") return { value: typeof found === "string" ? found.trim() || null : String(found) };
      if (found === null) return { value: null };
      const reading = ReadingOf.safeParse(found);
      if (!reading.success)
        return { value: null, note: "read gave no answer, but something else than { value, score, confidence }" };
      const { value, score, confidence } = reading.data;
      return { value, ...(score !== undefined && { score }), ...(confidence !== undefined && { confidence }) };
    } catch (error) {
      return { value: null, note: `read failed: ${messageOf(error)}` };
    }
  },

  grade(value, gold, { loaded }, task) {
    if (!loaded?.grade) return sameAnswer(value, gold) ? 1 : 0;
    try {
      const right = loaded.grade(value, gold, task);
      return right === true || right === 1 ? 1 : 0;
    } catch {
      return 0;
    }
  },
};

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
