import { normalizeAnswer, readNumber, sameAnswer } from "./answer.ts";
import type { Reading } from "./answer-table.ts";
import type { Attempt, Attempts } from "./attempt.ts";
import { type ColumnBuilder, columnBuilder } from "./column-builder.ts";
import type { Config } from "./config.ts";
import { groupedBy, numbering, sortedBy } from "./numbering.ts";
import type { Assumption, Recordings, Relay } from "./recordings.ts";

export interface TabulateOptions {
  /**
   * What grades an attempt: "flag", the recorded `correct`, and answer = gold where there is none; or "answer", the other
   * way round. Scores grade what neither does. @default "flag"
   */
  readonly grade?: "flag" | "answer";
}

/**
 * Attempts as columns of numbers: graded, priced, with everything that was assumed on the way. Attempts of other roles
 * than solving that name what they read become `readings`; others stay out and are counted; relay probes go to `relays`.
 *
 * Answer codes count within a task: 0 is the right answer (gold, else the first recorded as right), 1 stands for "wrong,
 * unknown which", other answers start at 2. So columns with and without answers can vote together. Equal means equal as
 * texts, because a vote at run time sees no more; only grading also compares numbers.
 *
 * A numeric answer to a task with a numeric gold is also an estimate with its truth; a task whose attempts name different
 * numbers as gold has none.
 */
export function tabulate(
  { name, attempts, badLines, disagreements, sources }: Attempts,
  config: Config,
  { grade = "flag" }: TabulateOptions = {},
): Recordings {
  const tasks = numbering();
  const names = numbering();
  const columns: ColumnBuilder[] = [];
  const solving: Attempt[] = [];
  const taskOf: number[] = [];
  const columnOf: number[] = [];
  const probes: Attempt[] = [];
  const others: Attempt[] = [];

  for (const attempt of attempts) {
    const { agent, level, role } = attempt;
    if (attempt.received !== undefined) probes.push(attempt);
    else if (role !== undefined && role !== "solve" && role !== "leaf") {
      others.push(attempt);
      if (isReading(attempt)) tasks.number(attempt.taskId); // where nobody solves, there may be one who read
    } else {
      const before = solving.at(-1); // files often list agent after agent: then no name is built
      const same = before !== undefined && before.agent === agent && before.level === level;
      const column = same ? columnOf.at(-1)! : names.number(level === undefined ? agent : `${agent}~${level}`);
      if (column === columns.length) columns.push(columnBuilder({ name: names.text(column), agent, level }, config));
      columns[column]!.expect(attempt);
      solving.push(attempt);
      columnOf.push(column);
      taskOf.push(tasks.number(attempt.taskId));
    }
  }
  const relays = probes.flatMap(({ taskId, agent, messageTokens, sent, received }): Relay[] =>
    messageTokens === undefined || messageTokens === 0 // an empty message tells nothing
      ? []
      : [{ task: tasks.number(taskId), agent, messageTokens, sent: sent!, received: received! }],
  );

  const order = sortedBy(Uint32Array.from(solving.keys()), taskOf, tasks.size());
  const othersOf = groupedBy(others, ({ taskId }) => taskId);
  const readings: Reading[] = [];
  let unreadable = 0;
  const bySample = sampleOrder(solving, columnOf, columns.length);
  const coder = answerCoder();
  const truth = truths(tasks.size());
  const texts = textsOfLevels(solving, tasks.size());
  const grades: Record<Grader, number> = { flag: 0, answer: 0, score: 0, nothing: 0 };
  for (const column of columns) column.allocate(tasks.size());
  for (let task = 0, from = 0; task < tasks.size(); task++) {
    let to = from;
    while (to < order.length && taskOf[order[to]!] === task) to++;
    const here = bySample(order.subarray(from, to));
    const gold = firstOf(here, (i) => solving[i]!.gold);
    truth.add(task, gold, here, solving);
    const right = gold ?? firstOf(here, (i) => recordedRight(solving[i]!));
    coder.nextTask(right, truth.isNumeric(task));
    texts.nextTask(task, right);
    for (const i of here) {
      const attempt = solving[i]!;
      const grader = graderOf(attempt, attempt.gold ?? gold, grade);
      const value = gradeOf(attempt, attempt.gold ?? gold, grader);
      grades[grader] += attempt.nSamples ?? 1;
      const code = coder.answer(attempt, value);
      columns[columnOf[i]!]!.append(attempt, value, {
        value: code,
        group: coder.group(attempt),
        estimate: coder.number(attempt, code),
        text: texts.number(attempt),
      });
    }
    for (const column of columns) column.endTask(task);
    const otherRoles = othersOf.get(tasks.text(task)) ?? [];
    const reading = otherRoles.filter(isReading);
    if (reading.length > 0) {
      const alone = Array.from(here, (i) => solving[i]!);
      const all = [...alone, ...otherRoles];
      const graded = (attempt: Attempt) => {
        const known = attempt.gold ?? gold;
        return gradeOf(attempt, known, graderOf(attempt, known, grade));
      };
      for (const attempt of reading) {
        const read = whatWasRead(attempt, attempt.group === undefined ? alone : all);
        if (!read) unreadable++;
        else
          readings.push({
            task,
            reader: columnName(attempt),
            ...(attempt.messageTokens !== undefined && { messageTokens: attempt.messageTokens }),
            proposals: read.map((proposal) => ({
              member: columnName(proposal),
              value: coder.answer(proposal, graded(proposal)),
              grade: graded(proposal),
            })),
            value: coder.answer(attempt, graded(attempt)),
            grade: graded(attempt),
            tokensIn: attempt.tokensIn ?? Number.NaN,
            tokensOut: attempt.tokensOut ?? Number.NaN,
            usd: attempt.costUsd ?? Number.NaN,
            seconds: attempt.seconds ?? Number.NaN,
          });
      }
    }
    from = to;
  }

  const assumptions = [
    ...aboutGrades(grades, grade),
    ...aboutRoles(others.filter((attempt) => !isReading(attempt))),
    ...aboutReadings(readings.length, unreadable),
    ...aboutRelays(probes.length - relays.length),
    ...aboutAnswers(columns),
    ...columns.flatMap((column) => column.assumptions()),
  ];
  const families = familiesOf(solving, taskOf, tasks.size());
  const table = {
    tasks: tasks.texts(),
    columns: columns.map((column) => column.finish()),
    ...(families && { families }),
    ...truth.finish(),
    ...texts.finish(),
    ...(readings.length > 0 && { readings }),
  };
  const counts = { attempts: attempts.length, badLines: badLines.length };
  return { name, table, relays, config, assumptions, disagreements, ...counts, sources };
}

