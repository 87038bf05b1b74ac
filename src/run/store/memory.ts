import { RunExists, RunMissing } from "../journal-errors.ts";
import { eventIn } from "../journal-lines.ts";
import type { Batch, Store, StoreKind } from "./store.ts";

/** Runs by directory that live as long as this object: what a disk is to a process, this is to a test. */
export function inMemory(): StoreKind {
  const runs = new Map<
    string,
    { lines: string[]; state: string | null; marked: number; answers: number[]; ended: number[] }
  >();
  return {
    summary: "in memory: gone with the process",
    durable: false,
    async open(directory, { mode, reuse }): Promise<Store> {
      if (mode === "create" && runs.has(directory)) throw new RunExists(directory);
      if (mode === "resume" && !runs.has(directory)) throw new RunMissing(directory);
      for (const other of reuse) if (!runs.has(other)) throw new RunMissing(other);
      const run = runs.get(directory) ?? { lines: [], state: null, marked: 0, answers: [], ended: [] };
      runs.set(directory, run);
      const sources = [run, ...reuse.map((other) => runs.get(other)!)];
      return {
        stored: {
          lines: run.lines.length,
          state: run.state,
          answers: Uint32Array.from(run.answers),
          ended: Uint32Array.from(run.ended),
          tail: run.lines.slice(run.marked),
          tailAfter: run.marked,
          reused: sources.slice(1).map((source) => Uint32Array.from(source.answers)),
        },
        async commit({ lines, mark }: Batch) {
          for (const line of lines) run.lines.push(line);
          if (mark === undefined) return;
          run.state = mark.state;
          run.marked = run.lines.length;
          run.answers.push(...mark.answers);
          run.ended.push(...mark.ended);
        },
        read: async (places) => places.map(({ source, line }) => sources[source]!.lines[line - 1]!),
        pick: async (lines) => lines.map((line) => eventIn(run.lines[line - 1]!)),
        scan: async (after) => run.lines.slice(after, after + 4096),
        async close() {},
      };
    },
  };
}

/** Nothing is kept when it is closed: beside the durable ones in measurements. */
export const memory: StoreKind = {
  summary: "in memory: gone with the process",
  durable: false,
  open: (directory, options) => inMemory().open(directory, options),
};
