// Costs of teams on tasks that nobody calibrated on: does the predictive interval hold them? Nothing here knows a set.
import { calibrate } from "../../src/calibrate/calibrate.ts";
import { KnownError } from "../../src/errors.ts";
import { parseTeam } from "../../src/organizations/parse-team.ts";
import type { Team } from "../../src/organizations/team.ts";
import { forecast } from "../../src/plan/forecast.ts";
import { outcomes } from "../../src/simulate/replay.ts";
import { isMeasured } from "../../src/theory/interval.ts";
import { permutation, random } from "../../src/theory/random.ts";
import type { Campaign, Part, Told } from "./part.ts";
import { type ForesightSet, recordedOn, splitAt } from "./sets.ts";

const units = ["calls", "tokens", "tokensIn", "tokensOut", "usd", "seconds"] as const;
type Unit = (typeof units)[number];
const kinds = ["single", "vote", "ahead", "panel", "cascade"] as const;
type Kind = (typeof kinds)[number];

/** One forecast cost, and what the same team cost on the other tasks. */
export interface CostRow {
  readonly set: string;
  readonly kind: Kind;
  readonly unit: Unit;
  readonly tasks: number;
  /** (forecast − measured)/measured */
  readonly error: number;
  /** Below, inside or above the predictive interval: the forecast's own, each side widened by √(1 + k/M). */
  readonly side: -1 | 0 | 1;
}

/** Samples to learn from: as many as somebody records who wants to know what repeating brings. */
const samplesMost = 5;
/** A check on fewer tasks says little. */
const checkingMin = 50;

/** All costs that vary over tasks or runs, and were recorded on the tasks learned from and on the others. */
export function costRows(set: ForesightSet, tasks: number, { splits, seed }: Campaign): CostRow[] {
  const { table } = set.recordings;
  if (table.tasks.length < tasks + checkingMin) return [];
  return Array.from({ length: splits }, (_, i) => seed + i).flatMap((split) => {
    const { choosing, checking } = splitAt(set, tasks, split);
    const calibration = calibrate(recordedOn(set, choosing, samplesMost, split), { pairs: false, seed: split });
    return teamsOf(set, split).flatMap(([kind, team]) => {
      const cost = costOf(team, calibration);
      if (!cost) return [];
      const found = outcomes(team, table, { seed: split });
      return units.flatMap((unit): CostRow[] => {
        const told = cost[unit];
        if (!isMeasured(told) || told.high === told.low) return []; // what never varies needs no forecast
        const values = [...checking].map((task) => found[unit][task]!).filter((value) => !Number.isNaN(value));
        if (values.length < checkingMin) return [];
        const measured = values.reduce((sum, value) => sum + value, 0) / values.length;
        if (measured === 0) return [];
        const wider = Math.sqrt(1 + tasks / values.length);
        const below = measured < told.mean - (told.mean - told.low) * wider;
        const above = measured > told.mean + (told.high - told.mean) * wider;
        const side = below ? -1 : above ? 1 : 0;
        return [{ set: set.name, kind, unit, tasks, error: told.mean / measured - 1, side }];
      });
    });
  });
}

function costOf(team: Team, calibration: Parameters<typeof forecast>[1]) {
  try {
    return forecast(team, calibration).cost;
  } catch (error) {
    if (error instanceof KnownError) return undefined; // too few answers of some member
    throw error;
  }
}

/** One team of every kind that the set has the answers for, its members drawn anew for every split. */
function teamsOf({ recordings, samples, name }: ForesightSet, split: number): (readonly [Kind, Team])[] {
  const { columns } = recordings.table;
  const names = columns.map((column) => column.name);
  const order = permutation(names.length, random(split, "cost teams", name));
  const [a, b, c] = Array.from(order, (i) => names[i]!.replace(/[@,+:%=/~]/g, encodeURIComponent));
  const texts: (readonly [Kind, string])[] = [
    ["single", `single@${a}`],
    ...(samples >= 3 ? ([["vote", `vote:3@${a}`]] as const) : []),
    ...(samples >= 5 ? ([["ahead", `ahead:2/5@${a}`]] as const) : []),
    ...(c === undefined
      ? []
      : ([
          ["panel", `vote@${a},${b},${c}`],
          ["cascade", `cascade@${a}+${b},${c}`],
        ] as const)),
  ];
  return texts.map(([kind, text]) => [kind, parseTeam(text, { knownNames: columns.map(({ agent }) => agent) })]);
}

/** Calibration tasks. */
const sizes = [30, 100] as const;

export const costs: Part<readonly CostRow[]> = {
  measure(set, campaign) {
    const rows = sizes.flatMap((tasks) => costRows(set, tasks, campaign));
    return rows.length > 0 ? rows : undefined;
  },
  tell(found): Told {
    const rows = found.flatMap((one) => one.found);
    const over = (some: readonly CostRow[]) => {
      const share = (of: (row: CostRow) => boolean) => some.filter(of).length / some.length;
      const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
      const error = some.reduce((sum, row) => sum + Math.abs(row.error), 0) / some.length;
      return [
        some.length,
        percent(error),
        percent(share(({ side }) => side === 0)),
        percent(share(({ side }) => side < 0)),
        percent(share(({ side }) => side > 0)),
      ];
    };
    const table = (title: string, names: readonly string[], of: (row: CostRow) => string) => ({
      title,
      columns: [title, "k", "forecasts", "mean error", "covered", "below", "above"],
      rows: names.flatMap((name) =>
        sizes.flatMap((tasks) => {
          const some = rows.filter((row) => of(row) === name && row.tasks === tasks);
          return some.length === 0 ? [] : [[name, tasks, ...over(some)]];
        }),
      ),
    });
    const covered = rows.filter(({ side }) => side === 0).length / rows.length;
    return {
      title: "Costs",
      words: [
        "Calls, tokens, dollars and seconds of singles, votes of 3, `ahead:2/5`, panels and cascades of three, forecast from k tasks with up to five samples and replayed on all others; what never varies is left out. 90 % intervals, widened by √(1 + k/M) for the check. Splits of one set share its tasks: cases are not independent.",
      ],
      checks: [
        {
          claim: "90 % intervals of costs cover",
          figure: `${(100 * covered).toFixed(1)} % of ${rows.length}`,
          target: "85 to 95 %",
          met: covered >= 0.85 && covered <= 0.95,
        },
      ],
      tables: [
        table("unit", units, ({ unit }) => unit),
        table("kind", kinds, ({ kind }) => kind),
        table("set", [...new Set(rows.map(({ set }) => set))], ({ set }) => set),
      ],
      leftOut: [],
    };
  },
};
