// Panels ranked from answers alone: how far the ranking is the one that their measured gain gives on other tasks.

import { diversityFrom } from "../../src/calibrate/diversity.ts";
import { effectiveChannels } from "../../src/calibrate/estimators/effective-channels.ts";
import { pairPhi } from "../../src/calibrate/estimators/pair-phi.ts";
import { rankCorrelation } from "../../src/calibrate/estimators/rank-correlation.ts";
import { type PseudoLabels, pseudoLabels } from "../../src/calibrate/pseudo-labels.ts";
import { memberName, membersOf } from "../../src/organizations/cast.ts";
import type { Team } from "../../src/organizations/team.ts";
import { meanOfKnown, pick } from "../../src/plan/choose.ts";
import { panelOf, pseudoPanel } from "../../src/plan/panels.ts";
import { findColumn, gradesOf } from "../../src/records/answer-table.ts";
import { outcomesCached } from "../../src/simulate/replay.ts";
import { isMeasured } from "../../src/theory/interval.ts";
import { permutation, type Random, random } from "../../src/theory/random.ts";
import type { LeftOut, Part, Told } from "./part.ts";
import { checkingMin, type ForesightSet, splitAt, taskCounts } from "./sets.ts";

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

const panelsPerDraw = 60;
/** Fewer agents make too few panels to rank. */
const agentsMin = 6;

/** Every draw of so many tasks of the set. */
export function diversityDraws(set: ForesightSet, tasks: number, draws: number, seed: number): DiversityDraw[] {
  const { table } = set.recordings;
  return Array.from({ length: draws }, (_, draw): DiversityDraw | undefined => {
    const { choosing, checking } = splitAt(set, tasks, seed + draw);
    const labels = pseudoLabels(table, choosing);
    if (!isMeasured(labels)) return undefined;
    const teams = randomPanels(labels, panelsPerDraw, random(seed, "panels", set.name, tasks, draw));
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

/** Median, least and most of the draws. */
interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const [below, above] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return {
    median: ((below ?? Number.NaN) + (above ?? Number.NaN)) / 2,
    low: sorted[0] ?? Number.NaN,
    high: sorted.at(-1) ?? Number.NaN,
  };
}

interface DiversityRows {
  readonly draws: readonly DiversityDraw[];
  readonly leftOut: readonly LeftOut[];
}

const text = ({ median, low, high }: Spread) => `${median.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;

/** What the issue asks of the ranking, at 300 tasks. */
const targets = [
  { set: "gsm8k-multi", least: 0.8 },
  { set: "mmlu-pro", least: 0.75 },
];

/** The part of the campaign. */
export const diversity: Part<DiversityRows> = {
  measure(set, { splits, seed }) {
    const { tasks, columns } = set.recordings.table;
    if (columns.length < agentsMin) return undefined;
    const out = (what: string, reason: string): LeftOut => ({ set: set.name, what, reason });
    if (!set.answersKnown)
      return { draws: [], leftOut: [out(`${columns.length} agents`, "only right or wrong is recorded, no answers")] };
    const fitting = taskCounts.filter((size) => tasks.length - size >= checkingMin);
    return {
      draws: fitting.flatMap((size) => diversityDraws(set, size, splits, seed)),
      leftOut: taskCounts
        .filter((size) => !fitting.includes(size))
        .map((size) => out(`k = ${size}`, `leaves fewer than ${checkingMin} tasks to check on`)),
    };
  },

  tell(found): Told {
    const draws = found.flatMap(({ found: rows }) => rows.draws);
    const cells = [...new Set(draws.map(({ set, tasks }) => `${set}\n${tasks}`))].map((key) =>
      draws.filter(({ set, tasks }) => `${set}\n${tasks}` === key),
    );
    const correlations = cells.flatMap((cell) =>
      rankings.map((ranking) => [
        ...[cell[0]!.set, cell[0]!.tasks, ranking],
        ...(["gain", "overBest", "accuracy"] as const).map((truth) =>
          text(spreadOf(cell.map((d) => d[truth][ranking]))),
        ),
      ]),
    );
    return {
      title: "Panels ranked without labels",
      words: [
        `Up to ${panelsPerDraw} random panels of 3 to 7 agents per draw, ranked from ungraded answers to k tasks and measured on all other tasks: Spearman's correlation, median [least, most] of the draws. Pseudo-labels are found from the answers of all agents of the set; "graded gain" sees the grades of the k tasks. Draws overlap, so their range is no interval.`,
      ],
      checks: targets.flatMap(({ set, least }) => {
        const at = draws.filter((one) => one.set === set && one.tasks === 300);
        if (at.length === 0) return [];
        const gain = spreadOf(at.map((draw) => draw.gain["pseudo-gain"]));
        const claim = `panels of ${set} ranked by pseudo-gain as by measured gain over the mean member, k = 300`;
        return [{ claim, figure: text(gain), target: `median ≥ ${least}`, met: gain.median >= least }];
      }),
      tables: [
        {
          title: "Rank correlation of panels",
          columns: ["set", "k", "ranked by", "gain over the mean member", "gain over the best member", "accuracy"],
          rows: correlations,
        },
        {
          title: "Agents and pairs without labels",
          columns: [
            "set",
            "k",
            "pseudo-accuracy − accuracy, mean",
            "their rank correlation",
            "φ of pairs, rank correlation",
          ],
          rows: cells.map((cell) => [
            ...[cell[0]!.set, cell[0]!.tasks],
            text(spreadOf(cell.map((draw) => draw.pseudoAccuracyBias))),
            text(spreadOf(cell.map((draw) => draw.pseudoAccuracyRank))),
            text(spreadOf(cell.map((draw) => draw.phiRank))),
          ]),
        },
      ],
      leftOut: found.flatMap(({ found: rows }) => rows.leftOut),
    };
  },
};
