import { type Context, createContext, Script } from "node:vm";
import { z } from "zod";
import { sameAnswer } from "../../records/answer.ts";
import { BadAnswers } from "./bad-answers.ts";
import type { Extraction } from "./extraction.ts";

const Options = z.strictObject({
  /** As in JavaScript. The answer is its group `answer`, else its first group, else the whole match; of several the last. */
  pattern: z.string().min(1),
  /** i, m, s, u or v. @default "m" */
  flags: z
    .string()
    .regex(/^[imsuv]*$/)
    .optional(),
  /** What the prompt says of the form. @default the pattern itself */
  instruction: z.string().min(1).optional(),
  /** The pattern, ready to match. Not for configs. */
  compiled: z.instanceof(RegExp).optional(),
});
type Options = z.infer<typeof Options>;

/** So much of the end of a reply is searched. */
const charactersMax = 50_000;

/** A pattern that backtracks for longer than this gives no answer: time of the processor, so that a busy machine reads alike. */
const timeMsMax = 250;

/** What a pattern of the user's matches. Patterns that backtrack without end are stopped. */
export const regex: Extraction<Options> = {
  summary: "what a regular expression of yours matches last",
  example: {
    options: { pattern: "^Verdict: (?<answer>\\w+)" },
    task: { taskId: "t", question: "Is it so?", gold: "yes" },
    reply: "Verdict: no\nOn second thoughts:\nVerdict: yes, it is",
    value: "yes",
    none: "My verdict is yes.",
  },
  options: Options,

  async open({ flags = "m", ...options }) {
    try {
      return { ...options, flags, compiled: new RegExp(options.pattern, `${flags}g`) };
    } catch (error) {
      throw new BadAnswers(`The pattern of the answers is no regular expression: ${(error as Error).message}.`);
    }
  },

  instruction: (_, { pattern, instruction }) =>
    instruction ?? `Write the answer such that this regular expression finds it: ${pattern}`,

  read(text, _, { pattern, flags = "m", compiled = new RegExp(pattern, `${flags}g`) }) {
    try {
      const found = lastMatch(compiled, text.slice(-charactersMax));
      const value = (found?.groups?.["answer"] ?? found?.[1] ?? found?.[0])?.trim();
      return { value: value || null };
    } catch (error) {
      // It took too long, or ran out of stack: whatever it is, this reply has no answer.
      return { value: null, note: `the pattern ${pattern} was stopped: ${(error as Error).message}` };
    }
  },

  grade: (value, gold) => (sameAnswer(value, gold) ? 1 : 0),
};

/** Only a script of its own can be stopped in the middle of a match. Made at the first reply: it takes a while. */
let stoppable: { readonly inside: Context; readonly script: Script } | undefined;

function lastMatch(pattern: RegExp, text: string): RegExpMatchArray | null {
  stoppable ??= {
    inside: createContext({ pattern: undefined, text: "" }),
    script: new Script("{ let last = null; for (const found of text.matchAll(pattern)) last = found; last; }"),
  };
  const { inside, script } = stoppable;
  Object.assign(inside, { pattern, text });
  const before = processorMs();
  for (;;) {
    try {
      return script.runInContext(inside, { timeout: timeMsMax }) as RegExpMatchArray | null;
    } catch (error) {
      const isLate = (error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
      if (!isLate || processorMs() - before >= 0.8 * timeMsMax) throw error; // else others had the processor: once more
    }
  }
}

/** Of this thread; of the whole process where Node does not tell them apart. */
function processorMs(): number {
  const { user, system } = (process.threadCpuUsage ?? process.cpuUsage)();
  return (user + system) / 1_000;
}
