import { z } from "zod";
import { sameAnswer } from "../../records/answer.ts";
import { answerLine, statedAnswer } from "./answer-line.ts";
import type { Extraction } from "./extraction.ts";
import { firstNumber, lastNumber, wholeNumber } from "./number-text.ts";

const Options = z.strictObject({
  /** A value so near to gold is right, in the unit of the answer. @default 0 */
  absolute: z.number().nonnegative().optional(),
  /** As a share of |gold|. @default rounding alone, 1e-9 */
  relative: z.number().nonnegative().optional(),
});

/** A number, right within a tolerance. Its votes are plain decimal digits, so that 42 and 42.0 are one vote. */
export const number: Extraction<z.infer<typeof Options>> = {
  summary: "a number, right within a tolerance",
  example: {
    task: { taskId: "t", question: "What is 6 × 200 + 34.5?", gold: "1,234.5" },
    reply: "6 × 200 = 1200, and 34.5 more make 1234.5.\n\nANSWER: $1,234.50",
    value: "1234.5",
    none: "ANSWER: it cannot be said",
  },
  options: Options,

  instruction: () => answerLine("the number alone, in digits"),

  read(text) {
    const stated = statedAnswer(text);
    const found = stated && (firstNumber(stated.content) ?? firstNumber(stated.later ?? ""));
    if (found) return { value: found.text };
    if (stated?.by === "line") return { value: null };
    const last = lastNumber(text);
    return last ? { value: last.text, isExplicit: false } : { value: null };
  },

  badGold: (gold) => (wholeNumber(gold) ? undefined : "it is not a number"),

  grade(value, gold, { absolute = 0, relative = 0 }) {
    const [a, b] = [wholeNumber(value), wholeNumber(gold)];
    if (sameAnswer(value, gold) || sameAnswer(value, b?.text ?? gold)) return 1;
    return a && b && Math.abs(a.value - b.value) <= Math.max(absolute, relative * Math.abs(b.value)) * (1 + 1e-12)
      ? 1
      : 0;
  },
};
