import type { Importer } from "./importer.ts";

/** The long table, but programs that could not be read are marked in a field of their own. */
export const arcVerifier: Importer = {
  name: "arc-verifier",
  summary: "ARC puzzles solved by candidate programs, with the verdict of an imperfect verifier",
  citation:
    "Candidate programs for ARC-AGI (Cmouzouni/verifier-is-all-you-need, MIT). Failed calls were dropped by the source; critic and evolutionary candidates depend on earlier ones and are no independent samples.",
  example: {
    file: "records.jsonl",
    text: `{"dataset":"arc-verifier","task_id":"arc-1","agent":"ada@k2","sample":0,"correct":1,"test_run":1,"verifier_passed":3,"verifier_total":3,"parse_error":0,"tokens_in":900,"tokens_out":300,"cost_usd":0.001}
{"dataset":"arc-verifier","task_id":"arc-1","agent":"ada@k2","sample":1,"correct":0,"test_run":0,"verifier_passed":0,"verifier_total":3,"parse_error":1,"tokens_in":900,"tokens_out":20,"cost_usd":0.001}`,
    attempts: 2,
  },
  recognizes: (first) => first["dataset"] === "arc-verifier" && "correct" in first,
  open: () => (record) => (record["parse_error"] === 1 ? { ...record, status: "unparsed" } : record),
};