/** True of an attempt that names what it read; whoever only has another role is left out. */
const isReading = ({ reads }: Attempt) => reads !== undefined && reads.length > 0;

const columnName = ({ agent, level }: Attempt) => (level === undefined ? agent : `${agent}~${level}`);

/**
 * The attempts that one names in `reads`, among those of its task, of its group where it has one: a number is a sample of
 * its own agent, a name the next attempt of that agent. Undefined where one of them is not recorded.
 */
function whatWasRead(attempt: Attempt, pool: readonly Attempt[]): readonly Attempt[] | undefined {
  const left = pool.filter(
    (other) => !isReading(other) && (attempt.group === undefined || other.group === attempt.group),
  );
  const read: Attempt[] = [];
  for (const name of attempt.reads!) {
    const isMeant = (other: Attempt) =>
      /^\d+$/.test(name) && other.agent === attempt.agent
        ? other.sample === Number(name)
        : other.agent === name || columnName(other) === name;
    const at = left.findIndex(isMeant);
    if (at < 0) return undefined;
    read.push(...left.splice(at, 1));
  }
  return read;
}

const familyFields = ["family", "category", "subject"] as const;

/** What tasks are about, by the first attempt that says so; undefined where none does. */
function familiesOf(
  solving: readonly Attempt[],
  taskOf: readonly number[],
  tasks: number,
): readonly string[] | undefined {
  let families: string[] | undefined;
  solving.forEach(({ extra }, i) => {
    if (!extra || families?.[taskOf[i]!]) return;
    const name = familyFields.map((field) => extra[field]).find((value) => typeof value === "string" && value !== "");
    if (name === undefined) return;
    families ??= new Array<string>(tasks).fill("");
    families[taskOf[i]!] = name as string;
  });
  return families;
}

