import { withoutUnit } from "../answer.ts";
import type { Importer } from "./importer.ts";

/** Each way of combining the same four proposals is an agent: a whole team, with the price of a whole team. */
export const teamAggregation: Importer = {
  name: "team-aggregation",
  summary: "four proposals combined by a vote, by an LLM that sees the answers, by one that sees the reasoning",
  citation:
    "Aggregation episodes (Cmouzouni/verifier-is-all-you-need, MIT). Agents are whole teams, costs include the proposals; the recorded vote compares raw texts, so it is pessimistic; of answers with units the first number was kept.",
  example: {
    file: "records.jsonl",
    text: `{"dataset":"team-aggregation","family":"sums","task_id":"sum-1","episode":0,"mode":"majority_vote","answer":"4","gold":"4","correct":1,"proposal_tokens":900,"proposal_cost_usd":0.0004,"extra_cost_usd":0.0001}
{"dataset":"team-aggregation","family":"quiz","task_id":"quiz-1","episode":0,"mode":"synth","answer":"C","gold":"B","correct":0,"any_correct":1,"total_cost_usd":0.001}`,
    attempts: 2,
  },
  recognizes: (first) => first["dataset"] === "team-aggregation" && "mode" in first,
  open: () => (record) => {
    const answer = record["answer"] as string | null;
    return {
      ...record,
      agent: record["mode"],
      sample: record["episode"],
      answer: answer && withoutUnit(answer, String(record["gold"])),
      answer_text: answer,
      cost_usd: record["total_cost_usd"] ?? Number(record["proposal_cost_usd"]) + Number(record["extra_cost_usd"]),
    };
  },
};
