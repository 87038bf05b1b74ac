// Teams of several agents on tasks that nobody calibrated on: named ones against three baselines, and what `plan` buys:
// is the promise kept, how much worse is the purchase than the best one, how often is what P says true, how far off is
// the range of further tasks. Every function returns rows; nothing here knows a set.
import { calibrate } from "../../src/calibrate/calibrate.ts";
import type { Calibration } from "../../src/calibrate/calibration.ts";
import { KnownError } from "../../src/errors.ts";
import { part } from "../../src/organizations/cast.ts";
import { parseTeam } from "../../src/organizations/parse-team.ts";
import { makeTeam, organizationOf, type Team } from "../../src/organizations/team.ts";
import { wrongAnswers } from "../../src/plan/candidates.ts";
import { difference, gainInterval, mean, pick, probabilityBetter, rawWeight, variance } from "../../src/plan/choose.ts";
import { forecast } from "../../src/plan/forecast.ts";
import { latentAccuracy, winTables } from "../../src/plan/latent.ts";
import { plan } from "../../src/plan/plan.ts";
import type { Budget, Forecast, FurtherTasks, Gain, Plan } from "../../src/plan/plan-types.ts";
import { type AnswerTable, type Column, findColumn } from "../../src/records/answer-table.ts";
import { outcomes, outcomesCached } from "../../src/simulate/replay.ts";
import { isMeasured } from "../../src/theory/interval.ts";
import { permutation, type Random, random } from "../../src/theory/random.ts";
import { normalQuantile, studentTQuantile } from "../../src/theory/special.ts";
import type { LeftOut, Part } from "./part.ts";
import { checkable, type ForesightSet, recordedOn, splitAt, splitsOf, taskCounts } from "./sets.ts";
import { tellTeams } from "./teams-told.ts";

export interface TeamsOptions {
  /** Tasks to learn from. @default [30, 100, 300] */
  readonly tasks?: readonly number[];
  /** Samples of every agent and task to learn from; of those that exceed what a set has, the most it has. @default [2, 5] */
  readonly samples?: readonly number[];
  /** @default 20 */
  readonly splits?: number;
  /** @default 1 */
  readonly seed?: number;
  /** @default [1, 3, 5, 7, 9] */
  readonly budgetsCalls?: readonly number[];
  /** In calls of the agent that looks best, where dollars are recorded of all. @default [0.3, 0.6, 1, 1.5, 2.5] */
  readonly budgetsUsd?: readonly number[];
  /** Of intervals, and P at which a team is advised. @default 0.9 */
  readonly confidence?: number;
}

/** Where a row comes from. */
export interface Cell {
  readonly set: string;
  /** Agents and samples that the set has. */
  readonly of: { readonly agents: number; readonly samples: number };
  readonly tasks: number;
  readonly samples: number;
  readonly split: number;
  /** Agents that could be cast: every second split draws 4 to 10 of them. */
  readonly agents: number;
}

/** A promise, what came of it on the other tasks, and whether the predictive interval (population + Var/M) held that. */
export interface Kept {
  readonly promised: number;
  readonly measured: number;
  readonly covered: boolean;
}

/** A team that was named, not chosen. */
export interface NamedRow extends Cell {
  readonly kind: "panel" | "cascade";
  readonly team: string;
  readonly calls: number;
  readonly accuracy: Kept;
  /** Over its member that looks best. */
  readonly gain: Kept;
  /** What others would promise. `reference`: the same tasks with all recorded samples. */
  readonly baselines: {
    readonly raw: number;
    readonly independent: number;
    readonly map: number;
    readonly reference: number;
  };
}

/** A named team that asks a member more often than was learned from, and at most as often as was recorded. */
export interface FurtherRow extends Cell {
  readonly kind: "panel" | "cascade";
  readonly team: string;
  readonly calls: number;
  readonly accuracy: Kept;
  /** What all recorded samples of the same tasks would promise. */
  readonly reference: number;
}

