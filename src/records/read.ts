// The only file of the pure stages that opens files. It hands records to importers and rows to `gather`.
import { createReadStream } from "node:fs";
import { glob, readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { createGunzip, gunzip } from "node:zlib";
import { parse as parseCsv } from "csv-parse";
import { KnownError } from "../errors.ts";
import type { Attempts } from "./attempt.ts";
import { Config } from "./config.ts";
import {
  BadConfig,
  BadFields,
  FileMissing,
  NoAttempts,
  UnknownImporter,
  UnreadableFile,
  UnreadableGzip,
  UnsupportedFormat,
} from "./errors.ts";
import { type Gathering, gather } from "./gather.ts";
import type { Importer } from "./importers/importer.ts";
import * as importers from "./importers/index.ts";
import { issuesOf } from "./issues.ts";
import { notAttempts } from "./not-attempts.ts";
import { fromCells, mapFields, type Row } from "./parse.ts";

export interface ReadOptions {
  /** Folder that relative paths and globs start from. @default the working directory */
  readonly cwd?: string;
  /** Our field ← their field, as `{ sample: "trial" }`; applied to what the importer gives. */
  readonly map?: Readonly<Record<string, string>>;
  /** Name of the importer. @default the one that recognizes the file, else the long table */
  readonly from?: string;
}

/**
 * Reads graded answers from files, globs and folders: `.jsonl`, `.csv` and `.json`, each also as `.gz`. Files are streamed;
 * of a folder those files are read that some importer recognizes, the others are named in `sources`.
 *
 * @throws {FileMissing | UnreadableFile | UnreadableGzip | UnsupportedFormat} where a file cannot be read
 * @throws {NoAttempts | BadFields} where a named file holds no attempt
 * @throws {DuplicateKey} where two lines hold the same attempt
 */
export async function readAttempts(paths: readonly string[], options: ReadOptions = {}): Promise<Attempts> {
  const { cwd = ".", from } = options;
  if (from !== undefined && importerNamed(from) === undefined) throw new UnknownImporter(from);
  const gathering = gather();
  const names: string[] = [];
  const sources: string[] = [];
  for (const { path, files } of await findFiles(paths, cwd)) {
    const passedOver: string[] = [];
    const before = gathering.attempts.length;
    for (const file of files) {
      const source = await readFileInto(gathering, file, options);
      if (source === undefined) passedOver.push(basename(file.path));
      else {
        names.push(source.name);
        sources.push(...source.sources);
      }
    }
    if (gathering.attempts.length === before) throw new NoAttempts(path);
    if (passedOver.length > 0) sources.push(`Passed over in ${path}, no attempts: ${passedOver.join(", ")}.`);
  }
  return gathering.finish(nameOf(names), [...new Set(sources)]);
}

/** A file to read: its path, how messages call it, and whether the user named it or its folder. */
export interface InputFile {
  readonly path: string;
  readonly shown: string;
  readonly named: boolean;
}

/** Files by the path that asked for them; a file that several paths ask for is read once. */
async function findFiles(paths: readonly string[], cwd: string): Promise<{ path: string; files: InputFile[] }[]> {
  if (paths.length === 0) throw new NoAttempts("an empty list of files");
  const seen = new Set<string>();
  const found: { path: string; files: InputFile[] }[] = [];
  for (const path of paths) {
    const all = await filesAt(path, cwd);
    if (all.length === 0) throw new NoAttempts(path);
    const files = all.filter((file) => !seen.has(file.path));
    for (const file of files) seen.add(file.path);
    if (files.length > 0) found.push({ path, files });
  }
  return found;
}

/** The files that a path, folder or glob stands for. @throws {FileMissing | UnreadableFile} */
export async function filesAt(path: string, cwd: string): Promise<InputFile[]> {
  const whole = resolve(cwd, path);
  const kind = await kindOf(whole);
  if (kind === "folder") {
    const inside = (await readdir(whole)).sort().filter((name) => formatOf(name) && !/^quorate\.config\./.test(name));
    return inside.map((name) => ({ path: join(whole, name), shown: join(path, name), named: false }));
  }
  if (kind === "file") return [{ path: whole, shown: path, named: true }];
  if (kind === "stream") throw new UnreadableFile(path, "it is a pipe or a device, and files are read twice");
  if (!/[*?[\]{}]/.test(path)) throw new FileMissing(path);
  const matches: string[] = [];
  for await (const match of glob(path, { cwd })) matches.push(match);
  if (matches.length === 0) throw new FileMissing(path);
  return (await Promise.all(matches.sort().map((match) => filesAt(match, cwd)))).flat();
}

async function kindOf(path: string): Promise<"file" | "folder" | "stream" | "nothing"> {
  try {
    const found = await stat(path);
    return found.isDirectory() ? "folder" : found.isFile() ? "file" : "stream";
  } catch {
    return "nothing";
  }
}

/** Format by name, without a final `.gz`. */
function formatOf(path: string): "lines" | "csv" | "document" | undefined {
  const extension = extname(path.replace(/\.gz$/, ""));
  return ({ ".jsonl": "lines", ".csv": "csv", ".json": "document" } as const)[extension];
}

/** @returns name and citations of what was read, or undefined where a file of a folder holds no attempts */
async function readFileInto(
  gathering: Gathering,
  file: InputFile,
  options: ReadOptions,
): Promise<{ name: string; sources: readonly string[] } | undefined> {
  const { map } = options;
  const first = await firstRecord(file, map);
  const importer = chooseImporter(first, file, options);
  if (importer === undefined) return undefined;

  const rowsOf = importer.open(await readBeside(file, importer.beside ?? []));
  const attemptsBefore = gathering.attempts.length;
  const badBefore = gathering.badLines.length;
  const take = (row: Row, line: number) => gathering.add(map ? mapFields(row, map) : row, file.shown, line);
  const sink: Sink = {
    record(record, line) {
      gathering.countLine();
      const rows = rowsOf(record);
      if (typeof rows === "string") gathering.reject(file.shown, line, rows);
      else if (isList(rows)) for (const row of rows) take(row, line);
      else take(rows, line);
      return true;
    },
    bad(line, reason) {
      gathering.countLine();
      gathering.reject(file.shown, line, reason);
    },
  };
  await eachRecord(file, sink, map);

  if (gathering.attempts.length === attemptsBefore) {
    const reasons = gathering.badLines.slice(badBefore).map(({ line, reason }) => `line ${line}: ${reason}`);
    const known = notAttempts.find(({ set }) => set === first?.["dataset"]);
    throw reasons.length === 0 ? new NoAttempts(file.shown) : new BadFields(file.shown, reasons, known?.reason);
  }
  const own = first === undefined ? undefined : importer.describe?.(first);
  const sources = importer.citation === undefined ? [] : [importer.citation];
  return own ?? { name: nameOfFile(file.path), sources };
}

function importerNamed(name: string | undefined): Importer | undefined {
  return Object.values<Importer>(importers).find((importer) => importer.name === name);
}

/** The long table is asked last. A file that the user named is read even if nobody recognizes it, to say what is wrong. */
function chooseImporter(
  first: Row | undefined,
  { path, named }: InputFile,
  { from, map = {} }: ReadOptions,
): Importer | undefined {
  const { longTable, ...foreign } = importers;
  const name = basename(path);
  const own =
    first === undefined ? undefined : Object.values<Importer>(foreign).find((one) => one.recognizes(first, name));
  const chosen = importerNamed(from) ?? own ?? longTable;
  if (named || chosen === own) return chosen;
  return first !== undefined && chosen.recognizes(mapFields(first, map), name) ? chosen : undefined;
}

async function readBeside(file: InputFile, names: readonly string[]): Promise<Map<string, readonly Row[]>> {
  const beside = new Map<string, readonly Row[]>();
  for (const name of names) {
    const path = join(dirname(file.path), name);
    if ((await kindOf(path)) !== "file") continue;
    const rows: Row[] = [];
    const record = (row: Row) => rows.push(row) > 0;
    await eachRecord({ path, shown: join(dirname(file.shown), name), named: true }, { record, bad() {} });
    beside.set(name, rows);
  }
  return beside;
}

/** Takes what a file holds. `record` says whether to go on. */
export interface Sink {
  record(record: Row, line: number): boolean;
  bad(line: number, reason: string): void;
}

async function firstRecord(file: InputFile, map: ReadOptions["map"]): Promise<Row | undefined> {
  let first: Row | undefined;
  const record = (row: Row) => {
    first = row;
    return false;
  };
  await eachRecord(file, { record, bad() {} }, map);
  return first;
}

/**
 * Hands every record of a file to the sink: lines of JSON or CSV, entries of a JSON list.
 *
 * @param map  our field ← their field: cells of CSV have no types, so a column is read as the field it will be
 * @throws {UnsupportedFormat | UnreadableFile | UnreadableGzip}
 */
export async function eachRecord(file: InputFile, sink: Sink, map: ReadOptions["map"] = {}): Promise<void> {
  const format = formatOf(file.path);
  if (format === undefined) throw new UnsupportedFormat(file.shown);
  try {
    if (format === "lines") await eachJsonLine(file.path, sink);
    else if (format === "csv") await eachCsvLine(file.path, sink, map);
    else await eachOfDocument(file.path, sink);
  } catch (error) {
    throw readableError(error, file.shown);
  }
}

async function eachJsonLine(path: string, sink: Sink): Promise<void> {
  let line = 0;
  let rest = "";
  const take = (text: string): boolean => {
    line++;
    if (text === "" || text.trim() === "") return true;
    let record: unknown;
    try {
      record = JSON.parse(line === 1 ? withoutMark(text) : text);
    } catch (error) {
      sink.bad(line, `not JSON: ${(error as Error).message}`);
      return true;
    }
    if (isRow(record)) return sink.record(record, line);
    sink.bad(line, "not a JSON object");
    return true;
  };
  for await (const chunk of textChunks(path)) {
    const text = rest + chunk;
    let from = 0;
    for (let to = text.indexOf("\n", rest.length); to >= 0; to = text.indexOf("\n", from)) {
      if (!take(text.slice(from, to))) return;
      from = to + 1;
    }
    rest = text.slice(from);
  }
  take(rest);
}

async function eachCsvLine(path: string, sink: Sink, map: Readonly<Record<string, string>>): Promise<void> {
  const ourNames = new Map(Object.entries(map).map(([ours, theirs]) => [theirs, ours]));
  const csv = parseCsv({
    bom: true,
    columns: (names: string[]) => names.map((name) => name.trim()),
    info: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip(error) {
      sink.bad(Number(error?.["lines"] ?? 0), error?.message ?? "not a line of CSV");
      return undefined;
    },
  });
  let enough = false;
  const consume = async (records: AsyncIterable<{ record: Record<string, string>; info: { lines: number } }>) => {
    for await (const { record, info } of records) {
      enough = !sink.record(fromCells(record, ourNames), info.lines);
      if (enough) return;
    }
  };
  try {
    await pipeline(textChunks(path), csv, consume);
  } catch (error) {
    if (!enough) throw error; // stopping early cuts the pipeline, which calls that an error
  }
}

/** A JSON document is one record; a JSON list holds one record per entry. */
async function eachOfDocument(path: string, sink: Sink): Promise<void> {
  const bytes = await readFile(path);
  const text = (path.endsWith(".gz") ? await promisify(gunzip)(bytes) : bytes).toString("utf8");
  let document: unknown;
  try {
    document = JSON.parse(withoutMark(text));
  } catch (error) {
    if (text.trim() !== "") sink.bad(1, `not JSON: ${(error as Error).message}`);
    return;
  }
  for (const [i, record] of (Array.isArray(document) ? document : [document]).entries()) {
    if (!isRow(record)) sink.bad(i + 1, "not a JSON object");
    else if (!sink.record(record, i + 1)) return;
  }
}

/** Decoded text of a file, unpacked where its name ends in `.gz`. */
async function* textChunks(path: string): AsyncGenerator<string> {
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  const unpacked = path.endsWith(".gz") ? createGunzip({ chunkSize: chunkBytes }) : undefined;
  if (unpacked !== undefined) {
    file.on("error", (error) => unpacked.destroy(error));
    file.pipe(unpacked);
  }
  try {
    yield* (unpacked ?? file).setEncoding("utf8");
  } finally {
    file.destroy();
  }
}

/** Large enough that the work per chunk does not count, small enough to stay in cache. */
const chunkBytes = 1 << 18;

const withoutMark = (text: string) => (text.startsWith("\ufeff") ? text.slice(1) : text);

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(rows: Row | readonly Row[]): rows is readonly Row[] {
  return Array.isArray(rows);
}

/** `data/mmlu-pro/records.jsonl.gz` is "mmlu-pro": the folder says more than a file name that any set may have. */
function nameOfFile(path: string): string {
  const name = basename(path).split(".")[0]!;
  return ["records", "attempts", "episodes", "baselines", "answers", "votes"].includes(name)
    ? basename(dirname(path))
    : name;
}

function nameOf(names: readonly string[]): string {
  const different = [...new Set(names)];
  const [first = "nothing", ...others] = different;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

/**
 * Reads `quorate.config.ts` (its default export) or `.json`. Without a path it is looked for beside the first attempts
 * file, then in the working directory; where there is none, nothing is configured.
 *
 * @throws {FileMissing | UnreadableFile | BadConfig}
 */
export async function readConfig(
  path?: string,
  { cwd = ".", beside }: { readonly cwd?: string; readonly beside?: string | undefined } = {},
): Promise<Config> {
  if (path !== undefined) {
    if ((await kindOf(resolve(cwd, path))) !== "file") throw new FileMissing(path);
    return loadConfig(resolve(cwd, path), path);
  }
  const near = beside === undefined ? [] : [resolve(cwd, beside), dirname(resolve(cwd, beside))];
  for (const folder of [...near, resolve(cwd)])
    for (const name of ["quorate.config.ts", "quorate.config.json"]) {
      const file = join(folder, name);
      if ((await kindOf(file)) === "file") return loadConfig(file, relative(cwd, file));
    }
  return Config.parse({});
}

async function loadConfig(path: string, shown: string): Promise<Config> {
  let found: unknown;
  try {
    if (path.endsWith(".json")) found = JSON.parse(withoutMark(await readFile(path, "utf8")));
    else found = (await import(pathToFileURL(path).href)).default;
  } catch (error) {
    throw new BadConfig(shown, [error instanceof Error ? error.message : String(error)]);
  }
  const checked = Config.safeParse(found ?? null);
  if (checked.success) return checked.data;
  throw new BadConfig(shown, issuesOf(checked.error));
}

function readableError(error: unknown, path: string): unknown {
  if (error instanceof KnownError || !(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code?.startsWith("Z_")) return new UnreadableGzip(path, error);
  if (code === "ENOENT") return new FileMissing(path);
  return ["EACCES", "EPERM", "EISDIR", "EIO", "EMFILE"].includes(code ?? "") ? new UnreadableFile(path, error) : error;
}
