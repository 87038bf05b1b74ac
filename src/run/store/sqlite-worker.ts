import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { parentPort } from "node:worker_threads";
import { crc32 } from "node:zlib";
import { journalVersion } from "../../trace/event.ts";
import { hashOf } from "../journal-index.ts";
import { answerIn } from "../journal-lines.ts";
import { pageRows } from "./sqlite-pages.ts";
import type { Mark, Place, Stored } from "./store.ts";

export type Request =
  | {
      readonly kind: "open";
      readonly directory: string;
      readonly mode: "create" | "resume" | "read";
      readonly reuse: readonly string[];
    }
  | { readonly kind: "salvage"; readonly directory: string }
  | {
      readonly kind: "commit";
      /** Lines in UTF-8, each with its line break; `length` bytes of it. */
      readonly shared: SharedArrayBuffer;
      readonly length: number;
      readonly mark: Mark | undefined;
    }
  | { readonly kind: "read"; readonly places: readonly Place[] }
  | { readonly kind: "pick"; readonly lines: string }
  | { readonly kind: "scan"; readonly after: number }
  | { readonly kind: "close" };
export type Reply = { readonly value: unknown } | { readonly trouble: Trouble };

/** What is wrong, in a form that a message between threads can carry; `directory` where it is not the run's own. */
export type Trouble = { directory?: string } & (
  | { readonly kind: "exists" | "missing" }
  | { readonly kind: "held"; readonly pid: number | undefined }
  | { readonly kind: "version"; readonly found: number }
  | { readonly kind: "damaged"; readonly how: string; readonly good: number; readonly lost: number | null }
  | { readonly kind: "access"; readonly why: string }
  | { readonly kind: "failed"; readonly why: string }
);

class Problem extends Error {
  readonly trouble: Trouble;
  constructor(trouble: Trouble) {
    super(trouble.kind);
    this.trouble = trouble;
  }
}

/** Of a file that is a journal: "quor". */
const applicationId = 0x71756f72;
/** Lines checked at once, and handed over at once. */
const checkedLines = 256;
const chunkLines = 4096;
const chunkBytes = 4 << 20;
const newline = 0x0a;
const tab = 0x09;

const files = (directory: string) => ({
  journal: join(directory, "journal.sqlite"),
  wal: join(directory, "journal.sqlite-wal"),
  lock: join(directory, "journal.lock"),
  owner: join(directory, "journal.owner"),
});

/** This run's file first, then those that answers are taken from. */
let sources: DatabaseSync[] = [];
let readers: StatementSync[] = [];
let scanner: StatementSync;
let insert: StatementSync;
let lock: DatabaseSync | undefined;
let ownerFile: number | undefined;
let lineCount = 0;
let chain = 0;
let broken = false;

parentPort!.on("message", (request: Request) => {
  try {
    parentPort!.postMessage({ value: answer(request) });
  } catch (error) {
    parentPort!.postMessage({ trouble: troubleOf(error, request.kind) });
    if (request.kind === "open") closeAll();
  }
});

function answer(request: Request): unknown {
  switch (request.kind) {
    case "open":
      return open(request.directory, request.mode, request.reuse);
    case "salvage":
      return salvage(request.directory);
    case "commit":
      return commit(Buffer.from(request.shared, 0, request.length), request.mark);
    case "read":
      return request.places.map(read);
    case "pick":
      return pick(request.lines);
    case "scan":
      return scan(request.after);
    case "close":
      return close();
  }
}

// Opening.

function open(directory: string, mode: "create" | "resume" | "read", reuse: readonly string[]): Stored {
  const { journal } = files(directory);
  if (mode === "create") {
    try {
      mkdirSync(directory, { recursive: true });
    } catch (error) {
      throw new Problem({ kind: "access", why: whyOf(error) });
    }
  } else if (!existsSync(journal)) throw new Problem({ kind: "missing" });
  if (mode !== "read") own(directory);
  const expected = expectedLines(directory);
  if (mode === "create" && (expected ?? 0) > 0 && existsSync(journal)) throw new Problem({ kind: "exists" });
  const there = existsSync(journal) && (statSync(journal).size > 0 || (expected ?? 0) > 0);
  if (!there && mode !== "create") throw new Problem({ kind: "missing" });
  if (there) checkHead(directory, expected);
  const database = openDatabase(directory, mode === "read");
  // A process that was killed while it created the file leaves one without tables: nothing began.
  const empty = (expected ?? 0) === 0 && guarded(directory, expected, () => tablesIn(database)) === 0;
  if (empty && mode !== "create") throw new Problem({ kind: "missing" });
  if (empty) create(database, directory);
  const state = guarded(directory, expected, () => verify(database, expected));
  if (mode === "create" && state.lines > 0) throw new Problem({ kind: "exists" });
  if (mode === "resume" && state.lines === 0) throw new Problem({ kind: "missing" });
  sources = [database];
  lineCount = state.lines;
  chain = state.chain;

  const reused = mode === "read" ? [] : reuse.map(openReused);
  readers = sources.map((source) => source.prepare("SELECT body, answer FROM event WHERE id = ?"));
  for (const reader of readers) reader.setReturnArrays(true);
  scanner = scannerOf(database);
  if (mode === "read") return undefined as never;
  insert = database.prepare("INSERT INTO event VALUES (?, ?, ?, ?)");
  writeOwner(true);
  return { ...guarded(directory, expected, () => stateOf(database, lineCount)), reused };
}

