// Whom a plan would add to its best vote next and whom it could do without, held against what the change did on other tasks.
import { calibrate } from "../../src/calibrate/calibrate.ts";
import { KnownError } from "../../src/errors.ts";
import { parseTeam } from "../../src/organizations/parse-team.ts";
import { mean, pick, variance } from "../../src/plan/choose.ts";
import { plan } from "../../src/plan/plan.ts";
import type { CastAdvice, CastChange } from "../../src/plan/plan-types.ts";
import { outcomesCached } from "../../src/simulate/replay.ts";
import { isMeasured } from "../../src/theory/interval.ts";
import { normalCdf, studentTQuantile } from "../../src/theory/special.ts";
import type { LeftOut, Part, Told } from "./part.ts";
import { checkable, type ForesightSet, recordedOn, splitAt, splitsOf, taskCounts } from "./sets.ts";

const confidence = 0.9;
const budgetCalls = 5;
/** With fewer agents there is nobody to add or to drop. */
const agentsMin = 3;

/** One change of one plan's best vote. */
export interface CastRow {
  readonly set: string;
  readonly tasks: number;
  readonly way: "add" | "drop";
  /** True of the change that stands first. */
  readonly first: boolean;
  readonly promised: number;
  readonly measured: number;
  /** Of the 90 % interval with the check's own Var/M. */
  readonly covered: boolean;
  /** P(better), of all tasks and of tasks of this number. */
  readonly said: number;
  readonly saidOfCheck: number;
}

export interface CastRows {
  readonly rows: readonly CastRow[];
  readonly leftOut: readonly LeftOut[];
}

export const casts: Part<CastRows> = {
  measure(set, campaign) {
    if (set.recordings.table.columns.length < agentsMin) return undefined;
    const { kept, leftOut } = checkable(set, taskCounts, "changes");
    const rows = kept.flatMap((count) => splitsOf(campaign).flatMap((split) => changesOf(set, count, split)));
    return { rows, leftOut };
  },
  tell: tellCasts,
};

function changesOf(set: ForesightSet, tasks: number, split: number): CastRow[] {
  const { choosing, checking } = splitAt(set, tasks, split);
  const calibration = calibrate(recordedOn(set, choosing, set.samples, split), {
    confidence,
    seed: split,
    pairs: false,
  });
  const advice = adviceOf(
    () =>
      plan(calibration, {
        perTask: { amount: budgetCalls, unit: "calls" },
        confidence,
        seed: split,
        recordedOnly: true,
      }).castAdvice,
  );
  if (!advice) return [];
  const { table } = set.recordings;
  const knownNames = table.columns.map(({ name }) => name);
  const there = (text: string) =>
    pick(outcomesCached(parseTeam(text, { knownNames }), table, { seed: 1 }).accuracy, checking);
  const before = there(advice.team);
  const row = (way: CastRow["way"], { team, gain, probabilityBetter }: CastChange, at: number): CastRow => {
    const after = there(team);
    const differences = after.map((value, t) => value - before[t]!).filter((value) => !Number.isNaN(value));
    const measured = mean(differences);
    const noise = Math.sqrt(variance(differences) / differences.length);
    const side = measured > gain.mean ? gain.high - gain.mean : gain.mean - gain.low;
    const t = (on: number) => studentTQuantile((1 + confidence) / 2, on - 1);
    const error = (gain.high - gain.mean) / t(tasks);
    return {
      ...{ set: set.name, tasks, way, first: at === 0, promised: gain.mean, measured },
      covered: Math.abs(measured - gain.mean) <= Math.hypot(side, t(differences.length) * noise),
      said: probabilityBetter,
      saidOfCheck: normalCdf(gain.mean / Math.hypot(error, noise)),
    };
  };
  return [
    ...advice.add.map((change, at) => row("add", change, at)),
    ...advice.drop.map((change, at) => row("drop", change, at)),
  ];
}

function adviceOf(make: () => ReturnType<typeof plan>["castAdvice"]): CastAdvice | null {
  try {
    const made = make();
    return isMeasured<CastAdvice>(made) ? made : null;
  } catch (error) {
    if (error instanceof KnownError) return null; // nothing fits the budget
    throw error;
  }
}

const average = (rows: readonly CastRow[], of: (row: CastRow) => number) => mean(Float64Array.from(rows, of));
const isTrue = ({ measured }: CastRow) => (measured > 0 ? 1 : measured < 0 ? 0 : 0.5);

function tellCasts(found: readonly { readonly found: CastRows }[]): Told {
  const rows = found.flatMap(({ found: one }) => one.rows);
  const line = (title: string, some: readonly CastRow[]) => [
    ...[title, some.length],
    ...[
      average(some, ({ promised }) => 100 * promised),
      average(some, ({ measured }) => 100 * measured),
      average(some, ({ promised, measured }) => 100 * Math.abs(promised - measured)),
    ].map((points) => points.toFixed(2)),
    ...[
      average(some, ({ covered }) => Number(covered)),
      average(some, ({ said }) => said),
      average(some, ({ saidOfCheck }) => saidOfCheck),
      average(some, isTrue),
    ].map((share) => share.toFixed(3)),
  ];
  const ways = (["add", "drop"] as const).flatMap((way) =>
    [false, true].flatMap((first) =>
      taskCounts.map((tasks) => ({
        title: `${way}, ${first ? "the first" : "all"}, ${tasks} tasks`,
        some: rows.filter((row) => row.way === way && (!first || row.first) && row.tasks === tasks),
      })),
    ),
  );
  const sets = [...new Set(rows.map(({ set }) => set))].map((set) => ({
    title: `${set}, all`,
    some: rows.filter((row) => row.set === set),
  }));
  const covered = average(rows, (row) => Number(row.covered));
  const sure = rows.filter(({ said }) => said >= confidence || said <= 1 - confidence);
  const [said, came] = [average(sure, ({ saidOfCheck: p }) => Math.max(p, 1 - p)), average(sure, asSaid)];
  return {
    title: "Changes of a cast",
    words: [
      `The best vote of several agents that a plan of ${budgetCalls} calls priced, with one member more or less: gain in points as told and as measured on the other tasks. *Of this check*: P(better) with the noise that the sign of a gain has on so many tasks.`,
    ],
    checks: [
      {
        claim: "90 % intervals of the gain of a change cover",
        figure: covered.toFixed(3),
        target: "0.85–0.95",
        met: covered >= 0.85 && covered <= 0.95,
      },
      {
        claim: `what is told with P ≥ 0.9 either way comes true (${sure.length} changes)`,
        figure: `said of these checks ${said.toFixed(3)}, true ${came.toFixed(3)}`,
        target: "within 0.03",
        met: Math.abs(said - came) <= 0.03,
      },
    ],
    tables: [
      {
        title: "Told and measured",
        columns: [
          ...["changes", "cases", "gain told", "measured", "error", "covered", "P said", "of this check", "true"],
        ],
        rows: [...ways, ...sets].filter(({ some }) => some.length > 0).map(({ title, some }) => line(title, some)),
      },
    ],
    leftOut: found.flatMap(({ found: one }) => one.leftOut),
  };
}

const asSaid = (row: CastRow) => (row.said >= 0.5 ? isTrue(row) : 1 - isTrue(row));
