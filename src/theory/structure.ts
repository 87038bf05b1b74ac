/** Irregular structures: trees of unequal fan-in and leaves, and chains. */
import { DomainError } from "../errors.ts";
import { requireHalfOpen, requireInteger, requireInterval } from "./domain.ts";
import { unequalMajorityBias } from "./majority.ts";

/** An agent with its own bias, or a node that reads its children's messages. */
export type TreeNode =
  | { readonly bias: number }
  | {
      /** γ of the messages into this node. @default 1 */
      readonly fidelity?: number;
      /** ρ among them. @default 0 */
      readonly rho?: number;
      readonly children: readonly TreeNode[];
    };

/**
 * Which vote unequal children share when they share one: `median` is the majority of comonotone votes (each child keeps
 * its marginal), `mean` copies a random child.
 */
export type SharedRule = "median" | "mean";

/**
 * Bias of any tree, bottom-up: at every node ρ·shared + (1 − ρ)·(majority of independent votes of biases γ μ_i). Even
 * numbers of children toss a coin at ties.
 *
 * @see §4.7, derived
 */
export function structureBias(node: TreeNode, sharedRule: SharedRule = "median"): number {
  requireSharedRule(sharedRule);
  if ("bias" in node) {
    requireInterval({ bias: node.bias }, -1, 1);
    return node.bias;
  }
  const { fidelity = 1, rho = 0, children } = node;
  requireHalfOpen({ fidelity }, 0, 1);
  const received = children.map((child) => fidelity * structureBias(child, sharedRule));
  return dependentMajorityBias(received, rho, sharedRule);
}

function requireSharedRule(sharedRule: SharedRule): void {
  if (sharedRule !== "median" && sharedRule !== "mean")
    throw new DomainError("sharedRule", sharedRule, "as median or mean");
}

function dependentMajorityBias(received: readonly number[], rho: number, sharedRule: SharedRule): number {
  requireInterval({ rho }, 0, 1);
  requireInteger({ children: received.length }, 1);
  const shared =
    sharedRule === "mean" ? received.reduce((sum, bias) => sum + bias, 0) / received.length : median(received);
  return rho * shared + (1 - rho) * unequalMajorityBias(received);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/**
 * A balanced tree with fan-in ≤ b over exactly `leaves` equal leaves: layer by layer ⌈n/b⌉ groups whose sizes differ by at
 * most one, the larger first. A group of one passes through without a channel.
 *
 * @param leaves       n ≥ 1
 * @param aggregation  b ≥ 2, γ, ρ
 * @param leafBias     μ₀ in [−1, 1]
 * @see                §4.7, derived
 */
export function balancedTree(
  leaves: number,
  { fanIn, fidelity, rho }: { readonly fanIn: number; readonly fidelity: number; readonly rho: number },
  leafBias: number,
): TreeNode {
  requireInteger({ leaves }, 1);
  requireInteger({ fanIn }, 2);
  requireHalfOpen({ fidelity }, 0, 1);
  requireInterval({ rho }, 0, 1);
  requireInterval({ leafBias }, -1, 1);
  let layer: TreeNode[] = Array.from({ length: leaves }, () => ({ bias: leafBias }));
  while (layer.length > 1) {
    const groups = Math.ceil(layer.length / fanIn);
    const [size, larger] = [Math.floor(layer.length / groups), layer.length % groups];
    const start = (group: number) => group * size + Math.min(group, larger);
    layer = Array.from({ length: groups }, (_, group) => {
      const children = layer.slice(start(group), start(group + 1));
      return children.length === 1 ? children[0]! : { fidelity, rho, children };
    });
  }
  return layer[0]!;
}

/** μ_K = γ^K μ₀: a vote handed on K times without a word of one's own. §4.7, derived. */
export function relayChainBias(bias: number, hops: number, fidelity: number): number {
  requireInterval({ bias }, -1, 1);
  requireInteger({ hops }, 0);
  requireHalfOpen({ fidelity }, 0, 1);
  return fidelity ** hops * bias;
}

export interface ChainLink {
  /** γ of the message handed on. */
  readonly fidelity: number;
  /** Own votes that each agent adds. */
  readonly ownVotes: number;
  /** Bias of each of them. */
  readonly ownBias: number;
  /** ρ among the message and the own votes. @default 0 */
  readonly rho?: number;
}

/**
 * K agents in a row, each taking the majority of the message it got and its own votes. With a single own vote a one-bit
 * chain cannot exceed the better of the two.
 *
 * @param bias  μ₀ of the first message, in [−1, 1]
 * @param hops  K ≥ 0
 * @see         §4.7, derived
 */
export function chainBias(bias: number, hops: number, { fidelity, ownVotes, ownBias, rho = 0 }: ChainLink): number {
  requireInterval({ bias, ownBias }, -1, 1);
  requireInteger({ hops, ownVotes }, 0);
  requireHalfOpen({ fidelity }, 0, 1);
  requireInterval({ rho }, 0, 1);
  const own = Array.from({ length: ownVotes }, () => ownBias);
  let message = bias;
  for (let hop = 0; hop < hops; hop++) message = dependentMajorityBias([fidelity * message, ...own], rho, "median");
  return message;
}
