// `study --live`: its options, and what it prints.
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Budget } from "../plan/plan-types.ts";
import { readConfig } from "../records/read.ts";
import { runFormatFor } from "../report/run-formats.ts";
import { RunIncomplete } from "../run/errors.ts";
import { parseBudget as parseCaps } from "../run/parse-budget.ts";
import { readTasks } from "../run/read-tasks.ts";
import { type LiveStudy, studyLive } from "../study/live.ts";
import { liveReport } from "../study/live-report.ts";
import type { Caps } from "../trace/event.ts";
import type { Context } from "./commands/command.ts";
import { measureDocument } from "./commands/measure.ts";
import { liveStudyLines } from "./live-study-lines.ts";
import { freshDirectory, measureLine, parseAskings, stopSignals } from "./measuring.ts";
import { parseCount, parseShare } from "./options.ts";
import { printJson, printLines, writeWhole } from "./print.ts";
import { runLine } from "./run-line.ts";
import { version } from "./version.ts";

export interface LiveOptions {
  readonly live?: boolean;
  readonly agents?: string;
  readonly levels?: string[];
  readonly budget?: Caps;
  readonly measureShare?: number;
  readonly directory?: string;
  readonly baseUrl?: string;
  readonly concurrency?: number;
  readonly answers?: string;
  readonly maxTokens?: number;
  readonly pilot?: number;
}

export function addLiveOptions(command: Command): Command {
  return command
    .option("--live", "ask endpoints: the files are tasks, one half is measured on, the other half is run")
    .option("--agents <names>", "with --live: who may be asked, as small,large~high")
    .option("--levels <list...>", "with --live: levels of compute, 150,450 for all agents or scout=150,450 for one")
    .option("--budget <caps>", "with --live: of everything, as '$5' or 2000000tok", parseCaps)
    .option("--measure-share <share>", "with --live: of the budget, for measuring (default: 0.5)", parseShare)
    .option("--directory <directory>", "with --live: where the journals go (default: a new one under runs/)")
    .option("--base-url <url>", "with --live: OpenAI-compatible endpoint (default: OPENAI_BASE_URL, else OpenAI's)")
    .option("--concurrency <calls>", "with --live: most calls in flight (default: 64)", parseCount(1))
    .option("--answers <kind>", "with --live: choice, number, boxed, exact … (default: by the tasks)")
    .option("--max-tokens <tokens>", "with --live: longest answer of agents that state none", parseCount(1))
    .option("--pilot <tasks>", "with --live: tasks of the first look (default: 40)", parseCount(2));
}

interface Given extends LiveOptions {
  readonly config?: string;
  readonly perTask?: Budget;
  readonly confidence: number;
  readonly seed: number;
  readonly json?: boolean;
  readonly out?: readonly string[];
}

/** Runs the line and prints it; the exit code is 4 where a budget ended a part of it, 3 where a part is degraded. */
export async function studyOnEndpoints(files: readonly string[], options: Given, context: Context): Promise<void> {
  const { cwd } = context;
  const { agents, levels, perTask, budget, confidence, seed, answers, maxTokens, pilot, concurrency } = options;
  if (agents === undefined)
    throw new RunIncomplete("to know whom it may ask", "Name agents with --agents, as in --agents small,large.");
  if (perTask === undefined)
    throw new RunIncomplete("to know what it decides", "State what a task may cost, as in --per-task 2000tok.");
  if (budget === undefined)
    throw new RunIncomplete("a budget", "State it with --budget, as in --budget '$5' or --budget 2000000tok.");
  const tasks = await readTasks(files, { cwd });
  const config = await readConfig(options.config, { cwd, ...(files[0] !== undefined && { beside: files[0] }) });
  const measuring = measureLine(context);
  const running = runLine(context);
  const signals = stopSignals(context);
  let study: LiveStudy;
  try {
    study = await studyLive(tasks, {
      directory: resolve(cwd, options.directory ?? freshDirectory(cwd, "study-")),
      settings: {
        ...{ columns: parseAskings(agents, levels), perTask, confidence },
        ...(answers !== undefined && { answers }),
        ...(maxTokens !== undefined && { maxTokens }),
        ...(pilot !== undefined && { pilotTasks: pilot }),
      },
      ...{ budget, config, env: context.env, cwd, seed, version, pause: signals.pause, stop: signals.stop },
      ...(options.measureShare !== undefined && { measureShare: options.measureShare }),
      ...(options.baseUrl !== undefined && { baseUrl: options.baseUrl }),
      ...(concurrency !== undefined && { go: { concurrency } }),
      onMeasure: measuring.step,
      onRun: (_, progress) => running.step(progress),
      onNote: running.note,
    });
  } finally {
    measuring.end();
    running.end();
    signals.end();
  }
  const written = options.out ?? [];
  for (const path of written) await writeWhole(cwd, path, runFormatFor(path)!.render(liveReport(study)));
  if (options.json) printJson(context, documentOf(study));
  else
    printLines(context, [
      ...liveStudyLines(study),
      ...(written.length > 0 ? ["", `written: ${written.join(", ")}`] : []),
    ]);
  context.exit?.(exitCodeOf(study));
}

function documentOf({ measured, plan, advised, single, ...study }: LiveStudy) {
  const run = ({ team, forecast, result: { account: _, ...result } }: LiveStudy["advised"]) => ({
    team,
    forecast,
    result,
  });
  return {
    ...{ measured: measureDocument(measured), plan, advised: run(advised), single: single && run(single) },
    ...study,
  };
}

function exitCodeOf({ measured, advised, single }: LiveStudy): number {
  const statuses = [advised, ...(single ? [single] : [])].map(({ result }) => result.status);
  if (statuses.includes("failed")) return 1;
  if (measured.status === "budget" || statuses.includes("budget")) return 4;
  return statuses.every((status) => status === "done") && measured.status !== "interrupted" ? 0 : 3;
}
