import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** A row of the table `event` as it stands on its page. */
export interface PageRow {
  readonly id: number;
  readonly body: string;
  readonly answer: string | null;
  readonly chain: number;
}

const pageBytes = 4096;
const walHeadBytes = 32;
const frameHeadBytes = 24;
const tableLeaf = 0x0d;
/** Most bytes of a row that stand on its own page: sqlite.org/fileformat2.html#b_tree_pages. */
const localMax = pageBytes - 35;
const localMin = Math.floor(((pageBytes - 12) * 32) / 255) - 23;

/**
 * Rows of a journal read page by page, past SQLite, which gives nothing where the head of the file or a page that leads to
 * others is gone. Pages of the write-ahead file stand for those of the file; where such a page is none, the file's counts.
 * A row may be wrong: the caller knows its checksum. Never throws for what the bytes say.
 */
export function pageRows(journal: string, wal: string): Map<number, PageRow> {
  const file = openPages(journal);
  const log = openPages(wal);
  const rows = new Map<number, PageRow>();
  try {
    const logged = framesOf(log);
    const current = (page: number) => {
      const at = logged.get(page);
      return at === undefined ? file.read((page - 1) * pageBytes) : log.read(at);
    };
    const pages = Math.max(Math.ceil(file.size / pageBytes), ...logged.keys());
    for (let page = 1; page <= pages; page++) for (const row of rowsOn(current(page), current)) rows.set(row.id, row);
    const older = (page: number) => file.read((page - 1) * pageBytes);
    for (const page of logged.keys())
      for (const row of rowsOn(older(page), older)) if (!rows.has(row.id)) rows.set(row.id, row);
  } finally {
    file.close();
    log.close();
  }
  return rows;
}

interface Pages {
  readonly size: number;
  /** The page that begins there, filled up with zeros; undefined beyond the end. */
  read(at: number): Buffer | undefined;
  close(): void;
}

function openPages(path: string): Pages {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return { size: 0, read: () => undefined, close: () => undefined };
  }
  const { size } = fstatSync(file);
  return {
    size,
    read(at) {
      if (at < 0 || at >= size) return undefined;
      const page = Buffer.alloc(pageBytes);
      readSync(file, page, 0, pageBytes, at);
      return page;
    },
    close: () => closeSync(file),
  };
}

/** Where in the write-ahead file the last image of each page is. Frames of an older use of the file have another salt. */
function framesOf(log: Pages): Map<number, number> {
  const frames = new Map<number, number>();
  const salt = log.read(0)?.toString("latin1", 16, 24);
  for (let at = walHeadBytes; at + frameHeadBytes < log.size; at += frameHeadBytes + pageBytes) {
    const head = log.read(at);
    if (head?.toString("latin1", 8, 16) === salt) frames.set(head!.readUInt32BE(0), at + frameHeadBytes);
  }
  return frames;
}

function* rowsOn(page: Buffer | undefined, pageAt: (page: number) => Buffer | undefined): Iterable<PageRow> {
  if (page === undefined || page[0] !== tableLeaf) return;
  const cells = page.readUInt16BE(3);
  for (let i = 0; i < cells && 10 + 2 * i <= pageBytes; i++) {
    const row = rowAt(page, page.readUInt16BE(8 + 2 * i), pageAt);
    if (row !== undefined) yield row;
  }
}

/** The row of a cell: its length, its id, what is on this page, and the first of the pages that have the rest. */
function rowAt(page: Buffer, at: number, pageAt: (page: number) => Buffer | undefined): PageRow | undefined {
  const length = varint(page, at);
  const id = varint(page, length.next);
  if (length.value < 5 || id.value < 1 || length.value > 1 << 30) return undefined;
  const rest = localMin + ((length.value - localMin) % (pageBytes - 4));
  const local = length.value <= localMax ? length.value : rest <= localMax ? rest : localMin;
  if (id.next + local > pageBytes) return undefined;
  const parts = [page.subarray(id.next, id.next + local)];
  let missing = length.value - local;
  if (missing > 0) {
    if (id.next + local + 4 > pageBytes) return undefined;
    let next = page.readUInt32BE(id.next + local);
    const seen = new Set<number>(); // a damaged chain may lead in a circle
    while (missing > 0) {
      const more = next > 0 && !seen.has(next) ? pageAt(next) : undefined;
      if (more === undefined) return undefined;
      seen.add(next);
      parts.push(more.subarray(4, 4 + Math.min(missing, pageBytes - 4)));
      missing -= pageBytes - 4;
      next = more.readUInt32BE(0);
    }
  }
  return recordOf(id.value, Buffer.concat(parts));
}

/** Columns of `event`: the id, which is NULL as it is the row's number; body; answer or NULL; chain. */
function recordOf(id: number, record: Buffer): PageRow | undefined {
  const types: number[] = [];
  const head = varint(record, 0);
  for (let at = head.next; at < head.value; ) {
    const type = varint(record, at);
    types.push(type.value);
    at = type.next;
    if (types.length > 4) return undefined;
  }
  const [none, bodyType, answerType, chainType] = types;
  if (none !== 0 || chainType === undefined || !isText(bodyType!) || !(answerType === 0 || isText(answerType!)))
    return undefined;
  const body = { from: head.value, length: (bodyType! - 13) / 2 };
  const answer = { from: body.from + body.length, length: answerType === 0 ? 0 : (answerType! - 13) / 2 };
  const chainAt = answer.from + answer.length;
  const chainBytes = [0, 1, 2, 3, 4, 6, 8][chainType] ?? (chainType === 8 || chainType === 9 ? 0 : undefined);
  if (chainBytes === undefined || chainBytes > 6 || chainAt + chainBytes > record.length) return undefined;
  return {
    id,
    body: record.toString("utf8", body.from, body.from + body.length),
    answer: answerType === 0 ? null : record.toString("utf8", answer.from, chainAt),
    chain: chainBytes === 0 ? (chainType === 9 ? 1 : 0) : record.readIntBE(chainAt, chainBytes),
  };
}

const isText = (type: number): boolean => type >= 13 && type % 2 === 1;

/** SQLite's integer of 1 to 9 bytes; beyond 2⁵³ it is none of ours, and its value does not matter. */
function varint(bytes: Buffer, at: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = bytes[at + i] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  return { value: value * 256 + (bytes[at + 8] ?? 0), next: at + 9 };
}
