import { rankCorrelation } from "../../calibrate/estimators/rank-correlation.ts";
import { printBudget } from "../../plan/budget.ts";
import type { CastAdvice, CastChange } from "../../plan/plan-types.ts";
import { type Interval, isMeasured } from "../../theory/interval.ts";
import type { Draft, SectionDraft } from "../document.ts";
import {
  accuracy,
  accuracyInterval,
  correlation,
  plain,
  plainInterval,
  points,
  pointsInterval,
  probability,
  probabilitySentence,
} from "../format-number.ts";
import type { Reading } from "../reading.ts";
import type { Unlabeled } from "../study-data.ts";
import { numberWord } from "../words.ts";

/** What answers tell before anybody graded them, and who should join or leave the best vote. */
export function diversitySection(reading: Reading): SectionDraft | null {
  const blocks = [unlabeledBlock(reading), castBlock(reading)];
  return blocks.every((block) => block === null) ? null : { id: "diversity", title: "Diversity", blocks };
}

function unlabeledBlock({ study, confidenceText }: Reading): Draft | null {
  const { unlabeled } = study;
  if (!unlabeled) return null;
  const { rows, tasks, agents, channels, rho } = unlabeled;
  const kindness = (of: readonly (typeof rows)[number][]) =>
    of.reduce((sum, { pseudo, measured }) => sum + pseudo.value - measured.value, 0) / of.length;
  const single = rows.filter(({ kind }) => kind === "single");
  const panels = rows.filter(({ kind }) => kind !== "single");
  return {
    id: "unlabeled",
    title: unlabeledTitle(unlabeled),
    subtitle:
      "Right answers in %: hollow by pseudo-labels, which no grade was read for, on the choosing half; filled by the grades on the held-back half",
    figure: {
      name: "unlabeled",
      index: 0,
      description: rows
        .map(
          ({ label, pseudo, measured }) =>
            `${label}: ${accuracy(pseudo.value)} % by pseudo-labels, ${accuracy(measured.value)} % measured.`,
        )
        .join(" "),
      source: `Pseudo-labels of ${tasks} tasks of the choosing half; ${confidenceText} intervals over tasks.`,
    },
    table: {
      columns: [
        { name: "Agent or panel" },
        { name: "By pseudo-labels, %", as: "number" },
        { name: confidenceText, as: "number" },
        { name: "Measured, %", as: "number" },
        { name: confidenceText, as: "number" },
      ],
      rows: rows.map(({ team, label, kind: of, pseudo, measured }) => ({
        kind: of,
        code: team,
        cells: [
          label,
          accuracy(pseudo.value),
          accuracyInterval(pseudo),
          accuracy(measured.value),
          accuracyInterval(measured),
        ],
      })),
    },
    notes: [
      {
        lead: "Pseudo-labels",
        text: `take for right what able agents agree on. ${single.length > 0 ? `Agents come out ${kindnessText(kindness(single))}` : ""}${panels.length > 0 ? `, these panels ${kindnessText(kindness(panels))}: a vote that shares a mistake makes its own label, and of many panels the best look best by luck, too` : ""}.`,
      },
      {
        lead: channelsText(channels),
        text: `of ${numberWord(agents)} agents: how many that never agree they amount to. Disagreement counts whether it comes from knowing other things or from noise, so it forecasts no gain.${isMeasured(rho) ? ` Correlation of being right by pseudo-labels: ρ = ${correlation(rho.value)}.` : ""}`,
      },
    ],
  };
}

/** "K* = 3.65 [3.50, 3.79]" */
export function channelsText(channels: Interval): string {
  return `K* = ${plain(channels.value)} ${plainInterval(channels)}`;
}

function kindnessText(kindness: number): string {
  if (Math.abs(kindness) < 0.005) return "as they are";
  return `${accuracy(Math.abs(kindness))} points ${kindness > 0 ? "better" : "worse"} than they are`;
}

function unlabeledTitle({ rows }: Unlabeled): string {
  const agents = rows.filter(({ kind }) => kind === "single");
  if (agents.length < 4) return "What answers alone say of these agents, and what grades say";
  const rank = rankCorrelation(
    agents.map(({ pseudo }) => pseudo.value),
    agents.map(({ measured }) => measured.value),
  );
  if (Number.isNaN(rank)) return "Answers alone, or grades, find no difference between these agents";
  const text = `rank correlation ${correlation(rank)}`;
  if (rank >= 0.9) return `Without one grade, answers rank the agents as their grades do: ${text}`;
  if (rank >= 0.5) return `Without one grade, answers rank the agents roughly as their grades do: ${text}`;
  return `Answers alone do not rank these agents as their grades do: ${text}`;
}

const changesShown = 6;

function castBlock({ study, label, confidenceText }: Reading): Draft | null {
  const { castAdvice } = study.plan;
  if (!isMeasured<CastAdvice>(castAdvice)) return null;
  const { team, unit, add, drop } = castAdvice;
  const name = (agent: string) => study.labels[agent] ?? agent;
  const row = (what: string) => (change: CastChange) => ({
    cells: [
      `${what} ${name(change.agent)}`,
      points(change.gain.mean),
      pointsInterval(change.gain),
      probability(change.probabilityBetter),
      `${change.cost < 0 ? "−" : "+"}${printBudget({ amount: Math.abs(change.cost), unit })}`,
    ],
  });
  return {
    id: "cast",
    title: castTitle(castAdvice, name),
    subtitle: `Changes of ${label(team)}, the best vote of several agents within the budget, one at a time`,
    table: {
      columns: [
        { name: "Change" },
        { name: "Points", as: "number" },
        { name: confidenceText, as: "number" },
        { name: "P(better)", as: "number" },
        { name: "Cost per task", as: "number" },
      ],
      rows: [...add.slice(0, changesShown).map(row("add")), ...drop.slice(0, changesShown).map(row("drop"))],
    },
    notes: [
      {
        text: "Additions stand by gain per money, members by how little they are missed. Forecast on the choosing half, paired by task; the best of many looks a little better than it is.",
      },
    ],
  };
}

function castTitle({ add, drop }: CastAdvice, name: (agent: string) => string): string {
  const [joins] = add;
  const [leaves] = drop;
  const sure = ({ probabilityBetter }: CastChange) => probabilitySentence(probabilityBetter);
  const joining =
    joins && joins.gain.mean > 0
      ? `${name(joins.agent)} would add most to the best vote for its money: ${points(joins.gain.mean)} points, ${sure(joins)}`
      : "No agent would add to the best vote";
  if (!leaves) return joining;
  return leaves.gain.mean >= 0
    ? `${joining}; it does better without ${name(leaves.agent)}`
    : `${joining}; ${name(leaves.agent)} is missed least, ${points(leaves.gain.mean)} points`;
}
