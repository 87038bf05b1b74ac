// Studies for the tests of the report: situations that a report must survive, built from a seed. Most numbers are
// made up, but consistent with each other; the real ones come from src/study.ts.
import { calibrate } from "../../src/calibrate/calibrate.ts";
import type { AgentCalibration, PairCalibration } from "../../src/calibrate/calibration.ts";
import { type Compute, calibrateCompute } from "../../src/calibrate/compute.ts";
import type { Kind } from "../../src/organizations/organization.ts";
import { parseTeam } from "../../src/organizations/parse-team.ts";
import { phaseMap } from "../../src/plan/phase.ts";
import type { Boundary, CastAdvice, CostUnit, Forecast, Plan, Regime } from "../../src/plan/plan-types.ts";
import type { Attempt } from "../../src/records/attempt.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import type {
  BudgetCurve,
  Comparison,
  Flow,
  PhaseDiagram,
  Study,
  Unlabeled,
  VoteCurve,
} from "../../src/report/study-data.ts";
import { teamLabel } from "../../src/report/team-text.ts";
import {
  scriptedEstimates,
  scriptedEstimatesConfig,
  scriptedEstimatesExample,
  scriptedEstimateTruths,
} from "../../src/simulate/scripted-estimates.ts";
import { study } from "../../src/study/study.ts";
import type { Interval, NotMeasured } from "../../src/theory/interval.ts";
import { random } from "../../src/theory/random.ts";

const confidence = 0.9;
const notMeasured = (why: string, probe: string): NotMeasured => ({ notMeasured: why, probe });
const interval = (value: number, half: number): Interval => ({
  value,
  low: value - half,
  high: value + half,
  confidence,
});
const shareOf = (value: number, tasks: number): Interval => {
  const half = 1.645 * Math.sqrt((value * (1 - value)) / tasks + 0.25 / tasks ** 2);
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half), confidence };
};

interface Row {
  readonly team: string;
  readonly kind: Kind;
  readonly forecast: number;
  readonly measured: number;
  /** Per task: calls, tokens, dollars. */
  readonly calls: number;
  readonly tokens?: number;
  readonly usd?: number;
  readonly role?: Comparison["role"];
}

function forecastOf(row: Row, single: Row, tasks: number): Forecast {
  const amount = (mean: number) => ({ mean, low: 0.97 * mean, high: 1.03 * mean, max: 2 * mean });
  const unpriced = notMeasured("no prices were recorded", "cost_usd in the attempts, or prices in the config");
  const { low, high } = shareOf(row.forecast, tasks);
  const gain = row.forecast - single.forecast;
  const deviation = row.team === single.team ? 0 : 0.24;
  const half = (1.645 * deviation) / Math.sqrt(tasks);
  return {
    team: row.team,
    kind: row.kind,
    metric: "accuracy",
    accuracy: { mean: row.forecast, low, high, confidence },
    cost: {
      calls: amount(row.calls),
      tokens: row.tokens === undefined ? unpriced : amount(row.tokens),
      tokensIn: row.tokens === undefined ? unpriced : amount(0.8 * row.tokens),
      tokensOut: row.tokens === undefined ? unpriced : amount(0.2 * row.tokens),
      usd: row.usd === undefined ? unpriced : amount(row.usd),
      seconds: notMeasured("no times were recorded", "seconds in the attempts"),
      wattHours: notMeasured("no energy was recorded", "a meter"),
    },
    silence: {
      unparsed: interval(0.012, 0.004),
      truncated: notMeasured("no attempt says how it ended", "the field status"),
      unanswered: interval(0.001, 0.001),
    },
    method: "mixed",
    tasks,
    caveats: [],
    deviation: Math.sqrt(row.forecast * (1 - row.forecast)),
    gain: {
      against: single.team,
      mean: gain,
      low: gain - half,
      high: gain + half,
      confidence,
      deviation,
      probabilityBetter: sigmoid(gain / (half / 1.645 + 1e-9)),
    },
  };
}

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-1.702 * z));
}

function comparisonOf(row: Row, single: Row, chosen: string, tasks: number, labels: Study["labels"]): Comparison {
  const forecast = forecastOf(row, single, tasks);
  const difference = row.measured - single.measured;
  const half = 1.645 * Math.sqrt(0.058 / tasks + 0.25 / tasks ** 2);
  const predictive = interval(row.forecast - single.forecast, 1.5 * half);
  return {
    team: row.team,
    label: teamLabel(row.team, labels),
    kind: row.kind,
    chosen: row.team === chosen,
    role: row.role ?? (row.team === chosen ? "advised" : row === single ? "single" : "other"),
    forecast,
    measured: {
      accuracy: shareOf(row.measured, tasks),
      cost: { calls: row.calls, tokens: row.tokens ?? null, usd: row.usd ?? null, seconds: null },
      tasks,
    },
    difference:
      row === single
        ? null
        : {
            forecast: interval(row.forecast - single.forecast, half),
            predictive,
            measured: interval(difference, half),
            probabilityBetter: sigmoid((1.645 * difference) / half),
            inside: difference >= predictive.low && difference <= predictive.high,
          },
  };
}

function agentOf(name: string, value: number, tasks: number, samples = 1): AgentCalibration {
  const unknown = notMeasured("not recorded", "tokens_out");
  return {
    name,
    agent: name,
    tasks,
    attempts: tasks * samples,
    samples,
    accuracy: shareOf(value, tasks),
    unparsed: shareOf(0.004, tasks),
    truncated: shareOf(0, tasks),
    cost: { tokensIn: unknown, tokensOut: unknown, tokens: unknown, usd: unknown, seconds: unknown },
    rho: samples > 1 ? interval(0.6, 0.05) : notMeasured("one answer per task", "quorate measure --samples 5"),
  };
}

function pairsOf(names: readonly string[], tasks: number, phi: (a: number, b: number) => number): PairCalibration[] {
  return names.flatMap((a, i) =>
    names
      .slice(i + 1)
      .map((b, j) => ({ a, b, tasks, phi: interval(phi(i, i + 1 + j), 0.1), sameWrong: interval(0.25, 0.08) })),
  );
}

const openRegime: Regime = {
  fanIn: 3,
  gamma: notMeasured("no relay was recorded", "quorate measure --relay"),
  alpha: notMeasured("needs γ and ρ", "quorate measure --relay"),
  organizationExponent: notMeasured("needs α", "quorate measure --relay"),
  beta: notMeasured("one level per agent", "four levels per agent: level"),
  rhoWithin: notMeasured("no groups", "two groups per task: group"),
  rhoTask: notMeasured("no groups", "two groups per task: group"),
  rhoTotal: notMeasured("one answer per task and agent", "quorate measure --samples 5"),
  rhoEffective: interval(0.51, 0.13),
  fixedPoint: notMeasured("needs γ and ρ", "quorate measure --relay"),
  mixingDepth: notMeasured("needs γ and ρ", "quorate measure --relay"),
};

interface Spec {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly unit: CostUnit;
  readonly budget: number;
  readonly rows: readonly Row[];
  readonly single: string;
  readonly chosen: string;
  readonly tasks: number;
  readonly resampled?: boolean;
  readonly candidates?: readonly Row[];
  readonly further?: Plan["advice"]["tasksStillNeeded"];
  readonly because: string;
}

