import type { Kind, Part } from "./organization.ts";

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
