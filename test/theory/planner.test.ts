import { describe, expect, it } from "vitest";
import { type PlanProblem, planExactly } from "../../src/theory/exact-plan.ts";
import { type Random, random } from "../../src/theory/random.ts";

/** P(more than half of b votes are right), straight from the binomial law. */
function majority(p: number, b: number): number {
  let [term, accuracy] = [(1 - p) ** b, 0]; // P(0 right)
  if (p === 1) return 1;
  for (let right = 0; right <= b; right++) {
    if (2 * right > b) accuracy += term;
    term *= ((b - right) / (right + 1)) * (p / (1 - p));
  }
  return accuracy;
}

function tree(bias: number, layers: number, b: number, gamma: number, rho: number): number {
  if (layers === 0) return bias;
  const received = gamma * tree(bias, layers - 1, b, gamma, rho);
  return rho * received + (1 - rho) * (2 * majority((1 + received) / 2, b) - 1);
}

/** Mean over a Beta law of mean p and correlation ρ, in equal steps of x = ln(p/(1 − p)) around its peak. */
function overTasks(p: number, rho: number, of: (bias: number) => number): number {
  if (rho === 0 || p === 0 || p === 1) return of(2 * p - 1);
  const [a, c] = [p * (1 / rho - 1), (1 - p) * (1 / rho - 1)];
  const [center, deviation] = [Math.log(a / c), Math.sqrt(1 / a + 1 / c)];
  const reach = Math.min(60, 14 * deviation + 50 / Math.min(a, c));
  const log = (x: number) => -a * Math.log1p(Math.exp(-x)) - c * Math.log1p(Math.exp(x));
  let [sum, total] = [0, 0];
  for (let x = center - reach; x < center + reach; x += Math.min(0.03, deviation / 7)) {
    const weight = Math.exp(log(x) - log(center));
    if (weight < 1e-18) continue;
    sum += weight * of(Math.tanh(x / 2));
    total += weight;
  }
  return sum / total;
}

/** Every design by its own loops: what it costs counted node by node, and no design left out. */
function bruteForce(problem: Required<PlanProblem>): { bias: number; design: string } {
  const { budget, windowTokens, rho, rhoGlobal, rhoTask, fanInMax, layersMax, leafComputeMin, reserveTokens } = problem;
  const { send = 1, read = 1, overhead = 0 } = problem.prices;
  let best = { bias: problem.leafBias(budget), design: "one agent" };
  for (let b = 3; b <= fanInMax; b++)
    for (const m of problem.messageTokens)
      for (let layers = 1; layers <= layersMax; layers++) {
        if (b % 2 === 0 || b * m > windowTokens - reserveTokens) continue;
        let [cost, width] = [0, 1];
        for (let level = 0; level < layers; level++) {
          cost += width * (overhead + b * m * (send + read));
          width *= b;
        }
        const compute = (budget - cost) / width;
        if (compute <= 0 || compute < leafComputeMin) continue;
        const leaf = problem.leafBias(compute);
        const gamma = problem.fidelity(m);
        const own = overTasks((1 + leaf) / 2, rhoTask, (bias) => tree(bias, layers, b, gamma, rho));
        const bias = rhoGlobal * leaf * tree(1, layers, b, gamma, rho) + (1 - rhoGlobal) * own;
        if (bias > best.bias + 1e-12) best = { bias, design: `${b} × ${layers}, ${m} tokens` };
      }
  return best;
}

function anyProblem(next: Random): Required<PlanProblem> {
  const between = (low: number, high: number) => low + (high - low) * next();
  const one = <T>(...from: T[]) => from[Math.floor(next() * from.length)]!;
  const [k, beta, cap, bend] = [between(0.003, 0.05), between(0.02, 0.3), between(0.2, 1), between(5, 80)];
  const below = one(0, 0, 0, -0.1); // agents that are worse than chance
  return {
    budget: 10 ** between(3, 7),
    windowTokens: one(120, 400, 1000, 3000),
    leafBias: (compute) => Math.min(cap, k * compute ** beta) + below * (1 - cap),
    fidelity: (m) => 1 - Math.exp(-m / bend),
    rho: one(0, between(0, 0.2), between(0, 0.8)),
    messageTokens: [10, 25, 60, 140].slice(0, 1 + Math.floor(4 * next())),
    rhoGlobal: one(0, 0, between(0, 0.4)),
    rhoTask: one(0, 10 ** between(-4, -2), between(0.01, 0.4)),
    fanInMax: one(3, 7, 11),
    layersMax: one(1, 3, 4),
    leafComputeMin: one(0, 0, 10 ** between(1, 5)),
    reserveTokens: one(0, 0, 90),
    prices: one({}, { send: 4, read: 1, overhead: 30 }),
  };
}

describe("the exact planner", () => {
  it("finds what trying every design finds, by other sums, on 600 random problems", () => {
    const next = random("planner");
    const kinds = new Map<string, number>();
    for (let round = 0; round < 600; round++) {
      const problem = anyProblem(next);
      const expected = bruteForce(problem);
      const plan = planExactly(problem);
      kinds.set(plan.kind, (kinds.get(plan.kind) ?? 0) + 1);
      expect(Math.abs(plan.bias - expected.bias)).toBeLessThan(1e-8);
      const design =
        plan.kind === "single" ? "one agent" : `${plan.fanIn} × ${plan.layers}, ${plan.messageTokens} tokens`;
      expect(design).toBe(expected.design);
    }
    for (const kind of ["single", "star", "tree"]) expect(kinds.get(kind)).toBeGreaterThan(40);
  });

  it("does not depend on the order of its ceilings: any list of messages gives the plan of its best message", () => {
    const next = random("order");
    for (let round = 0; round < 40; round++) {
      const problem = { ...anyProblem(next), messageTokens: [10, 25, 60, 140] };
      const alone = problem.messageTokens.map((m) => planExactly({ ...problem, messageTokens: [m] }));
      const best = Math.max(...alone.map(({ bias }) => bias));
      expect(planExactly(problem).bias).toBe(best);
      expect(planExactly({ ...problem, messageTokens: problem.messageTokens.toReversed() }).bias).toBe(best);
    }
  });
});