function planOf(spec: Spec): Plan {
  const half = Math.ceil(spec.tasks / 2);
  const single = spec.rows.find(({ team }) => team === spec.single)!;
  const forecasts = [...spec.rows, ...(spec.candidates ?? [])].map((row) => forecastOf(row, single, half));
  const bySkill = forecasts.toSorted((a, b) => b.accuracy.mean - a.accuracy.mean);
  const costOf = (forecast: Forecast) => {
    const amount = forecast.cost[spec.unit];
    return "mean" in amount ? amount.mean : Number.POSITIVE_INFINITY;
  };
  const frontier = forecasts
    .toSorted((a, b) => costOf(a) - costOf(b))
    .filter(({ accuracy }, i, sorted) => sorted.slice(0, i).every((cheaper) => cheaper.accuracy.mean < accuracy.mean));
  const advised = forecasts.find(({ team }) => team === spec.chosen)!;
  const affordable = bySkill.filter((forecast) => costOf(forecast) <= spec.budget);
  return {
    budget: { amount: spec.budget, unit: spec.unit },
    confidence,
    seed: 1,
    advice: {
      kind: advised.kind,
      team: advised.team,
      probabilityBetter: advised.gain!.probabilityBetter,
      tasksStillNeeded: spec.further ?? null,
      because: spec.because,
    },
    advised,
    single: forecasts.find(({ team }) => team === spec.single)!,
    resampled:
      forecasts.find(({ kind }) => kind === "repeated") ??
      notMeasured("one answer per task and agent", "quorate measure --samples 5"),
    team: affordable.find(({ kind }) => kind !== "single" && kind !== "repeated") ?? null,
    best: affordable[0] ?? advised,
    equalAccuracy: advised,
    moreMoney: bySkill.find((forecast) => costOf(forecast) > spec.budget) ?? null,
    oracle: { accuracy: Math.min(1, bySkill[0]!.accuracy.mean + 0.03), shareCaught: 0.6 },
    castAdvice: notMeasured("no vote of several agents fits the budget", "plan with a budget for three calls"),
    frontier,
    candidates: bySkill,
    candidatesPriced: bySkill.length,
    regime: openRegime,
    thresholds: {
      firstTeamTokens: notMeasured("needs β and γ", "levels and a relay"),
      secondLayerTokens: notMeasured("needs β and γ", "levels and a relay"),
      lastTeamTokens: notMeasured("needs β and γ", "levels and a relay"),
      shortestMessageTokens: notMeasured("no message was relayed", "a relay"),
      optimalLeafTokens: notMeasured("needs β and γ", "levels and a relay"),
      criticalRho: interval(0.8, 0.1),
      criticalGamma: interval(0.76, 0.05),
    },
    boundaries: [],
    windows: notMeasured("no message was relayed", "a relay"),
    theoryOptimum: notMeasured("the budget is in dollars", "plan a budget in tokens"),
    refused: [],
    assumptions: [],
    findings: [],
  };
}

function studyOf(spec: Spec): Study {
  const heldBack = Math.floor(spec.tasks / 2);
  const single = spec.rows.find(({ team }) => team === spec.single)!;
  return {
    name: spec.name,
    seed: 1,
    confidence,
    budget: { amount: spec.budget, unit: spec.unit },
    tasks: { total: spec.tasks, choosing: spec.tasks - heldBack, heldBack },
    attempts: spec.tasks * 10,
    badLines: 0,
    command: `quorate study ${spec.name}.jsonl.gz --per-task ${spec.budget} --seed 1`,
    sources: ["answers of our own making"],
    labels: spec.labels,
    plan: planOf(spec),
    agents: [],
    pairs: [],
    baseline: teamLabel(spec.single, spec.labels),
    comparisons: spec.rows.map((row) => comparisonOf(row, single, spec.chosen, heldBack, spec.labels)),
    flow: null,
    hindsight: null,
    boundaries: [],
    flips: [],
    budgets: [],
    phase: [],
    votes: [],
    splits: null,
    truths: [],
    assumptions: [],
    notMeasured: [],
    tasksStillNeeded: [],
    disagreements: { count: 0, attempts: spec.tasks * 10, examples: [], otherwise: null },
    findings: [],
  };
}

/** A line of the theory that was measured; further tasks where its interval holds 0. */
function boundaryOf(
  code: Boundary["code"],
  distance: Interval,
  crossings: Boundary["crossings"] = [],
  needed = { low: 20, median: 250, high: 9900 },
): Boundary {
  const isOpen = distance.low <= 0 && distance.high >= 0;
  return {
    code,
    distance,
    side: isOpen ? "cannot tell yet" : distance.value > 0 ? "team" : "single",
    probabilityTeam: sigmoid((1.645 * distance.value) / (distance.high - distance.value + 1e-9)),
    tasksStillNeeded: isOpen ? needed : null,
    crossings,
  };
}

function boundaryNotMeasured(code: Boundary["code"], distance: NotMeasured): Boundary {
  return { code, distance, side: "cannot tell yet", probabilityTeam: 0.5, tasksStillNeeded: null, crossings: [] };
}

/** Error map of the theory at fan-in b: α = γ (ρ + (1 − ρ) κ_b). */
function phaseOf(fanIn: number, kappa: number, teams: PhaseDiagram["teams"]): PhaseDiagram {
  const rhos = Array.from({ length: 41 }, (_, i) => i / 40);
  const curve = (alpha: number) =>
    rhos.map((rho) => ({ rho, gamma: alpha / (rho + (1 - rho) * kappa) })).filter(({ gamma }) => gamma <= 1);
  return {
    fanIn,
    boundary: curve(1),
    contours: [0.6, 0.8, 1.2, 1.4].map((alpha) => ({ alpha, points: curve(alpha) })),
    teams,
  };
}

const critical = (rho: number, kappa: number) => 1 / (rho + (1 - rho) * kappa);
const onDiagram = (
  label: string,
  kind: Kind,
  rho: number,
  kappa: number,
  gamma: Interval | NotMeasured = interval(1, 0),
) => ({
  label,
  kind,
  rho: interval(rho, 0.14),
  gamma,
  gammaCritical: critical(rho, kappa),
  alpha: interval(rho + (1 - rho) * kappa, 0.1),
});

const tenLabels = {
  "gpt-4": "GPT-4",
  "tora-70b": "ToRA-70B",
  "tora-34b": "ToRA-34B",
  mixtral: "Mixtral",
  "codex-fs": "Codex few-shot",
  "codex-zs": "Codex zero-shot",
  "gpt3-175b": "GPT-3 175B",
  "gpt3-6b": "GPT-3 6B",
  "gpt3-175b-v": "GPT-3 175B + verifier",
  "gpt3-6b-v": "GPT-3 6B + verifier",
}; // prettier-ignore

