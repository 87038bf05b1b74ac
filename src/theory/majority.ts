/** Majority of independent votes: what one node does to the bias of its inputs. */
import { DomainError } from "../errors.ts";
import { requireInteger, requireInterval, requireOdd } from "./domain.ts";

/**
 * What an even number of votes does when it is split: toss a coin (the same as asking one agent fewer), count as wrong,
 * count as right, or refuse.
 */
export type TieRule = "random" | "wrong" | "right" | "forbid";

export function requireTieRule(ties: TieRule): void {
  if (!Object.hasOwn(tieValues, ties))
    throw new DomainError("ties", ties, `as one of ${Object.keys(tieValues).join(", ")}`);
}

/** The odd fan-in whose map an even one has up to its ties. */
export function oddFanIn(fanIn: number, ties: TieRule): number {
  requireInteger({ fanIn }, 1);
  requireTieRule(ties);
  if (fanIn % 2 === 1) return fanIn;
  if (ties === "forbid") throw new DomainError("fanIn", fanIn, "as an odd integer, or name a tie rule");
  return fanIn - 1;
}

/** What a tie adds to the bias. */
const tieValues: Record<TieRule, number> = { random: 0, wrong: -1, right: 1, forbid: 0 };

/**
 * Bias of the majority of `fanIn` independent votes of bias μ:
 *
 *   f_b(μ) = μ · Σ_{j=0}^{(b−1)/2} C(2j, j) · ((1 − μ²)/4)^j
 *
 * All terms are ≥ 0, so nothing cancels. Even fan-in: f_b = f_{b−1}, plus or minus P(tie) where ties count as right or
 * wrong (0 is then no fixed point any more).
 *
 * @param bias   μ = 2·P(correct) − 1, no unit, in [−1, 1]
 * @param fanIn  b, votes counted by one node, integer ≥ 1
 * @returns      bias in [−1, 1]; for odd b odd and increasing in μ, so 0 ↦ 0 and 1 ↦ 1
 * @throws       {DomainError} outside those ranges, or for an even fan-in whose ties are forbidden
 * @see          §2, derived (the map itself: paper)
 */
export function majorityBias(bias: number, fanIn: number, ties: TieRule = "random"): number {
  requireInterval({ bias }, -1, 1); // `{ bias }`: the message names the caller's argument
  const odd = oddFanIn(fanIn, ties);
  const majority = oddMajority(bias, odd);
  if (odd === fanIn || ties === "random") return majority;
  return Math.max(-1, Math.min(1, majority + tieValues[ties] * tieProbability(bias, fanIn)));
}

/** f_b(μ) of an odd b without checks: for the inner loops of callers that have checked. */
export function oddMajority(bias: number, fanIn: number): number {
  const spread = (1 - bias) * (1 + bias); // 1 − μ² loses digits near ±1
  const negligible = 1e-17 * bias * bias; // the rest after a term is at most term · spread/μ²
  let sum = 1;
  let term = 1;
  for (let j = 1; 2 * j < fanIn; j++) {
    term *= (spread * (2 * j - 1)) / (2 * j);
    if (term < negligible) break;
    sum += term;
  }
  return Math.max(-1, Math.min(1, bias * sum));
}

/**
 * κ_b = f_b′(0) = b C(b−1, (b−1)/2)/2^(b−1) = Π (2j+1)/(2j) ~ √(2b/π): how much a weak signal grows. Even b: κ_{b−1}.
 *
 * @param fanIn  b, integer ≥ 1
 * @see          §2, paper (Theorem 4)
 */
export function majoritySlope(fanIn: number, ties: TieRule = "random"): number {
  const odd = oddFanIn(fanIn, ties);
  let slope = 1;
  for (let j = 1; 2 * j + 1 <= odd; j++) slope *= (2 * j + 1) / (2 * j);
  return slope;
}

/**
 * f_b′(μ) = κ_b (1 − μ²)^((b−1)/2) for odd b; for even b that of b − 1, plus or minus the derivative of P(tie) where
 * ties count as right or wrong.
 *
 * @param bias   μ in [−1, 1]
 * @param fanIn  b, integer ≥ 1
 * @see          §2, derived
 */
