import type { AnswerTable, Column } from "./answer-table.ts";

/**
 * What a team of these columns estimates, per task: the gold number. Where nobody knows it and the mean of the others
 * stands for it, those are the columns outside the team, each with the mean of its own numbers: no estimate is held
 * against itself.
 *
 * @param members  names of columns
 * @returns        NaN where there is no numeric truth, or no other column has a number
 */
export function truthFor(table: AnswerTable, members: readonly string[]): Float64Array {
  const { tasks, columns, truth, truthFromOthers } = table;
  const known = truth ?? new Float64Array(tasks.length).fill(Number.NaN);
  if (!truthFromOthers) return known;
  const others = columns.filter(({ name, estimate }) => estimate && !members.includes(name));
  return known.map((value, task) => (truthFromOthers[task] === 1 ? meanOfMeans(others, task) : value));
}

function meanOfMeans(columns: readonly Column[], task: number): number {
  let sum = 0;
  let columnsWithNumbers = 0;
  for (const { start, estimate } of columns) {
    let own = 0;
    let numbers = 0;
    for (let at = start[task]!; at < start[task + 1]!; at++) {
      if (Number.isNaN(estimate![at]!)) continue;
      own += estimate![at]!;
      numbers++;
    }
    if (numbers === 0) continue;
    sum += own / numbers;
    columnsWithNumbers++;
  }
  return sum / columnsWithNumbers;
}
