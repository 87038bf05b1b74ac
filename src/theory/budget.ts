/** Budgets: what leaves and messages cost, and from which budget on a tree beats one agent for the same money. */
import {
  requireBetween,
  requireHalfOpen,
  requireInteger,
  requireInterval,
  requireNonNegative,
  requirePositive,
} from "./domain.ts";

/** μ₀(x) = min(cap, k x^β): bias of one agent given x units of compute. */
export interface LeafLaw {
  /** k > 0 */
  readonly scale: number;
  /** β > 0 */
  readonly beta: number;
  /** Highest bias the agent can reach, in (0, 1]. @default 1 */
  readonly cap?: number;
}

function requireLeafLaw({ scale, beta, cap = 1 }: LeafLaw): void {
  requirePositive({ scale, beta });
  requireHalfOpen({ cap }, 0, 1);
}

/**
 * min(cap, k x^β).
 *
 * @param compute  x ≥ 0, in the unit of the budget
 * @see            §1, paper (small signals)
 */
export function leafBias(compute: number, law: LeafLaw): number {
  requireNonNegative({ compute });
  requireLeafLaw(law);
  return Math.min(law.cap ?? 1, law.scale * compute ** law.beta);
}

/** cap (1 − exp(−k x^β/cap)): the same at small x, bending smoothly into the cap. §5.1, derived. */
export function leafBiasSaturating(compute: number, law: LeafLaw): number {
  requireNonNegative({ compute });
  requireLeafLaw(law);
  const cap = law.cap ?? 1;
  return -cap * Math.expm1((-law.scale * compute ** law.beta) / cap);
}

/**
 * β_eff = ln(μ(x₂)/μ(x₁))/ln(x₂/x₁): what β is between two levels of compute. Real curves flatten, so it falls as budgets
 * grow; use it in place of β between the leaf's compute and the whole budget.
 *
 * @param curve    bias by compute, positive at both
 * @param compute  0 < x₁ < x₂
 * @see            §5.3, derived
 */
export function localExponent(curve: (compute: number) => number, from: number, to: number): number {
  requirePositive({ from });
  requireBetween({ to }, from, Number.POSITIVE_INFINITY);
  const [below, above] = [curve(from), curve(to)];
  requirePositive({ "curve(from)": below, "curve(to)": above });
  return (Math.log(above) - Math.log(below)) / (Math.log(to) - Math.log(from));
}

/** What messages cost, relative to a token of a leaf's compute. */
export interface MessagePrices {
  /** Per token written. @default 1 */
  readonly send?: number;
  /** Per token read. @default 1 */
  readonly read?: number;
  /** Per inner node, in units of the budget. @default 0 */
  readonly overhead?: number;
}

export function requirePrices({ send = 1, read = 1, overhead = 0 }: MessagePrices): Required<MessagePrices> {
  requireNonNegative({ send, read, overhead });
  return { send, read, overhead };
}

/** b m (send + read) + overhead: what the messages into one node cost. */
function costPerNode(fanIn: number, messageTokens: number, prices: MessagePrices): number {
  requireNonNegative({ messageTokens });
  const { send, read, overhead } = requirePrices(prices);
  return messageTokens === 0 ? overhead : fanIn * (messageTokens * (send + read)) + overhead; // prices may overflow
}

/** (b^L − 1)/(b − 1) = 1 + b + … + b^(L−1) */
function innerNodes(fanIn: number, layers: number): number {
  requireInteger({ fanIn }, 1);
  requireInteger({ layers }, 0);
  return fanIn === 1 ? layers : (fanIn ** layers - 1) / (fanIn - 1);
}

/**
 * Exact cost of communication: every edge is written once and read once, edges · m · (send + read) + nodes · overhead,
 * where edges = b (b^L − 1)/(b − 1).
 *
 * @param fanIn          b ≥ 1
 * @param layers         L ≥ 0
 * @param messageTokens  m ≥ 0
 * @see                  §5.1, derived
 */
export function communicationCost(
  fanIn: number,
  layers: number,
  messageTokens: number,
  prices: MessagePrices = {},
): number {
  const perNode = costPerNode(fanIn, messageTokens, prices);
  const nodes = innerNodes(fanIn, layers);
  return perNode === 0 || nodes === 0 ? 0 : nodes * perNode; // the other may overflow
}

