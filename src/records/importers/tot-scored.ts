import type { Importer } from "./importer.ts";

/** Graded work: crosswords are scored in [0, 1], texts by judges up to 10. */
export const totScored: Importer = {
  name: "tot-scored",
  summary: "crosswords and creative texts by GPT-4 with scores instead of right and wrong",
  citation:
    "Crossword and writing logs of Yao et al., Tree of Thoughts, 2023 (princeton-nlp/tree-of-thought-llm, MIT). A crossword is right only when solved completely; a text's score is the mean of five judge calls.",
  example: {
    file: "records.jsonl",
    text: `{"dataset":"tot-scored","task_id":"crossword-1","agent":"ada","sample":0,"score":0.4,"letters":0.6,"correct":0,"chars_out":60}
{"dataset":"tot-scored","task_id":"text-1","agent":"ada","sample":0,"score":7.2,"judge_scores":[7,7,7,8,7],"chars_out":900}`,
    attempts: 2,
  },
  recognizes: (first) => first["dataset"] === "tot-scored" && "score" in first,
  open: () => (record) => ("judge_scores" in record ? { ...record, score_max: 10 } : record),
};
