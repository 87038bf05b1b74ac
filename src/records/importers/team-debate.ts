import { withoutUnit } from "../answer.ts";
import type { Row } from "../parse.ts";
import type { Importer } from "./importer.ts";

interface Speaker {
  readonly role: string;
  readonly model: string;
  readonly answer: string | null;
  readonly cost_usd?: number;
}

/**
 * Episodes of a team: its final answer is an attempt of the whole team; each speaker is an attempt in its role, of the
 * group that shares the episode. Baselines, one model alone, are in the long table's form.
 */
export const teamDebate: Importer = {
  name: "team-debate",
  summary: "episodes of teams of four agents that propose, debate and synthesize, with one-model baselines",
  citation:
    "Debate episodes (Cmouzouni/verifier-is-all-you-need, MIT). Costs of a team are those of the whole episode. Answers carry units and the source's check is lenient; speakers have no grade of their own: the first number in an answer was compared with gold.",
  example: {
    file: "episodes.jsonl",
    text: `{"dataset":"team-debate","task_id":"sum-1","family":"sums","config":"all-ada|synth","episode":0,"agents":[{"role":"insight","model":"ada","answer":"4 days","message":"Four.","cost_usd":0.0001},{"role":"insight","model":"ada","answer":"5","message":"Five.","cost_usd":0.0001},{"role":"synthesize","model":"ada","answer":"4","message":"Four it is.","cost_usd":0.0002}],"final_answer":"4","gold":"4","correct":1,"tokens_in":300,"tokens_out":200,"cost_usd":0.0004,"wall_s":2.5}
{"dataset":"team-debate","task_id":"sum-1","family":"sums","agent":"ada","sample":0,"answer":"4","correct":1,"tokens_total":90,"cost_usd":0.0001}`,
    attempts: 5,
  },
  recognizes: (first) => first["dataset"] === "team-debate" && "correct" in first,
  open: () => (record) => {
    if (!Array.isArray(record["agents"])) return record;
    const { agents, config, final_answer, episode, wall_s, ...row } = record;
    const { task_id } = row;
    const gold = String(row["gold"]);
    const read = (answer: string | null) => ({ answer: answer && withoutUnit(answer, gold), answer_text: answer });
    const team = { ...row, agent: config, sample: episode, ...read(final_answer as string | null), seconds: wall_s };
    const speakers = (agents as readonly Speaker[]).map(({ model, answer, ...speaker }, i, all): Row => {
      const reads = speaker.role === "synthesize" ? { reads: all.slice(0, i).map((before) => before.model) } : {};
      return { ...speaker, ...reads, task_id, agent: model, group: `${config} ${episode}`, ...read(answer), gold };
    });
    return [team, ...speakers];
  },
};
