import type { Calibration } from "../calibrate/calibration.ts";
import { errorWeights } from "../calibrate/estimates.ts";
import { memberName, membersOf } from "../organizations/cast.ts";
import { ruleOf, type Team } from "../organizations/team.ts";

/**
 * What the team's rule weighs its members by, as these tasks tell: log-odds of their accuracy for votes, the weights of
 * least squared error for numbers; undefined where the rule takes no weights. Members that share fewer than two tasks weigh
 * alike.
 *
 * @param tasks  that the weights of numbers are learned from. @default those of the calibration
 */
export function teamWeights(
  team: Team,
  { table, weights, ...calibration }: Pick<Calibration, "table" | "tasks" | "weights">,
  tasks = calibration.tasks,
): ReadonlyMap<string, number> | undefined {
  const rule = ruleOf(team);
  if (!rule.weighted) return undefined;
  if (!rule.combine) return weights;
  const members = membersOf(team.cast).map((member) => ({ name: memberName(member), samples: member.samples }));
  // Repeats of one member weigh alike, however many its size asks for.
  const learned = members.length > 1 ? errorWeights(table, tasks, members) : undefined;
  return learned ?? new Map(members.map(({ name }) => [name, 1]));
}
