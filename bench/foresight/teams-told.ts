// What the rows of the campaign on teams say: figures with their errors, tables, and claims held against targets.
import type { Check, Table, Told } from "./part.ts";
import type { BoughtRow, Buyer, Cell, FurtherRow, Kept, NamedRow, TeamsRows } from "./teams.ts";

/** A share or mean of rows, with its standard error over splits (rows of one split share their tasks). */
export interface Figure {
  readonly mean: number;
  readonly error: number;
  readonly count: number;
}

/** Mean over rows; error: standard error over (set, split), each the sum of its rows. */
export function figure<T extends Cell>(rows: readonly T[], of: (row: T) => number): Figure {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const row of rows) {
    const value = of(row);
    if (Number.isNaN(value)) continue;
    const key = `${row.set} ${row.split}`;
    const known = sums.get(key) ?? { sum: 0, count: 0 };
    sums.set(key, { sum: known.sum + value, count: known.count + 1 });
  }
  const trials = [...sums.values()];
  const count = trials.reduce((total, trial) => total + trial.count, 0);
  const center = trials.reduce((total, trial) => total + trial.sum, 0) / count;
  const squares = trials.reduce((total, trial) => total + (trial.sum - trial.count * center) ** 2, 0);
  const error = trials.length > 1 ? Math.sqrt((squares * trials.length) / (trials.length - 1)) / count : Number.NaN;
  return { mean: center, error, count };
}

const errorOf = ({ promised, measured }: Kept) => promised - measured;

/** Ratio of summed absolute errors. */
function ratio<T>(rows: readonly T[], own: (row: T) => number, other: (row: T) => number): number {
  const total = (of: (row: T) => number) => rows.reduce((sum, row) => sum + Math.abs(of(row)), 0);
  return total(own) / total(other);
}

/** Named teams in these rows: error of the forecast and of each baseline, coverage of accuracy and gain. */
export function namedSummary(rows: readonly NamedRow[]) {
  const against = (of: (row: NamedRow) => number) => figure(rows, (row) => Math.abs(of(row) - row.accuracy.measured));
  return {
    rows: rows.length,
    error: figure(rows, ({ accuracy }) => Math.abs(errorOf(accuracy))),
    raw: against(({ baselines }) => baselines.raw),
    independent: against(({ baselines }) => baselines.independent),
    map: against(({ baselines }) => baselines.map),
    reference: against(({ baselines }) => baselines.reference),
    bias: figure(rows, ({ accuracy }) => errorOf(accuracy)),
    gainError: figure(rows, ({ gain }) => Math.abs(errorOf(gain))),
    coveredAccuracy: figure(rows, ({ accuracy }) => Number(accuracy.covered)),
    coveredGain: figure(rows, ({ gain }) => Number(gain.covered)),
  };
}

/** Named teams that ask a member more often than was learned from. */
export function furtherSummary(rows: readonly FurtherRow[]) {
  return {
    rows: rows.length,
    error: figure(rows, ({ accuracy }) => Math.abs(errorOf(accuracy))),
    reference: figure(rows, ({ accuracy, reference }) => Math.abs(reference - accuracy.measured)),
    ratio: ratio(
      rows,
      ({ accuracy }) => errorOf(accuracy),
      ({ accuracy, reference }) => reference - accuracy.measured,
    ),
    bias: figure(rows, ({ accuracy }) => errorOf(accuracy)),
    coveredAccuracy: figure(rows, ({ accuracy }) => Number(accuracy.covered)),
  };
}

type WithTeam = BoughtRow & {
  readonly team: NonNullable<BoughtRow["team"]>;
  readonly raw: NonNullable<BoughtRow["raw"]>;
};
const hasTeam = (row: BoughtRow): row is WithTeam => row.team !== null && row.raw !== null;

/** Difference from which a single agent and a team are told apart. */
const clear = 0.02;

