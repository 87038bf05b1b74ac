// The exact planner without its ceilings: the mean over tasks of every tree that fits. Slow, and what the fast one must equal.
import { communicationCost } from "../../src/theory/budget.ts";
import { betaDifficulty } from "../../src/theory/difficulty.ts";
import type { PlanProblem } from "../../src/theory/exact-plan.ts";
import { treeBias } from "../../src/theory/tree.ts";

export interface NaivePlan {
  readonly fanIn: number;
  readonly messageTokens: number;
  readonly layers: number;
  readonly bias: number;
  /** How many trees fitted. */
  readonly trees: number;
}

export function planNaively(problem: PlanProblem): NaivePlan {
  const { budget, windowTokens, rho, rhoTask, fanInMax = 101, layersMax = 12, prices = {} } = problem;
  let best = { fanIn: 1, messageTokens: 0, layers: 0, bias: problem.leafBias(budget) };
  let trees = 0;
  for (let fanIn = 3; fanIn <= fanInMax; fanIn += 2)
    for (const messageTokens of problem.messageTokens) {
      if (fanIn * messageTokens > windowTokens) continue;
      const aggregation = { fanIn, fidelity: problem.fidelity(messageTokens), rho };
      for (let layers = 1; layers <= layersMax; layers++) {
        const compute = (budget - communicationCost(fanIn, layers, messageTokens, prices)) / fanIn ** layers;
        if (compute <= 0) break;
        trees++;
        const { accuracies, weights } = betaDifficulty((1 + problem.leafBias(compute)) / 2, rhoTask);
        const bias = accuracies.reduce((sum, p, t) => sum + weights[t]! * treeBias(2 * p - 1, layers, aggregation), 0);
        if (bias > best.bias) best = { fanIn, messageTokens, layers, bias };
      }
    }
  return { ...best, trees };
}
