// Votes of one agent, and sampling until an answer leads: forecast from few tasks with few samples of each, checked on all
// other tasks with every sample. Beside the product stand what those few tasks tell with all their samples, and four plainer ways.
import { makeTeam, type Team } from "../../src/organizations/team.ts";
import { meanOfKnown, pick } from "../../src/plan/choose.ts";
import { costsOfRepeats } from "../../src/plan/forecast.ts";
import type { CostForecast } from "../../src/plan/plan-types.ts";
import { subsetOf } from "../../src/plan/subset.ts";
import { forecastAhead, forecastVote, type VoteForecast } from "../../src/plan/vote-forecast.ts";
import { samplesOf, sharedCorrelation, type VoteKey, type VoteKeys, voteKeys } from "../../src/plan/vote-keys.ts";
import { agreeing, fitVotes } from "../../src/plan/vote-mixture.ts";
import { aheadValue, type GridValue, voteValue } from "../../src/plan/vote-value.ts";
import type { AnswerTable, Column } from "../../src/records/answer-table.ts";
import type { Outcomes } from "../../src/simulate/outcomes.ts";
import { outcomesCached } from "../../src/simulate/replay.ts";
import { isMeasured, type NotMeasured } from "../../src/theory/interval.ts";
import { permutation, type Random, random } from "../../src/theory/random.ts";
import { studentTQuantile } from "../../src/theory/special.ts";
import type { LeftOut, Part } from "./part.ts";
import { checkable, checkingMin, type ForesightSet, recordedOn, splitAt, splitsOf, taskCounts } from "./sets.ts";
import { tellVotes } from "./votes-told.ts";

const sampleCounts = [2, 5, 10];
const voteSizes = [1, 3, 5, 9, 15, 25, 33];
const races = [
  [1, 5],
  [2, 9],
  [3, 15],
] as const;
const confidence = 0.9;
/** Fewer samples than this check no vote. */
const samplesMin = 4;

export type VoteMethod = "quorate" | "full samples" | "independent" | "map" | "clamped" | "replaced";

/** What was forecast less what was measured, and whether that lay inside the interval for a check on so many tasks. */
export interface Miss {
  readonly error: number;
  readonly inside?: boolean;
}

/** One team of one split, forecast in one way. */
export interface VoteRow {
  readonly set: string;
  readonly agent: string;
  readonly answersKnown: boolean;
  /** Samples on most of the agent's tasks. */
  readonly recorded: number;
  /** Learned from so many tasks with at most so many samples. */
  readonly tasks: number;
  readonly samples: number;
  readonly split: number;
  readonly way: "vote" | "ahead";
  /** "vote:5", "ahead:2/9" */
  readonly team: string;
  readonly method: VoteMethod;
  readonly accuracy: Miss;
  /** Over one call of the same agent; absent where the team is no more than that. */
  readonly gain?: Miss;
  /** Of `ahead`; absent for methods that say nothing of them. */
  readonly calls?: Miss;
  readonly usd?: Miss;
}

/** What the campaign found on a set. */
export interface VoteRows {
  readonly rows: readonly VoteRow[];
  readonly leftOut: readonly LeftOut[];
}

/** Agents drawn per set, by its name: all of them would tell the same at ten times the time. */
const agentsMax = 6;

/** Every agent with enough samples, up to six; nothing where there is none. */
export const votes: Part<VoteRows> = {
  measure(set, campaign) {
    const { table } = set.recordings;
    const every = Uint32Array.from(table.tasks.keys());
    const eligible = table.columns.filter((column) => usualSamples(column) >= samplesMin && voteKeys(column, every));
    if (eligible.length === 0) return undefined;
    const order = permutation(eligible.length, random(1, "agents", set.name));
    const columns = Array.from(order.slice(0, agentsMax), (at) => eligible[at]!);
    const part = { ...set, recordings: { ...set.recordings, table: subsetOf(table, columns, every) } };
    const { kept, leftOut } = checkable(set, taskCounts, "votes");
    const rows = kept.flatMap((count) =>
      sampleCounts.flatMap((samples) => splitsOf(campaign).flatMap((split) => ofSplit(part, count, samples, split))),
    );
    return { rows, leftOut };
  },
  tell: tellVotes,
};