export function majorityBiasSlope(bias: number, fanIn: number, ties: TieRule = "random"): number {
  requireInterval({ bias }, -1, 1);
  const odd = oddFanIn(fanIn, ties);
  const slope = majoritySlope(odd) * spreadPower(bias, (odd - 1) / 2);
  if (odd === fanIn || ties === "random") return slope;
  const half = fanIn / 2; // P(tie) = c (1 − μ²)^half, where c = P(tie at μ = 0)
  return slope + tieValues[ties] * tieProbability(0, fanIn) * half * spreadPower(bias, half - 1) * -2 * bias;
}

/** P(exactly half of `fanIn` votes of bias μ are correct) = C(b, b/2) ((1 − μ²)/4)^(b/2); 0 for odd b. */
export function tieProbability(bias: number, fanIn: number): number {
  requireInterval({ bias }, -1, 1);
  requireInteger({ fanIn }, 1);
  if (fanIn % 2 === 1) return 0;
  return seriesTerm(bias, fanIn / 2);
}

/** (1 − μ²)^n, through the logarithm: n roundings of 1 − μ² would add up. */
function spreadPower(bias: number, n: number): number {
  if (n === 0) return 1;
  const logSpread = Math.abs(bias) < 0.7 ? Math.log1p(-bias * bias) : Math.log((1 - bias) * (1 + bias));
  return Math.exp(n * logSpread);
}

/** C(2j, j) ((1 − μ²)/4)^j */
function seriesTerm(bias: number, j: number): number {
  let central = 1; // C(2j, j)/4^j
  for (let i = 1; i <= j; i++) central *= (2 * i - 1) / (2 * i);
  return central * spreadPower(bias, j);
}

/**
 * P(the majority is wrong) = (1 − f_b(μ))/2, with full relative accuracy in the tail:
 *
 *   (μ/2) · Σ_{j ≥ (b+1)/2} C(2j, j) ((1 − μ²)/4)^j     (μ > 0)
 *
 * @param bias   μ in [−1, 1]
 * @param fanIn  b, odd integer ≥ 1
 * @see          §2 and §16, derived
 */
export function majorityError(bias: number, fanIn: number): number {
  requireOdd({ fanIn });
  const majority = majorityBias(bias, fanIn);
  if (majority < 0.9) return (1 - majority) / 2; // little cancels here, and the series would be long
  const spread = (1 - bias) * (1 + bias);
  let [sum, term] = [0, 1]; // relative to the first, which may be too small to be multiplied
  for (let j = (fanIn + 1) / 2; term > sum * 1e-17; j++) {
    sum += term;
    term *= (spread * (2 * j + 1)) / (2 * j + 2);
  }
  return (bias / 2) * sum * seriesTerm(bias, (fanIn + 1) / 2);
}

/**
 * Poisson–binomial law: entry j is P(j of the independent events happen). O(n²) convolution, no cancellation.
 *
 * @param probabilities  each in [0, 1]
 * @see                  §2, derived
 */
export function poissonBinomial(probabilities: readonly number[]): number[] {
  const law = [1];
  for (const probability of probabilities) {
    requireInterval({ probability }, 0, 1);
    law.push(0);
    for (let j = law.length - 1; j >= 0; j--)
      law[j] = law[j]! * (1 - probability) + (j > 0 ? law[j - 1]! * probability : 0);
  }
  return law;
}

/**
 * Bias of the unweighted majority of independent votes with different biases.
 *
 * @param biases  each in [−1, 1], at least one
 * @see           §2, derived
 */
export function unequalMajorityBias(biases: readonly number[], ties: TieRule = "random"): number {
  const votes = biases.length;
  oddFanIn(votes, ties);
  for (const bias of biases) requireInterval({ bias }, -1, 1);
  const law = poissonBinomial(biases.map((bias) => (1 + bias) / 2));
  let result = 0;
  for (const [correct, probability] of law.entries())
    result += probability * (Math.sign(2 * correct - votes) || tieValues[ties]);
  return Math.max(-1, Math.min(1, result));
}