/**
 * c₀ = (b m (send + read) + overhead)/(b − 1): communication per leaf of a deep tree; 2 m b/(b − 1) by default.
 *
 * @param fanIn          b ≥ 2
 * @param messageTokens  m ≥ 0
 * @see                  §5.1, paper
 */
export function communicationCostPerLeaf(fanIn: number, messageTokens: number, prices: MessagePrices = {}): number {
  requireInteger({ fanIn }, 2);
  return costPerNode(fanIn, messageTokens, prices) / (fanIn - 1);
}

export interface WindowOptions {
  /** Tokens of the window that messages may not use. @default 0 */
  readonly reserveTokens?: number;
  /** Round down to an odd number. @default true */
  readonly odd?: boolean;
}

/**
 * Largest fan-in whose messages fit: ⌊(W − reserve)/m⌋, made odd; 0 where not one message fits.
 *
 * @param windowTokens   W ≥ 0
 * @param messageTokens  m > 0
 * @see                  §5.1, paper
 */
export function fanInMax(
  windowTokens: number,
  messageTokens: number,
  { reserveTokens = 0, odd = true }: WindowOptions = {},
): number {
  requireNonNegative({ windowTokens, reserveTokens });
  requirePositive({ messageTokens });
  const share = Math.floor((windowTokens - reserveTokens) / messageTokens);
  const fits = Math.max(0, Math.min(Number.MAX_SAFE_INTEGER, share));
  return odd && fits > 0 && fits % 2 === 0 ? fits - 1 : fits;
}

/** Exponents of the trade: s of the organization, β of a single agent, and what a leaf pays for communication. */
export interface Trade {
  /** s ≤ 1, `organizationExponent`; at or below β no tree pays. */
  readonly exponent: number;
  /** β > 0 of the leaf law. */
  readonly beta: number;
  /** c₀ ≥ 0, `communicationCostPerLeaf`. */
  readonly costPerLeaf: number;
}

function requireTrade({ exponent, beta, costPerLeaf }: Trade): void {
  requireInterval({ exponent }, -Number.MAX_VALUE, 1);
  requirePositive({ beta });
  requireNonNegative({ costPerLeaf });
}

/** x* = β c₀/(s − β): best compute per leaf, +∞ (one agent gets it all) where s ≤ β. §5.2, paper. */
export function optimalLeafCompute(trade: Trade): number {
  requireTrade(trade);
  const { exponent, beta, costPerLeaf } = trade;
  return exponent > beta ? (beta * costPerLeaf) / (exponent - beta) : Number.POSITIVE_INFINITY;
}

/** N* = B/(x* + c₀) = B (s − β)/(s c₀), a real number; 1 where s ≤ β. §5.2, paper. */
export function optimalLeafCount(budget: number, trade: Trade): number {
  requirePositive({ budget });
  const compute = optimalLeafCompute(trade);
  return compute === Number.POSITIVE_INFINITY ? 1 : budget / Math.max(0, compute + trade.costPerLeaf);
}

/**
 * Bias of the best weak-signal organization with a real number of leaves: k β^β (s − β)^(s−β) s^(−s) c₀^(β−s) B^s, or that of
 * one agent, k B^β, where s ≤ β. Above 1 it says no more than "saturated".
 *
 * @see §5.2, derived
 */
export function relaxedValue(budget: number, scale: number, trade: Trade): number {
  requirePositive({ budget, scale });
  requireTrade(trade);
  const { exponent: s, beta, costPerLeaf } = trade;
  if (s <= beta) return scale * budget ** beta;
  // ln: (s − β) (ln((s − β)/(s c₀)) − ln N) + s ln B, N the leaves at the threshold
  const gain = Math.log(s - beta) - Math.log(s) - Math.log(costPerLeaf) - logThresholdLeaves(s, beta);
  return Math.exp(Math.log(scale) + (s - beta) * gain + s * Math.log(budget));
}

/** ln(s/β)·β/(s − β), in (0, 1): also where s − β is tiny, or β. */
function logThresholdLeaves(exponent: number, beta: number): number {
  const excess = (exponent - beta) / beta;
  return excess === Number.POSITIVE_INFINITY ? 0 : Math.log1p(excess) / excess;
}

/**
 * Budget above which `relaxedValue` beats one agent: c₀/(s − β) · (s^s/β^β)^(1/(s−β)); +∞ where s ≤ β. It implies fewer than
 * e leaves, which no tree has: `teamThreshold(1, …)` is the budget to use.
 *
 * @see §5.2, derived
 */
