// How fast the theory is, and how good its estimators are. node bench/theory/theory.ts writes bench/theory/results.md.
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { leafBias } from "../../src/theory/budget.ts";
import { type PlanProblem, planExactly } from "../../src/theory/exact-plan.ts";
import { fidelityExponential } from "../../src/theory/fidelity.ts";
import { treeBias } from "../../src/theory/tree.ts";
import {
  deltaQuality,
  fidelityQuality,
  leafCurveQuality,
  nestedQuality,
  pairQuality,
  type Quality,
} from "../../test/theory/measure-estimators.ts";
import { planNaively } from "./naive-plan.ts";

/** All odd b ≤ 101, L ≤ 6, 64 message lengths. */
const problem = (budget: number, windowTokens: number, beta: number, rho: number, rhoTask: number): PlanProblem => ({
  budget,
  windowTokens,
  leafBias: (compute) => leafBias(compute, { scale: 0.02, beta, cap: 0.9 }),
  fidelity: (messageTokens) => fidelityExponential(messageTokens, { lengthScale: 120 }),
  rho,
  rhoTask,
  messageTokens: Array.from({ length: 64 }, (_, i) => 10 * (i + 1)),
  fanInMax: 101,
  layersMax: 6,
});

const problems = {
  "B = 3e5, W = 2,000, β = 0.25": problem(3e5, 2000, 0.25, 0.12, 0.02),
  "B = 1e7, W = 20,000, β = 0.15": problem(1e7, 20_000, 0.15, 0.12, 0.1),
  "B = 1e13, no window binds, β = 0.1": problem(1e13, 1e6, 0.1, 0.05, 0.1),
  "the same, ρ_task = 0.3": problem(1e13, 1e6, 0.1, 0.05, 0.3),
  "B = 1e15, every tree fits, β = 0.05": problem(1e15, 1e6, 0.05, 0.05, 0.05),
};

function median(rounds: number, work: () => void): number {
  const times = Array.from({ length: rounds }, () => {
    const from = performance.now();
    work();
    return performance.now() - from;
  });
  return times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)]!;
}

const plans = Object.entries(problems).map(([name, one]) => {
  const first = median(1, () => planExactly(one));
  const fast = planExactly(one);
  const slow = planNaively(one);
  if (fast.fanIn !== slow.fanIn || fast.layers !== slow.layers || fast.messageTokens !== slow.messageTokens)
    throw new Error(`${name}: ${JSON.stringify(fast)} is not ${JSON.stringify(slow)}`);
  const difference = Math.abs(fast.bias - slow.bias);
  if (!(difference <= 1e-12)) throw new Error(`${name}: biases differ by ${difference}`);
  const [quick, naive] = [median(11, () => planExactly(one)), median(3, () => planNaively(one))];
  const design =
    fast.kind === "single" ? "one agent" : `b = ${fast.fanIn}, L = ${fast.layers}, m = ${fast.messageTokens}`;
  return `| ${name} | ${one.rhoTask} | ${slow.trees.toLocaleString("en")} | ${design} | ${difference.toExponential(0)} | ${first.toFixed(0)} | ${quick.toFixed(0)} | ${naive.toFixed(0)} | ${(naive / quick).toFixed(0)} |`;
});

const predictions = (
  [
    [5, 3],
    [9, 3],
    [25, 2],
    [101, 3],
    [5, 10],
  ] as const
).map(([fanIn, layers]) => {
  const calls = 200_000;
  let sink = 0;
  const milliseconds = median(7, () => {
    for (let call = 0; call < calls; call++)
      sink += treeBias(0.1 + 1e-7 * call, layers, { fanIn, fidelity: 0.9, rho: 0.1 });
  });
  if (Number.isNaN(sink)) throw new Error("a prediction is not a number");
  return `| ${fanIn} | ${layers} | ${((1000 * milliseconds) / calls).toFixed(2)} |`;
});

const rounds = 4000;
const rows = (all: readonly Quality[]) =>
  all
    .map(({ name, truth, mean, deviation, covered }) => {
      const share = Number.isNaN(covered) ? "" : (100 * covered).toFixed(1);
      return `| ${name} | ${truth.toFixed(4)} | ${mean.toFixed(4)} | ${deviation.toFixed(4)} | ${share} |`;
    })
    .join("\n");
const head = "| | truth | mean | deviation | covered, % |\n|---|---|---|---|---|";
const sizes = [30, 100, 300];

const text = `# The theory: speed and estimators

\`node bench/theory/theory.ts\`. Machine: ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load average ${loadavg()[0]!.toFixed(1)}.

## Exact plans

All odd b ≤ 101, L ≤ 6, 64 message lengths, difficulty on. *Every tree* takes the mean over tasks of each tree that fits (bench/theory/naive-plan.ts);
both find the same plan, and the biases differ by what the column says. First call for the problem, then medians of 11 (of 3 for every tree), ms.

| | ρ_task | trees that fit | plan | difference | first | median | every tree | ratio |
|---|---|---|---|---|---|---|---|---|
${plans.join("\n")}

## Plain predictions

\`treeBias\` with its argument checks, median of 7 × 200,000 calls.

| b | L | µs |
|---|---|---|
${predictions.join("\n")}

## Estimators

${rounds} rounds of drawn answers (test/theory/measure-estimators.ts), nominal 95 %. β: 5 levels × 400 answers; γ: 5 lengths × 300 relays; ρ of pairs: 5
votes per task; within and task: 3 groups of 3 votes per task.

${head}
${rows([...leafCurveQuality(rounds), fidelityQuality(rounds)])}
${rows(sizes.flatMap((tasks) => [...pairQuality(tasks, rounds), ...nestedQuality(tasks, rounds)]))}

The same by drawing tasks anew (percentile bootstrap of 300, 1000 rounds):

${head}
${rows(sizes.flatMap((tasks) => [...pairQuality(tasks, 1000, true), ...nestedQuality(tasks, 1000, true)]))}

## Forecasts from calibrated parameters

500 leaf answers, 300 relays and 150 × 5 votes; delta intervals, of the tree on the scale of atanh.

${head}
${rows(deltaQuality(rounds))}
`;
writeFileSync(fileURLToPath(new URL("results.md", import.meta.url)), text);
process.stdout.write(text);
