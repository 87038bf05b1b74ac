import { withoutUnit } from "../answer.ts";
import type { Row } from "../parse.ts";
import type { Importer } from "./importer.ts";

/**
 * Episodes of a team: its final answer is an attempt of the whole team, its proposals are attempts of their own. Of 4
 * proposers every answer is known, of 32 how many were right.
 */
export const teamAllocation: Importer = {
  name: "team-allocation",
  summary: "teams of 4 and 32 proposers with a synthesizer under three ways to assign reasoning frameworks",
  citation:
    "Allocation episodes (Cmouzouni/verifier-is-all-you-need, MIT). Costs are those of the whole team. Proposals carry units and no grade of their own: the first number in them was compared with gold.",
  example: {
    file: "episodes.jsonl",
    text: `{"dataset":"team-allocation","task_id":"sum-1","condition":"random","n_agents":4,"episode":0,"proposals":[{"framework":"algebra","answer":"4 days"},{"framework":"guess","answer":"5"}],"final_answer":"4 days","gold":"4","correct":1,"cost_usd":0.0008}
{"dataset":"team-allocation","task_id":"sum-1","condition":"random","n_agents":32,"episode":0,"assignments":{"algebra":16,"guess":16},"n_proposers_correct":20,"final_answer":"4","gold":"4","correct":1,"cost_usd":0.004}`,
    attempts: 5,
  },
  recognizes: (first) => first["dataset"] === "team-allocation" && "n_agents" in first,
  open: () => (record) => {
    const { task_id, condition, n_agents, episode, proposals, n_proposers_correct, correct, cost_usd } = record;
    const gold = String(record["gold"]);
    const final = record["final_answer"] as string | null;
    const team = { task_id, agent: `team|${n_agents}|${condition}`, sample: episode, condition, n_agents };
    const rows: Row[] = [
      { ...team, answer: final && withoutUnit(final, gold), answer_text: final, gold, correct, cost_usd },
    ];
    for (const { framework, answer } of (proposals ?? []) as readonly { framework: string; answer: string | null }[])
      rows.push({
        task_id,
        agent: `proposer|${framework}`,
        answer: answer && withoutUnit(answer, gold),
        answer_text: answer,
        gold,
      });
    if (n_proposers_correct !== undefined)
      rows.push({ task_id, agent: "proposer|mixed", n_samples: n_agents, n_correct: n_proposers_correct });
    return rows;
  },
};
