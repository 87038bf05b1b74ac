import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { readAttempts, readConfig } from "../../records/read.ts";
import { readTasks } from "../../run/read-tasks.ts";
import { BadMockOption, type Faults, faultNames, parseFaults } from "../../serve/mock/faults.ts";
import { firstCommands, firstFiles } from "../../serve/mock/first-files.ts";
import type { MockBill } from "../../serve/mock/mock-bill.ts";
import { parseWorld } from "../../serve/mock/parse-world.ts";
import { replaySpeaker } from "../../serve/mock/replay-speaker.ts";
import { type Mock, type MockOptions, startMock } from "../../serve/mock/server.ts";
import { type World, worldExample } from "../../serve/mock/world.ts";
import { parseCount, parseNumber } from "../options.ts";
import { printJson, printLines, writeWhole } from "../print.ts";
import type { Context, Verb } from "./command.ts";

interface Options {
  readonly world?: string;
  readonly tasks?: readonly string[];
  readonly replay?: readonly string[];
  readonly config?: string;
  readonly speed?: number;
  readonly init?: string;
  readonly port: number;
  readonly host: string;
  readonly latency: number | { readonly fixedMs: number };
  readonly fault?: Faults;
  readonly retryAfterMs?: number;
  readonly requestsPerMinute?: number;
  readonly requestsPerSecond?: number;
  readonly tokensPerMinute?: number;
  readonly concurrency?: number;
  readonly keyEnv?: string;
  readonly json?: boolean;
  readonly seed: number;
}

export const mock: Verb = {
  summary: "an OpenAI-compatible endpoint of scripted agents, with faults on demand and a bill",
  example: "npm exec quorate -- mock --port 4010 --fault 429=0.05,reset=0.01",
  build: (command, context) =>
    addOptions(command).action(async (options: Options) => {
      const world = await readWorld(options, context);
      if (options.init !== undefined) return initialize(options.init, world, options, context);
      const mock = await startMock(await mockOptions(world, options, context));
      announce(mock, options, context);
      await stopped();
      await mock.close({ graceMs: 1000 });
      if (!options.json) context.stderr.write(`${billLine(mock.bill())}\n`);
    }),
};

function addOptions(command: Command): Command {
  return command
    .option("--world <file>", "what is stated of agents, channel and times, as --init writes it (default: the example)")
    .option("--tasks <files...>", "tasks with their gold answers (default: generated ones)")
    .option("--replay <files...>", "answer with recorded attempts instead of scripted agents")
    .option("--config <file>", "with --replay: prices and windows (default: quorate.config.* beside the attempts)")
    .option("--speed <factor>", "with --replay: so many times faster than recorded", parsePositive)
    .option("--init <directory>", "write tasks, config and world to try a run with, and stop")
    .option("--port <number>", "0: any free one", parsePort, 4010)
    .option("--host <address>", "where to listen; anything but loopback is open to the network", "127.0.0.1")
    .option(
      "--latency <factor>",
      "on the world's times: 0 answers at once; or the same for all, as 50ms",
      parseLatency,
      1,
    )
    .option(
      "--fault <shares>",
      `as 429=0.05,reset=0.01: a status or ${Object.keys(faultNames).join(", ")}`,
      parseFaults,
    )
    .option("--retry-after-ms <ms>", "what a 429 asks for (default: 1000)", parseCount(0))
    .option("--requests-per-minute <number>", "turn away what is more", parsePositive)
    .option("--requests-per-second <number>", "turn away what is more", parsePositive)
    .option("--tokens-per-minute <number>", "prompt and max_tokens together", parsePositive)
    .option("--concurrency <number>", "most calls in flight", parseCount(1))
    .option("--key-env <name>", "environment variable with the key that callers must send (default: none needed)");
}

async function readWorld({ world }: Options, { cwd }: Context): Promise<World> {
  if (world === undefined) return worldExample;
  const text = await readFile(resolve(cwd, world), "utf8").catch((cause: Error) => {
    throw new BadMockOption(
      `The world ${world} cannot be read: ${cause.message}.`,
      "quorate mock --init <dir> writes one.",
      { cause },
    );
  });
  return parseWorld(text, world);
}

