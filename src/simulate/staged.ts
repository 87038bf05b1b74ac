import { memberName } from "../organizations/cast.ts";
import type { Stage } from "../organizations/organization.ts";
import type { Team } from "../organizations/team.ts";
import type { AnswerTable } from "../records/answer-table.ts";
import { count } from "../rules/rule.ts";
import { requireWeight } from "../rules/weighted.ts";
import { permutation, type Random, random } from "../theory/random.ts";
import { type Digest, recorded, requireDigest } from "./digest.ts";
import { emptyOutcomes, type OutcomeOptions, type Outcomes } from "./outcomes.ts";
import { binomial, pluralityDraw } from "./plurality-draw.ts";

/** More hands than this are drawn instead of counted one by one. */
const handsMax = 4096;

/** True where no member is asked in two stages: then the stages are independent, given the task. */
export function isSeparate(stages: readonly Stage[]): boolean {
  const names = stages.flatMap((stage) => stage.members.map(memberName));
  return new Set(names).size === names.length;
}

/**
 * Outcomes of a sequence of votes. Given the task, different agents answer independently (what they share is the task
 * itself), so a verdict is a sum over the hands that the members may hold: each recorded answer with its share for a
 * member asked once, subsets without replacement for one asked several times. Stage k is reached with the probability
 * that all before it were open, and then costs the mean calls of its members.
 *
 * @param stages  separate ones: see {@link isSeparate}
 */
export function stagedOutcomes(
  team: Team,
  stages: readonly Stage[],
  table: AnswerTable,
  options: OutcomeOptions,
): Outcomes {
  const { seed, draws = 200, weights } = options;
  const outcomes = emptyOutcomes(team, table);
  const { accuracy, calls, tokens, usd, seconds } = outcomes;
  const judged = stages.map((stage) => stageOnTable(stage, table, weights));
  let drawn = false;

  for (let task = 0; task < table.tasks.length; task++) {
    if (!judged.every((stage) => stage.isRecorded(task))) continue;
    accuracy[task] = calls[task] = tokens[task] = usd[task] = seconds[task] = 0;
    let reached = 1;
    for (let number = 0; number < judged.length && reached > 0; number++) {
      const stage = judged[number]!;
      calls[task]! += reached * stage.calls;
      tokens[task]! += reached * stage.cost("tokens", task);
      usd[task]! += reached * stage.cost("usd", task);
      seconds[task]! += reached * stage.slowest(task);
      if (!stage.canCount(task)) {
        drawn = true;
        stage.draw(task, draws, random(seed, team.text, table.tasks[task]!, number));
      } else stage.count(task);
      accuracy[task]! += reached * stage.verdict.right;
      reached *= stage.verdict.open;
    }
  }
  return { ...outcomes, method: drawn ? "resampled" : "exact" };
}

/** A member of a stage with the answers it may draw. */
interface Seat {
  readonly name: string;
  readonly samples: number;
  readonly digest: Digest;
}

