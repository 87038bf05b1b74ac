// The run: a team on real endpoints, under a budget that cannot be exceeded.
import { membersOf, printMember } from "../organizations/cast.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { formOf, organizationOf, paramsOf, ruleOf, type Team } from "../organizations/team.ts";
import { energyOf } from "../plan/energy.ts";
import type { Forecast } from "../plan/plan-types.ts";
import type { Config } from "../records/config.ts";
import type { AnswersConfig, RunConfig } from "../records/provider-config.ts";
import { type Account, accounting } from "../trace/account.ts";
import { type Amounts, type Budget, type Caps, journalVersion, type RunOpened, type TaskEnded } from "../trace/event.ts";
import { answerReader } from "./answers/answer-reader.ts";
import { loadTokenizers } from "./bound.ts";
import { createBuyer } from "./buyer.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type Conductor, conduct } from "./conduct.ts";
import { type Counting, counting, seating } from "./counter.ts";
import { BudgetTooSmall, GoldMissing, RunIncomplete, WeightsMissing } from "./errors.ts";
import { type Executing, executeTask } from "./execute.ts";
import { type SeatOptions, seatOf } from "./identity.ts";
import type { Ledger } from "./ledger.ts";
import { openRun } from "./open-run.ts";
import { printCaps } from "./parse-budget.ts";
import { requirePrices } from "./prices.ts";
import {
  accuracyOf,
  promisesOf,
  type RunResult,
  type RunStatus,
  spentOf,
  stepCounts,
  type TaskAnswer,
} from "./result.ts";
import type { Tasks } from "./read-tasks.ts";
import type { Task } from "./task.ts";
import { openUpstreams, type Upstreams, upstreamsOf } from "./upstreams.ts";

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
  readonly agents: Config["agents"];
  readonly prompts?: Config["prompts"];
  readonly answers?: AnswersConfig;
  readonly maxTokens?: number;
  readonly baseUrl?: string;
  readonly weights?: Readonly<Record<string, number>>;
  readonly forecast?: Forecast;
}

/**
 * Asks a team all these tasks and tells what came of it. What was answered is in the directory whatever happens; the same
 * call with `resume` goes on where it ended, and pays nothing twice.
 *
 * @throws {KnownError} before the first call where something is wrong or missing; in mid-run where the disk fails
 */
export async function run(given: Tasks, options: RunOptions): Promise<RunResult> {
  const { directory, clock = systemClock, cwd = ".", env = {} } = options;
  const startedMs = clock.monotonicMs();
  const begun = options.resume ? undefined : beginning(given, options);
  const opened = await openRun(directory, {
    ...(begun ? { begin: begun } : { resume: { tasksDigest: given.digest, ...(options.budget && { budget: options.budget }) } }),
    clock,
    reuse: options.reuse ?? [],
  });
  const { ledger } = opened;
  try {
    const first = opened.opened;
    const settings = first.settings as unknown as Settings;
    const budget = opened.budget;
    const team = parseTeam(first.team);
    const config = mergedConfig(options.config, settings, options);
    const reader = await answerReader(settings.answers, { cwd, tasks: given.tasks });
    const upstreams = upstreamsOf(config, { env, ...(settings.baseUrl !== undefined && { baseUrl: settings.baseUrl }) });
    const bought = await prepare(team, { config, upstreams, settings, budget });
    // ---
    void [reader, bought, startedMs];
    throw new Error("not yet");
  } finally {
    await opened.close();
  }
}