/** What was bought in these rows: promises kept, regrets, P, further tasks. */
export function boughtSummary(rows: readonly BoughtRow[]) {
  const withTeams = rows.filter(hasTeam);
  const bought = withTeams.filter(({ kind, raw }) => kind !== "single" || raw.bought);
  const ownTeams = withTeams.filter(({ kind }) => kind !== "single");
  const gained = (row: WithTeam) => (row.kind === "single" ? 0 : errorOf(row.team.gain)); // one agent gains nothing on itself
  const rawGained = (row: WithTeam) => (row.raw.bought ? errorOf(row.raw.gain) : 0);
  const told = rows.filter(({ teamsAhead }) => Math.abs(teamsAhead) > clear);
  const sure = withTeams.filter(({ team }) => team.probabilityBetter >= 0.9);
  const open = rows.flatMap((row) => (row.further ? [{ ...row, further: row.further }] : []));
  const each = (of: (row: BoughtRow, buyer: Buyer) => number) => ({
    best: figure(rows, (row) => of(row, "best")),
    advised: figure(rows, (row) => of(row, "advised")),
    single: figure(rows, (row) => of(row, "single")),
    raw: figure(rows, (row) => of(row, "raw")),
  });
  return {
    rows: rows.length,
    bought: {
      cases: bought.length,
      error: figure(bought, (row) => Math.abs(gained(row))),
      rawError: figure(bought, (row) => Math.abs(rawGained(row))),
      ratio: ratio(bought, gained, rawGained),
      bias: figure(ownTeams, ({ team }) => errorOf(team.gain)),
      rawBias: figure(
        withTeams.filter(({ raw }) => raw.bought),
        ({ raw }) => errorOf(raw.gain),
      ),
      coveredGain: figure(ownTeams, ({ team }) => Number(team.gain.covered)),
      rawCoveredGain: figure(
        withTeams.filter(({ raw }) => raw.bought),
        ({ raw }) => Number(raw.gain.covered),
      ),
      accuracyBias: figure(rows, ({ purchase }) => errorOf(purchase.accuracy)),
      coveredAccuracy: figure(rows, ({ purchase }) => Number(purchase.accuracy.covered)),
    },
    /** The best team of every row, bought or not: the same cases for both. */
    bestTeam: {
      cases: withTeams.length,
      error: figure(withTeams, ({ team }) => Math.abs(errorOf(team.gain))),
      rawError: figure(withTeams, ({ raw }) => Math.abs(errorOf(raw.gain))),
      ratio: ratio(
        withTeams,
        ({ team }) => errorOf(team.gain),
        ({ raw }) => errorOf(raw.gain),
      ),
      bias: figure(withTeams, ({ team }) => errorOf(team.gain)),
      rawBias: figure(withTeams, ({ raw }) => errorOf(raw.gain)),
      coveredGain: figure(withTeams, ({ team }) => Number(team.gain.covered)),
    },
    regret: each((row, buyer) => row.regret[buyer]),
    fairRegret: each((row, buyer) => row.fairRegret[buyer]),
    singleOrTeam: {
      best: figure(told, ({ kind, teamsAhead }) => Number((kind !== "single") === teamsAhead > 0)),
      raw: figure(told, ({ raw, teamsAhead }) => Number((raw?.bought ?? false) === teamsAhead > 0)),
    },
    better: {
      said: figure(sure, ({ team }) => team.probabilityBetter),
      measured: figure(sure, ({ team }) => team.probabilityMeasured),
      true: figure(sure, isTrue),
    },
    further: {
      cases: open.length,
      censored: open.filter(({ further }) => further.censored).length,
      /** A censored count is held where the range reaches as far: nothing contradicts it. */
      held: figure(open, ({ further: { needed, censored, low, high } }) =>
        Number(high >= needed && (censored || low <= needed)),
      ),
      heldWhereSeen: figure(
        open.filter(({ further }) => !further.censored),
        ({ further: { needed, low, high } }) => Number(high >= needed && low <= needed),
      ),
    },
  };
}

const isTrue = ({ team: { gain } }: WithTeam) => (gain.measured > 0 ? 1 : gain.measured < 0 ? 0 : 0.5);

const edges = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 1.0001];

/** P(better) as said, what that is on tasks of this number, and how often it was true on them; a tie is half true. */
export function reliability(rows: readonly WithTeam[]) {
  return edges.slice(1).flatMap((to, i) => {
    const from = edges[i]!;
    const here = rows.filter(({ team }) => team.probabilityBetter >= from && team.probabilityBetter < to);
    if (here.length === 0) return [];
    return [
      {
        from,
        to: Math.min(1, to),
        said: figure(here, ({ team }) => team.probabilityBetter),
        measured: figure(here, ({ team }) => team.probabilityMeasured),
        true: figure(here, isTrue),
      },
    ];
  });
}

/** A set has many agents from so many on: fewer make no search to be lucky in. */
const manyAgents = 8;

const groups: readonly { readonly title: string; readonly holds: (row: Cell) => boolean }[] = [
  { title: "many agents, one sample", holds: ({ of }) => of.agents >= manyAgents && of.samples === 1 },
  { title: "many agents, several samples", holds: ({ of }) => of.agents >= manyAgents && of.samples > 1 },
  { title: `2 to ${manyAgents - 1} agents`, holds: ({ of }) => of.agents < manyAgents },
];

