// What a plan should say besides its numbers: each finding in plain words, with what to do about it.

import type { Calibration } from "../calibrate/calibration.ts";
import { makeTeam } from "../organizations/team.ts";
import { outcomesCached } from "../simulate/replay.ts";
import { isMeasured } from "../theory/interval.ts";
import { majoritySlope } from "../theory/majority.ts";
import type { Candidate } from "./candidates.ts";
import { mean, pick } from "./choose.ts";
import type { Advice, Finding, Forecast, Regime } from "./plan-types.ts";
import type { PlanRoster } from "./roster.ts";

export interface FindingContext {
  readonly calibration: Calibration;
  readonly roster: PlanRoster;
  readonly single: Candidate;
  readonly best: Candidate;
  readonly several: Candidate | undefined;
  readonly advice: Advice;
  readonly regime: Regime;
  /** Teams that were not offered, and the cheaper one with the same answers. */
  readonly redundant: ReadonlyMap<Candidate, Candidate>;
  readonly promise: (candidate: Candidate) => Forecast;
  readonly confidence: number;
}

/** Everything that stands out, most urgent first. */
export function findingsOf(context: FindingContext): readonly Finding[] {
  return [
    ...gradersDisagree(context),
    ...fewTasks(context),
    ...costsAssumed(context),
    ...theory(context),
    ...singleEnough(context),
    ...wrongAnswersAgree(context),
    ...redundantMember(context),
    ...tieRule(context),
  ];
}

const plural = (count: number, one: string, many: string) =>
  `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;

function gradersDisagree({ calibration: { disagreements } }: FindingContext): Finding[] {
  if (disagreements.length === 0) return [];
  const by = disagreements.filter(({ answer, gold, correct }) => answer === gold && correct === 0).length;
  return [
    {
      code: "graders-disagree",
      message: `The recorded \`correct\` and answer = gold disagree on ${plural(disagreements.length, "attempt", "attempts")}${by > 0 ? `; ${by} of them equal gold and are recorded as wrong` : ""}.`,
      remedy: "Look at them before believing a gain of this size; plan again with --grade answer to see what changes.",
    },
  ];
}

const tasksEnough = 100;

function fewTasks({ roster: { tasks } }: FindingContext): Finding[] {
  if (tasks.length >= tasksEnough) return [];
  return [
    {
      code: "few-tasks",
      message: `Everything was learned from ${plural(tasks.length, "task", "tasks")}: intervals are wide and most differences cannot be told.`,
      remedy: `Record at least ${tasksEnough} tasks; for the same money more tasks with 2–3 samples each tell more than more samples.`,
    },
  ];
}

function costsAssumed({ calibration, single, best, roster }: FindingContext): Finding[] {
  const involved = new Set([...single.members, ...best.members].map((i) => roster.agents[i]!.column.agent));
  const assumed = calibration.assumptions.filter(
    ({ subject, agent, status }) =>
      status === "assumed" && /price|length|seconds/.test(subject) && (agent === undefined || involved.has(agent)),
  );
  if (assumed.length === 0) return [];
  const subjects = [...new Set(assumed.map(({ subject }) => subject))].join(", ");
  return [
    {
      code: "costs-assumed",
      message: `Costs rest on assumptions (${subjects}), not on what was billed.`,
      remedy: "Record tokens and dollars with the attempts; the report shows from which price on the advice turns.",
    },
  ];
}

