// One line per importer. The one that recognizes a file reads it; the long table is asked last.
export { alpacaEval2 } from "./alpaca-eval2.ts";
export { arcVerifier } from "./arc-verifier.ts";
export { contingency } from "./contingency.ts";
export { game24Gpt4 } from "./game24-gpt4.ts";
export { histogram } from "./histogram.ts";
export { judgeTau2 } from "./judge-tau2.ts";
export { lcbCodegen } from "./lcb-codegen.ts";
export { llmdrift } from "./llmdrift.ts";
export { longTable } from "./long-table.ts";
export { mmluPro } from "./mmlu-pro.ts";
export { reflexionTrials } from "./reflexion-trials.ts";
export { swebenchVerifiedBash } from "./swebench-verified-bash.ts";
export { tau2Runs } from "./tau2-runs.ts";
export { teamAggregation } from "./team-aggregation.ts";
export { teamAllocation } from "./team-allocation.ts";
export { teamDebate } from "./team-debate.ts";
export { totScored } from "./tot-scored.ts";
