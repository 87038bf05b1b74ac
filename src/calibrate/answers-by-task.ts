import type { AnswerTable, Column } from "../records/answer-table.ts";

/** One answer to one task: how often an agent gave it. */
export interface AnswerShare {
  /** Code of the answer within the task: equal for equal answers of all agents; −1: no parsable answer. */
  readonly answer: number;
  /** Of the agent's recorded samples, in (0, 1]. */
  readonly share: number;
  /** Mean grade, 1 right and 0 wrong; null where nothing graded it. */
  readonly grade: number | null;
}

/** The answer distributions of one task, by agent (and level). */
export interface TaskAnswers {
  readonly taskId: string;
  readonly agents: Readonly<Record<string, readonly AnswerShare[]>>;
}

/** Per-task answer distributions of the tasks with these indices, in their order; agents without an answer are left out. */
export function answersByTask({ tasks, columns }: AnswerTable, indices: Uint32Array): TaskAnswers[] {
  return Array.from(indices, (task) => ({
    taskId: tasks[task]!,
    agents: Object.fromEntries(
      columns.flatMap((column) => {
        const shares = sharesOf(column, task);
        return shares.length > 0 ? [[column.name, shares] as const] : [];
      }),
    ),
  }));
}

/** Most frequent first; equals by their code. */
function sharesOf({ start, value, grade }: Column, task: number): AnswerShare[] {
  const [from, to] = [start[task]!, start[task + 1]!];
  const counted = new Map<number, { times: number; grade: number }>();
  for (let at = from; at < to; at++) {
    const known = counted.get(value[at]!) ?? { times: 0, grade: 0 };
    counted.set(value[at]!, { times: known.times + 1, grade: known.grade + grade[at]! });
  }
  return [...counted]
    .map(([answer, { times, grade: sum }]) => ({
      answer,
      share: times / (to - from),
      grade: Number.isNaN(sum) ? null : sum / times,
    }))
    .sort((a, b) => b.share - a.share || a.answer - b.answer);
}