/** Another run's journal, whole or refused; only its answers matter. */
function openReused(directory: string): Uint32Array {
  try {
    if (!existsSync(files(directory).journal)) throw new Problem({ kind: "missing" });
    const expected = expectedLines(directory);
    checkHead(directory, expected);
    const database = openDatabase(directory, true);
    const { lines } = guarded(directory, expected, () => verify(database, expected));
    const { answers, tail, tailAfter } = stateOf(database, lines);
    const pairs = [...answers];
    for (const [i, line] of tail.entries()) {
      const read = answerIn(line);
      if (read !== undefined) pairs.push(hashOf(read.key), tailAfter + i + 1);
    }
    sources.push(database);
    return Uint32Array.from(pairs);
  } catch (error) {
    if (error instanceof Problem) error.trouble.directory ??= directory;
    throw error;
  }
}

/** One owner: a lock that dies with its process, whatever kills it, and still holds where it is only stopped. */
function own(directory: string): void {
  const { journal, lock: path, owner } = files(directory);
  try {
    lock = new DatabaseSync(path);
    lock.exec("PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    if (isBusy(error)) throw new Problem({ kind: "held", pid: readOwner(owner)?.pid });
    throw new Problem({ kind: "access", why: whyOf(error) });
  }
  try {
    ownerFile = openSync(owner, existsSync(owner) ? "r+" : "w+");
  } catch (error) {
    throw new Problem({ kind: "access", why: whyOf(error) });
  }
  // Said before the journal is touched: whoever comes is told who has it, and that a new one has no lines yet.
  const lines = existsSync(journal) ? readOwner(owner)?.lines : 0;
  if (lines === undefined) return;
  lineCount = lines;
  writeOwner(true);
}

/**
 * Who owns the run and how many lines are durable: overwritten in place after each commit, so that lines that vanish (a
 * deleted or damaged write-ahead file, an older copy) are missed. After a power cut it may be behind, never ahead.
 */
function writeOwner(durably: boolean, pid = process.pid): void {
  if (ownerFile === undefined) return;
  const text = `pid ${String(pid).padStart(10)} lines ${String(lineCount).padStart(16)}\n`;
  try {
    writeSync(ownerFile, text, 0);
    if (durably) {
      ftruncateSync(ownerFile, text.length);
      fsyncSync(ownerFile);
    }
  } catch {
    // It only helps to see damage; the journal itself says what is durable.
  }
}

function readOwner(path: string): { readonly pid: number; readonly lines: number } | undefined {
  try {
    const found = /^pid +(\d+) lines +(\d+)\n$/.exec(readFileSync(path, "latin1"));
    return found ? { pid: Number(found[1]), lines: Number(found[2]) } : undefined;
  } catch {
    return undefined;
  }
}

const expectedLines = (directory: string): number | undefined => readOwner(files(directory).owner)?.lines;

/** What the file's head says before SQLite touches it: what it is, and how it was left. */
function checkHead(directory: string, expected: number | undefined): void {
  const { journal, wal } = files(directory);
  const head = Buffer.alloc(100);
  const file = openSync(journal, "r");
  const length = readSync(file, head, 0, 100, 0);
  closeSync(file);
  const damaged = (how: string) => new Problem({ kind: "damaged", how, good: 0, lost: expected ?? null });
  const [writes, reads] = [head[18]!, head[19]!]; // 1: plain, 2: with a write-ahead file
  if (length < 100 || head.toString("latin1", 0, 16) !== "SQLite format 3\0" || writes !== reads || writes > 2)
    throw damaged("journal.sqlite is no SQLite file");
  // A run that was closed says so in its head. Of one that was not, `verify` counts the lines; where nobody says how
  // many there must be, a write-ahead file that is gone may have had some.
  if (writes === 2 && !existsSync(wal) && expected === undefined)
    throw damaged("its write-ahead file journal.sqlite-wal is missing, and with it what was written last");
}

const tablesIn = (database: DatabaseSync): number => Number(one(database, "SELECT count(*) FROM sqlite_schema"));

function openDatabase(directory: string, readOnly: boolean): DatabaseSync {
  const { journal } = files(directory);
  try {
    const database = new DatabaseSync(journal, { readOnly });
    database.exec("PRAGMA busy_timeout = 5000");
    if (!readOnly) {
      database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000");
      // The first write tells a directory that cannot be written from one that can.
      database.exec("BEGIN IMMEDIATE; COMMIT");
    } else database.exec("SELECT count(*) FROM sqlite_schema");
    return database;
  } catch (error) {
    if (isAccess(error)) throw new Problem({ kind: "access", why: whyOf(error) });
    throw new Problem({ kind: "damaged", how: whyOf(error), good: 0, lost: expectedLines(directory) ?? null });
  }
}

function create(database: DatabaseSync, directory: string): void {
  database.exec(`
    BEGIN IMMEDIATE;
    CREATE TABLE event (id INTEGER PRIMARY KEY, body TEXT NOT NULL, answer TEXT, chain INTEGER NOT NULL);
    CREATE TABLE segment (id INTEGER PRIMARY KEY, upto INTEGER NOT NULL, answers BLOB NOT NULL, ended BLOB NOT NULL, chain INTEGER NOT NULL);
    CREATE TABLE mark (one INTEGER PRIMARY KEY CHECK (one = 1), upto INTEGER NOT NULL, state TEXT NOT NULL, chain INTEGER NOT NULL);
    PRAGMA application_id = ${applicationId};
    PRAGMA user_version = ${journalVersion};
    COMMIT;
    PRAGMA wal_checkpoint(TRUNCATE);
  `);
  const folder = openSync(directory, "r");
  fsyncSync(folder);
  closeSync(folder);
}

/** Reads every line once and compares the running checksum; says how many lines there are and its last value. */
function verify(
  database: DatabaseSync,
  expected: number | undefined,
): { readonly lines: number; readonly chain: number } {
  if (Number(one(database, "PRAGMA application_id")) !== applicationId)
    throw new Problem({ kind: "damaged", how: "journal.sqlite is no journal", good: 0, lost: expected ?? null });
  const version = Number(one(database, "PRAGMA user_version"));
  if (version !== journalVersion) throw new Problem({ kind: "version", found: version });
  const last = Number(one(database, "SELECT coalesce(max(id), 0) FROM event"));
  const chunk = database.prepare(
    `SELECT count(*), CAST(group_concat(body || coalesce(answer, ''), '') AS BLOB), sum(id)
     FROM (SELECT * FROM event WHERE id > ? AND id <= ? ORDER BY id)`,
  );
  const chainAt = database.prepare("SELECT chain FROM event WHERE id = ?");
  chunk.setReturnArrays(true);
  chainAt.setReturnArrays(true);
  let sum = 0;
  for (let after = 0; after < last; after += checkedLines) {
    const upto = Math.min(last, after + checkedLines);
    const [count, bytes, numbers] = chunk.get(after, upto) as unknown as [number, Uint8Array, number | null];
    const next = count > 0 ? crc32(bytes, sum) : sum;
    const said = (chainAt.get(upto) as unknown as [number] | undefined)?.[0];
    // A damaged number leaves a line where it stands in the file, right by its checksum, and nobody finds it by its number.
    const isNumbered = numbers === ((upto - after) * (after + 1 + upto)) / 2;
    if (count !== upto - after || !isNumbered || next !== said) {
      const good = after + goodLines(database, after, sum);
      throw new Problem({
        kind: "damaged",
        how: `line ${good + 1} is not what was written`,
        good,
        lost: Math.max(last, expected ?? 0) - good,
      });
    }
    sum = next;
  }
  if (expected !== undefined && expected > last)
    throw new Problem({
      kind: "damaged",
      how: `its end is missing: ${expected} lines were written, ${last} are there`,
      good: last,
      lost: expected - last,
    });
  return { lines: last, chain: sum };
}

/** Lines after `after` up to the first whose checksum is wrong. */
function goodLines(database: DatabaseSync, after: number, chainAfter: number): number {
  const rows = database.prepare("SELECT id, body, answer, chain FROM event WHERE id > ? ORDER BY id");
  rows.setReturnArrays(true);
  let sum = chainAfter;
  let good = 0;
  try {
    for (const row of rows.iterate(after)) {
      const [id, body, answer, said] = row as unknown as [number, string, string | null, number];
      sum = crc32(body + (answer ?? ""), sum);
      if (id !== after + good + 1 || sum !== said) break;
      good++;
    }
  } catch (error) {
    if (isAccess(error)) throw error;
  }
  return good;
}

/** Damage that SQLite itself meets, said with what is good. */
function guarded<T>(directory: string, expected: number | undefined, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Problem || isAccess(error)) throw error;
    const { lines, lost } = salvage(directory);
    throw new Problem({ kind: "damaged", how: whyOf(error), good: lines.length, lost: lost ?? expected ?? null });
  }
}

