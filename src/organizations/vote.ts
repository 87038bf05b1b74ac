import type { Rule } from "../rules/rule.ts";
import {
  callsOf,
  choose,
  membersOf,
  part,
  printCast,
  printMember,
  recordedSamples,
  requireNoMessages,
  requireSingles,
  rosterMembers,
  ruleNamed,
  UnknownTeam,
} from "./cast.ts";
import type { Member, Organization, Stage, TeamShape } from "./organization.ts";
import { nextOfStages, stagesOnce } from "./stages.ts";
import { asked, joined, times } from "./words.ts";

/** Panels of so many members are tried among so many of the best agents: some hundreds of teams, whatever the roster. */
const panels = [
  { size: 3, among: 12 },
  { size: 5, among: 9 },
  { size: 7, among: 8 },
];

/** Independent answers, one vote. The size is for a cast of one; several members bring their own numbers. */
export const vote: Organization = {
  summary: "independent answers, one vote",
  example: "vote@a:3,b:2",
  defaultRule: "plurality",
  takesRule: true,

  check(shape) {
    const { sizes, cast } = shape;
    requireNoMessages("vote", shape);
    requireSingles("vote", shape);
    const members = membersOf(cast);
    if (sizes.length > 1)
      throw new UnknownTeam(
        `a vote takes one size, and ${sizes.length} were given.`,
        "Write the number of answers: vote:5.",
      );
    if (members.length > 1) {
      if (sizes.length > 0)
        throw new UnknownTeam(
          `the size ${sizes[0]} is for a cast of one, and ${members.length} members are named.`,
          `Say how often each is asked: vote@${printCast(cast)}.`,
        );
      return shape;
    }
    const [member] = members;
    if (sizes.length > 0 && member && member.samples > 1)
      throw new UnknownTeam(
        `it says twice how often "${member.agent}" is asked: ${sizes[0]} and ${member.samples}.`,
        `Write vote:${sizes[0]}@${printMember({ ...member, samples: 1 })}.`,
      );
    const calls = sizes[0] ?? member?.samples;
    if (calls === undefined || calls < 2) {
      const name = member ? printMember({ ...member, samples: 1 }) : "agent";
      throw new UnknownTeam(
        "a vote needs at least two answers.",
        `Write vote:5@${name}, or single@${name} for one answer.`,
      );
    }
    return { ...shape, sizes: [calls], cast: member ? [part({ ...member, samples: 1 })] : [] };
  },

  describe({ sizes, cast, rule }, nameOf) {
    const members = membersOf(cast);
    const [first] = members;
    const votes = sizes[0] ?? callsOf(members);
    const { noun, instruction: how } = ruleNamed(rule ?? "plurality");
    return {
      label: `${members.length === 1 ? `${votes} × ${nameOf(first!)}` : joined(members, nameOf)} ${noun}`,
      instruction:
        members.length === 1
          ? `Ask ${nameOf(first!)} ${times(votes)} and ${how}.`
          : `Ask ${asked(members, nameOf)}, and ${how}.`,
    };
  },
  kind: ({ cast }) => (membersOf(cast).length > 1 ? "panel" : "repeated"),
  bound: (shape) => ({ steps: shape.sizes[0] ?? callsOf(membersOf(shape.cast)) }),
  stages: (shape) => stages(shape, ruleNamed(shape.rule ?? "plurality")),
  next: (params, answered) =>
    nextOfStages(
      stagesOnce(params, () => stages(params, params.rule)),
      params,
      answered,
    ),

  *candidates(roster) {
    const members = rosterMembers(roster);
    for (let calls = 3; calls <= roster.callsMax; calls = nextSize(calls)) {
      for (const member of members)
        if (recordedSamples(roster, member) >= 2) yield { sizes: [calls], cast: [part(member)], messageTokens: [] };
      for (const { size, among } of panels)
        if (size === calls && (size < 7 || members.length <= among))
          for (const panel of choose(members.slice(0, among), size))
            yield { sizes: [], cast: panel.map(part), messageTokens: [] };
    }
  },
};

function stages({ sizes, cast }: Pick<TeamShape, "sizes" | "cast">, rule: Rule): Stage[] {
  const calls = sizes[0];
  const members = membersOf(cast).map(
    (member): Member => (calls === undefined ? member : { ...member, samples: calls }),
  );
  return [{ members, accept: "final", rule }];
}

/** 3, 5, 7, … 15, then odd numbers about 40 % apart: a vote of 31 and one of 33 need no comparison. */
function nextSize(calls: number): number {
  return calls < 15 ? calls + 2 : 2 * Math.round((1.4 * calls - 1) / 2) + 1;
}
