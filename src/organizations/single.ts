import { plurality } from "../rules/plurality.ts";
import {
  membersOf,
  part,
  printMember,
  requireNoMessages,
  requireNoSizes,
  requireSingles,
  rosterMembers,
  UnknownTeam,
} from "./cast.ts";
import type { Organization, Stage, TeamShape } from "./organization.ts";
import { nextOfStages, stagesOnce } from "./stages.ts";

/** One agent answers once: what every team is compared with. */
export const single: Organization = {
  summary: "one agent, asked once",
  example: "single@gpt~high",
  defaultRule: "plurality",
  takesRule: false,

  check(shape) {
    requireNoMessages("single", shape);
    requireSingles("single", shape);
    const members = membersOf(shape.cast);
    if (members.length > 1)
      throw new UnknownTeam(
        `a single is one agent, and ${members.length} are named.`,
        `Ask all of them: vote@${members.map(printMember).join(",")}.`,
      );
    const name = members[0] ? printMember({ ...members[0], samples: 1 }) : "agent";
    const calls = shape.sizes[0] ?? members[0]?.samples ?? 1;
    const instead = calls > 1 ? `Ask one agent several times: vote:${calls}@${name}.` : `Write single@${name}.`;
    requireNoSizes("single", shape, instead);
    if (calls > 1) throw new UnknownTeam("a single asks once.", instead);
    return shape;
  },

  kind: () => "single",
  describe({ cast }, nameOf) {
    const name = nameOf(membersOf(cast)[0]!);
    return { label: name, instruction: `Ask ${name} once.` };
  },
  bound: () => ({ steps: 1 }),
  stages,
  next: (params, answered) => nextOfStages(stagesOnce(params, stages), params, answered),

  *candidates(roster) {
    if (roster.callsMax < 1) return;
    for (const member of rosterMembers(roster)) yield { sizes: [], cast: [part(member)], messageTokens: [] };
  },
};

function stages({ cast }: Pick<TeamShape, "cast">): Stage[] {
  return [{ members: membersOf(cast), accept: "final", rule: plurality }];
}
