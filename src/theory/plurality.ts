/** Plurality over more than two answers. */
import { DomainError } from "../errors.ts";
import { requireBetween, requireFinite, requireHalfOpen, requireInteger, requireInterval } from "./domain.ts";
import { bisect } from "./optimize.ts";
import { integrate } from "./quadrature.ts";
import { logGamma } from "./special.ts";

/** Probabilities of the wrong answers, or how many of them share 1 − p equally. */
export type WrongAnswers = number | readonly number[];

function wrongProbabilities(accuracy: number, wrong: WrongAnswers): readonly number[] {
  requireInterval({ accuracy }, 0, 1);
  if (typeof wrong === "number") {
    requireInteger({ wrong }, 1);
    return Array.from({ length: wrong }, () => (1 - accuracy) / wrong);
  }
  for (const probability of wrong) requireInterval({ wrong: probability }, 0, 1);
  const sum = wrong.reduce((total, probability) => total + probability, accuracy);
  if (Math.abs(sum - 1) > 1e-9) throw new DomainError("accuracy + wrong", sum, "with a sum of 1");
  return wrong;
}

/** P(Poisson(mean) = 0 … max) */
function poissonLaw(mean: number, max: number): number[] {
  return Array.from({ length: max + 1 }, (_, j) =>
    mean === 0 ? (j === 0 ? 1 : 0) : Math.exp(j * Math.log(mean) - mean - logGamma(j + 1)),
  );
}

/** Product of two polynomials, without powers above `degree`. */
function multiply(a: readonly number[], b: readonly number[], degree: number): number[] {
  const product = new Array<number>(Math.min(degree, a.length + b.length - 2) + 1).fill(0);
  for (let i = 0; i < a.length && i <= degree; i++)
    for (let j = 0; j < b.length && i + j <= degree; j++) product[i + j]! += a[i]! * b[j]!;
  return product;
}

/** The same by squaring: one^times. */
function power(one: readonly number[], times: number, degree: number): readonly number[] {
  if (times === 1) return one;
  const half = power(one, times >> 1, degree);
  const even = multiply(half, half, degree);
  return times % 2 === 0 ? even : multiply(even, one, degree);
}

/**
 * P(the plurality of n votes is the correct answer), ties split evenly among the leaders:
 *
 *   Σ_c P(C = c) · E[1{others ≤ c}/(1 + #ties)],   1/(1 + T) = ∫₀¹ y^T dy
 *
 * With independent Poisson counts in place of the multinomial ones, the expectation is a coefficient of a product of
 * truncated polynomials Σ_{j<c} P(j) z^j + y P(c) z^c; the integral over y is exact by Gauss–Legendre.
 *
 * @param accuracy  p in [0, 1]
 * @param votes     n ≥ 1
 * @param wrong     probabilities of the wrong answers, with p adding up to 1; or their number
 * @see             §8, derived
 */
export function pluralityAccuracy(accuracy: number, votes: number, wrong: WrongAnswers): number {
  requireInteger({ votes }, 1);
  if (typeof wrong === "number") return equalPluralityAccuracy(accuracy, votes, wrong);
  const others = wrongProbabilities(accuracy, wrong).filter((probability) => probability > 0);
  if (others.length === 0) return 1;
  const laws = new Map(others.map((probability) => [probability, poissonLaw(votes * probability, votes)]));
  const correct = poissonLaw(votes * accuracy, votes);
  const total = poissonLaw(votes, votes)[votes]!;
  let result = 0;
  for (let count = 1; count <= votes; count++) {
    if (correct[count] === 0) continue;
    const rest = votes - count;
    const leading = (tieWeight: number) => {
      const truncated = new Map([...laws].map(([probability, law]) => [probability, truncate(law, count, tieWeight)]));
      const product = others.reduce((sofar, probability) => multiply(sofar, truncated.get(probability)!, rest), [1]);
      return product[rest] ?? 0;
    };
    const nodes = Math.floor(Math.min(others.length, votes) / 2) + 1;
    const wins = count > rest ? leading(1) : integrate(leading, 0, 1, nodes); // more than half: nobody can tie
    result += (correct[count]! * wins) / total;
  }
  return Math.min(1, result);
}

