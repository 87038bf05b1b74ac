import type { Importer } from "./importer.ts";

/** The long table, but a listed cost of 0 means that nobody recorded one. */
export const swebenchVerifiedBash: Importer = {
  name: "swebench-verified-bash",
  summary: "SWE-bench Verified solved once by one scaffold with 24 models: resolved, dollars, calls",
  citation:
    "SWE-bench leaderboard data (SWE-bench/swe-bench.github.io, CC BY-NC 4.0: not for commercial use). Costs are as listed; 0 was read as not recorded.",
  example: {
    file: "records.jsonl",
    text: `{"dataset":"swebench-verified-bash","task_id":"repo-1","agent":"ada","sample":0,"correct":1,"cost_usd":0.25,"api_calls":12}
{"dataset":"swebench-verified-bash","task_id":"repo-1","agent":"open-bob","sample":0,"correct":0,"cost_usd":0,"api_calls":30,"level":"high"}`,
    attempts: 2,
  },
  recognizes: (first) => first["dataset"] === "swebench-verified-bash" && "correct" in first,
  open: () => (record) => (record["cost_usd"] === 0 ? { ...record, cost_usd: undefined } : record),
};
