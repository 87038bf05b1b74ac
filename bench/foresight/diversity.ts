// Panels ranked from answers alone: how far the ranking is the one that their measured gain gives on other tasks.
import { diversityFrom } from "../../src/calibrate/diversity.ts";
import { effectiveChannels } from "../../src/calibrate/estimators/effective-channels.ts";
import { pairPhi } from "../../src/calibrate/estimators/pair-phi.ts";
import { type PseudoLabels, pseudoLabels } from "../../src/calibrate/pseudo-labels.ts";
import { memberName, membersOf } from "../../src/organizations/cast.ts";
import type { Team } from "../../src/organizations/team.ts";
import { meanOfKnown, pick } from "../../src/plan/choose.ts";
import { panelOf, pseudoPanel } from "../../src/plan/panels.ts";
import { findColumn, gradesOf } from "../../src/records/answer-table.ts";
import { outcomesCached } from "../../src/simulate/replay.ts";
import { isMeasured } from "../../src/theory/interval.ts";
import { permutation, type Random, random } from "../../src/theory/random.ts";
import { type ForesightSet, splitAt } from "./sets.ts";

/** What panels can be ranked by before anybody graded an answer, and with grades of the same tasks to compare. */
const rankings = ["pseudo-gain", "pseudo-accuracy", "K*", "1 − mean φ", "graded gain"] as const;
export type Ranking = (typeof rankings)[number];

/** One draw of tasks: Spearman's correlations over random panels with what was measured on the other tasks. */
export interface DiversityDraw {
  readonly set: string;
  readonly tasks: number;
  readonly draw: number;
  readonly panels: number;
  /** With the gain over the mean member. */
  readonly gain: Readonly<Record<Ranking, number>>;
  /** With the gain over the best member (on the tasks of the measurement). */
  readonly overBest: Readonly<Record<Ranking, number>>;
  /** With the accuracy of the vote. */
  readonly accuracy: Readonly<Record<Ranking, number>>;
  /** Mean over agents of pseudo-accuracy − accuracy on the other tasks, and Spearman's correlation of the two. */
  readonly pseudoAccuracyBias: number;
  readonly pseudoAccuracyRank: number;
  /** Over all pairs of agents: φ from pseudo-labels with φ of the grades on the other tasks. */
  readonly phiRank: number;
}

export interface DiversityOptions {
  /** @default 20 */
  readonly draws?: number;
  /** Random panels of 3 to 7 agents. @default 60 */
  readonly panels?: number;
  /** @default 1 */
  readonly seed?: number;
}

/** Calibration tasks that leave fewer than this for the check are left out. */
const checkedMin = 100;

/** Every draw of `tasks` tasks of the set; none where there are too few tasks, agents or no answers. */
export function diversityDraws(
  set: ForesightSet,
  tasks: number,
  { draws = 20, panels = 60, seed = 1 }: DiversityOptions = {},
): DiversityDraw[] {
  const { table } = set.recordings;
  if (!set.answersKnown || table.columns.length < 4 || table.tasks.length - tasks < checkedMin) return [];
  return Array.from({ length: draws }, (_, draw): DiversityDraw | undefined => {
    const { choosing, checking } = splitAt(set, tasks, seed + draw);
    const labels = pseudoLabels(table, choosing);
    if (!isMeasured(labels)) return undefined;
    const teams = randomPanels(labels, panels, random(seed, "panels", set.name, tasks, draw));
    const { pairs, agents } = diversityFrom(labels);
    const phi = new Map(pairs.map(({ a, b, phi }) => [`${a}\n${b}`, isMeasured(phi) ? phi.value : Number.NaN]));
    const agreement = new Map(pairs.map(({ a, b, agreement }) => [`${a}\n${b}`, agreement.value]));
    const of = (pairsBy: ReadonlyMap<string, number>, a: string, b: string) =>
      pairsBy.get(`${a}\n${b}`) ?? pairsBy.get(`${b}\n${a}`)!;
    const scores: Record<Ranking, number[]> = {
      "pseudo-gain": [],
      "pseudo-accuracy": [],
      "K*": [],
      "1 − mean φ": [],
      "graded gain": [],
    };
    const measured = { gain: [] as number[], overBest: [] as number[], accuracy: [] as number[] };
    for (const team of teams) {
      const names = membersOf(team.cast).map(memberName);
      const pseudo = pseudoPanel(labels, team, 0.9)!;
      scores["pseudo-gain"].push(pseudo.pseudoGain.value);
      scores["pseudo-accuracy"].push(pseudo.pseudoAccuracy.value);
      scores["K*"].push(
        effectiveChannels(names.map((a) => Float64Array.from(names, (b) => (a === b ? 1 : of(agreement, a, b))))),
      );
      const phis = names.flatMap((a, i) => names.slice(i + 1).map((b) => of(phi, a, b)));
      scores["1 − mean φ"].push(1 - meanOfKnown(Float64Array.from(phis)));
      scores["graded gain"].push(gradedGains(set, team, choosing).gain);
      const found = gradedGains(set, team, checking);
      measured.gain.push(found.gain);
      measured.overBest.push(found.overBest);
      measured.accuracy.push(found.accuracy);
    }
    const against = (truth: readonly number[]) =>
      Object.fromEntries(rankings.map((ranking) => [ranking, rankCorrelation(scores[ranking], truth)])) as Record<
        Ranking,
        number
      >;
    const there = (name: string) => gradesOf(findColumn(table, name)!, checking);
    const accuracies = agents.map(({ name }) => meanOfKnown(there(name)));
    return {
      set: set.name,
      ...{ tasks, draw, panels: teams.length },
      gain: against(measured.gain),
      overBest: against(measured.overBest),
      accuracy: against(measured.accuracy),
      pseudoAccuracyBias: meanOfKnown(
        Float64Array.from(agents, ({ pseudoAccuracy }, i) => pseudoAccuracy.value - accuracies[i]!),
      ),
      pseudoAccuracyRank: rankCorrelation(
        agents.map(({ pseudoAccuracy }) => pseudoAccuracy.value),
        accuracies,
      ),
      phiRank: rankCorrelation(
        pairs.map(({ phi }) => (isMeasured(phi) ? phi.value : Number.NaN)),
        pairs.map(({ a, b }) => pairPhi(there(a), there(b), 0.9).phi.value),
      ),
    };
  }).filter((draw) => draw !== undefined);
}