/** Orders the attempts of one task so that those of a column stand by sample; mostly they already do. */
function sampleOrder(solving: readonly Attempt[], columnOf: readonly number[], columns: number) {
  const before = new Float64Array(columns);
  return (here: Uint32Array): Uint32Array => {
    before.fill(-1);
    for (const i of here) {
      const { sample } = solving[i]!;
      const column = columnOf[i]!;
      if (sample < before[column]!) return here.sort((a, b) => solving[a]!.sample - solving[b]!.sample || a - b);
      before[column] = sample;
    }
    return here;
  };
}

/** Numbers answers and groups within one task at a time. */
function answerCoder() {
  const answers = new Map<string, number>();
  const numbers: (number | undefined)[] = []; // by code; only where the task's truth is a number
  const groups = new Map<string, number>();
  let next = 2;
  let numeric = false;
  return {
    nextTask(right: string | undefined, isNumeric: boolean): void {
      answers.clear();
      groups.clear();
      next = 2;
      numeric = isNumeric;
      if (numeric) numbers.length = 0;
      if (right !== undefined) answers.set(normalizeAnswer(right), 0);
    },
    /** The answer as a number, if the task asks for one; each answer is read once. */
    number({ answer }: Attempt, code: number): number {
      if (!numeric || typeof answer !== "string") return Number.NaN;
      numbers[code] ??= readNumber(answer) ?? Number.NaN;
      return numbers[code];
    },
    answer({ answer, status = "ok" }: Attempt, grade: number): number {
      if (answer === null) return -1;
      if (answer === undefined) return grade === 1 ? 0 : status === "ok" ? 1 : -1;
      const form = normalizeAnswer(answer);
      const known = answers.get(form);
      if (known !== undefined) return known;
      answers.set(form, next);
      return next++;
    },
    group({ group }: Attempt): number {
      if (group === undefined) return -1;
      const known = groups.get(group) ?? groups.size;
      groups.set(group, known);
      return known;
    },
  };
}

/** Numbers texts over all tasks, of agents with a level alone: elsewhere nobody asks, and there may be a million. */
function textsOfLevels(solving: readonly Attempt[], tasks: number) {
  const known = numbering();
  const rightText = solving.some(hasLevelText) ? new Int32Array(tasks).fill(-1) : undefined;
  return {
    nextTask(task: number, right: string | undefined): void {
      if (rightText && right !== undefined) rightText[task] = known.number(normalizeAnswer(right));
    },
    number: (attempt: Attempt) =>
      hasLevelText(attempt) ? known.number(normalizeAnswer(attempt.answer as string)) : -1,
    finish: () => ({ ...(rightText && { rightText }) }),
  };
}

const hasLevelText = ({ level, answer }: Attempt) => level !== undefined && typeof answer === "string";

/** Collects the numeric truth of the tasks; nothing is allocated where there is none. */
function truths(tasks: number) {
  let truth: Float64Array | undefined;
  let fromOthers: Uint8Array | undefined;
  return {
    add(task: number, gold: string | undefined, here: Uint32Array, solving: readonly Attempt[]): void {
      if (solving[here[0]!]?.goldFrom === "others") {
        fromOthers ??= new Uint8Array(tasks);
        fromOthers[task] = 1;
        return;
      }
      const number = gold === undefined ? undefined : readNumber(gold);
      if (number === undefined) return;
      const disputed = here.some((i) => {
        const own = solving[i]!.gold;
        return own !== undefined && own !== gold && readNumber(own) !== number;
      });
      if (disputed) return;
      truth ??= new Float64Array(tasks).fill(Number.NaN);
      truth[task] = number;
    },
    isNumeric: (task: number) => fromOthers?.[task] === 1 || (truth !== undefined && !Number.isNaN(truth[task]!)),
    finish: () => ({ ...(truth && { truth }), ...(fromOthers && { truthFromOthers: fromOthers }) }),
  };
}