function stateOf(database: DatabaseSync, lineCount: number): Omit<Stored, "reused"> {
  const segments = database.prepare("SELECT upto, answers, ended, chain FROM segment ORDER BY id").all() as unknown as {
    upto: number;
    answers: Uint8Array;
    ended: Uint8Array;
    chain: number;
  }[];
  const mark = database.prepare("SELECT upto, state, chain FROM mark").get() as
    | { upto: number; state: string; chain: number }
    | undefined;
  // A mark only saves reading: where it is not what was written, the lines say the same.
  const whole =
    mark !== undefined &&
    isChecksum(mark.upto) &&
    mark.upto <= lineCount &&
    mark.chain === crc32(mark.state, mark.upto) &&
    segments.at(-1)?.upto === mark.upto &&
    segments.every((one) => isChecksum(one.upto) && one.chain === crc32(one.ended, crc32(one.answers, one.upto)));
  const rows = scannerOf(database);
  const tailAfter = whole ? mark.upto : 0;
  const tail: string[] = [];
  for (let after = tailAfter; after < lineCount; ) {
    const lines = linesAfter(rows, after);
    for (const line of lines) tail.push(line);
    after += lines.length;
  }
  return {
    lines: lineCount,
    state: whole ? mark.state : null,
    answers: joined(whole ? segments.map((one) => one.answers) : []),
    ended: joined(whole ? segments.map((one) => one.ended) : []),
    tail,
    tailAfter,
  };
}

