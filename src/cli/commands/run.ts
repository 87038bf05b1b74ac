import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { calibrate } from "../../calibrate/calibrate.ts";
import { KnownError } from "../../errors.ts";
import { membersOf } from "../../organizations/cast.ts";
import { parseTeam } from "../../organizations/parse-team.ts";
import type { Team } from "../../organizations/team.ts";
import { forecast as forecastOf } from "../../plan/forecast.ts";
import type { Forecast } from "../../plan/plan-types.ts";
import { teamWeights } from "../../plan/weights.ts";
import type { Config } from "../../records/config.ts";
import { readConfig } from "../../records/read.ts";
import type { RunResult, RunStatus } from "../../report/run-data.ts";
import { runFormatFor } from "../../report/run-formats.ts";
import { runReport } from "../../report/run-report.ts";
import { runLines } from "../../report/run-text.ts";
import { parseAgentBudget, parseBudget } from "../../run/parse-budget.ts";
import { readPrices, withPrices } from "../../run/read-prices.ts";
import { readTasks } from "../../run/read-tasks.ts";
import { run as runTeam } from "../../run/run.ts";
import type { Budget, Caps } from "../../trace/event.ts";
import { load } from "../load.ts";
import { parseCount } from "../options.ts";
import { printJson, printLines, wantsColor, writeWhole } from "../print.ts";
import { runLine } from "../run-line.ts";
import { version } from "../version.ts";
import type { Context, Verb } from "./command.ts";

interface Options {
  readonly team?: string;
  readonly budget?: Caps;
  readonly taskBudget?: Caps;
  readonly agentBudget?: Readonly<Record<string, Caps>>;
  readonly out?: string;
  readonly resume?: string;
  readonly config?: string;
  readonly baseUrl?: string;
  readonly concurrency?: number;
  readonly calibrateOn?: string[];
  readonly reuse?: string[];
  readonly answers?: string;
  readonly prices?: string[];
  readonly maxTokens?: number;
  readonly timeout?: number;
  readonly hedge?: boolean;
  readonly grade?: boolean;
  readonly retryFailed?: boolean;
  readonly report?: readonly string[];
  readonly seed: number;
  readonly json?: boolean;
}

/** Exit codes of the command line: where a run ends neither well nor in an error. */
const exitCodes: Readonly<Record<RunStatus, number>> = { done: 0, failed: 1, degraded: 3, interrupted: 3, budget: 4 };

export const run: Verb = {
  summary: "ask a team on real endpoints, under a budget that cannot be exceeded",
  example: "npm exec quorate -- run tasks.jsonl --team vote:5@gpt-5-mini --budget 2000000tok,30min --out runs/first",
  build: (command, context) =>
    addRunOptions(command).action(async (files: string[], options: Options) => {
      const { cwd } = context;
      const tasks = await readTasks(files, { cwd });
      for (const { file, line, reason } of tasks.badLines.slice(0, 3))
        context.stderr.write(`quorate: ${file}, line ${line} is no task and is left out: ${reason}\n`);
      if (tasks.badLines.length > 3) context.stderr.write(`quorate: so are ${tasks.badLines.length - 3} more\n`);
      let config = await readConfig(options.config, { cwd, beside: files[0] });
      if (options.prices) config = await pricedConfig(config, options, context);
      const learned = await learn(options, config, context);
      const line = runLine(context);
      const signals = stopSignals(context);
      const { resume, grade = false, retryFailed = false } = options;
      const directory = resolve(cwd, resume ?? options.out ?? freshDirectory(cwd));
      let result: RunResult;
      try {
        result = await runTeam(tasks, {
          ...{ directory, config, env: context.env, cwd, seed: options.seed, grade, retryFailed, version },
          ...{ resume: resume !== undefined, go: goOf(options), ...learned },
          ...(options.team !== undefined && { team: options.team }),
          ...(options.budget && { budget: budgetOf(options.budget, options) }),
          ...(options.baseUrl !== undefined && { baseUrl: options.baseUrl }),
          ...(options.answers !== undefined && { answers: answersOf(options.answers) }),
          ...(options.maxTokens !== undefined && { maxTokens: options.maxTokens }),
          ...(options.reuse && { reuse: options.reuse.map((one) => resolve(cwd, one)) }),
          ...{ pause: signals.pause, stop: signals.stop, needsAccount: options.report !== undefined },
          onProgress: line.step,
          onNote: line.note,
          onReload: (apply) =>
            signals.onReload(async () => {
              const next = await readConfig(options.config, { cwd, beside: files[0] });
              await apply(next);
            }, line.note),
        });
      } finally {
        line.end();
        signals.end();
      }
      const words = runReport(result);
      const written = options.report ?? [];
      for (const path of written) await writeWhole(cwd, path, runFormatFor(path)!.render(words));
      const { account: _, ...document } = result;
      if (options.json) printJson(context, document);
      else
        printLines(context, [
          ...runLines(words, { color: wantsColor(context) }),
          ...written.map((path) => `written: ${path}`),
        ]);
      context.exit?.(exitCodes[result.status]);
    }),
};

