// What a plan should say besides its numbers: each finding in plain words, with what to do about it.

import type { Calibration } from "../calibrate/calibration.ts";
import { clampPositive, clampShare } from "../calibrate/estimators/estimate.ts";
import { memberName } from "../organizations/cast.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { formOf, makeTeam } from "../organizations/team.ts";
import { outcomesCached } from "../simulate/replay.ts";
import { type DiagnosisCode, diagnose } from "../theory/diagnose.ts";
import { isMeasured, type Measured } from "../theory/interval.ts";
import type { Candidate } from "./candidates.ts";
import { mean, pick } from "./choose.ts";
import { levelFindings } from "./level-findings.ts";
import type { Advice, Budget, Finding, Forecast, Regime } from "./plan-types.ts";
import { readerOf } from "./reader-plans.ts";
import { roomIn, windowOf } from "./reader-window.ts";
import { hasVotes, type PlanRoster } from "./roster.ts";

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
  /** Per task. */
  readonly budget: Budget;
}

/** Everything that stands out, most urgent first. */
export function findingsOf(context: FindingContext): readonly Finding[] {
  return [
    ...gradersDisagree(context),
    ...fewTasks(context),
    ...costsAssumed(context),
    ...theory(context),
    ...readersForecast(context),
    ...singleEnough(context),
    ...levelFindings(context),
    ...scoresWithoutAnswers(context),
    ...wrongAnswersAgree(context),
    ...redundantMember(context),
    ...tieRule(context),
  ];
}

const plural = (count: number, one: string, many: string) =>
  `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;

function gradersDisagree({ calibration: { disagreements, assumptions } }: FindingContext): Finding[] {
  if (disagreements.length === 0) return [];
  const byAnswer = assumptions.some(({ subject, value }) => subject === "grading" && value.startsWith("answer = gold"));
  const by = disagreements.filter(({ answer, gold, correct }) => answer === gold && correct === 0).length;
  return [
    {
      code: "graders-disagree",
      message: `The recorded \`correct\` and answer = gold disagree on ${plural(disagreements.length, "attempt", "attempts")}${by > 0 ? `; ${by} of them equal gold and are recorded as wrong` : ""}.`,
      remedy: `Look at them before believing a gain of this size; plan again with --grade ${byAnswer ? "flag" : "answer"} to see what changes.`,
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

/** What each condition of the theory means, and its cure (§9). */
const conditions: Readonly<Record<DiagnosisCode, readonly [string, string]>> = {
  "window-violated": [
    "The messages of one node do not fit the reader's window.",
    "Shorter messages, a smaller fan-in, or more layers.",
  ],
  subcritical: [
    "Every layer loses signal: α does not exceed 1.",
    "Do not stack layers before shared errors or lossy messages are cured.",
  ],
  "correlation-bound": [
    "Shared errors are the cause: the votes of a node repeat each other.",
    "Other models, prompts or contexts, so that errors are shared less than the critical ρ.",
  ],
  "fidelity-bound": [
    "Messages are the cause: too little of each vote arrives.",
    "Longer messages, or let code count the answers.",
  ],
  "scale-up-better": [
    "Coordination grows slower than the model: s does not exceed β.",
    "Spend the money on one stronger agent or a higher level.",
  ],
  "strong-baseline": [
    "The single agent is above what a deep tree of readers can reach.",
    "Stay with the single agent, or raise fidelity and lower shared errors first.",
  ],
  "leaf-above-fixed-point": [
    "The leaves are better than the organization: every layer of readers makes answers worse.",
    "Fewer layers, or let code count the votes.",
  ],
  "past-mixing-depth": [
    "The last layers buy nothing: the tree has settled before.",
    "Cut layers and give the leaves more compute.",
  ],
  "fan-in-headroom": [
    "The reader's window has room for more messages.",
    "Widen before deepening: more messages per node amplify more.",
  ],
};

/** Conditions of the theory at the node of the regime, if the intervals of what decides them leave no doubt. */
function theory({ regime, single, promise, roster }: FindingContext): Finding[] {
  const { alpha, gamma, organizationExponent, beta, rhoWithin, fixedPoint, mixingDepth, fanIn, messageTokens } = regime;
  if (messageTokens === undefined || !isMeasured(gamma) || !isMeasured(rhoWithin) || !regime.team) return [];
  const room = roomIn(windowOf(readerOf(roster).calibration));
  const team = parseTeam(regime.team);
  const layers = formOf(team).layers!(team).length;
  const leaf = roster.agents.find(({ name }) => name === memberName(team.cast[0]!.members[0]!))!;
  const below = (low: Measured, high: Measured) => isMeasured(low) && isMeasured(high) && low.high <= high.low;
  const isSubcritical = isMeasured(alpha) && alpha.high <= 1;
  const aboveCeiling = (accuracy: { readonly low: number }) =>
    isMeasured(fixedPoint) && 2 * accuracy.low - 1 >= fixedPoint.high;
  const surely: Readonly<Record<DiagnosisCode, boolean>> = {
    "window-violated": true,
    subcritical: isSubcritical,
    "correlation-bound": isSubcritical,
    "fidelity-bound": isSubcritical,
    "scale-up-better": below(organizationExponent, beta),
    "strong-baseline": aboveCeiling(promise(single).accuracy),
    "leaf-above-fixed-point": aboveCeiling(leaf.calibration.accuracy),
    "past-mixing-depth": isMeasured(mixingDepth) && mixingDepth.high < layers,
    "fan-in-headroom": true,
  };
  const codes = diagnose({
    aggregation: {
      fanIn,
      fidelity: clampPositive(gamma.value),
      rho: clampShare(rhoWithin.value),
    },
    layers,
    messageTokens,
    windowTokens: Number.isFinite(room) ? Math.max(1, room) : fanIn * messageTokens,
    leafBias: 2 * leaf.accuracy - 1,
    beta: isMeasured(beta) ? Math.max(1e-9, beta.value) : 1e-9,
    singleBias: 2 * single.raw - 1,
  });
  return codes
    .filter((code) => surely[code])
    .map((code) => ({
      code,
      message: `${conditions[code][0]} (${regime.team})`,
      remedy: conditions[code][1],
    }));
}

function readersForecast({ advice }: FindingContext): Finding[] {
  if (advice.kind !== "tree") return [];
  return [
    {
      code: "readers-forecast",
      message: `${advice.team} is forecast by the theory: nobody recorded what its readers answer.`,
      remedy: "Try it on a few tasks before it is bought, or plan with --recorded-only.",
    },
  ];
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

function scoresWithoutAnswers({ roster }: FindingContext): Finding[] {
  const scored = roster.agents.filter(({ column }) => !hasVotes(column)).map(({ name }) => name);
  if (scored.length === 0) return [];
  return [
    {
      code: "scores-without-answers",
      message: `${scored.join(", ")} ${scored.length === 1 ? "has" : "have"} scores without answers: nothing can be counted or compared, so ${scored.length === 1 ? "it stands" : "they stand"} in no team.`,
      remedy: "Record the field `answer` beside the score, or grades of right and wrong.",
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
      message: `${replaced[0].team.text} gives the same outcome on every task as ${replaced[1].team.text}, at a higher price.`,
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
  const other = outcomesCached(reversed, roster.table, { seed: 1, weights: calibration.weights });
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
