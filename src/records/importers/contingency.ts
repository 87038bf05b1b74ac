import { z } from "zod";
import { issuesOf } from "../issues.ts";
import type { Row } from "../parse.ts";
import type { Importer } from "./importer.ts";

/**
 * Answers of several agents counted by pattern: facts about who agreed with whom, without the questions. One character
 * per agent; the same letter is the same answer, `-` no parsable answer, `?` no attempt.
 */
const Contingency = z
  .object({
    format: z.literal("quorate-contingency/1"),
    name: z.string().min(1),
    citation: z.array(z.string()),
    agents: z.array(
      z.object({
        name: z.string().min(1),
        level: z.string().optional(),
        tokensIn: z.number().nonnegative().optional(),
        tokensOut: z.number().nonnegative().optional(),
        usd: z.number().nonnegative().optional(),
      }),
    ),
    /**
     * [answers, letter of the right answer or "." where nobody had it, how many tasks, flags?]. Flags are the grader's own
     * words, 1 or 0 per agent, where they differ from "answer is the right letter".
     */
    patterns: z.array(z.tuple([z.string(), z.string().length(1), z.int().positive(), z.string().optional()])),
  })
  .superRefine(({ agents, patterns }, context) => {
    for (const [i, [answers, , , flags]] of patterns.entries())
      for (const [part, text] of Object.entries({ 0: answers, 3: flags }))
        if (text !== undefined && text.length !== agents.length)
          context.addIssue({
            code: "custom",
            path: ["patterns", i, part],
            message: `one character per agent, ${agents.length}, not ${text.length}`,
          });
  });
type Contingency = z.infer<typeof Contingency>;

export const contingency: Importer = {
  name: "contingency",
  summary: "a JSON document that counts answer patterns: which agents agreed, which answer was right",
  example: {
    file: "pairs.json",
    text: JSON.stringify({
      format: "quorate-contingency/1",
      name: "pairs",
      citation: ["made up"],
      agents: [{ name: "ada", tokensOut: 90 }, { name: "bob" }, { name: "cleo", level: "high" }],
      patterns: [
        ["AAB", "A", 2],
        ["AB-", "B", 1, "010"],
        ["AA?", ".", 1],
      ],
    } satisfies Contingency),
    attempts: 11,
  },
  recognizes: (first) => first["format"] === "quorate-contingency/1",
  open: () => (record) => {
    const read = Contingency.safeParse(record);
    return read.success ? expand(read.data) : issuesOf(read.error).join("; ");
  },
  describe: (first) => {
    const { name, citation } = Contingency.parse(first);
    return { name, sources: citation };
  },
};

/** Tasks are numbered pattern by pattern, so the same document always gives the same attempts. */
function expand({ name, agents, patterns }: Contingency): Row[] {
  const rows: Row[] = [];
  let task = 0;
  for (const [answers, right, tasks, flags] of patterns)
    for (let repeat = 0; repeat < tasks; repeat++) {
      const task_id = `${name}-${++task}`;
      agents.forEach((agent, i) => {
        const answer = answers[i];
        if (answer === "?") return;
        rows.push({
          task_id,
          agent: agent.name,
          sample: 0,
          answer: answer === "-" ? null : answer,
          gold: right === "." ? "none of these" : right,
          correct: flags === undefined ? Number(answer === right) : Number(flags[i]),
          level: agent.level,
          tokens_in: agent.tokensIn,
          tokens_out: agent.tokensOut,
          cost_usd: agent.usd,
        });
      });
    }
  return rows;
}
