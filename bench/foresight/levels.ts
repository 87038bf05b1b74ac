// Extrapolation in compute: fitted to the smaller levels, held against the largest; fitted to a few samples, held against
// pass@k of all. Learned on half of the tasks, checked on the other half, and on published totals.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { gradedColumn } from "../../src/calibrate/agents.ts";
import { type ComputeAxis, computeAxes, computeOf } from "../../src/calibrate/compute.ts";
import type { Count } from "../../src/calibrate/estimators/counts.ts";
import {
  fitLevelModel,
  forecastLevel,
  type LevelFamily,
  type LevelModel,
  levelCurveAt,
} from "../../src/calibrate/estimators/level-curve.ts";
import { coverageAt, fitCoverageModel, forecastCoverage, passAtK } from "../../src/calibrate/estimators/pass-at-k.ts";
import type { TaskRows } from "../../src/calibrate/estimators/resample.ts";
import { countsByLevel } from "../../src/calibrate/leaf-curves.ts";
import type { Column } from "../../src/records/answer-table.ts";
import { random } from "../../src/theory/random.ts";
import { studentTQuantile } from "../../src/theory/special.ts";
import type { Check, LeftOut, Part, Table } from "./part.ts";
import { type ForesightSet, splitAt } from "./sets.ts";

/** A forecast of one number by several methods, and what came out. */
export interface HeldOutRow {
  readonly agent: string;
  /** "3 levels" or "4 samples": what was seen. */
  readonly seen: string;
  readonly truth: number;
  /** Forecast by method; "forecast" is the weighted mean of the families. */
  readonly forecasts: Readonly<Record<string, number>>;
  /** Whether the 90 % interval, with the noise of the check, held the truth. */
  readonly inside: boolean;
}

export interface LevelsFound {
  readonly levels: readonly HeldOutRow[];
  readonly samples: readonly HeldOutRow[];
  /** Agents with levels too few to hold one out, and agents with too few samples. */
  readonly leftOut: readonly { readonly what: string; readonly reason: string }[];
}

const confidence = 0.9;
const splitsMax = 10;
const agentsMax = 12;
const tasksMin = 20;
const samplesMin = 8;
/** From fewer cases nobody can tell what an interval covers. */
const casesMin = 30;

