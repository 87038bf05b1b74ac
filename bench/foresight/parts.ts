// One line per part of the campaign, in the order of the results.
export { casts } from "./casts.ts";
export { costs } from "./costs.ts";
export { diversity } from "./diversity.ts";
export { levels } from "./levels.ts";
export { readers } from "./readers.ts";
export { teams } from "./teams.ts";
export { votes } from "./votes.ts";
