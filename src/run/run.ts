// The run: a team on real endpoints, under a budget that cannot be exceeded.
import { membersOf } from "../organizations/cast.ts";
import type { Member } from "../organizations/organization.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { formOf, organizationOf, paramsOf, ruleOf, type Team } from "../organizations/team.ts";
import { energyOf } from "../plan/energy.ts";
import type { Forecast } from "../plan/plan-types.ts";
import type { Config } from "../records/config.ts";
import type { AnswersConfig, RunConfig } from "../records/provider-config.ts";
import type { RunResult, RunStatus, TaskAnswer } from "../report/run-data.ts";
import { type Account, type AccountOptions, accounting, type Range } from "../trace/account.ts";
import type { Amounts, Budget, Caps, Noted, TaskEnded } from "../trace/event.ts";
import { answerReader } from "./answers/answer-reader.ts";
import type { AnswerReader } from "./answers/extraction.ts";
import { loadTokenizers } from "./bound.ts";
import type { Bought, Purchase } from "./buy.ts";
import { createBuyer } from "./buyer.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type Conductor, conduct } from "./conduct.ts";
import { type Counting, counting, fallbacksMax, remembered, upstreamOf } from "./counter.ts";
import { BudgetTooSmall, GoldMissing, RunIncomplete, WeightsMissing } from "./errors.ts";
import { executeTask, type TaskCounter } from "./execute.ts";
import { type Seat, seatOf } from "./identity.ts";
import { type OpenRun, openRun } from "./open-run.ts";
import { printCaps } from "./parse-budget.ts";
import { requirePrices } from "./prices.ts";
import { type CacheForecast, cacheForecast } from "./prompts/cached-share.ts";
import type { Tasks } from "./read-tasks.ts";
import { accuracyOf, promisesOf, spentOf, stepCounts } from "./result.ts";
import type { Task } from "./task.ts";
import { TaskCosts } from "./task-costs.ts";
import { defaultEndpoints, openUpstreams, providersOf, requireProviders } from "./upstreams.ts";

/** Where a run is, for whoever waits for it. */
export interface Progress {
  /** Tasks that ended, and all there are. */
  readonly done: number;
  readonly tasks: number;
  /** Steps that were asked for and have not ended. */
  readonly inFlight: number;
  readonly spent: Amounts;
  readonly held: Amounts;
  readonly caps: Caps;
  /** Steps that ended per second, over the last ten seconds. */
  readonly stepsPerSecond: number;
  /** At the rate of tasks so far; absent until one ended. */
  readonly secondsLeft?: number;
}

export interface RunOptions {
  /** Where its journal is, or will be. */
  readonly directory: string;
  /** True: the run in the directory is continued; team, seed and settings are those that it began with. */
  readonly resume?: boolean;
  /** Text of the team; needed by a new run. */
  readonly team?: string;
  /** Needed by a new run; a resumed one keeps its own where none is given. */
  readonly budget?: Budget;
  readonly config?: Config;
  /** Of environment variables: keys and base URL. @default none */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** The upstream of agents that the config does not know. @default OPENAI_BASE_URL, else OpenAI's */
  readonly baseUrl?: string;
  /** @default 1 */
  readonly seed?: number;
  /** What answers are; the config's word where nothing is said. */
  readonly answers?: AnswersConfig;
  /** Longest answer of agents that state none. @default 2048 */
  readonly maxTokens?: number;
  /** What the config's `run` does not say, or should say otherwise. */
  readonly go?: RunConfig;
  /** True: every task must have a gold answer. */
  readonly grade?: boolean;
  /** Tasks with failed steps are taken up again. */
  readonly retryFailed?: boolean;
  /** Directories of other runs whose answers are taken where the question is the same. */
  readonly reuse?: readonly string[];
  /** What votes weigh, from a calibration. */
  readonly weights?: ReadonlyMap<string, number>;
  /** What is promised of this team; shown beside what is measured. */
  readonly forecast?: Forecast;
  /** Nothing new is asked, calls in flight finish. */
  readonly pause?: AbortSignal;
  /** Everything stops at once; calls in flight are broken off and count at their reservation. */
  readonly stop?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Worth telling, as it happens. */
  readonly onNote?: (code: string, message: string) => void;
  /** Hands over what changes the providers in mid-run: those of the new config join, others leave. */
  readonly onReload?: (apply: (config: Config) => Promise<void>) => void;
  /** False: the journal is not read again at the end of a run that had nothing left to ask. @default false */
  readonly needsAccount?: boolean;
  readonly clock?: Clock;
  /** Of the program. */
  readonly version?: string;
}