/** One stage on one table, as closures over arrays that are filled again for every hand: a plan looks at millions. */
function stageOnTable({ members, accept, rule }: Stage, table: AnswerTable, weights?: ReadonlyMap<string, number>) {
  const seats = members.map((member): Seat => {
    const name = memberName(member);
    return { name, samples: member.samples, digest: requireDigest(table, name) };
  });
  const owners = Int32Array.from(seats.flatMap((seat, i) => Array<number>(seat.samples).fill(i)));
  const calls = owners.length;
  const perBallot =
    accept === "final" && rule.weighted
      ? Float64Array.from(owners, (seat) => requireWeight(seats[seat]!.name, weights?.get(seats[seat]!.name)))
      : null;
  const isPluralityOfOne =
    accept === "final" && seats.length === 1 && calls > 1 && rule.counts === true && !rule.quorum && !rule.weighted;

  // The hand on the table: codes and grades of all ballots in cast order.
  const codes = new Int32Array(calls);
  const grades = new Float64Array(calls);
  const winners = new Int32Array(calls);
  /** right: expected grade of what this stage decides, 0 where it decides nothing; open: P(the next stage is asked). */
  const verdict = { right: 0, open: 0 };

  return { calls, verdict, isRecorded, cost, slowest, canCount, count: countHands, draw };

  function isRecorded(task: number): boolean {
    for (const { digest, samples } of seats) if (recorded(digest.column, task) < samples) return false;
    return true;
  }

  function cost(unit: "tokens" | "usd", task: number): number {
    let sum = 0;
    for (const { digest, samples } of seats) sum += samples * digest[unit][task]!;
    return sum;
  }

  /** Expected time of the slowest call: P(all are done by x) = Π over members of C(done by x, asked)/C(recorded, asked). */
  function slowest(task: number): number {
    if (calls === 1) return seats[0]!.digest.seconds[task]!;
    let known = 0;
    let all = 0;
    let largest = 0;
    for (const { digest, samples } of seats) {
      if (Number.isNaN(digest.seconds[task])) return Number.NaN;
      known += recorded(digest.column, task);
      all += samples;
      if (samples === recorded(digest.column, task)) largest = Math.max(largest, longest(digest, task));
    }
    if (known === all) return largest;
    const ends: { readonly seat: number; readonly seconds: number }[] = [];
    for (const [seat, { digest }] of seats.entries())
      for (let i = digest.column.start[task]!; i < digest.column.start[task + 1]!; i++)
        ends.push({ seat, seconds: digest.column.seconds[i]! });
    ends.sort((a, b) => a.seconds - b.seconds);
    const done = seats.map(() => 0);
    let expected = 0;
    let before = 0;
    for (const { seat, seconds } of ends) {
      done[seat]!++;
      let by = 1;
      for (const [i, { digest, samples }] of seats.entries())
        by *= binomial(done[i]!, samples) / binomial(recorded(digest.column, task), samples);
      expected += seconds * (by - before);
      before = by;
    }
    return expected;
  }

  /** False where there are too many hands to look at each. */
  function canCount(task: number): boolean {
    if (isPluralityOfOne) return true;
    let hands = 1;
    for (const { digest, samples } of seats) {
      const distinct = digest.start[task + 1]! - digest.start[task]!;
      hands *= samples === 1 ? distinct : binomial(samples + distinct - 1, samples);
    }
    return hands <= handsMax;
  }

  function countHands(task: number): void {
    verdict.right = verdict.open = 0;
    if (isPluralityOfOne) countPlurality(task);
    else seat(0, 0, task, 1);
  }

  /** Every answer of member `number` in turn, then those of the members behind it. */
  function seat(number: number, at: number, task: number, probability: number): void {
    if (number === seats.length) {
      judge(probability);
      return;
    }
    const { digest, samples } = seats[number]!;
    const from = digest.start[task]!;
    const to = digest.start[task + 1]!;
    const all = recorded(digest.column, task);
    if (samples > 1) {
      deal(number, from, samples, all, at, task, probability / binomial(all, samples));
      return;
    }
    for (let entry = from; entry < to; entry++) {
      codes[at] = digest.code[entry]!;
      grades[at] = digest.grade[entry]!;
      seat(number + 1, at + 1, task, (probability * digest.times[entry]!) / all);
    }
  }

  /** Every way to draw `left` answers from entry `entry` on, of which `remaining` are recorded. */
  function deal(
    number: number,
    entry: number,
    left: number,
    remaining: number,
    at: number,
    task: number,
    ways: number,
  ): void {
    if (left === 0) {
      seat(number + 1, at, task, ways);
      return;
    }
    const { digest } = seats[number]!;
    const times = digest.times[entry]!;
    for (let take = Math.max(0, left - (remaining - times)); take <= Math.min(left, times); take++) {
      for (let i = at; i < at + take; i++) {
        codes[i] = digest.code[entry]!;
        grades[i] = digest.grade[entry]!;
      }
      deal(number, entry + 1, left - take, remaining - times, at + take, task, ways * binomial(times, take));
    }
  }

  /** Adds one hand of this probability to the verdict. */
  function judge(probability: number): void {
    if (accept !== "final") {
      const agreed = agreement();
      if (agreed < 0) verdict.open += probability;
      else verdict.right += probability * gradeOf(agreed);
      return;
    }
    if (!rule.counts) {
      const ballots = Array.from(owners, (owner, i) => {
        const { name } = seats[owner]!;
        const value = codes[i]! < 0 ? null : String(codes[i]);
        return { value, member: name, ...(perBallot && { weight: perBallot[i]! }) };
      });
      for (const { value, probability: share } of rule.verdicts(ballots))
        verdict.right += probability * share * (value === null ? gradeOfNothing() : gradeOf(Number(value)));
      return;
    }
    const found = count(codes, owners, calls, perBallot, rule.quorum, winners);
    if (found === 0) verdict.right += probability * gradeOfNothing();
    for (let i = 0; i < found; i++) verdict.right += (probability / found) * gradeOf(winners[i]!);
  }

  /** Code on which enough calls agree, or −1. Silence agrees with nobody. */
  function agreement(): number {
    const needed = accept === "unanimous" ? calls : Math.floor(calls / 2) + 1;
    for (let i = 0; i + needed <= calls; i++) {
      if (codes[i]! < 0) continue;
      let same = 0;
      for (let j = i; j < calls; j++) if (codes[j] === codes[i]) same++;
      if (same >= needed) return codes[i]!;
    }
    return -1;
  }

  /** Mean grade of the ballots with this code. */
  function gradeOf(code: number): number {
    let sum = 0;
    let same = 0;
    for (let i = 0; i < calls; i++)
      if (codes[i] === code) {
        sum += grades[i]!;
        same++;
      }
    return sum / same;
  }

  /** No answer is wrong; where nobody gave one, it has the grade that the grader gave to that. */
  function gradeOfNothing(): number {
    return codes.every((code) => code < 0) ? gradeOf(-1) : 0;
  }

  function countPlurality(task: number): void {
    const { digest } = seats[0]!;
    const entries = [];
    let silent = 0;
    for (let entry = digest.start[task]!; entry < digest.start[task + 1]!; entry++) {
      const grade = digest.grade[entry]!;
      if (digest.code[entry]! >= 0) entries.push({ times: digest.times[entry]!, grade });
      else {
        silent = digest.times[entry]!;
        const all = recorded(digest.column, task);
        if (silent >= calls && grade !== 0) verdict.right += (binomial(silent, calls) / binomial(all, calls)) * grade;
      }
    }
    const times = entries.map((entry) => entry.times);
    for (const [i, { grade }] of entries.entries())
      if (grade !== 0) verdict.right += grade * pluralityDraw(times, silent, calls, i);
  }

  function draw(task: number, draws: number, next: Random): void {
    verdict.right = verdict.open = 0;
    for (let i = 0; i < draws; i++) {
      let at = 0;
      for (const { digest, samples } of seats) {
        const { start, value, grade } = digest.column;
        const order = permutation(recorded(digest.column, task), next);
        for (let k = 0; k < samples; k++, at++) {
          codes[at] = value[start[task]! + order[k]!]!;
          grades[at] = grade[start[task]! + order[k]!]!;
        }
      }
      judge(1 / draws);
    }
  }
}

function longest({ column: { start, seconds } }: Digest, task: number): number {
  let longest = 0;
  for (let i = start[task]!; i < start[task + 1]!; i++) longest = Math.max(longest, seconds[i]!);
  return longest;
}
