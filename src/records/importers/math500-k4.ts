import type { Importer } from "./importer.ts";

const proposals = [0, 1, 2, 3];

/**
 * Four answers of each model are in the long table's form. What a majority vote, and the same model as a synthesizer, made
 * of the four stands beside them: the synthesizer is a reader of those samples, the vote stays apart, being a count.
 */
export const math500K4: Importer = {
  name: "math500-k4",
  summary: "four answers of a model, and what a majority vote and a synthesizer made of them",
  citation:
    "MATH-500 answers (Cmouzouni/verifier-is-all-you-need, MIT). The source's normalizer is weak: some right answers are recorded as wrong, and equal answers can look different to a vote.",
  example: {
    file: "votes.jsonl",
    text: `{"task_id":"math500-sums-1","agent":"ada","majority_answer":"4","majority_correct":1,"synth_answer":"4","synth_correct":1}
{"task_id":"math500-sums-2","agent":"ada","majority_answer":null,"majority_correct":0,"synth_answer":"5","synth_correct":0}`,
    attempts: 4,
  },
  recognizes: (first) => "synth_correct" in first && "majority_correct" in first,
  open: () => (record) => {
    const { majority_answer, majority_correct, synth_answer, synth_correct, ...row } = record;
    const reads = proposals.map(String);
    return [
      { ...row, role: "reader", reads, answer: synth_answer, correct: synth_correct },
      { ...row, role: "count", answer: majority_answer, correct: majority_correct },
    ];
  },
};
