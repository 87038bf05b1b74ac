import { extname } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { parseBudget } from "../../plan/budget.ts";
import type { Budget } from "../../plan/plan-types.ts";
import { readAttempts, readConfig } from "../../records/read.ts";
import type { Format } from "../../report/formats/format.ts";
import * as formats from "../../report/formats/index.ts";
import { report } from "../../report/report.ts";
import type { Metric } from "../../simulate/outcomes.ts";
import { study as run } from "../../study/study.ts";
import { addInputOptions, type InputOptions } from "../load.ts";
import { budgetArgument, metricOption, parseCount, parseShare } from "../options.ts";
import { printJson, progress, wantsColor, writeWhole } from "../print.ts";
import { addLiveOptions, type LiveOptions, studyOnEndpoints } from "../study-live.ts";
import type { Verb } from "./command.ts";

interface Options extends InputOptions, LiveOptions {
  readonly perTask?: Budget;
  readonly metric: Metric;
  readonly confidence: number;
  readonly splits?: number;
  readonly repeats?: string[];
  readonly out?: readonly string[];
  readonly format: string;
  readonly json?: boolean;
  readonly seed: number;
}

export const study: Verb = {
  summary: "the main job: choose a team on one half of the tasks, measure it on the other, report both",
  example: "npm exec quorate -- study examples/gsm8k/answers.json --grade answer --out report.html",
  build: (command, context) =>
    addLiveOptions(addInputOptions(command))
      .option(
        "--per-task <budget>",
        "as 2000tok, 5calls or '$0.01' (default: what the best single agent costs)",
        parseBudget,
      )
      .addOption(metricOption())
      .option(
        "--confidence <share>",
        "P(better) at which a team is advised; content of every interval",
        parseShare,
        0.9,
      )
      .option(
        "--splits <count>",
        "further random halves on which the choice is tried (default: 200; fewer from 1,000 tasks on)",
        parseCount(0),
      )
      .option("--repeats <file...>", "many answers of one agent, perhaps to other tasks: curves of repeated votes")
      .option("--out <file...>", "write the report: .html, .md, .json or .txt by its ending", collectOut)
      .addOption(new Option("--format <name>", "what is printed").choices(Object.keys(formats)).default("text"))
      .action(async (files: string[], options: Options) => {
        if (options.live) return studyOnEndpoints(files, options, context);
        const { grade, perTask, metric, confidence, splits, seed } = options;
        const attempts = await readAttempts(files, { cwd: context.cwd });
        const config = await readConfig(options.config, { cwd: context.cwd, beside: files[0] });
        const repeats = options.repeats ? await readAttempts(options.repeats, { cwd: context.cwd }) : undefined;
        const live = progress(context);
        const result = run(attempts, {
          config,
          metric,
          confidence,
          seed,
          ...(splits === undefined ? {} : { splits }),
          ...(grade ? { grade } : {}),
          ...(perTask ? { perTask } : {}),
          ...(repeats ? { repeats } : {}),
          command: commandLine(files, options),
          onStep: live.step,
        });
        live.end();
        const words = report(result);
        const written = options.out ?? [];
        for (const path of written) await writeWhole(context.cwd, path, formatFor(path)!.render(words));
        if (options.json) return printJson(context, result);
        const format: Format = formats[options.format as keyof typeof formats];
        context.stdout.write(format.render(words, { color: wantsColor(context) }));
        if (written.length > 0) context.stdout.write(`\nwritten: ${written.join(", ")}\n`);
      }),
};

/** The format with this file's ending; HTML for a file without one. */
function formatFor(path: string): Format | undefined {
  const ending = extname(path).slice(1).toLowerCase();
  return ending ? Object.values<Format>(formats).find(({ extension }) => extension === ending) : formats.html;
}

/** Refused before the study, which takes its time. */
function collectOut(path: string, paths: readonly string[] = []): readonly string[] {
  if (path === "" || !formatFor(path)) throw new InvalidArgumentError("A report ends in .html, .md, .json or .txt.");
  return [...paths, path];
}

/** The command that makes this study again, quoted for a shell. */
function commandLine(files: readonly string[], { perTask, repeats, grade, metric, seed, confidence }: Options): string {
  const quote = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  return [
    "npm exec quorate -- study",
    ...files.map(quote),
    ...(perTask ? [`--per-task ${budgetArgument(perTask)}`] : []),
    ...(metric === "accuracy" ? [] : [`--metric ${metric}`]),
    ...(grade === "answer" ? ["--grade answer"] : []),
    ...(repeats ? [`--repeats ${repeats.map(quote).join(" ")}`] : []),
    `--confidence ${confidence}`,
    `--seed ${seed}`,
  ].join(" ");
}
