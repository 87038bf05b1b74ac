// How answers to one task repeat, the wrong ones among themselves and the right ones among themselves: an urn that ranges from
// one popular answer to answers that are all different, with any number of them to give.

import type { Quorum } from "../rules/rule.ts";
import { byRatios } from "./by-ratios.ts";

/**
 * Answers are drawn one after the other from `options` equally likely ones, those given before being drawn more often: after n
 * answers in b blocks of equal ones, the next joins a block of s with (s + θ/K)/(n + θ) and is a new one with
 * θ(1 − b/K)/(n + θ). That is the symmetric Dirichlet law of total θ over K options. K = ∞: the Chinese restaurant; θ = ∞: every
 * option as likely as ever; θ = 0: all agree; both infinite: all differ.
 */
export interface Scatter {
  /** θ ≥ 0, may be Infinity. */
  readonly concentration: number;
  /** K ≥ 2, may be Infinity. */
  readonly options: number;
}

export const allAgree: Scatter = { concentration: 0, options: Infinity };
export const allDiffer: Scatter = { concentration: Infinity, options: Infinity };

/** P(the next answer is a new one), after `answers` in `blocks` blocks. */
export function newShare({ concentration, options }: Scatter, blocks: number, answers: number): number {
  if (answers === 0) return 1;
  const left = Math.max(0, 1 - blocks / options);
  return concentration === Infinity ? left : (concentration * left) / (answers + concentration);
}

/** P(the next answer is one that was given `size` times already), after `answers`. */
export function joinShare({ concentration, options }: Scatter, size: number, answers: number): number {
  return concentration === Infinity ? 1 / options : (size + concentration / options) / (answers + concentration);
}

/** ln P(answers fall into blocks of these sizes, told apart by their order of appearance); −∞ where they cannot. */
export function logBlocks(scatter: Scatter, sizes: readonly number[]): number {
  let log = 0;
  let answers = 0;
  sizes.forEach((size, blocks) => {
    log += Math.log(newShare(scatter, blocks, answers++));
    for (let i = 1; i < size; i++) log += Math.log(joinShare(scatter, i, answers++));
  });
  return log;
}

const tables = new Map<string, Float64Array>();

/**
 * P(c right votes beat w wrong ones), a tie of 1 + t leaders counted 1/(1 + t), for all c + w ≤ `votesMax`. With K = ∞:
 *
 *   a_0 = 1, a_m = (θ/m) Σ_{j=1..min(c−1,m)} a_{m−j}                  coefficients of exp Σ_{j<c} θ z^j/j
 *   T[w,c] = Σ_{t=0..⌊w/c⌋} a_{w−tc} (θ/c)^t/(t!(1+t)) ÷ [Γ(θ+w)/(Γ(θ) w!)];  T[0,c>0] = 1, T[w,0] = 0
 *
 * with finite K option by option: of m answers to j options, s fall to the first with the Beta-binomial law (m; θ/K, (j−1)θ/K),
 * binomial where θ = ∞.
 *
 * @param concentration  θ ≥ 0, may be Infinity
 * @param options        K ≥ 2, may be Infinity
 * @returns rows w, columns c, row after row: entry w·(votesMax + 1) + c, of no meaning where c + w > votesMax; shared, so not
 *          to be changed
 */
export function winTable(concentration: number, votesMax: number, options = Infinity): Float64Array {
  const key = `${concentration} ${options} ${votesMax}`;
  const known = tables.get(key);
  if (known) return known;
  const width = votesMax + 1;
  const table = new Float64Array(width * width);
  for (let right = 1; right <= votesMax; right++) {
    table[right] = 1;
    const wrongMax = votesMax - right;
    if (concentration === 0)
      for (let wrong = 1; wrong <= wrongMax; wrong++)
        table[wrong * width + right] = right > wrong ? 1 : right === wrong ? 0.5 : 0;
    else if (options === Infinity && concentration === Infinity)
      for (let wrong = 1; wrong <= wrongMax; wrong++) table[wrong * width + right] = right > 1 ? 1 : 1 / (1 + wrong);
    else if (options === Infinity) fillColumn(table, concentration, right, votesMax);
  }
  if (concentration > 0 && options < Infinity) fillByOption(table, { concentration, options }, votesMax);
  if (votesMax <= sharedMax) tables.set(key, table);
  return table;
}

