import { latenciesMin } from "./latencies.ts";

/** Further samples beyond this are another team, not insurance against stragglers. */
const furtherMaxDefault = 8;

export interface RedundancyOptions {
  /** Most further calls to weigh. @default 8 */
  readonly furtherMax?: number;
  /**
   * What one further call must save of the expected wait, in the unit of the latencies. @default the k-th part of the wait
   * without any: k calls that cost 1/k more each must be waited for 1/k less
   */
  readonly price?: number;
}

/**
 * How many further samples are worth asking for, of which the first `samples` are taken: the number n − k that makes the
 * expected wait plus the price of the further calls least,
 *
 *   E[X₍ₖ:ₙ₎] + (n − k) · price,   E[X₍ₖ:ₙ₎] = Σᵢ x₍ᵢ₎ · (P(Bin(n, i/N) ≥ k) − P(Bin(n, (i−1)/N) ≥ k))
 *
 * the mean of the k-th of n draws from the N recorded latencies, exactly (what stragglers cost and copies save: Dean and
 * Barroso, The tail at scale, 2013; Tandon et al., Gradient coding, 2017).
 *
 * The first to answer are not a fair sample: short answers come early, and where long ones are right more often, taking the
 * first loses accuracy. So this is for samples of one agent only, where answers differ by chance and not by who gave them;
 * and what is recorded says `redundant`.
 *
 * @param latencies  recorded, in ascending order, fewer than 100 say nothing: 0
 * @param samples    k, how many are needed, ≥ 1
 * @returns          0 where nothing pays
 */
export function redundancyThatPays(
  latencies: ArrayLike<number>,
  samples: number,
  { furtherMax = furtherMaxDefault, price }: RedundancyOptions = {},
): number {
  if (latencies.length < latenciesMin || samples < 1) return 0;
  const alone = expectedWait(latencies, samples, samples);
  const each = price ?? alone / samples;
  let best = 0;
  let least = alone;
  for (let further = 1; further <= furtherMax; further++) {
    const sum = expectedWait(latencies, samples, samples + further) + further * each;
    if (sum >= least) continue;
    best = further;
    least = sum;
  }
  return best;
}

/** Mean of the k-th smallest of n draws from these latencies (ascending), 1 ≤ k ≤ n. */
export function expectedWait(latencies: ArrayLike<number>, k: number, n: number): number {
  const count = latencies.length;
  let sum = 0;
  let before = 0;
  for (let i = 1; i <= count; i++) {
    const upTo = i === count ? 1 : atLeast(k, n, i / count);
    sum += latencies[i - 1]! * (upTo - before);
    before = upTo;
  }
  return sum;
}

/** P(Bin(n, p) ≥ k), 0 < p < 1, by its terms from the smaller tail's side: all are ≥ 0, so nothing cancels. */
function atLeast(k: number, n: number, p: number): number {
  let term = (1 - p) ** n; // no draw
  if (term === 0) return 1; // n ln(1 − p) < −745: beyond what doubles tell from certainty, for n of use here
  let below = 0;
  for (let j = 0; j < k; j++) {
    below += term;
    term *= ((n - j) / (j + 1)) * (p / (1 - p));
  }
  return Math.max(0, 1 - below);
}
