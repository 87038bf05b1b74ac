// Teams of several agents that ask one of them more often than it was recorded: what it would answer further is drawn from
// its law of votes, given what it answered to the task.

import { memberName, membersOf } from "../organizations/cast.ts";
import type { Team } from "../organizations/team.ts";
import { type AnswerTable, type Column, gradesOf } from "../records/answer-table.ts";
import { emptyOutcomes, type Outcomes } from "../simulate/outcomes.ts";
import { outcomes } from "../simulate/replay.ts";
import { normalDeviate, type Random, random } from "../theory/random.ts";
import { stagesOf } from "./candidates.ts";
import { mean, pick } from "./choose.ts";
import { furtherSeconds } from "./costs.ts";
import { joinShare, newShare, type Scatter } from "./scatter.ts";
import type { VoteMixture } from "./vote-mixture.ts";

/** How often each member may be asked, by name. */
export function callsOfMembers(team: Team): ReadonlyMap<string, number> {
  const calls = new Map<string, number>();
  for (const member of stagesOf(team)?.flatMap(({ members }) => members) ?? membersOf(team.cast))
    calls.set(memberName(member), (calls.get(memberName(member)) ?? 0) + member.samples);
  return calls;
}

/** A member with what is needed to draw its answers. */
export interface DrawnMember {
  readonly column: Column;
  readonly calls: number;
  /** Law of its votes on the tasks; absent where no task has two samples. */
  readonly mixture?: VoteMixture;
  /** It is asked more often than it was recorded: its answers are drawn from its law; else recorded ones, none twice. */
  readonly further: boolean;
}

/**
 * Expected outcomes on these tasks, entries of the table's other tasks NaN. A member that is asked further is right with a p
 * drawn from its law given its samples, at the same quantile as those of the other members, given all their samples, with the
 * probability that difficulties correlate. Its answers repeat those it gave as the scatter of the law says, and a wrong one that
 * is new to it may be one that others gave or were drawn to give: each of those with the probability that wrong answers of two
 * members agree. Its tokens and dollars are those of recorded answers to the task, its seconds as {@link furtherSeconds} has
 * them. Drawn `draws` times per task.
 */
export function drawnOutcomes(
  team: Team,
  members: readonly DrawnMember[],
  table: AnswerTable,
  tasks: Uint32Array,
  {
    seed,
    weights,
    draws,
    wrongDiffer = false,
  }: {
    readonly seed: number;
    readonly weights: ReadonlyMap<string, number>;
    readonly draws: number;
    /** Every wrong answer differs from all others, of members of which only right or wrong is recorded. */
    readonly wrongDiffer?: boolean;
  },
): Outcomes {
  const drawn = drawColumns(members, tasks, draws, random(seed, team.text, "further answers"));
  const names = Array.from(
    { length: tasks.length * draws },
    (_, i) => `${table.tasks[tasks[Math.floor(i / draws)]!]!}/${i % draws}`,
  );
  const found = outcomes(team, { tasks: names, columns: wrongDiffer ? wrongApart(drawn) : drawn }, { seed, weights });
  const averaged = (values: Float64Array) => {
    const all = new Float64Array(table.tasks.length).fill(Number.NaN);
    tasks.forEach((task, t) => {
      all[task] = values.subarray(t * draws, (t + 1) * draws).reduce((sum, value) => sum + value, 0) / draws;
    });
    return all;
  };
  const { accuracy, unanswered, calls, tokensIn, tokensOut, tokens, usd, seconds, asked } = found;
  return {
    ...emptyOutcomes(team, table),
    accuracy: averaged(accuracy),
    unanswered: averaged(unanswered),
    calls: averaged(calls),
    tokensIn: averaged(tokensIn),
    tokensOut: averaged(tokensOut),
    tokens: averaged(tokens),
    usd: averaged(usd),
    seconds: averaged(seconds),
    ...(asked && { asked: asked.map((one) => ({ ...one, calls: averaged(one.calls), once: averaged(one.once) })) }),
    method: "resampled",
  };
}

