// Measuring on real endpoints: under a ledger that cannot be overspent, in a directory that can be resumed.

import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TooFewTasks } from "../../calibrate/calibrate.ts";
import type { Member } from "../../organizations/organization.ts";
import type { CostUnit, Finding, Budget as PlanBudget } from "../../plan/plan-types.ts";
import type { Attempt } from "../../records/attempt.ts";
import type { Config } from "../../records/config.ts";
import { formatAttempts } from "../../records/parse.ts";
import type { AnswersConfig, RunConfig } from "../../records/provider-config.ts";
import type { Amounts, Budget, Caps } from "../../trace/event.ts";
import { answerReader } from "../answers/answer-reader.ts";
import type { AnswerReader } from "../answers/extraction.ts";
import { loadTokenizers, promptTokensExpected } from "../bound.ts";
import { createBuyer } from "../buyer.ts";
import { type Clock, systemClock } from "../clock.ts";
import { type Counting, counting, remembered } from "../counter.ts";
import { BudgetTooSmall, GoldMissing, RunIncomplete } from "../errors.ts";
import { type Seat, seatOf } from "../identity.ts";
import { type OpenRun, openRun } from "../open-run.ts";
import { printCaps } from "../parse-budget.ts";
import { priceOf, requirePrices } from "../prices.ts";
import { cacheForecast } from "../prompts/cached-share.ts";
import { messagesOf } from "../prompts/messages-of.ts";
import type { Tasks } from "../read-tasks.ts";
import { defaultEndpoints, openUpstreams, providersOf, requireProviders } from "../upstreams.ts";
import type { ExpectedCost } from "./inventory.ts";
import { liveAsker } from "./live-asker.ts";
import { withOwnGroups } from "./look.ts";
import { type Measurement, type MeasureOptions, type MeasureProgress, measure } from "./measure.ts";
import type { Asking } from "./probe.ts";
import { quirksOf } from "./quirks.ts";

/** What a measurement is, and keeps of how it began, so that a resumed one asks the same. No keys. */
export interface MeasureSettings {
  readonly columns: readonly Asking[];
  readonly perTask: PlanBudget;
  readonly confidence?: number;
  readonly worth?: number;
  readonly needsReading?: boolean;
  readonly messageTokens?: readonly number[];
  readonly reader?: string;
  readonly pilotTasks?: number;
  readonly floorTasks?: number;
  readonly samplesMax?: number;
  readonly answers?: AnswersConfig;
  readonly maxTokens?: number;
  readonly baseUrl?: string;
  /** Of the columns' agents. */
  readonly agents?: Config["agents"];
  readonly prompts?: Config["prompts"];
  /** Recorded before, as attempts of the long table. */
  readonly have?: readonly Attempt[];
}

export interface LiveMeasureOptions {
  readonly directory: string;
  /** True: the measurement that is there goes on; `settings`, `budget` and `seed` are as it began, unless the budget is given. */
  readonly resume?: boolean;
  readonly settings?: MeasureSettings;
  /** Of all probes. */
  readonly budget?: Caps;
  readonly seed?: number;
  readonly config: Config;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly baseUrl?: string;
  readonly go?: RunConfig;
  readonly reuse?: readonly string[];
  /** Everything that is in flight ends, nothing new is asked. */
  readonly pause?: AbortSignal;
  /** Everything stops at once. */
  readonly stop?: AbortSignal;
  readonly onProgress?: (progress: LiveMeasureProgress) => void;
  readonly onNote?: (code: string, message: string) => void;
  readonly clock?: Clock;
  readonly version?: string;
}

export interface LiveMeasureProgress extends MeasureProgress {
  readonly inFlight: number;
  /** Calls that have ended in this process. */
  readonly ended: number;
  readonly caps: Caps;
  /** As the ledger counts. */
  readonly booked: Amounts;
}

export interface LiveMeasurement extends Measurement {
  readonly settings: MeasureSettings;
  readonly budget: Caps;
  /** As the ledger counts, with the part of it that nobody knows to be billed. */
  readonly booked: Amounts;
  readonly unknown: Amounts;
  /** Where the attempts are written. */
  readonly written: string;
  readonly directory: string;
  /** What the endpoint does that a plan should know: prices, latencies, usage. */
  readonly findings: readonly Finding[];
}

