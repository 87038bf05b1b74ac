/** The planner of the theory: every tree that fits budget and window, by the exact recursion. */
import { communicationCost, type LeafLaw, leafBias, type MessagePrices, requirePrices } from "./budget.ts";
import { betaDifficulty, betaDifficultyOnLattice, type DifficultyLaw, latticeStep } from "./difficulty.ts";
import { requireInteger, requireInterval, requireNonNegative, requirePositive } from "./domain.ts";
import { type FidelityLaw, fidelityExponential, requireFidelityLaw } from "./fidelity.ts";
import { type Aggregation, amplification, oddLevelMap } from "./level-map.ts";

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
  /**
   * Spread of difficulty over tasks; see `betaDifficulty`. No default: near chance a little of it removes the synergy, so
   * whoever plans says how much there is, if only 0.
   */
  readonly rhoTask: number;
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
 * Every tree gets a cheap ceiling first (`tasksOf`); the mean over tasks is taken from the highest ceiling down, until the
 * best tree stands above all that are left. The plan is the one that evaluating every tree would find.
 *
 * @throws {DomainError} outside the domains, also of what the two curves return
 * @see    §5.4, derived
 */
export function planExactly(problem: PlanProblem): ExactPlan {
  const { budget, windowTokens, rho, rhoGlobal = 0, rhoTask } = problem;
  const { fanInMax = 101, layersMax = 12, leafComputeMin = 0, reserveTokens = 0 } = problem;
  requirePositive({ budget });
  requireNonNegative({ windowTokens, leafComputeMin, reserveTokens });
  requireInterval({ rho, rhoGlobal, rhoTask }, 0, 1);
  requireInteger({ fanInMax, layersMax }, 1);
  requirePrices(problem.prices ?? {});
  const single = problem.leafBias(budget);
  requireInterval({ leafBias: single }, -1, 1);
  const tasks = tasksOf(rhoTask);
  const total = ({ leaf, layers, aggregation }: Tree, overTasks: number) =>
    rhoGlobal * leaf * iterate(1, layers, aggregation) + (1 - rhoGlobal) * overTasks;

  const promising = trees(problem)
    .filter((tree) => total(tree, Math.max(0, iterate(tree.leaf, tree.layers, tree.aggregation))) > single)
    .map((tree, place) => ({ tree, place, ceiling: total(tree, tasks.ceiling(tree)) }))
    .sort((one, other) => other.ceiling - one.ceiling);
  let best: { readonly tree: Tree | null; readonly place: number; readonly bias: number } = {
    ...{ tree: null, place: -1, bias: single },
  };
  for (const { tree, place, ceiling } of promising) {
    if (ceiling < best.bias) break;
    if (total(tree, tasks.closeCeiling(tree)) < best.bias) continue;
    const bias = total(tree, tasks.meanBias(tree));
    if (bias > best.bias || (bias === best.bias && place < best.place)) best = { tree, place, bias };
  }
  const { bias, tree } = best;
  const outcome = { bias, accuracy: (1 + bias) / 2 };
  if (tree === null) {
    const alone = { layers: 0, fanIn: 1, messageTokens: 0, leaves: 1, leafCompute: budget, cost: budget, alpha: 1 };
    return { kind: "single", ...alone, ...outcome };
  }
  const { layers, messageTokens, leaves, leafCompute, aggregation } = tree;
  return {
    ...{ kind: layers === 1 ? "star" : "tree", layers, fanIn: aggregation.fanIn, messageTokens, leaves, leafCompute },
    ...{ cost: leaves * leafCompute + tree.communication, alpha: amplification(aggregation), ...outcome },
  };
}

interface Tree {
  readonly aggregation: Aggregation;
  readonly layers: number;
  readonly messageTokens: number;
  readonly communication: number;
  readonly leaves: number;
  readonly leafCompute: number;
  /** Bias of a leaf. */
  readonly leaf: number;
}

/** All that fit budget and window, in the order that ties go by. */
function trees({ budget, windowTokens, rho, prices = {}, ...problem }: PlanProblem): Tree[] {
  const { fanInMax = 101, layersMax = 12, leafComputeMin = 0, reserveTokens = 0 } = problem;
  const messages = problem.messageTokens.map((messageTokens) => {
    requireNonNegative({ messageTokens });
    const fidelity = problem.fidelity(messageTokens);
    requireInterval({ fidelity }, 0, 1);
    return { messageTokens, fidelity };
  });
  const all: Tree[] = [];
  for (let fanIn = 3; fanIn <= fanInMax; fanIn += 2)
    for (const { messageTokens, fidelity } of messages) {
      if (fanIn * messageTokens + reserveTokens > windowTokens || fidelity === 0) continue;
      const aggregation = { fanIn, fidelity, rho };
      for (let layers = 1; layers <= layersMax; layers++) {
        const leaves = fanIn ** layers;
        const communication = communicationCost(fanIn, layers, messageTokens, prices);
        const leafCompute = (budget - communication) / leaves;
        if (!(leafCompute > 0 && leafCompute >= leafComputeMin)) break;
        const leaf = problem.leafBias(leafCompute);
        requireInterval({ leafBias: leaf }, -1, 1);
        all.push({ aggregation, layers, messageTokens, communication, leaves, leafCompute, leaf });
      }
    }
  return all;
}

