import type { Importer } from "./importer.ts";

/** The long table, but for the name of the seconds. */
export const llmdrift: Importer = {
  name: "llmdrift",
  summary: "two versions of GPT-3.5 and GPT-4 on the same prompts, with tokens, dollars and seconds",
  citation:
    "Chen, Zaharia, Zou, How is ChatGPT's behavior changing over time?, 2023 (lchen001/LLMDrift, Apache-2.0). Half of the prime questions are composite: always saying no scores 50 %.",
  example: {
    file: "records.jsonl",
    text: `{"dataset":"llmdrift","task_id":"drift-prime-x","agent":"ada-march","sample":0,"answer":"no","gold":"yes","correct":0,"tokens_out":20,"cost_usd":0.0001,"latency_s":1.5}
{"dataset":"llmdrift","task_id":"drift-leetcode-x","agent":"ada-march","sample":0,"correct":1,"tokens_out":90,"cost_usd":0.0004,"latency_s":3.25}`,
    attempts: 2,
  },
  recognizes: (first) => first["dataset"] === "llmdrift" && "latency_s" in first,
  open: () => (record) => {
    const { latency_s, ...row } = record;
    return { ...row, seconds: latency_s };
  },
};