/** The same for wrong answers that are equally likely: how many are correct depends on p alone, and who then wins does not. */
function equalPluralityAccuracy(accuracy: number, votes: number, wrong: number): number {
  requireInterval({ accuracy }, 0, 1);
  requireInteger({ wrong }, 1);
  if (accuracy === 0 || accuracy === 1) return accuracy;
  const { wins, logWays } = winsOverEqual(votes, wrong);
  const [logRight, logWrong] = [Math.log(accuracy), Math.log1p(-accuracy)];
  let result = 0;
  for (let count = 1; count <= votes; count++)
    result += Math.exp(logWays[count]! + count * logRight + (votes - count) * logWrong) * wins[count]!;
  return Math.min(1, result);
}

/** By the number c of correct votes, 0 … n: P(they win), a tie of 1 + t leaders counted 1/(1 + t), and ln C(n, c). */
interface EqualWins {
  readonly wins: Float64Array;
  readonly logWays: Float64Array;
}

const equalWins = new Map<string, EqualWins>();
const equalWinsKept = 1000;

/** Where the n − c other votes fall on so many wrong answers alike; the same for every p. */
function winsOverEqual(votes: number, wrong: number): EqualWins {
  const key = `${votes}/${wrong}`;
  const known = equalWins.get(key);
  if (known) return known;
  const nodes = Math.floor(Math.min(wrong, votes) / 2) + 1;
  const wins = Float64Array.from({ length: votes + 1 }, (_, count) => {
    const rest = votes - count;
    if (count === 0 || count > rest) return count === 0 ? 0 : 1; // more than half: nobody can tie
    const law = poissonLaw(rest / wrong, rest);
    const leading = (tieWeight: number) => power(truncate(law, count, tieWeight), wrong, rest)[rest] ?? 0;
    return integrate(leading, 0, 1, nodes) / poissonLaw(rest, rest)[rest]!;
  });
  const logFactorials = Float64Array.from({ length: votes + 1 }, (_, n) => logGamma(n + 1));
  const logWays = logFactorials.map((log, count) => logFactorials[votes]! - log - logFactorials[votes - count]!);
  if (equalWins.size >= equalWinsKept) equalWins.clear();
  equalWins.set(key, { wins, logWays });
  return { wins, logWays };
}

const truncate = (law: readonly number[], count: number, tieWeight: number) =>
  law.slice(0, count + 1).map((probability, j) => (j === count ? tieWeight * probability : probability));

/** E[largest count] when n balls fall into k equal cells. §8, derived. */
export function expectedLargestCount(balls: number, cells: number): number {
  requireInteger({ balls, cells }, 1);
  const law = poissonLaw(balls / cells, balls);
  const total = poissonLaw(balls, balls)[balls]!;
  let expectation = 0;
  for (let count = 1; count <= balls; count++) {
    let product = [1]; // E = Σ P(largest ≥ count)
    for (let cell = 0; cell < cells; cell++) product = multiply(product, law.slice(0, count), balls);
    expectation += 1 - (product[balls] ?? 0) / total;
  }
  return expectation;
}

/**
 * κ_{n,k} = (k E[largest count] − n)/(k − 1): slope of the plurality map at chance. k = 2 gives κ_n; → 1 as k → ∞.
 *
 * @see §8, derived
 */
export function pluralitySlope(votes: number, options: number): number {
  requireInteger({ votes }, 1);
  requireInteger({ options }, 2);
  return (options * expectedLargestCount(votes, options) - votes) / (options - 1);
}

/** δ = (k p − 1)/(k − 1): 0 at chance, 1 when always right. §8, derived. */
export function signalFromAccuracy(accuracy: number, options: number): number {
  requireInterval({ accuracy }, 0, 1);
  requireInteger({ options }, 2);
  return (options * accuracy - 1) / (options - 1);
}

