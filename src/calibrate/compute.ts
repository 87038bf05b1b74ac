// What more compute per call, or more calls, would buy: right answers against level, where agents change places, and the
// share of tasks that any of k samples solves. Derived from a calibration on demand: it takes longer than the rest of it.

import type { Column } from "../records/answer-table.ts";
import { type Interval, isMeasured, type Measured } from "../theory/interval.ts";
import { type GradedColumn, gradedColumn } from "./agents.ts";
import type { Calibration } from "./calibration.ts";
import type { Count } from "./estimators/counts.ts";
import { guessShare } from "./estimators/guess-share.ts";
import {
  fitLevelModel,
  forecastLevel,
  type HeldOutError,
  type LevelFamily,
  type LevelModel,
  levelDifference,
} from "./estimators/level-curve.ts";
import {
  type CoverageFamily,
  doublings,
  fitCoverageModel,
  forecastCoverage,
  meanSamplesUntilPass,
  neverSolved,
  passAtK,
  rareShareInterval,
  samplesUntilCoverage,
} from "./estimators/pass-at-k.ts";
import { answeredAt, countsByLevel, levelOf } from "./leaf-curves.ts";

/** What compute is counted in: the level's own number, or what a call costs there on average. */
export type ComputeAxis = "level" | "usd" | "tokens" | "tokensOut" | "seconds";

/** Right answers of one agent against the compute of a call. */
export interface LevelCurve {
  readonly agent: string;
  readonly axis: ComputeAxis;
  /** P(right) of a guess: from what its wrong answers are, or as stated; 0 where only right or wrong is recorded. */
  readonly chance: { readonly value: number; readonly from: "guesses" | "stated" | "nothing" };
  /** As recorded, least compute first. */
  readonly levels: readonly {
    readonly level: string;
    readonly at: number;
    readonly tasks: number;
    readonly accuracy: Interval;
  }[];
  /** The family that foretold held-out levels best and weighs most in the forecast; with two levels nothing can be held out. */
  readonly family: Measured<{ readonly name: LevelFamily; readonly error: number; readonly levelsHeldOut: number }>;
  /** Every family that was tried, best first. */
  readonly heldOut: readonly HeldOutError[];
  /** From the least recorded compute to ten times the largest, evenly in ln x. */
  readonly curve: readonly { readonly at: number; readonly accuracy: Interval }[];
}

/** Who is ahead at which compute, as far as anybody can tell. */
export interface LevelRanking {
  readonly axis: ComputeAxis;
  readonly a: string;
  readonly b: string;
  /** Where the curves cross: the difference cannot be told from 0 between low and high (null: nowhere below the end). */
  readonly crossings: readonly { readonly at: number; readonly low: number | null; readonly high: number | null }[];
  /** Neighboring ranges of compute; `ahead` is null where it cannot be told. */
  readonly ranges: readonly { readonly from: number; readonly to: number; readonly ahead: string | null }[];
  /** Compute beyond which nobody is ranked: the last range that can be told ends here; null where none can. */
  readonly rankedUpTo: number | null;
}

/** Tasks solved by at least one of k samples of one agent: the most that any way of picking one of them can reach. */
export interface PassAtK {
  readonly name: string;
  /** Those with n samples or more. */
  readonly tasks: number;
  /** n, samples on most tasks. */
  readonly samples: number;
  /** Success rate of one sample on all tasks, exact interval at the number of independent answers that scatter as the tasks do. */
  readonly success: Interval;
  /** k = 1, 2, 4 … n, without bias. */
  readonly measured: readonly { readonly samples: number; readonly share: Interval }[];
  /** k = 2n, 4n, 10n. */
  readonly forecast: readonly { readonly samples: number; readonly share: Interval }[];
  readonly family: Measured<{
    readonly name: CoverageFamily;
    readonly error: number;
    readonly fittedTo: readonly number[];
  }>;
  readonly heldOut: readonly { readonly family: CoverageFamily; readonly error: number }[];
  /** Share of tasks that no number of samples solves: up to all that n samples left unsolved, for nobody can tell them from rare ones. */
  readonly neverSolved: Interval;
  /** Samples until half, and until nine tenths, of all tasks are solved. */
  readonly samplesUntilHalf: SamplesUntil;
  readonly samplesUntilMost: SamplesUntil;
  /** Mean over tasks; null where it is infinite: one hopeless task is enough. */
  readonly samplesMean: number | null;
  /** What half the tasks take until the first right sample, at the mean cost of a call. */
  readonly costUntilHalf: { readonly usd: number | null; readonly tokens: number | null };
}

