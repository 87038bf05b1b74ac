import { z } from "zod";
import { sameAnswer } from "../../records/answer.ts";
import { statedAnswer } from "./answer-line.ts";
import { lastBoxed, plainMath } from "./boxed-text.ts";
import type { Extraction } from "./extraction.ts";
import { wholeNumber } from "./number-text.ts";

const Options = z.strictObject({});

/** What stands in the last `\boxed{…}`: the custom of sets of mathematics. Equal but for spelling in LaTeX, or as numbers. */
export const boxed: Extraction<z.infer<typeof Options>> = {
  summary: "what the last \\boxed{…} holds",
  example: {
    task: { taskId: "t", question: "Solve 2x = 1.", gold: "\\frac12" },
    reply: "Dividing by 2 gives $x = \\dfrac{1}{2}$, so $\\boxed{x = \\dfrac{1}{2}}$.",
    value: "\\frac{1}{2}",
    none: "It is \\boxed{",
  },
  options: Options,

  instruction: () => "End with the answer alone in a box: \\boxed{answer}",

  read(text) {
    const box = lastBoxed(text);
    const stated = box ? undefined : statedAnswer(text);
    const form = plainMath(box?.content ?? stated?.content ?? "");
    return { value: form === "" ? null : form };
  },

  grade(value, gold) {
    const form = plainMath(lastBoxed(gold)?.content ?? gold);
    if (value === form || sameAnswer(value, form)) return 1;
    const [a, b] = [wholeNumber(value), wholeNumber(form)];
    return a && b && sameAnswer(a.text, b.text) ? 1 : 0;
  },
};
