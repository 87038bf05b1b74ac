import { resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import { parseBudget } from "../../plan/budget.ts";
import type { Budget } from "../../plan/plan-types.ts";
import type { Config } from "../../records/config.ts";
import type { AnswersConfig } from "../../records/provider-config.ts";
import { readAttempts, readConfig } from "../../records/read.ts";
import { RunIncomplete } from "../../run/errors.ts";
import { knownFrom } from "../../run/measure/known.ts";
import { type LiveMeasurement, type MeasureSettings, measureLive } from "../../run/measure/live.ts";
import type { MeasureStatus } from "../../run/measure/measure.ts";
import { parseBudget as parseCaps } from "../../run/parse-budget.ts";
import { readPrices, withPrices } from "../../run/read-prices.ts";
import { readTasks } from "../../run/read-tasks.ts";
import type { Caps } from "../../trace/event.ts";
import { measureLines } from "../measure-lines.ts";
import { freshDirectory, measureLine, parseAskings, stopSignals } from "../measuring.ts";
import { parseCount, parseShare } from "../options.ts";
import { printJson, printLines } from "../print.ts";
import { version } from "../version.ts";
import type { Context, Verb } from "./command.ts";

interface Options {
  readonly agents?: string;
  readonly levels?: string[];
  readonly have?: string[];
  readonly budget?: Caps;
  readonly perTask?: Budget;
  readonly confidence: number;
  readonly worth?: number;
  readonly needsReading?: boolean;
  readonly messages?: readonly number[];
  readonly reader?: string;
  readonly pilot?: number;
  readonly floor?: number;
  readonly out?: string;
  readonly resume?: string;
  readonly config?: string;
  readonly baseUrl?: string;
  readonly concurrency?: number;
  readonly reuse?: string[];
  readonly answers?: AnswersConfig;
  readonly prices?: string[];
  readonly maxTokens?: number;
  readonly timeout?: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** Where a measurement ends neither settled nor in an error. */
const exitCodes: Readonly<Record<MeasureStatus, number>> = {
  settled: 0,
  equal: 0,
  budget: 4,
  tasks: 3,
  interrupted: 3,
};

export const measure: Verb = {
  summary: "buy what a plan still lacks, where it narrows the decision most, under a budget of its own",
  example:
    "npm exec quorate -- measure tasks.jsonl --agents small,large --budget 500000tok --per-task 2000tok --out runs/measured",
  build: (command, context) =>
    command
      .argument("<tasks...>", "questions with gold: .jsonl, .csv or globs")
      .option("--agents <names>", "who may be asked, as small,large~high; a name that no config knows is a model")
      .option("--levels <list...>", "levels of compute: 150,450 for all agents, or scout=150,450 for one")
      .option("--have <attempts...>", "graded answers that were recorded before")
      .option("--budget <caps>", "of all probes: '$5', 2000000tok, 500calls, 30min, or several with commas", parseCaps)
      .option("--per-task <budget>", "what one task of the later run may cost: what is decided at", parseBudget)
      .option("--confidence <share>", "P(better) at which the plan counts as settled", parseShare, 0.9)
      .option(
        "--worth <share>",
        "share of right answers that is not worth measuring on for (default: 0.01)",
        parseShare,
      )
      .option("--needs-reading", "answers are texts that code cannot compare: agents that read decide")
      .option("--messages <tokens>", "lengths of relayed messages (default: 16,64,256)", parseLengths)
      .option("--reader <agent>", "who passes messages on in relay probes (default: the cheapest agent)")
      .option("--pilot <tasks>", "tasks of the first look (default: 40)", parseCount(2))
      .option("--floor <tasks>", "of those, tasks on which β, γ(m) and ρ_within are measured; 0: none", parseCount(0))
      .option("--out <directory>", "where the journal goes (default: a new one under runs/)")
      .option("--resume <directory>", "go on with the measurement that is there; nothing is paid twice")
      .option("--config <file>", "agents, prices and providers (default: quorate.config.* beside the tasks)")
      .option(
        "--base-url <url>",
        "OpenAI-compatible endpoint (default: OPENAI_BASE_URL, else OpenAI's); key: OPENAI_API_KEY",
      )
      .option("--concurrency <calls>", "most calls in flight (default: 64)", parseCount(1))
      .option("--reuse <directory...>", "take the answers of these runs where the question is the same")
      .option("--answers <kind>", "choice, number, boxed, exact … (default: by the tasks)", parseAnswers)
      .option("--prices <file...>", "dated prices: our own form, or the files of models.dev, LiteLLM and OpenRouter")
      .option("--max-tokens <tokens>", "longest answer of agents that state none (default: 2048)", parseCount(1))
      .option("--timeout <seconds>", "of one call (default: 120)", parseCount(1))
      .action(async (files: string[], options: Options) => {
        const { cwd } = context;
        const tasks = await readTasks(files, { cwd });
        for (const { file, line, reason } of tasks.badLines.slice(0, 3))
          context.stderr.write(`quorate: ${file}, line ${line} is no task and is left out: ${reason}\n`);
        const config = await priced(await readConfig(options.config, { cwd, beside: files[0] }), options, context);
        const settings = options.resume === undefined ? await settingsOf(options, cwd) : undefined;
        const line = measureLine(context);
        const signals = stopSignals(context);
        let found: LiveMeasurement;
        try {
          found = await measureLive(tasks, {
            directory: resolve(cwd, options.resume ?? options.out ?? freshDirectory(cwd, "measure-")),
            ...{ resume: options.resume !== undefined, config, env: context.env, cwd, seed: options.seed, version },
            ...(settings && { settings }),
            ...(options.budget && { budget: options.budget }),
            ...(options.baseUrl !== undefined && { baseUrl: options.baseUrl }),
            ...(options.reuse && { reuse: options.reuse.map((one) => resolve(cwd, one)) }),
            go: {
              ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
              ...(options.timeout !== undefined && { timeoutMs: 1000 * options.timeout }),
            },
            ...{ pause: signals.pause, stop: signals.stop, onProgress: line.step, onNote: line.note },
          });
        } finally {
          line.end();
          signals.end();
        }
        if (options.json) printJson(context, measureDocument(found));
        else printLines(context, measureLines(found));
        context.exit?.(exitCodes[found.status]);
      }),
};

/** What `--json` prints. */
export function measureDocument(found: LiveMeasurement) {
  const {
    status,
    advice,
    booked,
    unknown,
    budget,
    looks,
    confidencePerLook,
    stillNeeded,
    findings,
    directory,
    written,
  } = found;
  return {
    ...{ status, advice, confidencePerLook, stillNeeded, looks },
    known: knownFrom(found.calibration),
    before: found.before && knownFrom(found.before),
    spent: booked,
    ...{ unknown, budget, findings, attempts: found.attempts.length, written, run: directory },
  };
}

async function settingsOf(options: Options, cwd: string): Promise<MeasureSettings> {
  const { agents, levels, have, perTask, confidence, worth, needsReading, messages, pilot, floor, answers, maxTokens } =
    options;
  if (agents === undefined)
    throw new RunIncomplete("to know whom it may ask", "Name agents with --agents, as in --agents small,large.");
  if (perTask === undefined)
    throw new RunIncomplete("to know what it decides", "State what a task may cost, as in --per-task 2000tok.");
  const before = have ? await readAttempts(have, { cwd }) : undefined;
  return {
    ...{ columns: parseAskings(agents, levels), perTask, confidence },
    ...(worth !== undefined && { worth }),
    ...(needsReading !== undefined && { needsReading }),
    ...(messages && { messageTokens: messages }),
    ...(options.reader !== undefined && { reader: options.reader }),
    ...(pilot !== undefined && { pilotTasks: pilot }),
    ...(floor !== undefined && { floorTasks: floor }),
    ...(answers !== undefined && { answers }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(before && { have: before.attempts }),
  };
}

function parseAnswers(text: string): AnswersConfig {
  if (!text.trimStart().startsWith("{")) return text;
  try {
    return JSON.parse(text) as { kind: string };
  } catch {
    throw new InvalidArgumentError("It is not JSON.");
  }
}

function parseLengths(text: string): readonly number[] {
  return [...new Set(text.split(",").map((one) => parseCount(1)(one)))].sort((a, b) => a - b);
}

/** Prices of agents that state none, from files; where they are from is told. */
async function priced(
  config: Config,
  { prices = [], agents = "", levels }: Options,
  { cwd, stderr }: Context,
): Promise<Config> {
  if (prices.length === 0) return config;
  const lists = await Promise.all(prices.map((file) => readPrices(file, { cwd })));
  const names = agents === "" ? [] : parseAskings(agents, levels).map(({ agent }) => agent);
  const today = new Date().toISOString().slice(0, 10);
  const found = withPrices(config, lists, { agents: new Set([...names, ...Object.keys(config.agents)]), today });
  for (const note of found.notes) stderr.write(`quorate: ${note}\n`);
  return found.config;
}