/** null: not within a hundred times the recorded samples, if ever. */
export interface SamplesUntil {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly confidence: number;
}

export interface Compute {
  readonly levelCurves: readonly LevelCurve[];
  readonly rankings: readonly LevelRanking[];
  readonly passAtK: readonly PassAtK[];
}

export interface ComputeOptions {
  /** Of held-out samples and of tasks drawn anew. @default 1 */
  readonly seed?: number;
  /** P(right) of a guess, where it is known. @default what the agents' wrong answers show */
  readonly chance?: number;
}

/** In the order in which a curve is told. */
export const computeAxes: readonly ComputeAxis[] = ["level", "usd", "tokens", "tokensOut", "seconds"];
/** A curve is told up to this many times the largest compute that was recorded. */
const horizon = 10;
const steps = 48;

/** Level curves, rankings and pass@k of everything that the calibration was learned from. */
export function calibrateCompute(calibration: Calibration, { seed = 1, chance }: ComputeOptions = {}): Compute {
  const columns = gradedColumns(calibration, () => true);
  const byAxis = computeAxes.map((axis) => curvesOf(calibration, columns, axis, chance));
  return {
    levelCurves: byAxis.flatMap(({ levelCurves }) => levelCurves),
    rankings: byAxis.flatMap(({ rankings }) => rankings),
    passAtK: columns.flatMap((column) => passOf(column, calibration, seed) ?? []),
  };
}

/** Level curves and rankings on one axis: a fraction of the work. */
export function calibrateLevels(calibration: Calibration, axis: ComputeAxis): Omit<Compute, "passAtK"> {
  return curvesOf(
    calibration,
    gradedColumns(calibration, ({ level }) => level !== undefined),
    axis,
  );
}

function gradedColumns(
  { table, tasks, confidence }: Calibration,
  isMeant: (column: Column) => boolean,
): GradedColumn[] {
  return table.columns.filter(isMeant).flatMap((column) => gradedColumn(column, tasks, confidence) ?? []);
}

function curvesOf(
  calibration: Calibration,
  columns: readonly GradedColumn[],
  axis: ComputeAxis,
  chance?: number,
): Omit<Compute, "passAtK"> {
  const { confidence } = calibration;
  const fitted = fitAxis(calibration, columns, axis, chance);
  return {
    levelCurves: fitted.map((one) => levelCurve(one, confidence)),
    rankings: fitted.flatMap((a, i) => fitted.slice(i + 1).flatMap((b) => ranking(a, b, confidence) ?? [])),
  };
}

interface Fitted extends Pick<LevelCurve, "agent" | "axis" | "chance"> {
  readonly levels: readonly { readonly column: GradedColumn; readonly at: number }[];
  readonly model: LevelModel;
}

/** Agents with two levels or more that this axis tells apart, all on the same tasks. */
function fitAxis(
  calibration: Calibration,
  columns: readonly GradedColumn[],
  axis: ComputeAxis,
  stated: number | undefined,
): Fitted[] {
  const leveled = columns.filter(({ column }) => column.level !== undefined);
  if (leveled.length < 2) return [];
  const rows = answeredAt(leveled);
  return [...new Set(leveled.map(({ column }) => column.agent))].flatMap((agent): Fitted[] => {
    const levels = leveled
      .filter(({ column }) => column.agent === agent)
      .map((column) => ({ column, at: computeOf(column, axis) }))
      .filter(({ at }) => at > 0)
      .sort((a, b) => a.at - b.at);
    if (new Set(levels.map(({ at }) => at)).size < 2) return [];
    const chance = chanceOf(calibration, levels, stated);
    const { points, perTask } = countsByLevel(
      levels.map(({ column }) => column),
      levels.map(({ at }) => at),
      rows,
    );
    return [{ agent, axis, chance, levels, model: fitLevelModel(points, { chance: chance.value, perTask }) }];
  });
}

