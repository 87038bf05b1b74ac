// Readers that were recorded beside what they had read, on tasks that nobody calibrated on: how right the reader is, how right
// a count of the same answers is, and the difference of the two, which decides whether reading is worth a call.
import { calibrate } from "../../src/calibrate/calibrate.ts";
import {
  calibrateReaders,
  countOf,
  keyOfReading,
  type ReaderTransfer,
  readingKey,
} from "../../src/calibrate/reader-transfer.ts";
import { makeTeam } from "../../src/organizations/team.ts";
import { mean, variance } from "../../src/plan/choose.ts";
import { answeringColumn } from "../../src/plan/readers.ts";
import { forecastRecordedReader } from "../../src/plan/recorded-readers.ts";
import { type AnswerTable, findColumn, type Reading } from "../../src/records/answer-table.ts";
import type { Interval } from "../../src/theory/interval.ts";
import { permutation, random } from "../../src/theory/random.ts";
import { studentTQuantile } from "../../src/theory/special.ts";
import type { Check, LeftOut, Part } from "./part.ts";
import { checkingMin, type ForesightSet } from "./sets.ts";

/** A reader, or a way of combining that was recorded beside a count of the same answers. */
export interface ReaderCase {
  readonly set: string;
  readonly reader: string;
  readonly tasks: number;
  /** Over all tasks: of the reader, of the count, and of the first less the second. */
  readonly accuracy: number;
  readonly counted: number;
  readonly gain: Interval;
}

/** One quantity, learned from some tasks and held against the others. */
export interface Held {
  readonly forecast: number;
  /** The mean over the same tasks as recorded: what one would say without a model. */
  readonly raw: number;
  readonly measured: number;
  readonly covered: boolean;
  readonly rawCovered: boolean;
}

export interface ReaderRow {
  readonly reader: string;
  readonly tasks: number;
  readonly checked: number;
  readonly split: number;
  readonly accuracy: Held;
  readonly count: Held;
  readonly gain: Held;
}

interface Found {
  readonly cases: readonly ReaderCase[];
  readonly rows: readonly ReaderRow[];
  readonly leftOut: readonly LeftOut[];
}

const tasksToLearnFrom = [30, 100];
const confidence = 0.9;

/** Recorded readers against the count of the same answers. */
export const readers: Part<Found> = {
  measure(set, campaign) {
    const found = measureReaders(set, campaign);
    const beside = combinersBeside(set);
    return found.cases.length + beside.length === 0 ? undefined : { ...found, cases: [...found.cases, ...beside] };
  },
  tell(found) {
    const all = found.flatMap(({ set, found: { rows } }) => rows.map((row) => ({ set, row })));
    const cells = [...new Set(all.map(({ set, row }) => JSON.stringify([set, row.reader, row.tasks])))].map((key) => {
      const of = all
        .filter(({ set, row }) => JSON.stringify([set, row.reader, row.tasks]) === key)
        .map(({ row }) => row);
      return { set: (JSON.parse(key) as string[])[0]!, rows: of };
    });
    const share = (rows: readonly ReaderRow[], of: (row: ReaderRow) => number) => mean(Float64Array.from(rows, of));
    const error = (rows: readonly ReaderRow[], what: Quantity, of: "forecast" | "raw") =>
      share(rows, (row) => Math.abs(row[what][of] - row[what].measured));
    const every = all.map(({ row }) => row);
    const checks = quantities.flatMap((what) => [
      check(
        `error of ${words[what]} at most that of the recorded mean`,
        every,
        "≤ 1",
        (rows) => error(rows, what, "forecast") / error(rows, what, "raw"),
        (ratio) => ratio <= 1,
      ),
      check(
        `90 % intervals of ${words[what]} cover`,
        every,
        "0.85–0.95",
        (rows) => share(rows, (row) => Number(row[what].covered)),
        (covered) => covered >= 0.85 && covered <= 0.95,
      ),
    ]);
    return {
      title: "Readers on real answers",
      words: [
        "A model that read recorded answers of others, beside a count of the same answers. Forecast: how often the reader is right by how many of the answers that it reads are, over the law of those answers; *recorded* is the plain mean over the same tasks.",
        "Splits of one set overlap: cases are not independent trials.",
      ],
      checks: every.length === 0 ? [] : checks,
      tables: [
        {
          title: "Where reading beats counting, all tasks",
          columns: ["set", "reader", "tasks", "reader right", "count right", "difference", "90 % interval", "better"],
          rows: found.flatMap(({ found: { cases } }) =>
            cases.map(({ set, reader, tasks, accuracy, counted, gain }) => [
              ...[set, reader, tasks, accuracy.toFixed(3), counted.toFixed(3), gain.value.toFixed(3)],
              ...[
                `${gain.low.toFixed(3)} to ${gain.high.toFixed(3)}`,
                gain.low > 0 ? "reader" : gain.high < 0 ? "count" : "cannot tell",
              ],
            ]),
          ),
        },
        {
          title: "Forecasts on the other tasks",
          columns: [
            "set",
            "reader",
            "k",
            "splits",
            ...quantities.flatMap((what) => [`${words[what]}: error`, "recorded", "bias", "covered", "recorded"]),
          ],
          rows: cells.map(({ set, rows }) => [
            ...[set, rows[0]!.reader, rows[0]!.tasks, rows.length],
            ...quantities.flatMap((what) => [
              ...[error(rows, what, "forecast").toFixed(4), error(rows, what, "raw").toFixed(4)],
              share(rows, (row) => row[what].forecast - row[what].measured).toFixed(4),
              ...[
                share(rows, (row) => Number(row[what].covered)).toFixed(2),
                share(rows, (row) => Number(row[what].rawCovered)).toFixed(2),
              ],
            ]),
          ]),
        },
      ],
      leftOut: found.flatMap(({ found: { leftOut } }) => leftOut),
    };
  },
};