/** Ten agents, prices, one answer each: a cascade is advised and keeps its promise. */
function cascadeAdvised(): Study {
  const next = random(1, "cascade");
  const single = (agent: string, forecast: number, measured: number, tokens: number, usd: number): Row => ({
    team: `single@${agent}`,
    kind: "single",
    forecast,
    measured,
    calls: 1,
    tokens,
    usd: usd / 1000,
  });
  const team = (
    text: string,
    kind: Kind,
    forecast: number,
    measured: number,
    calls: number,
    tokens: number,
    usd: number,
  ): Row => ({ team: text, kind, forecast, measured, calls, tokens, usd: usd / 1000 });
  const rows: Row[] = [
    single("gpt-4", 0.897, 0.884, 807, 10.2),
    single("tora-70b", 0.845, 0.821, 870, 0.52),
    single("tora-34b", 0.812, 0.815, 870, 0.521),
    single("mixtral", 0.639, 0.629, 776, 0.47),
    single("codex-fs", 0.715, 0.711, 749, 1.5),
    single("codex-zs", 0.536, 0.59, 940, 1.88),
    single("gpt3-175b", 0.355, 0.356, 770, 1.54),
    single("gpt3-6b", 0.242, 0.216, 770, 0.15),
    team("vote@gpt-4,tora-70b,codex-fs,mixtral,gpt3-6b", "panel", 0.932, 0.918, 5, 3971, 12.84),
    team("cascade@tora-70b+tora-34b+codex-fs,gpt-4", "cascade", 0.925, 0.912, 3.4, 2786, 6.49),
    team("cascade@tora-70b+mixtral,gpt-4", "cascade", 0.925, 0.915, 2.4, 1988, 5.49),
    team("cascade@tora-70b+tora-34b,gpt-4", "cascade", 0.913, 0.912, 2.3, 1922, 3.51),
    team("vote@tora-70b,tora-34b,codex-fs,mixtral,gpt3-6b", "panel", 0.866, 0.857, 5, 4035, 3.16),
    team("cascade@tora-34b+mixtral,tora-70b", "cascade", 0.862, 0.836, 2.5, 2007, 1.2),
  ];
  const candidates = Array.from({ length: 120 }, (_, i): Row => {
    const kind: Kind = next() < 0.25 ? "panel" : "cascade";
    const usd = 0.001 * 10 ** (0 + 1.2 * next());
    const skill = 0.55 + 0.36 * next() ** 0.7;
    return {
      team: `${kind === "panel" ? "vote" : "cascade"}@candidate-${i}+tora-70b,gpt-4`,
      kind,
      forecast: skill,
      measured: skill,
      calls: 3,
      tokens: 2000,
      usd,
    };
  });
  const base = studyOf({
    name: "gsm8k-multi",
    labels: tenLabels,
    unit: "usd",
    budget: 0.0102,
    rows,
    single: "single@gpt-4",
    chosen: "cascade@tora-70b+mixtral,gpt-4",
    tasks: 659,
    candidates,
    because:
      "It is better than GPT-4 alone and than the next cheaper team, or equal to it within 0.1 points, at P ≥ 0.9.",
  });
  const names = Object.keys(tenLabels);
  const skills = [0.9, 0.85, 0.81, 0.64, 0.72, 0.54, 0.35, 0.24, 0.58, 0.42];
  const budgets = [0.00015, 0.00047, 0.00052, 0.0012, 0.00316, 0.00351, 0.00549, 0.0102, 0.01284, 0.02];
  const best = (kind: Kind, budget: number, unit: "usd" | "tokens") => {
    const some = rows
      .filter((row) => row.kind === kind && row[unit]! <= budget)
      .toSorted((a, b) => b.forecast - a.forecast)[0];
    return some ? { [kind]: { team: some.team, forecast: some.forecast, measured: some.measured } } : {};
  };
  const byKind = (budget: number, unit: "usd" | "tokens") => ({
    ...best("single", budget, unit),
    ...best("panel", budget, unit),
    ...best("cascade", budget, unit),
  });
  const curve: BudgetCurve = {
    unit: "usd",
    points: budgets.map((budget) => ({
      budget,
      advice: budget < 0.0012 ? "single" : budget < 0.0128 ? "cascade" : "panel",
      byKind: byKind(budget, "usd"),
    })),
    segments: [
      { kind: "single", from: 0.00015, to: 0.0012 },
      { kind: "cascade", from: 0.0012, to: 0.01277 },
      { kind: "panel", from: 0.01277, to: 0.02 },
    ],
  };
  const tokenBudgets = [750, 807, 1864, 1988, 2786, 3968, 5000];
  const tokenCurve: BudgetCurve = {
    unit: "tokens",
    points: tokenBudgets.map((budget) => ({
      budget,
      advice: budget < 1864 ? "single" : budget < 3968 ? "cascade" : "panel",
      byKind: byKind(budget, "tokens"),
    })),
    segments: [
      { kind: "single", from: 750, to: 1864 },
      { kind: "cascade", from: 1864, to: 3968 },
      { kind: "panel", from: 3968, to: 5000 },
    ],
  };
  const splitDraw = random(1, "splits");
  return {
    ...base,
    plan: {
      ...base.plan,
      castAdvice: castOf(
        "vote@tora-70b,tora-34b,codex-fs,mixtral,gpt3-6b",
        "usd",
        [
          ["gpt-4", 0.044, 0.0102],
          ["codex-zs", 0.003, 0.00188],
        ],
        [
          ["gpt3-6b", -0.001, -0.00015],
          ["mixtral", -0.009, -0.00047],
          ["tora-70b", -0.031, -0.00052],
        ],
      ),
    },
    unlabeled: unlabeledOf(
      [
        ["single@tora-34b", "single", 0.87, 0.815],
        ["single@tora-70b", "single", 0.865, 0.821],
        ["single@gpt-4", "single", 0.853, 0.884],
        ["single@codex-fs", "single", 0.74, 0.711],
        ["single@mixtral", "single", 0.634, 0.629],
        ["single@codex-zs", "single", 0.56, 0.59],
        ["single@gpt3-175b", "single", 0.37, 0.356],
        ["single@gpt3-6b", "single", 0.24, 0.216],
        ["vote@gpt-4,tora-70b,codex-fs,mixtral,gpt3-6b", "panel", 0.947, 0.918],
        ["vote@tora-70b,tora-34b,gpt-4", "panel", 0.941, 0.886],
      ],
      tenLabels,
      { tasks: 330, agents: 10 },
    ),
    attempts: 6607,
    command:
      "quorate study gsm8k-multi.jsonl.gz \\\n  --per-task '$0.0102' --prices assumed-prices.json \\\n  --grade answer --seed 1 --confidence 0.9 --out report.html",
    sources: ["GSM8K test (OpenAI, MIT)", "RouteLLM (Apache-2.0)"],
    agents: names.map((name, i) => agentOf(name, skills[i]!, 330)),
    pairs: pairsOf(names, 330, (a, b) =>
      a === 0 ? 0.1 + 0.017 * b : a === 1 && b === 2 ? 0.57 : 0.2 + 0.3 * random(a, b, "φ")(),
    ),
    flow: {
      team: "cascade@tora-70b+mixtral,gpt-4",
      stages: [
        stageOf("ToRA-70B and Mixtral agree", 329, 193, 0.974, 0.922),
        stageOf("they disagree: ask GPT-4", 329, 136, 0.831, 0.831),
      ],
    },
    flips: [
      {
        subject: "price of GPT-4",
        now: 10.2,
        nowText: "now $10.20 per 1,000 answers",
        at: 1.68,
        verdict: "below",
        text: "Below it the team costs more than GPT-4 alone.",
        scale: { low: 0.5, high: 40, log: true, unit: "usd" },
        interval: null,
        status: "assumed",
      },
      {
        subject: "how often the pair agrees",
        now: 0.587,
        nowText: "now 59 % of tasks",
        at: 0.1,
        verdict: "below",
        text: "Below it the team costs more than GPT-4 alone.",
        scale: { low: 0, high: 1, log: false, unit: "share" },
        interval: interval(0.587, 0.044),
        status: "measured",
      },
      {
        subject: "how often agreement is right",
        now: 0.974,
        nowText: "now 97 %; GPT-4 on these tasks 92 %",
        at: 0.922,
        verdict: "below",
        text: "Below it the gain is gone.",
        scale: { low: 0.84, high: 1, log: false, unit: "share" },
        interval: { value: 0.974, low: 0.948, high: 0.987, confidence },
        status: "measured",
      },
      {
        subject: "counting tokens instead of dollars",
        now: null,
        nowText: "1,988 against 807 tokens per task",
        at: null,
        verdict: "flips",
        text: "The team reads and writes 1,988 tokens per task, GPT-4 alone 807. Up to 1,864 tokens per task one agent is best.",
        scale: null,
        interval: null,
        status: "derived",
      },
      {
        subject: "grading by the recorded flags",
        now: null,
        nowText: "+5.5 points, but 17 flags are wrong",
        at: null,
        verdict: "holds",
        text: "The source marked 17 right GPT-4 answers wrong. With its flags the gain reads +5.5 points instead of +3.0: same advice, flattering number.",
        scale: null,
        interval: null,
        status: "measured",
      },
      {
        subject: "asking for more certainty",
        now: null,
        nowText: "P > 0.99",
        at: null,
        verdict: "holds",
        text: "A team is advised from P(better) = 0.9; this one would still be at 0.99.",
        scale: null,
        interval: null,
        status: "derived",
      },
    ],
    budgets: [curve, tokenCurve],
    phase: [
      phaseOf(3, 1.5, [
        onDiagram("mixed panel", "panel", 0.37, 1.5),
        onDiagram("ToRA twins + Codex few-shot", "panel", 0.63, 1.5),
        onDiagram("Codex × 3", "repeated", 0.73, 1.5),
      ]),
      phaseOf(5, 1.875, [
        onDiagram("five cheap agents", "panel", 0.51, 1.875),
        onDiagram("Codex × 5", "repeated", 0.75, 1.875),
      ]),
    ],
    votes: [votesOf("Codex", "SVAMP", 257, [1, 3, 5, 9, 17, 29], 0.806, 0.886)],
    splits: {
      count: 200,
      differences: Array.from({ length: 200 }, (_, seed) => {
        const noise = splitDraw() + splitDraw() + splitDraw() + splitDraw() - 2;
        const measured = 0.023 + 0.02 * noise;
        return {
          seed,
          team: splitDraw() < 0.5 ? "cascade@tora-70b+mixtral,gpt-4" : "cascade@tora-34b+codex-fs,tora-70b",
          kind: "cascade" as const,
          advised: splitDraw() < 0.78,
          forecast: 0.026,
          measured,
          inside: Math.abs(noise) < 1.1,
          probabilityBetter: 0.95,
          costShare: 0.5 + 0.08 * splitDraw(),
        };
      }),
    },
    assumptions: [
      {
        subject: "price",
        agent: "gpt-4",
        value: "$10 in, $30 out per million tokens",
        status: "assumed",
        source: "assumed-prices.json of 2026-02-01",
      },
      {
        subject: "price",
        agent: "tora-70b",
        value: "$0.60 in and out",
        status: "assumed",
        source: "assumed-prices.json of 2026-02-01",
      },
      {
        subject: "price",
        agent: "tora-34b",
        value: "$0.60 in and out",
        status: "assumed",
        source: "assumed-prices.json of 2026-02-01",
      },
      {
        subject: "prompt length",
        value: "700 tokens for every agent",
        status: "assumed",
        source: "`tokens_in` in the attempts",
      },
      { subject: "answer length", value: "characters ÷ 4", status: "derived", source: "`tokens_out` in the attempts" },
      {
        subject: "grading",
        value: "answer = gold",
        status: "derived",
        source: "a list of the 25 that disagree is in the JSON",
      },
    ],
    notMeasured: [
      { subject: "repeats of one agent", probe: "quorate measure --samples 5 --agents tora-70b" },
      { subject: "fidelity γ of a reader", probe: "quorate measure --relay" },
      { subject: "shared error within a task", probe: "two groups per task: `group`" },
      { subject: "exponent β of compute", probe: "four levels per agent: `level`" },
    ],
    tasksStillNeeded: [
      {
        question: "Is the team better than GPT-4 alone?",
        now: interval(0.03, 0.0185),
        further: null,
        meaning: "settled at P ≥ 0.9",
      },
      {
        question: "Is it better than the cheaper ToRA pair?",
        now: interval(0.003, 0.021),
        further: { low: 4000, median: 8900, high: 30000 },
        meaning: "cannot tell yet: treat as equal, buy the cheaper",
      },
    ],
    disagreements: {
      count: 25,
      attempts: 6607,
      examples: Array.from({ length: 25 }, (_, i) => ({
        taskId: `t${i}`,
        agent: i < 17 ? "gpt-4" : "mixtral",
        answer: "12",
        gold: "12",
        correct: 0,
      })),
      otherwise: { by: "flag", gain: interval(0.055, 0.021) },
    },
    findings: [
      {
        code: "graders-disagree",
        message: "25 recorded grades contradict answer = gold, 17 of them GPT-4’s.",
        remedy: "Grade by answer, or look at the 25 by hand.",
      },
      {
        code: "gamma-not-measured",
        message:
          "What a reading agent keeps of its messages was not measured, so trees and stars are priced but not advised.",
        remedy: "Record a relay probe: three lengths × 300 messages.",
      },
    ],
  };
}