/** Compute of a call on this axis, the mean over tasks; NaN where it is not known. */
export function computeOf({ column, calibration: { cost } }: GradedColumn, axis: ComputeAxis): number {
  if (axis === "level") return levelOf(column);
  const mean = cost[axis];
  return isMeasured(mean) ? mean.value : Number.NaN;
}

/** Guesses that would be right more often than the agent is at one of its levels are none: then 0. */
function chanceOf(
  { table: { rightText }, tasks }: Calibration,
  levels: Fitted["levels"],
  stated: number | undefined,
): LevelCurve["chance"] {
  if (stated !== undefined) return { value: stated, from: "stated" };
  if (!rightText || !levels.every(({ column: { column } }) => column.answersKnown && column.text))
    return { value: 0, from: "nothing" };
  const [wrong, asked] = [new Map<number | undefined, number>(), new Map<number | undefined, number>()];
  const add = (counts: typeof wrong, text: number) =>
    counts.set(text < 0 ? undefined : text, (counts.get(text < 0 ? undefined : text) ?? 0) + 1);
  for (const { column } of levels)
    for (const task of tasks) {
      const { start, grade, text } = column.column;
      for (let at = start[task]!; at < start[task + 1]!; at++) {
        if (Number.isNaN(grade[at]!)) continue;
        add(asked, rightText[task]!);
        if (grade[at] === 0) add(wrong, text![at]!);
      }
    }
  asked.delete(undefined);
  const { share } = guessShare(wrong, asked);
  const least = Math.min(...levels.map(({ column }) => column.calibration.accuracy.value));
  return share < least ? { value: share, from: "guesses" } : { value: 0, from: "nothing" };
}

function levelCurve({ agent, axis, chance, levels, model }: Fitted, confidence: number): LevelCurve {
  const [first, last] = [levels[0]!.at, levels.at(-1)!.at];
  const { chosen, heldOut, origins } = model;
  return {
    agent,
    axis,
    chance,
    levels: levels.map(({ column: { column, calibration }, at }) => ({
      level: column.level!,
      at,
      tasks: calibration.tasks,
      accuracy: calibration.accuracy,
    })),
    family:
      chosen === null
        ? {
            notMeasured: "two levels fit every curve: none can be held out",
            probe: "record the same tasks at a third level; four or five tell the shape",
          }
        : { name: chosen, error: heldOut[0]!.error, levelsHeldOut: origins },
    heldOut,
    curve: grid(first, last * horizon).map((at) => ({ at, accuracy: shown(forecastLevel(model, at, confidence)) })),
  };
}

const shown = ({ value, low, high, confidence }: Interval): Interval => ({ value, low, high, confidence });

/** From `from` to `to`, evenly in the logarithm. */
function grid(from: number, to: number): number[] {
  return Array.from({ length: steps + 1 }, (_, i) => from * (to / from) ** (i / steps));
}

/**
 * Who is ahead, from the compute where both are recorded to ten times the most that both reach. Differences are paired by
 * task. Between where one is ahead and where the other is, nobody is.
 */
