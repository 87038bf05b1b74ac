/** One layer of a tree: lossy messages, dependent votes, majority. Everything else in the theory iterates this map. */
import { DomainError } from "../errors.ts";
import { betaBinomial, copulaLatent } from "./dependence.ts";
import { requireHalfOpen, requireInteger, requireInterval, requireNonNegative, requireOdd } from "./domain.ts";
import {
  majorityBias,
  majorityBiasSlope,
  majorityError,
  majoritySlope,
  oddFanIn,
  oddMajority,
  requireTieRule,
  type TieRule,
} from "./majority.ts";
import { normalExpectation, normalReach } from "./quadrature.ts";
import { normalCdf, normalQuantile } from "./special.ts";

/** What every node of one layer does. */
export interface Aggregation {
  /** b: messages read by one node, integer ≥ 1. */
  readonly fanIn: number;
  /** γ in (0, 1]: a message of bias μ arrives with bias γμ. */
  readonly fidelity: number;
  /** ρ in [0, 1]: probability that all inputs of a node are one shared vote. */
  readonly rho: number;
}

/**
 * How votes of one node depend on each other; all have correlation ρ and the marginal bias γμ.
 * - `shared`: with probability ρ one received vote, copied; else independent (the paper's law)
 * - `shared-before-channel`: with probability ρ one sent vote, each copy corrupted on its own
 * - `beta`: independent given a common accuracy ~ Beta
 * - `copula`: signs of equally correlated normals whose votes have correlation ρ
 * - `copula-latent`: the same, ρ is the correlation of the normals
 */
export type DependenceLaw = "shared" | "shared-before-channel" | "beta" | "copula" | "copula-latent";

export interface VoteOptions {
  /** @default "shared" */
  readonly law?: DependenceLaw;
  /** What an even fan-in does with ties. @default "random" */
  readonly ties?: TieRule;
}

/** b ≥ 1, γ in (0, 1], ρ in [0, 1]. */
export function requireAggregation({ fanIn, fidelity, rho }: Aggregation): void {
  requireInteger({ fanIn }, 1);
  requireHalfOpen({ fidelity }, 0, 1);
  requireInterval({ rho }, 0, 1);
}

/** Known words. */
export function requireVoteOptions({ law = "shared", ties = "random" }: VoteOptions): void {
  if (!laws.includes(law)) throw new DomainError("law", law, `as one of ${laws.join(", ")}`);
  requireTieRule(ties);
}

const laws: readonly DependenceLaw[] = ["shared", "shared-before-channel", "beta", "copula", "copula-latent"];

/** For statements that need an odd, concave map: the paper's law and an odd fan-in. */
export function requireOddAggregation({ fanIn, fidelity, rho }: Aggregation): void {
  requireOdd({ fanIn });
  requireHalfOpen({ fidelity }, 0, 1);
  requireInterval({ rho }, 0, 1);
}

/**
 * F(μ) = ρ γ μ + (1 − ρ) f_b(γ μ): bias of one node whose children have bias μ. Exact, not mean-field: subtrees are
 * independent, so the children are exchangeable with the stated law.
 *
 * @param bias         μ in [−1, 1]
 * @param aggregation  b, γ, ρ
 * @param options      another law of dependence, the tie rule
 * @returns            bias in [−1, 1]
 * @throws             {DomainError} outside the domains
 * @see                §3.1, paper; the other laws §3.2, derived
 */
export function levelMap(bias: number, aggregation: Aggregation, options: VoteOptions = {}): number {
  requireInterval({ bias }, -1, 1);
  requireAggregation(aggregation);
  requireVoteOptions(options);
  const { law = "shared", ties = "random" } = options;
  const { fanIn, fidelity, rho } = aggregation;
  const received = fidelity * bias;
  switch (law) {
    case "shared":
      return rho * received + (1 - rho) * majorityBias(received, fanIn, ties);
    case "shared-before-channel":
      return rho * copiedVoteBias(bias, fanIn, fidelity, ties) + (1 - rho) * majorityBias(received, fanIn, ties);
    case "beta":
      return betaMajorityBias(received, fanIn, rho, ties);
    default:
      return copulaMajorityBias(received, fanIn, rho, law, ties);
  }
}

/** One sent vote whose copies are corrupted one by one; ties among them count as told, whichever vote was sent. */
function copiedVoteBias(bias: number, fanIn: number, fidelity: number, ties: TieRule): number {
  const tossed = majorityBias(fidelity, fanIn, "random");
  return bias * tossed + (majorityBias(fidelity, fanIn, ties) - tossed);
}