/** Of all sets together. */
export function tellTeams(found: readonly { readonly found: TeamsRows }[]): Told {
  const named = found.flatMap(({ found: one }) => one.named);
  const further = found.flatMap(({ found: one }) => one.further);
  const bought = found.flatMap(({ found: one }) => one.bought);
  const cells = groups.flatMap(({ title, holds }) =>
    [...new Set(bought.map(({ tasks }) => tasks))]
      .sort((a, b) => a - b)
      .map((tasks) => ({ title, tasks, holds: (row: Cell) => holds(row) && row.tasks === tasks })),
  );
  const sets = [...new Set(bought.map(({ set }) => set))].flatMap((set) =>
    [...new Set(bought.filter((row) => row.set === set).map(({ tasks }) => tasks))].map((tasks) => ({
      title: set,
      tasks,
      holds: (row: Cell) => row.set === set && row.tasks === tasks,
    })),
  );
  const both = [...cells, ...sets].filter(({ holds }) => bought.some(holds));
  return {
    title: "Teams of several agents",
    words: [
      "Named teams are drawn at random: a panel of every size from 2 to 9 and cascades of two and three stages; with two samples learned from also votes and a cascade of two agents that ask one of them three to nine times, held against replays with all samples. Bought ones are chosen by `plan` from all that the recordings can replay, at five budgets in calls and, where every agent has a price, five in dollars; every second split offers 4 to 10 agents drawn at random. Means over splits, ± their standard error; errors, biases and regrets in points. *Raw* is the plain share of right answers on the calibration tasks (plain resampling), which also buys for itself. *Fair* regret: the best candidate is chosen on one half of the checking tasks and scored on the other, so that hindsight is not rewarded for luck. *Said of this check*: P(better) is about all tasks there are; on the M tasks of a check the sign has noise of its own, Φ(g/√(s²/k + Var/M)). *Further tasks*: the calibration goes on in random order until P(better) of the same two reaches 0.9 either way; where the set ends before (censored) a range counts as holding if it reaches as far.",
    ],
    checks: [...claimsOf(named, bought), ...furtherClaims(further)],
    tables: [
      namedTable(
        named,
        [...cells, ...sets].filter(({ holds }) => named.some(holds)),
      ),
      askedFurtherTable(
        further,
        [...cells, ...sets].filter(({ holds }) => further.some(holds)),
      ),
      boughtTable(bought, both),
      regretTable(bought, both),
      betterTable(bought),
      furtherTable(bought, both),
    ],
    leftOut: found.flatMap(({ found: one }) => one.leftOut),
  };
}

interface Selection {
  readonly title: string;
  readonly tasks: number;
  readonly holds: (row: Cell) => boolean;
}

const plusMinus = ({ mean: value, error }: Figure, scale: number, digits: number) =>
  Number.isFinite(value)
    ? `${(scale * value).toFixed(digits)}${Number.isFinite(error) ? ` ± ${(scale * error).toFixed(digits)}` : ""}`
    : "–";
const points = (of: Figure) => plusMinus(of, 100, 2);
const share = (of: Figure) => plusMinus(of, 1, 2);

function namedTable(rows: readonly NamedRow[], selections: readonly Selection[]): Table {
  return {
    title: "Named teams",
    columns: [
      ...["sets", "tasks", "teams", "error", "raw joint", "independent", "map, total ρ", "full-sample reference"],
      ...["bias", "accuracy covered", "gain covered"],
    ],
    rows: selections.map(({ title, tasks, holds }) => {
      const s = namedSummary(rows.filter(holds));
      return [
        ...[title, tasks, s.rows, points(s.error), points(s.raw), points(s.independent), points(s.map)],
        ...[points(s.reference), points(s.bias), share(s.coveredAccuracy), share(s.coveredGain)],
      ];
    }),
  };
}

function askedFurtherTable(rows: readonly FurtherRow[], selections: readonly Selection[]): Table {
  return {
    title: "Named teams that ask a member more often than was learned from",
    columns: ["sets", "tasks", "teams", "error", "full-sample reference", "ratio", "bias", "accuracy covered"],
    rows: selections.map(({ title, tasks, holds }) => {
      const s = furtherSummary(rows.filter(holds));
      return [
        ...[title, tasks, s.rows, points(s.error), points(s.reference), s.ratio.toFixed(2)],
        ...[points(s.bias), share(s.coveredAccuracy)],
      ];
    }),
  };
}