function ranking(a: Fitted, b: Fitted, confidence: number): LevelRanking | undefined {
  if (!onSameTasks(a, b)) return undefined;
  const from = Math.max(a.levels[0]!.at, b.levels[0]!.at);
  const to = horizon * Math.min(a.levels.at(-1)!.at, b.levels.at(-1)!.at);
  if (!(from < to)) return undefined;
  const places = grid(from, to).map((at) => {
    const { value, low, high } = levelDifference(a.model, b.model, at, confidence);
    return { at, value, ahead: low > 0 ? a.agent : high < 0 ? b.agent : null };
  });
  const ranges: { from: number; to: number; ahead: string | null }[] = [];
  for (const [i, right] of places.slice(1).entries()) {
    const left = places[i]!;
    const ahead = left.ahead === right.ahead ? left.ahead : null;
    const last = ranges.at(-1);
    if (last?.ahead === ahead) last.to = right.at;
    else ranges.push({ from: left.at, to: right.at, ahead });
  }
  const crossings = places.slice(1).flatMap((right, i) => {
    const left = places[i]!;
    if (!(left.value * right.value < 0)) return [];
    const share = left.value / (left.value - right.value);
    const at = left.at * (right.at / left.at) ** share;
    const open = ranges.find((range) => range.from <= at && at <= range.to)!;
    return [{ at, low: open.from > from ? open.from : null, high: open.to < to ? open.to : null }];
  });
  const told = ranges.filter(({ ahead }) => ahead !== null);
  return { axis: a.axis, a: a.agent, b: b.agent, crossings, ranges, rankedUpTo: told.at(-1)?.to ?? null };
}

/** Agents are ranked where each answered this share of the other's tasks. */
const commonShareMin = 0.8;

function onSameTasks(a: Fitted, b: Fitted): boolean {
  const [own, others] = [a, b].map(({ levels }) => answeredAt(levels.map(({ column }) => column)));
  const known = new Set(others);
  const common = own!.filter((task) => known.has(task)).length;
  return common >= commonShareMin * Math.max(own!.length, others!.length);
}

function passOf(one: GradedColumn, { tasks, confidence }: Calibration, seed: number): PassAtK | undefined {
  const all = wholeCounts(one.column, tasks);
  const { name, samples, cost } = one.calibration;
  const counts = all?.filter(([recorded]) => recorded >= samples); // the same tasks at every k
  if (!all || !counts || samples < 2 || counts.length < 2) return undefined;
  const model = fitCoverageModel(counts, seed);
  const best = model.heldOut[0];
  const until = (share: number): SamplesUntil => {
    const { value, low, high } = samplesUntilCoverage(model, share, confidence);
    return { value: finite(value), low: finite(low), high: finite(high), confidence };
  };
  const half = until(0.5);
  const each = (cost: Measured) => (half.value !== null && isMeasured(cost) ? half.value * cost.value : null);
  return {
    name,
    tasks: counts.length,
    samples,
    success: rareShareInterval(all, confidence),
    measured: doublings(samples).map((k) => ({ samples: k, share: passAtK(counts, k, confidence) })),
    forecast: [2, 4, 10].map((times) => ({
      samples: times * samples,
      share: forecastCoverage(model, times * samples, confidence),
    })),
    family: best
      ? { name: best.family, error: best.error, fittedTo: model.fittedTo }
      : {
          notMeasured: `${samples} samples per task are too few to hold some out`,
          probe: "record four samples per task or more, better sixteen",
        },
    heldOut: model.heldOut,
    neverSolved: neverSolved(model, confidence),
    samplesUntilHalf: half,
    samplesUntilMost: until(0.9),
    samplesMean: finite(meanSamplesUntilPass(model)),
    costUntilHalf: { usd: each(cost.usd), tokens: each(cost.tokens) },
  };
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);

/** Samples and right ones of every task; undefined where a grade is neither right nor wrong. */
function wholeCounts({ start, grade }: Column, tasks: Uint32Array): Count[] | undefined {
  const counts: Count[] = [];
  for (const task of tasks) {
    let [samples, right] = [0, 0];
    for (let at = start[task]!; at < start[task + 1]!; at++) {
      const value = grade[at]!;
      if (Number.isNaN(value)) continue;
      if (value !== 0 && value !== 1) return undefined;
      samples++;
      right += value;
    }
    if (samples > 0) counts.push([samples, right]);
  }
  return counts;
}