function ofSplit(set: ForesightSet, tasks: number, samples: number, split: number): VoteRow[] {
  const { table } = set.recordings;
  const { choosing, checking } = splitAt(set, tasks, split);
  const thinned = recordedOn(set, choosing, samples, split).table;
  return table.columns.flatMap((column, number) => {
    const recorded = usualSamples(column);
    const learned = thinned.columns[number]!;
    const keys = voteKeys(learned, Uint32Array.from(thinned.tasks.keys()));
    if (samples > recorded || !keys?.repeated) return [];
    const of = { column, learned, thinned, keys, table, choosing, checking };
    const context = { set: set.name, agent: column.name, answersKnown: column.answersKnown, recorded };
    return forecasts(of, samples, recorded).map((row) => ({ ...context, tasks, samples, split, ...row }));
  });
}

interface Case {
  /** With every sample of every task, and as it was learned from. */
  readonly column: Column;
  readonly learned: Column;
  readonly table: AnswerTable;
  readonly thinned: AnswerTable;
  readonly keys: VoteKeys;
  readonly choosing: Uint32Array;
  readonly checking: Uint32Array;
}

interface Said {
  readonly accuracy: number;
  readonly gain: number;
  readonly calls?: number;
}

function forecasts(one: Case, samples: number, recorded: number) {
  const { keys, column, learned, table, thinned, choosing, checking } = one;
  const mixture = fitVotes(keys, learned.answersKnown, 1);
  const known = Uint32Array.from(thinned.tasks.keys()).filter((_, t) => keys.keyOf[t]! >= 0);
  const { p, rho } = sharedCorrelation(keys.keys, mixture.tasks);
  const single = outcomesOf(makeTeam("single", { cast: castOf(column) }), table);
  const teams = [
    ...voteSizes.filter((votes) => votes <= recorded).map((votes) => ({ way: "vote" as const, votes })),
    ...races.filter(([, cap]) => cap <= recorded).map(([lead, cap]) => ({ way: "ahead" as const, lead, cap })),
  ];
  return teams.flatMap((shape) => {
    const { way } = shape;
    const isVote = shape.way === "vote";
    const team = isVote ? voteOf(column, shape.votes) : raceOf(column, shape.lead, shape.cap);
    const replayed = outcomesOf(team, table);
    const truth = measuredAt(replayed, single, checking);
    if (truth.tasks < checkingMin) return [];
    const label = team.text.split("@")[0]!;
    const name = label === "single" ? "vote:1" : label;
    // a lead of one is one call, asked again where it is no vote: a replay by draws would show little but its own noise
    const isOneCall = isVote ? shape.votes === 1 : shape.lead === 1;
    const row = (method: VoteMethod, said: Said, product?: VoteForecast) => ({
      way,
      team: name,
      method,
      accuracy: missOf(
        said.accuracy,
        truth.accuracy,
        product && withNoise([product.accuracyLow, product.accuracy, product.accuracyHigh], truth.right),
      ),
      ...(!isOneCall && {
        gain: missOf(
          said.gain,
          truth.gain,
          product && withNoise([product.gainLow, product.gain, product.gainHigh], truth.over),
        ),
      }),
      ...(!isVote && said.calls !== undefined && !product && { calls: missOf(said.calls, truth.calls) }),
    });
    const votes = isVote
      ? forecastVote(mixture, shape.votes, confidence)
      : forecastAhead(mixture, shape.lead, shape.cap, confidence);
    const product = { ...row("quorate", votes, votes), ...(!isVote && costMisses(team, one, votes, known, replayed)) };

    const valueAt = (accuracy: number): GridValue => {
      const grid = { accuracies: Float64Array.of(accuracy), scatters: agreeing.scatters };
      return isVote ? voteValue(grid, 0, shape.votes) : aheadValue(grid, 0, shape.lead, shape.cap);
    };
    const apart = valueAt(p);
    const [right, calls] = [apart.accuracy[0]!, apart.calls[0]!];
    const fewestCalls = isVote ? shape.votes : shape.lead; // where all share one answer
    const replaced = keys.keys.map((key) =>
      isVote
        ? { accuracy: pluralityReplaced(key, shape.votes), calls }
        : raceReplaced(key, shape.lead, shape.cap, random(1, "replaced", name, ...key.wrong, key.right, key.unparsed)),
    );
    const overKeys = (of: (key: VoteKey, at: number) => number) =>
      keys.keys.reduce((sum, key, at) => sum + key.tasks * of(key, at), 0) / mixture.tasks;
    const oneCall = overKeys((key) => key.right / samplesOf(key));
    const clampedTeam = isVote
      ? voteOf(learned, Math.min(shape.votes, samples))
      : raceOf(learned, Math.min(shape.lead, samples), Math.min(shape.cap, samples));
    const own = makeTeam("single", { cast: castOf(learned) });
    return [
      product,
      row("full samples", measuredAt(replayed, single, choosing)),
      row("independent", { accuracy: right, gain: right - p, calls }),
      row("map", {
        accuracy: rho * p + (1 - rho) * right,
        gain: (1 - rho) * (right - p),
        calls: rho * fewestCalls + (1 - rho) * calls,
      }),
      row("clamped", measuredAt(outcomesOf(clampedTeam, thinned), outcomesOf(own, thinned), known)),
      row("replaced", {
        accuracy: overKeys((_, at) => replaced[at]!.accuracy),
        gain: overKeys((_, at) => replaced[at]!.accuracy) - oneCall,
        calls: overKeys((_, at) => replaced[at]!.calls),
      }),
    ];
  });
}

