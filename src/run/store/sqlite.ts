import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { UnknownJournalVersion } from "../../trace/serialize.ts";
import { JournalAccess, JournalDamaged, JournalFailed, RunExists, RunHeld, RunMissing } from "../journal-errors.ts";
import type { Reply, Request, Trouble } from "./sqlite-worker.ts";
import type { Batch, Place, Store, Stored, StoreKind } from "./store.ts";

/**
 * One SQLite file per run, written by a thread of its own so that no fsync holds up the event loop: WAL, synchronous=FULL,
 * one transaction per batch. The file says of each line a running CRC-32 of all lines up to it, so what is not whole is
 * recognized; a second file says who owns the run and how many lines it must have, so a lost end is recognized too.
 */
export const sqlite: StoreKind = {
  summary: "one SQLite file in the run's directory",
  durable: true,
  async open(directory, { mode, reuse }) {
    const thread = new Thread();
    try {
      const stored = (await thread.ask({ kind: "open", directory, mode, reuse })) as Stored;
      return storeOf(directory, thread, stored);
    } catch (error) {
      await thread.end();
      throw error;
    }
  },
};

/** A journal to be read while nobody need own it: no lock, nothing is written. */
export async function readSqlite(directory: string): Promise<Pick<Store, "scan" | "close">> {
  const thread = new Thread();
  try {
    await thread.ask({ kind: "open", directory, mode: "read", reuse: [] });
  } catch (error) {
    await thread.end();
    throw error;
  }
  return storeOf(directory, thread, undefined);
}

/** What a damaged journal still has: lines that are whole, and how many are not. */
export interface Salvaged {
  readonly lines: readonly string[];
  /** null: nobody can tell. */
  readonly lost: number | null;
  readonly how: string | null;
}

/** Reads what can be read of a journal, damaged or not. Nothing is changed. */
export async function salvageSqlite(directory: string): Promise<Salvaged> {
  const thread = new Thread();
  try {
    return (await thread.ask({ kind: "salvage", directory })) as Salvaged;
  } finally {
    await thread.end();
  }
}

function storeOf(directory: string, thread: Thread, stored: Stored | undefined): Store {
  // Lines go to the thread in memory that both see: one batch is under way at a time, and nothing is copied twice.
  let shared = Buffer.from(new SharedArrayBuffer(0));
  const encode = (lines: readonly string[]): number => {
    let longest = 0;
    for (const line of lines) longest += 3 * line.length + 1; // UTF-8 takes at most 3 bytes for a UTF-16 unit
    if (longest > shared.length) shared = Buffer.from(new SharedArrayBuffer(Math.max(sharedBytesMin, 2 * longest)));
    let at = 0;
    for (const line of lines) {
      at += shared.write(line, at);
      shared[at++] = 0x0a;
    }
    return at;
  };
  return {
    stored: stored!,
    commit: async (batch: Batch) => {
      const { lines, mark } = batch;
      try {
        const length = encode(lines);
        await thread.ask({ kind: "commit", shared: shared.buffer as SharedArrayBuffer, length, mark });
      } catch (error) {
        throw error instanceof JournalFailed ? error : new JournalFailed(directory, String((error as Error).message));
      }
    },
    read: async (places: readonly Place[]) => (await thread.ask({ kind: "read", places })) as string[],
    pick: async (lines: readonly number[]) =>
      JSON.parse((await thread.ask({ kind: "pick", lines: JSON.stringify(lines) })) as string),
    scan: async (after: number) => {
      const lines = (await thread.ask({ kind: "scan", after })) as string;
      return lines === "" ? [] : lines.split("\n");
    },
    async close() {
      try {
        await thread.ask({ kind: "close" });
      } finally {
        await thread.end();
      }
    },
  };
}

const sharedBytesMin = 1 << 20;

// Under node_modules Node runs no TypeScript, so the thread's file has the ending that this file has.
const workerFile = new URL(`./sqlite-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

/** The thread that has the file. Answers come in the order of the questions. */
class Thread {
  readonly #worker = new Worker(workerFile, {
    execArgv: ["--disable-warning=ExperimentalWarning"], // a worker refuses most flags that a process takes
  });
  readonly #asked: { resolve: (reply: unknown) => void; reject: (error: unknown) => void; directory: string }[] = [];
  #directory = "";
  #dead: Error | undefined;

  constructor() {
    this.#worker.on("message", (reply: Reply) => {
      const asked = this.#asked.shift()!;
      if ("trouble" in reply) asked.reject(errorOf(this.#directory, reply.trouble));
      else asked.resolve(reply.value);
    });
    const die = (error: Error) => {
      this.#dead = error;
      for (const asked of this.#asked.splice(0)) asked.reject(error);
    };
    this.#worker.on("error", (error) => die(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on("exit", () => die(new Error("the journal's thread has ended")));
  }

  ask(request: Request): Promise<unknown> {
    if ("directory" in request) this.#directory = request.directory;
    return new Promise((resolve, reject) => {
      if (this.#dead) return reject(this.#dead);
      this.#asked.push({ resolve, reject, directory: this.#directory });
      this.#worker.postMessage(request);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

function errorOf(directory: string, trouble: Trouble): Error {
  const where = trouble.directory ?? directory;
  switch (trouble.kind) {
    case "exists":
      return new RunExists(where);
    case "missing":
      return new RunMissing(where);
    case "held":
      return new RunHeld(where, trouble.pid);
    case "version":
      return new UnknownJournalVersion(trouble.found, `The journal in "${where}"`);
    case "damaged":
      return new JournalDamaged(where, trouble.how, trouble.good, trouble.lost);
    case "access":
      return new JournalAccess(where, trouble.why);
    case "failed":
      return new JournalFailed(where, trouble.why);
  }
}