/** The columns with wrong answers that all differ, of those of which only right or wrong is recorded. */
export function wrongApart(columns: readonly Column[]): Column[] {
  let fresh = 2 ** 30; // no code of a table is as large
  return columns.map((column) => {
    if (column.answersKnown) return column;
    const value = column.value.map((code, at) => (code >= 0 && column.grade[at] === 0 ? fresh++ : code));
    return { ...column, value };
  });
}

/** Of pairs of wrong answers of two members to one task: the share that agrees, half a pair of each sort added. */
function wrongAgreement(columns: readonly Column[], tasks: Uint32Array): number {
  let [agreeing, pairs] = [0.5, 1];
  for (const task of tasks) {
    const wrong = columns.map((column) => codesOf(column, task, 0));
    wrong.forEach((own, i) => {
      for (const others of wrong.slice(i + 1))
        for (const a of own)
          for (const b of others) {
            pairs++;
            if (a === b) agreeing++;
          }
    });
  }
  return agreeing / pairs;
}

/**
 * Correlation over tasks of two members' probabilities to be right, mean over pairs, within [0, 1]: covariance of their shares of
 * right answers over the deviations of p that two samples of a task tell; 1 where no member has two.
 */
function difficultyCorrelation(columns: readonly Column[], tasks: Uint32Array): number {
  const known = columns.map((column) => {
    const right = gradesOf(column, tasks);
    const center = mean(right);
    let [both, pairs] = [0, 0];
    for (const [t, task] of tasks.entries()) {
      const samples = gradedSamples(column, task);
      both += right[t]! * samples * (right[t]! * samples - 1);
      pairs += samples * (samples - 1);
    }
    return { away: right.map((share) => share - center), variance: pairs > 0 ? both / pairs - center ** 2 : 0 };
  });
  const correlations = known.flatMap((a, i) =>
    known.slice(i + 1).flatMap((b) => {
      if (a.variance <= 0 || b.variance <= 0) return [];
      const covariance = a.away.reduce((sum, away, t) => sum + away * b.away[t]!, 0) / tasks.length;
      return [Math.max(0, Math.min(1, covariance / Math.sqrt(a.variance * b.variance)))];
    }),
  );
  return correlations.length > 0 ? correlations.reduce((sum, one) => sum + one, 0) / correlations.length : 1;
}

function gradedSamples({ start, grade }: Column, task: number): number {
  return grade.subarray(start[task]!, start[task + 1]!).reduce((count, one) => count + Number(!Number.isNaN(one)), 0);
}

/** Codes of the answers of this grade that could be parsed. */
function codesOf({ start, grade, value }: Column, task: number, wanted: 0 | 1): number[] {
  const codes: number[] = [];
  for (let at = start[task]!; at < start[task + 1]!; at++)
    if (grade[at] === wanted && value[at]! >= 0) codes.push(value[at]!);
  return codes;
}

/** Codes from here on are answers that nobody gave; smaller ones are those of a table. */
const freshCodes = 1 << 29;

/** Answers of one member: codes, grades, and the recorded answer whose costs each has. */
interface DrawnAnswers {
  readonly value: number[];
  readonly grade: number[];
  readonly from: number[];
}

