import { spawn } from "node:child_process";

/** The command line from its sources, as `node -e` takes it. */
const program = `import(${JSON.stringify(new URL("../../src/cli/main.ts", import.meta.url).href)}).then((cli) => cli.main(process.argv.slice(1)))`;

/** One process of the program, over. */
export interface Life {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LifeOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A module loaded before the program: a mutant of it, or a date that jumps. */
  readonly preload?: string;
  /** A program that starts it, with its arguments: a shell that sets limits. */
  readonly under?: readonly string[];
  readonly uid?: number;
}

/** Starts the program; `ended` never rejects for what the program does. */
export function start(
  args: readonly string[],
  { cwd, env = {}, preload, under = [], uid }: LifeOptions,
): { readonly pid: number; kill(signal: NodeJS.Signals): boolean; readonly ended: Promise<Life> } {
  const load = preload === undefined ? [] : ["--import", preload];
  const [command, ...all] = [...under, process.execPath, ...load, "-e", program, "--", ...args];
  const child = spawn(command!, all, {
    cwd,
    env: { ...process.env, NO_COLOR: "1", OPENAI_API_KEY: "none", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(uid !== undefined && { uid }),
  });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].on("data", (chunk) => {
      said[stream] += chunk;
    });
  const ended = new Promise<Life>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ ...said, code, signal }));
  });
  return { pid: child.pid!, kill: (signal) => child.kill(signal), ended };
}