function stageOf(
  label: string,
  all: number,
  tasks: number,
  right: number,
  baselineRight: number,
): Flow["stages"][number] {
  return {
    label,
    share: tasks / all,
    shareInterval: shareOf(tasks / all, all),
    cost: { calls: 2, tokens: 1500, usd: 0.002, seconds: null },
    right: shareOf(right, Math.max(1, tasks)),
    baselineRight: shareOf(baselineRight, Math.max(1, tasks)),
    tasks,
  };
}

function votesOf(
  agent: string,
  name: string,
  tasks: number,
  sizes: readonly number[],
  from: number,
  to: number,
): VoteCurve {
  const at = (calls: number) => from + (to - from) * (Math.log(calls) / Math.log(sizes.at(-1)!)) ** 0.8;
  return {
    agent,
    name,
    tasks,
    points: [
      ...sizes.map((votes) => ({
        team: votes === 1 ? `single@${agent}` : `vote:${votes}@${agent}`,
        votes,
        calls: votes,
        organization: "vote",
        forecast: shareOf(at(votes) + 0.005, tasks),
        measured: shareOf(at(votes), tasks),
      })),
      {
        team: `ahead:2/9@${agent}`,
        votes: 9,
        calls: 2.9,
        organization: "ahead",
        forecast: shareOf(at(9) - 0.002, tasks),
        measured: shareOf(at(9) + 0.003, tasks),
      },
      {
        team: `ahead:2/15@${agent}`,
        votes: 15,
        calls: 4.4,
        organization: "ahead",
        forecast: shareOf(at(13), tasks),
        measured: shareOf(at(11), tasks),
      },
    ],
  };
}

