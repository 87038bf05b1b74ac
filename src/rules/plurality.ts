import { countBallots, type Rule } from "./rule.ts";

/** The most frequent answer wins. */
export const plurality: Rule = {
  summary: "the most frequent answer; a tie goes to the earliest member",
  noun: "vote",
  instruction: "take the most common answer",
  weighted: false,
  counts: true,
  verdicts: (ballots) => countBallots(ballots, null),
};