/** Larger tables are made anew: they would fill the memory of a page. */
const sharedMax = 150;

function fillColumn(table: Float64Array, concentration: number, right: number, votesMax: number): void {
  const wrongMax = votesMax - right;
  const smaller = smallerBlocks(concentration, right, wrongMax);
  let all = 1; // Γ(θ+w)/(Γ(θ) w!)
  for (let wrong = 1; wrong <= wrongMax; wrong++) {
    all *= (concentration + wrong - 1) / wrong;
    let sum = 0;
    let tied = 1; // (θ/c)^t/t!
    for (let t = 0; t * right <= wrong; t++) {
      if (t > 0) tied *= concentration / (right * t);
      sum += (smaller[wrong - t * right]! * tied) / (1 + t);
    }
    table[wrong * (votesMax + 1) + right] = sum / all;
  }
}

/** a_m: m answers in blocks of fewer than `most`. */
function smallerBlocks(concentration: number, most: number, answersMax: number): Float64Array {
  const smaller = new Float64Array(answersMax + 1);
  smaller[0] = 1;
  for (let m = 1; m <= answersMax; m++) {
    let sum = 0;
    for (let j = 1; j <= Math.min(most - 1, m); j++) sum += smaller[m - j]!;
    smaller[m] = (concentration / m) * sum;
  }
  return smaller;
}

function fillByOption(table: Float64Array, scatter: Scatter, votesMax: number): void {
  const below = mostOfOptions(scatter, votesMax, (right) => votesMax - right);
  for (let right = 1; right <= votesMax; right++)
    for (let wrong = 1; wrong <= votesMax - right; wrong++)
      table[wrong * (votesMax + 1) + right] = below[right]!.reduce((sum, ties, t) => sum + ties[wrong]! / (1 + t), 0);
}

/** [c][t][m]: P(of m answers none was given more than c times, and t were given exactly c times). */
type MostGiven = readonly (readonly Float64Array[])[];

/**
 * K finite: option by option.
 *
 * @param answersMax  by the most that one answer was given: how many answers there can be
 */
function mostOfOptions(
  { concentration, options }: Scatter,
  votesMax: number,
  answersMax: (most: number) => number = () => votesMax,
): MostGiven {
  const empty = () =>
    Array.from({ length: votesMax + 1 }, (_, most) => {
      if (most === 0) return [];
      const tiesMax = Math.min(options, Math.floor(answersMax(most) / most));
      const ties = Array.from({ length: tiesMax + 1 }, () => new Float64Array(answersMax(most) + 1));
      ties[0]!.fill(1, 0, most); // fewer answers than that: nothing can stop them
      return ties;
    });
  let below = empty();
  for (let most = 1; most <= votesMax; most++) if (below[most]![1]) below[most]![1]![most] = 1;
  for (let option = 2; option <= options; option++) {
    const next = empty();
    for (let m = 1; m <= votesMax; m++) {
      const shares = sharesOfOne(m, option, concentration / options);
      for (let most = Math.ceil(m / option); most <= m; most++) {
        if (m > answersMax(most)) continue;
        const [from, to] = [below[most]!, next[most]!];
        const least = Math.max(0, m - (option - 1) * most); // what the other options cannot take
        for (let t = 0; t < from.length && t < option && t * most <= m; t++) {
          const before = from[t]!;
          let sum = 0;
          for (let s = most - 1; s >= least; s--) sum += shares[s]! * before[m - s]!;
          to[t]![m]! += sum;
          if (t + 1 < to.length) to[t + 1]![m]! += shares[most]! * before[m - most]!;
        }
      }
    }
    below = next;
  }
  return below;
}

