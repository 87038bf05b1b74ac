// The whole line on real endpoints: measure on one half of the tasks, plan, run what is advised on the other half, and hold
// forecast against measured.

import { join } from "node:path";
import { parseTeam } from "../organizations/parse-team.ts";
import { plan as choose } from "../plan/plan.ts";
import type { Forecast, Plan } from "../plan/plan-types.ts";
import { teamWeights } from "../plan/weights.ts";
import type { RunResult } from "../report/run-data.ts";
import { BudgetTooSmall } from "../run/errors.ts";
import {
  type LiveMeasurement,
  type LiveMeasureOptions,
  type MeasureSettings,
  measureLive,
} from "../run/measure/live.ts";
import { printCaps } from "../run/parse-budget.ts";
import type { Tasks } from "../run/read-tasks.ts";
import { type Progress, run } from "../run/run.ts";
import { type Interval, isMeasured } from "../theory/interval.ts";
import { studentTQuantile } from "../theory/special.ts";
import { type Amounts, type Caps, noAmounts } from "../trace/event.ts";
import { splitTasks } from "./split.ts";

export interface LiveStudyOptions
  extends Omit<LiveMeasureOptions, "resume" | "settings" | "budget" | "seed" | "onProgress"> {
  readonly settings: MeasureSettings;
  /** Of measuring and running together. */
  readonly budget: Caps;
  /** Share of it for measuring. @default 0.5 */
  readonly measureShare?: number;
  readonly seed?: number;
  readonly onMeasure?: LiveMeasureOptions["onProgress"];
  readonly onRun?: (team: string, progress: Progress) => void;
}

/** A team that was run on the other half. */
export interface StudiedRun {
  readonly team: string;
  /** As it was promised before the first task of the other half was asked. */
  readonly forecast: Forecast;
  readonly result: RunResult;
}

export interface LiveStudy {
  readonly measured: LiveMeasurement;
  readonly plan: Plan;
  /** The advised team. */
  readonly advised: StudiedRun;
  /** The best single agent; null where it is what is advised. */
  readonly single: StudiedRun | null;
  /** Advised − single on the tasks that both ended, as a share of right answers. */
  readonly gain: (Interval & { readonly tasks: number; readonly forecast: number }) | null;
  /** Tasks that were measured on, and that teams were run on. */
  readonly tasks: { readonly measured: number; readonly run: number; readonly leftOut: number };
  readonly budget: Caps;
  /** Of everything, as the ledgers count. */
  readonly bill: Amounts;
  readonly unknown: Amounts;
}

/** Of what a run is forecast to cost, so much is set aside: answers vary, and a reservation is more than a bill. */
const spare = 1.3;

/**
 * One budget pays for all of it: a share for measuring, and what measuring leaves for the runs, as many tasks of the other half
 * as both teams can be asked. Nothing of the other half is seen before the plan is made.
 *
 * @throws {KnownError} before the first call where something is wrong or missing
 */
export async function studyLive(given: Tasks, options: LiveStudyOptions): Promise<LiveStudy> {
  const { settings, budget, seed = 1, measureShare = 0.5, directory, onMeasure, onRun, ...shared } = options;
  const { choosing, heldBack } = splitTasks(given.tasks.length, seed);
  const measured = await measureLive(part(given, choosing, "measured"), {
    ...{ ...shared, directory: join(directory, "measure"), settings, budget: shareOf(budget, measureShare), seed },
    ...(onMeasure && { onProgress: onMeasure }),
  });
  const { perTask, confidence = 0.9, needsReading = false } = settings;
  const plan = choose(measured.calibration, { perTask, confidence, seed, needsReading });
  const single = plan.advised.team === plan.single.team ? null : plan.single;
  const forecasts = [plan.advised, ...(single ? [single] : [])];
  const left = minus(budget, measured.booked);
  const count = Math.min(heldBack.length, tasksThatFit(left, forecasts));
  if (count < 1)
    throw new BudgetTooSmall(
      "the runs",
      "tokens",
      printCaps(left),
      `more, for ${forecasts.map(({ team }) => team).join(" and ")}`,
    );
  const tasks = part(given, heldBack.slice(0, count), "run");

  const runs: StudiedRun[] = [];
  let spent = measured.booked;
  let unknown = measured.unknown;
  for (const [i, forecast] of forecasts.entries()) {
    const remaining = minus(budget, spent);
    const weights = teamWeights(parseTeam(forecast.team, { knownNames: agentsOf(settings) }), measured.calibration);
    const result = await run(tasks, {
      ...{ ...runOptions(shared, settings), directory: join(directory, i === 0 ? "advised" : "single"), seed },
      ...{ team: forecast.team, forecast, needsAccount: true },
      // the last run may have all that is left
      budget: { run: i === forecasts.length - 1 ? remaining : shareOf(remaining, costShare(forecast, forecasts)) },
      ...(weights && { weights }),
      ...(onRun && { onProgress: (progress: Progress) => onRun(forecast.team, progress) }),
    });
    runs.push({ team: forecast.team, forecast, result });
    spent = plus(spent, amountsOf(result.spent));
    unknown = plus(unknown, amountsOf(result.unknown));
    if (result.status === "interrupted") break;
  }
  const [advised, other = null] = runs as [StudiedRun, StudiedRun?];
  return {
    ...{ measured, plan, advised, single: other, gain: other && gainOf(advised, other, confidence) },
    tasks: { measured: choosing.length, run: count, leftOut: heldBack.length - count },
    ...{ budget, bill: spent, unknown },
  };
}

