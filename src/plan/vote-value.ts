// What a vote of one agent is worth on a task where it is right with probability p and where its wrong answers follow a
// Chinese restaurant of concentration θ: 0, all wrong answers agree; ∞, all differ.

import type { Quorum } from "../rules/rule.ts";
import { poissonBinomial } from "../theory/majority.ts";
import { random } from "../theory/random.ts";

/** The points (p, θ) on which tasks are described, all pairs of the two lists, p outside and θ inside. */
export interface VoteGrid {
  readonly accuracies: Float64Array;
  readonly concentrations: Float64Array;
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
 * P(c right votes beat w wrong ones), a tie of 1 + t leaders counted 1/(1 + t), for all w, c ≤ `votesMax`:
 *
 *   a_0 = 1, a_m = (θ/m) Σ_{j=1..min(c−1,m)} a_{m−j}                  coefficients of exp Σ_{j<c} θ z^j/j
 *   T[w,c] = Σ_{t=0..⌊w/c⌋} a_{w−tc} (θ/c)^t/(t!(1+t)) ÷ [Γ(θ+w)/(Γ(θ) w!)];  T[0,c>0] = 1, T[w,0] = 0
 *
 * @param concentration θ ≥ 0, may be Infinity
 * @returns rows w, columns c, row after row: entry w·(votesMax + 1) + c
 */
export function winTable(concentration: number, votesMax: number): Float64Array {
  const width = votesMax + 1;
  const table = new Float64Array(width * width);
  for (let right = 1; right <= votesMax; right++) {
    table[right] = 1;
    if (concentration === 0)
      for (let wrong = 1; wrong <= votesMax; wrong++)
        table[wrong * width + right] = right > wrong ? 1 : right === wrong ? 0.5 : 0;
    else if (concentration === Infinity)
      for (let wrong = 1; wrong <= votesMax; wrong++) table[wrong * width + right] = right > 1 ? 1 : 1 / (1 + wrong);
    else fillColumn(table, concentration, right, votesMax);
  }
  return table;
}

function fillColumn(table: Float64Array, concentration: number, right: number, votesMax: number): void {
  const smaller = new Float64Array(votesMax + 1); // a_m: wrong votes in blocks smaller than `right`
  smaller[0] = 1;
  for (let m = 1; m <= votesMax; m++) {
    let sum = 0;
    for (let j = 1; j <= Math.min(right - 1, m); j++) sum += smaller[m - j]!;
    smaller[m] = (concentration / m) * sum;
  }
  let all = 1; // Γ(θ+w)/(Γ(θ) w!)
  for (let wrong = 1; wrong <= votesMax; wrong++) {
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

/** 1 where the right answer meets the quorum, whatever the wrong ones do; rows and columns of {@link winTable}. */
function quorumTable(quorum: Quorum, votesMax: number): Float64Array {
  const width = votesMax + 1;
  return Float64Array.from({ length: width * width }, (_, entry) => {
    const [right, wrong] = [entry % width, Math.floor(entry / width)];
    const met = quorum === "majority" ? right > wrong : right > 0 && wrong === 0;
    return met ? 1 : 0;
  });
}

/**
 * Accuracy of a vote of n samples at every grid point, a plurality unless a quorum is demanded:
 * V_n(p,θ) = Σ_{c+u+w=n} n!/(c!u!w!) p^c ((1−p)ν)^u ((1−p)(1−ν))^w T_θ[w,c].
 *
 * @param unparsed ν: share of the answers that are not right which are no votes at all
 */
export function voteValue(grid: VoteGrid, unparsed: number, votes: number, quorum?: Quorum): GridValue {
  return remembered(grid, unparsed, `${votes} ${quorum}`, () => countVotes(grid, unparsed, votes, quorum));
}

function countVotes(grid: VoteGrid, unparsed: number, votes: number, quorum: Quorum | undefined): GridValue {
  const { accuracies, concentrations } = grid;
  const accuracy = new Float64Array(accuracies.length * concentrations.length);
  const rights = Array.from(accuracies, (p) => binomial(votes, p));
  const parsed = Array.from({ length: votes + 1 }, (_, notRight) => binomial(notRight, 1 - unparsed));
  concentrations.forEach((concentration, j) => {
    const wins = quorum ? quorumTable(quorum, votes) : winTable(concentration, votes);
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
      accuracy[i * concentrations.length + j] = value;
    });
  });
  return { accuracy, calls: new Float64Array(accuracy.length).fill(votes) };
}

/** P(k successes of n), k = 0 … n: exact at p = 0 and 1. */
function binomial(n: number, p: number): readonly number[] {
  return poissonBinomial(new Array<number>(n).fill(p));
}

/** Sequences drawn per grid point for `ahead`; the same uniform numbers at every point, so that differences are smooth. */
const sequences = 96;

/**
 * Accuracy and expected calls of "sample until one answer leads all others by `lead`, at most `cap` calls": exact where
 * wrong answers agree (θ = 0), else from seeded sequences. At the cap the leader wins; ties are shared.
 */
export function aheadValue(grid: VoteGrid, unparsed: number, lead: number, cap: number, seed: number): GridValue {
  return remembered(grid, unparsed, `${lead}/${cap} ${seed}`, () => race(grid, unparsed, lead, cap, seed));
}

function race(grid: VoteGrid, unparsed: number, lead: number, cap: number, seed: number): GridValue {
  const { accuracies, concentrations } = grid;
  const accuracy = new Float64Array(accuracies.length * concentrations.length);
  const calls = new Float64Array(accuracy.length);
  const next = random(seed, "ahead", lead, cap);
  const uniforms = Float64Array.from({ length: sequences * cap * 3 }, next);
  accuracies.forEach((p, i) => {
    concentrations.forEach((concentration, j) => {
      const [right, asked] =
        concentration === 0
          ? walkOnTheLead(p, unparsed, lead, cap)
          : drawSequences(p, concentration, unparsed, lead, cap, uniforms);
      accuracy[i * concentrations.length + j] = right;
      calls[i * concentrations.length + j] = asked;
    });
  });
  return { accuracy, calls };
}

/** Wrong answers agree: the lead of the right answer is a walk, stopped at ±`lead` or after `cap` calls. */
function walkOnTheLead(p: number, unparsed: number, lead: number, cap: number): readonly [number, number] {
  const [up, still] = [p, (1 - p) * unparsed];
  const down = 1 - up - still;
  let walk = new Float64Array(2 * lead + 1); // index lead: nobody leads
  walk[lead] = 1;
  let [right, asked] = [0, 0];
  for (let call = 1; call <= cap; call++) {
    const after = new Float64Array(2 * lead + 1);
    for (let at = 1; at < 2 * lead; at++) {
      const probability = walk[at]!;
      asked += probability;
      after[at + 1]! += probability * up;
      after[at]! += probability * still;
      after[at - 1]! += probability * down;
    }
    right += after[2 * lead]!;
    after[0] = after[2 * lead] = 0; // decided
    walk = after;
  }
  for (let at = lead + 1; at < 2 * lead; at++) right += walk[at]!;
  return [right + (walk[lead]! - still ** cap) / 2, asked]; // no vote at all is no tie but no answer
}

function drawSequences(
  p: number,
  concentration: number,
  unparsed: number,
  lead: number,
  cap: number,
  uniforms: Float64Array,
): readonly [number, number] {
  let [right, asked] = [0, 0];
  const counts = new Int32Array(cap + 1); // votes by answer, the right one first
  for (let sequence = 0; sequence < sequences; sequence++) {
    counts.fill(0);
    let [answers, wrong, call, first, second] = [1, 0, 0, 0, 0]; // first, second: votes of the two leaders
    while (call < cap) {
      const at = (sequence * cap + call) * 3;
      call++;
      let answer = 0;
      if (uniforms[at]! >= p) {
        if (uniforms[at + 1]! < unparsed) continue;
        // the wrong answers already given have their numbers of votes as weights, a new one has θ
        let rest = uniforms[at + 2]! * (concentration + wrong++);
        for (answer = 1; answer < answers; answer++) {
          rest -= counts[answer]!;
          if (rest < 0) break;
        }
        if (answer === answers) answers++;
      }
      const votes = ++counts[answer]!;
      // a vote either makes its answer the leader, or may bring it up to the second place
      if (votes > first) [first, second] = [votes, otherThan(counts, answers, answer)];
      else second = Math.max(second, votes);
      if (first - second >= lead) break;
    }
    asked += call;
    let tied = 0;
    for (let answer = 0; answer < answers; answer++) if (counts[answer] === first) tied++;
    if (first > 0 && counts[0] === first) right += 1 / tied;
  }
  return [right / sequences, asked / sequences];
}

/** Most votes of any answer but this one. */
function otherThan(counts: Int32Array, answers: number, answer: number): number {
  let most = 0;
  for (let other = 0; other < answers; other++) if (other !== answer && counts[other]! > most) most = counts[other]!;
  return most;
}
