// What every organization needs of its cast: how it is written, which steps it is asked, which answers are votes.
import { KnownError } from "../errors.ts";
import * as rules from "../rules/index.ts";
import { type Ballot, pick, type Rule, type Verdict } from "../rules/rule.ts";
import type { Ended, Member, Move, Part, Roster, Step, TeamShape } from "./organization.ts";

/** A text that names no team, or not exactly one. Nothing was done. */
export class UnknownTeam extends KnownError {
  readonly code = "unknown-team";
  readonly problem: string;
  readonly team: string | undefined;

  constructor(problem: string, remedy: string, team?: string) {
    super(team === undefined ? problem : `"${team}" is not a team: ${problem}`, remedy);
    this.problem = problem;
    this.team = team;
  }
}

/** What the column of this member in an answer table is called: `agent`, or `agent~level`. */
export function memberName({ agent, level }: { readonly agent: string; readonly level?: string }): string {
  return level === undefined ? agent : `${agent}~${level}`;
}

/** The members that may be proposed, best first, each asked once. */
export function rosterMembers({ names, members }: Roster): Member[] {
  return names.map((name) => {
    const known = members?.get(name);
    if (known) return { ...known, samples: 1 };
    const tilde = name.lastIndexOf("~");
    if (tilde <= 0) return { agent: name, samples: 1 };
    return { agent: name.slice(0, tilde), level: name.slice(tilde + 1), samples: 1 };
  });
}

/** How many answers per task are recorded of this member. */
export function recordedSamples({ samples }: Roster, member: Member): number {
  return samples.get(memberName(member)) ?? 0;
}

/** All ways to choose `size` of these, in their order. */
export function* choose<T>(items: readonly T[], size: number, from = 0): Generator<T[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let i = from; i + size <= items.length; i++)
    for (const rest of choose(items, size - 1, i + 1)) yield [items[i]!, ...rest];
}

/** All members of a cast, part by part. */
export function membersOf(cast: readonly Part[]): Member[] {
  return cast.flatMap((part) => part.members);
}

/** How many calls these members make. */
export function callsOf(members: readonly Member[]): number {
  return members.reduce((calls, { samples }) => calls + samples, 0);
}

/** The rule with this name. @throws {UnknownTeam} */
export function ruleNamed(name: string): Rule {
  if (isRule(name)) return (rules as Readonly<Record<string, Rule>>)[name]!;
  throw new UnknownTeam(`there is no rule "${name}".`, `The rules are ${Object.keys(rules).join(", ")}.`);
}

/** True where there is a rule with this name: other words after the dot are an organization's own. */
export function isRule(name: string): boolean {
  return Object.hasOwn(rules, name);
}

// ── steps and votes ────────────────────────────────────────────────────────────────────────────────────────────────

/** One step per call of these members, numbered in cast order behind the prefix. Nobody reads another's answer. */
export function solveSteps(members: readonly Member[], prefix: string): Step[] {
  return callList(members).map((member, i) => stepOf(member, { id: `${prefix}/${i}`, role: "solve", reads: [] }));
}

/** Who is asked, call by call: a member that is asked n times stands there n times. */
export function callList(members: readonly Member[]): Member[] {
  return members.flatMap((member) => Array.from({ length: member.samples }, () => member));
}

/** A step of this member. */
export function stepOf({ agent, level }: Member, rest: Omit<Step, "agent" | "level">): Step {
  return { ...rest, agent, ...(level !== undefined && { level }) };
}

/** The answer of a step as a vote. null: it ended without a parsable answer, which is no vote. */
export function voteOf(ended: Ended): string | null {
  return ended.state === "answered" ? ended.answer.value : null;
}

/**
 * True where the member could not be asked or did not reply: the others decide and the answer is degraded. A truncated,
 * unparsable or refused reply is a reply without a vote.
 */
export function isLost(ended: Ended): boolean {
  return ended.state === "failed" || ended.state === "cancelled" || ended.state === "over-budget";
}

/** The step's vote as a ballot; the weight is looked up only where the rule asks for one. */
export function ballotOf(step: Step, ended: Ended, rule: Rule, weights?: ReadonlyMap<string, number>): Ballot {
  const member = memberName(step);
  const weight = rule.weighted ? weights?.get(member) : undefined;
  return { value: voteOf(ended), member, ...(weight !== undefined && { weight }) };
}

/** A step with the way it ended. */
export interface Vote {
  readonly step: Step;
  readonly ended: Ended;
}

/** The final move: the verdict that the seed picks, and the steps among `votes` that gave it. */
export function conclude(
  verdicts: readonly Verdict[],
  votes: readonly Vote[],
  { seed, degraded }: { readonly seed: number; readonly degraded: boolean },
): Move {
  const answer = pick(verdicts, seed);
  const because = answer === null ? [] : votes.filter(({ ended }) => voteOf(ended) === answer);
  return { answer, degraded, because: because.map(({ step }) => step.id), verdicts };
}

