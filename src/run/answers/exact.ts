import { z } from "zod";
import { sameAnswer } from "../../records/answer.ts";
import { answerLine, statedAnswer, undecorated } from "./answer-line.ts";
import type { Extraction } from "./extraction.ts";

const Options = z.strictObject({
  /** True: capitals count, and nothing but blanks around an answer is forgiven. @default false */
  caseSensitive: z.boolean().optional(),
});

/** The answer as it is written, but for capitals, blanks around it and a final full stop. Equal numbers are equal. */
export const exact: Extraction<z.infer<typeof Options>> = {
  summary: "the answer as it is written",
  example: {
    task: { taskId: "t", question: "Which river flows through Paris?", gold: "Seine" },
    reply: "Paris lies on the Seine.\n\n**ANSWER:** Seine.",
    value: "Seine",
    none: "It is a river in France.\nI could not find out which one.",
  },
  options: Options,

  instruction: () => answerLine("the answer alone"),

  read(text) {
    const stated = statedAnswer(text);
    if (stated) return { value: stated.content === "" ? null : stated.content };
    const only = text.trim();
    if (only === "" || only.includes("\n")) return { value: null };
    return { value: undecorated(only) || null, isExplicit: false };
  },

  grade: (value, gold, { caseSensitive = false }) =>
    (caseSensitive ? value.trim() === gold.trim() : sameAnswer(value, gold)) ? 1 : 0,
};