/** The options of `run`; `study --live` has them as well. */
function addRunOptions(command: Command): Command {
  return command
    .argument("<tasks...>", "questions: .jsonl, .csv or globs, with task_id, question, gold, choices")
    .option("--team <team>", "organization[.rule][:sizes][/m=tokens][@cast]; an agent that no config knows is a model")
    .option(
      "--budget <caps>",
      "of the whole run: '$5', 2000000tok, 500calls, 30min, or several with commas",
      parseBudget,
    )
    .option("--task-budget <caps>", "the same of each task", parseBudget)
    .option("--agent-budget <agent=caps>", "the same of one agent; may be repeated", collectAgentBudget)
    .option("--out <directory>", "where the journal goes (default: a new one under runs/)")
    .option("--resume <directory>", "go on with the run that is there; nothing is paid twice")
    .option("--config <file>", "agents, prices and providers (default: quorate.config.* beside the tasks)")
    .option(
      "--base-url <url>",
      "OpenAI-compatible endpoint (default: OPENAI_BASE_URL, else OpenAI's); key: OPENAI_API_KEY",
    )
    .option("--concurrency <calls>", "most calls in flight (default: 64)", parseCount(1))
    .option("--calibrate-on <file...>", "graded answers: weights of votes, and a forecast beside what is measured")
    .option("--reuse <directory...>", "take the answers of these runs where the question is the same")
    .option("--answers <kind>", "choice, number, boxed, exact …, or JSON with its options (default: by the tasks)")
    .option("--prices <file...>", "dated prices: our own form, or the files of models.dev, LiteLLM and OpenRouter")
    .option("--max-tokens <tokens>", "longest answer of agents that state none (default: 2048)", parseCount(1))
    .option("--timeout <seconds>", "of one call (default: 120)", parseCount(1))
    .option("--hedge", "ask a second time where a call lasts longer than 95 % of its like")
    .option("--grade", "refuse tasks without gold")
    .option("--retry-failed", "with --resume: take up tasks again in which a step failed")
    .option("--report <file>", "write a report: .html, .md, .json or .txt; may be repeated", collectReport);
}

function goOf({ concurrency, timeout, hedge }: Options) {
  return {
    ...(concurrency !== undefined && { concurrency }),
    ...(timeout !== undefined && { timeoutMs: 1000 * timeout }),
    ...(hedge && { hedge }),
  };
}

function budgetOf(run: Caps, { taskBudget: task, agentBudget: agents }: Options): Budget {
  return { run, ...(task && { task }), ...(agents && { agents }) };
}

function answersOf(text: string) {
  if (!text.trimStart().startsWith("{")) return text;
  try {
    return JSON.parse(text) as { kind: string };
  } catch {
    throw new InvalidArgumentError(`--answers is not JSON: ${text}`);
  }
}

/** Prices of agents that state none, from files; where they are from is told. */
async function pricedConfig(
  config: Config,
  { prices = [], team: text }: Options,
  { cwd, stderr }: Context,
): Promise<Config> {
  const lists = await Promise.all(prices.map((file) => readPrices(file, { cwd })));
  const names = Object.keys(config.agents);
  const members = text === undefined ? [] : membersOf(parseTeam(text, { knownNames: names }).cast);
  const today = new Date().toISOString().slice(0, 10);
  const priced = withPrices(config, lists, {
    agents: new Set([...members.map(({ agent }) => agent), ...names]),
    today,
  });
  for (const note of priced.notes) stderr.write(`quorate: ${note}\n`);
  return priced.config;
}

/** Weights and a forecast, from graded answers. What cannot be forecast is no reason not to ask. */
async function learn(
  { calibrateOn, team: text, config: path, seed, resume }: Options,
  config: Config,
  context: Context,
): Promise<{ weights?: ReadonlyMap<string, number>; forecast?: Forecast }> {
  if (!calibrateOn || text === undefined || resume !== undefined) return {};
  const recordings = await load(calibrateOn, { ...(path !== undefined && { config: path }) }, context);
  const team: Team = parseTeam(text, {
    knownNames: [...recordings.table.columns.map(({ agent }) => agent), ...Object.keys(config.agents)],
  });
  const calibration = calibrate(recordings, { seed });
  const weights = teamWeights(team, calibration);
  try {
    return { ...(weights && { weights }), forecast: forecastOf(team, calibration, { seed }) };
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    context.stderr.write(`quorate: nothing can be forecast of ${team.text}: ${error.message}\n`);
    return weights ? { weights } : {};
  }
}

/** A directory that is not there yet, named by the minute. */
function freshDirectory(cwd: string): string {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  for (let number = 0; ; number++) {
    const name = `runs/${stamp}${number === 0 ? "" : `-${number}`}`;
    if (!existsSync(resolve(cwd, name))) return name;
  }
}

/** Ctrl-C once finishes what is in flight, twice stops at once; SIGHUP reads the config again. */
function stopSignals({ signals, stderr }: Context) {
  const [pause, stop] = [new AbortController(), new AbortController()];
  let reload: (() => void) | undefined;
  const interrupt = () => {
    if (pause.signal.aborted) stop.abort("interrupted");
    else {
      pause.abort("interrupted");
      if (stderr.isTTY) stderr.write("\nfinishing what is in flight; once more stops at once\n");
    }
  };
  const off = [
    signals?.on("SIGINT", interrupt),
    signals?.on("SIGTERM", interrupt),
    signals?.on("SIGHUP", () => reload?.()),
  ];
  return {
    pause: pause.signal,
    stop: stop.signal,
    onReload(read: () => Promise<void>, note: (code: string, message: string) => void) {
      reload = () =>
        void read().catch((error: unknown) =>
          note("config-not-reloaded", error instanceof Error ? error.message : String(error)),
        );
    },
    end() {
      for (const one of off) one?.();
    },
  };
}

function collectAgentBudget(text: string, known: Readonly<Record<string, Caps>> = {}): Readonly<Record<string, Caps>> {
  const { agent, caps } = parseAgentBudget(text);
  return { ...known, [agent]: caps };
}

function collectReport(path: string, paths: readonly string[] = []): readonly string[] {
  if (path === "" || !runFormatFor(path)) throw new InvalidArgumentError("A report ends in .html, .md, .json or .txt.");
  return [...paths, path];
}
