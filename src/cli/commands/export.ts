import { resolve } from "node:path";
import { formatAttempts } from "../../records/parse.ts";
import { salvage } from "../../run/journal-read.ts";
import { attemptsOf } from "../../trace/attempts.ts";
import type { Event } from "../../trace/event.ts";
import { writeEvent } from "../../trace/serialize.ts";
import { writeWhole } from "../print.ts";
import type { Context, Verb } from "./command.ts";

interface Options {
  readonly attempts?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

export const exportRun: Verb = {
  summary: "write a run as JSON lines: its events, or its answers as attempts",
  example: "npm exec quorate -- export runs/first --attempts --out answers.jsonl",
  build: (command, context) =>
    command
      .argument("<directory>", "of a run, also of one that was killed or is damaged: then its good part")
      .option("--attempts", "answers as attempts of the long table: what study, plan and --calibrate-on read")
      .option("--out <file>", "write there instead of to standard output")
      .action(async (directory: string, options: Options) => {
        const { events, lost, how } = await salvage(resolve(context.cwd, directory));
        const lines = options.attempts ? formatAttempts({ attempts: [...attemptsOf(events)] }) : eventLines(events);
        await write(lines, options, context);
        if (how !== null) {
          const missing = lost === null ? "how many are lost cannot be told" : `${lost} are lost`;
          context.stderr.write(
            `quorate: the journal is damaged: ${how}. ${events.length} events are written, ${missing}.\n`,
          );
          context.exit?.(3);
        }
      }),
};

function* eventLines(events: Iterable<Event>): Generator<string> {
  for (const event of events) yield `${writeEvent(event)}\n`;
}

async function write(lines: Iterable<string>, { out, json }: Options, { cwd, stdout }: Context): Promise<void> {
  if (out !== undefined) return writeWhole(cwd, out, lines);
  if (!json) {
    for (const line of lines) stdout.write(line);
    return;
  }
  let first = true;
  stdout.write("[");
  for (const line of lines) {
    stdout.write(`${first ? "\n" : ",\n"}${line.trimEnd()}`);
    first = false;
  }
  stdout.write("\n]\n");
}