/** What a run keeps of how it began, so that a resumed one asks the same questions. No keys. */
interface Settings {
  /** Of the team's agents and their fallbacks. */
  readonly agents: Config["agents"];
  readonly prompts?: Config["prompts"];
  readonly answers?: AnswersConfig;
  readonly maxTokens?: number;
  readonly baseUrl?: string;
  readonly weights?: Readonly<Record<string, number>>;
  readonly forecast?: Forecast;
}

const concurrencyDefault = 64;
const timeoutMsDefault = 120_000;
/** Tasks whose first call is looked at before the start. */
const tasksLookedAt = 50;
/** Journals of more tasks are read again at the end only where something was asked, or an account is needed. */
const tasksReadAgain = 2000;

/**
 * Asks a team all these tasks and tells what came of it. What was answered is in the directory whatever happens; the same
 * call with `resume` goes on where it ended, and pays nothing twice.
 *
 * @throws {KnownError} before the first call where something is wrong or missing; in mid-run where the disk fails
 */
export async function run(given: Tasks, options: RunOptions): Promise<RunResult> {
  const { directory, clock = systemClock, reuse = [] } = options;
  const startedMs = clock.monotonicMs();
  if (options.resume) {
    const { team, budget } = options;
    const opened = await openRun(directory, {
      ...{ mode: "resume", reuse, clock },
      opened: {
        tasksDigest: given.digest,
        ...(team !== undefined && { team: parseTeam(team, { knownNames: namesIn(options) }).text }),
      },
      ...(budget && { budget }),
    });
    return finished(opened, async () => {
      const { team: text, seed, settings } = opened.opened;
      const begun = { team: parseTeam(text), seed, budget: opened.budget, settings: settings as unknown as Settings };
      return go(given, await prepare(given, begun, options), opened, options, startedMs);
    });
  }
  const prepared = await prepare(given, beginning(options), options);
  // A run that is whole in this process is accounted as it goes; of any other the journal is read again.
  const accountant = accounting(accountOptions(prepared.config));
  try {
    await prepared.upstreams.check(prepared.seats);
    const { team, seed, budget, settings } = prepared;
    const { digest: tasksDigest, tasks } = given;
    const facts = { team: team.text, seed, tasksDigest, tasks: tasks.length, settings: { ...settings } };
    const opened = await openRun(directory, {
      ...{ mode: "create", reuse, clock, budget, told: accountant.add },
      opened: { quorate: options.version ?? "", run: directory, ...facts },
    });
    return await finished(opened, () => go(given, prepared, opened, options, startedMs, accountant.finish));
  } finally {
    await prepared.upstreams.close();
  }
}

/** Gives the directory up whatever happens. */
async function finished(opened: OpenRun, work: () => Promise<RunResult>): Promise<RunResult> {
  try {
    return await work();
  } finally {
    await opened.close();
  }
}

// ── before the first call ──────────────────────────────────────────────────────────────────────────────────────────

/** What a run begins with, or began with. */
interface Begun {
  readonly team: Team;
  readonly seed: number;
  readonly budget: Budget;
  readonly settings: Settings;
}

interface Prepared extends Begun {
  /** The stored agents with what the config of today says of prices and providers. */
  readonly config: Config;
  readonly go: RunConfig;
  readonly reader: AnswerReader;
  /** Of the team and their fallbacks. */
  readonly seats: readonly Seat[];
  readonly counter: (task: Task, number: number) => TaskCounter;
  readonly cache: CacheForecast;
  readonly upstreams: Awaited<ReturnType<typeof openUpstreams>>;
  /** Where agents are from now on; gives the providers that they are at. */
  reseat(config: Config): ReturnType<typeof providersOf>;
}

const namesIn = ({ config }: RunOptions) => Object.keys(config?.agents ?? {});

