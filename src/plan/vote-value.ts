// What a vote of one agent is worth on a task where it is right with probability p and where its wrong answers repeat in
// a given way.

import type { Quorum } from "../rules/rule.ts";
import { poissonBinomial } from "../theory/majority.ts";
import { raceTables } from "./race.ts";
import { allAgree, contestTable, quorumTable, type Scatter } from "./scatter.ts";

/** The points on which tasks are described, all pairs of the two lists, p outside and the scatter of wrong answers inside. */
export interface VoteGrid {
  readonly accuracies: Float64Array;
  readonly scatters: readonly Scatter[];
  /** How right answers repeat, at every point. @default all agree */
  readonly right?: Scatter;
}

/** Accuracy, and the calls it takes, at every point of a grid. */
export interface GridValue {
  readonly accuracy: Float64Array;
  readonly calls: Float64Array;
}

const tables = new WeakMap<VoteGrid, Map<string, GridValue>>();

/** Where every answer can be parsed, values depend on the grid alone: agents and plans share them. */
function remembered(grid: VoteGrid, unparsed: number, key: string, make: () => GridValue): GridValue {
  if (unparsed > 0) return make();
  const known = tables.get(grid) ?? new Map<string, GridValue>();
  tables.set(grid, known);
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

/**
 * Accuracy of a vote of n samples at every grid point, a plurality unless a quorum is demanded:
 * V_n(p,θ) = Σ_{c+u+w=n} n!/(c!u!w!) p^c ((1−p)ν)^u ((1−p)(1−ν))^w T[w,c].
 *
 * @param unparsed ν: share of the answers that are not right which are no votes at all
 */
export function voteValue(grid: VoteGrid, unparsed: number, votes: number, quorum?: Quorum): GridValue {
  return remembered(grid, unparsed, `${votes} ${quorum}`, () => countVotes(grid, unparsed, votes, quorum));
}

function countVotes(grid: VoteGrid, unparsed: number, votes: number, quorum: Quorum | undefined): GridValue {
  const { accuracies, scatters, right = allAgree } = grid;
  const accuracy = new Float64Array(accuracies.length * scatters.length);
  const rights = Array.from(accuracies, (p) => binomial(votes, p));
  const parsed = Array.from({ length: votes + 1 }, (_, notRight) => binomial(notRight, 1 - unparsed));
  scatters.forEach((scatter, j) => {
    const wins = quorum ? quorumTable(quorum, right, votes) : contestTable(scatter, right, votes);
    const winGivenRight = new Float64Array(votes + 1); // unparsed answers summed out; the same for every p
    for (let right = 0; right <= votes; right++) {
      let sum = 0;
      parsed[votes - right]!.forEach((probability, wrong) => {
        if (probability > 0) sum += probability * wins[wrong * (votes + 1) + right]!;
      });
      winGivenRight[right] = sum;
    }
    rights.forEach((distribution, i) => {
      let value = 0;
      for (let right = 0; right <= votes; right++) value += distribution[right]! * winGivenRight[right]!;
      accuracy[i * scatters.length + j] = value;
    });
  });
  return { accuracy, calls: new Float64Array(accuracy.length).fill(votes) };
}

/** P(k successes of n), k = 0 … n: exact at p = 0 and 1. */
function binomial(n: number, p: number): readonly number[] {
  return poissonBinomial(new Array<number>(n).fill(p));
}

/**
 * Accuracy and expected calls of "sample until one answer leads all others by `lead`, at most `cap` calls" at every grid point;
 * at the cap the leader wins, ties are shared. With a = p/(1 − q) and q = (1 − p)ν the share of calls that are no votes:
 *
 *   P(right) = Σ_{c+w ≤ cap} a^c (1−a)^w (won[c,w] P(Bin(cap, 1−q) ≥ c+w) + leading[c,w] P(Bin(cap, 1−q) = c+w))
 *   E calls  = Σ_{t < cap} P(nobody leads by `lead` after t calls)
 *
 * @param unparsed ν: share of the answers that are not right which are no votes at all
 */
export function aheadValue(grid: VoteGrid, unparsed: number, lead: number, cap: number): GridValue {
  return remembered(grid, unparsed, `${lead}/${cap}`, () => race(grid, unparsed, lead, cap));
}

function race(
  { accuracies, scatters, right = allAgree }: VoteGrid,
  unparsed: number,
  lead: number,
  cap: number,
): GridValue {
  const tables = raceTables(scatters, right, lead, cap);
  const accuracy = new Float64Array(accuracies.length * scatters.length);
  const calls = new Float64Array(accuracy.length);
  accuracies.forEach((p, i) => {
    const voting = 1 - (1 - p) * unparsed;
    const a = voting > 0 ? p / voting : 0;
    const rights = Array.from({ length: cap + 1 }, (_, votes) => pathShares(votes, a));
    const votesAfter = Array.from({ length: cap + 1 }, (_, after) => binomial(after, voting));
    tables.forEach((table, j) => {
      const [open, leading, won] = [table.open, table.leading, table.won].map((entries) =>
        rights.map((shares, votes) => {
          let sum = 0;
          for (let right = 0; right <= votes; right++)
            sum += shares[right]! * entries[right * (cap + 1) + votes - right]!;
          return sum;
        }),
      ) as [number[], number[], number[]];
      const g = i * tables.length + j;
      let reached = 0; // P(at least so many votes among the calls)
      for (let votes = cap; votes > 0; votes--) {
        reached += votesAfter[cap]![votes]!;
        accuracy[g]! += won[votes]! * reached + leading[votes]! * votesAfter[cap]![votes]!;
      }
      for (let after = 0; after < cap; after++)
        for (let votes = 0; votes <= after; votes++) calls[g]! += open[votes]! * votesAfter[after]![votes]!;
    });
  });
  return { accuracy, calls };
}

/** a^c (1 − a)^(n−c), c = 0 … n. */
function pathShares(votes: number, a: number): Float64Array {
  return Float64Array.from({ length: votes + 1 }, (_, right) => a ** right * (1 - a) ** (votes - right));
}
