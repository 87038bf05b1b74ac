// Panels ranked before anybody graded an answer: what their votes gain if the pseudo-labels are right.

import { taskMeanInterval, taskShareInterval } from "../calibrate/estimators/task-mean.ts";
import type { PseudoLabels } from "../calibrate/pseudo-labels.ts";
import { callsOf, memberName, memberOf, membersOf, part } from "../organizations/cast.ts";
import { makeTeam, type Team } from "../organizations/team.ts";
import { vote } from "../organizations/vote.ts";
import { type Column, findColumn, gradesOf } from "../records/answer-table.ts";
import { outcomesCached } from "../simulate/replay.ts";
import type { Interval, Measured } from "../theory/interval.ts";
import { drawSeed } from "./candidates.ts";
import { type Compared, castAdvice } from "./cast-changes.ts";
import { meanOfKnown, pick } from "./choose.ts";
import type { CastAdvice } from "./plan-types.ts";

/** A vote of several agents, by pseudo-labels. */
export interface PseudoPanel {
  readonly team: string;
  readonly tasks: number;
  /** Share of right answers of the vote; too high where agents make the same mistakes, as those of its members are. */
  readonly pseudoAccuracy: Interval;
  /**
   * The vote's share of right answers less the mean of its members': it ranks panels as their measured gain does. Large also
   * where one able agent breaks the ties of others.
   */
  readonly pseudoGain: Interval;
  /** The same, less that of its best member. */
  readonly overBest: Interval;
}

const callsMax = 5;

/** Votes of 3 among the 12 agents of highest pseudo-accuracy and of 5 among 9, highest pseudo-accuracy of the vote first. */
export function rankPanels(labels: PseudoLabels, confidence: number): readonly PseudoPanel[] {
  const columns = byPseudoAccuracy(labels);
  const roster = {
    names: columns.map(({ name }) => name),
    callsMax,
    samples: new Map(columns.map(({ name }) => [name, 1])),
    members: new Map(columns.map((column) => [column.name, memberOf(column)])),
  };
  return [...vote.candidates(roster)]
    .flatMap((shape) => pseudoPanel(labels, makeTeam("vote", shape), confidence) ?? [])
    .sort((a, b) => b.pseudoAccuracy.value - a.pseudoAccuracy.value || (a.team < b.team ? -1 : 1));
}

/** A vote of these agents, the one of highest pseudo-accuracy first: it gets the ties. */
export function panelOf(labels: PseudoLabels, names: readonly string[]): Team {
  const members = byPseudoAccuracy(labels).filter(({ name }) => names.includes(name));
  return makeTeam("vote", { cast: members.map((column) => part(memberOf(column))) });
}

/** Undefined where fewer than two tasks have an answer of every member. */
export function pseudoPanel({ table, tasks }: PseudoLabels, team: Team, confidence: number): PseudoPanel | undefined {
  const right = pick(outcomesCached(team, table, { seed: drawSeed }).accuracy, tasks);
  const members = membersOf(team.cast).map((member) => gradesOf(findColumn(table, memberName(member))!, tasks));
  const known = [...right.keys()].filter((t) => !Number.isNaN(right[t]!));
  if (known.length < 2) return undefined;
  const here = members.map((grades) => pick(grades, known));
  const vote = pick(right, known);
  const means = here.map(meanOfKnown);
  const best = here[means.indexOf(Math.max(...means))]!;
  return {
    team: team.text,
    tasks: known.length,
    pseudoAccuracy: taskShareInterval(vote, confidence),
    pseudoGain: taskMeanInterval(
      vote.map((value, t) => value - here.reduce((sum, grades) => sum + grades[t]!, 0) / here.length),
      confidence,
    ),
    overBest: taskMeanInterval(
      vote.map((value, t) => value - best[t]!),
      confidence,
    ),
  };
}

/** Whom to add to this vote and whom to drop by pseudo-labels, on the tasks that all agents were asked; money is calls. */
export function pseudoCastAdvice(labels: PseudoLabels, team: Team, confidence: number): Measured<CastAdvice> {
  const { columns, table } = labels;
  const tasks = labels.tasks.filter((task) => columns.every(({ start }) => start[task]! < start[task + 1]!));
  if (tasks.length < 2)
    return {
      notMeasured: `only ${tasks.length} tasks were answered by all ${columns.length} agents`,
      probe: "record all agents on the same tasks",
    };
  const compared = (changed: Team): Compared => {
    const accuracy = pick(outcomesCached(changed, table, { seed: drawSeed }).accuracy, tasks);
    const price = callsOf(membersOf(changed.cast));
    return { team: changed, accuracy, score: meanOfKnown(accuracy), extraVariance: 0, price };
  };
  return castAdvice(compared(team), byPseudoAccuracy(labels), compared, { confidence, unit: "calls" });
}

function byPseudoAccuracy({ columns, table, tasks }: PseudoLabels): readonly Column[] {
  const accuracies = new Map(table.columns.map((column) => [column.name, meanOfKnown(gradesOf(column, tasks))]));
  return [...columns].sort((a, b) => accuracies.get(b.name)! - accuracies.get(a.name)! || (a.name < b.name ? -1 : 1));
}
