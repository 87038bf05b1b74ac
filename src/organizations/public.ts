/** What `quorate/organizations` gives: the organizations, and how teams are read, written and made. */
export { memberName, printMember, UnknownTeam } from "./cast.ts";
export * as organizations from "./index.ts";
export type {
  Answer,
  Answered,
  Ended,
  Form,
  Kind,
  Layer,
  Member,
  Move,
  Organization,
  Params,
  Part,
  Roster,
  Stage,
  Step,
  TeamShape,
  Usage,
} from "./organization.ts";
export { type ParseOptions, parseTeam } from "./parse-team.ts";
export {
  formOf,
  makeTeam,
  OrganizationNotRunnable,
  organizationOf,
  paramsOf,
  printTeam,
  readsMessages,
  type Team,
} from "./team.ts";
