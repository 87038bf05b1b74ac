import type { Importer } from "./importer.ts";

/** The long table as it stands; what it needs is the warning. */
export const alpacaEval2: Importer = {
  name: "alpaca-eval2",
  summary: "AlpacaEval 2: a judge's probability that the answer beats GPT-4-turbo's, by model and instruction",
  citation:
    "AlpacaEval 2 annotations (tatsu-lab/alpaca_eval, data CC BY-NC 4.0: not for commercial use). `correct` means judged better than the baseline, not right; the judge favors long answers; NullModel is a text made to fool it.",
  example: {
    file: "records.jsonl",
    text: `{"dataset":"alpaca-eval2","task_id":"alpaca-1","agent":"ada","sample":0,"score":0.7,"correct":1,"chars_out":900}
{"dataset":"alpaca-eval2","task_id":"alpaca-1","agent":"bob","sample":0,"score":0.2,"correct":0,"chars_out":400}`,
    attempts: 2,
  },
  recognizes: (first) => first["dataset"] === "alpaca-eval2" && "score" in first,
  open: () => (record) => record,
};
