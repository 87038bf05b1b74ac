import type { Row } from "../parse.ts";
import type { Importer } from "./importer.ts";

/**
 * Samples in one file; tokens and dollars of all samples of a puzzle together in another: each sample gets the mean. The
 * ways of asking (directly, chain of thought, tree of thoughts) are levels of one model.
 */
export const game24Gpt4: Importer = {
  name: "game24-gpt4",
  summary: "Game of 24 by GPT-4: 100 samples directly and by chain of thought, 5 beams of a tree of thoughts",
  citation:
    "Game of 24 logs of Yao et al., Tree of Thoughts, 2023 (princeton-nlp/tree-of-thought-llm, MIT). Several expressions can be right, so votes on texts are a lower bound; the beams of one search are not independent; costs are means over the samples of a puzzle.",
  example: {
    file: "records.jsonl",
    text: `{"dataset":"game24-gpt4","task_id":"game24-1","agent":"ada-io","sample":0,"answer":"(1 + 2) * 8","correct":1,"level":"io","chars_out":20}
{"dataset":"game24-gpt4","task_id":"game24-1","agent":"ada-io","sample":1,"answer":null,"correct":0,"level":"io","chars_out":9}`,
    beside: {
      "usage.jsonl.gz": `{"task_id":"game24-1","agent":"ada-io","n_samples":2,"tokens_in":100,"tokens_out":30,"cost_usd":0.002}`,
    },
    attempts: 2,
  },
  recognizes: (first) => first["dataset"] === "game24-gpt4" && "correct" in first,
  beside: ["usage.jsonl.gz"],
  open(beside) {
    const key = (row: Row) => JSON.stringify([row["task_id"], row["agent"]]);
    const usage = new Map((beside.get("usage.jsonl.gz") ?? []).map((row) => [key(row), row]));
    return (record) => {
      const used = usage.get(key(record));
      const agent = String(record["agent"]).split(`-${record["level"]}`)[0];
      if (used === undefined) return { ...record, agent };
      const each = (field: string) => Number(used[field]) / Number(used["n_samples"]);
      return {
        ...record,
        agent,
        tokens_in: each("tokens_in"),
        tokens_out: each("tokens_out"),
        cost_usd: each("cost_usd"),
      };
    };
  },
};
