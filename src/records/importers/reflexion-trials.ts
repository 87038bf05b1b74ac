import type { Importer } from "./importer.ts";

/**
 * `correct` after trial k means "solved within k trials", and a solved task is not tried again: trials are levels of
 * compute, not repeated samples.
 */
export const reflexionTrials: Importer = {
  name: "reflexion-trials",
  summary: "Reflexion trial by trial: the number of trials is the compute level",
  citation:
    "Shinn et al., Reflexion, 2023 (noahshinn/reflexion, MIT). Only failing tasks stay in play, so `correct` is cumulative: success within that many trials.",
  example: {
    file: "records.jsonl",
    text: `{"dataset":"reflexion-trials","task_id":"hop-1","agent":"ada","trial":1,"status":"incorrect","correct":0,"answer":"Oslo","gold":"Rome","actions":3,"chars":800}
{"dataset":"reflexion-trials","task_id":"hop-1","agent":"ada","trial":2,"status":"correct","correct":1,"answer":"Rome","gold":"Rome","actions":2,"chars":700}
{"dataset":"reflexion-trials","task_id":"hop-2","agent":"ada","trial":1,"status":"halted","correct":0,"answer":null,"gold":"Bern","actions":9,"chars":4000}`,
    attempts: 3,
  },
  recognizes: (first) => first["dataset"] === "reflexion-trials" && "trial" in first,
  open: () => (record) => ({
    ...record,
    level: record["trial"],
    status: record["status"] === "halted" ? "truncated" : "ok", // halted: out of steps
  }),
};
