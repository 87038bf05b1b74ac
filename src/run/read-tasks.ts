import { createHash, type Hash } from "node:crypto";
import { KnownError } from "../errors.ts";
import type { BadLine } from "../records/attempt.ts";
import { mapFields, type Row } from "../records/parse.ts";
import { eachRecord, filesAt, type InputFile } from "../records/read.ts";
import type { Task } from "./task.ts";

/** Files without a single task. */
export class NoTasks extends KnownError {
  readonly code = "no-tasks";
  constructor(path: string, reasons: readonly string[]) {
    const shown = reasons.slice(0, 3).join("; ");
    const more = reasons.length > 3 ? `; and ${(reasons.length - 3).toLocaleString("en-US")} more` : "";
    super(
      reasons.length === 0 ? `${path} holds no tasks.` : `No line of ${path} is a task: ${shown}${more}.`,
      "Each line needs a question, and may have task_id, gold and choices: .jsonl, .csv or a .json list.",
    );
  }
}

/** Recorded answers stand where tasks are expected. */
export class AnswersNotTasks extends KnownError {
  readonly code = "answers-not-tasks";
  constructor(path: string) {
    super(
      `${path} holds recorded answers, not tasks: its lines name an agent and what it answered, but no question.`,
      "Give the file with the questions to run and measure; give this one to study, plan, predict or replay, or to run as --calibrate-on.",
    );
  }
}

/** Two lines hold the same task. */
export class DuplicateTask extends KnownError {
  readonly code = "duplicate-task";
  constructor(taskId: string, first: string, second: string) {
    super(
      `Task "${taskId}" stands twice: in ${first} and in ${second}.`,
      "Every task needs a task_id of its own; remove one of the two, or number them.",
    );
  }
}

export interface ReadTasksOptions {
  /** Folder that relative paths and globs start from. @default the working directory */
  readonly cwd?: string;
  /** Our field ← their field, as `{ question: "problem" }`. */
  readonly map?: Readonly<Record<string, string>>;
}

/** What the files hold. */
export interface Tasks {
  /** In file order. Never empty. */
  readonly tasks: readonly Task[];
  /** SHA-256 of ids, questions, gold answers and choices in their order, in hexadecimal; not of how the files spell them. */
  readonly digest: string;
  /** Lines that are no task, with the reason; they are left out. */
  readonly badLines: readonly BadLine[];
  readonly lines: number;
}

/**
 * Reads tasks from files, folders and globs: `.jsonl`, `.csv` and `.json`, each also as `.gz`. A line needs `question`; where
 * no line of any file has a `task_id` they are called t1, t2 … in file order, where some have one all others are bad.
 *
 * @throws {FileMissing | UnreadableFile | UnreadableGzip | UnsupportedFormat} where a file cannot be read
 * @throws {NoTasks | AnswersNotTasks} where a file holds no task
 * @throws {DuplicateTask}
 */
export async function readTasks(paths: readonly string[], { cwd = ".", map }: ReadTasksOptions = {}): Promise<Tasks> {
  if (paths.length === 0) throw new NoTasks("an empty list of files", []);
  const files: InputFile[] = [];
  for (const path of paths)
    for (const file of await filesAt(path, cwd)) if (!files.some((one) => one.path === file.path)) files.push(file);
  if (files.length === 0) throw new NoTasks(paths.join(", "), []);
  const found: FoundTask[] = [];
  const badLines: BadLine[] = [];
  let lines = 0;
  for (const file of files) lines += await readFileInto(found, badLines, file, map);
  const named = withIds(found, badLines);
  if (named.length === 0)
    throw new NoTasks(
      files[0]!.shown,
      badLines.map(({ line, reason }) => `line ${line}: ${reason}`),
    );
  return { tasks: named, digest: digestOf(named), badLines, lines };
}

interface FoundTask {
  readonly task: Omit<Task, "taskId"> & { readonly taskId?: string };
  readonly file: string;
  readonly line: number;
}