/** @throws {RunIncomplete | UnknownTeam | WeightsMissing} */
function beginning(options: RunOptions): Begun {
  const { team: text, budget, config, seed = 1, baseUrl, maxTokens, weights, forecast } = options;
  if (text === undefined) throw new RunIncomplete("a team", "Name it with --team, as in --team vote:5@gpt.");
  if (budget === undefined)
    throw new RunIncomplete("a budget", "State it with --budget, as in --budget '$5' or --budget 2000000tok,30min.");
  const team = parseTeam(text, { knownNames: namesIn(options) });
  organizationOf(team);
  if (ruleOf(team).weighted && !weights) throw new WeightsMissing(team.text);
  const answers = options.answers ?? config?.answers;
  const agents: Record<string, Config["agents"][string]> = {};
  for (const { agent, member } of seatsOf(team, (one) => seatOf(config ?? { agents: {} }, one, { endpoints: [] })))
    for (const name of [agent, member])
      if (config && Object.hasOwn(config.agents, name)) agents[name] = config.agents[name]!;
  const settings: Settings = {
    agents,
    ...(config?.prompts && { prompts: config.prompts }),
    ...(answers !== undefined && { answers }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(baseUrl !== undefined && { baseUrl }),
    ...(weights && { weights: Object.fromEntries(weights) }),
    ...(forecast && { forecast }),
  };
  return { team, seed, budget, settings };
}

/** Everything that can be wrong is found here, and nothing is asked. */
async function prepare(given: Tasks, begun: Begun, options: RunOptions): Promise<Prepared> {
  const { clock = systemClock, env = {}, cwd = "." } = options;
  const { team, seed, budget, settings } = begun;
  const now = options.config;
  const config: Config = { ...(now ?? { sources: [] }), agents: agentsOf(settings, now) };
  const reader = await answerReader(settings.answers, { cwd, tasks: given.tasks });
  if (options.grade) requireGold(given.tasks);
  const baseUrl = options.baseUrl ?? settings.baseUrl;
  let seatAt = seating(config, settings, baseUrl);
  const seats = seatsOf(team, seatAt);
  requirePrices(
    seats.map(({ member, config: agent }) => [member, agent]),
    budget,
  );
  const providers = providersOf(config, baseUrl);
  for (const seat of seats) requireProviders(seat, providers);
  await loadTokenizers(seats.map((seat) => seat.config));
  const go = { ...config.run, ...options.go };
  const { timeoutMs = timeoutMsDefault, concurrency = concurrencyDefault } = go;
  const cache = cacheForecast();
  const counterWith = (prompts: CacheForecast) =>
    counting({
      ...{ reader, seed, timeoutMs, prompts: settings.prompts, stepsMax: formOf(team).bound(team).steps },
      ...{ cache: prompts, seatOf: (member) => seatAt(member) },
    } satisfies Counting);
  const counter = counterWith(cache);
  requireRoom(given.tasks, begun, counterWith(cacheForecast()));
  const used = providersIn(providers, seats);
  const upstreams = await openUpstreams(used, { env, cwd, clock, concurrency });
  const reseat = (next: Config) => {
    const agents = agentsOf(settings, next);
    const seatNext = seating({ ...next, agents }, settings, baseUrl);
    const known = providersOf(next, baseUrl);
    const moved = seatsOf(team, seatNext);
    for (const seat of moved) requireProviders(seat, known);
    seatAt = seatNext;
    return providersIn(known, moved);
  };
  return { ...begun, config, go, reader, seats, counter, cache, upstreams, reseat };
}

/** Those that somebody sits at. */
function providersIn(
  providers: ReturnType<typeof providersOf>,
  seats: readonly Seat[],
): ReturnType<typeof providersOf> {
  const named = new Set(seats.flatMap(({ endpoints }) => endpoints));
  return Object.fromEntries(Object.entries(providers).filter(([name]) => named.has(name)));
}

/** Agents as they were when the run began: what they are asked must not change; where they are and what they cost may. */
function agentsOf({ agents }: Settings, now: Config | undefined): Config["agents"] {
  return Object.fromEntries(
    Object.entries(agents).map(([name, agent]) => {
      const today = now?.agents[name];
      if (!today) return [name, agent];
      const { provider, prices } = { ...agent, ...today };
      return [name, { ...agent, ...(provider && { provider }), ...(prices && { prices }) }];
    }),
  );
}

/** Who sits where, each seat made once. */
function seating(config: Config, { maxTokens }: Settings, baseUrl: string | undefined): Counting["seatOf"] {
  const endpoints = defaultEndpoints(providersOf(config, baseUrl));
  return remembered((member) => seatOf(config, member, { endpoints, ...(maxTokens !== undefined && { maxTokens }) }));
}

/** The seats of a team's members and of those who take their places. */
function seatsOf(team: Team, seatAt: (member: Pick<Member, "agent" | "level">) => Seat): Seat[] {
  const seats = new Map<string, Seat>();
  for (const member of membersOf(team.cast))
    for (let seat = seatAt(member), i = 0; i <= fallbacksMax; i++) {
      seats.set(seat.member, seat);
      if (!seat.fallback) break;
      seat = seatAt(seat.fallback);
    }
  return [...seats.values()];
}

function requireGold(tasks: readonly Task[]): void {
  const without = tasks.filter(({ gold }) => gold === undefined);
  if (without[0]) throw new GoldMissing(without.length, tasks.length, without[0].taskId);
}

/** The cheapest first call of the first tasks must fit the budget. @throws {BudgetTooSmall} */
function requireRoom(
  tasks: readonly Task[],
  { team, seed, settings, budget }: Begun,
  counter: Prepared["counter"],
): void {
  const params = paramsOf(team, { seed, ...weightsOf(settings) });
  const firsts = tasks.slice(0, tasksLookedAt).flatMap((task, number) => {
    const move = organizationOf(team).next(params, new Map());
    const step = "ask" in move ? move.ask[0] : undefined;
    return step ? [counter(task, number).purchase(step, [], 0).most] : [];
  });
  const scopes: [string, Caps | undefined][] = [
    ["the run", budget.run],
    ["a task", budget.task],
  ];
  for (const unit of ["tokens", "calls", "nanoUsd"] as const)
    for (const [scope, caps] of scopes) {
      const cap = caps?.[unit];
      const least = Math.min(...firsts.map((most) => most[unit]));
      if (cap === undefined || firsts.length === 0 || least <= cap) continue;
      const needed = unit === "nanoUsd" ? printCaps({ nanoUsd: least }) : String(least);
      throw new BudgetTooSmall(scope, unit === "nanoUsd" ? "dollars" : unit, printCaps({ [unit]: cap }), needed);
    }
}

const weightsOf = ({ weights }: Settings) => (weights ? { weights: new Map(Object.entries(weights)) } : {});

// ── the run ────────────────────────────────────────────────────────────────────────────────────────────────────────

async function go(
  given: Tasks,
  prepared: Prepared,
  opened: OpenRun,
  options: RunOptions,
  startedMs: number,
  accounted?: () => Account,
): Promise<RunResult> {
  const { clock = systemClock, onProgress, onNote, onReload } = options;
  const { team, seed, settings, reader, upstreams, cache } = prepared;
  const { ledger, budget } = opened;
  const { concurrency = concurrencyDefault, stepTimeoutMs, taskTimeoutMs } = prepared.go;
  const ended = new Map(await opened.endedTasks());
  const left = given.tasks.flatMap((task, number) =>
    isOver(ended.get(task.taskId), options) ? [] : [{ task, number }],
  );
  const doneBefore = given.tasks.length - left.length;
  if (options.resume && left.length > 0) await upstreams.check(prepared.seats);

  const buyer = createBuyer({
    ...{ ledger, endpoints: upstreams.endpoints, clock, run: prepared.go, seed },
    note: ({ code, message }: Noted) => onNote?.(code, message),
  });
  const halt = new AbortController();
  const brake = new AbortController();
  let isTimeUp = false;
  let overBudget: string | undefined;
  let isRunSpent = false;
  let done = doneBefore;
  let inFlight = 0;
  let asked = 0;
  let conductor: Conductor | undefined;
  const rate = stepRate(clock);
  const costs = new TaskCosts();

  const pause = () => {
    if (brake.signal.aborted) return;
    brake.abort("interrupted");
    void buyer.drain();
    conductor?.wake();
  };
  const stop = () => {
    pause();
    if (!halt.signal.aborted) halt.abort("interrupted");
  };
  const timeUp = () => {
    isTimeUp = true;
    overBudget ??= "time";
    stop();
  };
  const alarm = new AbortController();
  if (budget.run.ms !== undefined) {
    const before = options.resume ? await msBefore(opened) : 0;
    clock.sleep(Math.max(0, budget.run.ms - before), alarm.signal).then(timeUp, () => {});
  }
  watch(options.pause, pause);
  watch(options.stop, stop);
  onReload?.(async (config) => {
    const told = await upstreams.change(prepared.reseat(config), buyer);
    for (const message of told) onNote?.("config-reloaded", message);
  });

  const report = (force = false) => {
    if (!onProgress || !rate.isDue(force)) return;
    const { spent, held, caps } = ledger.balance("run");
    const share = (done - doneBefore) / Math.max(1, left.length);
    const seconds = (clock.monotonicMs() - startedMs) / 1000;
    onProgress({
      ...{ done, tasks: given.tasks.length, inFlight, spent, held, caps, stepsPerSecond: rate.perSecond() },
      ...(share > 0 && { secondsLeft: (seconds / share) * (1 - share) }),
    });
  };

  const params = paramsOf(team, { seed, ...weightsOf(settings) });
  const limitMs = least(taskTimeoutMs, budget.task?.ms);
  const executing = {
    ...{ organization: organizationOf(team), params, buyer, clock, reader },
    counter: prepared.counter,
    note: (event: Parameters<typeof ledger.append>[0]) => ledger.append(event),
    ...(prepared.go.redundancy && {
      furtherSamples: (purchase: Purchase, samples: number) => buyer.furtherSamples(purchase, samples),
    }),
    ...(stepTimeoutMs !== undefined && { stepTimeoutMs }),
    ...(limitMs !== undefined && { taskTimeoutMs: limitMs }),
    onStep(change: "asked" | "ended", { task, endpoints, call }: Purchase, bought?: Bought) {
      if (change === "asked") {
        inFlight++;
        asked++;
        conductor!.asked();
        return;
      }
      inFlight--;
      if (bought) costs.paid(task, bought.spent);
      const tokens = bought?.bill?.tokens;
      if (tokens) cache.learn(upstreamOf({ endpoints, model: call.model }), call.messages, tokens.tokensIn);
      conductor!.ended();
      rate.count();
      report();
    },
  };
  try {
    conductor = conduct({
      tasks: left.values(),
      stepsMax: Math.ceil(1.25 * concurrency) + 8,
      mayStart: () => !brake.signal.aborted && hasRoom(),
      async start({ task, number }) {
        costs.began(task.taskId);
        const { scope, ...end } = await executeTask(task, number, executing, {
          signal: halt.signal,
          pause: brake.signal,
        });
        costs.ended(task.taskId, { isWhole: end.state === "answered" || end.state === "unanswered" });
        overBudget ??= scope;
        isRunSpent ||= scope === "run";
        ended.set(task.taskId, { kind: "task-ended", ...end });
        if (end.state === "answered" || end.state === "unanswered") done++;
        report();
      },
    });
    await conductor.done;
  } catch (error) {
    stop();
    throw error;
  } finally {
    alarm.abort();
    await buyer.close();
  }

  /** False where the run's money is for the tasks in progress, or one of them found none. */
  function hasRoom(): boolean {
    if (isRunSpent) return false;
    const { spent, caps } = ledger.balance("run");
    return costs.hasRoom(caps, spent);
  }

  report(true);
  const isInterrupted = (options.pause?.aborted || options.stop?.aborted) && !isTimeUp && done < given.tasks.length;
  const answers = given.tasks.map((task) => answerOf(task, ended.get(task.taskId), overBudget !== undefined));
  const steps = stepCounts(ended.values());
  const status = statusOf(answers, { isInterrupted: isInterrupted ?? false, overBudget, steps });
  const seconds = (clock.monotonicMs() - startedMs) / 1000;
  await ledger.append({ at: clock.wallMs(), kind: "run-ended", status, ms: Math.round(1000 * seconds) });
  const balance = ledger.balance("run");
  const account =
    options.needsAccount || asked > 0 || given.tasks.length <= tasksReadAgain
      ? (accounted?.() ?? (await accountFrom(opened, prepared.config)))
      : undefined;
  const accuracy = accuracyOf(answers.filter(({ state }) => state === "answered" || state === "unanswered"));
  return {
    status,
    team: team.text,
    answers,
    ...(accuracy && { accuracy }),
    spent: spentOf(balance.spent),
    unknown: spentOf(balance.unknown),
    reserved: spentOf(balance.held),
    budget,
    ...(account && { tokens: account.run.tokens }),
    asked: Object.values(steps).reduce((sum, one) => sum + one, 0),
    answered: steps.answered,
    failed: steps.failed,
    steps,
    degraded: answers.filter(({ degraded }) => degraded).length,
    ...(overBudget !== undefined && { overBudget }),
    forecast: settings.forecast ? (account ? promisesOf(settings.forecast, account) : []) : null,
    seconds,
    run: options.directory,
    ...(account && { account }),
  };
}

/** A task is over where it was answered, or not, for good. */
function isOver(end: TaskEnded | undefined, { retryFailed = false }: RunOptions): boolean {
  if (end === undefined || end.state === "over-budget" || end.state === "interrupted") return false;
  return !(retryFailed && (end.steps?.failed ?? 0) > 0);
}

function answerOf({ taskId }: Task, end: TaskEnded | undefined, isOverBudget: boolean): TaskAnswer {
  if (!end)
    return { task_id: taskId, answer: null, state: isOverBudget ? "over-budget" : "not-asked", degraded: false };
  const { answer, state, correct, degraded } = end;
  return { task_id: taskId, answer, state, ...(correct !== undefined && { correct }), degraded };
}

/** Where several hold, the one that is first here. */
function statusOf(
  answers: readonly TaskAnswer[],
  {
    isInterrupted,
    overBudget,
    steps,
  }: { readonly isInterrupted: boolean; readonly overBudget: string | undefined; readonly steps: RunResult["steps"] },
): RunStatus {
  if (overBudget !== undefined || answers.some(({ state }) => state === "over-budget")) return "budget";
  if (isInterrupted || answers.some(({ state }) => state === "interrupted" || state === "not-asked"))
    return "interrupted";
  if (steps.failed > 0 && steps.answered === 0) return "failed";
  return answers.some(({ degraded }) => degraded) ? "degraded" : "done";
}

/** Time that earlier processes worked on the run. */
async function msBefore(opened: OpenRun): Promise<number> {
  const accountant = accounting({ steps: false });
  for await (const event of opened.events()) accountant.add(event);
  return 1000 * accountant.finish().seconds.wall;
}

async function accountFrom(opened: OpenRun, config: Config): Promise<Account> {
  const accountant = accounting(accountOptions(config));
  for await (const event of opened.events()) accountant.add(event);
  return accountant.finish();
}

function accountOptions({ agents, gramsPerKilowattHour: grams }: Config): AccountOptions {
  const range: Range | undefined =
    grams === undefined
      ? undefined
      : typeof grams === "number"
        ? { low: grams, high: grams }
        : { low: grams[0], high: grams[1] };
  const states = Object.values(agents).some(({ energy }) => energy !== undefined);
  return {
    steps: false,
    ...((states || range) && {
      energyOf: (agent: string) => {
        const energy = agents[agent]?.energy;
        return energyOf(energy ? { energy } : {});
      },
    }),
    ...(range && { gramsPerKilowattHour: range }),
  };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

/** Calls it when the signal aborts, at once where it has. */
function watch(signal: AbortSignal | undefined, then: () => void): void {
  if (signal?.aborted) then();
  else signal?.addEventListener("abort", then, { once: true });
}

/** Steps per second over the last ten, and when it is time to tell. */
function stepRate(clock: Clock) {
  const seconds = new Uint32Array(10);
  let second = Math.floor(clock.monotonicMs() / 1000);
  const first = second;
  let toldMs = Number.NEGATIVE_INFINITY;
  const move = () => {
    const now = Math.floor(clock.monotonicMs() / 1000);
    for (; second < now; second++) seconds[(second + 1) % 10] = 0;
  };
  return {
    count() {
      move();
      seconds[second % 10]!++;
    },
    perSecond() {
      move();
      return seconds.reduce((sum, one) => sum + one, 0) / Math.min(10, Math.max(1, second - first));
    },
    isDue(force: boolean) {
      const now = clock.monotonicMs();
      if (!force && now - toldMs < 100) return false;
      toldMs = now;
      return true;
    },
  };
}
