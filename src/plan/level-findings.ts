// What compute levels have to say to a plan: agents that change places within the budget, and levels that nobody tried.

import type { Calibration } from "../calibrate/calibration.ts";
import { type ComputeAxis, calibrateLevels, type LevelCurve, type LevelRanking } from "../calibrate/compute.ts";
import { isMeasured } from "../theory/interval.ts";
import { isWithin, printBudget } from "./budget.ts";
import type { FindingContext } from "./findings.ts";
import type { Budget, Finding } from "./plan-types.ts";

/** Agents whose curves cross within the budget, and compute beyond the recorded levels that the budget would buy. */
export function levelFindings(context: FindingContext): Finding[] {
  const { calibration, budget, single, roster } = context;
  if (budget.unit === "calls" || !hasLevels(calibration, budget.unit)) return [];
  const { levelCurves, rankings } = calibrateLevels(calibration, budget.unit);
  const { agent } = roster.agents[single.members[0]!]!.column;
  const own = levelCurves.find((curve) => curve.agent === agent);
  return [...crossings(rankings, agent, budget), ...(own ? untried(own, context) : [])];
}

/** Two columns of one agent, both with a cost in the unit. */
function hasLevels({ agents }: Calibration, unit: Exclude<ComputeAxis, "level" | "tokensOut">): boolean {
  const leveled = agents
    .filter(({ level, cost }) => level !== undefined && isMeasured(cost[unit]))
    .map(({ agent }) => agent);
  return new Set(leveled).size < leveled.length;
}

/** Of the agent that is bought when one agent is: where another passes it, or it another. */
function crossings(rankings: readonly LevelRanking[], agent: string, budget: Budget): Finding[] {
  const { unit } = budget;
  const at = (amount: number) => printBudget({ amount: Number(amount.toPrecision(3)), unit });
  return rankings
    .filter(({ a, b }) => a === agent || b === agent)
    .flatMap(({ a, b, crossings: [crossing], ranges, rankedUpTo }): Finding[] => {
      if (!crossing || !isWithin(crossing.at, budget) || rankedUpTo === null) return [];
      const known = ranges.filter(({ ahead }) => ahead !== null);
      const told = known.map(({ from, to, ahead }) => `${ahead} is ahead from ${at(from)} to ${at(to)}`);
      const end = rankedUpTo < budget.amount ? `; beyond ${at(rankedUpTo)} nobody can be ranked` : "";
      return [
        {
          code: "levels-cross",
          message: `${a} and ${b} change places at about ${at(crossing.at)} per call: ${told.join(", ")}${end}.`,
          remedy:
            "Buy by what a call may cost, not by the agent's name; between these ranges more tasks at both levels would tell.",
        },
      ];
    });
}

/** Less room above the largest level is no reason to record another. */
const roomMin = 1.5;

/** One call of the agent at more compute than was recorded, against the best team of the same money. */
function untried({ agent, levels, curve }: LevelCurve, { budget, best, promise }: FindingContext): Finding[] {
  const largest = levels.at(-1)!;
  const affordable = curve.filter(({ at }) => isWithin(at, budget)).at(-1);
  if (!affordable || affordable.at < roomMin * largest.at) return [];
  const { mean } = promise(best).accuracy;
  const { value, low, high } = affordable.accuracy;
  if (high < mean) return [];
  const share = (one: number) => (100 * one).toFixed(1);
  const against = low > mean ? "more than" : value > mean ? "perhaps more than" : "perhaps as much as";
  return [
    {
      code: "level-untried",
      message: `One call of ${agent} at ${(affordable.at / largest.at).toFixed(1)} times its largest recorded compute is forecast at ${share(value)} % [${share(low)}, ${share(high)}], ${against} the ${share(mean)} % of ${best.team.text}: nobody tried it.`,
      remedy: `Record ${agent} at a level of about ${printBudget({ amount: Number(affordable.at.toPrecision(2)), unit: budget.unit })} on the same tasks before a team is bought.`,
    },
  ];
}
