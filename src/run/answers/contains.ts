import { z } from "zod";
import { normalizeAnswer } from "../../records/answer.ts";
import { answerLine, statedAnswer } from "./answer-line.ts";
import type { Extraction } from "./extraction.ts";

const Options = z.strictObject({
  /** True: anywhere in the reply counts, not only in the answer that it states. @default false */
  anywhere: z.boolean().optional(),
});

/** Right where the gold answer stands in it, as whole words. Lenient: for questions whose answer is a name or a phrase. */
export const contains: Extraction<z.infer<typeof Options>> = {
  summary: "the gold answer stands in it, as whole words",
  example: {
    task: { taskId: "t", question: "Who wrote Faust?", gold: "Goethe" },
    reply: "It is a play in two parts.\nANSWER: Johann Wolfgang von Goethe, in 1808",
    value: "Johann Wolfgang von Goethe, in 1808",
    none: " \n ",
  },
  options: Options,

  instruction: () => answerLine("the answer alone"),

  read(text, _, { anywhere = false }) {
    const whole = text.trim() || null;
    const stated = anywhere ? undefined : statedAnswer(text);
    if (stated) return { value: stated.content || null };
    return { value: whole, ...(!anywhere && { isExplicit: false }) };
  },

  badGold: (gold) => (words(gold) === "" ? "it has no letter and no digit" : undefined),
  grade: (value, gold) => (` ${words(value)} `.includes(` ${words(gold)} `) ? 1 : 0),
};

const words = (text: string) =>
  normalizeAnswer(text)
    .normalize("NFKC")
    .replace(/(?<=\d),(?=\d{3})/g, "")
    .replace(/[^\p{L}\p{M}\p{N}.]+|\.(?!\d)/gu, " ")
    .trim();
