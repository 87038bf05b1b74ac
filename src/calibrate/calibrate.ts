import { KnownError } from "../errors.ts";
import type { AgentConfig } from "../records/config.ts";
import type { Recordings } from "../records/recordings.ts";
import { type GradedColumn, gradedColumn } from "./agents.ts";
import type { Calibration, TokenPrices } from "./calibration.ts";
import { calibrateEstimates } from "./estimates.ts";
import { calibrateFidelity } from "./fidelity.ts";
import { calibrateLeafCurves } from "./leaf-curves.ts";
import { calibratePairs } from "./pairs.ts";
import { calibrateReaders } from "./reader-transfer.ts";
import { calibrateSharedErrors } from "./shared-errors.ts";

export interface CalibrateOptions {
  /** Indices into the table's tasks: only these are read. @default all */
  readonly tasks?: Uint32Array;
  /** Probability content of every interval. @default 0.9 */
  readonly confidence?: number;
  /** Of the bootstraps: isotonic fits. @default 1 */
  readonly seed?: number;
  /** Correlated errors of every two agents. @default true */
  readonly pairs?: boolean;
}

/** No answer to the chosen tasks carries a grade. */
export class NothingGraded extends KnownError {
  readonly code = "nothing-graded";
  constructor(recordings: string, tasks: number) {
    super(
      `None of the answers in "${recordings}" to ${tasks} tasks is graded.`,
      "Record `correct` or `score`, or `gold` beside `answer`.",
    );
  }
}

/** An interval over tasks needs two of them. */
export class TooFewTasks extends KnownError {
  readonly code = "too-few-tasks";
  constructor(recordings: string, graded: number) {
    super(
      `"${recordings}" has graded answers to ${graded} task; a calibration needs at least 2.`,
      "Record more tasks: 30 give a first impression, some hundreds an advice.",
    );
  }
}

/**
 * What graded answers tell: accuracy, cost, shared errors, fidelity of messages, growth with compute; every number with
 * an interval over tasks, or the probe that would measure it. Agents without a graded answer to these tasks are left out.
 *
 * Accuracy is the mean over tasks of a task's share of right answers, its interval Wilson's at the effective number of
 * tasks (`taskShareInterval`); costs are means over tasks ± Student t; the rest leaves one task out at a time (jackknife,
 * Student t), but for isotonic fits, which draw tasks anew with `seed`.
 *
 * @throws {NothingGraded} {@link NothingGraded}
 * @throws {TooFewTasks}   where fewer than 2 tasks have a graded answer
 */
export function calibrate(
  recordings: Recordings,
  { tasks = everyTask(recordings), confidence = 0.9, seed = 1, pairs = true }: CalibrateOptions = {},
): Calibration {
  const { table, config, name } = recordings;
  const columns = table.columns.flatMap((column) => gradedColumn(column, tasks, confidence) ?? []);
  if (columns.length === 0) throw new NothingGraded(name, tasks.length);
  const graded = gradedTasks(columns);
  if (graded < 2) throw new TooFewTasks(name, graded);
  return {
    name,
    confidence,
    table,
    tasks,
    agents: columns.map((column) => ({ ...column.calibration, ...stated(column, config) })),
    weights: new Map(columns.map(({ calibration }) => [calibration.name, voteWeight(calibration)])),
    pairs: pairs ? calibratePairs(columns, tasks, confidence) : [],
    ...calibrateSharedErrors(columns, confidence),
    readers: calibrateReaders(table.readings ?? [], tasks, confidence),
    fidelity: calibrateFidelity(recordings.relays, tasks, { confidence, seed }),
    ...calibrateLeafCurves(columns, confidence),
    estimates: calibrateEstimates(recordings, tasks, { confidence, pairs }),
    contextTokens: contextWindow(columns, config),
    assumptions: recordings.assumptions,
    disagreements: recordings.disagreements,
  };
}

function everyTask({ table }: Recordings): Uint32Array {
  return Uint32Array.from(table.tasks, (_, task) => task);
}

function gradedTasks(columns: readonly GradedColumn[]): number {
  const { length } = columns[0]!.shares;
  let graded = 0;
  for (let t = 0; t < length; t++) if (columns.some(({ shares }) => !Number.isNaN(shares[t]!))) graded++;
  return graded;
}

/**
 * Log-odds of the accuracy with half a right and half a wrong task added: finite at 0 % and 100 %. At most ½ right is no
 * use but no evidence against an answer either, for wrong answers may differ: 0.
 */
function voteWeight({ accuracy, tasks }: { accuracy: { value: number }; tasks: number }): number {
  return Math.max(0, Math.log((accuracy.value * tasks + 0.5) / ((1 - accuracy.value) * tasks + 0.5)));
}

/** What the config states of the agent, or of it at this level. */
function stated({ column }: GradedColumn, { agents }: Recordings["config"]) {
  const { prices, contextTokens } = agents[column.name] ?? agents[column.agent] ?? {};
  return {
    ...(prices && { prices: pricesOf(prices) }),
    ...(contextTokens !== undefined && { contextTokens }),
  };
}

function pricesOf({ cachedInputPerMillion, ...prices }: NonNullable<AgentConfig["prices"]>): TokenPrices {
  return { ...prices, ...(cachedInputPerMillion !== undefined && { cachedInputPerMillion }) };
}

/** W of the most accurate agent whose window the config states. */
function contextWindow(columns: readonly GradedColumn[], config: Recordings["config"]): Calibration["contextTokens"] {
  const best = [...columns].sort((a, b) => b.calibration.accuracy.value - a.calibration.accuracy.value);
  for (const one of best) {
    const { contextTokens: value } = stated(one, config);
    if (value !== undefined) return { value, agent: one.column.agent };
  }
  return {
    notMeasured: "no context window is stated",
    probe: "give contextTokens of the agents in quorate.config",
  };
}
