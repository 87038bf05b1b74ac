// Trees played vote by vote, 32 at a time: bit i of a word is the vote of tree i, 1 where it is right. Nothing here calls the
// theory that it is to check.
import type { Aggregation, DependenceLaw } from "../../src/theory/level-map.ts";
import type { TieRule } from "../../src/theory/majority.ts";
import { type Random, random } from "../../src/theory/random.ts";

/** Probabilities and biases of the tests are multiples of 1/1024: a word of biased bits then costs ten random words. */
const digits = 10;
export const dyadic = (next: Random, low: number, high: number) =>
  Math.round((low + (high - low) * next()) * 2 ** (digits - 1)) / 2 ** (digits - 1);

/** 32 random bits. */
export type Words = () => number;
export const words =
  (next: Random): Words =>
  () =>
    (next() * 4294967296) | 0;

/** 32 bits, each 1 with probability p, a multiple of 1/1024: u < p is decided at the first digit in which they differ. */
export function biased(p: number, word: Words): number {
  const threshold = Math.round(p * 2 ** digits);
  if (threshold === 2 ** digits) return -1;
  let below = 0;
  for (let digit = 0; digit < digits; digit++)
    if ((threshold >> digit) & 1) below |= word();
    else if (below !== 0) below &= word();
  return below;
}

/** Votes of one node, counted in binary digits across the 32 trees. */
class Ballot {
  private readonly planes: number[] = [];
  private votes = 0;

  cast(vote: number): void {
    this.votes++;
    let carry = vote;
    for (let digit = 0; carry !== 0; digit++) {
      const before = this.planes[digit] ?? 0;
      this.planes[digit] = before ^ carry;
      carry &= before;
    }
  }

  /** Trees with at least `count` right votes. */
  private atLeast(count: number): number {
    if (count >> this.planes.length > 0) return 0;
    let holds = -1;
    for (const [digit, plane] of this.planes.entries()) holds = (count >> digit) & 1 ? plane & holds : plane | holds;
    return holds;
  }

  decide(ties: TieRule, word: Words): number {
    const more = this.atLeast(Math.floor(this.votes / 2) + 1);
    if (this.votes % 2 === 1) return more;
    const tied = this.atLeast(this.votes / 2) & ~more;
    return more | (ties === "right" ? tied : ties === "wrong" ? 0 : tied & word());
  }
}

/** 32 votes of one child of a node. */
type Child = () => number;

/** One node under the paper's law, or with copies of one sent vote that are corrupted one by one. */
export function playNode(
  children: readonly Child[],
  { fidelity, rho }: Omit<Aggregation, "fanIn">,
  word: Words,
  { law = "shared", ties = "random" }: { law?: DependenceLaw; ties?: TieRule } = {},
): number {
  const intact = (1 + fidelity) / 2;
  const shared = biased(rho, word);
  const sent = children.map((child) => child());
  if (law === "shared-before-channel") {
    const ballot = new Ballot();
    for (const vote of sent) ballot.cast(~(((shared & sent[0]!) | (~shared & vote)) ^ biased(intact, word)));
    return ballot.decide(ties, word);
  }
  const received = sent.map((vote) => ~(vote ^ biased(intact, word)));
  const ballot = new Ballot();
  for (const vote of received) ballot.cast(vote);
  return (shared & received[0]!) | (~shared & ballot.decide(ties, word));
}

/** One level of a tree, leaves first. */
export function playTree(
  leaf: Child,
  layers: readonly Aggregation[],
  word: Words,
  options: { law?: DependenceLaw; ties?: TieRule } = {},
): number {
  const top = layers.at(-1);
  if (!top) return leaf();
  const child = () => playTree(leaf, layers.slice(0, -1), word, options);
  return playNode(
    Array.from({ length: top.fanIn }, () => child),
    top,
    word,
    options,
  );
}

/** Bias of that many games of 32 trees, and the number of trees. */
export function biasOf(
  play: (word: Words) => number,
  games: number,
  seed: number | string,
): { bias: number; trees: number } {
  const word = words(random(seed, "monte carlo"));
  let right = 0;
  for (let game = 0; game < games; game++) right += ones(play(word));
  return { bias: (2 * right) / (32 * games) - 1, trees: 32 * games };
}

function ones(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** How far a measured bias lies from the expected one, in standard errors of the expected law. */
export const deviation = (measured: { bias: number; trees: number }, expected: number) =>
  (measured.bias - expected) / Math.sqrt(((1 - expected) * (1 + expected)) / measured.trees);
