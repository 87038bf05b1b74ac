// One line per part of the campaign, in the order of the results.
export { diversity } from "./diversity.ts";
export { levels } from "./levels.ts";
export { readers } from "./readers.ts";
export { teams } from "./teams.ts";
