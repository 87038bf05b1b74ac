import { type Command, Option } from "commander";
import { readAttempts, readConfig } from "../records/read.ts";
import type { Recordings } from "../records/recordings.ts";
import { tabulate } from "../records/tabulate.ts";
import type { Context } from "./commands/command.ts";

export interface InputOptions {
  readonly config?: string;
  readonly grade?: "flag" | "answer";
}

/** The options that every verb has which reads graded answers. */
export function addInputOptions(command: Command, { optional = false } = {}): Command {
  return command
    .argument(
      optional ? "[attempts...]" : "<attempts...>",
      "graded answers: .jsonl, .jsonl.gz, .csv, an example's .json, or globs",
    )
    .option(
      "--config <file>",
      "agents with prices, lengths and windows (default: quorate.config.* beside the attempts)",
    )
    .addOption(
      new Option("--grade <by>", "flag: the recorded `correct`; answer: answer = gold where both are known")
        .choices(["flag", "answer"])
        .default("flag"),
    );
}

/** Files → recordings, with the config that goes with them. */
export async function load(files: readonly string[], options: InputOptions, context: Context): Promise<Recordings> {
  const attempts = await readAttempts(files, { cwd: context.cwd });
  const config = await readConfig(options.config, { cwd: context.cwd, beside: files[0] });
  return tabulate(attempts, config, { grade: options.grade ?? "flag" });
}
