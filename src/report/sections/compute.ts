import type { Compute, LevelCurve, LevelRanking, PassAtK } from "../../calibrate/compute.ts";
import { isMeasured } from "../../theory/interval.ts";
import {
  computeAt,
  computeHeaders,
  computeText,
  coverageNames,
  familyText,
  preferredCurves,
  rankingText,
  toldRankings,
  untilText,
} from "../compute-words.ts";
import type { Draft, Note, SectionDraft } from "../document.ts";
import { accuracy, accuracyInterval, count, decimal, percent } from "../format-number.ts";
import type { Reading } from "../reading.ts";
import { agentsOf } from "../team-text.ts";
import { list, plural } from "../words.ts";

/** What more compute per call, and more samples, would buy; none where neither levels nor samples are recorded. */
export function computeSection(reading: Reading): SectionDraft | null {
  const blocks = [levelsBlock(reading), coverageBlock(reading)];
  return blocks.some((block) => block !== null) ? { id: "compute", title: "More compute", blocks } : null;
}

const none: Compute = { levelCurves: [], rankings: [], passAtK: [] };
const computeOf = ({ study }: Reading) => study.compute ?? none;
const shownMax = 4;

/** Curves that the figure draws, all on one axis: first the agent that the advice is about, else the best at its largest level. */
export function shownCurves(reading: Reading): readonly LevelCurve[] {
  const all = computeOf(reading).levelCurves;
  const curves = preferredCurves(all).filter(({ axis }) => axis === preferredCurves(all)[0]!.axis);
  const advised = agentsOf(reading.study.plan.advice.team).map((name) => name.split("~")[0]);
  const last = ({ levels }: LevelCurve) => levels.at(-1)!.accuracy.value;
  return curves
    .toSorted((a, b) => Number(advised.includes(b.agent)) - Number(advised.includes(a.agent)) || last(b) - last(a))
    .slice(0, shownMax);
}

/** How two of the shown curves rank, the pair with a crossing that can be told first. */
export function shownRanking(reading: Reading): LevelRanking | undefined {
  const shown = shownCurves(reading);
  const [axis] = shown.map((curve) => curve.axis);
  const both = (one: LevelRanking) =>
    one.axis === axis && [one.a, one.b].every((name) => shown.some((s) => s.agent === name));
  const rankings = computeOf(reading).rankings.filter(both);
  return toldRankings(rankings)[0] ?? rankings[0];
}

function levelsBlock(reading: Reading): Draft | null {
  const shown = shownCurves(reading);
  const [first] = shown;
  if (!first) return null;
  const { study, confidenceText } = reading;
  const name = (agent: string) => study.labels[agent] ?? agent;
  const ranking = shownRanking(reading);
  const { axis } = first;
  const recorded = (curve: LevelCurve) => curve.levels.at(-1)!;
  const unchosen = shown.filter(({ family }) => !isMeasured(family));
  const notes: Note[] = [
    {
      lead: "Beyond the last level",
      text: `forecasts are the mean of the curves that fit, those weighing most that foretold levels they had not seen. The interval holds the sampling of tasks and the spread between curves; no curve is told beyond ten times the largest level.`,
    },
    ...(unchosen.length > 0
      ? [
          {
            text: `Two levels fit every curve: for ${list(unchosen.map(({ agent }) => name(agent)))} none could be held out.`,
          },
        ]
      : []),
    ...computeOf(reading)
      .rankings.filter(
        (one) => one.axis === axis && one !== ranking && one.crossings.length > 0 && one.rankedUpTo !== null,
      )
      .slice(0, 3)
      .map((one) => ({ text: `${rankingText(rankingOf(one, name))}.` })),
  ];
  return {
    id: "levels",
    title: levelsTitle(shown, ranking, name),
    subtitle: `Right answers in per cent against ${computeHeaders[axis]}, log scale; dashed: forecast beyond the largest level`,
    figure: {
      name: "levels",
      index: 0,
      description: shown
        .map((curve) => {
          const [from, to] = [curve.levels[0]!, recorded(curve)];
          return `${name(curve.agent)}: ${accuracy(from.accuracy.value)} at ${computeText(from.at, axis)}, ${accuracy(to.accuracy.value)} at ${computeText(to.at, axis)}.`;
        })
        .join(" "),
      source: `All ${plural(study.tasks.total, "task")}; bars and band: ${confidenceText} intervals of the first agent.`,
    },
    table: {
      columns: [
        { name: "Agent" },
        { name: "Level" },
        { name: computeHeaders[axis], as: "number" },
        { name: "% right", as: "number" },
        { name: confidenceText, as: "number" },
        { name: "Curve" },
      ],
      rows: shown.flatMap((curve) => {
        const far = curve.curve.at(-1)!;
        const row = (
          level: string,
          at: number,
          share: { value: number; low: number; high: number },
          words: string,
        ) => ({
          cells: [name(curve.agent), level, computeAt(at, axis), accuracy(share.value), accuracyInterval(share), words],
        });
        return [
          ...curve.levels.map((level) => row(level.level, level.at, level.accuracy, "measured")),
          row("forecast", far.at, far.accuracy, familyText(curve)),
        ];
      }),
    },
    notes,
  };
}