export const levels: Part<LevelsFound> = {
  measure(set, { splits, seed }) {
    const rounds = Math.min(splitsMax, splits);
    const found = {
      levels: [] as HeldOutRow[],
      samples: [] as HeldOutRow[],
      leftOut: [] as LevelsFound["leftOut"][number][],
    };
    const tasks = set.recordings.table.tasks.length;
    if (tasks < 2 * tasksMin) return undefined;
    for (let split = 0; split < rounds; split++) {
      const parts = splitAt(set, Math.floor(tasks / 2), seed + split);
      found.levels.push(...levelRows(set, parts));
      found.samples.push(...sampleRows(set, parts, seed + split));
    }
    if (found.levels.length === 0) found.leftOut.push(...tooFewLevels(set));
    return found.levels.length + found.samples.length + found.leftOut.length > 0 ? found : undefined;
  },
  tell(found, campaign, paths = []) {
    const published = paths.flatMap(publishedCurves).flatMap((curve) => publishedRows(curve, campaign.seed));
    const ofLevels = found.flatMap(({ found: { levels: rows } }) => rows);
    const ofSamples = found.flatMap(({ found: { samples } }) => samples);
    const bySet = (rows: (one: LevelsFound) => readonly HeldOutRow[]) =>
      found.flatMap(({ set, found: one }) => (rows(one).length > 0 ? [{ name: set, rows: rows(one) }] : []));
    const publishedSets = [...new Set(published.map(({ set }) => set))].map((name) => ({
      name,
      rows: published.filter(({ set }) => set === name),
    }));
    return {
      title: "Extrapolation in compute",
      words: [
        `Curves over levels are fitted to the two, three … smallest levels of an agent, on half of the tasks (up to ${splitsMax} splits), and held against the largest on the other half. "last value" is the largest level that was seen, "line" a straight line in ln x through all of them, "measured" the held-out level on the tasks of the fit: what no extrapolation can beat by much ("inside" always means the check on the other tasks). Published totals are checked on the totals themselves.`,
        `pass@k is fitted to an eighth, a quarter and half of the samples on half of the tasks and held against pass@n of all samples on the other half (at most ${agentsMax} agents per set). "independent" is 1 − (1 − p)^n.`,
      ],
      checks: [
        ...checksOf("largest level", ofLevels, ["last value", "line"]),
        ...checksOf("largest level, extrapolation alone", onOwnTasks(ofLevels), ["last value", "line"]).slice(0, 2),
        ...checksOf("published largest level", published, ["last value", "line"]),
        ...checksOf("pass@n", ofSamples, ["last value", "line", "independent"]),
      ],
      tables: [
        tableOf(
          "The largest level from the smaller ones: mean absolute error",
          bySet((one) => one.levels),
          levelMethods,
        ),
        tableOf(
          "The same on the tasks of the fit: extrapolation alone",
          bySet((one) => onOwnTasks(one.levels)),
          levelMethods,
        ),
        tableOf("The largest level by what was seen", byShare(ofLevels), levelMethods),
        tableOf(
          "Published totals: the largest from the smaller ones, mean absolute error",
          publishedSets,
          levelMethods,
        ),
        tableOf(
          "pass@n from fewer samples: mean absolute error",
          bySet((one) => one.samples),
          sampleMethods,
        ),
        tableOf(
          "The same on the tasks of the fit: extrapolation alone",
          bySet((one) => onOwnTasks(one.samples)),
          sampleMethods,
        ),
        tableOf("pass@n by what was seen", byShare(ofSamples), sampleMethods),
      ],
      leftOut: found.flatMap(({ set, found: one }) => one.leftOut.map((cell): LeftOut => ({ set, ...cell }))),
    };
  },
};

const families: readonly LevelFamily[] = ["log", "power", "saturating", "hill", "capped", "broken"];
const levelMethods = ["forecast", "last value", "line", ...families, "measured"];
const sampleMethods = ["forecast", "last value", "line", "independent", "beta", "never-or-beta", "power", "measured"];

type Parts = ReturnType<typeof splitAt>;

/** Every agent whose levels stand on an axis, three or more of them. */
function levelRows(set: ForesightSet, { choosing, checking }: Parts): HeldOutRow[] {
  const { columns } = set.recordings.table;
  const agents = [...new Set(columns.filter(({ level }) => level !== undefined).map(({ agent }) => agent))];
  return agents.flatMap((agent) => {
    const own = columns.filter((column) => column.agent === agent && column.level !== undefined);
    const known = own.flatMap((column) => gradedColumn(column, choosing, confidence) ?? []);
    const axis = computeAxes.find((one) => known.filter((column) => computeOf(column, one) > 0).length >= 3);
    if (!axis) return [];
    const order = known
      .map((column) => ({ column, at: computeOf(column, axis) }))
      .filter(({ at }) => at > 0)
      .sort((a, b) => a.at - b.at);
    const largest = order.at(-1)!;
    const check = gradedColumn(largest.column.column, checking, confidence);
    if (!check) return [];
    const shares = check.shares.filter((share) => !Number.isNaN(share));
    const truth = mean(shares);
    const rows = [...choosing.keys()];
    const measured = mean(largest.column.shares.filter((share) => !Number.isNaN(share)));
    const noise = varianceOf(shares) / shares.length;
    return order.slice(1, -1).map((_, i) => {
      const seen = order.slice(0, i + 2);
      const { points, perTask } = countsByLevel(
        seen.map(({ column }) => column),
        seen.map(({ at }) => at),
        rows,
      );
      return levelRow({ agent, points, perTask, at: largest.at, truth, noise, measured });
    });
  });
}

interface HeldOutLevel {
  readonly agent: string;
  readonly points: Parameters<typeof fitLevelModel>[0];
  readonly perTask: TaskRows;
  readonly at: number;
  readonly truth: number;
  readonly noise: number;
  readonly measured: number;
}