function joined(parts: readonly Uint8Array[]): Uint32Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new Uint32Array(all.buffer);
}

const isChecksum = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < 2 ** 32;

const one = (database: DatabaseSync, query: string): unknown => Object.values(database.prepare(query).get() ?? {})[0];

// While the run goes on.

function commit(lines: Buffer, mark: Mark | undefined): void {
  const [database] = sources;
  if (broken) throw new Problem({ kind: "failed", why: "an earlier write failed" });
  let id = lineCount;
  let sum = chain;
  try {
    database!.exec("BEGIN IMMEDIATE");
    for (let from = 0; from < lines.length; ) {
      const end = lines.indexOf(newline, from);
      const first = lines.indexOf(tab, from);
      const bodyEnd = first >= 0 && first < end ? first : end;
      const body = lines.toString("utf8", from, bodyEnd);
      sum = crc32(lines.subarray(from, bodyEnd), sum);
      let answer: string | null = null;
      if (bodyEnd < end) {
        answer = lines.toString("utf8", bodyEnd + 1, end);
        sum = crc32(lines.subarray(bodyEnd + 1, end), sum);
      }
      insert.run(++id, body, answer, sum);
      from = end + 1;
    }
    if (mark !== undefined) writeMark(database!, mark, id);
    database!.exec("COMMIT");
  } catch (error) {
    // What the disk holds is now unknown, so nothing is tried again: the next opening reads what is there.
    broken = true;
    throw new Problem({ kind: "failed", why: whyOf(error) });
  }
  lineCount = id;
  chain = sum;
  writeOwner(false);
}

function writeMark(database: DatabaseSync, { state, answers, ended }: Mark, upto: number): void {
  const bytes = (numbers: Uint32Array) => new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  database
    .prepare("INSERT INTO segment VALUES (NULL, ?, ?, ?, ?)")
    .run(upto, bytes(answers), bytes(ended), crc32(bytes(ended), crc32(bytes(answers), upto)));
  database.prepare("INSERT OR REPLACE INTO mark VALUES (1, ?, ?, ?)").run(upto, state, crc32(state, upto));
}

function scannerOf(database: DatabaseSync): StatementSync {
  const rows = database.prepare("SELECT body, answer FROM event WHERE id > ? ORDER BY id LIMIT ?");
  rows.setReturnArrays(true);
  return rows;
}

const lineOf = (row: unknown): string => {
  const [body, answer] = row as [string, string | null];
  return answer === null ? body : `${body}\t${answer}`;
};

