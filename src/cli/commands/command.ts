import type { Command } from "commander";

/** What a command may touch: handed in, so that tests and other programs can run the command line in their process. */
export interface Context {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
  /** Tells of signals of the operating system; gives back what stops telling. Absent: nobody sends any. */
  readonly signals?: { on(name: "SIGINT" | "SIGTERM" | "SIGHUP", listener: () => void): () => void };
  /** The exit code of a verb that did its work and still has something to say: 1, 3 or 4. */
  readonly exit?: (code: number) => void;
}

/** One verb of the command line: parse, call the library, print. */
export interface Verb {
  /** One line for `quorate --help`. */
  readonly summary: string;
  /** A complete command that works in a fresh clone. */
  readonly example: string;
  build(command: Command, context: Context): Command;
}
