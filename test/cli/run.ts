import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { main } from "../../src/cli/main.ts";

export const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line from its sources in a process of its own, as a user would. */
export function quorate(
  args: readonly string[],
  { cwd = root, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Ran> {
  const script = `import(${JSON.stringify(new URL("../../src/cli/main.ts", import.meta.url).href)}).then((cli) => cli.main(process.argv.slice(1)))`;
  return run(process.execPath, ["-e", script, "--", ...args], { cwd, env });
}

/** The same inside this process: many times faster, for what needs no process of its own. */
export async function quorateHere(
  args: readonly string[],
  { cwd = root, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Ran> {
  const written = { stdout: "", stderr: "" };
  const into = (stream: keyof typeof written) => ({
    write(text: string) {
      written[stream] += text;
    },
  });
  const before = process.exitCode;
  const code = await main(args, { cwd, env, stdout: into("stdout"), stderr: into("stderr") });
  process.exitCode = before; // ours is the test runner's
  return { code, ...written };
}

/** Runs a program and never throws: its exit code is part of what is tested. */
export function run(
  program: string,
  args: readonly string[],
  { cwd = root, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { cwd, env: { ...process.env, NO_COLOR: "1", ...env }, maxBuffer: 2 ** 28 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
        resolve({ code, stdout, stderr });
      },
    );
  });
}
