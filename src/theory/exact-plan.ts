/** The planner of the theory: every tree that fits budget and window, by the exact recursion. */
import { communicationCost, type LeafLaw, leafBias, type MessagePrices } from "./budget.ts";
import { betaDifficulty } from "./difficulty.ts";
import { requireInteger, requireInterval, requireNonNegative, requirePositive } from "./domain.ts";
import { type FidelityLaw, fidelityExponential } from "./fidelity.ts";
import { type Aggregation, amplification } from "./level-map.ts";
import { treeBias } from "./tree.ts";

export interface PlanProblem {
  /** B > 0, the unit of leaf compute and messages. */
  readonly budget: number;
  /** W, of every reader. */
  readonly windowTokens: number;
  /** Bias of one agent given that much compute. */
  readonly leafBias: (compute: number) => number;
  /** γ(m) in [0, 1]. */
  readonly fidelity: (messageTokens: number) => number;
  /** Shared within a node. */
  readonly rho: number;
  /** Message lengths to try. */
  readonly messageTokens: readonly number[];
  /** Correlation of a common cause of the whole tree. @default 0 */
  readonly rhoGlobal?: number;
  /** Spread of difficulty over tasks; see `betaDifficulty`. Near chance a little of it removes the synergy. @default 0 */
  readonly rhoTask?: number;
  /** @default 101 */
  readonly fanInMax?: number;
  /** @default 12 */
  readonly layersMax?: number;
  /** Least compute a leaf needs to answer at all. @default 0 */
  readonly leafComputeMin?: number;
  /** Tokens of the window that messages may not use. @default 0 */
  readonly reserveTokens?: number;
  readonly prices?: MessagePrices;
}

export interface ExactPlan {
  readonly kind: "single" | "star" | "tree";
  readonly layers: number;
  readonly fanIn: number;
  readonly messageTokens: number;
  readonly leaves: number;
  readonly leafCompute: number;
  /** Bias of the answer, over tasks. */
  readonly bias: number;
  readonly accuracy: number;
  readonly cost: number;
  readonly alpha: number;
}

/**
 * The best of one agent and all regular trees: odd b with b m ≤ W, m from the list, L ≥ 1, x = (B − C_L)/b^L. Ties go to the
 * smaller fan-in, the shorter message, the smaller depth.
 *
 * @see §5.4, derived
 */
export function planExactly(problem: PlanProblem): ExactPlan {
  const { budget, windowTokens, rho, rhoGlobal = 0, rhoTask = 0, prices = {} } = problem;
  const { fanInMax = 101, layersMax = 12, leafComputeMin = 0, reserveTokens = 0 } = problem;
  requirePositive({ budget });
  requireNonNegative({ windowTokens, leafComputeMin, reserveTokens });
  requireInterval({ rho, rhoGlobal, rhoTask }, 0, 1);
  requireInteger({ fanInMax, layersMax }, 1);
  let best: ExactPlan = {
    ...{
      kind: "single",
      layers: 0,
      fanIn: 1,
      messageTokens: 0,
      leaves: 1,
      leafCompute: budget,
      cost: budget,
      alpha: 1,
    },
    ...outcome(problem.leafBias(budget)),
  };
  for (let fanIn = 3; fanIn <= fanInMax; fanIn += 2)
    for (const messageTokens of problem.messageTokens) {
      if (fanIn * messageTokens + reserveTokens > windowTokens) continue;
      const fidelity = problem.fidelity(messageTokens);
      if (fidelity === 0) continue;
      const aggregation: Aggregation = { fanIn, fidelity, rho };
      for (let layers = 1; layers <= layersMax; layers++) {
        const leaves = fanIn ** layers;
        const communication = communicationCost(fanIn, layers, messageTokens, prices);
        const leafCompute = (budget - communication) / leaves;
        if (leafCompute <= 0 || leafCompute < leafComputeMin) break;
        const leaf = problem.leafBias(leafCompute);
        const bias = biasOverTasks(leaf, layers, aggregation, rhoTask);
        const total = rhoGlobal * leaf * treeBias(1, layers, aggregation) + (1 - rhoGlobal) * bias;
        if (total > best.bias)
          best = {
            ...{ kind: layers === 1 ? "star" : "tree", layers, fanIn, messageTokens, leaves, leafCompute },
            ...{ cost: leaves * leafCompute + communication, alpha: amplification(aggregation) },
            ...outcome(total),
          };
      }
    }
  return best;
}

const outcome = (bias: number) => ({ bias, accuracy: (1 + bias) / 2 });

/** Mean bias of the tree where tasks differ; difficulty leaves the mean of a single agent alone. */
function biasOverTasks(leaf: number, layers: number, aggregation: Aggregation, rhoTask: number): number {
  const { accuracies, weights } = betaDifficulty((1 + leaf) / 2, rhoTask);
  return accuracies.reduce((sum, p, t) => sum + weights[t]! * treeBias(2 * p - 1, layers, aggregation), 0);
}

/** The same with a power-law leaf and the exponential fidelity curve. */
export function planPowerLaw(
  problem: Omit<PlanProblem, "leafBias" | "fidelity"> & { readonly leaf: LeafLaw; readonly fidelityLaw: FidelityLaw },
): ExactPlan {
  const { leaf, fidelityLaw } = problem;
  return planExactly({
    ...problem,
    leafBias: (compute) => leafBias(compute, leaf),
    fidelity: (messageTokens) => fidelityExponential(messageTokens, fidelityLaw),
  });
}
