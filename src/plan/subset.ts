import type { AnswerTable, Column } from "../records/answer-table.ts";
import { pick } from "./choose.ts";

/** Which of the answers that a column has to a task are kept: indices into its arrays, in order. */
export type Keep = (column: Column, task: number) => readonly number[];

/**
 * A table of these columns and tasks alone, in this order: a search reads every task hundreds of times.
 *
 * @param keep @default every answer
 */
export function subsetOf(
  table: AnswerTable,
  columns: readonly Column[],
  tasks: Uint32Array,
  keep: Keep = everyAnswer,
): AnswerTable {
  const { families, truth, truthFromOthers, rightText, readings } = table;
  const place = new Map(Array.from(tasks, (task, i) => [task, i]));
  return {
    tasks: Array.from(tasks, (task) => table.tasks[task]!),
    columns: columns.map((column) => onTasks(column, tasks, keep)),
    ...(families && { families: Array.from(tasks, (task) => families[task]!) }),
    ...(truth && { truth: pick(truth, tasks) }),
    ...(rightText && { rightText: Int32Array.from(tasks, (task) => rightText[task]!) }),
    ...(readings && {
      readings: readings.flatMap((reading) => {
        const task = place.get(reading.task);
        return task === undefined ? [] : [{ ...reading, task }];
      }),
    }),
    ...(truthFromOthers && { truthFromOthers: Uint8Array.from(tasks, (task) => truthFromOthers[task]!) }),
  };
}

const everyAnswer: Keep = ({ start }, task) =>
  Array.from({ length: start[task + 1]! - start[task]! }, (_, i) => start[task]! + i);

function onTasks(column: Column, tasks: Uint32Array, keep: Keep): Column {
  const start = new Uint32Array(tasks.length + 1);
  const at: number[] = [];
  tasks.forEach((task, i) => {
    at.push(...keep(column, task));
    start[i + 1] = at.length;
  });
  return {
    ...column,
    start,
    value: Int32Array.from(at, (i) => column.value[i]!),
    ...(column.text && { text: Int32Array.from(at, (i) => column.text![i]!) }),
    group: Int32Array.from(at, (i) => column.group[i]!),
    status: at.map((i) => column.status[i]!),
    grade: pick(column.grade, at),
    ...(column.estimate && { estimate: pick(column.estimate, at) }),
    tokensIn: pick(column.tokensIn, at),
    tokensOut: pick(column.tokensOut, at),
    usd: pick(column.usd, at),
    ...(column.usdCached && { usdCached: pick(column.usdCached, at) }),
    seconds: pick(column.seconds, at),
  };
}