/** The ranking with agents called what people call them. */
export const rankingOf = (ranking: LevelRanking, name: (agent: string) => string): LevelRanking => ({
  ...ranking,
  a: name(ranking.a),
  b: name(ranking.b),
  ranges: ranking.ranges.map((range) => ({ ...range, ahead: range.ahead === null ? null : name(range.ahead) })),
});

function levelsTitle(
  shown: readonly LevelCurve[],
  ranking: LevelRanking | undefined,
  name: (agent: string) => string,
): string {
  const [first] = shown;
  const told = ranking?.ranges.filter(({ ahead }) => ahead !== null) ?? [];
  const [early, late] = [told[0], told.at(-1)];
  if (ranking && early && late && early.ahead !== late.ahead)
    return `${name(late.ahead!)} passes ${name(early.ahead!)}; from ${computeText(late.from, ranking.axis)} on it is ahead`;
  if (ranking && late && ranking.ranges.at(-1) !== late)
    return `${name(late.ahead!)} is ahead up to ${computeText(late.to, ranking.axis)}; beyond, nobody is ranked`;
  if (ranking && late) return `${name(late.ahead!)} is ahead wherever it can be told`;
  if (ranking) return `${name(ranking.a)} and ${name(ranking.b)} cannot be ranked at any compute`;
  const [low, high] = [first!.levels[0]!, first!.levels.at(-1)!];
  return `From ${computeText(low.at, first!.axis)} to ${computeText(high.at, first!.axis)} ${name(first!.agent)} goes from ${percent(low.accuracy.value)} to ${percent(high.accuracy.value)}`;
}

/** Agents with several samples: those of the advice first, then those that any of k samples lifts most. */
export function shownPasses(reading: Reading): readonly PassAtK[] {
  const advised = agentsOf(reading.study.plan.advice.team);
  const lift = ({ measured }: PassAtK) => measured.at(-1)!.share.value - measured[0]!.share.value;
  return computeOf(reading)
    .passAtK.filter(({ samples }) => samples >= samplesMin)
    .toSorted((a, b) => Number(advised.includes(b.name)) - Number(advised.includes(a.name)) || lift(b) - lift(a))
    .slice(0, shownMax);
}

/** Fewer samples make no curve. */
const samplesMin = 4;

function coverageBlock(reading: Reading): Draft | null {
  const shown = shownPasses(reading);
  const [first] = shown;
  if (!first) return null;
  const { study, confidenceText } = reading;
  const name = (agent: string) => study.labels[agent] ?? agent;
  const [one, most] = [first.measured[0]!, first.measured.at(-1)!];
  const hopeless = first.samplesMean === null;
  return {
    id: "coverage",
    title: `Any of ${count(most.samples)} samples of ${name(first.name)} solves ${percent(most.share.value)} of the tasks, one ${percent(one.share.value)}`,
    subtitle:
      "Tasks with a right answer among k samples, per cent, against k, log scale; dashed: forecast beyond what was sampled",
    figure: {
      name: "coverage",
      index: 0,
      description: shown
        .map(({ name: agent, measured, forecast }) => {
          const far = forecast.at(-1)!;
          return `${name(agent)}: ${accuracy(measured[0]!.share.value)} at 1, ${accuracy(measured.at(-1)!.share.value)} at ${count(measured.at(-1)!.samples)}, forecast ${accuracy(far.share.value)} at ${count(far.samples)}.`;
        })
        .join(" "),
      source: `${plural(first.tasks, "task")} of the first agent; bars and band: its ${confidenceText} intervals.`,
    },
    table: {
      columns: [
        { name: "Agent" },
        { name: "Samples", as: "number" },
        { name: "% solved", as: "number" },
        { name: confidenceText, as: "number" },
        { name: "" },
      ],
      rows: shown.flatMap(({ name: agent, measured, forecast, family }) => {
        const law = isMeasured(family)
          ? `forecast, best foretold by ${coverageNames[family.name]}, off by ${decimal(100 * family.error, 1)} points`
          : "forecast, no law held out";
        return [
          ...measured.map(({ samples, share }) => ({ samples, share, words: "measured" })),
          ...forecast.map(({ samples, share }) => ({ samples, share, words: law })),
        ].map(({ samples, share, words }) => ({
          cells: [name(agent), count(samples), accuracy(share.value), accuracyInterval(share), words],
        }));
      }),
    },
    notes: [
      {
        lead: "A ceiling, not a team:",
        text: "somebody must pick the right one of k answers. A verifier that errs reaches less, a vote often far less.",
      },
      {
        text: `Half the tasks of ${name(first.name)} are solved ${untilText(first.samplesUntilHalf)}, nine in ten ${untilText(first.samplesUntilMost)}. Never solved: ${percent(first.neverSolved.low)} to ${percent(first.neverSolved.high)}, for samples cannot tell a hopeless task from a rare one${hopeless ? "; the mean number of samples is therefore infinite" : ""}.`,
      },
      ...(first.success.value < 0.01
        ? [
            {
              lead: "Rare:",
              text: `one sample of ${name(first.name)} is right with ${decimal(100 * first.success.value, 2)} ${accuracyInterval(first.success)} per cent; the interval is exact and counts tasks.`,
            },
          ]
        : []),
    ],
  };
}