export function relaxedThreshold(trade: Trade): number {
  requireTrade(trade);
  const { exponent: s, beta, costPerLeaf } = trade;
  if (s <= beta) return Number.POSITIVE_INFINITY;
  return (costPerLeaf / (s - beta)) * s * Math.exp(logThresholdLeaves(s, beta));
}

/** Leaves at that threshold: (s/β)^(β/(s−β)), always in (1, e); +∞ where s ≤ β. §5.2, derived. */
export function relaxedThresholdLeaves(exponent: number, beta: number): number {
  requireTrade({ exponent, beta, costPerLeaf: 0 });
  return exponent > beta ? Math.exp(logThresholdLeaves(exponent, beta)) : Number.POSITIVE_INFINITY;
}

/** A weak signal in a regular tree: α per layer, β of the leaves. */
export interface WeakSignal {
  /** b ≥ 2 */
  readonly fanIn: number;
  /** α > 0 */
  readonly alpha: number;
  /** β > 0 */
  readonly beta: number;
}

/** s/β, and the guards of a weak signal. */
function exponentRatio({ fanIn, alpha, beta }: WeakSignal): number {
  requireInteger({ fanIn }, 2);
  requirePositive({ alpha, beta });
  return Math.log(alpha) / Math.log(fanIn) / beta;
}

/**
 * B_L = C_L/(1 − b^(L(1 − s/β))): budget above which the tree of L layers beats one agent, exact while signals are weak; +∞
 * where s ≤ β. B_1 < B_2 < …: a team always pays first as a star of b agents, at B_1.
 *
 * @param layers         L ≥ 1
 * @param communication  C_L ≥ 0, `communicationCost` of that tree
 * @see                  §5.2, derived
 */
export function teamThreshold(layers: number, signal: WeakSignal, communication: number): number {
  requireInteger({ layers }, 1);
  requireNonNegative({ communication });
  const ratio = exponentRatio(signal);
  if (ratio <= 1) return Number.POSITIVE_INFINITY;
  return communication / -Math.expm1(layers * (1 - ratio) * Math.log(signal.fanIn));
}

/**
 * Budget at which L + 1 layers overtake L: (r C_{L+1} − b C_L)/(r − b), r = b^(s/β); +∞ where s ≤ β.
 *
 * @param communication      C_L
 * @param communicationNext  C_{L+1}
 * @see                      §5.2, derived
 */
export function depthSwitchBudget(signal: WeakSignal, communication: number, communicationNext: number): number {
  requireNonNegative({ communication, communicationNext });
  const ratio = exponentRatio(signal);
  if (ratio <= 1) return Number.POSITIVE_INFINITY;
  // r − b = b (b^(s/β − 1) − 1), which neither cancels nor overflows
  return communicationNext + (communicationNext - communication) / Math.expm1((ratio - 1) * Math.log(signal.fanIn));
}

/**
 * The depth that maximizes α^L k x_L^β, x_L = (B − C_L)/b^L, with default message prices; 0 is one agent.
 *
 * @param budget         B > 0
 * @param messageTokens  m > 0
 * @param scale          k
 * @see                  §5.2, derived
 */
export function bestDepthSmallSignal(
  budget: number,
  signal: WeakSignal,
  messageTokens: number,
  { scale = 1, layersMax = 60 }: { readonly scale?: number; readonly layersMax?: number } = {},
): { readonly layers: number; readonly value: number } {
  requirePositive({ budget, messageTokens, scale });
  requireInteger({ layersMax }, 0);
  exponentRatio(signal);
  const { fanIn, alpha, beta } = signal;
  let best = { layers: 0, value: scale * budget ** beta };
  for (let layers = 1; layers <= layersMax; layers++) {
    const left = budget - communicationCost(fanIn, layers, messageTokens);
    if (left <= 0) break;
    const value = alpha ** layers * scale * (left / fanIn ** layers) ** beta;
    if (value > best.value) best = { layers, value };
  }
  return best;
}

/**
 * (μ* / k)^(1/β): budget at which one agent that follows k x^β reaches the fixed point; above it no tree wins.
 *
 * @param fixedPoint  μ* in [0, 1]
 * @see               §5.3, derived
 */
export function synergyBudgetMax(law: LeafLaw, fixedPoint: number): number {
  requireLeafLaw(law);
  requireInterval({ fixedPoint }, 0, 1);
  return Math.exp((Math.log(fixedPoint) - Math.log(law.scale)) / law.beta);
}
