// The one table behind docs/papers.md: which published system's capability is in the product, and what shows it.
// A row counts as built only with a command, a test and a figure; `status` then says on what it works.
// node scripts/papers.mjs writes docs/papers.md; node scripts/papers.mjs --check fails where it is stale.
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const recorded = "works on recorded answers";
const scripted = "works on scripted truth only";

/** @type {{ id: string, papers: string, capability: string, parts?: { what: string, command: string, test: string, figure: string, status: string }[] }[]} */
const rows = [
  {
    id: "C1",
    papers: "Phase Transition for Budgeted Multi-Agent Synergy (2601.17311)",
    capability:
      "β, γ(m), ρ and W calibrated from attempts and probes; α_ρ, phase boundary, fixed point, s against β, thresholds, allocation, mixing depth",
    parts: [
      {
        what: "calibration of β, γ(m), ρ_task, ρ_within, W; α, s, μ*, mixing depth and first threshold",
        command: "npm start",
        test: "src/calibrate/coverage.test.ts",
        figure: "bench/coverage/results.md",
        status: scripted,
      },
      {
        what: "stars, trees and chains planned by the exact planner, with thresholds, the sweep over W and the distance to each boundary",
        command: "quorate plan answers.jsonl --per-task 20000tok --needs-reading",
        test: "src/plan/readers.test.ts",
        figure: "bench/plan/results.md",
        status: scripted,
      },
      {
        what: "studies tell on which side of α = 1, s = β and W = N·m a team stands",
        command: "quorate study answers.jsonl",
        test: "test/boundaries/boundaries.test.ts",
        figure: "bench/boundaries/results.md",
        status: scripted,
      },
      {
        what: "phase diagrams over any two parameters",
        command: "quorate phase --team tree:3x3 --accuracy 0.6",
        test: "src/theory/phase.test.ts",
        figure: "bench/phase/results.md",
        status: scripted,
      },
      {
        what: "validation by simulation of the recursion, the risks, the planner and the estimators",
        command: "npm test",
        test: "test/theory/simulation.test.ts",
        figure: "bench/theory/results.md",
        status: scripted,
      },
      {
        what: "continuous answers: mean, median and best weights planned and replayed in squared error",
        command: "quorate plan answers.jsonl --per-task 5calls --metric squared-error",
        test: "src/plan/squared-error-market.test.ts",
        figure: "bench/squared-error/results.md",
        status: recorded,
      },
      {
        what: "published matched-budget findings, each with its parameters before the comparison",
        command: "npm test",
        test: "test/docs/examples.test.ts",
        figure: "docs/published-findings.md",
        status: recorded,
      },
    ],
  },
  {
    id: "C2",
    papers: "Three Phases of Expert Routing (2604.04230)",
    capability: "router logs → γ_eff with intervals, phases over checkpoints, the same for pools of models",
  },
  {
    id: "P1",
    papers: "Towards a Science of Scaling Agent Systems",
    capability: "five canonical architectures, coordination metrics, choice of architecture",
  },
  {
    id: "P2",
    papers: "Understanding Agent Scaling via Diversity (K*)",
    capability: "effective channels from answers without labels; whom to add or drop",
    parts: [
      {
        what: "K*, φ and ρ from answers alone; panels ranked by pseudo-gain",
        command: "quorate calibrate answers.jsonl",
        test: "test/foresight/diversity.test.ts",
        figure: "bench/foresight/results.md",
        status: recorded,
      },
      {
        what: "whom to add to the best vote per money, whom it could do without",
        command: "quorate plan answers.jsonl --per-task 5calls",
        test: "src/plan/cast-changes.test.ts",
        figure: "docs/foresight.md",
        status: recorded,
      },
    ],
  },
  {
    id: "P3",
    papers: "Solving a Million-Step Task with Zero Errors (MAKER)",
    capability: "decomposition, first to lead by k, red flags, cost law",
  },
  {
    id: "P4",
    papers: "Optimal Self-Consistency (Blend-ASC); PETS",
    capability: "a sample budget allocated over questions",
  },
  {
    id: "P5",
    papers:
      "Broken Neural Scaling Laws; Hitchhiker’s Guide; PassUntil; Scaling Laws I; DL Scaling Predictable; Explaining Scaling Laws; Why Predicting Downstream…; Robust Comparison; Rethinking Conventional Wisdom; LLM-KG-Bench",
    capability: "curve families of p(level), fit small and predict large",
    parts: [
      {
        what: "curves over levels with chance and wrong options, weighted by held-out error; crossings beyond which nobody is ranked",
        command: "quorate calibrate answers.jsonl",
        test: "test/foresight/levels.test.ts",
        figure: "bench/foresight/results.md",
        status: recorded,
      },
      {
        what: "pass@k beyond the samples that were drawn, rates below 1 %, samples until one passes",
        command: "quorate calibrate answers.jsonl",
        test: "test/foresight/levels.test.ts",
        figure: "bench/foresight/results.md",
        status: recorded,
      },
    ],
  },
  {
    id: "P6",
    papers: "Lying Is Just a Phase; Growing Pains",
    capability: "coupling of task families across agents; which tasks still separate agents",
    parts: [
      {
        what: "correlation of family effects across agents, stand-outs, tasks that still tell agents apart",
        command: "quorate calibrate answers.jsonl",
        test: "src/calibrate/families.test.ts",
        figure: "bench/foresight/results.md",
        status: recorded,
      },
    ],
  },
  {
    id: "P7",
    papers: "The Cost of Dynamic Reasoning; Languini Kitchen",
    capability: "tokens, latency, money and energy of every plan; comparison at equal compute",
    parts: [
      {
        what: "calls, tokens in and out, dollars with cached prompts, seconds, watt-hours of every forecast, with intervals",
        command: "quorate predict answers.jsonl --team vote:5@small",
        test: "src/plan/costs.test.ts",
        figure: "bench/foresight/results.md",
        status: recorded,
      },
    ],
  },
  {
    id: "P8",
    papers: "Online Information Acquisition; Adaptive Sampling for Equitable Datasets",
    capability: "which probes to buy; budget over groups; proper scoring of reported confidence",
  },
  {
    id: "P9",
    papers: "Parallel Scaling Law; Duo-LLM; ANIRA; SCALE",
    capability: "compute by difficulty; the oracle allocation as a bound",
    parts: [
      {
        what: "the best allocation of the same money in hindsight, and the part of it that was caught on held-back tasks",
        command: "quorate study answers.jsonl",
        test: "src/plan/oracle.test.ts",
        figure: "docs/foresight.md",
        status: recorded,
      },
    ],
  },
  {
    id: "A1",
    papers: "Fortytwo",
    capability: "peer ranking, reputation over runs, capability probes, price of Sybils",
  },
  {
    id: "A2",
    papers: "Stochastic Self-Organization (SelfOrg)",
    capability: "response-conditioned graph by approximate Shapley values",
  },
  { id: "A3", papers: "Flag Aggregator", capability: "subspace aggregation under Byzantine members" },
  {
    id: "A4",
    papers: "Generative AI Consensus in a Trustless Network",
    capability: "equivalence classes of free-form answers, verifiers",
  },
  { id: "A5", papers: "ACAR", capability: "disagreement of three probes routes to one, two or three models" },
  {
    id: "A6",
    papers: "OPTAGENT; MachineSoM; Agent Primitives; AI co-scientist; AgenticSciML; EG-CFG",
    capability: "debate, reflection, review, selection, plan and execute, tournaments, execution-guided choice",
  },
  { id: "A7", papers: "Differentially Private Sequential Learning; RS+FD; RQM", capability: "private votes, debiased" },
  { id: "A8", papers: "Cognitive Penalty (Sentinel-Bench)", capability: "stability between trials, non-convergence" },
  { id: "O1", papers: "When Agents Evolve, Institutions Follow", capability: "governance patterns and institutions" },
  {
    id: "O2",
    papers: "G-Designer; HyperAgent; CommFormer; OPTAGENT; Conductor",
    capability: "topology searched or written by an agent, priced before the first step",
  },
  { id: "O3", papers: "AgentsNet; SwarmBench", capability: "agents on a network; agents on a grid with local view" },
  {
    id: "O4",
    papers: "MACU; UFO³; S1-NexusAgent; ScaleMCP",
    capability: "a task graph that changes while it runs; leaves that act through tools",
  },
  { id: "O5", papers: "Matrix; AgentScope", capability: "no central orchestrator; 10⁴ concurrent workflows" },
  { id: "O6", papers: "Learning to Share", capability: "shared memory with an admission rule" },
  {
    id: "O7",
    papers: "Group Think; Hogwild!; RelayCaching; Recursive MAS; Thought Communication",
    capability: "prefix-stable layout, cached tokens forecast and billed",
  },
  {
    id: "O8",
    papers: "Do Agent Societies Develop Intellectual Elites?",
    capability: "cascade laws, elites, deficit-triggered integration",
  },
  {
    id: "O9",
    papers: "SALE; Symphony-Coord; POLAR; AgensFlow; Cascading RL; TCAR",
    capability: "auctions with memory, LinUCB in two stages, cache-aware routing",
  },
  {
    id: "R1",
    papers:
      "Dynamic Model Routing and Cascading; TwinRouterBench; RouteProfile; WRP; GlimpRouter; D²-Monitor; CoGenesis",
    capability: "cascades, profiles, first-token entropy, monitors; sizing a pool",
  },
  {
    id: "R2",
    papers: "Routers Learn the Geometry; Equifinality; Graph of Tokens; SAME; MAGNET; OmniMoE; MoE inference survey",
    capability: "imbalance, entropy, drift, coverage of a router",
  },
  {
    id: "D1",
    papers: "Trace-Level Analysis of Information Contamination",
    capability: "perturbed pairs of runs, divergence above the same-seed control",
  },
  {
    id: "D2",
    papers:
      "Emergent Social Intelligence Risks; CooperBench; Molt Dynamics; Societies of Thought; Binary Decision Biases; Foundation Agents; Collaboration Mechanisms",
    capability: "conformity, collusion, roles, late commitments, position and batching bias",
  },
  {
    id: "D3",
    papers: "C4; PCCL; Gradient Coding; MoDeST",
    capability: "stragglers, faulty members, k-of-n redundancy",
  },
  {
    id: "S1",
    papers: "MAC-SPGG; Coopetition TR-1, TR-3, TR-4; Coopetition-Gym; GovSim; Direct Punishment; Co-player inference",
    capability: "effort as a choice, commons with closed forms",
  },
  {
    id: "S2",
    papers: "Large Population Models; Dec-POMFC; dewi-kadita; OrgForge; Random Spatial Networks; Wireless multi-agent",
    capability: "10⁶ agents, order parameters, mean-field limits",
  },
];