const castOf = ({ agent, level }: Column) => [
  { members: [{ agent, ...(level !== undefined && { level }), samples: 1 }] },
];
const outcomesOf = (team: Team, table: AnswerTable) => outcomesCached(team, table, { seed: 1 });

function voteOf(column: Column, votes: number): Team {
  return votes === 1
    ? makeTeam("single", { cast: castOf(column) })
    : makeTeam("vote", { sizes: [votes], cast: castOf(column) });
}

function raceOf(column: Column, lead: number, cap: number): Team {
  return makeTeam("ahead", { sizes: [lead, cap], cast: castOf(column) });
}

/** Of a team and over one call, on the tasks of these where both are known. */
function measuredAt(team: Outcomes, single: Outcomes, tasks: Uint32Array) {
  const gains = pick(team.accuracy, tasks).map((value, t) => value - single.accuracy[tasks[t]!]!);
  const both = tasks.filter((_, t) => !Number.isNaN(gains[t]!));
  const [right, gain] = [scattered(pick(team.accuracy, both)), scattered(gains)];
  return {
    ...{ right, over: gain, tasks: both.length },
    ...{ accuracy: right.mean, gain: gain.mean, calls: meanOfKnown(pick(team.calls, both)) },
  };
}

function missOf(said: number, truth: number, within?: readonly [number, number]): Miss {
  const inside = within && truth >= within[0] - 1e-12 && truth <= within[1] + 1e-12;
  return { error: said - truth, ...(inside !== undefined && { inside }) };
}

/** The check has noise of its own: Var/M on top of the forecast's, with the scatter over the tasks of the check. */
function withNoise(
  [low, mean, high]: readonly [number, number, number],
  { deviation, tasks }: Scattered,
): readonly [number, number] {
  const noise = (studentTQuantile((1 + confidence) / 2, tasks - 1) * deviation) / Math.sqrt(tasks);
  return [mean - Math.hypot(mean - low, noise), mean + Math.hypot(high - mean, noise)];
}

interface Scattered {
  readonly mean: number;
  readonly deviation: number;
  readonly tasks: number;
}

/** Mean and standard deviation of the known ones. */
function scattered(values: Float64Array): Scattered {
  const known = values.filter((value) => !Number.isNaN(value));
  const mean = meanOfKnown(known);
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (known.length - 1)), tasks: known.length };
}

