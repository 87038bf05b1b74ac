/** What `quorate/rules` gives: the rules, and what is needed to use one or to write another. */
export * as rules from "./index.ts";
export {
  average,
  type Ballot,
  combineBallots,
  count,
  countBallots,
  decide,
  pick,
  type Quorum,
  type Rule,
  type Verdict,
} from "./rule.ts";
export { MissingWeight } from "./weighted.ts";