function levelRow({ agent, points, perTask, at, truth, noise, measured }: HeldOutLevel): HeldOutRow {
  const model = fitLevelModel(points, { perTask });
  const chosen = forecastLevel(model, at, confidence);
  const half = reach(perTask.values.length / perTask.width) * Math.sqrt(chosen.standardError ** 2 + noise);
  return {
    agent,
    seen: `${points.length} levels`,
    truth,
    forecasts: {
      forecast: chosen.value,
      ...byFamily(model, at),
      "last value": points.at(-1)!.right / points.at(-1)!.answers,
      line: line(
        points.map((point) => ({ x: point.at, y: point.right / point.answers })),
        at,
      ),
      measured,
    },
    inside: Math.abs(truth - chosen.value) <= half,
  };
}

function byFamily({ fits }: LevelModel, at: number): Record<string, number> {
  return Object.fromEntries(
    fits.flatMap(({ fit }) => (fit.family === "flat" ? [] : [[fit.family, levelCurveAt(fit, at).share]])),
  );
}

const reach = (tasks: number) => studentTQuantile((1 + confidence) / 2, Math.max(1, tasks - 1));

/** Least squares of y on ln x, kept in [0, 1]. */
function line(points: readonly { readonly x: number; readonly y: number }[], at: number): number {
  const [meanX, meanY] = [mean(points.map(({ x }) => Math.log(x))), mean(points.map(({ y }) => y))];
  const spread = points.reduce((sum, { x }) => sum + (Math.log(x) - meanX) ** 2, 0);
  const slope = points.reduce((sum, { x, y }) => sum + (Math.log(x) - meanX) * (y - meanY), 0) / spread;
  return Math.max(0, Math.min(1, meanY + (spread > 0 ? slope : 0) * (Math.log(at) - meanX)));
}

function sampleRows(set: ForesightSet, { choosing, checking }: Parts, seed: number): HeldOutRow[] {
  const { columns } = set.recordings.table;
  const some = columns.length <= agentsMax ? columns : evenly(columns, agentsMax);
  return some.flatMap((column) => {
    const [known, other] = [counts(column, choosing), counts(column, checking)];
    const n = mode([...known, ...other].map(([samples]) => samples));
    const [learned, checked] = [known, other].map((list) => list.filter(([samples]) => samples >= n)) as [
      Count[],
      Count[],
    ];
    if (n < samplesMin || learned.length < tasksMin || checked.length < tasksMin) return [];
    const passes = checked.map((count) => passAtK([count], n).value);
    const [truth, noise] = [mean(passes), varianceOf(passes) / passes.length];
    return [8, 4, 2].flatMap((part): HeldOutRow[] => {
      const r = Math.floor(n / part);
      if (r < 2) return [];
      const thin = thinned(learned, r, random(seed, "thinned", set.name, column.name, r));
      const model = fitCoverageModel(thin, seed);
      const { value, low, high } = forecastCoverage(model, n, confidence);
      const t = reach(thin.length);
      const add = (end: number) => t * Math.sqrt(((end - value) / t) ** 2 + noise);
      const p = mean(thin.map(([samples, right]) => right / samples));
      return [
        {
          agent: column.name,
          seen: `1/${part} of the samples`,
          truth,
          forecasts: {
            forecast: value,
            ...Object.fromEntries(model.fits.map((fit) => [fit.family, coverageAt(fit, n)])),
            "last value": passAtK(thin, r).value,
            line: line(
              [Math.max(1, Math.floor(r / 2)), r].map((k) => ({ x: k, y: passAtK(thin, k).value })),
              n,
            ),
            independent: 1 - (1 - p) ** n,
            measured: passAtK(learned, n).value,
          },
          inside: truth >= value - add(low) && truth <= value + add(high),
        },
      ];
    });
  });
}

function counts({ start, grade }: Column, tasks: Uint32Array): Count[] {
  return Array.from(tasks, (task): Count => {
    const grades = grade.subarray(start[task]!, start[task + 1]!).filter((one) => one === 0 || one === 1);
    return [grades.length, grades.reduce((sum, one) => sum + one, 0)];
  }).filter(([samples]) => samples > 0);
}

