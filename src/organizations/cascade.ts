import { plurality } from "../rules/plurality.ts";
import type { Rule } from "../rules/rule.ts";
import {
  callsOf,
  choose,
  memberName,
  membersOf,
  printCast,
  recordedSamples,
  requireDistinct,
  requireNoMessages,
  requireNoRoles,
  requireNoSizes,
  rosterMembers,
  ruleNamed,
  UnknownTeam,
} from "./cast.ts";
import type { Member, Organization, Stage, TeamShape } from "./organization.ts";
import { nextOfStages, stagesOnce } from "./stages.ts";
import { asked, joined } from "./words.ts";

/**
 * Cheap members first: where all answers of a stage agree (`.majority`: more than half) that answer is accepted, else the
 * next stage is asked. The last stage votes over its own answers. A stage of one call accepts whatever it can parse.
 */
export const cascade: Organization = {
  summary: "accept what a cheap stage agrees on, else ask the next",
  example: "cascade.majority@a+b+c,d",
  defaultRule: "unanimous",
  takesRule: true,
  rules: ["unanimous", "majority"],

  check(shape) {
    requireNoMessages("cascade", shape);
    requireNoRoles("cascade", shape);
    requireNoSizes("cascade", shape, "Give the numbers to the members: cascade@small:3,large.");
    for (const { members } of shape.cast) requireDistinct(members);
    if (shape.cast.length < 2) {
      const [first] = shape.cast;
      throw new UnknownTeam(
        `a cascade has at least two stages, and ${shape.cast.length} ${first ? "is" : "are"} named.`,
        `Write cascade@${first ? printCast([first]) : "small:3"},large: + joins the members of a stage, a comma starts the next.`,
      );
    }
    return shape;
  },

  describe({ cast, rule }, nameOf) {
    const [first, ...later] = cast.map(({ members }) => members);
    const failure =
      ruleNamed(rule ?? "unanimous").quorum === "majority" && callsOf(first!) > 2
        ? "no answer has a majority"
        : first!.length === 1
          ? "its answers differ"
          : "they disagree";
    const then = later.map((members, i) => `${i === 0 ? "ask" : "then"} ${asked(members, nameOf)}`);
    return {
      label: cast.map(({ members }) => joined(members, nameOf)).join(" → "),
      instruction: `Ask ${asked(first!, nameOf)}. Only where ${failure}, ${then.join(", ")}.`,
    };
  },

  /** One agent that is asked again in later stages is still one agent asked several times. */
  kind: ({ cast }) => (new Set(membersOf(cast).map(memberName)).size === 1 ? "repeated" : "cascade"),
  bound: ({ cast }) => ({ steps: callsOf(membersOf(cast)) }),
  stages: (shape) => stages(shape, ruleNamed(shape.rule ?? "unanimous")),
  next: (params, answered) =>
    nextOfStages(
      stagesOnce(params, () => stages(params, params.rule)),
      params,
      answered,
    ),

  *candidates(roster) {
    const members = rosterMembers(roster).slice(0, 10); // the best: 45 pairs × 8
    const cascades: Member[][][] = [];
    const others = (used: readonly Member[]) => members.filter((member) => !used.includes(member));
    for (const pair of choose(members, 2)) for (const last of others(pair)) cascades.push([pair, [last]]);
    for (const member of members)
      for (const samples of [2, 3])
        if (recordedSamples(roster, member) >= samples)
          for (const last of others([member])) cascades.push([[{ ...member, samples }], [last]]);
    if (members.length <= 6)
      for (const first of choose(members, 2))
        for (const second of choose(others(first), 2))
          for (const last of others([...first, ...second])) cascades.push([first, second, [last]]);
    const calls = (stages: readonly Member[][]) => callsOf(stages.flat());
    for (const stages of cascades.filter((one) => calls(one) <= roster.callsMax).sort((a, b) => calls(a) - calls(b)))
      yield { sizes: [], cast: stages.map((stage) => ({ members: stage })), messageTokens: [] };
  },
};

function stages({ cast }: Pick<TeamShape, "cast">, agreement: Rule): Stage[] {
  return cast.map(({ members }, i) =>
    i < cast.length - 1
      ? { members, accept: agreement.quorum ?? "unanimous", rule: agreement }
      : { members, accept: "final", rule: plurality },
  );
}
