// Which answers are probably right, from answers alone.
import type { AnswerTable, Column } from "../records/answer-table.ts";
import type { NotMeasured } from "../theory/interval.ts";
import { type DawidSkeneFit, dawidSkene, type TaskVotes } from "./estimators/dawid-skene.ts";

/** Answers whose right ones are told from how agents agree. */
export interface PseudoLabels {
  /** Columns with answers, in the table's order: agents of the votes by number. */
  readonly columns: readonly Column[];
  /** Indices into the table's tasks: those to which two agents or more gave an answer. */
  readonly tasks: Uint32Array;
  /** Per task of `tasks`. */
  readonly votes: readonly TaskVotes[];
  readonly fit: DawidSkeneFit;
  /** The columns with P(right) as grade of every answer, NaN on other tasks: what replays a team without labels. */
  readonly table: AnswerTable;
}

/** "Wrong, unknown which" and no parsable answer: they agree with nothing. */
const isAnswer = (code: number) => code === 0 || code > 1;

/** Reads answers alone: codes say which are equal, and no grade is looked at. */
export function pseudoLabels(table: AnswerTable, tasks: Uint32Array): PseudoLabels | NotMeasured {
  const columns = table.columns.filter(
    ({ answersKnown, start }) => answersKnown && tasks.some((task) => start[task]! < start[task + 1]!),
  );
  if (columns.length < 2)
    return {
      notMeasured: `${columns.length === 0 ? "no agent's answers are" : `only the answers of "${columns[0]!.name}" are`} recorded, and agreement takes two`,
      probe: "record the answers of several agents to the same tasks (field `answer`)",
    };
  const kept: number[] = [];
  const votes: TaskVotes[] = [];
  const optionOf: ReadonlyMap<number, number>[] = [];
  for (const task of tasks) {
    const options = new Map<number, number>();
    const made = votesOn(columns, task, options);
    if (new Set(made.agent).size < 2) continue;
    kept.push(task);
    votes.push(made);
    optionOf.push(options);
  }
  if (kept.length < 2)
    return {
      notMeasured: `two agents answered the same task on ${kept.length === 0 ? "no task" : "one task only"}`,
      probe: "record several agents on the same tasks",
    };
  const fit = dawidSkene(votes, columns.length);
  const graded = columns.map((column): Column => {
    const grade = new Float64Array(column.grade.length).fill(Number.NaN);
    kept.forEach((task, t) => {
      for (let at = column.start[task]!; at < column.start[task + 1]!; at++) {
        const option = isAnswer(column.value[at]!) ? optionOf[t]!.get(column.value[at]!)! : -1;
        grade[at] = option < 0 ? 0 : fit.posteriors[t]![option]!;
      }
    });
    return { ...column, grade };
  });
  return {
    columns,
    tasks: Uint32Array.from(kept),
    votes,
    fit,
    table: { tasks: table.tasks, columns: graded },
  };
}

function votesOn(columns: readonly Column[], task: number, options: Map<number, number>): TaskVotes {
  const agent: number[] = [];
  const option: number[] = [];
  const share: number[] = [];
  columns.forEach(({ start, value }, j) => {
    const [from, to] = [start[task]!, start[task + 1]!];
    const first = agent.length;
    for (let at = from; at < to; at++) {
      const code = value[at]!;
      if (!isAnswer(code)) continue;
      const number = options.get(code) ?? options.size;
      options.set(code, number);
      let vote = first;
      while (vote < option.length && option[vote] !== number) vote++;
      if (vote === option.length) {
        agent.push(j);
        option.push(number);
        share.push(0);
      }
      share[vote]! += 1 / (to - from);
    }
  });
  return { agent, option, share, options: options.size };
}
