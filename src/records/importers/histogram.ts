import { z } from "zod";
import { issuesOf } from "../issues.ts";
import type { Row } from "../parse.ts";
import type { Importer } from "./importer.ts";

/** Answers of many samples of one agent, counted by how they fell on each task, without the questions. */
const Histogram = z.object({
  format: z.literal("quorate-histogram/1"),
  name: z.string().min(1),
  citation: z.array(z.string()),
  agent: z.string().min(1),
  tokensIn: z.number().nonnegative().optional(),
  tokensOut: z.number().nonnegative().optional(),
  usd: z.number().nonnegative().optional(),
  /** [right samples, sizes of the blocks of equal wrong answers, samples without a parsable answer, how many tasks] */
  rows: z.array(
    z.tuple([z.int().nonnegative(), z.array(z.int().positive()), z.int().nonnegative(), z.int().positive()]),
  ),
});
type Histogram = z.infer<typeof Histogram>;

export const histogram: Importer = {
  name: "histogram",
  summary: "a JSON document that counts how the samples of one agent fell on each task",
  example: {
    file: "votes.json",
    text: JSON.stringify({
      format: "quorate-histogram/1",
      name: "votes",
      citation: ["made up"],
      agent: "ada",
      rows: [
        [3, [], 0, 2],
        [1, [1], 1, 1],
      ],
    } satisfies Histogram),
    attempts: 9,
  },
  recognizes: (first) => first["format"] === "quorate-histogram/1",
  open: () => (record) => {
    const read = Histogram.safeParse(record);
    return read.success ? expand(read.data) : issuesOf(read.error).join("; ");
  },
  describe: (first) => {
    const { name, citation } = Histogram.parse(first);
    return { name, sources: citation };
  },
};

/** Right answers are "right", the wrong ones "wrong 1", "wrong 2" … by block; tasks are numbered row by row. */
function expand({ name, agent, tokensIn, tokensOut, usd, rows }: Histogram): Row[] {
  const costs = { tokens_in: tokensIn, tokens_out: tokensOut, cost_usd: usd };
  const expanded: Row[] = [];
  let task = 0;
  for (const [right, wrong, unparsed, tasks] of rows) {
    const answers: (string | null)[] = [
      ...Array<string>(right).fill("right"),
      ...wrong.flatMap((size, block) => Array<string>(size).fill(`wrong ${block + 1}`)),
      ...Array<null>(unparsed).fill(null),
    ];
    for (let repeat = 0; repeat < tasks; repeat++) {
      const task_id = `${name}-${++task}`;
      for (const [sample, answer] of answers.entries())
        expanded.push({ task_id, agent, sample, answer, gold: "right", correct: Number(answer === "right"), ...costs });
    }
  }
  return expanded;
}