/** F^L(μ) */
function iterate(bias: number, layers: number, aggregation: Aggregation): number {
  for (let layer = 0; layer < layers; layer++) {
    const next = oddLevelMap(bias, aggregation);
    if (next === bias) break;
    bias = next;
  }
  return bias;
}

/** What tasks of different difficulty make of a tree. */
interface Tasks {
  /** Mean bias of the tree; difficulty leaves the mean of a single agent alone. */
  meanBias(tree: Tree): number;
  /** Not below that mean, and cheap. */
  ceiling(tree: Tree): number;
  /** The same, closer to it, and cheap where many trees have this leaf, as where all have reached their cap. */
  closeCeiling(tree: Tree): number;
}

/**
 * F^L is odd, so a task of bias −μ takes back what one of bias μ gives, and E F^L is a mean over |μ| with weights w(μ) − w(−μ),
 * which are ≥ 0 for a leaf above chance. F^L is concave there, so for a ceiling bands of |μ| may be drawn together (Jensen).
 * And E F^L rises with the leaf, on one lattice of nodes, so leaves within 1 % may share the bands of the best of them. Below
 * chance all weights are ≤ 0, and concavity gives F^L(μ) ≥ μ F^L(1).
 */
function tasksOf(rhoTask: number): Tasks {
  let last: { readonly leaf: number; readonly law: DifficultyLaw } | undefined;
  const lawOf = (leaf: number) => {
    if (last?.leaf !== leaf) last = { leaf, law: betaDifficulty((1 + leaf) / 2, rhoTask) };
    return last.law;
  };
  const closeBands = remembered((leaf: number) => bandsOfLaw(lawOf(leaf)));
  const levels = new Map<number, (level: number) => readonly Band[]>(); // by the step of their lattice
  const sharedBands = (leaf: number) => {
    const step = latticeStep((1 + leaf) / 2, rhoTask);
    const bandsOf =
      levels.get(step) ??
      remembered((level: number) => {
        const best = Math.min(1, Math.exp(level / 100));
        return bandsOfLaw(betaDifficultyOnLattice((1 + best) / 2, rhoTask, step));
      });
    levels.set(step, bandsOf);
    return bandsOf(Math.ceil(100 * Math.log(leaf)));
  };
  const slack = 1 + 1e-9; // roundings, and the difference of the cut tails
  const ceilingBy =
    (bandsOf: (leaf: number) => readonly Band[]) =>
    ({ leaf, layers, aggregation }: Tree) => {
      if (leaf <= 0) return (leaf * iterate(1, layers, aggregation)) / slack;
      let sum = 0;
      for (const { bias, weight } of bandsOf(leaf)) sum += weight * iterate(bias, layers, aggregation);
      return sum * slack;
    };
  return {
    meanBias({ leaf, layers, aggregation }) {
      const { accuracies, weights } = lawOf(leaf);
      return accuracies.reduce((sum, p, t) => sum + weights[t]! * iterate(2 * p - 1, layers, aggregation), 0);
    },
    ceiling: ceilingBy(sharedBands),
    closeCeiling: ceilingBy(closeBands),
  };
}

/** The same function, called once per argument. */
function remembered<Value>(of: (argument: number) => Value): (argument: number) => Value {
  const known = new Map<number, Value>();
  return (argument) => {
    const value = known.get(argument) ?? of(argument);
    known.set(argument, value);
    return value;
  };
}

/** Tasks of about the same |μ|: P(μ > 0) − P(μ < 0), and the mean bias per unit of it. */
interface Band {
  readonly weight: number;
  readonly bias: number;
}

/** Borders of |μ|, denser where trees decide. */
const borders = [0.005, 0.01, 0.02, 0.04, 0.07, 0.12, 0.2, 0.3, 0.45, 0.65, 0.85];

function bandsOfLaw({ accuracies, weights }: DifficultyLaw): Band[] {
  const sums = [0, ...borders].map(() => ({ weight: 0, signal: 0 }));
  for (const [t, accuracy] of accuracies.entries()) {
    const bias = 2 * accuracy - 1;
    const band = sums[borders.filter((border) => border <= Math.abs(bias)).length]!;
    band.weight += Math.sign(bias) * weights[t]!;
    band.signal += Math.abs(bias) * Math.sign(bias) * weights[t]!;
  }
  return sums
    .filter(({ weight }) => weight > 0)
    .map(({ weight, signal }) => ({ weight, bias: Math.max(0, Math.min(1, signal / weight)) }));
}

/** The same with a power-law leaf and the exponential fidelity curve. */
export function planPowerLaw(
  problem: Omit<PlanProblem, "leafBias" | "fidelity"> & { readonly leaf: LeafLaw; readonly fidelityLaw: FidelityLaw },
): ExactPlan {
  const { leaf, fidelityLaw } = problem;
  requireFidelityLaw(fidelityLaw);
  return planExactly({
    ...problem,
    leafBias: (compute) => leafBias(compute, leaf),
    fidelity: (messageTokens) => fidelityExponential(messageTokens, fidelityLaw),
  });
}
