import { InvalidArgumentError, Option } from "commander";
import type { Importer } from "../../records/importers/importer.ts";
import * as importers from "../../records/importers/index.ts";
import { formatAttempts } from "../../records/parse.ts";
import { readAttempts } from "../../records/read.ts";
import { printJson, writeWhole } from "../print.ts";
import type { Verb } from "./command.ts";

export const importAttempts: Verb = {
  summary: "turn foreign recordings into the long table, one attempt per line",
  example: "npm exec quorate -- import examples/gsm8k/answers.json --out attempts.jsonl",
  build: (command, context) =>
    command
      .argument("<files...>", "recordings: .jsonl, .jsonl.gz, .csv or a public set's own form")
      .option("--map <field=theirs...>", "our field = their field, as sample=trial", collectMap, {})
      .addOption(
        new Option("--from <importer>", "name the form instead of recognizing it").choices(
          Object.values<Importer>(importers).map(({ name }) => name),
        ),
      )
      .option("--out <file>", "write here instead of standard output")
      .action(
        async (
          files: string[],
          options: { map: Record<string, string>; from?: string; out?: string; json?: boolean },
        ) => {
          const { map, from, out, json } = options;
          const imported = await readAttempts(files, { cwd: context.cwd, map, ...(from ? { from } : {}) });
          const { attempts, badLines, sorts, disagreements, sources } = imported;
          if (out) await writeWhole(context.cwd, out, formatAttempts(imported));
          if (json)
            printJson(context, {
              out: out ?? null,
              attempts: attempts.length,
              lines: imported.lines,
              badLines,
              sorts,
              disagreements: disagreements.length,
              sources,
            });
          else if (!out) for (const line of formatAttempts(imported)) context.stdout.write(line);
          if (!json)
            context.stderr.write(
              `${attempts.length} attempts from ${imported.lines} lines${out ? ` → ${out}` : ""}; ${badLines.length} lines could not be read, ${disagreements.length} graders disagree\n${badLines
                .slice(0, 5)
                .map(({ file, line, reason }) => `  ${file}:${line} ${reason}\n`)
                .join("")}`,
            );
        },
      ),
};

function collectMap(text: string, map: Record<string, string>): Record<string, string> {
  const at = text.indexOf("=");
  if (at <= 0 || at === text.length - 1)
    throw new InvalidArgumentError("Write our field = their field, as sample=trial.");
  return { ...map, [text.slice(0, at)]: text.slice(at + 1) };
}
