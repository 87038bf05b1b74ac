import { Command, CommanderError } from "commander";
import { KnownError } from "../errors.ts";
import { printable } from "../report/document.ts";
import type { Context, Verb } from "./commands/command.ts";
import * as verbs from "./commands/index.ts";
import { parseCount } from "./options.ts";
import { printJson, UnwritableFile } from "./print.ts";
import { version } from "./version.ts";

/** The process as a context. */
function processContext(): Context {
  process.stdout.on("error", leave);
  process.stderr.on("error", () => {}); // nobody reads our progress: the work goes on
  const signals: Context["signals"] = {
    on(name, listener) {
      process.on(name, listener);
      return () => void process.off(name, listener);
    },
  };
  return { cwd: process.cwd(), env: process.env, stdout: process.stdout, stderr: process.stderr, signals };
}

/** Standard output takes no more: its reader has left, which is fine, or its disk is full. */
function leave(error: NodeJS.ErrnoException): never {
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(`quorate: ${new UnwritableFile("Standard output", error).message}\n`);
  process.exit(1);
}

/** The whole command line, ready to parse. Exits are thrown, so that a caller decides what they mean. */
function program(context: Context): Command {
  const quorate = new Command("quorate")
    .description("EXPLAIN ANALYZE for teams of LLM agents: does a team beat one agent for the same money?")
    .version(version)
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    })
    .showHelpAfterError("(quorate --help lists the verbs)")
    .exitOverride();
  for (const [name, verb] of Object.entries<Verb>(verbs)) {
    const command = quorate.command(name).description(verb.summary).exitOverride();
    command
      .option("--json", "print one JSON document on standard output and nothing else")
      .option("--seed <number>", "seed of everything random", parseCount(0), 1)
      .showHelpAfterError(`(quorate ${name} --help shows the options)`)
      .addHelpText("after", `\nExample:\n  $ ${verb.example}`);
    verb.build(command, context);
  }
  return quorate;
}

/**
 * Runs the command line and sets the exit code: 0 fine, 1 failed, 2 wrong use or bad input, 3 done but degraded, 4 budget
 * reached. A known error prints what happened and the way out; with --json it is printed as one document, too.
 */
export async function main(argv: readonly string[], context: Context = processContext()): Promise<number> {
  let code = 0;
  try {
    const exit = (done: number) => {
      code = done;
    };
    await program({ ...context, exit }).parseAsync(argv, { from: "user" });
  } catch (error) {
    code = explain(error, argv.includes("--json"), context);
  }
  process.exitCode = code;
  return code;
}

function explain(error: unknown, json: boolean, context: Context): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0; // help, or the version
    const remedy = "quorate --help lists the verbs, and each verb's --help its options."; // commander has written to people
    if (json) printJson(context, { error: { code: "usage", message: error.message.replace(/^error: /, ""), remedy } });
    return 2;
  }
  if (error instanceof KnownError) {
    context.stderr.write(`quorate: ${printable(error.message)}\n`);
    const { code, message, remedy, found } = error;
    if (json) printJson(context, { ...found, error: { code, message: message.split("\n→")[0], remedy } });
    return error.exitCode;
  }
  const text = error instanceof Error ? (context.env["QUORATE_DEBUG"] ? error.stack : error.message) : String(error);
  context.stderr.write(
    `quorate: this should not have happened: ${text}\n→ Please report it, with the output of the same command under QUORATE_DEBUG=1.\n`,
  );
  return 1;
}