type Grader = "flag" | "answer" | "score" | "nothing";

/** Who has the word on an attempt: the one asked for where it can tell, else the other, else a score. */
function graderOf(attempt: Attempt, gold: string | undefined, grade: "flag" | "answer"): Grader {
  const { correct, answer, score, nCorrect } = attempt;
  if (nCorrect !== undefined) return "flag";
  const comparable = gold !== undefined && answer !== undefined;
  if (correct !== undefined && !(grade === "answer" && comparable)) return "flag";
  if (comparable) return "answer";
  return score === undefined ? "nothing" : "score";
}

function gradeOf({ correct, answer, score, scoreMax = 1 }: Attempt, gold: string | undefined, grader: Grader): number {
  if (grader === "flag") return correct ?? Number.NaN; // an aggregate carries the grades of its samples
  if (grader === "answer") return typeof answer === "string" && sameAnswer(answer, gold!) ? 1 : 0;
  return grader === "score" ? score! / scoreMax : Number.NaN;
}

function recordedRight({ answer, correct }: Attempt): string | undefined {
  return correct === 1 && typeof answer === "string" ? answer : undefined;
}

function firstOf(here: Uint32Array, find: (i: number) => string | undefined): string | undefined {
  for (const i of here) {
    const found = find(i);
    if (found !== undefined) return found;
  }
  return undefined;
}

function aboutGrades(grades: Readonly<Record<Grader, number>>, asked: "flag" | "answer"): Assumption[] {
  const words: Record<Grader, [value: string, status: Assumption["status"], source: string]> = {
    flag: ["as flagged", "recorded", "field correct"],
    answer: ["answer = gold", "derived", "fields answer, gold"],
    score: ["score ÷ score_max", "derived", "fields score, score_max"],
    nothing: ["not graded", "recorded", "no correct, gold or score"],
  };
  const graders: Grader[] = asked === "flag" ? ["flag", "answer"] : ["answer", "flag"];
  return [...graders, "score" as const, "nothing" as const]
    .filter((grader) => grades[grader] > 0)
    .map((grader) => {
      const [value, status, source] = words[grader];
      return { subject: "grading", value: `${value}: ${grades[grader].toLocaleString("en")} answers`, status, source };
    });
}

function aboutRoles(others: readonly Attempt[]): Assumption[] {
  const counts = new Map<string, number>();
  for (const { role } of others) counts.set(role!, (counts.get(role!) ?? 0) + 1);
  return [...counts].map(([role, count]) => ({
    subject: "role",
    value: `${count.toLocaleString("en")} attempts of role "${role}" left out: they do not answer alone`,
    status: "recorded",
    source: "field role",
  }));
}

function aboutReadings(usable: number, unreadable: number): Assumption[] {
  const count = (n: number, what: string): Assumption[] =>
    n === 0
      ? []
      : [
          {
            subject: "readers",
            value: `${n.toLocaleString("en")} ${what}`,
            status: "recorded",
            source: "fields role, reads",
          },
        ];
  return [
    ...count(usable, "answers were given after reading recorded answers to the task"),
    ...count(unreadable, "answers left out: what they read is not recorded"),
  ];
}

function aboutRelays(withoutLength: number): Assumption[] {
  if (withoutLength === 0) return [];
  const value = `${withoutLength.toLocaleString("en")} relay probes left out: fidelity is measured by message length`;
  return [{ subject: "relay probe", value, status: "recorded", source: "field message_tokens missing or 0" }];
}

function aboutAnswers(columns: readonly ColumnBuilder[]): Assumption[] {
  const unknown = columns.filter((column) => !column.answersKnown()).length;
  if (unknown === 0) return [];
  const value = `taken to agree for ${unknown} of ${columns.length} agents: only right or wrong is recorded`;
  return [{ subject: "wrong answers", value, status: "assumed", source: "no field answer" }];
}