function boughtTable(rows: readonly BoughtRow[], selections: readonly Selection[]): Table {
  return {
    title: "Bought teams: the gain that was promised",
    columns: [
      ...["sets", "tasks", "purchases", "teams bought", "error", "raw error", "ratio", "bias", "raw bias"],
      ...["gain covered", "accuracy: bias", "covered"],
    ],
    rows: selections.map(({ title, tasks, holds }) => {
      const { rows: all, bought: s } = boughtSummary(rows.filter(holds));
      return [
        ...[title, tasks, all, s.cases, points(s.error), points(s.rawError)],
        ...[Number.isFinite(s.ratio) ? s.ratio.toFixed(2) : "–", points(s.bias), points(s.rawBias)],
        ...[share(s.coveredGain), points(s.accuracyBias), share(s.coveredAccuracy)],
      ];
    }),
  };
}

function regretTable(rows: readonly BoughtRow[], selections: readonly Selection[]): Table {
  return {
    title: "Regret of the purchase, all tasks (fair)",
    columns: ["sets", "tasks", "best score", "advised", "best-looking single", "raw", "single or team right", "cases"],
    rows: selections.map(({ title, tasks, holds }) => {
      const s = boughtSummary(rows.filter(holds));
      const of = (buyer: Buyer) => `${points(s.regret[buyer])} (${points(s.fairRegret[buyer])})`;
      const { best } = s.singleOrTeam;
      return [title, tasks, of("best"), of("advised"), of("single"), of("raw"), share(best), best.count];
    }),
  };
}

function betterTable(rows: readonly BoughtRow[]): Table {
  const line = (title: string, some: readonly BoughtRow[]) =>
    reliability(some.filter(hasTeam)).map(({ from, to, said, measured, true: came }) => [
      ...[title, `${from}–${Math.min(1, to)}`, said.mean.toFixed(3), measured.mean.toFixed(3), share(came), said.count],
    ]);
  return {
    title: "P(the best team is better than the best single agent): said and true",
    columns: ["sets", "P", "said", "said of this check", "true", "cases"],
    rows: [
      ...line("all", rows),
      ...[...new Set(rows.map(({ set }) => set))].flatMap((set) =>
        line(
          set,
          rows.filter((row) => row.set === set),
        ),
      ),
    ],
  };
}

function furtherTable(rows: readonly BoughtRow[], selections: readonly Selection[]): Table {
  return {
    title: "Further tasks that would tell, range of 5 to 95 %",
    columns: ["sets", "tasks", "undecided", "censored", "held", "held where it was seen"],
    rows: selections.flatMap(({ title, tasks, holds }) => {
      const { further: s } = boughtSummary(rows.filter(holds));
      return s.cases > 0 ? [[title, tasks, s.cases, s.censored, share(s.held), share(s.heldWhereSeen)]] : [];
    }),
  };
}

function furtherClaims(rows: readonly FurtherRow[]): Check[] {
  return (["panel", "cascade"] as const).flatMap((kind): Check[] => {
    const some = rows.filter((row) => row.kind === kind);
    if (some.length === 0) return [];
    const { ratio: against, coveredAccuracy: covered } = furtherSummary(some);
    const of = `named ${kind}s that ask a member more often than was learned from:`;
    return [
      {
        claim: `${of} error against the full-sample reference`,
        figure: against.toFixed(3),
        target: "≤ 1.1",
        met: against <= 1.1,
      },
      {
        claim: `${of} accuracy covered`,
        figure: share(covered),
        target: "0.85–0.95",
        met: covered.mean >= 0.85 && covered.mean <= 0.95,
      },
    ];
  });
}