/** As many answers of every member as it may be asked for, `draws` times for each task. */
function drawColumns(members: readonly DrawnMember[], tasks: Uint32Array, draws: number, next: Random): Column[] {
  const columns = members.map(({ column }) => column);
  const agreement = wrongAgreement(columns, tasks);
  const correlation = difficultyCorrelation(columns, tasks);
  const drawn = members.map((): DrawnAnswers => ({ value: [], grade: [], from: [] }));
  const laws = members.map(({ mixture }) => mixture && { mixture, rows: rowsAtQuantiles(mixture) });
  tasks.forEach((task, t) => {
    const recorded = columns.map(({ start }) =>
      Array.from({ length: start[task + 1]! - start[task]! }, (_, i) => start[task]! + i),
    );
    const [right, wrong] = ([1, 0] as const).map((wanted) => columns.map((column) => codesOf(column, task, wanted)));
    const here = laws.map((law) => law && lawOnTask(law, t));
    const together = jointly(here, correlation);
    for (let draw = 0; draw < draws; draw++) {
      const common = next() < together.share ? drawFrom(together.upTo, next) : undefined;
      const urns = { right: right!.map(blocksOf), wrong: wrong!.map(blocksOf) };
      members.forEach(({ column, calls, mixture, further }, m) => {
        if (!further || !mixture) {
          drawRecorded(column, recorded[m]!, calls, drawn[m]!, next);
          return;
        }
        const point = here[m]!.draw(next, common);
        for (let call = 0; call < calls; call++) {
          const fresh = freshCodes + call * members.length + m; // no other answer of this draw has it
          const isRight = next() < point.p;
          const answer = () => {
            if (isRight) return grow(urns.right[m]!, point.right, next, () => newRight(column, urns.right, m, fresh));
            if (next() < mixture.unparsed) return -1;
            const make = () => newWrong(column, urns.wrong, m, agreement, next, fresh);
            return grow(urns.wrong[m]!, point.scatter, next, make);
          };
          drawn[m]!.from.push(recorded[m]![Math.floor(next() * recorded[m]!.length)]!);
          drawn[m]!.grade.push(Number(isRight));
          drawn[m]!.value.push(answer());
        }
      });
    }
  });
  return members.map(({ column, calls, further }, m) => {
    const made = asColumn(column, drawn[m]!, tasks.length * draws, calls);
    return further ? { ...made, seconds: drawSeconds(column, tasks, draws * calls, next) } : made;
  });
}

/** So many times of every task: of the slowest of few recorded ones more would not be expected than that one takes. */
function drawSeconds(column: Column, tasks: Uint32Array, count: number, next: Random): Float64Array {
  const { scatter, median } = furtherSeconds(column);
  const seconds = new Float64Array(tasks.length * count);
  tasks.forEach((task, t) => {
    const usual = median(task);
    for (let i = 0; i < count; i++) seconds[t * count + i] = usual * Math.exp(scatter * normalDeviate(next));
  });
  return seconds;
}

/** Recorded answers, none twice; shuffles their indices. */
function drawRecorded(column: Column, recorded: number[], calls: number, into: DrawnAnswers, next: Random): void {
  for (let call = 0; call < calls; call++) {
    const other = call + Math.floor(next() * (recorded.length - call));
    [recorded[call], recorded[other]] = [recorded[other]!, recorded[call]!];
    into.from.push(recorded[call]!);
    into.value.push(column.value[recorded[call]!]!);
    into.grade.push(column.grade[recorded[call]!]!);
  }
}

type Urns = readonly ReadonlyMap<number, number>[];

/** Answers of the others that member m has not given. */
function newTo(urns: Urns, m: number): number[] {
  const others = urns.flatMap((urn, other) => (other === m ? [] : [...urn.keys()]));
  return [...new Set(others)].filter((code) => !urns[m]!.has(code));
}

function newRight({ answersKnown }: Column, urns: Urns, m: number, fresh: number): number {
  if (!answersKnown) return 0;
  return [...newTo(urns, m), 0].find((code) => !urns[m]!.has(code)) ?? fresh;
}

/**
 * Every wrong answer that others gave is this one with S/(1 − bS), S the probability that wrong answers of two members agree and b
 * those that member m gave: as among 1/S equally likely ones.
 */
function newWrong(
  { answersKnown }: Column,
  urns: Urns,
  m: number,
  agreement: number,
  next: Random,
  fresh: number,
): number {
  if (!answersKnown) return 1;
  const each = agreement / Math.max(agreement, 1 - urns[m]!.size * agreement);
  return newTo(urns, m)[Math.floor(next() / each)] ?? fresh;
}

function asColumn(column: Column, { value, grade, from }: DrawnAnswers, tasks: number, calls: number): Column {
  const { estimate: _, text: __, ...rest } = column;
  return {
    ...rest,
    start: Uint32Array.from({ length: tasks + 1 }, (_, i) => i * calls),
    value: Int32Array.from(value),
    grade: Float64Array.from(grade),
    tokensIn: pick(column.tokensIn, from),
    tokensOut: pick(column.tokensOut, from),
    usd: pick(column.usd, from),
    ...(column.usdCached && { usdCached: pick(column.usdCached, from) }),
    seconds: pick(column.seconds, from),
    status: from.map((at) => column.status[at]!),
    group: new Int32Array(from.length).fill(-1),
  };
}