type Quantity = "accuracy" | "count" | "gain";
const quantities: readonly Quantity[] = ["accuracy", "count", "gain"];
const words: Readonly<Record<Quantity, string>> = {
  accuracy: "the reader",
  count: "the count",
  gain: "reader − count",
};

function check(
  claim: string,
  rows: readonly ReaderRow[],
  target: string,
  figureOf: (rows: readonly ReaderRow[]) => number,
  isMet: (figure: number) => boolean,
): Check {
  const figure = rows.length > 0 ? figureOf(rows) : Number.NaN;
  return { claim, figure: figure.toFixed(3), target, met: isMet(figure) };
}

/** Recorded grades of reader and count, by task. */
interface Measured {
  readonly tasks: Uint32Array;
  readonly reader: Float64Array;
  readonly count: Float64Array;
}

/** Every recorded reader of this set, on all tasks and on splits of them. */
export function measureReaders(
  set: ForesightSet,
  { splits, seed }: { readonly splits: number; readonly seed: number },
): Found {
  const { table } = set.recordings;
  const readings = table.readings ?? [];
  const all = Uint32Array.from(table.tasks.keys());
  const cases: ReaderCase[] = [];
  const rows: ReaderRow[] = [];
  const leftOut: LeftOut[] = [];
  for (const transfer of calibrateReaders(readings, all, confidence)) {
    const name = `${transfer.reader} of ${transfer.members.length} × ${[...new Set(transfer.members)].join(", ")}`;
    const measured = measuredOf(transfer, readings);
    const { gain, accuracy, counted } = transfer;
    cases.push({
      set: set.name,
      reader: name,
      tasks: transfer.tasks,
      accuracy: accuracy.value,
      counted: counted.value,
      gain,
    });
    for (const k of tasksToLearnFrom) {
      if (measured.tasks.length - k < checkingMin) {
        const reason = `${measured.tasks.length - k < 0 ? "too few" : measured.tasks.length - k} tasks would be left to check on`;
        leftOut.push({ set: set.name, what: `${name}, ${k} tasks`, reason });
        continue;
      }
      for (let split = 0; split < splits; split++) {
        const order = permutation(measured.tasks.length, random(split, "readers", set.name, name, k, seed));
        rows.push(rowOf(set, transfer, measured, { order, k, split, name, seed }));
      }
    }
  }
  return { cases, rows, leftOut };
}

function measuredOf(transfer: ReaderTransfer, readings: readonly Reading[]): Measured {
  const byTask = new Map<number, Reading[]>();
  for (const reading of readings)
    if (sameReader(transfer, reading)) byTask.set(reading.task, [...(byTask.get(reading.task) ?? []), reading]);
  const tasks = Uint32Array.from(byTask.keys()).sort();
  const per = (of: (reading: Reading) => number) =>
    Float64Array.from(tasks, (task) => mean(Float64Array.from(byTask.get(task)!, of)));
  return { tasks, reader: per(({ grade }) => grade), count: per((reading) => countOf(reading).counted) };
}

