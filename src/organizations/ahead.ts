import {
  ballotOf,
  conclude,
  isLost,
  membersOf,
  part,
  printMember,
  recordedSamples,
  requireNoMessages,
  requireSingles,
  rosterMembers,
  UnknownTeam,
  type Vote,
  voteOf,
} from "./cast.ts";
import type { Member, Organization, Step } from "./organization.ts";
import { numberWord, times } from "./words.ts";

/**
 * Samples one agent until one answer leads by `lead` votes, at most `cap` calls; then the most frequent answer wins
 * (derived, §10). Asks at once only what is certainly needed, `lead` − the present lead, so its calls are those of
 * asking one by one. A reply without an answer, or none, is a call but no vote.
 */
export const ahead: Organization = {
  summary: "one agent, asked until an answer leads by k votes",
  example: "ahead:2/15@gpt",
  defaultRule: "plurality",
  takesRule: false,
  sizeSeparator: "/",

  check(shape) {
    requireNoMessages("ahead", shape);
    requireSingles("ahead", shape);
    const members = membersOf(shape.cast);
    const [lead = 2, cap = 15] = shape.sizes;
    const canonical = `ahead:${lead}/${Math.max(lead, cap)}`;
    if (members.length > 1)
      throw new UnknownTeam(
        `ahead samples one agent, and ${members.length} are named.`,
        `Write ${canonical}@${printMember(members[0]!)}, or let all vote: vote@${members.map(printMember).join(",")}.`,
      );
    const [member] = members;
    const cast = member ? `@${printMember({ ...member, samples: 1 })}` : "";
    if (shape.sizes.length !== 2 || cap < lead)
      throw new UnknownTeam(
        "ahead takes two numbers, the lead and at least as many calls.",
        `Write ${canonical}${cast}.`,
      );
    if (member && member.samples > 1)
      throw new UnknownTeam(
        `the most calls are ${cap} by the size and ${member.samples} by the cast.`,
        `Write ahead:${lead}/${cap}${cast}.`,
      );
    return shape;
  },

  describe({ sizes: [lead, cap], cast }, nameOf) {
    const name = nameOf(membersOf(cast)[0]!);
    return {
      label: `${name} until ${lead} ahead (≤ ${cap})`,
      instruction: `Ask ${name} until one answer leads by ${numberWord(lead!)}, at most ${times(cap!)}.`,
    };
  },
  kind: () => "repeated",
  bound: ({ sizes }) => ({ steps: sizes[1]! }),
  race: ({ sizes: [lead, cap] }) => ({ lead: lead!, cap: cap! }),

  next({ sizes, cast, rule, seed, weights }, answered) {
    const [lead, cap] = sizes as [number, number];
    const member = membersOf(cast)[0]!;
    const ended: Vote[] = [];
    const counts = new Map<string, number>();
    let ahead = 0;
    // Only the answers before the first gap count, so that the order of arrival does not choose among them.
    while (ahead < lead && ended.length < cap) {
      const step = sampleStep(member, ended.length);
      const end = answered.get(step.id);
      if (end === undefined) {
        const needed = Math.min(lead - ahead, cap - ended.length);
        return { ask: Array.from({ length: needed }, (_, i) => sampleStep(member, ended.length + i)) };
      }
      ended.push({ step, ended: end });
      const value = voteOf(end);
      if (value === null) continue;
      counts.set(value, (counts.get(value) ?? 0) + 1);
      ahead = leadOf(counts.values());
    }
    const heard = ended.filter((vote) => !isLost(vote.ended));
    const verdicts = rule.verdicts(heard.map((vote) => ballotOf(vote.step, vote.ended, rule, weights)));
    return conclude(verdicts, heard, { seed, degraded: heard.length < ended.length });
  },

  *candidates(roster) {
    for (const cap of [5, 9, 15, 25])
      for (const lead of [2, 3])
        for (const member of cap <= roster.callsMax ? rosterMembers(roster) : [])
          if (recordedSamples(roster, member) >= 2)
            yield { sizes: [lead, cap], cast: [part(member)], messageTokens: [] };
  },
};

/** Votes of the first minus votes of the second. */
function leadOf(counts: Iterable<number>): number {
  let [first, second] = [0, 0];
  for (const count of counts) {
    if (count > first) [first, second] = [count, first];
    else if (count > second) second = count;
  }
  return first - second;
}

function sampleStep({ agent, level }: Member, number: number): Step {
  return { id: `sample/${number}`, role: "solve", agent, ...(level !== undefined && { level }), reads: [] };
}