/** @returns lines of the file, bad ones included */
async function readFileInto(
  found: FoundTask[],
  badLines: BadLine[],
  file: InputFile,
  map: ReadTasksOptions["map"],
): Promise<number> {
  let lines = 0;
  let answers = 0;
  const before = found.length;
  const reject = (line: number, reason: string) => badLines.push({ file: file.shown, line, reason });
  await eachRecord(
    file,
    {
      record(record, line) {
        lines++;
        const row = map ? mapFields(record, map) : record;
        const task = toTask(row);
        if (typeof task !== "string") found.push({ task, file: file.shown, line });
        else {
          if (isAnswer(row)) answers++;
          reject(line, task);
        }
        return true;
      },
      bad(line, reason) {
        lines++;
        reject(line, reason);
      },
    },
    map,
  );
  if (found.length === before) {
    if (answers > 0) throw new AnswersNotTasks(file.shown);
    throw new NoTasks(
      file.shown,
      badLines.flatMap((bad) => (bad.file === file.shown ? [`line ${bad.line}: ${bad.reason}`] : [])),
    );
  }
  return lines;
}

const isAnswer = (row: Row) =>
  row["question"] === undefined &&
  row["agent"] !== undefined &&
  ["answer", "correct", "score"].some((name) => name in row);

const own = new Set(["task_id", "question", "gold", "choices"]);

/** The task of a line, or why it is none. */
function toTask(row: Row): FoundTask["task"] | string {
  const question = row["question"];
  if (question === undefined || question === null) return "no question";
  if (typeof question !== "string") return `question is ${JSON.stringify(question)?.slice(0, 60)}, not text`;
  if (question.trim() === "") return "the question is empty";
  const taskId = scalar(row["task_id"]);
  if (taskId === false || taskId === "")
    return `task_id is ${JSON.stringify(row["task_id"])?.slice(0, 60)}, not a name`;
  const gold = scalar(row["gold"]);
  if (gold === false) return `gold is ${JSON.stringify(row["gold"])?.slice(0, 60)}, not text`;
  const choices = choicesOf(row["choices"]);
  if (typeof choices === "string") return choices;
  let extra: Record<string, unknown> | undefined;
  for (const name in row)
    if (!own.has(name)) {
      extra ??= {};
      extra[name] = row[name];
    }
  return {
    ...(taskId !== undefined && { taskId }),
    question,
    ...(gold !== undefined && { gold }),
    ...(choices && { choices }),
    ...(extra && { extra }),
  };
}

/** Text of a name or an answer; undefined where there is none, false where it is neither text, number nor boolean. */
function scalar(value: unknown): string | undefined | false {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : false;
}

/** A list of texts, or in CSV one cell: a JSON list, or texts between bars. */
function choicesOf(value: unknown): readonly string[] | undefined | string {
  if (value === undefined || value === null || value === "") return undefined;
  const list = typeof value === "string" ? listOf(value) : value;
  if (!Array.isArray(list)) return `choices is ${JSON.stringify(value)?.slice(0, 60)}, not a list`;
  if (list.length === 0) return undefined;
  const texts = list.map(scalar);
  const bad = texts.findIndex((text) => text === undefined || text === false);
  if (bad >= 0) return `choice ${bad + 1} is ${JSON.stringify(list[bad])?.slice(0, 60)}, not text`;
  return texts.length === 1 ? "a single choice leaves nothing to choose" : (texts as string[]);
}

function listOf(cell: string): unknown {
  if (cell.trimStart().startsWith("["))
    try {
      return JSON.parse(cell);
    } catch {
      return undefined;
    }
  return cell.includes("|") ? cell.split("|").map((text) => text.trim()) : undefined;
}

function withIds(found: readonly FoundTask[], badLines: BadLine[]): readonly Task[] {
  const areNamed = found.some(({ task }) => task.taskId !== undefined);
  const places = new Map<string, FoundTask>();
  const tasks: Task[] = [];
  for (const [i, one] of found.entries()) {
    const taskId = areNamed ? one.task.taskId : `t${i + 1}`;
    if (taskId === undefined) {
      badLines.push({ file: one.file, line: one.line, reason: "no task_id, and other lines have one" });
      continue;
    }
    const first = places.get(taskId);
    if (first) throw new DuplicateTask(taskId, placeOf(first), placeOf(one));
    places.set(taskId, one);
    tasks.push({ ...one.task, taskId });
  }
  return tasks;
}

const placeOf = ({ file, line }: FoundTask) => `${file}, line ${line}`;

function digestOf(tasks: readonly Task[]): string {
  const hash: Hash = createHash("sha256");
  for (const { taskId, question, gold, choices } of tasks)
    hash.update(`${JSON.stringify([taskId, question, gold ?? null, choices ?? null])}\n`);
  return hash.digest("hex");
}