/** What is claimed of teams, each against its figure. */
function claimsOf(named: readonly NamedRow[], bought: readonly BoughtRow[]): Check[] {
  const claim = (text: string, figure: string, target: string, met: boolean): Check => ({
    ...{ claim: text, figure, target, met },
  });
  const perKind = (["panel", "cascade"] as const).flatMap((kind) => {
    const s = namedSummary(named.filter((row) => row.kind === kind));
    const within = ({ mean: value }: Figure) => value >= 0.85 && value <= 0.95;
    const against = s.error.mean / s.raw.mean;
    return [
      claim(`named ${kind}s: error against the raw joint`, against.toFixed(3), "≤ 1", against <= 1 + 1e-9),
      ...(["independent", "map"] as const).map((baseline) => {
        const share = s.error.mean / s[baseline].mean;
        const name = baseline === "map" ? "the paper’s map, total ρ" : "independent votes";
        return claim(`named ${kind}s: error against ${name}`, share.toFixed(3), "< 1", share < 1);
      }),
      claim(`named ${kind}s: accuracy covered`, share(s.coveredAccuracy), "0.85–0.95", within(s.coveredAccuracy)),
      claim(`named ${kind}s: gain covered`, share(s.coveredGain), "0.85–0.95", within(s.coveredGain)),
    ];
  });
  const searched = bought.filter(groups[0]!.holds);
  const atTasks = [...new Set(searched.map(({ tasks }) => tasks))]
    .sort((a, b) => a - b)
    .flatMap((tasks) => {
      const rows = searched.filter((row) => row.tasks === tasks);
      const s = boughtSummary(rows);
      const bySet = [...new Set(rows.map(({ set }) => set))].flatMap((set) => {
        const { cases, ratio: one } = boughtSummary(rows.filter((r) => r.set === set)).bought;
        return Number.isFinite(one) ? [{ set, cases, ratio: one }] : [];
      });
      const ratioMax = tasks <= 30 ? 0.85 : tasks <= 100 ? 0.9 : 1;
      const worst = bySet.reduce((a, b) => (b.ratio > a.ratio ? b : a), { set: "none", cases: 0, ratio: 0 });
      const of = `many agents, one sample, ${tasks} tasks:`;
      return [
        claim(
          `${of} error of the gain promised of every plan’s best team, against raw`,
          s.bestTeam.ratio.toFixed(3),
          `≤ ${ratioMax}`,
          s.bestTeam.ratio <= ratioMax,
        ),
        claim(
          `${of} the same where it was bought`,
          s.bought.ratio.toFixed(3),
          `≤ ${ratioMax}`,
          s.bought.ratio <= ratioMax,
        ),
        claim(
          `${of} the same on the worst set`,
          `${worst.ratio.toFixed(3)} (${worst.set}, ${worst.cases} teams)`,
          "≤ 1.05",
          worst.ratio <= 1.05,
        ),
        claim(
          `${of} bias of the promised gain of every plan’s best team, points`,
          points(s.bestTeam.bias),
          "< 1",
          Math.abs(s.bestTeam.bias.mean) < 0.01,
        ),
        claim(
          `${of} the same where it was bought, points`,
          points(s.bought.bias),
          "< 1",
          Math.abs(s.bought.bias.mean) < 0.01,
        ),
        claim(
          `${of} gain of bought teams covered`,
          share(s.bought.coveredGain),
          "0.80–0.95",
          s.bought.coveredGain.mean >= 0.8 && s.bought.coveredGain.mean <= 0.95,
        ),
      ];
    });
  const regretClaims = [100, 300].flatMap((tasks) => {
    const rows = bought.filter((row) => row.tasks === tasks);
    if (rows.length === 0) return [];
    const most = tasks === 100 ? 1 : 0.6;
    return (["best", "advised"] as const).flatMap((buyer) => {
      const { regret } = boughtSummary(rows);
      const excess = [...new Set(rows.map(({ set }) => set))].map((set) => {
        const one = boughtSummary(rows.filter((row) => row.set === set)).regret;
        return { set, more: one[buyer].mean - one.single.mean };
      });
      const worst = excess.reduce((a, b) => (b.more > a.more ? b : a));
      const of = `${buyer === "best" ? "best score" : "advised"}, ${tasks} tasks:`;
      return [
        claim(`${of} regret, points`, points(regret[buyer]), `≤ ${most}`, 100 * regret[buyer].mean <= most),
        claim(
          `${of} less than the best-looking single's`,
          points(regret.single),
          "more",
          regret[buyer].mean < regret.single.mean,
        ),
        claim(
          `${of} worst set against that single, points`,
          `${(100 * worst.more).toFixed(2)} (${worst.set})`,
          "≤ 0.2",
          worst.more <= 0.002,
        ),
      ];
    });
  });
  const all = boughtSummary(bought);
  const { best } = all.singleOrTeam;
  const { said, measured, true: came } = all.better;
  return [
    ...perKind,
    ...atTasks,
    ...regretClaims,
    claim(
      `single or team right where they differ by more than 2 points (${best.count} cases)`,
      share(best),
      "≥ 0.90",
      best.mean >= 0.9,
    ),
    claim(
      `P ≥ 0.9 comes true (${said.count} cases)`,
      `said ${said.mean.toFixed(3)}, of these checks ${measured.mean.toFixed(3)}, true ${share(came)}`,
      "within 0.03",
      Math.abs(measured.mean - came.mean) <= 0.03,
    ),
    claim(
      `further tasks: the range holds (${all.further.cases} undecided cases)`,
      share(all.further.held),
      "≥ 0.80",
      all.further.held.mean >= 0.8,
    ),
  ];
}
