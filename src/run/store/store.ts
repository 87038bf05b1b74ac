import type { Event } from "../../trace/event.ts";

/**
 * Where a journal lives. A store knows nothing of money: it appends lines, all of a batch or none, and gives them back in
 * order. What the lines mean is `journal-books.ts`; that sums are the fold of the lines makes the journal the only truth.
 */
export interface Store {
  /** What was there when it was opened. */
  readonly stored: Stored;
  /**
   * Appends a batch: all or nothing, durable when it resolves. Called again only when it has resolved.
   *
   * @throws {JournalFailed} where the disk is full or fails; nothing may be committed afterwards
   */
  commit(batch: Batch): Promise<void>;
  /** Lines by number, of this journal (source 0) or of one that answers are taken from (source ≥ 1). */
  read(places: readonly Place[]): Promise<string[]>;
  /** Events of many lines of this journal, by ascending number. */
  pick(lines: readonly number[]): Promise<Event[]>;
  /** Lines after `after` in order, as many as are good to hold at once; none at the end. */
  scan(after: number): Promise<string[]>;
  /** Ends it in good order. */
  close(): Promise<void>;
}

export interface Place {
  readonly source: number;
  /** Number of the line, from 1. */
  readonly line: number;
}

/**
 * What is written at once. A line is the JSON of an event and, where the event brought a paid answer, after a tab the JSON
 * of what else is stored of it. JSON has no raw tab and no raw line break.
 */
export interface Batch {
  readonly lines: readonly string[];
  readonly mark?: Mark;
}

/** What saves reading the whole journal again: all that its lines up to here mean. */
export interface Mark {
  /** Sums, open tries and what else is small, as JSON. Replaces that of the mark before. */
  readonly state: string;
  /** Pairs of (hash of a key, number of the line with its answer), since the mark before. */
  readonly answers: Uint32Array;
  /** Numbers of the lines that ended tasks, since the mark before. */
  readonly ended: Uint32Array;
}

export interface Stored {
  /** How many lines. */
  readonly lines: number;
  /** Of the last mark; null without one. */
  readonly state: string | null;
  /** Of all marks. */
  readonly answers: Uint32Array;
  readonly ended: Uint32Array;
  /** Lines after the last mark, and how many there are before them. */
  readonly tail: readonly string[];
  readonly tailAfter: number;
  /** Of each directory that answers are taken from, as `answers`. */
  readonly reused: readonly Uint32Array[];
}

/** Opens a journal for its one owner. */
export interface OpenStore {
  readonly mode: "create" | "resume";
  /** Directories whose answers are taken, read only. */
  readonly reuse: readonly string[];
}

/** A place for journals: member of the family. */
export interface StoreKind {
  /** One line for docs. */
  readonly summary: string;
  /** True where what was committed is still there after a crash. */
  readonly durable: boolean;
  /**
   * @param directory  of the run; what it means where nothing is on a disk is the member's own business
   * @throws {KnownError} held by another process, there already, not there, damaged, of another version, not writable
   */
  open(directory: string, options: OpenStore): Promise<Store>;
}