const concurrencyDefault = 64;
const timeoutMsDefault = 120_000;
/** In the place of a team's text: a journal of a measurement cannot be resumed as a run. */
const teamName = "measure";

/**
 * Measures on the upstreams of the config. Answers are in the directory's journal whatever happens, `attempts.jsonl` in it is
 * written at the end; the same call with `resume` buys nothing twice.
 *
 * @throws {KnownError} before the first call where something is wrong or missing
 */
export async function measureLive(given: Tasks, options: LiveMeasureOptions): Promise<LiveMeasurement> {
  const { directory, clock = systemClock, reuse = [], budget } = options;
  if (options.resume) {
    const opened = await openRun(directory, {
      ...{ mode: "resume", reuse, clock, opened: { tasksDigest: given.digest, team: teamName } },
      ...(budget && { budget: { run: budget } }),
    });
    return closing(opened, async () => {
      const { seed, settings } = opened.opened;
      const prepared = await prepare(given, settings as unknown as MeasureSettings, opened.budget, seed, options);
      return closing(prepared.upstreams, () => go(given, prepared, opened, options));
    });
  }
  const { seed = 1, config } = options;
  if (!options.settings) throw new RunIncomplete("to know whom it may ask", "Name agents with --agents a,b,c.");
  if (!budget)
    throw new RunIncomplete("a budget", "State it with --budget, as in --budget '$2' or --budget 500000tok.");
  const settings = storable(options.settings, config, options.baseUrl);
  const prepared = await prepare(given, settings, { run: budget }, seed, options);
  return closing(prepared.upstreams, async () => {
    await prepared.upstreams.check(prepared.seats);
    const opened = await openRun(directory, {
      ...{ mode: "create", reuse, clock, budget: { run: budget } },
      opened: {
        ...{ quorate: options.version ?? "", run: directory, team: teamName, seed },
        ...{ tasksDigest: given.digest, tasks: given.tasks.length, settings: { ...settings } },
      },
    });
    return closing(opened, () => go(given, prepared, opened, options));
  });
}

async function closing<T>(open: { close(): Promise<void> }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await open.close();
  }
}

/** With all of the config that shapes an answer. */
function storable(settings: MeasureSettings, { agents, answers, prompts }: Config, baseUrl?: string): MeasureSettings {
  const known: Record<string, Config["agents"][string]> = {};
  for (const { agent, level } of settings.columns)
    for (const name of [agent, `${agent}~${level}`]) if (Object.hasOwn(agents, name)) known[name] = agents[name]!;
  return {
    ...{ agents: known, ...(answers !== undefined && { answers }), ...(prompts && { prompts }) },
    ...(baseUrl !== undefined && { baseUrl }),
    ...settings,
  };
}

interface Prepared {
  readonly settings: MeasureSettings;
  readonly seed: number;
  readonly config: Config;
  readonly go: RunConfig;
  readonly reader: AnswerReader;
  readonly seats: readonly Seat[];
  readonly counting: Omit<Counting, "stepsMax">;
  readonly expectedCost: ExpectedCost;
  readonly unit: CostUnit;
  readonly upstreams: Awaited<ReturnType<typeof openUpstreams>>;
}