const agentsOf = ({ columns, agents = {} }: MeasureSettings) => [
  ...columns.map(({ agent }) => agent),
  ...Object.keys(agents),
];

function runOptions(
  {
    config,
    env,
    cwd,
    baseUrl,
    go,
    pause,
    stop,
    onNote,
    clock,
    version,
  }: Omit<LiveMeasureOptions, "directory" | "resume" | "settings" | "budget" | "seed" | "onProgress">,
  { answers, maxTokens }: MeasureSettings,
) {
  return {
    config,
    ...(env && { env }),
    ...(cwd !== undefined && { cwd }),
    ...(baseUrl !== undefined && { baseUrl }),
    ...(go && { go }),
    ...(pause && { pause }),
    ...(stop && { stop }),
    ...(onNote && { onNote }),
    ...(clock && { clock }),
    ...(version !== undefined && { version }),
    ...(answers !== undefined && { answers }),
    ...(maxTokens !== undefined && { maxTokens }),
  };
}

/** These tasks as tasks of their own. */
function part({ tasks, digest, badLines, lines }: Tasks, at: Uint32Array, name: string): Tasks {
  return { tasks: Array.from(at, (i) => tasks[i]!), digest: `${digest} ${name} ${at.length}`, badLines, lines };
}

/** Down to whole numbers; time is everybody's. */
function shareOf({ tokens, calls, nanoUsd, ms }: Caps, share: number): Caps {
  return {
    ...(tokens !== undefined && { tokens: Math.floor(tokens * share) }),
    ...(calls !== undefined && { calls: Math.floor(calls * share) }),
    ...(nanoUsd !== undefined && { nanoUsd: Math.floor(nanoUsd * share) }),
    ...(ms !== undefined && { ms }),
  };
}

function minus({ tokens, calls, nanoUsd, ms }: Caps, spent: Amounts): Caps {
  return {
    ...(tokens !== undefined && { tokens: Math.max(1, tokens - spent.tokens) }),
    ...(calls !== undefined && { calls: Math.max(1, calls - spent.calls) }),
    ...(nanoUsd !== undefined && { nanoUsd: Math.max(1, nanoUsd - spent.nanoUsd) }),
    ...(ms !== undefined && { ms }),
  };
}

const units = [
  ["tokens", "tokens", 1],
  ["calls", "calls", 1],
  ["nanoUsd", "usd", 1e9],
] as const;

function tasksThatFit(left: Caps, forecasts: readonly Forecast[]): number {
  return Math.min(
    ...units.map(([cap, unit, factor]) => {
      const most = left[cap];
      if (most === undefined) return Number.POSITIVE_INFINITY;
      const each = forecasts.reduce((sum, { cost }) => {
        const found = cost[unit];
        return sum + (isMeasured(found) ? found.mean * factor : 0);
      }, 0);
      return Math.floor(most / (spare * Math.max(1e-9, each)));
    }),
  );
}

function costShare(forecast: Forecast, all: readonly Forecast[]): number {
  const price = ({ cost }: Forecast) => (isMeasured(cost.tokens) ? cost.tokens.mean : cost.calls.mean);
  return price(forecast) / all.reduce((sum, one) => sum + price(one), 0);
}

function amountsOf({ tokens, calls, usd, seconds }: RunResult["spent"]): Amounts {
  return { tokens, calls, nanoUsd: Math.round(usd * 1e9), ms: Math.round(seconds * 1000) };
}

function plus(a: Amounts, b: Amounts): Amounts {
  const sum = { ...noAmounts };
  return {
    ...sum,
    tokens: a.tokens + b.tokens,
    calls: a.calls + b.calls,
    nanoUsd: a.nanoUsd + b.nanoUsd,
    ms: a.ms + b.ms,
  };
}

/** Paired by task, ± Student t. */
function gainOf(advised: StudiedRun, single: StudiedRun, confidence: number): LiveStudy["gain"] {
  const others = new Map(single.result.answers.map((answer) => [answer.task_id, answer.correct]));
  const gains = advised.result.answers.flatMap(({ task_id, correct }) => {
    const other = others.get(task_id);
    return correct === undefined || other === undefined ? [] : [correct - other];
  });
  const tasks = gains.length;
  if (tasks < 2) return null;
  const value = gains.reduce<number>((sum, one) => sum + one, 0) / tasks;
  const variance = gains.reduce((sum, one) => sum + (one - value) ** 2, 0) / (tasks - 1);
  const half = studentTQuantile((1 + confidence) / 2, tasks - 1) * Math.sqrt(variance / tasks + 0.25 / tasks ** 2);
  const forecast = advised.forecast.gain?.mean ?? 0;
  return { value, low: value - half, high: value + half, confidence, tasks, forecast };
}