/** Three agents, no prices, calls only: one agent is enough. */
function oneAgentEnough(): Study {
  const labels = { large: "large", small: "small", tiny: "tiny" };
  const rows: Row[] = [
    { team: "single@large", kind: "single", forecast: 0.912, measured: 0.905, calls: 1 },
    { team: "vote@large,small,tiny", kind: "panel", forecast: 0.884, measured: 0.889, calls: 3, role: "team" },
    { team: "cascade@small+tiny,large", kind: "cascade", forecast: 0.9, measured: 0.896, calls: 2.4, role: "team" },
    { team: "single@small", kind: "single", forecast: 0.74, measured: 0.73, calls: 1 },
  ];
  const base = studyOf({
    name: "helpdesk",
    labels,
    unit: "calls",
    budget: 3,
    rows,
    single: "single@large",
    chosen: "single@large",
    tasks: 400,
    because: "No team of these agents is forecast above large alone.",
  });
  const point = (budget: number) => ({
    budget,
    advice: "single" as const,
    byKind: {
      single: { team: "single@large", forecast: 0.912, measured: 0.905 },
      ...(budget >= 3
        ? {
            panel: { team: "vote@large,small,tiny", forecast: 0.884, measured: 0.889 },
            cascade: { team: "cascade@small+tiny,large", forecast: 0.9, measured: 0.896 },
          }
        : {}),
    },
  });
  return {
    ...base,
    agents: ["large", "small", "tiny"].map((name, i) => agentOf(name, [0.91, 0.74, 0.5][i]!, 200)),
    pairs: pairsOf(["large", "small", "tiny"], 200, (a, b) => 0.62 - 0.1 * a * b),
    flips: [
      {
        subject: "accuracy of small",
        now: 0.735,
        nowText: "now 74 %",
        at: 0.83,
        verdict: "above",
        text: "Above it the cascade overtakes.",
        scale: { low: 0.5, high: 1, log: false, unit: "share" },
        interval: interval(0.735, 0.05),
        status: "measured",
      },
    ],
    budgets: [{ unit: "calls", points: [1, 2, 3, 4].map(point), segments: [{ kind: "single", from: 1, to: 4 }] }],
    notMeasured: [{ subject: "prices", probe: "`cost_usd` in the attempts, or prices in the config" }],
    tasksStillNeeded: [
      {
        question: "Is a team better than large alone?",
        now: interval(-0.009, 0.028),
        further: null,
        meaning: "settled: one agent is enough",
      },
    ],
  };
}

