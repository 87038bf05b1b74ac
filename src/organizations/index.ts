/**
 * Every organization that can be replayed, simulated and run. The exported name is its name in team texts, the journal and
 * the report. Beside them in this folder: how teams are written ("./team.ts", "./parse-team.ts", "./cast.ts"), what members share
 * ("./stages.ts", "./layers.ts"), forms without `next` yet ("./planned.ts"), and what users of the package import ("./public.ts").
 */
export { ahead } from "./ahead.ts";
export { cascade } from "./cascade.ts";
export { chain } from "./chain.ts";
export { single } from "./single.ts";
export { star } from "./star.ts";
export { tree } from "./tree.ts";
export { vote } from "./vote.ts";