/** The bottlenecks of theory.md §9 that the regime shows. */
function theory({ regime, single, confidence }: FindingContext): Finding[] {
  const { alpha, gamma, organizationExponent, beta, rhoEffective, rhoWithin, fixedPoint, fanIn, messageTokens } =
    regime;
  if (!isMeasured(alpha) || !isMeasured(gamma)) return [];
  const slope = majoritySlope(fanIn);
  const sharing = messageTokens !== undefined && isMeasured(rhoWithin) ? rhoWithin : rhoEffective;
  const findings: Finding[] = [];
  const sure = Math.round(100 * confidence);
  if (alpha.high <= 1) {
    findings.push({
      code: "subcritical",
      message: `Every layer loses signal: α = ${alpha.value.toFixed(2)} (${sure} % interval up to ${alpha.high.toFixed(2)}) does not exceed 1.`,
      remedy: "Do not stack layers; see which of shared errors and lossy messages is the cause.",
    });
    if (gamma.value * slope > 1)
      findings.push({
        code: "correlation-bound",
        message: `Shared errors are the cause: at ρ = ${isMeasured(sharing) ? sharing.value.toFixed(2) : "?"} the votes repeat each other.`,
        remedy: "Mix models, prompts or contexts that err on different tasks.",
      });
    else
      findings.push({
        code: "fidelity-bound",
        message: `Messages are the cause: only γ = ${gamma.value.toFixed(2)} of a vote's signal arrives.`,
        remedy: "Allow longer messages, or let code count the answers.",
      });
  } else if (isMeasured(organizationExponent) && isMeasured(beta) && organizationExponent.high <= beta.low)
    findings.push({
      code: "scale-up-better",
      message: `Compute helps one agent more than coordination helps a team: s = ${organizationExponent.value.toFixed(2)} is below β = ${beta.value.toFixed(2)}.`,
      remedy: "Spend the money on one stronger agent or a higher level.",
    });
  if (messageTokens !== undefined && isMeasured(fixedPoint) && fixedPoint.high < 2 * single.raw - 1)
    findings.push({
      code: "strong-baseline",
      message: `${single.team.text} is above what a deep tree of readers can reach: its bias ${(2 * single.raw - 1).toFixed(2)} exceeds μ* = ${fixedPoint.value.toFixed(2)}.`,
      remedy: "Stay with the single agent, or raise γ and lower ρ first.",
    });
  return findings;
}

function singleEnough({ advice, several, promise, single }: FindingContext): Finding[] {
  if (advice.kind !== "single") return [];
  const p = several ? (promise(several).gain?.probabilityBetter ?? 0) : 0;
  if (p > 0.5) return [];
  return [
    {
      code: "single-enough",
      message: `One agent is enough: at this budget no team of several is expected to do better than ${single.team.text}.`,
      remedy: "Buy the single agent. Agents that err on other tasks, or a larger budget, would change this.",
    },
  ];
}

function wrongAnswersAgree({ roster, best }: FindingContext): Finding[] {
  const unknown = best.members.map((i) => roster.agents[i]!).filter(({ column }) => !column.answersKnown);
  if (unknown.length === 0 || best.kind === "single") return [];
  return [
    {
      code: "wrong-answers-agree",
      message: `Only right or wrong is recorded of ${unknown.map(({ name }) => name).join(", ")}: wrong answers are taken to agree, the worst case for a vote.`,
      remedy: "Record the answers: where wrong ones differ, votes and agreements do better than forecast.",
    },
  ];
}

/** Panels whose answers a cheaper team gives as well, and members that are copies of one another. */
function redundantMember({ best, several, redundant, roster }: FindingContext): Finding[] {
  const findings: Finding[] = [];
  const replaced = [...redundant].find(([, kept]) => kept === (several ?? best));
  if (replaced)
    findings.push({
      code: "redundant-member",
      message: `${replaced[0].team.text} gives the same outcome on every task as ${replaced[1].team.text}, for more calls.`,
      remedy: `Buy ${replaced[1].team.text}: only the cheaper of two equal teams is offered.`,
    });
  const members = (several?.members ?? []).map((i) => roster.agents[i]!);
  for (const [i, a] of members.entries())
    for (const b of members.slice(i + 1)) {
      const differing = a.right.reduce((sum, value, t) => sum + Math.abs(value - b.right[t]!), 0) / a.right.length;
      if (differing < 0.02)
        findings.push({
          code: "redundant-member",
          message: `${a.name} and ${b.name} are right and wrong on the same tasks (they differ on ${(100 * differing).toFixed(1)} %).`,
          remedy: "Replace one of them by an agent that errs elsewhere.",
        });
    }
  return findings;
}

/** What the order of the cast is worth to a panel. */
function tieRule({ several, calibration, roster }: FindingContext): Finding[] {
  if (several?.kind !== "panel") return [];
  const { team } = several;
  const reversed = makeTeam(team.organization, { ...team, cast: [...team.cast].reverse() }, team.rule);
  const other = outcomesCached(reversed, calibration.table, { seed: 1, weights: calibration.weights });
  const worth = several.raw - mean(pick(other.accuracy, roster.tasks));
  if (!(Math.abs(worth) >= 0.005)) return [];
  return [
    {
      code: "tie-rule",
      message: `Ties matter: given to the last member of ${team.text} instead of the first, they would cost ${(100 * worth).toFixed(1)} points.`,
      remedy: "Keep the cast in this order, most accurate first.",
    },
  ];
}
