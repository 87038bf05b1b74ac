// Who should join a vote next, and who could leave it: one member more, one member less, each priced on the same tasks.

import { callsOf, memberName, memberOf, membersOf, part } from "../organizations/cast.ts";
import type { Member } from "../organizations/organization.ts";
import { makeTeam, type Team } from "../organizations/team.ts";
import { vote } from "../organizations/vote.ts";
import type { Measured } from "../theory/interval.ts";
import { difference, gainInterval, probabilityBetter, type Scored } from "./choose.ts";
import type { Offer } from "./market.ts";
import type { CastAdvice, CastChange, CostUnit } from "./plan-types.ts";

/** One member more or less. */
interface Changed {
  readonly agent: string;
  readonly team: Team;
}

/** A vote as changes of it are compared: its outcome on each task, its score and its price. */
export type Compared = Pick<Offer, "team" | keyof Scored | "price">;

/** True for a vote that counts every member's answers alike: what one more or one less can be tried on. */
export function takesMembers({ organization, rule }: Team): boolean {
  return organization === "vote" && rule === vote.defaultRule;
}

/**
 * The same vote with one call to each of these agents more, and without each of its members. Names are columns, most
 * accurate first: that is the order of casts, so that ties go to the most accurate.
 */
export function castChanges(
  team: Team,
  agents: readonly { readonly name: string; readonly agent: string; readonly level?: string }[],
): { readonly add: readonly Changed[]; readonly drop: readonly Changed[] } {
  const calls = team.sizes[0];
  const members = membersOf(team.cast).map((member) => (calls === undefined ? member : { ...member, samples: calls }));
  const order = new Map(agents.map(({ name }, i) => [name, i]));
  const made = (agent: string, some: readonly Member[]): Changed => {
    const cast = [...some].sort((a, b) => order.get(memberName(a))! - order.get(memberName(b))!);
    const single = cast.length === 1 && callsOf(cast) === 1;
    return { agent, team: makeTeam(single ? "single" : "vote", { cast: cast.map(part) }) };
  };
  const names = new Set(members.map(memberName));
  return {
    add: agents.filter(({ name }) => !names.has(name)).map((one) => made(one.name, [...members, memberOf(one)])),
    drop:
      members.length < 2
        ? []
        : members.map((out) =>
            made(
              memberName(out),
              members.filter((one) => one !== out),
            ),
          ),
  };
}

/**
 * What each change of the vote's cast would gain, by the scores that the plan chooses by, and what it would cost. Gains are
 * paired over tasks; of many additions the best looks a little better than it is.
 */
export function castAdvice(
  team: Compared | undefined,
  agents: Parameters<typeof castChanges>[1],
  price: (team: Team) => Compared | undefined,
  { confidence, unit }: { readonly confidence: number; readonly unit: CostUnit },
): Measured<CastAdvice> {
  if (!team)
    return {
      notMeasured: "no vote of several agents fits the budget",
      probe: "plan with a budget for three calls, on recordings of at least three agents",
    };
  const measured = ({ agent, team: changed }: Changed): CastChange[] => {
    const offer = price(changed);
    if (!offer) return [];
    const found = difference(offer, team);
    const cost = offer.price - team.price;
    return [
      {
        ...{ agent, team: changed.text, cost },
        gain: gainInterval(found, confidence),
        probabilityBetter: probabilityBetter(found),
      },
    ];
  };
  const { add, drop } = castChanges(team.team, agents);
  return {
    team: team.team.text,
    unit,
    add: add.flatMap(measured).sort((a, b) => worth(b) - worth(a) || b.gain.mean - a.gain.mean),
    drop: drop.flatMap(measured).sort((a, b) => b.gain.mean - a.gain.mean || a.cost - b.cost),
  };
}

/** Gain per unit of money; a gain for nothing is worth more than any other, and a loss is a loss at any price. */
function worth({ gain, cost }: CastChange): number {
  if (gain.mean <= 0) return gain.mean;
  return cost > 0 ? gain.mean / cost : Number.POSITIVE_INFINITY;
}