/** F(μ) of the paper's law and an odd fan-in without checks: for the inner loops of callers that have checked. */
export function oddLevelMap(bias: number, { fanIn, fidelity, rho }: Aggregation): number {
  const received = fidelity * bias;
  return rho * received + (1 - rho) * oddMajority(received, fanIn);
}

function betaMajorityBias(received: number, fanIn: number, rho: number, ties: TieRule): number {
  oddFanIn(fanIn, ties);
  if (rho === 0) return majorityBias(received, fanIn, ties);
  const split = ties === "right" ? 1 : ties === "wrong" ? -1 : 0;
  let bias = 0;
  for (const [correct, probability] of betaBinomial(fanIn, (1 + received) / 2, rho).entries())
    bias += probability * (Math.sign(2 * correct - fanIn) || split);
  return Math.max(-1, Math.min(1, bias));
}

/** E_Z f_b(2Φ((h + √r Z)/√(1 − r)) − 1), h = Φ⁻¹((1 + u)/2) */
function copulaMajorityBias(received: number, fanIn: number, rho: number, law: DependenceLaw, ties: TieRule): number {
  if (Math.abs(received) === 1 || rho === 1) return received;
  const rarer = (1 - Math.abs(received)) / 2; // exact, where (1 + |u|)/2 may round to 1; φ is the same on both sides
  const latent = law === "copula" ? copulaLatent(rarer, rho) : rho;
  if (latent === 0) return majorityBias(received, fanIn, ties);
  const h = -Math.sign(received) * normalQuantile(rarer);
  const [spread, rest] = [Math.sqrt(latent), Math.sqrt(1 - latent)];
  if (rest === 0) return received;
  const given = (z: number) => majorityBias(2 * normalCdf((h + spread * z) / rest) - 1, fanIn, ties);
  // Beyond 8.5 deviations of its own votes every team is unanimous; a large team makes a step of width 1/√b (§16)
  const [low, high] = [(-normalReach * rest - h) / spread, (normalReach * rest - h) / spread];
  const step = rest / (spread * Math.sqrt(fanIn));
  const split = normalExpectation(given, Math.min(0.25, 0.5 * step), low, high);
  return Math.max(-1, Math.min(1, split + normalCdf(-high) - normalCdf(low)));
}

/**
 * α = F′(0) = γ (ρ + (1 − ρ) κ_b): above 1 a weak signal grows from layer to layer, at or below 1 it dies out.
 *
 * @see §3.1, paper (Theorem 4); the other laws §3.2, derived
 */
export function amplification(aggregation: Aggregation, options: VoteOptions = {}): number {
  requireAggregation(aggregation);
  requireVoteOptions(options);
  const { law = "shared", ties = "random" } = options;
  const { fanIn, fidelity, rho } = aggregation;
  const slope = majoritySlope(fanIn, ties);
  switch (law) {
    case "shared":
      return fidelity * (rho + (1 - rho) * slope);
    case "shared-before-channel":
      return rho * majorityBias(fidelity, oddFanIn(fanIn, ties)) + (1 - rho) * fidelity * slope;
    case "beta":
      return fidelity * betaSlope(fanIn, rho);
    default:
      return fidelity * copulaSlope(fanIn, law === "copula" ? Math.sin((Math.PI / 2) * rho) : rho, ties);
  }
}

/** Σ_{j > b/2} P(j) Σ_{i=b−j}^{j−1} M/(M/2 + i), M = 1/ρ − 1 */
function betaSlope(fanIn: number, rho: number): number {
  if (rho === 1) return 1;
  const law = betaBinomial(fanIn, 0.5, rho);
  const term = (i: number) => 1 / (0.5 + (i * rho) / (1 - rho)); // M/(M/2 + i), without a division by ρ
  let slope = 0;
  let sum = 0; // Σ_{i=b−j}^{j−1}, grown by one term on either side as j grows
  for (let j = Math.floor(fanIn / 2) + 1; j <= fanIn; j++) {
    sum += term(j - 1);
    if (fanIn - j !== j - 1) sum += term(fanIn - j);
    slope += law[j]! * sum;
  }
  return slope;
}

/** E_Z f_b′(2Φ(√r Z) − 1) */
function copulaSlope(fanIn: number, latent: number, ties: TieRule): number {
  if (latent === 0) return majoritySlope(fanIn, ties);
  const spread = Math.sqrt(latent);
  const given = (z: number) => majorityBiasSlope(2 * normalCdf(spread * z) - 1, fanIn, ties);
  return normalExpectation(given, Math.min(0.25, 0.5 / (spread * Math.sqrt(fanIn))));
}

/**
 * F′(μ) = γ (ρ + (1 − ρ) f_b′(γ μ)) of the paper's law.
 *
 * @see §3.1, derived
 */
