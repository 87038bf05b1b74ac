import { type AnswerPair, type Diversity, diversityFrom } from "../calibrate/diversity.ts";
import { pseudoLabels } from "../calibrate/pseudo-labels.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { type PseudoPanel, pseudoCastAdvice, rankPanels } from "../plan/panels.ts";
import type { CastAdvice } from "../plan/plan-types.ts";
import type { AnswerTable } from "../records/answer-table.ts";
import { accuracy, accuracyInterval, count, plain, plainInterval, points } from "../report/format-number.ts";
import { isMeasured, type Measured, type NotMeasured } from "../theory/interval.ts";
import { castLines } from "./cast-lines.ts";

/** What answers tell before anybody graded them. */
export interface AnswersAlone {
  readonly diversity: Measured<Diversity>;
  /** Highest pseudo-accuracy first. */
  readonly panels: readonly PseudoPanel[];
  /** Whom to add to the first of them and whom to drop, by pseudo-labels. */
  readonly castAdvice: Measured<CastAdvice>;
}

const confidence = 0.9;
const panelsKept = 50;
const panelsShown = 5;

const twoAgents: NotMeasured = {
  notMeasured: "the answers of two agents are recorded, and the ties of two go to the first",
  probe: "record the answers of a third agent to the same tasks",
};

/** No grade is read. */
export function fromAnswersAlone(table: AnswerTable, tasks: Uint32Array, seed: number): AnswersAlone {
  const labels = pseudoLabels(table, tasks);
  if (!isMeasured(labels)) return { diversity: labels, panels: [], castAdvice: labels };
  const panels = rankPanels(labels, confidence).slice(0, panelsKept);
  return {
    diversity: diversityFrom(labels, { confidence, seed }),
    panels,
    castAdvice: panels[0] ? pseudoCastAdvice(labels, parseTeam(panels[0].team), confidence) : twoAgents,
  };
}

/**
 * The same for the terminal: the panels first, because they are what can be bought. What pseudo-labels say of right answers
 * has no interval here: one over tasks would not hold the truth, which lies below wherever agents share a mistake.
 */
export function diversityLines({ diversity, panels, castAdvice }: AnswersAlone): string[] {
  if (!isMeasured<Diversity>(diversity))
    return ["Diversity, from answers alone", `  not measured: ${diversity.notMeasured} → ${diversity.probe}`];
  const { agents, channels, rho, tasks } = diversity;
  const pairs = [...diversity.pairs].sort((a, b) => b.agreement.value - a.agreement.value);
  const pair = ({ a, b, agreement, phi }: AnswerPair) =>
    `${a} and ${b}: same answer on ${accuracy(agreement.value)} ${accuracyInterval(agreement)} %${isMeasured(phi) ? `, φ ${plain(phi.value)}` : ""}`;
  return [
    `Diversity, from the answers to ${count(tasks)} tasks alone: no grade is read`,
    ...(panels.length > 0
      ? [
          "  panels, most right first; by pseudo-labels: points over their mean member, over their best, right in %",
          "  ! good for ranking only: too high where agents make the same mistakes",
        ]
      : []),
    ...panels
      .slice(0, panelsShown)
      .map(
        ({ team, pseudoGain, pseudoAccuracy, overBest }, i) =>
          `    ${i + 1}. ${points(pseudoGain.value).padStart(6)} ${points(overBest.value).padStart(6)} ${accuracy(pseudoAccuracy.value).padStart(6)}  ${team}`,
      ),
    `  agents, most right first, in % by pseudo-labels${panels.length > 0 ? "" : ", good for ranking only: too high where agents make the same mistakes"}`,
    ...[...agents]
      .sort((a, b) => b.pseudoAccuracy.value - a.pseudoAccuracy.value)
      .map(
        ({ name, pseudoAccuracy }, i) =>
          `    ${i + 1}. ${name.padEnd(32)} ${accuracy(pseudoAccuracy.value).padStart(5)}`,
      ),
    `  most alike    ${pair(pairs[0]!)}`,
    ...(pairs.length > 1 ? [`  least alike   ${pair(pairs.at(-1)!)}`] : []),
    `  ρ             ${isMeasured(rho) ? `${plain(rho.value)} ${plainInterval(rho)}, by pseudo-labels` : `not measured: ${rho.notMeasured} → ${rho.probe}`}`,
    `  K*            ${plain(channels.value)} ${plainInterval(channels)} of ${agents.length} agents; noise counts as diversity, so it forecasts no gain`,
    "",
    ...castLines(castAdvice, ", by pseudo-labels"),
  ];
}