for (const { id, parts = [] } of rows)
  for (const { test, figure } of parts)
    for (const file of [test, figure])
      if (!existsSync(file)) throw new Error(`${id} names ${file}, which does not exist: the row is not built.`);

const text = [
  "# Published systems whose capability belongs here",
  "",
  "Generated by `node scripts/papers.mjs` from the table in that file; do not edit by hand. Each row is a capability that works in",
  "the product, re-implemented from its description, with a figure of our own: a paper’s gain is never quoted as ours. A part is",
  `listed as built only with its command, test and figure; its status is *${recorded}*, *${scripted}* or *not applicable here,*`,
  "*because …*. Rows without parts are not built yet.",
  "",
  "| id | paper | capability | built: what · command · test · figure | status |",
  "|---|---|---|---|---|",
  ...rows.flatMap(({ id, papers, capability, parts }) =>
    parts
      ? parts.map(
          ({ what, command, test, figure, status }) =>
            `| ${id} | ${papers} | ${capability} | ${what} · \`${command}\` · [test](../${test}) · [figure](../${figure}) | ${status} |`,
        )
      : [`| ${id} | ${papers} | ${capability} | | not built yet |`],
  ),
  "",
].join("\n");

if (process.argv.includes("--check")) {
  if (readFileSync("docs/papers.md", "utf8") !== text) {
    console.error("docs/papers.md is stale: node scripts/papers.mjs");
    process.exitCode = 1;
  }
} else writeFileSync("docs/papers.md", text);
