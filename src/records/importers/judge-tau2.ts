import type { Importer } from "./importer.ts";

/** A judge is an agent whose answer is its verdict; the benchmark's reward is the gold. */
export const judgeTau2: Importer = {
  name: "judge-tau2",
  summary: "LLM judges rate service conversations: verdict against the true outcome",
  citation:
    "Judge runs from a pull request to sierra-research/tau2-bench (MIT). A verdict other than pass counts as not passing.",
  example: {
    file: "records.jsonl",
    text: `{"dataset":"judge-tau2","task_id":"talk-1","domain":"shop","judge":"strict","judge_model":"ada","verdict":"pass","truth":1,"correct":1,"tokens_in":900,"tokens_out":40,"cost_usd":0.003}
{"dataset":"judge-tau2","task_id":"talk-2","domain":"shop","judge":"strict","judge_model":"ada","verdict":"unclear","truth":1,"correct":0,"tokens_in":950,"tokens_out":50,"cost_usd":0.003}`,
    attempts: 2,
  },
  recognizes: (first) => first["dataset"] === "judge-tau2" && "verdict" in first,
  open: () => (record) => ({
    ...record,
    agent: record["judge"],
    answer: record["verdict"] === "pass" ? "pass" : "fail",
    gold: record["truth"] === 1 ? "pass" : "fail",
  }),
};
