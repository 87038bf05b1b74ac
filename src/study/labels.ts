import { memberName, membersOf } from "../organizations/cast.ts";
import type { Member } from "../organizations/organization.ts";
import { organizationOf, type Team } from "../organizations/team.ts";
import type { Config } from "../records/config.ts";

/** What people call an agent at a level: the config's label, else its name. */
export function agentLabels(names: readonly string[], config: Config): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => {
      const [agent, level] = [name.split("~")[0]!, name.split("~").slice(1).join("~")];
      const own = config.agents[name]?.label;
      const base = config.agents[agent]?.label;
      return [name, own ?? (base ? (level ? `${base} ${level}` : base) : name)];
    }),
  );
}

/** Short name of a team for people: "ToRA-70B + Mixtral → GPT-4". */
export function teamLabel(team: Team, labels: Readonly<Record<string, string>>): string {
  const name = (member: Member) =>
    `${member.samples > 1 ? `${member.samples} × ` : ""}${labels[memberName(member)] ?? memberName(member)}`;
  const stages = organizationOf(team).stages?.(team);
  if (!stages) return `${membersOf(team.cast).map(name).join(" + ")}, ${team.text.split("@")[0]}`;
  const text = stages.map(({ members }) => grouped(members).map(name).join(" + ")).join(" → ");
  return stages.length === 1 && stages[0]!.members.length > 1 ? `${text} vote` : text;
}

/** Equal neighbours are one member that is asked several times. */
function grouped(members: readonly Member[]): Member[] {
  const groups: Member[] = [];
  for (const member of members) {
    const last = groups.at(-1);
    if (last && memberName(last) === memberName(member))
      groups[groups.length - 1] = { ...last, samples: last.samples + member.samples };
    else groups.push(member);
  }
  return groups;
}
