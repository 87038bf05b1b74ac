import type { AnswerTable, Column } from "../records/answer-table.ts";
import { pick } from "./choose.ts";

/** A table of these columns and tasks alone, in this order: a search reads every task hundreds of times. */
export function subsetOf(table: AnswerTable, columns: readonly Column[], tasks: Uint32Array): AnswerTable {
  const { truth, truthFromOthers } = table;
  return {
    tasks: Array.from(tasks, (task) => table.tasks[task]!),
    columns: columns.map((column) => onTasks(column, tasks)),
    ...(truth && { truth: pick(truth, tasks) }),
    ...(truthFromOthers && { truthFromOthers: Uint8Array.from(tasks, (task) => truthFromOthers[task]!) }),
  };
}

function onTasks(column: Column, tasks: Uint32Array): Column {
  const start = new Uint32Array(tasks.length + 1);
  const at: number[] = [];
  tasks.forEach((task, i) => {
    for (let from = column.start[task]!; from < column.start[task + 1]!; from++) at.push(from);
    start[i + 1] = at.length;
  });
  return {
    ...column,
    start,
    value: Int32Array.from(at, (i) => column.value[i]!),
    group: Int32Array.from(at, (i) => column.group[i]!),
    status: at.map((i) => column.status[i]!),
    grade: pick(column.grade, at),
    ...(column.estimate && { estimate: pick(column.estimate, at) }),
    tokensIn: pick(column.tokensIn, at),
    tokensOut: pick(column.tokensOut, at),
    usd: pick(column.usd, at),
    seconds: pick(column.seconds, at),
  };
}
