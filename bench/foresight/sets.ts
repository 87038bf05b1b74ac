// Recordings as a foresight campaign reads them: agents that answered the same tasks, some tasks to learn from with some of
// their samples, all others to check on. Nothing here knows what a set is about.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { KnownError } from "../../src/errors.ts";
import { subsetOf } from "../../src/plan/subset.ts";
import type { AnswerTable, Column } from "../../src/records/answer-table.ts";
import { readAttempts } from "../../src/records/read.ts";
import type { Recordings } from "../../src/records/recordings.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import { type Random, random } from "../../src/theory/random.ts";
import type { Campaign, LeftOut } from "./part.ts";

const noConfig = { agents: {}, sources: [] };

/** Agents that answered the same tasks, with those tasks alone. */
export interface ForesightSet {
  /** The file or folder; with "/2", "/3" … where it holds several groups of agents with tasks of their own. */
  readonly name: string;
  readonly recordings: Recordings;
  /** Samples on most cells of the group. */
  readonly samples: number;
  /** True where answers are recorded of every agent, not just right or wrong. */
  readonly answersKnown: boolean;
}

/** Sets of a folder of folders, or these files and folders themselves; those without attempts are named with the reason. */
export async function readSets(
  paths: readonly string[],
): Promise<{ sets: ForesightSet[]; leftOut: { name: string; reason: string }[] }> {
  const sets: ForesightSet[] = [];
  const leftOut: { name: string; reason: string }[] = [];
  for (const path of paths.flatMap(foldersIn))
    try {
      sets.push(...groupsOf(tabulate(await readAttempts([path]), noConfig)));
    } catch (error) {
      if (!(error instanceof KnownError)) throw error;
      const name = path.split("/").findLast(Boolean)!;
      leftOut.push({ name, reason: error.message.split("\n")[0]!.replaceAll(path, name) });
    }
  return { sets, leftOut };
}

function foldersIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const folders = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.length === 0 ? [path] : folders.map(({ name }) => join(path, name)).sort();
}

/** An agent belongs to a group if it answered this share of the tasks of the agent around which the group is made. */
const commonShareMin = 0.8;

/** Recordings are often several benchmarks side by side: groups of agents, largest first, each with the tasks all of it answered. */
function groupsOf(recordings: Recordings): ForesightSet[] {
  const { table, name } = recordings;
  const answered = new Map(table.columns.map((column) => [column, gradedTasks(column)]));
  let rest = table.columns.filter((column) => answered.get(column)!.size >= 2);
  const sets: ForesightSet[] = [];
  while (rest.length > 0) {
    const groups = rest.map((center) => {
      const tasks = answered.get(center)!;
      const agents = rest.filter((other) => shared(tasks, answered.get(other)!) >= commonShareMin * tasks.size);
      const common = [...tasks].filter((task) => agents.every((agent) => answered.get(agent)!.has(task)));
      return { agents, common };
    });
    const { agents, common } = groups.reduce((a, b) =>
      b.agents.length * b.common.length > a.agents.length * a.common.length ? b : a,
    );
    rest = rest.filter((column) => !agents.includes(column));
    const part = subsetOf(table, agents, Uint32Array.from(common));
    sets.push({
      name: sets.length === 0 ? name : `${name}/${sets.length + 1}`,
      recordings: { ...recordings, table: part, relays: [] },
      samples: usualSamples(part),
      answersKnown: part.columns.every(({ answersKnown }) => answersKnown),
    });
  }
  return sets;
}

function gradedTasks({ start, grade }: Column): Set<number> {
  const tasks = new Set<number>();
  for (let task = 0; task + 1 < start.length; task++)
    if (grade.subarray(start[task]!, start[task + 1]!).some((one) => !Number.isNaN(one))) tasks.add(task);
  return tasks;
}

function shared(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let count = 0;
  for (const task of a) if (b.has(task)) count++;
  return count;
}

function usualSamples({ columns, tasks }: AnswerTable): number {
  const counts = columns.flatMap(({ start }) => tasks.map((_, task) => start[task + 1]! - start[task]!));
  return counts.sort((a, b) => a - b)[counts.length >> 1]!;
}

/** Numbers of tasks that a campaign learns from. */
export const taskCounts: readonly number[] = [30, 100, 300];
/** A check on fewer tasks says little. */
export const checkingMin = 100;

/** Of these numbers of tasks to learn from, those that leave enough to check on, and the others as cells left out. */
export function checkable(
  { name, recordings }: ForesightSet,
  counts: readonly number[],
  checked: string,
): { readonly kept: readonly number[]; readonly leftOut: readonly LeftOut[] } {
  const isKept = (count: number) => recordings.table.tasks.length - count >= checkingMin;
  return {
    kept: counts.filter(isKept),
    leftOut: counts
      .filter((count) => !isKept(count))
      .map((count) => ({
        set: name,
        what: `${count} tasks`,
        reason: `fewer than ${checkingMin} tasks would be left to check ${checked} on`,
      })),
  };
}

/** Numbers of a campaign's splits; those of other seeds are others. */
export function splitsOf({ splits, seed }: Campaign): readonly number[] {
  return Array.from({ length: splits }, (_, i) => 10_000 * (seed - 1) + i);
}

/** Tasks to learn from and all others, drawn by what the set is called and which split it is. */
export function splitAt(
  set: ForesightSet,
  tasks: number,
  split: number,
): { choosing: Uint32Array; checking: Uint32Array } {
  const order = shuffled(set.recordings.table.tasks.length, random(split, "foresight", set.name, tasks));
  return { choosing: order.slice(0, tasks).sort(), checking: order.slice(tasks).sort() };
}

/** What somebody would have brought who recorded these tasks alone, with at most `samples` answers of every agent to each. */
export function recordedOn(set: ForesightSet, tasks: Uint32Array, samples: number, split: number): Recordings {
  const { recordings } = set;
  const next = random(split, "samples", set.name, samples);
  const table = subsetOf(recordings.table, recordings.table.columns, tasks, ({ start }, task) => {
    const count = start[task + 1]! - start[task]!;
    const kept = shuffled(count, next).subarray(0, samples).sort();
    return Array.from(kept, (at) => start[task]! + at);
  });
  return { ...recordings, table };
}

function shuffled(length: number, next: Random): Uint32Array {
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