/** Scripted agents with levels, relays and groups: every parameter has a truth; repeats and trees, no flow. */
function scripted(): Study {
  const labels = { scout: "scout", "scout~2": "scout 2", "scout~4": "scout 4", "scout~8": "scout 8", judge: "judge" };
  const rows: Row[] = [
    { team: "single@scout~8", kind: "single", forecast: 0.74, measured: 0.735, calls: 1, tokens: 800 },
    { team: "single@scout~2", kind: "single", forecast: 0.64, measured: 0.642, calls: 1, tokens: 200 },
    {
      team: "vote:3@scout~2",
      kind: "repeated",
      forecast: 0.69,
      measured: 0.694,
      calls: 3,
      tokens: 600,
      role: "resampled",
    },
    { team: "ahead:2/15@scout~2", kind: "repeated", forecast: 0.73, measured: 0.728, calls: 5.2, tokens: 1040 },
    {
      team: "tree.counted:3x2/m=64@leaf=scout~2,reader=judge",
      kind: "tree",
      forecast: 0.795,
      measured: 0.782,
      calls: 12,
      tokens: 2400,
      role: "team",
    },
    {
      team: "tree:3x2/m=64@leaf=scout~2,reader=judge",
      kind: "tree",
      forecast: 0.775,
      measured: 0.765,
      calls: 13,
      tokens: 2700,
    },
  ];
  const base = studyOf({
    name: "scripted-teams",
    labels,
    unit: "tokens",
    budget: 3000,
    rows,
    single: "single@scout~8",
    chosen: "tree.counted:3x2/m=64@leaf=scout~2,reader=judge",
    tasks: 2400,
    because: "The tree is better than both simpler kinds at P ≥ 0.9.",
  });
  const draw = random(3, "truth");
  const truth = (name: string, symbol: string, value: number, half: number, off = 1.6 * draw() - 0.8) => ({
    name,
    symbol,
    truth: value,
    estimate: interval(value + off * half, half),
  });
  const known = (value: number, half: number) => interval(value, half);
  return {
    ...base,
    plan: {
      ...base.plan,
      regime: {
        fanIn: 3,
        gamma: known(0.92, 0.02),
        alpha: known(1.18, 0.04),
        organizationExponent: known(0.151, 0.03),
        beta: known(0.42, 0.05),
        rhoWithin: known(0.12, 0.03),
        rhoTask: known(0.3, 0.04),
        rhoTotal: known(0.384, 0.04),
        rhoEffective: known(0.44, 0.05),
        fixedPoint: known(0.63, 0.06),
        mixingDepth: known(7.2, 1.1),
      },
      thresholds: {
        ...base.plan.thresholds,
        firstTeamTokens: known(1180, 140),
        secondLayerTokens: known(5300, 600),
        lastTeamTokens: known(212_000, 90_000),
        shortestMessageTokens: known(26.1, 2.4),
        optimalLeafTokens: known(330, 45),
      },
      windows: {
        reader: "judge",
        contextTokens: 4096,
        hierarchyBelow: 2310,
        points: Array.from({ length: 24 }, (_, i) => {
          const contextTokens = Math.round(180 * (16_384 / 180) ** (i / 23));
          const choice = (team: string, mean: number) => ({
            team: `${team}@leaf=scout~2,reader=judge`,
            accuracy: { mean, low: mean - 0.02, high: mean + 0.02, confidence },
          });
          const star = Math.min(0.79, 0.6 + 0.05 * Math.log(contextTokens / 180));
          return {
            contextTokens,
            star: choice("star:9/m=64", contextTokens > 2310 ? Math.max(0.775, star) : Math.min(0.74, star)),
            tree: i < 4 ? null : choice("tree:3x2/m=64", Math.min(0.772, 0.64 + 0.06 * Math.log(i))),
          };
        }),
      },
      refused: [
        {
          team: "star:81/m=2000@leaf=scout~2,reader=judge",
          reason: "81 messages of 2,000 tokens are more than the 128,000 of judge",
          instead: "tree:9x2/m=2000@leaf=scout~2,reader=judge",
        },
      ],
    },
    agents: Object.keys(labels).map((name, i) => agentOf(name, [0.6, 0.64, 0.69, 0.74, 0.8][i]!, 1200, 5)),
    pairs: pairsOf(Object.keys(labels), 1200, (a, b) => ((a + b) % 3 === 0 ? -0.05 : 0.08)),
    boundaries: [
      boundaryOf("amplification", interval(0.166, 0.034), [
        {
          parameter: "rho",
          now: interval(0.12, 0.03),
          at: 0.826,
          text: "ρ could rise from 0.12 to 0.83 before a layer stops amplifying",
        },
        {
          parameter: "gamma",
          now: interval(0.92, 0.02),
          at: 0.694,
          text: "γ could fall from 0.92 to 0.69 before a layer stops amplifying",
        },
        { parameter: "fanIn", now: interval(3, 0), at: null, text: "every fan-in from 3 on is on this side" },
      ]),
      boundaryOf("exponent", interval(-0.269, 0.058), [
        { parameter: "beta", now: interval(0.42, 0.05), at: 0.151, text: "β would have to fall from 0.42 to 0.15" },
      ]),
      boundaryOf("window", interval(6.5, 0), [
        {
          parameter: "leaves",
          now: interval(3, 0),
          at: 2000,
          text: "N could rise from 3 to 2000 before the messages stop fitting",
        },
      ]),
    ],
    budgets: [
      {
        unit: "tokens",
        points: [200, 600, 800, 1040, 2400, 4000].map((budget) => ({
          budget,
          advice: budget < 1040 ? ("single" as const) : budget < 2400 ? ("repeated" as const) : ("tree" as const),
          byKind: {
            single: {
              team: budget < 800 ? "single@scout~2" : "single@scout~8",
              forecast: budget < 800 ? 0.64 : 0.74,
              measured: budget < 800 ? 0.642 : 0.735,
            },
            ...(budget >= 600
              ? {
                  repeated: {
                    team: budget < 1040 ? "vote:3@scout~2" : "ahead:2/15@scout~2",
                    forecast: 0.7,
                    measured: budget < 1040 ? 0.694 : 0.728,
                  },
                }
              : {}),
            ...(budget >= 2400
              ? { tree: { team: "tree.counted:3x2/m=64@leaf=scout~2,reader=judge", forecast: 0.795, measured: 0.782 } }
              : {}),
          },
        })),
        segments: [
          { kind: "single", from: 200, to: 1040 },
          { kind: "repeated", from: 1040, to: 2400 },
          { kind: "tree", from: 2400, to: 4000 },
        ],
      },
    ],
    phaseMap: phaseMap({
      team: parseTeam("tree:3x2/m=64@leaf=scout~2,reader=judge"),
      x: { parameter: "budget", steps: 40 },
      y: { parameter: "messageTokens", steps: 40 },
      given: { rho: 0.1, accuracy: 0.64, beta: 0.18, leafTokens: 200, contextTokens: 4096, lengthScale: 50 },
    }),
    phase: [
      phaseOf(3, 1.5, [
        onDiagram("scout × 3", "repeated", 0.44, 1.5, interval(0.92, 0.02)),
        onDiagram("unread scouts", "tree", 0.2, 1.5, notMeasured("no relay", "quorate measure --relay")),
      ]),
    ],
    votes: [
      votesOf("scout~2", "scripted-teams", 1200, [1, 3, 5, 9, 15], 0.642, 0.76),
      votesOf("judge", "scripted-teams", 1200, [1, 3, 5], 0.81, 0.805),
    ],
    truths: [
      truth("exponent of compute", "β", 0.42, 0.05),
      truth("scale of compute", "k", 0.11, 0.02),
      truth("fidelity at 64 tokens", "γ", 0.92, 0.02),
      truth("message length of half fidelity", "m₀", 38, 5),
      truth("shared error at fan-in 3", "ρ", 0.44, 0.05),
      truth("shared error within a task", "ρ within", 0.12, 0.03, 1.4),
      truth("difficulty of a task", "ρ task", 0.3, 0.04),
      truth("factor of one level", "α", 1.18, 0.04),
      truth("exponent of organization", "s", 0.151, 0.03),
      truth("bias of a deep tree", "μ*", 0.63, 0.06),
      truth("mixing depth", "L", 7, 1.1),
      {
        name: "context window",
        symbol: "W",
        truth: 128000,
        estimate: notMeasured("no window in the config", "contextTokens in the config"),
      },
    ],
    findings: [
      {
        code: "s-below-beta",
        message: "Organization grows more slowly than compute (s 0.15 against β 0.42).",
        remedy: "For much larger budgets buy a higher level of one agent.",
      },
    ],
  };
}

