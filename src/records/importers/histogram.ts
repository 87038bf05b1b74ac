import type { Row } from "../parse.ts";
import type { Importer } from "./importer.ts";

/** Answers of many samples of one agent, counted by how they fell on each task, without the questions. */
interface Histogram {
  readonly format: "quorate-histogram/1";
  readonly name: string;
  readonly citation: readonly string[];
  readonly agent: string;
  readonly tokensIn?: number;
  readonly tokensOut?: number;
  readonly usd?: number;
  /** [right samples, sizes of the blocks of equal wrong answers, samples without a parsable answer, how many tasks] */
  readonly rows: readonly (readonly [right: number, wrong: readonly number[], unparsed: number, tasks: number])[];
}

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
  open: () => (record) => expand(record as unknown as Histogram),
  describe: (first) => {
    const { name, citation } = first as unknown as Histogram;
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