const sameReader = ({ reader, members, messageTokens }: ReaderTransfer, reading: Reading) =>
  keyOfReading(reading) === readingKey(reader, members, messageTokens);

function rowOf(
  { recordings }: ForesightSet,
  transfer: ReaderTransfer,
  measured: Measured,
  { order, k, split, name, seed }: { order: Uint32Array; k: number; split: number; name: string; seed: number },
): ReaderRow {
  const at = (from: number, to: number) => [...order.subarray(from, to)].sort((a, b) => a - b);
  const [choosing, checking] = [at(0, k), at(k, order.length)];
  const tasks = Uint32Array.from(choosing, (i) => measured.tasks[i]!);
  const calibration = calibrate(recordings, { tasks, pairs: false, seed });
  const team = starOf(transfer);
  const learned = calibration.readers.find(
    (one) => one.reader === transfer.reader && `${one.members}` === `${transfer.members}`,
  )!;
  const options = { confidence, seed };
  const { reader, count } = forecastRecordedReader(
    team,
    answeringColumn(team, calibration),
    learned,
    calibration,
    options,
  );
  const pick = (values: Float64Array, some: readonly number[]) => Float64Array.from(some, (i) => values[i]!);
  const difference = measured.reader.map((right, i) => right - measured.count[i]!);
  const held = (values: Float64Array, forecast: number, low: number, high: number): Held => {
    const [here, there] = [pick(values, choosing), pick(values, checking)];
    const [raw, truth] = [mean(here), mean(there)];
    const t = studentTQuantile((1 + confidence) / 2, k - 1);
    const ofCheck = variance(there) / there.length; // of a check on so many tasks, which the interval is not about
    const reach = (end: number) => t * Math.sqrt(((end - forecast) / t) ** 2 + ofCheck);
    const rawReach = t * Math.sqrt(variance(here) / k + 0.25 / k ** 2 + ofCheck);
    return {
      ...{ forecast, raw, measured: truth },
      covered: truth >= forecast - reach(low) && truth <= forecast + reach(high),
      rawCovered: Math.abs(truth - raw) <= rawReach,
    };
  };
  return {
    ...{ reader: name, tasks: k, checked: checking.length, split },
    accuracy: held(measured.reader, reader.accuracy, reader.accuracyLow, reader.accuracyHigh),
    count: held(measured.count, count.accuracy, count.accuracyLow, count.accuracyHigh),
    gain: held(difference, reader.gain, reader.gainLow, reader.gainHigh),
  };
}

function starOf({ reader, members, messageTokens }: ReaderTransfer) {
  const member = (name: string, samples = 1) => {
    const [agent, level] = name.split("~");
    return { agent: agent!, ...(level !== undefined && { level }), samples };
  };
  return makeTeam("star", {
    sizes: [members.length],
    messageTokens: messageTokens === undefined ? [] : [messageTokens],
    cast: [
      { role: "leaf", members: [...new Set(members)].map((name) => member(name)) },
      { role: "reader", members: [member(reader)] },
    ],
  });
}

/** Ways to combine the same proposals, where only what came out was recorded: every other against the count of them. */
const countName = "majority_vote";

/** Paired over tasks; nothing is forecast, as nobody recorded what was read. */
export function combinersBeside(set: ForesightSet): readonly ReaderCase[] {
  const { table } = set.recordings;
  const counted = findColumn(table, countName);
  if (!counted) return [];
  return table.columns
    .filter(({ name }) => name !== countName)
    .map((column) => {
      const [a, b] = [shares(column, table), shares(counted, table)];
      const both = [...a.keys()].filter((task) => !Number.isNaN(a[task]! - b[task]!));
      const gains = Float64Array.from(both, (task) => a[task]! - b[task]!);
      const half =
        studentTQuantile((1 + confidence) / 2, gains.length - 1) *
        Math.sqrt(variance(gains) / gains.length + 0.25 / gains.length ** 2);
      const value = mean(gains);
      return {
        ...{ set: set.name, reader: column.name, tasks: both.length },
        accuracy: mean(Float64Array.from(both, (task) => a[task]!)),
        counted: mean(Float64Array.from(both, (task) => b[task]!)),
        gain: { value, low: value - half, high: value + half, confidence },
      };
    });
}

function shares({ start, grade }: AnswerTable["columns"][number], { tasks }: AnswerTable): Float64Array {
  return Float64Array.from(tasks, (_, task) => mean(grade.subarray(start[task]!, start[task + 1]!)));
}
