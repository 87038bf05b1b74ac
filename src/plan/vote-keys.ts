// What was recorded of one agent on each task as far as votes go: how often it was right and how its wrong answers repeat.

import { clampShare } from "../calibrate/estimators/estimate.ts";
import type { Column } from "../records/answer-table.ts";

/** What was recorded on a task, without the names of the answers; tasks with equal keys are pooled. */
export interface VoteKey {
  readonly right: number;
  /** How many samples gave each wrong answer, most first. */
  readonly wrong: readonly number[];
  readonly unparsed: number;
  /** Number of tasks with this key. */
  readonly tasks: number;
}

export interface VoteKeys {
  /** In an order that does not depend on the order of tasks. */
  readonly keys: readonly VoteKey[];
  /** For each of the given tasks, the index of its key; −1 where it has no graded sample. */
  readonly keyOf: Int32Array;
  /** True if a task has two samples or more: without, nothing is known of votes. */
  readonly repeated: boolean;
  /** How often each right answer was given, by task, with the number of such tasks. @default they agree */
  readonly rights?: readonly { readonly sizes: readonly number[]; readonly tasks: number }[];
}

/** Keys of the tasks that the column answered. Only grades of 0 and 1 make keys; `undefined` where there are others. */
export function voteKeys({ start, grade, value }: Column, tasks: ArrayLike<number>): VoteKeys | undefined {
  for (let i = 0; i < tasks.length; i++)
    for (let at = start[tasks[i]!]!; at < start[tasks[i]! + 1]!; at++)
      if (grade[at] !== 0 && grade[at] !== 1 && !Number.isNaN(grade[at]!)) return undefined;
  return keysOf(tasks, (task, add) => {
    for (let at = start[task]!; at < start[task + 1]!; at++) add(value[at]!, grade[at]!);
  });
}

/** Keys of these tasks, whose answers are told by code and grade: 0, 1 or, of one that was not graded, NaN. */
export function keysOf(
  tasks: ArrayLike<number>,
  eachAnswer: (task: number, add: (code: number, grade: number) => void) => void,
): VoteKeys {
  const texts: string[] = [];
  const counted = new Map<string, VoteKey>();
  const rights = new Map<string, { readonly sizes: readonly number[]; readonly tasks: number }>();
  for (let i = 0; i < tasks.length; i++) {
    let unparsed = 0;
    const rightTimes = new Map<number, number>();
    const wrongTimes = new Map<number, number>();
    eachAnswer(tasks[i]!, (code, grade) => {
      if (Number.isNaN(grade)) return;
      if (grade === 0 && code < 0) unparsed++;
      else {
        const times = grade === 1 ? rightTimes : wrongTimes;
        times.set(code, (times.get(code) ?? 0) + 1);
      }
    });
    const [sizes, wrong] = [rightTimes, wrongTimes].map((times) => [...times.values()].sort((a, b) => b - a)) as [
      number[],
      number[],
    ];
    const right = sizes.reduce((sum, size) => sum + size, 0);
    if (right > 1) rights.set(`${sizes}`, { sizes, tasks: (rights.get(`${sizes}`)?.tasks ?? 0) + 1 });
    const text = right + unparsed + wrong.length > 0 ? `${right} ${unparsed} ${wrong.join(" ")}` : "";
    texts.push(text);
    if (text) counted.set(text, { right, wrong, unparsed, tasks: (counted.get(text)?.tasks ?? 0) + 1 });
  }
  return { ...inOrder(texts, counted), rights: [...rights.values()] };
}

/** Keys by their texts, whatever the order of tasks; a task without samples has an empty text. */
export function inOrder<Key extends VoteKey>(texts: readonly string[], found: ReadonlyMap<string, Key>) {
  const order = [...found.keys()].sort();
  const indices = new Map(order.map((text, index) => [text, index]));
  const keys = order.map((text) => found.get(text)!);
  return {
    keys,
    repeated: keys.some((key) => samplesOf(key) > 1),
    keyOf: Int32Array.from(texts, (text) => indices.get(text) ?? -1),
  };
}

export const samplesOf = (key: VoteKey) => key.right + key.unparsed + key.wrong.reduce((sum, size) => sum + size, 0);

export function usualSamples(keys: readonly VoteKey[]): number {
  const counts = new Map<number, number>();
  for (const key of keys) counts.set(samplesOf(key), (counts.get(samplesOf(key)) ?? 0) + key.tasks);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? 0;
}

/** Share of right samples, and the correlation of two samples of a task; 1 where no task has two. */
export function sharedCorrelation(
  keys: readonly VoteKey[],
  tasks: number,
): { readonly p: number; readonly rho: number } {
  let [right, all, rightPairs, pairs, sum, squares] = [0, 0, 0, 0, 0, 0];
  for (const key of keys) {
    const n = samplesOf(key);
    right += key.tasks * key.right;
    all += key.tasks * n;
    rightPairs += key.tasks * key.right * (key.right - 1);
    pairs += key.tasks * n * (n - 1);
    sum += key.tasks * (key.right / n);
    squares += key.tasks * (key.right / n) ** 2;
  }
  const p = right / all;
  const independent = tasks > 1 ? (sum ** 2 - squares) / (tasks * (tasks - 1)) : p * p; // p² from different tasks
  const rho = pairs > 0 ? (rightPairs / pairs - independent) / (p - independent) : 1;
  return { p, rho: Number.isFinite(rho) ? clampShare(rho) : 1 };
}
