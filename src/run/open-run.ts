import { type Budget, type Event, journalVersion, type RunOpened, type TaskEnded } from "../trace/event.ts";
import type { Clock } from "./clock.ts";
import { BudgetBelowSpent, RunDiffers } from "./journal-errors.ts";
import { JournalLedger, type Told } from "./journal-ledger.ts";
import { eventIn } from "./journal-lines.ts";
import type { Ledger } from "./ledger.ts";
import { sqlite } from "./store/sqlite.ts";
import type { Store, StoreKind } from "./store/store.ts";

/** What a run is: the same as long as it lives. */
export type RunFacts = Omit<RunOpened, "kind" | "version" | "budget">;

export type OpenRunOptions = {
  /** Directories of other runs whose answers are taken. */
  readonly reuse?: readonly string[];
  readonly clock: Clock;
  /** @default one SQLite file in the directory */
  readonly store?: StoreKind;
  readonly told?: Told;
} & (
  | {
      /** A new run in a directory that has none. */
      readonly mode: "create";
      readonly opened: RunFacts;
      readonly budget: Budget;
    }
  | {
      /** The run that is there. */
      readonly mode: "resume";
      /** What is given here must be what it was started with: team, seed, tasks. */
      readonly opened?: Partial<RunFacts>;
      /** Raised or lowered, but not below what is spent. @default as it was */
      readonly budget?: Budget;
    }
);

/** A run, owned by this process until it is closed. */
export interface OpenRun {
  readonly ledger: Ledger;
  /** As the run was started. */
  readonly opened: RunOpened;
  /** As it is now. */
  readonly budget: Budget;
  /** Tries of dead owners that were closed at their reservation by this opening. */
  readonly closed: number;
  /** How each task ended that did, before this opening: the last end of each, in the order of the journal. */
  endedTasks(): Promise<ReadonlyMap<string, TaskEnded>>;
  /** All events that are durable, in order. */
  events(): AsyncIterable<Event>;
  /** Writes what is under way and gives the run up. */
  close(): Promise<void>;
}

/**
 * Opens a run in a directory, for this process alone.
 *
 * @throws {RunExists | RunMissing | RunHeld | RunDiffers | UnknownJournalVersion | JournalDamaged | JournalAccess | BudgetBelowSpent}
 */
export async function openRun(directory: string, options: OpenRunOptions): Promise<OpenRun> {
  const { mode, reuse = [], clock, store: kind = sqlite, told } = options;
  const others = reuse.filter((other) => other !== directory);
  const store = await kind.open(directory, { mode, reuse: others });
  const ledger = new JournalLedger(store, { clock, reuse: others, told });
  let closed = 0;
  try {
    const at = clock.wallMs();
    if (options.mode === "create") {
      const { opened, budget } = options;
      await ledger.append({ at, kind: "run-opened", version: journalVersion, ...opened, budget });
    } else {
      const { opened = {}, budget = ledger.books.budget } = options;
      compare(directory, ledger.books.opened!, opened);
      for (const { scope, unit, cap, spent } of ledger.books.overspent(budget))
        throw new BudgetBelowSpent(scope, unit, cap, spent);
      const dead = ledger.books.openTries();
      closed = dead.length;
      await ledger.closeDead(at, dead, { at, kind: "run-continued", budget, closed });
    }
  } catch (error) {
    await ledger.abandon();
    throw error;
  }
  return {
    ledger,
    opened: ledger.books.opened!,
    budget: ledger.books.budget,
    closed,
    endedTasks: () => endedTasks(store, ledger.endedLines),
    events: () => eventsOf(store),
    close: () => ledger.close(),
  };
}

function compare(directory: string, stored: RunOpened, given: Partial<RunFacts>): void {
  for (const [what, key] of [
    ["team", "team"],
    ["seed", "seed"],
    ["tasks with the digest", "tasksDigest"],
  ] as const)
    if (given[key] !== undefined && stored[key] !== given[key])
      throw new RunDiffers(directory, what, stored[key], given[key]);
}

async function endedTasks(store: Store, lines: readonly number[]): Promise<Map<string, TaskEnded>> {
  const ended = new Map<string, TaskEnded>();
  for (let from = 0; from < lines.length; from += 8192) {
    for (const event of (await store.pick(lines.slice(from, from + 8192))) as TaskEnded[]) {
      ended.delete(event.task); // the last end counts, and stands where it is
      ended.set(event.task, event);
    }
  }
  return ended;
}

export async function* eventsOf(store: Pick<Store, "scan">): AsyncIterable<Event> {
  for (let after = 0; ; ) {
    const lines = await store.scan(after);
    if (lines.length === 0) return;
    for (const line of lines) yield eventIn(line);
    after += lines.length;
  }
}