/** Everything that can be wrong is found here, and nothing is asked. */
async function prepare(
  given: Tasks,
  settings: MeasureSettings,
  budget: Budget,
  seed: number,
  options: LiveMeasureOptions,
): Promise<Prepared> {
  const { clock = systemClock, env = {}, cwd = "." } = options;
  const config: Config = { ...options.config, agents: { ...options.config.agents, ...settings.agents } };
  if (given.tasks.length < 2) throw new TooFewTasks("the tasks", given.tasks.length);
  const without = given.tasks.filter(({ gold }) => gold === undefined);
  if (without[0]) throw new GoldMissing(without.length, given.tasks.length, without[0].taskId);
  const baseUrl = options.baseUrl ?? settings.baseUrl;
  const providers = providersOf(config, baseUrl);
  const { maxTokens, columns, answers, prompts, perTask } = settings;
  const endpoints = defaultEndpoints(providers);
  const seating = remembered((member: Pick<Member, "agent" | "level">) => {
    // Who takes another's place says nothing of it.
    const { fallback: _, ...seat } = seatOf(config, member, {
      endpoints,
      ...(maxTokens !== undefined && { maxTokens }),
    });
    return seat;
  });
  const seats = [...columns, ...[...new Set(columns.map(({ agent }) => agent))].map((agent) => ({ agent }))].map(
    seating,
  );
  const asked = seats.slice(0, columns.length);
  const usd = perTask.unit === "usd" ? { nanoUsd: 1 } : {};
  requirePrices(
    asked.map(({ member, config: agent }) => [member, agent]),
    { ...budget, task: { ...budget.task, ...usd } },
  );
  for (const seat of seats) requireProviders(seat, providers);
  await loadTokenizers(seats.map((seat) => seat.config));
  const reader = await answerReader(answers, { cwd, tasks: given.tasks });
  const run = { ...config.run, ...options.go };
  const { timeoutMs = timeoutMsDefault, concurrency = concurrencyDefault } = run;
  const shared = { reader, seed, timeoutMs, prompts, seatOf: seating };
  requireRoom(given, asked, budget.run, { ...shared, cache: cacheForecast(), stepsMax: 1 });
  const used = Object.fromEntries(
    Object.entries(providers).filter(([name]) => seats.some((seat) => seat.endpoints.includes(name))),
  );
  return {
    ...{ settings, seed, config, go: run, reader, seats: asked, unit: unitOf(budget.run) },
    counting: { ...shared, cache: cacheForecast() },
    expectedCost: expectedCosts(given, seating, { reader, prompts }),
    upstreams: await openUpstreams(used, { env, cwd, clock, concurrency }),
  };
}

/** What the procedure counts in; the ledger keeps all of the caps. */
function unitOf({ nanoUsd, tokens, calls }: Caps): CostUnit {
  return nanoUsd !== undefined ? "usd" : tokens !== undefined ? "tokens" : calls !== undefined ? "calls" : "seconds";
}

const amountOf = (caps: Caps, unit: CostUnit): number =>
  unit === "usd"
    ? caps.nanoUsd! / 1e9
    : unit === "seconds"
      ? (caps.ms ?? Number.POSITIVE_INFINITY) / 1000
      : caps[unit]!;

/** @throws {BudgetTooSmall} where not even one call of anybody fits */
function requireRoom(given: Tasks, seats: readonly Seat[], caps: Caps, options: Counting): void {
  const task = given.tasks[0]!;
  const counter = counting(options)(task, 0);
  const firsts = seats.map(({ agent, level }) => {
    const step = { id: "first", role: "solve", agent, reads: [], ...(level !== undefined && { level }) };
    return counter.purchase(step, [], 0).most;
  });
  for (const unit of ["tokens", "calls", "nanoUsd"] as const) {
    const [cap, least] = [caps[unit], Math.min(...firsts.map((most) => most[unit]))];
    if (cap === undefined || least <= cap) continue;
    const needed = unit === "nanoUsd" ? printCaps({ nanoUsd: least }) : String(least);
    throw new BudgetTooSmall(
      "the measurement",
      unit === "nanoUsd" ? "dollars" : unit,
      printCaps({ [unit]: cap }),
      needed,
    );
  }
}

/** By the prompt of a typical task, and by what the config, a level that is a number, or a third of the limit say of answers. */
function expectedCosts(
  given: Tasks,
  seating: Counting["seatOf"],
  { reader, prompts }: Pick<Counting, "reader" | "prompts">,
): ExpectedCost {
  const middle = given.tasks[Math.floor(given.tasks.length / 2)]!;
  const messages = messagesOf({ role: "solve", reads: [] }, middle, [], { reader, prompts });
  return (probe, unit) => {
    const level = probe.kind === "answer" ? probe.level : undefined;
    const { config, maxTokens } = seating({ agent: probe.agent, ...(level !== undefined && { level }) });
    const tokensIn = config.promptTokens ?? promptTokensExpected(messages, config);
    const usual = config.answerTokens ?? (Number(level) > 0 ? Math.min(Number(level), maxTokens) : maxTokens / 3);
    const isRelay = probe.kind === "relay";
    const tokens = isRelay
      ? { tokensIn: 2 * tokensIn + probe.messageTokens, tokensOut: probe.messageTokens + Math.min(usual, 64) }
      : { tokensIn, tokensOut: usual };
    if (unit === "calls") return isRelay ? 2 : 1;
    if (unit === "tokens") return tokens.tokensIn + tokens.tokensOut;
    if (unit === "seconds") return (config.seconds ?? Number.NaN) * (isRelay ? 2 : 1);
    const counts = { tokensInCached: 0, tokensReasoning: 0 };
    if (!config.prices) return Number.NaN;
    const whole = { tokensIn: Math.ceil(tokens.tokensIn), tokensOut: Math.ceil(tokens.tokensOut) };
    return priceOf(config.prices, { ...counts, ...whole }, { batch: config.batch }) / 1e9;
  };
}

