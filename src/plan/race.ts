// Sampling until one answer leads, told exactly: what right and wrong answers do to the race is counted once for each way
// in which wrong answers repeat, and holds for every accuracy.

import { joinShare, newShare, type Scatter } from "./wrong-answers.ts";

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

/** Votes so far: of the right answer, and of each wrong one, most first. */
interface Standing {
  readonly right: number;
  readonly wrong: readonly number[];
  /** By scatter: sum over the orders in which this came about, of the probabilities of how wrong answers repeated. */
  readonly weights: Float64Array;
}

/** So many standings with the same number of votes are told apart; beyond, the rarest are left out and the others stand for them. */
const standingsMax = 5000;
/** After this many votes most races are over, and fewer standings will do. */
const standingsMaxLate = 1000;
const lateVotes = 30;

const remembered = new Map<string, readonly RaceTable[]>();

/** One table for each way in which wrong answers may repeat; exact up to about 25 votes. */
export function raceTables(scatters: readonly Scatter[], lead: number, votesMax: number): readonly RaceTable[] {
  const key = `${lead}/${votesMax} ${scatters.map(({ concentration, options }) => `${concentration} ${options}`).join()}`;
  const known = remembered.get(key) ?? countRaces(scatters, lead, votesMax);
  remembered.set(key, known);
  return known;
}

function countRaces(scatters: readonly Scatter[], lead: number, votesMax: number): readonly RaceTable[] {
  const width = votesMax + 1;
  const made = scatters.map(() => ({
    votesMax,
    open: new Float64Array(width * width),
    leading: new Float64Array(width * width),
    won: new Float64Array(width * width),
  }));
  let open: readonly Standing[] = [{ right: 0, wrong: [], weights: new Float64Array(scatters.length).fill(1) }];
  for (const table of made) table.open[0] = 1;
  for (let votes = 0; votes < votesMax; votes++) {
    const next = new Map<string, Standing>();
    const reach = (
      right: number,
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
      const count = wrong.reduce((sum, size) => sum + size, 0);
      reach(right + 1, wrong, weights, () => 1);
      reach(right, [...wrong, 1], weights, (scatter) => newShare(scatter, wrong.length, count));
      for (let i = 0; i < wrong.length; i++) {
        const size = wrong[i]!;
        if (i > 0 && wrong[i - 1] === size) continue; // the first of equal blocks grows for all, so that the order stays
        const alike = wrong.lastIndexOf(size) - i + 1;
        reach(right, wrong.with(i, size + 1), weights, (scatter) => alike * joinShare(scatter, size, count));
      }
    }
    open = settle([...next.values()], lead, made);
  }
  return made;
}

/** Enters the standings of one number of votes into the tables; returns those in which nobody has won. */
function settle(standings: readonly Standing[], lead: number, tables: readonly RaceTable[]): readonly Standing[] {
  const open: Standing[] = [];
  for (const standing of standings) {
    const { right, wrong, weights } = standing;
    if (weights.every((weight) => weight === 0)) continue;
    const [first = 0, second = 0] = wrong;
    const entry = right * (tables[0]!.votesMax + 1) + wrong.reduce((sum, size) => sum + size, 0);
    if (right - first >= lead)
      tables.forEach(({ won }, j) => {
        won[entry]! += weights[j]!;
      });
    else if (first - Math.max(right, second) < lead) {
      open.push(standing);
      const tied = right < first ? Infinity : right > first ? 1 : 1 + wrong.filter((size) => size === right).length;
      tables.forEach(({ open, leading }, j) => {
        open[entry]! += weights[j]!;
        leading[entry]! += weights[j]! / tied;
      });
    }
  }
  return thinned(open);
}

/** Of many standings the likeliest, weighted up for those left out with as many right and wrong votes. */
function thinned(standings: readonly Standing[]): readonly Standing[] {
  const [some] = standings;
  if (!some) return [];
  const votes = some.right + some.wrong.reduce((sum, size) => sum + size, 0);
  const most = votes > lateVotes ? standingsMaxLate : standingsMax;
  if (standings.length <= most) return standings;
  const byRight = new Map<number, Standing[]>();
  for (const standing of standings) byRight.set(standing.right, [...(byRight.get(standing.right) ?? []), standing]);
  const share = most / standings.length;
  return [...byRight.values()].flatMap((group) => {
    const total = (some: readonly Standing[], j: number) => some.reduce((sum, { weights }) => sum + weights[j]!, 0);
    const all = Float64Array.from(some.weights, (_, j) => total(group, j));
    const size = ({ weights }: Standing) =>
      weights.reduce((sum, weight, j) => sum + (all[j]! > 0 ? weight / all[j]! : 0), 0);
    const kept = group.map((one) => ({ one, size: size(one) })).sort((a, b) => b.size - a.size);
    const few = kept.slice(0, Math.max(20, Math.ceil(share * group.length))).map(({ one }) => one);
    const scale = all.map((sum, j) => {
      const left = total(few, j);
      return left > 0 ? sum / left : 0;
    });
    return few.map((one) => ({ ...one, weights: one.weights.map((weight, j) => weight * scale[j]!) }));
  });
}