/** 34 agents with long and hostile names, 300 candidates, numbers at the edge of what is possible. */
function stress(): Study {
  const next = random(4, "stress");
  const names = Array.from({ length: 34 }, (_, i) =>
    i === 0
      ? `perfect-model-with-a-name-of-30`
      : i === 1
        ? `<script>alert("1")</script>&co`
        : i === 2
          ? `模型-二十七号-超长名字`
          : `provider-${i}/instruct-2026-0${(i % 9) + 1}-${i}b`,
  );
  const labels = Object.fromEntries(names.map((name) => [name, name]));
  const skill = (i: number) => (i === 0 ? 1 : i === 33 ? 0 : 1 - 0.03 * i);
  const encode = (name: string) => name.replace(/[^A-Za-z0-9_./~\-\p{L}]/gu, encodeURIComponent);
  const singles = names.slice(0, 6).map(
    (name, i): Row => ({
      team: `single@${encode(name)}`,
      kind: "single",
      forecast: skill(i),
      measured: skill(i),
      calls: 1,
      tokens: 12 * (i + 1) ** 6,
      usd: 4e-9 * (i + 1) ** 8,
    }),
  );
  const rows: Row[] = [
    ...singles.slice(1),
    { team: `single@${encode(names[33]!)}`, kind: "single", forecast: 0, measured: 0, calls: 1, tokens: 2, usd: 1e-9 },
    {
      team: `vote@${names.slice(1, 8).map(encode).join(",")}`,
      kind: "panel",
      forecast: 0.83,
      measured: 0.41,
      calls: 7,
      tokens: 1e7,
      usd: 4.2,
    },
    {
      team: `vote.weighted@${names.slice(3, 6).map(encode).join(",")}`,
      kind: "panel",
      forecast: 0.9,
      measured: 0.9,
      calls: 3,
      tokens: 4e5,
      usd: 0.011,
    },
    {
      team: `cascade@${encode(names[4]!)}+${encode(names[5]!)},${encode(names[0]!)}`,
      kind: "cascade",
      forecast: 0.97,
      measured: 1,
      calls: 2.5,
      tokens: 5e5,
      usd: 0.0123,
    },
    {
      team: `cascade.majority@${names.slice(5, 10).map(encode).join("+")},${encode(names[1]!)},${encode(names[0]!)}`,
      kind: "cascade",
      forecast: 0.965,
      measured: 0.86,
      calls: 6,
      tokens: 9e5,
      usd: 0.0125,
      role: "team",
    },
    {
      team: `vote:25@${encode(names[1]!)}`,
      kind: "repeated",
      forecast: 0.971,
      measured: 0.955,
      calls: 25,
      tokens: 9e5,
      usd: 0.0124,
    },
    {
      team: `vote:3@${encode(names[1]!)}`,
      kind: "repeated",
      forecast: 0.97,
      measured: 0.95,
      calls: 3,
      tokens: 9e5,
      usd: 0.0123,
    },
  ];
  const candidates = Array.from(
    { length: 300 },
    (_, i): Row => ({
      team: `vote@${encode(names[i % 34]!)},${encode(names[(i * 7 + 1) % 34]!)}`,
      kind: (["panel", "cascade", "tree", "repeated"] as const)[i % 4]!,
      forecast: next() < 0.05 ? 1 : next(),
      measured: 0.5,
      calls: 3,
      tokens: 1e5,
      usd: 10 ** (-9 + 10 * next()),
    }),
  );
  const base = studyOf({
    name: "stress <b>of</b> everything at once",
    labels,
    unit: "usd",
    budget: 0.013,
    rows,
    single: singles[1]!.team,
    chosen: rows.find(({ role }) => role === "team")!.team,
    tasks: 1_000_000,
    candidates,
    because: "It looked best on the choosing half & nowhere else.",
  });
  return {
    ...base,
    plan: {
      ...base.plan,
      castAdvice: castOf(
        `vote@${names.slice(1, 8).map(encode).join(",")}`,
        "tokens",
        names.slice(8, 20).map((name, i) => [name, 0.02 - 0.004 * i, 10 ** i] as const),
        names.slice(1, 8).map((name, i) => [name, 0.001 - 0.01 * i, -(10 ** i)] as const),
      ),
    },
    unlabeled: unlabeledOf(
      [
        ...names.slice(0, 9).map((name, i) => [`single@${encode(name)}`, "single", 1 - i / 8, i / 8] as const),
        [`vote@${names.slice(1, 8).map(encode).join(",")}`, "panel", 1, 0],
      ],
      labels,
      { tasks: 500_000, agents: 34 },
    ),
    tasks: { total: 1_000_000, choosing: 500_000, heldBack: 500_000 },
    attempts: 34_000_000,
    badLines: 12,
    agents: names
      .map((name, i) => agentOf(name, skill(i), 500_000))
      .map((agent, i) => (i % 3 === 0 ? { ...agent, unparsed: interval(0.2, 0.01) } : agent)),
    pairs: pairsOf(names, 500_000, (a, b) =>
      a === 0 ? -0.3 : Math.min(1, 0.9 - 0.05 * Math.abs(a - b) + 0.1 * next()),
    ).map((pair, i) => (i % 50 === 7 ? { ...pair, phi: notMeasured("never wrong", "harder tasks") } : pair)),
    flow: {
      team: base.plan.advice.team,
      stages: Array.from({ length: 5 }, (_, i) =>
        stageOf(
          i === 4
            ? "none of them agrees: ask perfect-model-with-a-name-of-30"
            : `provider-${i}/instruct-2026 and provider-${i + 9}/instruct-2026 agree at stage ${i + 1}`,
          500_000,
          [465_000, 25_000, 7500, 2500, 0][i]!,
          [0.9, 0.2, 0, 1, 0][i]!,
          [0.97, 0.1, 0, 0, 0][i]!,
        ),
      ),
    },
    compute: computeOf([1, 2, 3, 4].map((i) => names[i]!)),
    boundaries: [
      boundaryOf(
        "amplification",
        { value: 1e-7, low: -123.4567, high: 1e-6, confidence },
        [{ parameter: "rho", now: interval(-0.3, 2), at: null, text: "no ρ: messages alone lose the signal" }],
        { low: 1, median: 123_456_789, high: Number.POSITIVE_INFINITY },
      ),
      boundaryNotMeasured(
        "exponent",
        notMeasured(
          '"provider-3/instruct-2026-04-3b" is not better than one half at its levels, so μ = 2p − 1 does not follow k·x^β there',
          "record higher levels, or easier tasks: the accuracy must exceed one half",
        ),
      ),
      boundaryOf("window", interval(0, 0), [
        {
          parameter: "contextTokens",
          now: interval(128_000, 0),
          at: 128_000,
          text: "W could rise from 128000 to 128000 before the messages stop fitting",
        },
      ]),
    ],
    flips: [
      {
        subject: "price of provider-3/instruct-2026-04-3b in a year of falling prices",
        now: 0.0000031,
        nowText: "now $0.0000031 per 1,000 answers, as of a very long time ago",
        at: 1e-9,
        verdict: "below",
        text: "far away",
        scale: { low: 1e-8, high: 1e5, log: true, unit: "usd" },
        interval: null,
        status: "assumed",
      },
      {
        subject: "how often they agree",
        now: 1,
        nowText: "now 100 %",
        at: 0.9999,
        verdict: "below",
        text: "at the edge",
        scale: { low: 0, high: 1, log: false, unit: "share" },
        interval: interval(1, 0),
        status: "measured",
      },
      {
        subject: "tokens of the prompt",
        now: 12,
        nowText: "12 tokens",
        at: 9e6,
        verdict: "above",
        text: "never",
        scale: { low: 1, high: 1e7, log: true, unit: "tokens" },
        interval: { value: 12, low: 1, high: 4e6, confidence },
        status: "derived",
      },
    ],
    budgets: [
      {
        unit: "usd",
        points: [1e-9, 1e-6, 1e-3, 0.0123, 0.0125, 4.2, 90].map((budget, i) => ({
          budget,
          advice: (["single", "repeated", "panel", "cascade", "tree", "single", "repeated"] as const)[i]!,
          byKind: {
            single: { team: rows[0]!.team, forecast: 0.97, measured: 0.97 },
            repeated: { team: "vote:3@a", forecast: 0.9, measured: 0.97 },
            panel: { team: "vote@a,b,c", forecast: 0, measured: 0.97 },
            cascade: { team: "cascade@a,b", forecast: 1, measured: 1 },
            tree: { team: "tree:3x2@a", forecast: 0.5, measured: 0.9699 },
          },
        })),
        segments: (["single", "repeated", "panel", "cascade", "tree", "single", "repeated"] as const).map(
          (kind, i, all) => ({
            kind,
            from: 10 ** (-9 + (i * 11) / all.length),
            to: 10 ** (-9 + ((i + 1) * 11) / all.length),
          }),
        ),
      },
      {
        unit: "calls",
        points: [
          { budget: 1, advice: "single", byKind: { single: { team: rows[0]!.team, forecast: 0.97, measured: 0.97 } } },
        ],
        segments: [{ kind: "single", from: 1, to: 1 }],
      },
    ],
    phase: [
      phaseOf(
        3,
        1.5,
        names
          .slice(1, 9)
          .map((name, i) =>
            onDiagram(
              `${name} × 3`,
              i % 2 ? "repeated" : "panel",
              Math.min(1, 0.6 + 0.04 * i),
              1.5,
              i % 3 ? interval(1, 0) : notMeasured("no relay", "relay"),
            ),
          ),
      ),
    ],
    votes: [
      {
        ...votesOf(names[1]!, "stress", 500_000, [1, 3, 25, 101, 1001], 0.97, 1),
        points: votesOf(names[1]!, "stress", 500_000, [1, 3, 25, 101, 1001], 0.97, 1).points,
      },
    ],
    splits: {
      count: 1000,
      differences: Array.from({ length: 1000 }, (_, seed) => ({
        seed,
        team: rows[seed % 5]!.team,
        kind: seed % 5 ? ("cascade" as const) : ("panel" as const),
        advised: seed % 2 === 0,
        forecast: 0.1,
        measured: seed < 20 ? -0.9 : next() * next() - 0.3,
        inside: seed % 3 > 0,
        probabilityBetter: 0.5,
        costShare: 31,
      })),
    },
    assumptions: names.map((agent) => ({
      subject: "price",
      agent,
      value: "$1 in, $2 out",
      status: "assumed" as const,
      source: `prices-${agent}.json`,
    })),
    notMeasured: [
      {
        subject: "<img src=x onerror=alert(1)>",
        probe: "quorate measure --everything --with-a-very-long-option-that-does-not-end-before-column-eighty 'x'",
      },
    ],
    tasksStillNeeded: [
      {
        question: "Is anything better?",
        now: interval(-0.11, 0.0001),
        further: { low: 1, median: 1e9, high: Number.POSITIVE_INFINITY },
        meaning: "no",
      },
    ],
    disagreements: { count: 400_000, attempts: 34_000_000, examples: [], otherwise: null },
    findings: Array.from({ length: 12 }, (_, i) => ({
      code: `finding-${i}`,
      message: `Finding ${i} of ${names[i]}: \u001b[31mred\u001b[0m | pipe | *star*`,
      remedy: "Do `something` about it.",
    })),
  };
}

