import type { Command } from "commander";

/** What a command may touch: handed in, so that tests and other programs can run the command line in their process. */
export interface Context {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
}

/** One verb of the command line: parse, call the library, print. */
export interface Verb {
  /** One line for `quorate --help`. */
  readonly summary: string;
  /** A complete command that works in a fresh clone. */
  readonly example: string;
  build(command: Command, context: Context): Command;
}
