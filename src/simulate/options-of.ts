// How many answers a task allows, as far as wrong ones tell: what a spoilt message may say.

import type { Column } from "../records/answer-table.ts";

/** More possible answers than this make no difference to a vote that could be seen. */
const optionsMax = 12;

/**
 * k = 1 + 1/P(two wrong answers of this agent to a task agree), whole, from 2 to 12: wrong answers that always agree leave
 * one wrong option. 2 where answers are not known, or no task has two wrong ones from different groups.
 */
export function optionsOf({ start, grade, value, group, answersKnown }: Column, tasks: Iterable<number>): number {
  if (!answersKnown) return 2;
  let [pairs, agreeing] = [0, 0];
  for (const task of tasks) {
    const wrong: number[] = [];
    for (let at = start[task]!; at < start[task + 1]!; at++) if (grade[at] === 0 && value[at]! >= 0) wrong.push(at);
    for (const [i, a] of wrong.entries())
      for (const b of wrong.slice(i + 1)) {
        if (group[a]! >= 0 && group[a] === group[b]) continue; // may be one shared answer
        pairs++;
        if (value[a] === value[b]) agreeing++;
      }
  }
  return pairs === 0 ? 2 : Math.max(2, Math.min(optionsMax, Math.round(1 + pairs / Math.max(1, agreeing))));
}
