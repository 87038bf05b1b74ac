import type { Importer } from "./importer.ts";

/** Our own form: one attempt per line, as the guide's table of fields has it. */
export const longTable: Importer = {
  name: "long-table",
  summary:
    "one attempt per line: task_id, agent and correct, score, answer, n_samples with n_correct, or sent with received",
  example: {
    file: "attempts.jsonl",
    text: `{"task_id":"sum-1","agent":"ada","sample":0,"answer":"12","gold":"12","tokens_out":40}
{"task_id":"sum-1","agent":"bob","answer":null,"gold":"12","status":"unparsed"}
{"task_id":"sum-2","agent":"ada","sample":0,"correct":1}
{"task_id":"sum-2","agent":"bob","n_samples":10,"n_correct":4}`,
    attempts: 4,
  },
  recognizes: (first) =>
    typeof first["task_id"] === "string" &&
    typeof first["agent"] === "string" &&
    ["correct", "score", "answer", "n_correct", "received"].some((field) => first[field] !== undefined),
  open: () => (record) => record,
};
