import type { Importer } from "./importer.ts";

/** A model stands in several snapshots of the leaderboard with the same problems: one agent per snapshot. */
export const lcbCodegen: Importer = {
  name: "lcb-codegen",
  summary: "LiveCodeBench code generation: samples that passed, by model and snapshot of the leaderboard",
  citation:
    "LiveCodeBench leaderboard data (LiveCodeBench/livecodebench.github.io, CC BY-SA 4.0). Sample counts are inferred from the stored shares. Compare agents within one snapshot.",
  example: {
    file: "records.jsonl",
    text: `{"dataset":"lcb-codegen","task_id":"lcb-1","agent":"ada","n_samples":10,"n_correct":4,"snapshot":"2024-01-01"}
{"dataset":"lcb-codegen","task_id":"lcb-1","agent":"ada","n_samples":10,"n_correct":5,"snapshot":"2025-01-01","level":"high"}`,
    attempts: 2,
  },
  recognizes: (first) => first["dataset"] === "lcb-codegen" && "snapshot" in first,
  open: () => (record) => ({ ...record, agent: `${record["agent"]}/${record["snapshot"]}` }),
};