/** What was bought at one budget. Regrets are in accuracy, scored on all tasks; `fair` ones are cross-fitted. */
export interface BoughtRow extends Cell {
  readonly budget: Budget;
  /** Kind of the purchase: the highest score. */
  readonly kind: Plan["best"]["kind"];
  readonly advisedKind: Plan["advice"]["kind"];
  readonly purchase: { readonly team: string; readonly accuracy: Kept };
  readonly single: { readonly team: string; readonly accuracy: Kept };
  /** The best team, bought or not, against the best single agent. */
  readonly team: {
    readonly team: string;
    readonly kind: Plan["best"]["kind"];
    readonly accuracy: Kept;
    readonly gain: Kept;
    readonly probabilityBetter: number;
    /** P(better on the checking tasks), which have noise of their own: Φ(g/√(s²/k + Var/M)). */
    readonly probabilityMeasured: number;
  } | null;
  /** Best team and best single by the raw share of right answers, and what they promise. */
  readonly raw: { readonly team: string; readonly bought: boolean; readonly gain: Kept } | null;
  readonly regret: Readonly<Record<Buyer, number>>;
  readonly fairRegret: Readonly<Record<Buyer, number>>;
  /** On all tasks: best team − best single agent, both known in hindsight. */
  readonly teamsAhead: number;
  /** Only where it could not be told whether the best team is better. */
  readonly further: Further | null;
}

/** Ways to buy: the highest score, what is advised, the best-looking single agent, the raw joint's best. */
export type Buyer = "best" | "advised" | "single" | "raw";

export interface Further extends FurtherTasks {
  /** Further tasks in random order until P(better) reached the confidence either way, or all there were. */
  readonly needed: number;
  /** True where it was not reached. */
  readonly censored: boolean;
}

/** What the campaign found on a set. */
export interface TeamsRows {
  readonly named: readonly NamedRow[];
  readonly further: readonly FurtherRow[];
  readonly bought: readonly BoughtRow[];
  readonly leftOut: readonly LeftOut[];
}

/** The campaign on one set; nothing where it holds a single agent. */
export function teamsOn(
  set: ForesightSet,
  { tasks = taskCounts, samples = [2, 5], splits = 20, seed = 1, ...options }: TeamsOptions = {},
): TeamsRows {
  const rows = { named: [] as NamedRow[], further: [] as FurtherRow[], bought: [] as BoughtRow[] };
  if (set.recordings.table.columns.length < 2) return { ...rows, leftOut: [] };
  const { kept: counts, leftOut } = checkable(set, tasks, "teams");
  const replays = new Replays(set);
  const sizes = [...new Set(samples.map((size) => Math.min(size, set.samples)))];
  for (const split of splitsOf({ splits, seed }))
    for (const size of sizes) for (const count of counts) runCell(set, { count, size, split }, replays, options, rows);
  return { ...rows, leftOut };
}

function runCell(
  set: ForesightSet,
  { count, size, split }: { readonly count: number; readonly size: number; readonly split: number },
  replays: Replays,
  { budgetsCalls = [1, 3, 5, 7, 9], budgetsUsd = [0.3, 0.6, 1, 1.5, 2.5], confidence = 0.9 }: TeamsOptions,
  rows: { readonly named: NamedRow[]; readonly further: FurtherRow[]; readonly bought: BoughtRow[] },
): void {
  const { choosing, checking } = splitAt(set, count, split);
  const pool = poolOf(set, split);
  const recordings = recordedOn(pool, choosing, size, split);
  const calibration = calibrate(recordings, { confidence, seed: split, pairs: false });
  const of = { agents: set.recordings.table.columns.length, samples: set.samples };
  const cell = { set: set.name, of, tasks: count, samples: size, split, agents: pool.recordings.table.columns.length };
  const check: Check = { calibration, choosing, checking, replays, confidence, cell };
  rows.named.push(
    ...namedTeams(calibration, random(split, "named", set.name, count)).map((team) => named(team, check)),
  );
  if (size === 2)
    rows.further.push(
      ...furtherTeams(calibration, set.recordings.table, random(split, "asked further", set.name, count)).map((team) =>
        askedFurther(team, check),
      ),
    );
  const looksBest = calibration.agents.reduce((a, b) => (b.accuracy.value > a.accuracy.value ? b : a));
  const { usd } = looksBest.cost;
  const isPriced = calibration.agents.every(({ cost }) => isMeasured(cost.usd) && cost.usd.value > 0);
  const dollars =
    isPriced && isMeasured(usd) ? budgetsUsd.map((times) => ({ amount: times * usd.value, unit: "usd" as const })) : [];
  for (const budget of [...budgetsCalls.map((amount) => ({ amount, unit: "calls" as const })), ...dollars]) {
    const row = bought(budget, check);
    if (row) rows.bought.push(row);
  }
}

