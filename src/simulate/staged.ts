import { memberName } from "../organizations/cast.ts";
import type { Stage } from "../organizations/organization.ts";
import type { Team } from "../organizations/team.ts";
import { count } from "../rules/rule.ts";
import { requireWeight } from "../rules/weighted.ts";
import { type Random, random } from "../theory/random.ts";
import { deckOf } from "./deck.ts";
import { type Digest, recorded, requireDigest } from "./digest.ts";
import { type MeanHand, meanDraw } from "./mean-draw.ts";
import { type Asked, emptyOutcomes, type OutcomeOptions, type Outcomes } from "./outcomes.ts";
import { binomial, pluralityDraw } from "./plurality-draw.ts";
import type { Scores } from "./scores.ts";

/** More hands than this are drawn instead of counted one by one. */
const handsMax = 4096;

/** True where no member is asked in two stages: then the stages are independent, given the task. */
export function isSeparate(stages: readonly Stage[]): boolean {
  const names = stages.flatMap((stage) => stage.members.map(memberName));
  return new Set(names).size === names.length;
}

/** Told of every stage of every task: with which probability it was reached, and what it decided then. */
export type StageObserver = (
  task: number,
  stage: number,
  reached: number,
  verdict: { readonly right: number; readonly open: number },
) => void;

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
  scores: Scores,
  options: OutcomeOptions,
  observe?: StageObserver,
): Outcomes {
  const { seed, draws = 200, weights } = options;
  const { table } = scores;
  const outcomes = emptyOutcomes(team, table, options.metric);
  const { accuracy, unanswered, calls, tokens, tokensIn, tokensOut, usd, seconds } = outcomes;
  const asked: Asked[] = [];
  const judged = stages.map((stage) => stageOnTable(stage, scores, weights));
  let drawn = false;

  // P(this stage is asked), per task; 0 also where the task lacks answers that some stage may need.
  const reached = new Float64Array(table.tasks.length);
  for (let task = 0; task < reached.length; task++) {
    if (!judged.every((stage) => stage.isRecorded(task))) continue;
    reached[task] = 1;
    accuracy[task] = unanswered[task] = calls[task] = tokensIn[task] = tokensOut[task] = 0;
    usd[task] = seconds[task] = 0;
  }
  for (const [number, stage] of judged.entries()) {
    asked.push(...stage.asked(reached.slice()));
    stage.addCosts(reached, outcomes);
    for (let task = 0; task < reached.length; task++) {
      const share = reached[task]!;
      if (share === 0) continue;
      if (stage.canCount(task)) stage.count(task);
      else {
        drawn = true;
        stage.draw(task, draws, random(seed, team.text, table.tasks[task]!, number));
      }
      observe?.(task, number, share, stage.verdict);
      accuracy[task]! += share * stage.verdict.right;
      unanswered[task]! += share * stage.verdict.silent;
      reached[task]! *= stage.verdict.open;
    }
  }
  for (let task = 0; task < reached.length; task++) tokens[task] = tokensIn[task]! + tokensOut[task]!;
  return { ...outcomes, asked, method: drawn ? "resampled" : "exact" };
}

/** A member of a stage with the answers it may draw. */
interface Seat {
  readonly name: string;
  readonly samples: number;
  readonly digest: Digest;
}

