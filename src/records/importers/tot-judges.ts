import type { Importer } from "./importer.ts";

/** The texts of `tot-scored` as tasks, and its judges as agents: how far is a judge from the mean of the others? */
export const totJudges: Importer = {
  name: "tot-judges",
  summary: "the judge scores of creative texts as agents that estimate the mean of the other judges",
  citation:
    "Writing logs of Yao et al., Tree of Thoughts, 2023 (princeton-nlp/tree-of-thought-llm, MIT). Five calls of one GPT-4 judge scored each text from 1 to 10; nobody knows the right score. Every text is a task of its own, also where texts answer the same prompt; crosswords have no judges and are left out.",
  example: {
    file: "judged.jsonl",
    text: `{"dataset":"tot-judges","task_id":"text-1","agent":"ada","sample":0,"score":7.2,"judge_scores":[7,7,7,8,7],"chars_out":900}`,
    attempts: 5,
  },
  recognizes: (first) => first["dataset"] === "tot-judges" && "judge_scores" in first,
  open: () => (record) => {
    const { task_id, agent, sample, judge_scores } = record;
    if (typeof task_id !== "string") return `task_id is ${JSON.stringify(task_id)}, not a text`;
    if (!Array.isArray(judge_scores)) return [];
    const sum = judge_scores.reduce((total, score) => total + score, 0);
    return judge_scores.map((score: number, judge) => ({
      task_id: `${task_id}, ${agent} ${sample}`,
      agent: `judge-${judge + 1}`,
      answer: String(score),
      gold: String((sum - score) / (judge_scores.length - 1)),
      gold_from: "others",
    }));
  },
};
