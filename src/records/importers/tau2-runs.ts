import type { Row } from "../parse.ts";
import type { Importer } from "./importer.ts";

/** Long runs with tools: why a run ended becomes its status, a cost of 0 means that nobody recorded one. */
export const tau2Runs: Importer = {
  name: "tau2-runs",
  summary: "tau2-bench service agents: reward, tokens, dollars, seconds, why the run ended",
  citation:
    "tau2-bench runs (sierra-research/tau2-bench, MIT), mostly from pull requests. Submissions differ in user simulator and task revision; near-perfect scores were not checked by anybody; a cost of 0 was read as not recorded.",
  example: {
    file: "records.jsonl",
    text: `{"dataset":"tau2-runs","task_id":"shop-1","agent":"ada","sample":0,"correct":1,"domain":"shop","termination":"user_stop","messages":20,"tool_calls":4,"duration_s":60.5,"cost_usd":0.1,"tokens_in":9000,"tokens_out":400}
{"dataset":"tau2-runs","task_id":"shop-2","agent":"ada","sample":0,"correct":0,"domain":"shop","termination":"max_steps","messages":90,"tool_calls":40,"duration_s":300,"cost_usd":0}`,
    attempts: 2,
  },
  recognizes: (first) => first["dataset"] === "tau2-runs" && "duration_s" in first,
  open: () => (record) => {
    const { duration_s, cost_usd, ...row } = record;
    return { ...row, seconds: duration_s, cost_usd: cost_usd === 0 ? undefined : cost_usd, status: statusOf(record) };
  },
};

function statusOf({ termination }: Row): string {
  if (termination === "max_steps") return "truncated";
  return termination === "too_many_errors" ? "failed" : "ok";
}