function thinned(list: readonly Count[], samples: number, next: () => number): Count[] {
  return list.map(([n, right]): Count => {
    let [left, good, kept] = [n, right, 0];
    for (let i = 0; i < samples; i++, left--)
      if (next() * left < good) {
        good--;
        kept++;
      }
    return [samples, kept];
  });
}

function evenly<T>(list: readonly T[], most: number): T[] {
  return Array.from({ length: most }, (_, i) => list[Math.floor((i * list.length) / most)]!);
}

function mode(values: readonly number[]): number {
  const times = new Map<number, number>();
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
  return [...times].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0] ?? 0;
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

function varianceOf(values: ArrayLike<number>): number {
  const center = mean(values);
  return mean(Array.from(values, (value) => (value - center) ** 2)) * (values.length / Math.max(1, values.length - 1));
}

function tooFewLevels(set: ForesightSet): LevelsFound["leftOut"][number][] {
  const leveled = set.recordings.table.columns.filter(({ level }) => level !== undefined);
  const agents = new Set(leveled.map(({ agent }) => agent)).size;
  if (agents === 0) return [];
  return [
    {
      what: `levels of ${agents} agents`,
      reason: "fewer than three levels whose compute is known: two fit every curve, so none can be held out",
    },
  ];
}

/** A published curve: totals at several levels of one system, no tasks. */
interface PublishedCurve {
  readonly set: string;
  readonly name: string;
  readonly axis: ComputeAxis;
  readonly points: readonly { readonly at: number; readonly share: number; readonly tasks: number }[];
}

/** Rows with totals: `family` and `pass_num_2` of `test_cases` by tokens or dollars; `method`, `test_acc` and `test_cost`. */
function publishedCurves(path: string): PublishedCurve[] {
  const folders = statSync(path).isDirectory() ? readdirSync(path, { withFileTypes: true }) : [];
  const inside = folders.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
  if (inside.length > 0) return inside.flatMap(publishedCurves);
  const files = statSync(path).isDirectory() ? folders.map(({ name }) => join(path, name)) : [path];
  return files
    .filter((file) => /records\.jsonl(\.gz)?$/.test(file))
    .flatMap((file) => {
      const bytes = readFileSync(file);
      const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
      const end = text.indexOf("\n");
      const first: Total = end > 0 ? JSON.parse(text.slice(0, end)) : {};
      if (first.test_cases === undefined && first.test_acc === undefined) return [];
      const rows = text
        .trim()
        .split("\n")
        .map((one): Total => JSON.parse(one));
      return groupedTotals(path.split("/").at(-1)!, rows);
    });
}

interface Total {
  readonly benchmark?: string;
  readonly family?: string;
  readonly method?: string;
  readonly edit_format?: string;
  readonly test_cases?: number;
  readonly pass_num_2?: number | null;
  readonly completion_tokens?: number | null;
  readonly total_cost?: number | null;
  readonly test_acc?: number;
  readonly test_cost?: number;
  readonly test_size?: string | number;
}

/** Three levels or more of one system; equal compute counts once. */
function groupedTotals(set: string, rows: readonly Total[]): PublishedCurve[] {
  const systems = new Map<string, Map<number, PublishedCurve["points"][number]>>();
  const axisOf = new Map<string, ComputeAxis>();
  for (const row of rows) {
    const {
      benchmark = "",
      test_cases,
      pass_num_2,
      completion_tokens,
      total_cost,
      test_acc,
      test_cost,
      test_size,
    } = row;
    const system = `${row.family ?? row.method ?? ""} on ${benchmark}${row.edit_format ? `, ${row.edit_format}` : ""}`;
    const tasks = test_cases ?? Number(test_size);
    const share = test_acc ?? (pass_num_2 ?? Number.NaN) / tasks;
    const tokens = completion_tokens ? completion_tokens / tasks : 0;
    const usd = test_cost ?? (total_cost ? total_cost / tasks : 0);
    const at = tokens || usd;
    if (!(at > 0) || !(share >= 0)) continue;
    axisOf.set(system, tokens > 0 ? "tokensOut" : "usd");
    const known = systems.get(system) ?? new Map();
    systems.set(system, known.set(at, { at, share, tasks }));
  }
  return [...systems].flatMap(([name, known]) => {
    const points = [...known.values()].sort((a, b) => a.at - b.at);
    return points.length >= 3 ? [{ set, name, axis: axisOf.get(name)!, points }] : [];
  });
}

