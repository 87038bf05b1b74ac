/** How long messages should be when they are paid from the same budget as the leaves (γ = 1 − exp(−m/m₀)). */

import { communicationCostPerLeaf, relaxedValue } from "./budget.ts";
import { requireBetween, requireHalfOpen, requireInteger, requireInterval, requirePositive } from "./domain.ts";
import { type FidelityLaw, fidelityExponential, requireFidelityLaw } from "./fidelity.ts";
import { organizationExponent } from "./level-map.ts";
import { bisect } from "./optimize.ts";

/** A regular tree with power-law leaves. */
export interface MessageProblem {
  /** b ≥ 2 */
  readonly fanIn: number;
  /** L ≥ 1 */
  readonly layers: number;
  /** β > 0 */
  readonly beta: number;
  /** m₀ > 0, tokens */
  readonly lengthScale: number;
}

function requireProblem({ fanIn, layers, beta, lengthScale }: MessageProblem): void {
  requireInteger({ fanIn }, 2);
  requireInteger({ layers }, 1);
  requirePositive({ beta, lengthScale });
}

/**
 * Best length for all messages at x units of compute per leaf: m₀ ln(1 + x N L/(2 β E m₀)), N leaves, E edges.
 *
 * @param leafCompute  x > 0
 * @see                §5.4, derived (weak signals)
 */
export function optimalMessage(leafCompute: number, problem: MessageProblem): number {
  requirePositive({ leafCompute });
  requireProblem(problem);
  const { fanIn, layers, beta, lengthScale } = problem;
  const edgesPerLeafTwice = (2 * (1 - fanIn ** -layers)) / (1 - 1 / fanIn); // E/N as a sum of b^-l: b^L may overflow
  return messageLength(leafCompute, (beta * edgesPerLeafTwice) / layers, lengthScale);
}

/** m₀ ln(1 + x/(price · m₀)), by logarithms: the quotient may overflow. */
function messageLength(leafCompute: number, price: number, lengthScale: number): number {
  if (leafCompute === 0) return 0;
  const y = Math.log(leafCompute) - Math.log(price) - Math.log(lengthScale);
  return lengthScale * (Math.max(0, y) + Math.log1p(Math.exp(-Math.abs(y))));
}

/**
 * Best length per layer, leaf messages first: m_h = min(W/b, m₀ ln(1 + x b^h/(2 β m₀))), and the compute per leaf x that
 * the budget then leaves. Messages near the root should be longer: they are few.
 *
 * @param budget        B > 0
 * @param windowTokens  W; no limit by default
 * @see                 §5.4, derived (weak signals)
 */
export function optimalMessagesByLayer(
  budget: number,
  problem: MessageProblem,
  windowTokens = Number.POSITIVE_INFINITY,
): { readonly leafCompute: number; readonly messageTokens: readonly number[] } {
  requirePositive({ budget });
  requireInterval({ windowTokens }, 0, Number.POSITIVE_INFINITY);
  requireProblem(problem);
  const { fanIn, layers, beta, lengthScale } = problem;
  requireBetween({ "fanIn ** layers": fanIn ** layers }, 1, Number.POSITIVE_INFINITY);
  const lengths = (leafCompute: number) =>
    Array.from({ length: layers }, (_, h) =>
      Math.min(windowTokens / fanIn, messageLength(leafCompute, (2 * beta) / fanIn ** h, lengthScale)),
    );
  const cost = (leafCompute: number) =>
    lengths(leafCompute).reduce((sum, m, h) => sum + 2 * m * fanIn ** (layers - h), leafCompute * fanIn ** layers);
  const computeMax = budget / fanIn ** layers;
  const free = computeMax === 0 || cost(computeMax) <= budget; // nothing to share, or messages of no length
  const leafCompute = free ? computeMax : bisect((x) => cost(x) - budget, 0, computeMax);
  return { leafCompute, messageTokens: lengths(leafCompute) };
}

export interface RelaxedDesign {
  /** 1 is one agent. */
  readonly fanIn: number;
  /** Whole tokens; 0 for one agent. */
  readonly messageTokens: number;
  /** Bias of the weak-signal closed form. */
  readonly value: number;
  /** s; 0 for one agent. */
  readonly exponent: number;
}

/**
 * Best odd fan-in and whole message length within the window by the weak-signal closed form (`relaxedValue`), or one agent.
 *
 * @param budget        B > 0
 * @param windowTokens  W in (0, 10⁷]: every length is tried
 * @see                 §5.4, derived
 */
export function bestDesignRelaxed(
  budget: number,
  windowTokens: number,
  {
    scale,
    beta,
    rho,
    fidelity,
    fanInMax = 101,
  }: {
    /** k of the leaf law */
    readonly scale: number;
    readonly beta: number;
    readonly rho: number;
    readonly fidelity: FidelityLaw;
    readonly fanInMax?: number;
  },
): RelaxedDesign {
  requirePositive({ budget, scale, beta });
  requireHalfOpen({ windowTokens }, 0, 1e7);
  requireInterval({ rho }, 0, 1);
  requireInteger({ fanInMax }, 1);
  requireFidelityLaw(fidelity);
  let best: RelaxedDesign = { fanIn: 1, messageTokens: 0, value: scale * budget ** beta, exponent: 0 };
  for (let fanIn = 3; fanIn <= fanInMax; fanIn += 2)
    for (let messageTokens = 1; fanIn * messageTokens <= windowTokens; messageTokens++) {
      const gamma = fidelityExponential(messageTokens, fidelity);
      if (gamma === 0) continue;
      const exponent = organizationExponent({ fanIn, fidelity: gamma, rho });
      if (exponent <= beta) continue;
      const costPerLeaf = communicationCostPerLeaf(fanIn, messageTokens);
      const value = relaxedValue(budget, scale, { exponent, beta, costPerLeaf });
      if (value > best.value) best = { fanIn, messageTokens, value, exponent };
    }
  return best;
}