async function go(
  given: Tasks,
  prepared: Prepared,
  opened: OpenRun,
  options: LiveMeasureOptions,
): Promise<LiveMeasurement> {
  const { clock = systemClock, directory, onProgress, onNote } = options;
  const { settings, seed, config, reader, upstreams, unit } = prepared;
  const { ledger, budget } = opened;
  const startedMs = clock.monotonicMs();
  const halt = new AbortController();
  const buyer = createBuyer({
    ...{ ledger, endpoints: upstreams.endpoints, clock, run: prepared.go, seed },
    note: ({ code, message }) => onNote?.(code, message),
  });
  let isTimeUp = false;
  const alarm = new AbortController();
  if (budget.run.ms !== undefined)
    clock.sleep(budget.run.ms, alarm.signal).then(
      () => {
        isTimeUp = true;
        halt.abort("interrupted");
      },
      () => {},
    );
  watch(options.stop, () => halt.abort("interrupted"));
  watch(options.pause, () => void buyer.drain());

  let [inFlight, ended] = [0, 0];
  let last: MeasureProgress | undefined;
  const tell = () => {
    if (!last || !onProgress) return;
    const { spent, caps } = ledger.balance("run");
    onProgress({ ...last, inFlight, ended, caps, booked: spent });
  };
  const asker = liveAsker({
    ...{ ...prepared.counting, tasks: given.tasks, buyer, reader, stop: halt.signal },
    onStep(change) {
      if (change === "asked") inFlight++;
      else {
        inFlight--;
        ended++;
      }
      tell();
    },
  });
  const { columns, perTask, confidence, worth, needsReading, messageTokens, reader: relaying } = settings;
  const { pilotTasks, floorTasks, samplesMax, have } = settings;
  const wanted: MeasureOptions = {
    ...{ tasks: given.tasks.map(({ taskId }) => taskId), columns, config, perTask, seed },
    ...{ budget: { amount: amountOf(budget.run, unit), unit }, expectedCost: prepared.expectedCost },
    ...(confidence !== undefined && { confidence }),
    ...(worth !== undefined && { worth }),
    ...(needsReading !== undefined && { needsReading }),
    ...(messageTokens && { messageTokens }),
    ...(relaying !== undefined && { reader: relaying }),
    ...(pilotTasks !== undefined && { pilotTasks }),
    ...(floorTasks !== undefined && { floorTasks }),
    ...(samplesMax !== undefined && { samplesMax }),
    ...(have && { have }),
    onProgress(progress) {
      last = progress;
      tell();
    },
  };
  let found: Measurement;
  try {
    found = await measure(asker, wanted);
  } finally {
    alarm.abort();
    await buyer.close();
  }
  const status = found.status === "interrupted" && isTimeUp ? "budget" : found.status;
  const ms = Math.round(clock.monotonicMs() - startedMs);
  const ending = {
    settled: "done",
    equal: "done",
    tasks: "degraded",
    budget: "budget",
    interrupted: "interrupted",
  } as const;
  await ledger.append({ at: clock.wallMs(), kind: "run-ended", status: ending[status], ms });
  const { spent: booked, unknown } = ledger.balance("run");
  const attempts = withOwnGroups(found.attempts);
  const written = join(directory, "attempts.jsonl");
  await writeFile(`${written}.part`, formatAttempts({ attempts }));
  await rename(`${written}.part`, written);
  return {
    ...{ ...found, status, attempts, settings, budget: budget.run, booked, unknown, written, directory },
    findings: await quirksOf(opened.events(), found.attempts),
  };
}

function watch(signal: AbortSignal | undefined, then: () => void): void {
  if (signal?.aborted) then();
  else signal?.addEventListener("abort", then, { once: true });
}
