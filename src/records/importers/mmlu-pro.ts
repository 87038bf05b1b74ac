import type { Importer } from "./importer.ts";

/** One letter per question and model; the gold letters stand in a file of their own. */
export const mmluPro: Importer = {
  name: "mmlu-pro",
  summary: "MMLU-Pro: ten-option questions answered once by 34 models; gold and category from tasks.jsonl.gz",
  citation:
    "MMLU-Pro answers (TIGER-AI-Lab/MMLU-Pro, Apache-2.0). An answer without a readable letter counts as wrong, so accuracies are slightly lower than published.",
  example: {
    file: "records.jsonl",
    text: `{"task_id":"mmlupro-90001","agent":"ada","sample":0,"answer":"C","correct":1,"chars_out":120}
{"task_id":"mmlupro-90001","agent":"bob","sample":0,"answer":null,"correct":0,"chars_out":80}`,
    beside: { "tasks.jsonl.gz": `{"task_id":"mmlupro-90001","category":"law","gold":"C","n_options":10}` },
    attempts: 2,
  },
  recognizes: (first) =>
    String(first["task_id"]).startsWith("mmlupro-") && first["agent"] !== undefined && "answer" in first,
  beside: ["tasks.jsonl.gz"],
  open(beside) {
    const tasks = new Map((beside.get("tasks.jsonl.gz") ?? []).map((task) => [task["task_id"], task]));
    if (tasks.size === 0) return (record) => record;
    return (record) => {
      const task = tasks.get(record["task_id"]);
      return {
        ...record,
        gold: task?.["gold"],
        ...(task?.["category"] !== undefined && { category: task["category"] }),
      };
    };
  },
};