async function mockOptions(world: World, options: Options, context: Context): Promise<MockOptions> {
  const { tasks: files, replay, speed, keyEnv, seed, port, host, fault, retryAfterMs } = options;
  const { requestsPerMinute, requestsPerSecond, tokensPerMinute, concurrency } = options;
  const apiKey = keyEnv === undefined ? undefined : context.env[keyEnv];
  if (keyEnv !== undefined && !apiKey)
    throw new BadMockOption(
      `${keyEnv} is not set.`,
      "Set it to the key that callers must send, or leave out --key-env.",
    );
  if (replay === undefined && (speed !== undefined || options.config !== undefined))
    throw new BadMockOption("--speed and --config are for --replay.", "Scale the world's times with --latency.");
  const tasks = files && (await readTasks(files, { cwd: context.cwd })).tasks;
  const attempts = replay && (await readAttempts(replay, { cwd: context.cwd })).attempts;
  const config = replay && (await readConfig(options.config, { cwd: context.cwd, beside: replay[0] }));
  return {
    world,
    ...(tasks && { tasks }),
    ...(attempts && { speaker: replaySpeaker(attempts, tasks, config) }),
    seed,
    port,
    host,
    latency: speed === undefined ? options.latency : 1 / speed,
    ...(fault && { faults: fault }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    limits: {
      ...(requestsPerMinute !== undefined && { requestsPerMinute }),
      ...(requestsPerSecond !== undefined && { requestsPerSecond }),
      ...(tokensPerMinute !== undefined && { tokensPerMinute }),
      ...(concurrency !== undefined && { concurrency }),
    },
    ...(apiKey && { apiKey }),
  };
}

async function initialize(directory: string, world: World, options: Options, context: Context): Promise<void> {
  const port = options.port === 0 ? 4010 : options.port; // the config names it
  const files = firstFiles(world, options.seed, `http://127.0.0.1:${port}/v1`);
  for (const [name, text] of Object.entries(files)) await writeWhole(context.cwd, join(directory, name), text);
  const commands = firstCommands(world, directory, port);
  if (options.json) return printJson(context, { directory, files: Object.keys(files), commands });
  printLines(context, [
    `${directory} has ${Object.keys(files).join(", ")}: ${world.tasks} tasks, ${world.agents.length} agents.`,
    "",
    "Start the endpoint, then run a team against it in another terminal:",
    ...commands.map((command) => `  $ ${command}`),
  ]);
}

function announce({ url, port, models, tasks }: Mock, { json }: Options, context: Context) {
  if (json) return printJson(context, { url, port, pid: process.pid, models });
  printLines(context, [
    `${url} answers as ${models.join(", ")}${tasks.length > 0 ? `, who know ${tasks.length.toLocaleString("en-US")} tasks` : ""}.`,
    `Its bill: ${url.replace(/\/v1$/, "/bill")}. Ctrl-C stops it.`,
  ]);
}

/** Until the first signal that asks to stop. */
function stopped(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      resolve();
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
}

function billLine({ total }: MockBill): string {
  const number = (value: number) => value.toLocaleString("en-US");
  return `Billed ${number(total.calls)} calls: ${number(total.tokensIn)} tokens in (${number(total.tokensInCached)} cached), ${number(total.tokensOut)} out (${number(total.tokensReasoning)} reasoning), $${(total.nanoUsd / 1e9).toFixed(6)}.`;
}

function parsePort(text: string): number {
  const port = parseCount(0)(text);
  if (port > 65_535) throw new InvalidArgumentError("A port is at most 65535.");
  return port;
}

function parsePositive(text: string): number {
  const number = parseNumber(text);
  if (number <= 0) throw new InvalidArgumentError("Pass a number above 0.");
  return number;
}

function parseLatency(text: string): number | { readonly fixedMs: number } {
  const fixed = /^(\d+(?:\.\d+)?)ms$/.exec(text)?.[1];
  if (fixed !== undefined) return { fixedMs: Number(fixed) };
  const factor = parseNumber(text);
  if (factor < 0) throw new InvalidArgumentError("Pass a factor of at least 0, or a time as 50ms.");
  return factor;
}