/** One stage on one table, as closures over arrays that are filled again for every hand: a plan looks at millions. */
function stageOnTable({ members, accept, rule }: Stage, scores: Scores, weights?: ReadonlyMap<string, number>) {
  const seats = members.map((member): Seat => {
    const name = memberName(member);
    return { name, samples: member.samples, digest: requireDigest(scores.table, name) };
  });
  const owners = Int32Array.from(seats.flatMap((seat, i) => Array<number>(seat.samples).fill(i)));
  const calls = owners.length;
  /** Every member has at most one answer to each task: then there is one hand, and a plan looks at millions of these. */
  const isOneHand = seats.every(({ digest }) => digest.answersMost <= 1);
  const perBallot =
    accept === "final" && rule.weighted
      ? Float64Array.from(owners, (seat) => requireWeight(seats[seat]!.name, weights?.get(seats[seat]!.name)))
      : null;
  const combine = accept === "final" ? rule.combine : undefined;
  const isMean = accept === "final" && rule.averages === true && scores.ofMoments !== undefined;
  const isPluralityOfOne =
    accept === "final" && seats.length === 1 && calls > 1 && rule.counts === true && !rule.quorum && !rule.weighted;

  // The hand on the table: codes and grades of all ballots in cast order.
  const codes = new Int32Array(calls);
  const grades = new Float64Array(calls);
  const winners = new Int32Array(calls);
  // Only for rules on numbers: the ballots as numbers, and those of them that are some.
  const numbers = new Float64Array(combine ? calls : 0);
  const votes = new Float64Array(numbers.length);
  const votesWeights = new Float64Array(numbers.length);
  /** Task of the hands that are looked at. */
  let here = 0;
  // While the slowest call is looked for: how many answers of each member are done, and P(all that it is asked for are).
  const done = new Uint32Array(seats.length);
  const doneShare = new Float64Array(seats.length);
  /**
   * right: expected grade of what this stage decides, 0 where it decides nothing; open: P(the next stage is asked);
   * silent: P(it decides that there is no answer).
   */
  const verdict = { right: 0, open: 0, silent: 0 };

  return { verdict, isRecorded, asked, addCosts, canCount, count: countHands, draw };

  function isRecorded(task: number): boolean {
    for (let i = 0; i < seats.length; i++)
      if (recorded(seats[i]!.digest.column, task) < seats[i]!.samples) return false;
    return true;
  }

  function asked(once: Float64Array): Asked[] {
    return seats.map(({ name, samples }) => ({
      ...{ name, once },
      calls: samples === 1 ? once : once.map((share) => samples * share),
    }));
  }

  function addCosts(reached: Float64Array, { calls: made, tokensIn, tokensOut, usd, seconds }: Outcomes): void {
    for (const { digest, samples } of seats)
      for (let task = 0; task < reached.length; task++) {
        const times = samples * reached[task]!;
        if (times === 0) continue; // a cost that was not recorded does not matter where it was not needed
        made[task]! += times;
        tokensIn[task]! += times * digest.tokensIn[task]!;
        tokensOut[task]! += times * digest.tokensOut[task]!;
        usd[task]! += times * digest.usd[task]!;
      }
    for (let task = 0; task < reached.length; task++)
      if (reached[task] !== 0) seconds[task]! += reached[task]! * slowest(task);
  }

  /**
   * Expected time of the slowest call, Σ x · P(x is the slowest): all are done by x with the probability
   * Π over members of C(recorded answers done by x, asked) / C(recorded, asked).
   */
  function slowest(task: number): number {
    if (isOneHand) {
      let longest = 0;
      for (let i = 0; i < seats.length; i++) longest = Math.max(longest, seats[i]!.digest.seconds[task]!);
      return longest;
    }
    let left = 0;
    for (let i = 0; i < seats.length; i++) {
      const { digest } = seats[i]!;
      if (Number.isNaN(digest.seconds[task])) return Number.NaN;
      if (calls === 1) return digest.seconds[task]!;
      left += recorded(digest.column, task);
      done[i] = 0;
      doneShare[i] = 0;
    }
    let expected = 0;
    let before = 0;
    for (; left > 0; left--) {
      // All columns' seconds in ascending order: a merge, as each column's are sorted.
      let next = -1;
      let end = Number.POSITIVE_INFINITY;
      for (let i = 0; i < seats.length; i++) {
        const { column, sortedSeconds } = seats[i]!.digest;
        const at = column.start[task]! + done[i]!;
        if (at === column.start[task + 1]! || sortedSeconds[at]! >= end) continue;
        next = i;
        end = sortedSeconds[at]!;
      }
      const { digest, samples } = seats[next]!;
      done[next]!++;
      doneShare[next] = binomial(done[next]!, samples) / binomial(recorded(digest.column, task), samples);
      let by = 1;
      for (let i = 0; i < seats.length; i++) by *= doneShare[i]!;
      expected += end * (by - before);
      before = by;
    }
    return expected;
  }

  /** False where there are too many hands to look at each. */
  function canCount(task: number): boolean {
    if (isPluralityOfOne || isOneHand || isMean) return true;
    let hands = 1;
    for (const { digest, samples } of seats) {
      const distinct = digest.start[task + 1]! - digest.start[task]!;
      hands *= binomial(samples + distinct - 1, samples);
    }
    return hands <= handsMax;
  }

  function countHands(task: number): void {
    verdict.right = verdict.open = verdict.silent = 0;
    here = task;
    if (isPluralityOfOne) countPlurality(task);
    else if (isMean && !isOneHand) countMeans(task);
    else if (!isOneHand) seat(0, 0, task, 1);
    else {
      for (let i = 0; i < calls; i++) {
        const { start, code, grade, number } = seats[i]!.digest;
        codes[i] = code[start[task]!]!;
        grades[i] = grade[start[task]!]!;
        if (combine) numbers[i] = number?.[start[task]!] ?? Number.NaN;
      }
      judge(1);
    }
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
      if (combine) numbers[at] = digest.number?.[entry] ?? Number.NaN;
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
        if (combine) numbers[i] = digest.number?.[entry] ?? Number.NaN;
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
    if (combine) {
      judgeNumbers(combine, probability);
      return;
    }
    if (!rule.counts) {
      const ballots = Array.from(owners, (owner, i) => {
        const { name } = seats[owner]!;
        const value = codes[i]! < 0 ? null : String(codes[i]);
        return { value, member: name, ...(perBallot && { weight: perBallot[i]! }) };
      });
      for (const { value, probability: share } of rule.verdicts(ballots))
        if (value === null) judgeNothing(probability * share);
        else verdict.right += probability * share * gradeOf(Number(value));
      return;
    }
    const found = count(codes, owners, calls, perBallot, rule.quorum, winners);
    if (found === 0) judgeNothing(probability);
    for (let i = 0; i < found; i++) verdict.right += (probability / found) * gradeOf(winners[i]!);
  }

  /** Code on which enough calls agree; −1 where none, and where they agree on silence, whose code that is. */
  function agreement(): number {
    const needed = accept === "unanimous" ? calls : Math.floor(calls / 2) + 1;
    for (let i = 0; i + needed <= calls; i++) {
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

  /** What the rule makes of the ballots that are numbers. */
  function judgeNumbers(combine: NonNullable<Stage["rule"]["combine"]>, probability: number): void {
    let n = 0;
    for (let i = 0; i < calls; i++) {
      if (Number.isNaN(numbers[i]!)) continue;
      votes[n] = numbers[i]!;
      if (perBallot) votesWeights[n] = perBallot[i]!;
      n++;
    }
    if (n === 0) judgeNothing(probability);
    else verdict.right += probability * scores.ofNumber(here, combine(votes, perBallot && votesWeights, n));
  }

  /** No answer is wrong; where nobody gave one, it has the grade that the grader gave to that. */
  function judgeNothing(probability: number): void {
    verdict.silent += probability;
    if (scores.ofNothing) verdict.right += probability * scores.ofNothing[here]!;
    else if (codes.every((code) => code < 0)) verdict.right += probability * gradeOf(-1);
  }

  function countMeans(task: number): void {
    const hands = seats.map(({ digest, samples }, i): MeanHand => {
      const own = momentsOf(digest, task);
      return { ...own, draws: samples, weight: perBallot?.[owners.indexOf(i)] ?? 1 };
    });
    const nothing = meanDraw(hands, (probability, mean, variance) => {
      verdict.right += probability * scores.ofMoments!(task, mean, variance);
    });
    if (nothing > 0) {
      verdict.silent += nothing;
      verdict.right += nothing * scores.ofNothing![task]!;
    }
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
        if (silent < calls) continue;
        verdict.silent = binomial(silent, calls) / binomial(all, calls);
        if (grade !== 0) verdict.right += verdict.silent * grade;
      }
    }
    const times = entries.map((entry) => entry.times);
    for (const [i, { grade }] of entries.entries())
      if (grade !== 0) verdict.right += grade * pluralityDraw(times, silent, calls, i);
  }

  function draw(task: number, draws: number, next: Random): void {
    verdict.right = verdict.open = verdict.silent = 0;
    here = task;
    const decks = seats.map(({ digest }) => deckOf(digest.column, task, next));
    for (let i = 0; i < draws; i++) {
      for (const deck of decks) deck.shuffle();
      for (let at = 0; at < calls; at++) {
        const { value, grade, estimate } = seats[owners[at]!]!.digest.column;
        const card = decks[owners[at]!]!.take();
        codes[at] = value[card]!;
        grades[at] = grade[card]!;
        if (combine) numbers[at] = estimate?.[card] ?? Number.NaN;
      }
      judge(1 / draws);
    }
  }
}

/** The numbers among a column's recorded answers to a task. */
function momentsOf({ column: { start, estimate } }: Digest, task: number): Omit<MeanHand, "draws" | "weight"> {
  let numbers = 0;
  let sum = 0;
  for (let at = start[task]!; at < start[task + 1]!; at++) {
    if (Number.isNaN(estimate![at]!)) continue;
    numbers++;
    sum += estimate![at]!;
  }
  const mean = sum / numbers;
  let squares = 0;
  for (let at = start[task]!; at < start[task + 1]!; at++)
    if (!Number.isNaN(estimate![at]!)) squares += (estimate![at]! - mean) ** 2;
  const silent = start[task + 1]! - start[task]! - numbers;
  return { numbers, silent, mean, variance: numbers > 1 ? squares / (numbers - 1) : 0 };
}