// ── shapes ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Refuses a message length where nobody sends messages. */
export function requireNoMessages(organization: string, { messageTokens }: TeamShape): void {
  if (messageTokens.length === 0) return;
  throw new UnknownTeam(`a ${organization} sends no messages.`, `Leave out /m=${messageTokens.join("+")}.`);
}

/** Refuses other than so many numbers in the size field; `what` shows the right ones. */
export function requireSizes(organization: string, { sizes }: TeamShape, wanted: number, what: string): void {
  if (sizes.length === wanted) return;
  throw new UnknownTeam(`a ${organization} takes ${wanted} numbers, and ${sizes.length} were given.`, `Write ${what}.`);
}

/** Refuses casts of other than min … max members that are asked once each; none may be named, then plan chooses. */
export function requireCast(head: string, { cast }: TeamShape, min: number, max = Number.POSITIVE_INFINITY): void {
  const members = membersOf(cast);
  if (members.length === 0 || (members.length >= min && members.length <= max && callsOf(members) === members.length))
    return;
  const names = "abcd".split("").slice(0, Math.min(max, Math.max(3, min)));
  throw new UnknownTeam(
    `it asks ${max === 1 ? "one agent" : `at least ${min} agents`}, each named once without a number.`,
    `Write ${head}@${names.join(",")}.`,
  );
}

/** Refuses numbers in the size field where there is nothing to size. */
export function requireNoSizes(organization: string, { sizes }: TeamShape, instead: string): void {
  if (sizes.length === 0) return;
  throw new UnknownTeam(`a ${organization} takes no size, and ${sizes.join(", ")} was given.`, instead);
}

/** Refuses roles where everyone has the same. */
export function requireNoRoles(organization: string, { cast }: TeamShape): void {
  const role = cast.find((part) => part.role !== undefined)?.role;
  if (role === undefined) return;
  throw new UnknownTeam(`a ${organization} has no roles, and "${role}=" names one.`, `Leave out ${role}=.`);
}

/** Refuses a member that is named twice among these: its answers would count as those of two. */
export function requireDistinct(members: readonly Member[]): void {
  const seen = new Set<string>();
  for (const member of members) {
    const name = memberName(member);
    const calls = callsOf(members.filter((other) => memberName(other) === name));
    if (seen.has(name))
      throw new UnknownTeam(`"${name}" is named twice.`, `Write ${printMember({ ...member, samples: calls })} once.`);
    seen.add(name);
  }
}

/** Parts `a,b,c` that name one member each, without roles. */
export function requireSingles(organization: string, shape: TeamShape): void {
  requireNoRoles(organization, shape);
  const joined = shape.cast.find((part) => part.members.length > 1);
  if (joined)
    throw new UnknownTeam(
      `"${printPart(joined)}" joins members with +, which is for the members of a role or a stage.`,
      `Separate members with commas, as in vote@${printCast(membersOf(shape.cast).map(part))}.`,
    );
  requireDistinct(membersOf(shape.cast));
}

/** One agent at its level, asked once. */
export function memberOf({ agent, level }: { readonly agent: string; readonly level?: string }): Member {
  return { agent, ...(level !== undefined && { level }), samples: 1 };
}

/** A part of one member without a role. */
export function part(member: Member): Part {
  return { members: [member] };
}

// ── writing a cast ─────────────────────────────────────────────────────────────────────────────────────────────────

/** `leaf=a+b~high:2,reader=c`: the text behind the @, readable without knowing any name. */
export function printCast(cast: readonly Part[]): string {
  return cast.map(printPart).join(",");
}

function printPart({ role, members }: Part): string {
  return (role === undefined ? "" : `${role}=`) + members.map(printMember).join("+");
}

/** `gpt`, `gpt~high`, `gpt:3`. */
export function printMember({ agent, level, samples }: Member): string {
  return encode(agent) + (level === undefined ? "" : `~${encode(level)}`) + (samples === 1 ? "" : `:${samples}`);
}

/**
 * Percent-encodes what could be read as grammar behind the @, and what a line of text cannot carry: control characters
 * and spaces at the ends. The characters . and / mean something only before the @, and names are full of them.
 */
export function encode(name: string): string {
  return name.replace(/[,+=~:@%]|[^ -\uffff]|\u007f|^ | $/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
}

/** The known word that is most like this one, by edit distance; undefined where none is alike. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, word.length / 2);
  for (const candidate of known) {
    const distance = editDistance(word, candidate);
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** Levenshtein's distance: insertions, deletions and replacements of single characters. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++)
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
  }
  return row[b.length]!;
}
