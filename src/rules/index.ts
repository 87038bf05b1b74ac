/**
 * Every way to turn many answers into one. The exported name is its name in team texts: `vote.majority@a,b,c`. Users of the
 * package import "./public.ts".
 */
export { linear } from "./linear.ts";
export { majority } from "./majority.ts";
export { mean } from "./mean.ts";
export { median } from "./median.ts";
export { plurality } from "./plurality.ts";
export { unanimous } from "./unanimous.ts";
export { weighted } from "./weighted.ts";