function costMisses(
  team: Team,
  { learned, checking }: Case,
  votes: VoteForecast,
  tasks: Uint32Array,
  replayed: Outcomes,
) {
  const costs = costsOfRepeats(team, learned, votes, tasks, confidence);
  const miss = (unit: "calls" | "usd", forecast: CostForecast | NotMeasured): Miss | undefined => {
    const truth = scattered(pick(replayed[unit], checking));
    if (!isMeasured(forecast) || truth.tasks < checkingMin) return undefined;
    const { low, mean, high } = forecast;
    return missOf(mean, truth.mean, withNoise([low, mean, high], truth));
  };
  const [calls, usd] = [miss("calls", costs.calls), miss("usd", costs.usd)];
  return { ...(calls && { calls }), ...(usd && { usd }) };
}

function usualSamples({ start }: Column): number {
  const counts = Array.from(start.subarray(1), (end, task) => end - start[task]!).sort((a, b) => a - b);
  return counts[counts.length >> 1] ?? 0;
}

const pluralities = new Map<string, number>();

/**
 * P(the right answer wins a plurality of `votes` draws with replacement from these samples), ties shared: coefficients of the
 * product of Σ_j (share z)^j/j! over the answers.
 */
export function pluralityReplaced(key: VoteKey, votes: number): number {
  const text = `${votes} ${key.right} ${key.unparsed} ${key.wrong.join(" ")}`;
  const known = pluralities.get(text);
  if (known !== undefined) return known;
  const all = samplesOf(key);
  const powers = (share: number, most: number) => {
    const terms = [1];
    for (let j = 1; j <= most; j++) terms.push((terms[j - 1]! * share) / j);
    return terms;
  };
  const right = powers(key.right / all, votes);
  let ways = 0;
  for (let won = 1; won <= votes && key.right > 0; won++) {
    const rest = votes - won;
    // ties[t][drawn]: the others drew so many, t of them as many as the right answer
    let ties = [powers(key.unparsed / all, rest)];
    for (const size of key.wrong) {
      const own = powers(size / all, Math.min(won, rest));
      const next = Array.from({ length: ties.length + 1 }, () => new Array<number>(rest + 1).fill(0));
      ties.forEach((row, t) => {
        for (let drawn = 0; drawn <= rest; drawn++)
          for (let take = 0; take < own.length && drawn + take <= rest; take++)
            next[t + (take === won ? 1 : 0)]![drawn + take]! += row[drawn]! * own[take]!;
      });
      ties = next.slice(0, Math.floor(rest / won) + 1);
    }
    ways += right[won]! * ties.reduce((sum, row, t) => sum + row[rest]! / (1 + t), 0);
  }
  for (let i = 2; i <= votes; i++) ways *= i;
  pluralities.set(text, ways);
  return ways;
}

const racesRun = new Map<string, { accuracy: number; calls: number }>();

/** The same of sampling with replacement until one answer leads, by 200 sequences. */
function raceReplaced(key: VoteKey, lead: number, cap: number, next: Random): { accuracy: number; calls: number } {
  const text = `${lead}/${cap} ${key.right} ${key.unparsed} ${key.wrong.join(" ")}`;
  const known = racesRun.get(text);
  if (known) return known;
  const sizes = [key.right, ...key.wrong];
  const [all, sequences] = [samplesOf(key), 200];
  let [accuracy, calls] = [0, 0];
  for (let sequence = 0; sequence < sequences; sequence++) {
    const counts = new Array<number>(sizes.length).fill(0);
    let ahead = 0;
    let call = 0;
    for (; call < cap && ahead < lead; call++) {
      let left = next() * all;
      const answer = sizes.findIndex((size) => {
        left -= size;
        return left < 0;
      });
      if (answer < 0) continue; // unparsed
      counts[answer]!++;
      const [first, second = 0] = [...counts].sort((a, b) => b - a);
      ahead = first! - second;
    }
    const most = Math.max(...counts);
    if (most > 0 && counts[0] === most) accuracy += 1 / counts.filter((count) => count === most).length;
    calls += call;
  }
  const made = { accuracy: accuracy / sequences, calls: calls / sequences };
  racesRun.set(text, made);
  return made;
}