/** What answers alone told of these teams, each with its pseudo-accuracy and what was measured. */
function unlabeledOf(
  teams: readonly (readonly [team: string, kind: Kind, pseudo: number, measured: number])[],
  labels: Readonly<Record<string, string>>,
  { tasks, agents }: { readonly tasks: number; readonly agents: number },
): Unlabeled {
  return {
    ...{ tasks, agents },
    rows: teams.map(([team, kind, pseudo, measured]) => ({
      ...{ team, kind, label: teamLabel(team, labels) },
      pseudo: shareOf(pseudo, tasks),
      measured: shareOf(measured, tasks),
    })),
    channels: interval(0.55 * agents, 0.2),
    rho: interval(0.24, 0.02),
  };
}

/** Changes of a vote: who joins and who leaves, with gain and cost. */
function castOf(
  team: string,
  unit: CostUnit,
  add: readonly (readonly [agent: string, gain: number, cost: number])[],
  drop: readonly (readonly [agent: string, gain: number, cost: number])[],
): CastAdvice {
  const change = ([agent, gain, cost]: readonly [string, number, number]) => ({
    ...{ agent, team, cost },
    gain: { mean: gain, low: gain - 0.012, high: gain + 0.012, confidence },
    probabilityBetter: gain > 0.01 ? 0.97 : gain > 0 ? 0.64 : 0.05,
  });
  return { team, unit, add: add.map(change), drop: drop.map(change) };
}

/** One agent, no pairs, twelve tasks: the smallest study there is. */
function smallest(): Study {
  const rows: Row[] = [{ team: "single@mini", kind: "single", forecast: 2 / 3, measured: 0.5, calls: 1 }];
  return studyOf({
    name: "first-try",
    labels: { mini: "mini" },
    unit: "calls",
    budget: 1,
    rows,
    single: "single@mini",
    chosen: "single@mini",
    tasks: 12,
    because: "There is only one agent and one answer per task.",
  });
}

/** Agents at four levels, four samples each: curves that cross, and samples of which any may be right. */
function computeOf(agents: readonly string[]): Compute {
  const next = random(1, "compute");
  const curves = [
    (x: number) => x / (x + 20),
    (x: number) => 0.35 * x ** 0.12,
    (x: number) => 0.25 + 0.08 * Math.log(x),
  ];
  const attempts = agents.flatMap((agent, i) =>
    Array.from({ length: 60 }, (_, task) =>
      [1, 4, 16, 64].flatMap((level) => {
        const share = curves[i % curves.length]!(level);
        const p = share + ((task % 6) - 2.5) * 0.2 * share * (1 - share);
        return Array.from({ length: 4 }, (_, sample): Attempt => {
          const correct = next() < p ? 1 : 0;
          return { taskId: `t${task}`, agent, level: String(100 * level), sample, correct };
        });
      }),
    ).flat(),
  );
  const sorts = { graded: attempts.length, scored: 0, ungraded: 0, aggregated: 0, relay: 0 };
  const lines = attempts.length;
  const all = { name: "levels", attempts, lines, badLines: [], sorts, disagreements: [], sources: [] };
  return calibrateCompute(calibrate(tabulate(all, { agents: {}, sources: [] }), { pairs: false }));
}

/** A team is forecast better, but these tasks are too few to say so. */
function cannotTell(): Study {
  const rows: Row[] = [
    { team: "single@large", kind: "single", forecast: 0.8, measured: 0.79, calls: 1, tokens: 900, usd: 0.004 },
    {
      team: "cascade@small+tiny,large",
      kind: "cascade",
      forecast: 0.82,
      measured: 0.81,
      calls: 2.4,
      tokens: 1500,
      usd: 0.002,
      role: "team",
    },
  ];
  const made = studyOf({
    name: "pilot",
    labels: { large: "large", small: "small", tiny: "tiny" },
    unit: "usd",
    budget: 0.004,
    rows,
    single: "single@large",
    chosen: "single@large",
    tasks: 90,
    further: { low: 210, median: 420, high: 900 },
    because: "The cascade is forecast better, at P 0.71.",
  });
  return { ...made, compute: computeOf(["large", "small", "tiny"]) };
}

let madeOfNumbers: Study | undefined;

/** Scripted estimators in squared error: the one study here that was really made, because its parts must fit together. */
function numbers(): Study {
  const script = { ...scriptedEstimatesExample, tasks: 120, groups: { perTask: 4, size: 1, rhoWithin: 0 } };
  madeOfNumbers ??= study(scriptedEstimates(script, 1), {
    config: scriptedEstimatesConfig,
    metric: "squared-error",
    perTask: { amount: 900, unit: "tokens" },
    splits: 12,
    truths: (calibration) => scriptedEstimateTruths(script, calibration),
    command: "quorate study numbers.jsonl --metric squared-error --per-task 900tok --seed 1",
  });
  return madeOfNumbers;
}

/** Every situation by name. */
export const studies: Readonly<Record<string, () => Study>> = {
  cascadeAdvised,
  oneAgentEnough,
  scripted,
  stress,
  smallest,
  cannotTell,
  numbers,
};
