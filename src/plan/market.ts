import type { Kind } from "../organizations/organization.ts";
import type { Team } from "../organizations/team.ts";
import type { NotMeasured } from "../theory/interval.ts";
import { type Difference, difference, type Scored } from "./choose.ts";
import type { CostUnit, Finding, Forecast, Plan } from "./plan-types.ts";
import type { PlanRoster } from "./roster.ts";

/** A team that was priced and scored; of two scores the higher is better under every metric. */
export interface Offer extends Scored {
  readonly team: Team;
  readonly kind: Kind;
  /** Distinct members, as numbers of the roster. */
  readonly members: readonly number[];
  /** Mean over tasks of what was recorded, before any mixing. */
  readonly raw: number;
  /** Expected cost per task in the unit of the budget. */
  readonly price: number;
  /** The most one task can cost; NaN where that is not known. */
  readonly max: (unit: CostUnit) => number;
}

/** What was chosen of the offers within the budget. */
export interface Choice<T extends Offer> {
  readonly single: T;
  readonly repeated: T | undefined;
  readonly several: T | undefined;
  readonly best: T;
  /** Cheapest first; none is beaten by a cheaper one. */
  readonly frontier: readonly T[];
  readonly affordable: readonly T[];
  /** What the highest score owes to having been picked of so many; only single agents are compared without it. */
  readonly luck: number;
  /** Teams that were not offered, and the cheaper one with the same outcome on every task. */
  readonly redundant: ReadonlyMap<T, T>;
}

/** Everything that can be bought under one metric, and what is to be said of it. */
export interface Market<T extends Offer> {
  readonly roster: PlanRoster;
  /** Teams that can be replayed, and teams whose readers nobody recorded. */
  readonly recorded: readonly T[];
  readonly readers: readonly T[];
  /** Teams that were not priced, because they ask for more than was recorded. */
  readonly leftOut: number;
  readonly refused: Plan["refused"];
  readonly windows: Plan["windows"];
  /** Scores within this of each other are equal. */
  readonly equalScores: number;
  /** "+3.0 points above single@gpt", "31 % less squared error" */
  gainText(gain: number, other?: string): string;
  /** See {@link Choice.luck}. */
  luck(affordable: readonly T[]): number;
  /** Forecasts, corrected for having been picked among the affordable ones. */
  promiser(choice: Choice<T>): (offer: T) => Forecast;
  /** The best allocation of this much per task, known only in hindsight. */
  oracle(choice: Choice<T>): Plan["oracle"];
  /** Whom to add to the best vote of several agents, and whom to drop. */
  castAdvice(): Plan["castAdvice"];
  /** Why no offer asks one agent several times. */
  readonly notRepeated: NotMeasured;
  /** Where the team of the choice stands in the theory. `reader`: the best affordable team of readers. */
  theory(
    choice: Choice<T>,
    reader: T | undefined,
  ): Pick<Plan, "regime" | "thresholds" | "boundaries" | "theoryOptimum" | "assumptions">;
  findings(
    choice: Choice<T>,
    plan: Pick<Plan, "advice" | "regime"> & { readonly promise: (offer: T) => Forecast },
  ): readonly Finding[];
}

/** A team against one that is simpler: what the search is worth to a team is taken off where the other is a single agent. */
export function compared(team: Scored & { readonly kind: Kind }, other: typeof team, luck: number): Difference {
  return difference(team, other, team.kind !== "single" && other.kind === "single" ? luck : 0);
}