export function levelMapSlope(bias: number, aggregation: Aggregation, ties: TieRule = "random"): number {
  requireInterval({ bias }, -1, 1);
  requireAggregation(aggregation);
  const { fanIn, fidelity, rho } = aggregation;
  return fidelity * (rho + (1 - rho) * majorityBiasSlope(fidelity * bias, fanIn, ties));
}

/** a₃ in F(μ) = αμ − a₃μ³ + O(μ⁵): (1 − ρ) γ³ κ_b (b − 1)/6, for odd b. §3.1, derived. */
export function cubicCoefficient(aggregation: Aggregation): number {
  requireOddAggregation(aggregation);
  const { fanIn, fidelity, rho } = aggregation;
  return ((1 - rho) * fidelity ** 3 * majoritySlope(fanIn) * (fanIn - 1)) / 6;
}

/**
 * s = ln α/ln b: in the weak-signal regime a tree of N leaves has N^s times the bias of a leaf. Always below ½; negative
 * where α < 1.
 *
 * @param aggregation  with fan-in ≥ 2
 * @see                §5.3, paper (Theorem 5)
 */
export function organizationExponent(aggregation: Aggregation, options: VoteOptions = {}): number {
  requireInteger({ fanIn: aggregation.fanIn }, 2);
  return Math.log(amplification(aggregation, options)) / Math.log(aggregation.fanIn);
}

export type GrowthRegime = "amplifying" | "critical" | "collapsing";

/** Whether a weak signal grows (α > 1), dies out (α < 1), or neither within `tolerance`. §4.1, paper. */
export function growthRegime(aggregation: Aggregation, tolerance = 1e-12): GrowthRegime {
  requireNonNegative({ tolerance });
  const alpha = amplification(aggregation);
  if (Math.abs(alpha - 1) <= tolerance) return "critical";
  return alpha > 1 ? "amplifying" : "collapsing";
}

/** F(μ) − μ: positive exactly while 0 < μ < μ*, so a layer helps only below the fixed point. §4.4, derived. */
export function oneLevelGain(bias: number, aggregation: Aggregation, options: VoteOptions = {}): number {
  return levelMap(bias, aggregation, options) - bias;
}

/**
 * The ρ that the paper's map would need at fan-in b to amplify a weak signal as another law with correlation `rho` does:
 * ρ_eff = (κ_b − slope)/(κ_b − 1). The same pairwise correlation means very different things under different laws.
 *
 * @param fanIn  b ≥ 3
 * @see          §3.3, derived
 */
export function effectiveRho(fanIn: number, law: DependenceLaw, rho: number): number {
  requireInteger({ fanIn }, 3);
  const slope = majoritySlope(fanIn);
  return (slope - amplification({ fanIn, fidelity: 1, rho }, { law })) / (slope - 1);
}

/**
 * ρ_eff ≈ φ κ_b (b − 1)/(2 (κ_b − 1)) for a smooth law of small pairwise correlation, φ (b − 1) ≪ 1.
 *
 * @param fanIn        b ≥ 3
 * @param correlation  φ in [0, 1]
 * @see                §3.3, derived
 */
export function effectiveRhoSmallCorrelation(fanIn: number, correlation: number): number {
  requireInteger({ fanIn }, 3);
  requireInterval({ correlation }, 0, 1);
  const slope = majoritySlope(fanIn);
  return (correlation * slope * (fanIn - 1)) / (2 * (slope - 1));
}

/**
 * The ρ with which the paper's map turns received votes of bias u into the observed bias of a b-vote:
 * ρ_eff = (f_b(u) − observed)/(f_b(u) − u). Noise may put it outside [0, 1]: clip only where F is called, and say so.
 *
 * @param receivedBias  u in (−1, 1) without 0, where the two laws differ
 * @param observedBias  of the vote, in [−1, 1]
 * @param fanIn         b ≥ 3
 * @see                 §3.3, derived
 */
export function effectiveRhoFromStar(receivedBias: number, observedBias: number, fanIn: number): number {
  requireInterval({ receivedBias, observedBias }, -1, 1);
  requireInteger({ fanIn }, 3);
  const signal = Math.abs(receivedBias);
  // f_b(u) − u; near 1 as a difference of errors, which does not cancel
  const gain =
    signal < 0.5
      ? majorityBias(signal, fanIn) - signal
      : 1 - signal - 2 * majorityError(signal, oddFanIn(fanIn, "random"));
  if (gain === 0)
    throw new DomainError(
      "receivedBias",
      receivedBias,
      "between −1 and 1 and not 0: elsewhere every ρ gives the same vote",
    );
  return 1 + (receivedBias - observedBias) / (Math.sign(receivedBias) * gain);
}
