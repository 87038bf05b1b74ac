// What a plan of numbers should say besides its numbers.

import type { AgentEstimates, Calibration, EstimateCalibration } from "../calibrate/calibration.ts";
import { isMeasured } from "../theory/interval.ts";
import { mean } from "./choose.ts";
import type { RiskOffer } from "./log-risk.ts";
import type { Choice } from "./market.ts";
import type { Advice, Finding } from "./plan-types.ts";
import type { PlanRoster } from "./roster.ts";

export interface RiskFindingContext {
  readonly calibration: Calibration;
  readonly estimates: EstimateCalibration;
  readonly roster: PlanRoster;
  readonly choice: Choice<RiskOffer>;
  readonly advice: Advice;
}

/** Everything that stands out, most urgent first. */
export function riskFindings(context: RiskFindingContext): readonly Finding[] {
  return [
    ...heavyTail(context),
    ...truthFromOthers(context),
    ...fewTasks(context),
    ...silence(context),
    ...sharedErrors(context),
    ...medianAndMean(context),
    ...redundantMembers(context),
    ...singleEnough(context),
  ];
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

/** A sum of squares that is the story of one task says nothing of other tasks. */
function heavyTail({ choice: { single }, roster }: RiskFindingContext): Finding[] {
  const sum = single.risks.reduce((total, risk) => total + risk, 0);
  const most = single.risks.reduce((largest, risk, t) => (risk > single.risks[largest]! ? t : largest), 0);
  const share = single.risks[most]! / sum;
  if (!(share > 0.25)) return [];
  return [
    {
      code: "heavy-tail",
      message: `One task of ${roster.tasks.length}, ${roster.table.tasks[roster.tasks[most]!]}, holds ${percent(share)} of the squared error of ${single.team.text}: what is told of squared errors is mostly told of it.`,
      remedy: "Look at it; plan in accuracy, or take a median, where single wild answers should not decide.",
    },
  ];
}

function truthFromOthers({ estimates }: RiskFindingContext): Finding[] {
  if (!estimates.truthFromOthers) return [];
  return [
    {
      code: "truth-from-others",
      message:
        "Nobody knows the truth: a team is held against the mean of the agents outside it. The larger the team, the fewer are left, and their own errors count against it.",
      remedy: "Record a truth (`gold`) for some tasks, or more agents that stand in no team.",
    },
  ];
}

const tasksEnough = 100;

function fewTasks({ roster: { tasks } }: RiskFindingContext): Finding[] {
  if (tasks.length >= tasksEnough) return [];
  return [
    {
      code: "few-tasks",
      message: `Everything was learned from ${tasks.length === 1 ? "1 task" : `${tasks.length} tasks`}: intervals are wide and most differences cannot be told.`,
      remedy: `Record at least ${tasksEnough} tasks; squared errors vary more from task to task than right and wrong.`,
    },
  ];
}

function estimatesOf({ estimates, roster }: RiskFindingContext, i: number): AgentEstimates {
  return estimates.agents.find(({ name }) => name === roster.agents[i]!.name)!;
}

function silence(context: RiskFindingContext): Finding[] {
  const silent = [...context.roster.agents.keys()]
    .map((i) => estimatesOf(context, i))
    .filter((agent) => agent.silent.value > 0.02);
  if (silent.length === 0) return [];
  const names = silent.map(({ name, silent: { value } }) => `${name} ${percent(value)}`).join(", ");
  return [
    {
      code: "answers-without-numbers",
      message: `Some answers are no numbers (${names}); each is charged as if the mean truth had been answered.`,
      remedy: "Ask for a number in the prompt, or for a format that can be parsed.",
    },
  ];
}

/** What repeating one agent cannot average away. */
function sharedErrors(context: RiskFindingContext): Finding[] {
  const { rho, name } = estimatesOf(context, context.choice.single.members[0]!);
  if (!isMeasured(rho) || !(rho.low > 0.5)) return [];
  return [
    {
      code: "shared-errors",
      message: `${percent(rho.value)} of the squared error of ${name} is the same in all its answers to a task: no number of repeats takes that away.`,
      remedy: "Average different agents, or correct its bias.",
    },
  ];
}

/** The other rule on the same members. */
function medianAndMean({ choice: { several, affordable }, roster }: RiskFindingContext): Finding[] {
  if (!several) return [];
  const members = several.members.join();
  const others = affordable.filter((one) => one !== several && one.kind === "panel" && one.members.join() === members);
  const worse = others.filter((one) => mean(one.risks) > 1.2 * mean(several.risks));
  const worst = worse.toSorted((a, b) => mean(b.risks) - mean(a.risks))[0];
  if (!worst || roster.tasks.length < 2) return [];
  return [
    {
      code: "rule-matters",
      message: `How the numbers are combined matters: ${worst.team.text} has ${percent(mean(worst.risks) / mean(several.risks) - 1)} more squared error than ${several.team.text} on these tasks.`,
      remedy: "Keep the rule with the team.",
    },
  ];
}

function redundantMembers({ estimates, choice: { several, best, redundant } }: RiskFindingContext): Finding[] {
  if (estimates.truthFromOthers) return []; // a team and those outside it are as far from each other
  const replaced = [...redundant].find(([, kept]) => kept === (several ?? best));
  if (!replaced) return [];
  return [
    {
      code: "redundant-member",
      message: `${replaced[0].team.text} gives the same outcome on every task as ${replaced[1].team.text}, at no lower price.`,
      remedy: `Buy ${replaced[1].team.text}: only one of two equal teams is offered.`,
    },
  ];
}

function singleEnough({ advice, choice: { single, best } }: RiskFindingContext): Finding[] {
  if (advice.kind !== "single" || best.score > single.score) return [];
  return [
    {
      code: "single-enough",
      message: `One agent is enough: at this budget no mean of several is expected to err less than ${single.team.text}.`,
      remedy: "Buy the single agent. Agents that err in other directions, or a larger budget, would change this.",
    },
  ];
}
