import { printNumber, readNumber } from "../records/answer.ts";
import { random } from "../theory/random.ts";

/** One vote. Ballots stand in cast order, so the first is the earliest member of the cast. */
export interface Ballot {
  /** null is no vote. */
  readonly value: string | null;
  /** Name of the member: `agent` or `agent~level`. */
  readonly member: string;
  readonly weight?: number;
  readonly confidence?: number;
}

/** An answer that the rule would give, with the probability that the seed gives it. */
export interface Verdict {
  readonly value: string | null;
  readonly probability: number;
}

/** How much agreement a rule demands before it answers at all. */
export type Quorum = "majority" | "unanimous";

/** Many answers → one. */
export interface Rule {
  /** One line for menus and reports. */
  readonly summary: string;
  /** What its answer is called, "vote" or "median", and how to find it, in the imperative: "take the median". */
  readonly noun: string;
  readonly instruction: string;
  /** True where ballots must carry weights. */
  readonly weighted: boolean;
  /** Absent: the best supported answer wins, however few stand behind it. */
  readonly quorum?: Quorum;
  /** True where `verdicts` is `count` with this `weighted` and `quorum`: unlocks the fast exact replay. */
  readonly counts?: boolean;
  /**
   * Only of rules on numbers: one number out of n ≥ 1, never outside them. Ballots that are no numbers are no votes.
   *
   * @param weights  per number, ≥ 0; null: all alike
   */
  combine?(values: Float64Array, weights: ArrayLike<number> | null, n: number): number;
  /** True where `combine` is Σ w x/Σ w: unlocks the closed form of its squared error. */
  readonly averages?: boolean;
  /**
   * The answers this rule may give, with probabilities that sum to 1. Ties go to the earliest member of the cast;
   * among samples of one member a tie is split evenly. No vote at all: [{ value: null, probability: 1 }].
   */
  verdicts(ballots: readonly Ballot[]): readonly Verdict[];
}

/** The one answer that the rule gives under this seed. Same seed, same answer. */
export function decide(rule: Rule, ballots: readonly Ballot[], seed: number): string | null {
  return pick(rule.verdicts(ballots), seed);
}

/** One of these verdicts, drawn by the seed with their probabilities. */
export function pick(verdicts: readonly Verdict[], seed: number): string | null {
  let left = verdicts.length === 1 ? 0 : random(seed, "tie")();
  for (const { value, probability } of verdicts) {
    left -= probability;
    if (left < 0) return value;
  }
  return verdicts.at(-1)!.value; // probabilities that sum to 1 − 1e-16
}

/** Two sums of weights this close (relative to all weights) are a tie: 0.1 + 0.2 equals 0.3. */
const tieTolerance = 1e-12;

/**
 * The count behind most rules, on plain numbers so that a replay can afford it: which of the answers `codes[0 … n − 1]`
 * win. Equal codes are equal answers, a negative code is no vote. Quadratic in n, as teams are small, and without
 * allocation.
 *
 * Among answers with the same support the earliest member that gave one of them decides; where that member gave several
 * of them (its samples differ), each is as likely.
 *
 * @param members  number of the member behind each ballot; ballots of one member are neighbours
 * @param weights  per ballot, ≥ 0; null: every vote counts 1
 * @param winners  receives the winning codes
 * @returns        how many there are, each with probability 1 / that; 0: no answer
 */
export function count(
  codes: ArrayLike<number>,
  members: ArrayLike<number>,
  n: number,
  weights: ArrayLike<number> | null,
  quorum: Quorum | undefined,
  winners: Int32Array,
): number {
  let same = 1;
  while (same < n && codes[same] === codes[0]) same++;
  if (same >= n) {
    winners[0] = codes[0]!; // agreement is most common, and needs no sums
    return n > 0 && codes[0]! >= 0 ? 1 : 0;
  }
  if (support.length < n) support = new Float64Array(2 * n);
  let total = 0;
  let best = -1;
  for (let i = 0; i < n; i++) {
    const code = codes[i]!;
    support[i] = -1;
    if (code < 0) continue;
    let first = 0;
    while (codes[first] !== code) first++;
    const weight = weights === null ? 1 : weights[i]!;
    if (first === i) support[i] = weight;
    else support[first]! += weight;
    total += weight;
    if (support[first]! > best) best = support[first]!;
  }
  if (best < 0) return 0;
  const slack = tieTolerance * total;
  if (quorum === "unanimous" && best < total - slack) return 0;
  if (quorum === "majority" && best <= total / 2 + slack) return 0;
  // The first ballots of the leading answers; later ballots of the same answers were added to these.
  let found = 0;
  let owner = -1;
  for (let i = 0; i < n; i++) {
    if (support[i]! < 0 || support[i]! < best - slack) continue;
    if (owner < 0) owner = members[i]!;
    else if (members[i] !== owner) break;
    winners[found++] = codes[i]!;
  }
  return found;
}

/** Sum of weights of an answer at its first ballot, −1 elsewhere; kept between counts, which never nest. */
let support = new Float64Array(16);

/** `verdicts` of a rule that only counts: `count` on ballots instead of numbers. */
export function countBallots(
  ballots: readonly Ballot[],
  weights: readonly number[] | null,
  quorum?: Quorum,
): Verdict[] {
  const values = [...new Set(ballots.map((ballot) => ballot.value))].filter((value) => value !== null);
  const names = [...new Set(ballots.map((ballot) => ballot.member))];
  const codes = ballots.map((ballot) => (ballot.value === null ? -1 : values.indexOf(ballot.value)));
  const members = ballots.map((ballot) => names.indexOf(ballot.member));
  const winners = new Int32Array(ballots.length);
  const found = count(codes, members, ballots.length, weights, quorum, winners);
  if (found === 0) return [{ value: null, probability: 1 }];
  return Array.from(winners.subarray(0, found), (code) => ({ value: values[code]!, probability: 1 / found }));
}

/** `verdicts` of a rule on numbers: one text, or none where no ballot is a number. */
export function combineBallots(
  ballots: readonly Ballot[],
  weights: readonly number[] | null,
  combine: NonNullable<Rule["combine"]>,
): Verdict[] {
  const numeric = ballots.flatMap(({ value }, i) => {
    const number = value === null ? undefined : readNumber(value);
    return number === undefined ? [] : [{ number, weight: weights?.[i] ?? 1 }];
  });
  if (numeric.length === 0) return [{ value: null, probability: 1 }];
  const values = Float64Array.from(numeric, ({ number }) => number);
  const own = weights && numeric.map(({ weight }) => weight);
  return [{ value: printNumber(combine(values, own, values.length)), probability: 1 }];
}

/**
 * Σ w x/Σ w. Written as deviations from the first number, so that equal numbers give exactly that number; all alike where
 * every weight is 0, for then nothing else was said.
 */
export function average(values: Float64Array, weights: ArrayLike<number> | null, n: number): number {
  const first = values[0]!;
  let shift = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const weight = weights === null ? 1 : weights[i]!;
    shift += weight * (values[i]! - first);
    total += weight;
  }
  return total > 0 ? first + shift / total : average(values, null, n);
}
