import type { Event, RunOpened } from "../trace/event.ts";
import { RunMissing } from "./journal-errors.ts";
import { eventIn } from "./journal-lines.ts";
import { eventsOf } from "./open-run.ts";
import { readSqlite, salvageSqlite } from "./store/sqlite.ts";

/** A run that is read, not owned: finished, crashed or under way. */
export interface ReadRun {
  readonly opened: RunOpened;
  /** All events that are durable, in order. */
  events(): AsyncIterable<Event>;
  close(): Promise<void>;
}

/**
 * Reads the run in a directory without owning it; nothing is changed.
 *
 * @throws {RunMissing | UnknownJournalVersion | JournalDamaged | JournalAccess}
 */
export async function readRun(directory: string): Promise<ReadRun> {
  const store = await readSqlite(directory);
  try {
    for await (const event of eventsOf(store))
      if (event.kind === "run-opened")
        return { opened: event, events: () => eventsOf(store), close: () => store.close() };
    throw new RunMissing(directory);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** What a damaged run still has. */
export interface SalvagedRun {
  /** Those that are what was written, in order; after a gap the order is still right. */
  readonly events: readonly Event[];
  /** How many are missing; null where nobody can tell. */
  readonly lost: number | null;
  /** What is wrong; null where nothing is. */
  readonly how: string | null;
}

/**
 * The good part of a run, damaged or not; nothing is changed.
 *
 * @throws {RunMissing} where there is no journal at all
 */
export async function salvage(directory: string): Promise<SalvagedRun> {
  const { lines, lost, how } = await salvageSqlite(directory);
  return { events: lines.map(eventIn), lost, how };
}