function blocksOf(codes: readonly number[]): Map<number, number> {
  const blocks = new Map<number, number>();
  for (const code of codes) blocks.set(code, (blocks.get(code) ?? 0) + 1);
  return blocks;
}

/** The next answer of this urn, which is then in it. */
function grow(blocks: Map<number, number>, scatter: Scatter, next: Random, make: () => number): number {
  const answers = [...blocks.values()].reduce((sum, size) => sum + size, 0);
  let left = next() - newShare(scatter, blocks.size, answers);
  let code: number | undefined;
  if (left >= 0)
    for (const [known, size] of blocks) {
      code = known;
      left -= joinShare(scatter, size, answers);
      if (left < 0) break;
    }
  const drawn = code ?? make();
  blocks.set(drawn, (blocks.get(drawn) ?? 0) + 1);
  return drawn;
}

/** A law of p is told by its values at so many quantiles. */
const quantiles = 200;

/** The place among the accuracies of the grid of every quantile of p. */
function rowsAtQuantiles({ grid, weights }: VoteMixture): Uint8Array {
  const width = grid.scatters.length;
  let [row, upTo] = [-1, 0];
  return Uint8Array.from({ length: quantiles }, (_, i) => {
    while (upTo <= (i + 0.5) / quantiles && row + 1 < grid.accuracies.length) {
      row++;
      for (let j = 0; j < width; j++) upTo += weights[row * width + j]!;
    }
    return row;
  });
}

/** A member's law on one task. */
interface LawOnTask {
  /** P(what was recorded of it | quantile of p), up to a factor. */
  readonly evidence: Float64Array;
  /** Of what it answers further, given what was recorded; at this quantile of p, where it is known. */
  draw(next: Random, quantile?: number): { readonly p: number; readonly scatter: Scatter; readonly right: Scatter };
}

function lawOnTask({ mixture, rows }: { mixture: VoteMixture; rows: Uint8Array }, task: number): LawOnTask {
  const { keyOf, grid, weights, likelihood, rights } = mixture;
  const width = grid.scatters.length;
  const offset = keyOf[task]! * weights.length;
  const posterior = offset < 0 ? weights : weights.map((weight, g) => weight * likelihood[offset + g]!);
  const ofRow = (law: Float64Array, row: number) => law.subarray(row * width, (row + 1) * width);
  const total = (law: Float64Array) => law.reduce((sum, weight) => sum + weight, 0);
  const byRow = grid.accuracies.map((_, row) => total(ofRow(posterior, row)) / (total(ofRow(weights, row)) || 1));
  const evidence = Float64Array.from(rows, (row) => byRow[row]!);
  const upTo = sums(evidence);
  return {
    evidence,
    draw(next, quantile = drawFrom(upTo, next)) {
      const row = rows[quantile]!;
      return {
        p: grid.accuracies[row]!,
        scatter: grid.scatters[drawFrom(sums(ofRow(posterior, row)), next)]!,
        right: rights[drawFrom(sums(Float64Array.from(rights, ({ share }) => share)), next)]!.scatter,
      };
    },
  };
}

/** P(all members are at one quantile | what was recorded), and the law of that quantile. */
function jointly(laws: readonly (LawOnTask | undefined)[], correlation: number) {
  const known = laws.flatMap((law) => law?.evidence ?? []);
  const product = Float64Array.from({ length: quantiles }, (_, i) => known.reduce((all, one) => all * one[i]!, 1));
  const mean = (evidence: Float64Array) => evidence.reduce((sum, one) => sum + one, 0) / quantiles;
  const common = correlation * mean(product);
  const apart = (1 - correlation) * known.reduce((all, one) => all * mean(one), 1);
  return { share: common > 0 ? common / (common + apart) : 0, upTo: sums(product) };
}

function sums(weights: Float64Array): Float64Array {
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return sum;
  });
}

/** An index, drawn by the increasing sums of weights. */
function drawFrom(upTo: Float64Array, next: Random): number {
  const wanted = next() * upTo.at(-1)!;
  let [low, high] = [0, upTo.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (wanted < upTo[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
