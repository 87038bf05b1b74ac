import { countBallots, type Rule } from "./rule.ts";

/**
 * The answer of more than half of the votes, else no answer. A ballot without an answer is no vote, so it does not raise
 * the bar. With two possible answers and an odd number of votes this is the majority of paper, §2; a tie has no
 * majority and gives no answer, whoever cast it first.
 */
export const majority: Rule = {
  summary: "the answer of more than half of the votes, else none",
  noun: "vote",
  instruction: "take the most common answer",
  weighted: false,
  quorum: "majority",
  counts: true,
  verdicts: (ballots) => countBallots(ballots, null, "majority"),
};