/** Of 3 to 7 agents each, no two alike; as many as there are. */
function randomPanels(labels: PseudoLabels, count: number, next: Random): readonly Team[] {
  const names = labels.columns.map(({ name }) => name);
  const teams = new Map<string, Team>();
  for (let tried = 0; teams.size < count && tried < 20 * count; tried++) {
    const size = 3 + Math.floor(next() * Math.min(5, names.length - 2));
    const picked = permutation(names.length, next).subarray(0, size);
    const team = panelOf(
      labels,
      Array.from(picked, (i) => names[i]!),
    );
    teams.set(team.text, team);
  }
  return [...teams.values()];
}

/** What the vote of this team really did on these tasks. */
function gradedGains({ recordings: { table } }: ForesightSet, team: Team, tasks: Uint32Array) {
  const accuracy = meanOfKnown(pick(outcomesCached(team, table, { seed: 1 }).accuracy, tasks));
  const members = membersOf(team.cast).map((member) =>
    meanOfKnown(gradesOf(findColumn(table, memberName(member))!, tasks)),
  );
  const mean = members.reduce((sum, one) => sum + one, 0) / members.length;
  return { accuracy, gain: accuracy - mean, overBest: accuracy - Math.max(...members) };
}

/** Spearman's, ties at their mean rank; pairs with a number missing are left out. */
export function rankCorrelation(x: readonly number[], y: readonly number[]): number {
  const known = [...x.keys()].filter((i) => !Number.isNaN(x[i]! + y[i]!));
  const [a, b] = [ranks(known.map((i) => x[i]!)), ranks(known.map((i) => y[i]!))];
  const center = (known.length - 1) / 2;
  const product = (u: readonly number[], v: readonly number[]) =>
    u.reduce((sum, rank, i) => sum + (rank - center) * (v[i]! - center), 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  const found = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) found[order[i]!] = (from + to - 1) / 2;
    from = to;
  }
  return found;
}

/** One line per set, number of tasks and ranking: the median of the draws and their range. */
export interface DiversityRow {
  readonly set: string;
  readonly tasks: number;
  readonly draws: number;
  readonly ranking: Ranking;
  readonly gain: Spread;
  readonly overBest: Spread;
  readonly accuracy: Spread;
}

export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Draws of one set and number of tasks as lines of a table. */
export function diversityRows(draws: readonly DiversityDraw[]): DiversityRow[] {
  const [first] = draws;
  if (!first) return [];
  return rankings.map((ranking) => ({
    ...{ set: first.set, tasks: first.tasks, draws: draws.length, ranking },
    gain: spreadOf(draws.map(({ gain }) => gain[ranking])),
    overBest: spreadOf(draws.map(({ overBest }) => overBest[ranking])),
    accuracy: spreadOf(draws.map(({ accuracy }) => accuracy[ranking])),
  }));
}

/** Median, least and most. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const [below, above] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return {
    median: ((below ?? Number.NaN) + (above ?? Number.NaN)) / 2,
    low: sorted[0] ?? Number.NaN,
    high: sorted.at(-1) ?? Number.NaN,
  };
}
