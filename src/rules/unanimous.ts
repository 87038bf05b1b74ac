import { countBallots, type Rule } from "./rule.ts";

/** The answer on which all votes agree, else no answer: what a cascade demands of a stage before it stops. */
export const unanimous: Rule = {
  summary: "the answer on which all votes agree, else none",
  noun: "vote",
  instruction: "take the most common answer",
  weighted: false,
  quorum: "unanimous",
  counts: true,
  verdicts: (ballots) => countBallots(ballots, null, "unanimous"),
};
