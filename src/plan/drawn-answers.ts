// Teams of several agents that ask one of them more often than it was recorded: what it would answer further is drawn from
// its law of votes, given what it answered to the task.

import { memberName, membersOf } from "../organizations/cast.ts";
import type { Team } from "../organizations/team.ts";
import type { AnswerTable, Column } from "../records/answer-table.ts";
import { emptyOutcomes, type Outcomes } from "../simulate/outcomes.ts";
import { outcomes } from "../simulate/replay.ts";
import { type Random, random } from "../theory/random.ts";
import { stagesOf } from "./candidates.ts";
import { pick } from "./choose.ts";
import type { VoteMixture } from "./mixture.ts";
import { joinShare, newShare, type Scatter } from "./scatter.ts";

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
  /** Law of its votes on the tasks, where it is asked more often than recorded; else recorded answers are drawn, none twice. */
  readonly mixture?: VoteMixture;
}

/**
 * Expected outcomes on these tasks, entries of the table's other tasks NaN. A member with a law is right with a p
 * drawn from the law given its samples, at the same quantile as the others with the probability that difficulties correlate; its answers repeat those it gave as the scatter of the law says, and a
 * wrong one that is new to it is one that the others give too, with the probability that wrong answers of two of these members
 * agree. Drawn `draws` times per task.
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
  const columns = members.map(({ column }) => column);
  const agreement = wrongAgreement(columns, tasks);
  const next = random(seed, team.text, "difficulty");
  const correlation = difficultyCorrelation(columns, tasks);
  const shared = Float64Array.from({ length: tasks.length * draws }, () =>
    next() < correlation ? next() : Number.NaN,
  );
  const drawn = members.map((member) =>
    drawColumn(member, columns, tasks, { draws, agreement, shared }, random(seed, team.text, member.column.name)),
  );
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
    const right = Float64Array.from(tasks, (task) => shareRight(column, task));
    const center = right.reduce((sum, share) => sum + share, 0) / tasks.length;
    let [both, pairs] = [0, 0];
    for (const [t, task] of tasks.entries()) {
      const samples = column.start[task + 1]! - column.start[task]!;
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

function shareRight({ start, grade }: Column, task: number): number {
  const grades = grade.subarray(start[task]!, start[task + 1]!);
  return grades.reduce((sum, one) => sum + one, 0) / grades.length;
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

/** As many answers as asked for, `draws` times for each task. */
function drawColumn(
  { column, calls, mixture }: DrawnMember,
  members: readonly Column[],
  tasks: Uint32Array,
  { draws, agreement, shared }: { draws: number; agreement: number; shared: Float64Array },
  next: Random,
): Column {
  const unseenWrong = column.answersKnown ? freshCodes - 2 : 1;
  const unseenRight = column.answersKnown ? freshCodes - 1 : 0; // both the same for all members
  const from: number[] = []; // the recorded answer whose costs a drawn one has
  const [value, grade]: [number[], number[]] = [[], []];
  let fresh = freshCodes + members.indexOf(column) * 2 ** 26;
  tasks.forEach((task, t) => {
    const recorded = Array.from(
      { length: column.start[task + 1]! - column.start[task]! },
      (_, i) => column.start[task]! + i,
    );
    const others = members.filter((other) => other !== column);
    const [otherRight, otherWrong] = ([1, 0] as const).map((wanted) =>
      others.flatMap((one) => codesOf(one, task, wanted)),
    );
    const pointOf = mixture && posterior(mixture, t);
    for (let draw = 0; draw < draws; draw++) {
      if (!mixture || !pointOf) {
        for (let call = 0; call < calls; call++) {
          const other = call + Math.floor(next() * (recorded.length - call));
          [recorded[call], recorded[other]] = [recorded[other]!, recorded[call]!];
          from.push(recorded[call]!);
          value.push(column.value[recorded[call]!]!);
          grade.push(column.grade[recorded[call]!]!);
        }
        continue;
      }
      const { p, scatter, right } = pointOf(next, shared[t * draws + draw]!);
      const blocks = { right: blocksOf(codesOf(column, task, 1)), wrong: blocksOf(codesOf(column, task, 0)) };
      for (let call = 0; call < calls; call++) {
        const source = recorded[Math.floor(next() * recorded.length)]!;
        const isRight = next() < p;
        from.push(source);
        grade.push(Number(isRight));
        if (isRight)
          value.push(
            grow(
              blocks.right,
              right,
              next,
              () => [...otherRight!, unseenRight].find((code) => !blocks.right.has(code)) ?? fresh++,
            ),
          );
        else if (next() < mixture.unparsed) value.push(-1);
        else
          value.push(
            grow(blocks.wrong, scatter, next, () => {
              if (next() < agreement) {
                const first = Math.floor(next() * otherWrong!.length);
                const known = [...otherWrong!.slice(first), ...otherWrong!.slice(0, first), unseenWrong];
                const shared = known.find((code) => !blocks.wrong.has(code));
                if (shared !== undefined) return shared;
              }
              return column.answersKnown ? fresh++ : 1;
            }),
          );
      }
    }
  });
  const { estimate: _, text: __, ...rest } = column;
  return {
    ...rest,
    start: Uint32Array.from({ length: tasks.length * draws + 1 }, (_, i) => i * calls),
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

/** Draws of (p, scatter) given what was recorded on the task. */
function posterior({ keyOf, grid, weights, likelihood, rights }: VoteMixture, task: number) {
  const key = keyOf[task]!;
  const upTo = new Float64Array(weights.length);
  let sum = 0;
  for (let g = 0; g < weights.length; g++) {
    sum += weights[g]! * (key < 0 ? 1 : likelihood[key * weights.length + g]!);
    upTo[g] = sum;
  }
  return (next: Random, quantile: number): { p: number; scatter: Scatter; right: Scatter } => {
    const wanted = (Number.isNaN(quantile) ? next() : quantile) * sum; // points are in the order of p
    let [low, high] = [0, upTo.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (wanted < upTo[middle]!) high = middle;
      else low = middle + 1;
    }
    const width = grid.scatters.length;
    let share = next();
    const right = rights.find((one) => {
      share -= one.share;
      return share < 0;
    });
    return {
      p: grid.accuracies[Math.floor(low / width)]!,
      scatter: grid.scatters[low % width]!,
      right: (right ?? rights[0]!).scatter,
    };
  };
}