/** p = (1 + (k − 1) δ)/k, for δ from −1/(k − 1) to 1. §8, derived. */
export function accuracyFromSignal(signal: number, options: number): number {
  requireInteger({ options }, 2);
  requireInterval({ signal }, -1 / (options - 1), 1);
  return Math.max(0, (1 + (options - 1) * signal) / options);
}

/** A node that takes the plurality of n messages over k answers. */
export interface PluralityNode {
  readonly votes: number;
  /** k ≥ 2 answers, the wrong ones equally likely. */
  readonly options: number;
  /** γ in (0, 1]: probability that a message arrives intact (else a random answer). */
  readonly fidelity: number;
  /** ρ in [0, 1]. @default 0 */
  readonly rho?: number;
}

/**
 * F(δ) = ρ γ δ + (1 − ρ) G_n(γ δ), the level map for k answers. For k ≥ 3 it is convex at chance: a stable fixed point can
 * coexist with collapse although its slope there is below 1.
 *
 * @param signal  δ from −1/(k − 1) to 1
 * @see           §8, derived
 */
export function pluralityLevelMap(signal: number, { votes, options, fidelity, rho = 0 }: PluralityNode): number {
  requireInteger({ options }, 2);
  requireInterval({ signal }, -1 / (options - 1), 1);
  requireHalfOpen({ fidelity }, 0, 1);
  requireInterval({ rho }, 0, 1);
  const received = fidelity * signal;
  const accuracy = pluralityAccuracy(accuracyFromSignal(received, options), votes, options - 1);
  return rho * received + (1 - rho) * signalFromAccuracy(accuracy, options);
}

export interface FixedPoint {
  readonly at: number;
  readonly stability: "stable" | "unstable";
}

export interface FixedPointSearch {
  /** @default 1e-6 */
  readonly low?: number;
  /** @default 1 */
  readonly high?: number;
  /** Intervals looked into; two fixed points within one are missed. @default 400 */
  readonly grid?: number;
}

/** All sign changes of F(x) − x on (low, high], lowest first. §8, derived. */
export function mapFixedPoints(
  map: (x: number) => number,
  { low = 1e-6, high = 1, grid = 400 }: FixedPointSearch = {},
): FixedPoint[] {
  requireInteger({ grid }, 1);
  requireFinite({ low });
  requireBetween({ high }, low, Number.POSITIVE_INFINITY);
  const gain = (x: number) => map(x) - x;
  const points: FixedPoint[] = [];
  let [x, before] = [low, gain(low)];
  for (let i = 1; i <= grid; i++) {
    const next = low + ((high - low) * i) / grid;
    const after = gain(next);
    if (before !== 0 && (after === 0 || before < 0 !== after < 0))
      points.push({ at: bisect(gain, x, next, 1e-14), stability: before > 0 ? "stable" : "unstable" });
    [x, before] = [next, after];
  }
  return points;
}

/** Fixed points on (0, 1] of the level map for k answers: compare the leaf with the unstable ones. §8, derived. */
export function pluralityFixedPoints(node: PluralityNode, grid = 400): FixedPoint[] {
  return mapFixedPoints((signal) => pluralityLevelMap(signal, node), { grid });
}

/**
 * Lower bound on P(correct) when the first answer to lead all others by k wins: 1 − Σ_j (q_j/p)^k.
 *
 * @param accuracy  p, above every q_j
 * @see             §10, derived
 */
export function pluralityAheadBound(accuracy: number, wrong: WrongAnswers, lead: number): number {
  requireInteger({ lead }, 1);
  const others = wrongProbabilities(accuracy, wrong);
  if (!others.every((probability) => probability < accuracy))
    throw new DomainError("accuracy", accuracy, "above the probability of every wrong answer");
  return others.reduce((bound, probability) => bound - (probability / accuracy) ** lead, 1);
}
