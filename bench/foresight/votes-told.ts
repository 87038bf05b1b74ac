// What the rows of the campaign on votes say: ratios to the reference, coverage, tables, and claims held against targets.
import type { Check, Table, Told } from "./part.ts";
import type { Miss, VoteMethod, VoteRow, VoteRows } from "./votes.ts";

/** Figures of one method over many rows; ratios are sums of |error| over the same of the full samples. */
export interface VoteFigures {
  readonly group: string;
  readonly method: VoteMethod;
  readonly cases: number;
  readonly accuracy: Figure;
  readonly gain: Figure;
  readonly calls: Figure;
  readonly usd: Figure;
}

export interface Figure {
  readonly cases: number;
  readonly error: number;
  readonly bias: number;
  readonly ratio: number;
  /** Share of the checks inside the 90 % interval; NaN for methods without one. */
  readonly covered: number;
}

/** The rows by group and method; rows whose group is undefined are left out. */
export function voteFigures(
  rows: readonly VoteRow[],
  groupOf: (row: VoteRow) => string | undefined = kindOf,
): VoteFigures[] {
  const groups = new Map<string, Map<VoteMethod, VoteRow[]>>();
  for (const row of rows) {
    const group = groupOf(row);
    if (group === undefined) continue;
    const byMethod = groups.get(group) ?? new Map<VoteMethod, VoteRow[]>();
    groups.set(group, byMethod);
    const some = byMethod.get(row.method) ?? [];
    byMethod.set(row.method, some);
    some.push(row);
  }
  return [...groups].flatMap(([group, byMethod]) =>
    [...byMethod].map(([method, some]) => {
      const figure = (of: "accuracy" | "gain" | "calls" | "usd"): Figure => {
        const misses = some.flatMap((row) => row[of] ?? []);
        const reference = absoluteError((byMethod.get("full samples") ?? []).flatMap((row) => row[of] ?? []));
        const stated = misses.filter(({ inside }) => inside !== undefined);
        return {
          cases: misses.length,
          error: absoluteError(misses),
          bias: misses.reduce((sum, { error }) => sum + error, 0) / misses.length,
          ratio: absoluteError(misses) / reference,
          covered: stated.filter(({ inside }) => inside).length / stated.length,
        };
      };
      return {
        group,
        method,
        cases: some.length,
        accuracy: figure("accuracy"),
        gain: figure("gain"),
        calls: figure("calls"),
        usd: figure("usd"),
      };
    }),
  );
}

const absoluteError = (misses: readonly Miss[]) =>
  misses.reduce((sum, { error }) => sum + Math.abs(error), 0) / misses.length;

/** The kinds on which targets are set; undefined where the calibration had every sample, so that the reference is the same data. */
export function kindOf({ samples, recorded, way, answersKnown }: VoteRow): string | undefined {
  if (samples >= recorded) return undefined;
  return `${way}, ${answersKnown ? "answers" : "right or wrong"}`;
}

/** Votes and races, all agents together and by what is recorded of them. */
const kinds: readonly { readonly title: string; readonly holds: (row: VoteRow) => boolean }[] = (
  ["vote", "ahead"] as const
).flatMap((way) => [
  { title: way === "vote" ? "votes" : "`ahead`", holds: (row: VoteRow) => row.way === way },
  ...[true, false].map((known) => ({
    title: `${way === "vote" ? "votes" : "`ahead`"}, ${known ? "answers" : "right or wrong"} recorded`,
    holds: (row: VoteRow) => row.way === way && row.answersKnown === known,
  })),
]);

/** The full samples are a reference only where fewer were learned from. */
export const isThinned = ({ samples, recorded }: VoteRow) => samples < recorded;

const methods: Readonly<Record<VoteMethod, string>> = {
  quorate: "quorate",
  "full samples": "full-sample reference",
  independent: "independent votes",
  map: "the paper’s map, total ρ",
  clamped: "resampling, at most r of r",
  replaced: "resampling with replacement",
};

const number = (value: number, digits: number) => (Number.isFinite(value) ? value.toFixed(digits) : "–");