/** All agents on even splits; on odd ones 4 to 10 of them, where there are more than 4. */
function poolOf(set: ForesightSet, split: number): ForesightSet {
  const { recordings } = set;
  const { columns } = recordings.table;
  if (columns.length <= 4 || split % 2 === 0) return set;
  const next = random(split, "pool", set.name);
  const size = 4 + Math.floor(next() * (Math.min(10, columns.length) - 3));
  const drawn = new Set(permutation(columns.length, next).subarray(0, size));
  const table = { ...recordings.table, columns: columns.filter((_, i) => drawn.has(i)) };
  return { ...set, recordings: { ...recordings, table } };
}

/** Numbers that the replays of one set may keep: 160 MB. */
const keptMax = 2e7;

/** Outcomes of teams on all tasks of a set with all samples. */
class Replays {
  readonly set: ForesightSet;
  readonly #table: AnswerTable;
  readonly #names: readonly string[];
  readonly #known = new Map<string, Float64Array>();

  constructor(set: ForesightSet) {
    this.set = set;
    this.#table = set.recordings.table;
    this.#names = this.#table.columns.map(({ name }) => name);
  }

  team(text: string): Team {
    return parseTeam(text, { knownNames: this.#names });
  }

  accuracy(text: string): Float64Array {
    const known = this.#known.get(text);
    if (known) return known;
    if (this.#known.size * this.#table.tasks.length > keptMax) this.#known.clear();
    const made = outcomes(this.team(text), this.#table, { seed: 1 }).accuracy;
    this.#known.set(text, made);
    return made;
  }
}

interface Check {
  readonly calibration: Calibration;
  readonly choosing: Uint32Array;
  readonly checking: Uint32Array;
  readonly replays: Replays;
  readonly confidence: number;
  readonly cell: Cell;
}

// Named teams

const panelSizes = [2, 3, 4, 5, 6, 7, 8, 9];

/** One random panel of every size and two cascades of each depth; casts stand most accurate first, as the planner's do. */
function namedTeams({ agents }: Calibration, next: Random): Team[] {
  const panels = panelSizes
    .filter((size) => size <= agents.length)
    .map((size) => makeTeam("vote", { sizes: [], cast: drawMembers(agents, size, next).map(part), messageTokens: [] }));
  const cascade = (shape: readonly number[]) => {
    const size = shape.reduce((sum, one) => sum + one, 0);
    const members = drawMembers(agents, size, next).reverse(); // the weakest first
    let from = 0;
    const cast = shape.map((size) => {
      const stage = members.slice(from, from + size);
      from += size;
      return { members: stage.reverse() };
    });
    return makeTeam("cascade", { sizes: [], cast, messageTokens: [] });
  };
  const depths = [
    [2, 1],
    [2, 1],
    [2, 1, 1],
    [2, 2, 1],
  ];
  return [
    ...panels,
    ...depths.filter((shape) => shape.reduce((sum, size) => sum + size, 0) <= agents.length).map(cascade),
  ];
}

/** So many agents, asked once each, most accurate first. */
function drawMembers(agents: Calibration["agents"], size: number, next: Random) {
  const order = [...agents].sort((a, b) => b.accuracy.value - a.accuracy.value || (a.name < b.name ? -1 : 1));
  return Array.from(permutation(order.length, next).subarray(0, size))
    .sort((a, b) => a - b)
    .map((i) => ({ agent: order[i]!.agent, samples: 1, ...level(order[i]!) }));
}

/** Asked so often at most, however many samples a set has. */
const askedMost = 9;

/**
 * Two votes of two agents, one of them asked more often than twice, and a cascade whose first and weaker one is; all as often as
 * there are samples of all its agents at most.
 */
function furtherTeams({ agents: all }: Calibration, table: AnswerTable, next: Random): Team[] {
  const recorded = new Map(all.map((agent) => [agent, usualSamples(findColumn(table, agent.name)!)]));
  const agents = all.filter((agent) => recorded.get(agent)! > 2);
  if (agents.length < 2) return [];
  const most = Math.min(askedMost, ...agents.map((agent) => recorded.get(agent)!));
  const upTo = (least: number) => least + Math.floor(next() * (most - least + 1));
  const vote = () => {
    const [a, b] = drawMembers(agents, 2, next);
    const cast = [part({ ...a!, samples: upTo(3) }), part({ ...b!, samples: upTo(1) })];
    return makeTeam("vote", { sizes: [], cast, messageTokens: [] });
  };
  const [best, weaker] = drawMembers(agents, 2, next);
  const cast = [part({ ...weaker!, samples: upTo(3) }), part(best!)];
  return [vote(), vote(), makeTeam("cascade", { sizes: [], cast, messageTokens: [] })];
}

/** Samples on most tasks. */
function usualSamples({ start }: Column): number {
  const counts = Array.from(start.subarray(1), (to, task) => to - start[task]!);
  return counts.sort((a, b) => a - b)[counts.length >> 1]!;
}

function askedFurther(team: Team, check: Check): FurtherRow {
  const { calibration, choosing, replays, confidence, cell } = check;
  const there = replays.accuracy(team.text);
  return {
    ...cell,
    kind: team.kind === "cascade" ? "cascade" : "panel",
    team: team.text,
    calls: organizationOf(team).stages!(team).reduce(
      (sum, { members }) => members.reduce((all, { samples }) => all + samples, sum),
      0,
    ),
    accuracy: keptAccuracy(forecast(team, calibration, { confidence, seed: cell.split }), there, check),
    reference: meanAt(there, choosing),
  };
}

const level = (agent: { readonly level?: string }) => (agent.level === undefined ? {} : { level: agent.level });

function named(team: Team, check: Check): NamedRow {
  const { calibration, choosing, replays, confidence, cell } = check;
  const predicted = forecast(team, calibration, { confidence, seed: cell.split });
  const stages = organizationOf(team).stages!(team);
  const names = stages.flatMap(({ members }) =>
    members.map((member) => (member.level === undefined ? member.agent : `${member.agent}~${member.level}`)),
  );
  const rights = names.map((name) => rightOn(singleOf(name, calibration), calibration));
  const best = rights.reduce((a, b, i) => (mean(b) > mean(rights[a]!) ? i : a), 0);
  const own = rightOn(team, calibration);
  const other = rights[best]!;
  const scored = (accuracy: Float64Array) => ({ accuracy, score: mean(accuracy), extraVariance: 0 });
  const found = difference(scored(own), scored(other));
  const [teamThere, otherThere] = [
    replays.accuracy(team.text),
    replays.accuracy(singleOf(names[best]!, calibration).text),
  ];
  return {
    ...cell,
    kind: team.kind === "cascade" ? "cascade" : "panel",
    team: team.text,
    calls: names.length,
    accuracy: keptAccuracy(predicted, teamThere, check),
    gain: kept(
      found.gain,
      gainInterval(found, confidence),
      teamThere.map((value, t) => value - otherThere[t]!),
      found.deviation,
      check,
    ),
    baselines: {
      raw: mean(own),
      ...baselinesOf(stages, names, rights, calibration),
      reference: meanAt(teamThere, choosing),
    },
  };
}

/**
 * A panel or cascade of agents that err independently of each other and of the task, wrong answers agreeing as often as
 * recorded; and the paper's map: with probability ρ, the mean correlation of its members, all share one answer.
 */
function baselinesOf(
  stages: Parameters<typeof winTables>[1],
  names: readonly string[],
  rights: readonly Float64Array[],
  { table, tasks }: Calibration,
): { independent: number; map: number } {
  const accuracies = Float64Array.from(rights, mean);
  const { wrongPairs, wrongPairsAgreeing } = wrongAnswers(
    names.map((name) => findColumn(table, name)!),
    tasks,
  );
  const pairs = sum(wrongPairs);
  const agreement = pairs > 0 ? (sum(wrongPairsAgreeing) + 0.5) / (pairs + 1) : 1;
  const alone = { classes: [{ share: 1, accuracies, concentration: 1 / agreement - 1 }] };
  const independent = latentAccuracy(alone, winTables(alone, stages)!, [...rights.keys()]);
  const rho = Math.max(0, Math.min(1, meanCorrelation(rights)));
  return { independent, map: rho * mean(accuracies) + (1 - rho) * independent };
}

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

function meanCorrelation(rights: readonly Float64Array[]): number {
  let [sum, pairs] = [0, 0];
  for (let i = 0; i < rights.length; i++)
    for (let j = 0; j < i; j++) {
      const spread = Math.sqrt(variance(rights[i]!) * variance(rights[j]!));
      if (!(spread > 0)) continue;
      const [a, b] = [mean(rights[i]!), mean(rights[j]!)];
      let product = 0;
      rights[i]!.forEach((value, t) => {
        product += (value - a) * (rights[j]![t]! - b);
      });
      sum += product / (rights[i]!.length - 1) / spread;
      pairs++;
    }
  return pairs > 0 ? sum / pairs : 0;
}

function singleOf(name: string, { table }: Calibration): Team {
  const column = findColumn(table, name)!;
  return makeTeam("single", {
    sizes: [],
    cast: [part({ agent: column.agent, samples: 1, ...level(column) })],
    messageTokens: [],
  });
}

const rightOn = (team: Team, { table }: Calibration) => withoutGaps(outcomesCached(team, table, { seed: 1 }).accuracy);

/** Few tasks lack an answer: they count as the mean of the others. */
function withoutGaps(values: Float64Array): Float64Array {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === values.length ? values : values.map((value) => (Number.isNaN(value) ? mean(known) : value));
}

function meanAt(values: Float64Array, tasks: Uint32Array): number {
  return mean(pick(values, tasks).filter((value) => !Number.isNaN(value)));
}

const keptAccuracy = ({ accuracy, deviation }: Forecast, there: Float64Array, check: Check) =>
  kept(accuracy.mean, accuracy, there, deviation, check);

/** Whether the interval, widened by the noise that a check on M tasks has itself, held what was measured. */
function kept(
  promised: number,
  { low, high }: { readonly low: number; readonly high: number },
  there: Float64Array,
  deviation: number,
  { checking, confidence }: Check,
): Kept {
  const measured = meanAt(there, checking);
  const t = studentTQuantile((1 + confidence) / 2, checking.length - 1);
  const side = measured > promised ? high - promised : promised - low;
  const half = Math.hypot(side, (t * deviation) / Math.sqrt(checking.length));
  return { promised, measured, covered: Math.abs(measured - promised) <= half };
}

// What is bought

function bought(perTask: Budget, check: Check): BoughtRow | null {
  const { calibration, checking, replays, confidence, cell } = check;
  const made = planOrNull(calibration, { perTask, confidence, seed: cell.split });
  if (!made) return null;
  const { best, single, advised } = made;
  const candidates = made.candidates.filter(({ recorded }) => recorded !== false);
  const texts = candidates.map(({ team }) => team);
  const there = new Map(texts.map((text) => [text, replays.accuracy(text)]));
  const teams = candidates.filter(({ kind }) => kind !== "single");
  // candidates stand best first: of equal scores the plan's own choice is the cheaper one
  const team = best.kind === "single" ? teams[0] : best;
  const raws = new Map(texts.map((text) => [text, rightOn(replays.team(text), calibration)]));
  const highest = (some: readonly Forecast[]) =>
    some.reduce<Forecast | undefined>(
      (a, b) => (!a || mean(raws.get(b.team)!) > mean(raws.get(a.team)!) + 1e-12 ? b : a),
      undefined,
    );
  const rawSingle = highest(candidates.filter(({ kind }) => kind === "single"))!;
  const rawTeam = highest(teams);
  const rawBest = highest([rawSingle, ...teams])!;
  const buyers = { best: best.team, advised: advised.team, single: rawSingle.team, raw: rawBest.team };
  const gainThere = (one: string, other: string) => {
    const [a, b] = [there.get(one)!, there.get(other)!];
    return a.map((value, t) => value - b[t]!);
  };
  const accuracyOf = (one: Forecast) => keptAccuracy(one, there.get(one.team)!, check);
  return {
    ...cell,
    budget: perTask,
    kind: best.kind,
    advisedKind: advised.kind,
    purchase: { team: best.team, accuracy: accuracyOf(best) },
    single: { team: single.team, accuracy: accuracyOf(single) },
    team: team
      ? {
          team: team.team,
          kind: team.kind,
          accuracy: accuracyOf(team),
          gain: kept(team.gain!.mean, team.gain!, gainThere(team.team, single.team), team.gain!.deviation, check),
          probabilityBetter: team.gain!.probabilityBetter,
          probabilityMeasured: probabilityMeasured(team.gain!, check),
        }
      : null,
    raw: rawTeam
      ? {
          team: rawTeam.team,
          bought: rawBest.kind !== "single",
          gain: rawGain(
            raws.get(rawTeam.team)!,
            raws.get(rawSingle.team)!,
            gainThere(rawTeam.team, rawSingle.team),
            check,
          ),
        }
      : null,
    ...regrets(buyers, there, checking, cell),
    teamsAhead: teams.length > 0 ? bestOver(teams, there) - bestOver(candidates.filter(isSingle), there) : Number.NaN,
    further: team ? furtherOf(team, single, check) : null,
  };
}

function probabilityMeasured({ mean: gain, high, deviation }: Gain, { checking, choosing, confidence }: Check): number {
  const error = (high - gain) / studentTQuantile((1 + confidence) / 2, choosing.length - 1);
  return probabilityBetter({ gain, error: Math.hypot(error, deviation / Math.sqrt(checking.length)) });
}

const isSingle = ({ kind }: Forecast) => kind === "single";
const meanKnown = (values: Float64Array) => mean(values.filter((value) => !Number.isNaN(value)));
const bestOver = (some: readonly Forecast[], there: ReadonlyMap<string, Float64Array>) =>
  Math.max(...some.map(({ team }) => meanKnown(there.get(team)!)));

function planOrNull(
  calibration: Calibration,
  options: { readonly perTask: Budget; readonly confidence: number; readonly seed: number },
): Plan | null {
  try {
    return plan(calibration, { ...options, recordedOnly: true });
  } catch (error) {
    if (error instanceof KnownError) return null; // nothing fits, or no agent has a price
    throw error;
  }
}

function rawGain(own: Float64Array, other: Float64Array, there: Float64Array, check: Check): Kept {
  const scored = (accuracy: Float64Array) => ({ accuracy, score: mean(accuracy), extraVariance: 0 });
  const found = difference(scored(own), scored(other));
  return kept(found.gain, gainInterval(found, check.confidence), there, found.deviation, check);
}

/**
 * What each purchase lacks of the best candidate. Plain: both on all tasks, where the best is best by luck too. Fair: the
 * best is chosen on one half of the checking tasks and scored, with the purchases, on the other; both ways, averaged.
 */
function regrets(
  buyers: Readonly<Record<Buyer, string>>,
  there: ReadonlyMap<string, Float64Array>,
  checking: Uint32Array,
  { split }: Cell,
): Pick<BoughtRow, "regret" | "fairRegret"> {
  const order = permutation(checking.length, random(split, "halves")).map((i) => checking[i]!);
  const half = checking.length >> 1;
  const halves = [order.slice(0, half), order.slice(half)] as const;
  const scores = [...there].map(([text, values]) => ({
    text,
    all: meanKnown(values),
    halves: halves.map((tasks) => meanAt(values, tasks)),
  }));
  const by = new Map(scores.map((score) => [score.text, score]));
  const most = Math.max(...scores.map(({ all }) => all));
  const chosenOn = (side: number) => scores.reduce((a, b) => (b.halves[side]! > a.halves[side]! ? b : a));
  const [first, second] = [chosenOn(0), chosenOn(1)];
  const each = (of: (text: string) => number) =>
    Object.fromEntries(Object.entries(buyers).map(([buyer, text]) => [buyer, of(text)])) as Record<Buyer, number>;
  return {
    regret: each((text) => most - by.get(text)!.all),
    fairRegret: each((text) => {
      const own = by.get(text)!.halves;
      return (first.halves[1]! - own[1]! + second.halves[0]! - own[0]!) / 2;
    }),
  };
}

/**
 * How many further tasks it really took: the calibration goes on with other tasks in random order, as many samples each,
 * until P(better) of the same two reaches the confidence either way. The model's part of the gain is kept, its weight falls.
 */
function furtherOf(team: Forecast, single: Forecast, check: Check): Further | null {
  const printed = team.gain?.tasksStillNeeded;
  if (!printed) return null;
  const { calibration, checking, replays, cell, confidence } = check;
  const texts = [team.team, single.team].map((text) => replays.team(text));
  const known = texts.map((one) => rightOn(one, calibration));
  const order = permutation(checking.length, random(cell.split, "further", cell.set)).map((i) => checking[i]!);
  const table =
    cell.samples < replays.set.samples ? recordedOn(replays.set, order, cell.samples, cell.split).table : null;
  const later = texts.map((one) =>
    table ? outcomes(one, table, { seed: 1 }).accuracy : pick(replays.accuracy(one.text), order),
  );
  const raw = mean(known[0]!) - mean(known[1]!);
  const weight = rawWeight(cell.tasks);
  const model = (team.gain.mean - weight * raw) / (1 - weight);
  const reach = normalQuantile(confidence);
  let [count, sum, squares] = [0, 0, 0];
  const add = (d: number) => {
    count++;
    sum += d;
    squares += d * d;
  };
  known[0]!.forEach((value, t) => {
    add(value - known[1]![t]!);
  });
  for (let t = 0; t < order.length; t++) {
    const d = later[0]![t]! - later[1]![t]!;
    if (Number.isNaN(d)) continue;
    add(d);
    const scatter = Math.max(0, (squares - sum ** 2 / count) / (count - 1)) + 0.25 / count;
    const gain = model + rawWeight(count) * (sum / count - model);
    if (Math.abs(gain) >= reach * Math.sqrt(scatter / count)) return { ...printed, needed: t + 1, censored: false };
  }
  return { ...printed, needed: order.length, censored: true };
}

/** The part of the campaign. */
export const teams: Part<TeamsRows> = {
  measure(set, { splits, seed }) {
    const rows = teamsOn(set, { splits, seed });
    return rows.named.length > 0 || rows.leftOut.length > 0 ? rows : undefined;
  },
  tell: tellTeams,
};
