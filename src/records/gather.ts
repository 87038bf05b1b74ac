import { KnownError } from "../errors.ts";
import { sameAnswer } from "./answer.ts";
import type { Attempt, Attempts, BadLine, Disagreement } from "./attempt.ts";
import { numbering, sortedBy } from "./numbering.ts";
import { type Mutable, type Row, sortOf, toAttempt } from "./parse.ts";

/** Two lines hold the same attempt. Nothing was kept: which of them counts is not ours to guess. */
export class DuplicateKey extends KnownError {
  readonly code = "duplicate-key";
  constructor(key: string, first: string, second: string) {
    super(
      `${second} repeats the attempt of ${first}: ${key}.`,
      "Remove one of the two lines, or number repeats by a field: sample.",
    );
  }
}

/** Collects rows into attempts: counts sorts and bad lines, numbers samples, refuses repeated keys. */
export interface Gathering {
  /** Adds one row of the long table; a row that is no attempt is kept as a bad line. */
  add(row: Row, file: string, line: number): void;
  /** Counts a line that is no row at all. */
  reject(file: string, line: number, reason: string): void;
  /** Counts a line that was read. */
  countLine(): void;
  readonly attempts: readonly Attempt[];
  readonly badLines: readonly BadLine[];
  /** @throws {DuplicateKey} where two lines hold the same attempt */
  finish(name: string, sources: readonly string[]): Attempts;
}

/**
 * An attempt's key is (task, agent, role, level, group, message tokens, sample). All but the sample and the task make its
 * *series*; series and task become small numbers here, so that a million keys are checked by sorting integers.
 */
export function gather(): Gathering {
  const attempts: Mutable<Attempt>[] = [];
  const badLines: BadLine[] = [];
  const disagreements: Disagreement[] = [];
  const sorts = { graded: 0, scored: 0, ungraded: 0, aggregated: 0, relay: 0 };
  const tasks = numbering();
  const agents = numbering();
  const series = numbering();
  const taskOf: number[] = [];
  const seriesOf: number[] = [];
  const lineOf: number[] = [];
  const unnumbered: boolean[] = [];
  const files: { file: string; from: number }[] = [];
  let lines = 0;

  const where = (attempt: number) => {
    const { file } = files.findLast(({ from }) => from <= attempt)!;
    return `${file}:${lineOf[attempt]}`;
  };

  return {
    attempts,
    badLines,
    countLine() {
      lines++;
    },
    reject(file, line, reason) {
      badLines.push({ file, line, reason });
    },
    add(row, file, line) {
      const attempt: Mutable<Attempt> | string = toAttempt(row);
      if (typeof attempt === "string") {
        badLines.push({ file, line, reason: attempt });
        return;
      }
      const task = tasks.number(attempt.taskId);
      attempt.taskId = tasks.text(task); // one copy of each text, however many attempts
      attempt.agent = agents.text(agents.number(attempt.agent));
      if (files.at(-1)?.file !== file) files.push({ file, from: attempts.length });
      taskOf.push(task);
      seriesOf.push(series.number(seriesKey(attempt)));
      lineOf.push(line);
      unnumbered.push(row["sample"] === undefined || row["sample"] === null);
      attempts.push(attempt);
      sorts[sortOf(attempt)]++;
      const { taskId, answer, gold, correct } = attempt;
      if (correct !== undefined && gold !== undefined && typeof answer === "string")
        if (sameAnswer(answer, gold) !== (correct === 1))
          disagreements.push({ taskId, agent: attempt.agent, answer, gold, correct });
    },
    finish(name, sources) {
      const byKey = sortedBy(
        sortedBy(Uint32Array.from(attempts.keys()), taskOf, tasks.size()),
        seriesOf,
        series.size(),
      );
      for (let from = 0; from < byKey.length; ) {
        const first = byKey[from]!;
        let to = from + 1;
        while (to < byKey.length && taskOf[byKey[to]!] === taskOf[first] && seriesOf[byKey[to]!] === seriesOf[first])
          to++;
        for (let i = from; i < to; i++) if (unnumbered[byKey[i]!]) attempts[byKey[i]!]!.sample = i - from;
        refuseRepeats(byKey.subarray(from, to));
        from = to;
      }
      return { name, attempts, lines, badLines, sorts, disagreements, sources };
    },
  };

  /** @param run  attempts that differ in their sample only, in file order */
  function refuseRepeats(run: Uint32Array): void {
    const sample = (attempt: number) => attempts[attempt]!.sample;
    let increasing = true;
    for (let i = 1; i < run.length && increasing; i++) increasing = sample(run[i]!) > sample(run[i - 1]!);
    if (increasing) return;
    const order = run.slice().sort((a, b) => sample(a) - sample(b) || a - b);
    for (let i = 1; i < order.length; i++)
      if (sample(order[i]!) === sample(order[i - 1]!))
        throw new DuplicateKey(keyText(attempts[order[i]!]!), where(order[i - 1]!), where(order[i]!));
  }
}

/** Everything of the key but task and sample; the agent alone where there is nothing else, which is the rule. */
function seriesKey({ agent, role, level, group, messageTokens }: Attempt): string {
  if (role === undefined && level === undefined && group === undefined && messageTokens === undefined) return agent;
  return JSON.stringify([agent, role, level, group, messageTokens]);
}

function keyText({ taskId, agent, role, level, group, messageTokens, sample }: Attempt): string {
  const parts = { task_id: taskId, agent, role, level, group, message_tokens: messageTokens, sample };
  return Object.entries(parts)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(", ");
}
