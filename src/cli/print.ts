import { randomBytes } from "node:crypto";
import { mkdir, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { KnownError } from "../errors.ts";
import { printable } from "../report/document.ts";
import type { Context } from "./commands/command.ts";

/** One JSON document on standard output. Maps become objects, typed arrays plain ones, NaN and ∞ become null. */
export function printJson(context: Context, document: unknown): void {
  context.stdout.write(`${JSON.stringify(document, plain, 2)}\n`);
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
  return value;
}

/** Lines for people. */
export function printLines(context: Context, lines: readonly string[]): void {
  context.stdout.write(`${printable(lines.map((line) => line.replaceAll(/\s*\n\s*/g, " "))).join("\n")}\n`);
}

/** Colour only for people: a terminal, and no NO_COLOR. */
export function wantsColor(context: Context): boolean {
  return Boolean(context.stdout.isTTY) && !context.env["NO_COLOR"];
}

/** A file could not be written; nothing half-written is left. */
export class UnwritableFile extends KnownError {
  readonly code = "unwritable-file";
  override readonly exitCode = 1;
  constructor(path: string, cause: unknown) {
    super(
      `${path} could not be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
      "Choose a folder that exists or can be made, with room on its disk.",
      { cause },
    );
  }
}

/**
 * Writes the whole text or nothing: to a neighbour first, then renamed over the target. A link stays and its target is
 * replaced; devices and pipes are written through, because a rename would put a file in their place.
 */
export async function writeWhole(cwd: string, path: string, text: string | Iterable<string>): Promise<void> {
  const named = resolve(cwd, path);
  const target = await realpath(named).catch(() => named);
  const neighbour = `${target}.${randomBytes(4).toString("hex")}.part`;
  try {
    const there = await stat(target).catch(() => undefined);
    if (there?.isDirectory()) throw new Error("it is a folder");
    if (there && !there.isFile()) return await writeFile(target, text);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(neighbour, text);
    await rename(neighbour, target);
  } catch (error) {
    await rm(neighbour, { force: true }).catch(() => {});
    throw new UnwritableFile(path, error);
  }
}

/** Progress of a long command: one live line on a terminal, else one JSON event per line; at most ten a second. */
export function progress(context: Context): { step(what: string, done: number, total: number): void; end(): void } {
  let last = 0;
  let drawn = false;
  return {
    step(what, done, total) {
      const now = Date.now();
      if (now - last < 100 && done < total) return;
      last = now;
      if (context.stderr.isTTY) {
        drawn = true;
        context.stderr.write(`\r\u001b[K${what} ${done}/${total}`);
      } else context.stderr.write(`${JSON.stringify({ event: "progress", what, done, total })}\n`);
    },
    end() {
      if (drawn) context.stderr.write("\r\u001b[K");
    },
  };
}
