import { KnownError } from "../errors.ts";
import * as rules from "../rules/index.ts";
import { plurality } from "../rules/plurality.ts";
import type { Rule } from "../rules/rule.ts";
import { isRule, membersOf, nearest, printCast, ruleNamed, UnknownTeam } from "./cast.ts";
import * as organizations from "./index.ts";
import type { Form, Kind, Organization, Params, Part, TeamShape } from "./organization.ts";
import * as planned from "./planned.ts";

/** An organization with its size, rule, cast and message length: what is bought. */
export interface Team {
  /** Name in organizations/index.ts. */
  readonly organization: string;
  /** Name in rules/index.ts. */
  readonly rule: string;
  readonly sizes: readonly number[];
  readonly messageTokens: readonly number[];
  readonly cast: readonly Part[];
  readonly kind: Kind;
  /** The one canonical text: parse(print(team)) is the team. */
  readonly text: string;
}

/** A team that can be written and priced, but not replayed, simulated or run yet. Nothing was asked. */
export class OrganizationNotRunnable extends KnownError {
  readonly code = "organization-not-runnable";
  readonly organization: string;

  constructor(team: string, organization: string) {
    super(
      `"${team}": quorate can write and price a ${organization}, but not replay, simulate or run it yet.`,
      `Use ${Object.keys(organizations).join(", ")}; plan shows what a ${organization} would be worth.`,
    );
    this.organization = organization;
  }
}

const runnable: Readonly<Record<string, Organization>> = organizations;
const forms: Readonly<Record<string, Form>> = { ...organizations, ...planned };

/** True where the notation knows an organization of this name, runnable or not. */
export function isForm(name: string): boolean {
  return Object.hasOwn(forms, name);
}

/** How this team is written and bounded, whether or not it can run. */
export function formOf({ organization }: Pick<Team, "organization">): Form {
  return formNamed(organization);
}

/** What answers for this team. @throws {OrganizationNotRunnable} @throws {UnknownTeam} where it names no agent */
export function organizationOf(team: Team): Organization {
  const organization = runnable[team.organization];
  if (organization === undefined) throw new OrganizationNotRunnable(team.text, team.organization);
  if (membersOf(team.cast).length === 0)
    throw new UnknownTeam(
      "it names no agent, and only plan may choose one.",
      `Name it: ${team.text}@${organization.layers ? "leaf=a,reader=b" : "agent"}.`,
      team.text,
    );
  return organization;
}

/** True where members of this team read what others answered. @throws whatever {@link organizationOf} throws */
export function readsMessages(team: Team): boolean {
  return organizationOf(team).readSignal !== undefined;
}

/** What counts votes where this team counts any: plurality where its word is the organization's own. */
export function ruleOf({ rule }: Pick<Team, "rule">): Rule {
  return isRule(rule) ? ruleNamed(rule) : plurality;
}

/** What `next` is called with for one task: the seed breaks its ties. */
export function paramsOf(
  team: Team,
  { seed, weights }: { readonly seed: number; readonly weights?: ReadonlyMap<string, number> },
): Params {
  const { sizes, cast, messageTokens, rule } = team;
  return { sizes, cast, messageTokens, word: rule, rule: ruleOf(team), seed, ...(weights && { weights }) };
}

/** The team of this shape; what the shape leaves out is empty. @throws {UnknownTeam} where the organization forbids it */
export function makeTeam(organization: string, shape: Partial<TeamShape>, rule = shape.rule): Team {
  const form = formNamed(organization);
  const word = rule ?? form.defaultRule;
  requireRule(organization, form, word);
  const { sizes, cast, messageTokens } = form.check({ sizes: [], cast: [], messageTokens: [], ...shape, rule: word });
  const checked = { organization, rule: word, sizes, messageTokens, cast };
  return { ...checked, kind: form.kind(checked), text: printTeam(checked) };
}

/** The canonical text: `organization[.rule][:sizes][/m=tokens][@cast]`, the default rule left out. */
export function printTeam(team: Omit<Team, "kind" | "text">): string {
  const { organization, rule, sizes, messageTokens, cast } = team;
  const { defaultRule, sizeSeparator = "x" } = formNamed(organization);
  return [
    organization,
    rule === defaultRule ? "" : `.${rule}`,
    sizes.length === 0 ? "" : `:${sizes.join(sizeSeparator)}`,
    messageTokens.length === 0 ? "" : `/m=${messageTokens.join("+")}`,
    cast.length === 0 ? "" : `@${printCast(cast)}`,
  ].join("");
}

/** The form with this name. @throws {UnknownTeam} with the nearest name */
export function formNamed(organization: string): Form {
  if (isForm(organization)) return forms[organization]!;
  const known = Object.keys(forms);
  const alike = nearest(organization, known);
  throw new UnknownTeam(
    organization === "" ? "it names no organization." : `there is no organization "${organization}".`,
    alike
      ? `Did you mean ${alike}, as in ${forms[alike]!.example}?`
      : `The organizations are ${known.join(", ")}, as in vote:5@gpt.`,
  );
}

/** The word after the dot must be one that this organization knows. */
function requireRule(organization: string, form: Form, rule: string): void {
  const allowed = form.takesRule ? (form.rules ?? Object.keys(rules)) : [form.defaultRule];
  if (allowed.includes(rule)) return;
  const problem =
    rule === "" ? `${organization} needs a word after the dot.` : `${organization} knows no rule "${rule}".`;
  const remedy = form.takesRule
    ? `It takes ${allowed.map((word) => `${organization}.${word}`).join(", ")}.`
    : `It takes no rule: ${form.example}.`;
  throw new UnknownTeam(problem, remedy);
}