/** Of all sets together. */
export function tellVotes(found: readonly { readonly found: VoteRows }[]): Told {
  const rows = found.flatMap(({ found: one }) => one.rows);
  const thinned = rows.filter(isThinned);
  const byKind = kinds.flatMap(({ title, holds }) => voteFigures(thinned.filter(holds), () => title));
  const cells = voteFigures(
    rows.filter(({ method }) => method === "quorate" || method === "full samples"),
    ({ set, way, tasks, samples }) => [set, way, tasks, samples].join("|"),
  );
  return {
    title: "Votes and sampling until an answer leads",
    words: [
      "One agent asked 1 to 33 times, and `ahead:1/5`, `2/9`, `3/15`; at most six agents of a set, drawn by its name. Errors in points; *ratio*: sum of errors over that of replaying the same team on the same calibration tasks with all recorded samples, counted where fewer were learned from; gain over one call of the same agent. *Covered*: share of checks inside the 90 % interval with the check’s own Var/M.",
    ],
    checks: claimsOf(byKind),
    tables: [methodTable(byKind), cellTable(cells)],
    leftOut: found.flatMap(({ found: one }) => one.leftOut),
  };
}

function methodTable(figures: readonly VoteFigures[]): Table {
  return {
    title: "By kind and method",
    columns: [
      ...["kind", "method", "forecasts", "accuracy: error", "bias", "ratio", "covered"],
      ...["gain: error", "bias", "ratio", "covered", "calls: error", "ratio", "covered"],
    ],
    rows: figures.map(({ group, method, cases, accuracy, gain, calls }) => [
      ...[group, methods[method], cases, ...figureCells(accuracy), ...figureCells(gain)],
      ...[number(calls.error, 3), number(calls.ratio, 2), number(calls.covered, 3)],
    ]),
  };
}

const figureCells = ({ error, bias, ratio, covered }: Figure) => [
  ...[number(100 * error, 2), number(100 * bias, 2), number(ratio, 2), number(covered, 3)],
];

function cellTable(figures: readonly VoteFigures[]): Table {
  return {
    title: "By set, tasks and samples",
    columns: [
      ...["set", "way", "tasks", "samples", "forecasts", "accuracy: error", "bias", "ratio", "covered"],
      ...["gain: error", "bias", "ratio", "covered"],
    ],
    rows: figures
      .filter(({ method }) => method === "quorate")
      .map(({ group, cases, accuracy, gain }) => {
        const [set, way, tasks, samples] = group.split("|") as [string, string, string, string];
        return [set, way, Number(tasks), Number(samples), cases, ...figureCells(accuracy), ...figureCells(gain)];
      }),
  };
}

function claimsOf(figures: readonly VoteFigures[]): Check[] {
  return [...new Set(figures.map(({ group }) => group))].flatMap((group) => {
    const of = (method: VoteMethod) => figures.find((one) => one.group === group && one.method === method)!;
    const { accuracy, gain } = of("quorate");
    const within = ({ covered }: Figure) => covered >= 0.85 && covered <= 0.95;
    const claim = (what: string, figure: number, digits: number, target: string, met: boolean): Check => ({
      ...{ claim: `${group}: ${what}`, figure: figure.toFixed(digits), target, met },
    });
    return [
      claim("error of accuracy against the reference", accuracy.ratio, 3, "≤ 1.08", accuracy.ratio <= 1.08),
      claim("error of the gain against the reference", gain.ratio, 3, "≤ 1.10", gain.ratio <= 1.1),
      claim("accuracy covered", accuracy.covered, 3, "0.85–0.95", within(accuracy)),
      claim("gain covered", gain.covered, 3, "0.85–0.95", within(gain)),
      ...(["independent", "map", "clamped", "replaced"] as const).flatMap((method) =>
        (["accuracy", "gain"] as const).map((what) => {
          const ratio = of("quorate")[what].error / of(method)[what].error;
          return claim(`error of ${what} against ${methods[method]}`, ratio, 3, "< 1", ratio < 1);
        }),
      ),
    ];
  });
}