const read = ({ source, line }: Place): string => lineOf(readers[source]!.get(line));

/** Events of the lines whose numbers are in a JSON array, as one. */
function pick(lines: string): string {
  const events = sources[0]!
    .prepare(
      "SELECT '[' || group_concat(body, ',' ORDER BY id) || ']' AS a FROM event WHERE id IN (SELECT value FROM json_each(?))",
    )
    .get(lines) as { a: string | null };
  return events.a ?? "[]";
}

function scan(after: number): string {
  return linesAfter(scanner, after).join("\n");
}

function linesAfter(rows: StatementSync, after: number): string[] {
  const lines: string[] = [];
  let length = 0;
  for (const row of rows.iterate(after, chunkLines)) {
    const line = lineOf(row);
    lines.push(line);
    length += line.length;
    if (length > chunkBytes) break;
  }
  return lines;
}

/** In good order the run is one plain file, which can be read where nothing can be written. */
function close(): void {
  if (lock !== undefined && sources.length > 0 && !broken) writeOwner(true, 0);
  closeAll();
}

function closeAll(): void {
  if (lock !== undefined && !broken)
    try {
      sources[0]?.exec("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE");
    } catch {
      // Somebody reads it: the write-ahead file stays, which is as good.
    }
  for (const source of sources.splice(0)) source.close();
  if (ownerFile !== undefined) closeSync(ownerFile);
  ownerFile = undefined;
  lock?.close();
  lock = undefined;
}

// Damage.

/** All lines that are what was written, and what is wrong with the others. Reads pages, so it needs no sound file. */
function salvage(directory: string): { lines: string[]; lost: number | null; how: string | null } {
  const { journal, wal } = files(directory);
  if (!existsSync(journal)) throw new Problem({ kind: "missing" });
  const expected = expectedLines(directory);
  const rows = pageRows(journal, wal);
  const ids = [...rows.keys()].sort((a, b) => a - b);
  const lines: string[] = [];
  let firstBad: number | undefined;
  let last = 0;
  for (const id of ids) {
    const { body, answer, chain } = rows.get(id)!;
    // After a gap nobody knows what the checksum went on from.
    const before = id === 1 ? 0 : rows.get(id - 1)?.chain;
    const whole = before !== undefined && isChecksum(before) && crc32(body + (answer ?? ""), before) === chain;
    if (whole) {
      lines.push(lineOf([body, answer]));
      last = id;
    }
    if (!whole || (id > 1 && !rows.has(id - 1))) firstBad ??= rows.has(id - 1) || id === 1 ? id : lines.length + 1;
  }
  const most = Math.max(last, expected ?? 0);
  const gap = firstBad === undefined ? "its end is missing" : `line ${firstBad} is not what was written`;
  const how = most > lines.length ? gap : unsound(directory, expected);
  return { lines, lost: expected === undefined && how !== null ? null : most - lines.length, how };
}

/** What is wrong with the file where no line is; null where nothing is. */
function unsound(directory: string, expected: number | undefined): string | null {
  let database: DatabaseSync | undefined;
  try {
    checkHead(directory, expected);
    database = openDatabase(directory, true);
    verify(database, expected);
    return null;
  } catch (error) {
    if (error instanceof Problem) return error.trouble.kind === "damaged" ? error.trouble.how : null;
    return whyOf(error);
  } finally {
    database?.close();
  }
}

/** Trouble of the machine or the file system. Whatever else opening a journal meets is the journal's. */
function isAccess(error: unknown): boolean {
  const { errcode, errno } = error as { errcode?: number; errno?: number };
  if (errcode === undefined) return errno !== undefined;
  return errcode !== shortRead && accessCodes.includes(errcode & 0xff);
}

/** SQLite's PERM, BUSY, LOCKED, NOMEM, READONLY, IOERR, FULL, CANTOPEN, AUTH; and an IOERR that says the file is cut off. */
const accessCodes = [3, 5, 6, 7, 8, 10, 13, 14, 23];
const shortRead = 522;

const isBusy = (error: unknown): boolean => codeOf(error) === 5 || codeOf(error) === 6;

/** SQLite's primary result code. */
function codeOf(error: unknown): number | undefined {
  const code = (error as { errcode?: number }).errcode;
  return code === undefined ? undefined : code & 0xff;
}

const whyOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function troubleOf(error: unknown, doing: Request["kind"]): Trouble {
  if (error instanceof Problem) return error.trouble;
  return doing === "open" || doing === "salvage"
    ? { kind: "access", why: whyOf(error) }
    : { kind: "failed", why: whyOf(error) };
}
