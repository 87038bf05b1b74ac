// Sampling until one answer leads, told exactly: what right and wrong answers do to the race is counted once for each way
// in which wrong answers repeat, and holds for every accuracy.

import { joinShare, newShare, type Scatter } from "./scatter.ts";

/** Of races that reached c right and w wrong votes; entry c·(votesMax + 1) + w, without the factor p^c (1 − p)^w. */
export interface RaceTable {
  readonly votesMax: number;
  /** Races that nobody has won yet. */
  readonly open: Float64Array;
  /** The same, times the share of the right answer among the leaders. */
  readonly leading: Float64Array;
  /** Races that the right answer has won with this vote. */
  readonly won: Float64Array;
}

/** Votes so far of each right answer and of each wrong one, most first. */
interface Standing {
  readonly right: readonly number[];
  readonly wrong: readonly number[];
  /** By scatter: sum over the orders in which this came about, of the probabilities of how wrong answers repeated. */
  readonly weights: Float64Array;
}

/** So many standings with the same number of votes are told apart; of more, some stand for the others. */
const standingsMax = 1500;
/** After this many votes most races are over, and fewer standings will do. */
const standingsMaxLate = 500;
const lateVotes = 30;

const remembered = new Map<string, readonly RaceTable[]>();

/** One table for each way in which wrong answers may repeat; exact up to about 20 votes. */
export function raceTables(
  scatters: readonly Scatter[],
  right: Scatter,
  lead: number,
  votesMax: number,
): readonly RaceTable[] {
  const texts = [right, ...scatters].map(({ concentration, options }) => `${concentration} ${options}`);
  const key = `${lead}/${votesMax} ${texts.join()}`;
  const known = remembered.get(key) ?? countRaces(scatters, right, lead, votesMax);
  remembered.set(key, known);
  return known;
}

function countRaces(
  scatters: readonly Scatter[],
  rightScatter: Scatter,
  lead: number,
  votesMax: number,
): readonly RaceTable[] {
  const width = votesMax + 1;
  const made = scatters.map(() => ({
    votesMax,
    open: new Float64Array(width * width),
    leading: new Float64Array(width * width),
    won: new Float64Array(width * width),
  }));
  let open: readonly Standing[] = [{ right: [], wrong: [], weights: new Float64Array(scatters.length).fill(1) }];
  for (const table of made) table.open[0] = 1;
  for (let votes = 0; votes < votesMax; votes++) {
    const next = new Map<string, Standing>();
    const reach = (
      right: readonly number[],
      wrong: readonly number[],
      from: Float64Array,
      share: (scatter: Scatter) => number,
    ) => {
      const text = `${right} ${wrong}`;
      const standing = next.get(text) ?? { right, wrong, weights: new Float64Array(scatters.length) };
      next.set(text, standing);
      scatters.forEach((scatter, j) => {
        standing.weights[j]! += from[j]! * share(scatter);
      });
    };
    for (const { right, wrong, weights } of open) {
      for (const [blocks, share] of grown(right))
        if (share(rightScatter) > 0) reach(blocks, wrong, weights, () => share(rightScatter));
      for (const [blocks, share] of grown(wrong)) reach(right, blocks, weights, share);
    }
    open = thinned(settle([...next.values()], lead, made), votes + 1);
  }
  return made;
}

/** What these blocks may become with one more answer, each with its probability. */
function grown(blocks: readonly number[]): [readonly number[], (scatter: Scatter) => number][] {
  const answers = total(blocks);
  const made: [readonly number[], (scatter: Scatter) => number][] = [
    [[...blocks, 1], (scatter) => newShare(scatter, blocks.length, answers)],
  ];
  for (let i = 0; i < blocks.length; i++) {
    const size = blocks[i]!;
    if (i > 0 && blocks[i - 1] === size) continue; // the first of equal blocks grows for all, so that the order stays
    const alike = blocks.lastIndexOf(size) - i + 1;
    made.push([blocks.with(i, size + 1), (scatter) => alike * joinShare(scatter, size, answers)]);
  }
  return made;
}

const total = (blocks: readonly number[]) => blocks.reduce((sum, size) => sum + size, 0);

/** Enters the standings of one number of votes into the tables; returns those in which nobody has won. */
function settle(standings: readonly Standing[], lead: number, tables: readonly RaceTable[]): readonly Standing[] {
  const open: Standing[] = [];
  for (const standing of standings) {
    const { right, wrong, weights } = standing;
    if (weights.every((weight) => weight === 0)) continue;
    const [first = 0, second = 0] = wrong;
    const [rightFirst = 0, rightSecond = 0] = right;
    const entry = total(right) * (tables[0]!.votesMax + 1) + total(wrong);
    if (rightFirst - Math.max(first, rightSecond) >= lead)
      tables.forEach(({ won }, j) => {
        won[entry]! += weights[j]!;
      });
    else if (first - Math.max(rightFirst, second) < lead) {
      open.push(standing);
      const most = Math.max(first, rightFirst);
      const leaders = (blocks: readonly number[]) => blocks.filter((size) => size === most).length;
      const share = leaders(right) / (leaders(right) + leaders(wrong));
      tables.forEach(({ open, leading }, j) => {
        open[entry]! += weights[j]!;
        leading[entry]! += weights[j]! * share;
      });
    }
  }
  return open;
}

/**
 * Of many standings some, each for as many as it was one of: those with a large share among the standings with as many right votes
 * all, of the others every so many-th in the order of the blocks (systematic sampling). Sums over standings are right on average.
 */
function thinned(standings: readonly Standing[], votes: number): readonly Standing[] {
  const most = votes > lateVotes ? standingsMaxLate : standingsMax;
  if (standings.length <= most) return standings;
  const totals = new Map<number, Float64Array>();
  for (const { right, weights } of standings) {
    const sum = totals.get(total(right)) ?? new Float64Array(weights.length);
    totals.set(total(right), sum);
    weights.forEach((weight, j) => {
      sum[j]! += weight;
    });
  }
  const sized = standings.map((standing) => {
    const all = totals.get(total(standing.right))!;
    return {
      standing,
      size: standing.weights.reduce((sum, weight, j) => sum + (all[j]! > 0 ? weight / all[j]! : 0), 0),
    };
  });
  sized.sort(
    (a, b) => total(a.standing.right) - total(b.standing.right) || byBlocks(a.standing.wrong, b.standing.wrong),
  );
  const step = sized.reduce((sum, { size }) => sum + size, 0) / most;
  let walked = step / 2;
  return sized.flatMap(({ standing, size }) => {
    if (size >= step) return [standing];
    walked += size;
    if (walked < step) return [];
    walked -= step;
    return [{ ...standing, weights: standing.weights.map((weight) => (weight * step) / size) }];
  });
}

/** By the largest block, then the next. */
function byBlocks(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((size, i) => size !== b[i]);
  return at < 0 ? a.length - b.length : a[at]! - (b[at] ?? 0);
}
