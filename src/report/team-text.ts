// Teams as people read them. Studies hold teams as canonical texts; a text that this version cannot read stays as it is.

import { memberName, membersOf } from "../organizations/cast.ts";
import type { Description } from "../organizations/organization.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { formOf, type Team } from "../organizations/team.ts";

type Labels = Readonly<Record<string, string>>;

/** The team of a canonical text; null where this version does not know its organization. */
function readTeam(text: string): Team | null {
  try {
    return parseTeam(text);
  } catch {
    return null;
  }
}

/** Names of the columns that a team asks. */
export function agentsOf(text: string): readonly string[] {
  return membersOf(readTeam(text)?.cast ?? []).map(memberName);
}

function describe(text: string, labels: Labels): Description {
  const team = readTeam(text);
  if (!team || membersOf(team.cast).length === 0) return { label: text, instruction: `Use the team ${text}.` };
  return formOf(team).describe(team, ({ agent, level }) => {
    const name = memberName({ agent, ...(level !== undefined && { level }) });
    return labels[name] ?? (level === undefined ? agent : `${labels[agent] ?? agent} ${level}`);
  });
}

/** Short name of a team: "ToRA-70B + Mixtral → GPT-4", "5 × mini vote". */
export function teamLabel(text: string, labels: Labels): string {
  return describe(text, labels).label;
}

/** What to do with a team: "Ask A and B. Only where they disagree, ask C." */
export function instruction(text: string, labels: Labels): string {
  return describe(text, labels).instruction;
}

/** A sentence with its canonical team texts replaced by what people call them; a text with an unknown name stays. */
export function withTeamLabels(sentence: string, labels: Labels): string {
  return sentence.replace(/\b[a-z]+(?:\.[a-z]+)?(?::[\dx/]+)?(?:\/m=[\d+]+)?@(?:[^\s:;()]|:\d)+/g, (found) => {
    const text = found.replace(/[.,]+$/, "");
    const names = agentsOf(text);
    const known = names.length > 0 && names.every((name) => name in labels || name.split("~")[0]! in labels);
    return known ? teamLabel(text, labels) + found.slice(text.length) : found;
  });
}