/** The same for any scatter. K = ∞: a_{m−tc} (θ/c)^t/t! ÷ [Γ(θ+m)/(Γ(θ) m!)] with the a_m of {@link winTable}. */
function mostGiven(scatter: Scatter, votesMax: number): MostGiven {
  const { concentration, options } = scatter;
  if (options < Infinity && concentration > 0) return mostOfOptions(scatter, votesMax);
  return Array.from({ length: votesMax + 1 }, (_, most) => {
    if (most === 0) return [];
    const ties = Array.from({ length: Math.floor(votesMax / most) + 1 }, () => new Float64Array(votesMax + 1));
    ties[0]![0] = 1;
    const smaller = smallerBlocks(concentration, most, votesMax);
    let all = 1;
    for (let m = 1; m <= votesMax; m++) {
      if (concentration === 0 || concentration === Infinity) {
        const [largest, times] = concentration === 0 ? [m, 1] : [1, m];
        if (largest < most) ties[0]![m] = 1;
        else if (largest === most) ties[times]![m] = 1;
        continue;
      }
      all *= (concentration + m - 1) / m;
      let tied = 1;
      for (let t = 0; t * most <= m; t++) {
        if (t > 0) tied *= concentration / (most * t);
        ties[t]![m] = (smaller[m - t * most]! * tied) / all;
      }
    }
    return ties;
  });
}

/** A sum of so many such terms does not show. */
const negligible = 1e-15;
const contests = new Map<string, Float64Array>();

/**
 * P(the most frequent of c right and w wrong answers is a right one) where right answers may differ as well, ties shared; rows and
 * columns of {@link winTable}, which it is where they all agree.
 */
export function contestTable(wrong: Scatter, right: Scatter, votesMax: number): Float64Array {
  if (right.concentration === 0) return winTable(wrong.concentration, votesMax, wrong.options);
  const key = `${wrong.concentration} ${wrong.options} ${right.concentration} ${right.options} ${votesMax}`;
  const known = contests.get(key);
  if (known) return known;
  const [ofWrong, ofRight] = [mostGiven(wrong, votesMax), mostGiven(right, votesMax)];
  const width = votesMax + 1;
  const table = new Float64Array(width * width);
  for (let most = 1; most <= votesMax; most++) {
    const [wrongs, rights] = [ofWrong[most]!, ofRight[most]!];
    for (let c = most; c <= votesMax; c++)
      for (let t = 1; t * most <= c && t < rights.length; t++) {
        const share = rights[t]![c]!;
        if (share < negligible) continue;
        for (let w = 0; c + w <= votesMax; w++) {
          let wins = 0;
          for (let s = 0; s * most <= w && s < wrongs.length; s++) wins += (wrongs[s]![w]! * t) / (t + s);
          table[w * width + c]! += share * wins;
        }
      }
  }
  if (votesMax <= sharedMax) contests.set(key, table);
  return table;
}

/** P(some right answer has more than half of c + w votes), or all of them; rows and columns of {@link winTable}. */
export function quorumTable(quorum: Quorum, right: Scatter, votesMax: number): Float64Array {
  const width = votesMax + 1;
  const table = new Float64Array(width * width);
  if (right.concentration === 0) {
    for (let c = 1; c <= votesMax; c++)
      for (let w = 0; w <= votesMax; w++) table[w * width + c] = Number(quorum === "majority" ? c > w : w === 0);
    return table;
  }
  const ofRight = mostGiven(right, votesMax);
  for (let c = 1; c <= votesMax; c++)
    for (let w = 0; c + w <= votesMax; w++)
      for (let most = quorum === "majority" ? Math.floor((c + w) / 2) + 1 : c + w; most <= c; most++)
        table[w * width + c]! += ofRight[most]![1]![c]!;
  return table;
}

/** P(s of m answers fall to one of `options` alike), s = 0 … m, each option with `weight` answers in advance. */
function sharesOfOne(m: number, options: number, weight: number): Float64Array {
  return byRatios({ low: 0, high: m, likeliest: Math.round(m / options) }, (s) =>
    weight === Infinity
      ? (m - s) / ((s + 1) * (options - 1))
      : ((m - s) * (weight + s)) / ((s + 1) * ((options - 1) * weight + m - s - 1)),
  );
}
