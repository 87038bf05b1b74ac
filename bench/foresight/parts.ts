// One line per part of the campaign, in the order of the results.
export { teams } from "./teams.ts";
