import type { Member } from "./organization.ts";

const smallNumbers = "no one two three four five six seven eight nine ten eleven twelve".split(" ");

/** 3 → "three", 13 → "13". */
export function numberWord(value: number): string {
  return smallNumbers[value] ?? String(value);
}

/** "once", "twice", "five times". */
export function times(value: number): string {
  return value === 1 ? "once" : value === 2 ? "twice" : `${numberWord(value)} times`;
}

/** "a", "a and b", "a, b and c". */
export function list(items: readonly string[], last = "and"): string {
  if (items.length < 2) return items[0] ?? "";
  return `${items.slice(0, -1).join(", ")} ${last} ${items.at(-1)}`;
}

/** What people call an agent at a level. */
export type NameOf = (member: Pick<Member, "agent" | "level">) => string;

/** "3 × mini + GPT-4". */
export function joined(members: readonly Member[], nameOf: NameOf): string {
  return members.map((member) => (member.samples > 1 ? `${member.samples} × ` : "") + nameOf(member)).join(" + ");
}

/** "mini three times and GPT-4". */
export function asked(members: readonly Member[], nameOf: NameOf): string {
  return list(members.map((member) => nameOf(member) + (member.samples > 1 ? ` ${times(member.samples)}` : "")));
}