/** Every number of smallest levels from two on, held against the largest; levels as if answered independently. */
function publishedRows({ set, name, points }: PublishedCurve, seed: number): (HeldOutRow & { set: string })[] {
  const largest = points.at(-1)!;
  return points.slice(1, -1).map((_, i) => {
    const seen = points.slice(0, i + 2);
    const tasks = Math.min(...seen.map((point) => point.tasks));
    const width = 2 * seen.length;
    const values = new Float64Array(tasks * width).fill(1);
    for (const [j, { share }] of seen.entries()) {
      const next = random(seed, "published", set, name, j);
      let [left, good] = [tasks, Math.round(share * tasks)];
      for (let task = 0; task < tasks; task++, left--) {
        const right = next() * left < good;
        if (right) good--;
        values[task * width + 2 * j + 1] = Number(right);
      }
    }
    const row = levelRow({
      agent: name,
      points: seen.map(({ at, share }) => ({ at, answers: tasks, right: Math.round(share * tasks) })),
      perTask: { width, values },
      at: largest.at,
      truth: largest.share,
      noise: (largest.share * (1 - largest.share)) / largest.tasks,
      measured: largest.share,
    });
    return { ...row, set };
  });
}

const errorOf = (rows: readonly HeldOutRow[], method: string) =>
  mean(rows.flatMap(({ forecasts, truth }) => (method in forecasts ? [Math.abs(forecasts[method]! - truth)] : [])));

function tableOf(
  title: string,
  groups: readonly { readonly name: string; readonly rows: readonly HeldOutRow[] }[],
  methods: readonly string[],
): Table {
  const shown = groups.length > 1 ? [...groups, { name: "**all**", rows: groups.flatMap(({ rows }) => rows) }] : groups;
  const cell = (value: number) => (Number.isNaN(value) ? "–" : value.toFixed(4));
  return {
    title,
    columns: ["set", "cases", ...methods, "inside 90 %"],
    rows: shown.map(({ name, rows }) => [
      name,
      rows.length,
      ...methods.map((method) => cell(errorOf(rows, method))),
      mean(rows.map(({ inside }) => Number(inside))).toFixed(3),
    ]),
  };
}

const onOwnTasks = (rows: readonly HeldOutRow[]) =>
  rows.map((row): HeldOutRow => ({ ...row, truth: row.forecasts["measured"]! }));

function byShare(rows: readonly HeldOutRow[]): { name: string; rows: HeldOutRow[] }[] {
  return [...new Set(rows.map(({ seen }) => seen))].map((name) => ({
    name,
    rows: rows.filter(({ seen }) => seen === name),
  }));
}

function checksOf(what: string, rows: readonly HeldOutRow[], baselines: readonly string[]): Check[] {
  if (rows.length === 0) return [];
  const own = errorOf(rows, "forecast");
  const covered = mean(rows.map(({ inside }) => Number(inside)));
  return [
    ...baselines.map((baseline): Check => {
      const other = errorOf(rows, baseline);
      return {
        claim: `${what}: error against "${baseline}"`,
        figure: `${own.toFixed(4)} to ${other.toFixed(4)}`,
        target: "smaller",
        met: own < other,
      };
    }),
    ...(rows.length < casesMin
      ? []
      : [
          {
            claim: `${what}: 90 % intervals`,
            figure: covered.toFixed(3),
            target: "0.85 to 0.95",
            met: covered >= 0.85 && covered <= 0.95,
          },
        ]),
  ];
}
