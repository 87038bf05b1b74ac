import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, resolve } from "node:path";

/** How a program ended. */
export type ProgramEnd =
  | { readonly kind: "exited"; readonly code: number | null; readonly signal: string | null }
  | { readonly kind: "not-started"; readonly error: Error }
  | { readonly kind: "output-too-long" | "called-off" | "timeout" };

export interface ProgramResult {
  readonly end: ProgramEnd;
  readonly output: string;
  /** The last of what it wrote to stderr. */
  readonly complaint: string;
}

export interface ProgramOptions {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input: string;
  readonly outputBytesMax: number;
  readonly stderrBytesMax: number;
  /** Between asking a program to stop (SIGTERM) and stopping it (SIGKILL). */
  readonly graceMs: number;
}

/** Programs that run: a process that exits takes them along, since a group of their own hears no Ctrl-C. */
const alive = new Set<RunningProgram>();
let isWatching = false;

function keep(program: RunningProgram): void {
  alive.add(program);
  if (isWatching) return;
  isWatching = true;
  process.on("exit", () => {
    for (const one of alive) one.kill("SIGKILL");
  });
}

const isWindows = process.platform === "win32";

/**
 * One run of a program, in a process group of its own: whatever it started ends with it. `over` resolves as soon as the
 * result is known, `gone` once nothing of it runs any more.
 */
export class RunningProgram {
  readonly over: Promise<ProgramResult>;
  readonly gone: Promise<void>;
  slot = 0;
  readonly #child: ChildProcess;
  readonly #graceMs: number;
  readonly #output: Buffer[] = [];
  readonly #outputBytesMax: number;
  #outputBytes = 0;
  #complaint = Buffer.alloc(0);
  #isOver = false;
  #resolve!: (result: ProgramResult) => void;
  #isGone!: () => void;
  #killer: NodeJS.Timeout | undefined;

  constructor({ program, arguments: args, cwd, env, input, outputBytesMax, stderrBytesMax, graceMs }: ProgramOptions) {
    this.over = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.gone = new Promise((resolve) => {
      this.#isGone = resolve;
    });
    this.#graceMs = graceMs;
    this.#outputBytesMax = outputBytesMax;
    const child = spawn(program, [...args], { cwd, env, detached: !isWindows, stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    keep(this);
    child.on("error", (error) => {
      this.#end({ kind: "not-started", error });
      this.#leave();
    });
    // Its children may hold the pipes open: they end with it, and then "close" comes.
    child.on("exit", () => this.kill("SIGKILL"));
    child.on("close", (code, signal) => {
      clearTimeout(this.#killer);
      this.#end({ kind: "exited", code, signal });
      this.#leave();
    });
    child.stdin.on("error", () => {}); // it need not read what it is told
    child.stdin.end(input);
    child.stdout.on("data", (chunk: Buffer) => {
      this.#outputBytes += chunk.length;
      if (this.#outputBytes > outputBytesMax) this.#stop({ kind: "output-too-long" });
      else this.#output.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      const all = Buffer.concat([this.#complaint, chunk]);
      this.#complaint = all.subarray(Math.max(0, all.length - stderrBytesMax));
    });
  }

  abort(): void {
    this.#stop({ kind: "called-off" });
  }

  expire(): void {
    this.#stop({ kind: "timeout" });
  }

  #stop(end: ProgramEnd): void {
    if (this.#isOver) return;
    this.#end(end);
    this.kill("SIGTERM");
    this.#killer = setTimeout(() => this.kill("SIGKILL"), this.#graceMs);
  }

  #end(end: ProgramEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const output = this.#outputBytes > this.#outputBytesMax ? "" : Buffer.concat(this.#output).toString("utf8");
    this.#resolve({ end, output, complaint: this.#complaint.toString("utf8") });
  }

  #leave(): void {
    alive.delete(this);
    this.#isGone();
  }

  kill(signal: "SIGTERM" | "SIGKILL"): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      if (isWindows) this.#child.kill(signal);
      else process.kill(-pid, signal);
    } catch {
      // nothing of the group is left
    }
  }
}

/** The file that a name stands for, as a shell would find it. @returns why there is none, where there is none */
export function findProgram(name: string, cwd: string, path: string | undefined): { readonly file: string } | string {
  const places = /[\\/]/.test(name)
    ? [resolve(cwd, name)]
    : (path ?? "")
        .split(delimiter)
        .filter(Boolean)
        .map((folder) => resolve(folder, name));
  let why = /[\\/]/.test(name) ? "there is no such file" : "PATH has no such program";
  for (const file of places) {
    try {
      if (!statSync(file).isFile()) {
        why = "it is no file";
        continue;
      }
      accessSync(file, constants.X_OK);
      return { file };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EACCES") why = "it may not be executed";
    }
  }
  return why;
}
