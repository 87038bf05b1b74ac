import { average, combineBallots, type Rule } from "./rule.ts";
import { requireWeight } from "./weighted.ts";

/**
 * Σ w x/Σ w over the numeric answers. With weights w ∝ M⁻¹ 1, M the mean products of the members' errors, this is the
 * linear combination of least squared error (Bates and Granger 1969). Weights are never below 0: an answer that lies
 * outside all that was said would trust the estimate of M more than it deserves.
 */
export const linear: Rule = {
  summary: "the mean of the numeric answers, weighted for the least squared error",
  noun: "weighted mean",
  instruction: "take the weighted mean of the numbers",
  weighted: true,
  averages: true,
  combine: average,
  verdicts: (ballots) =>
    combineBallots(
      ballots,
      ballots.map((ballot) => requireWeight(ballot.member, ballot.weight)),
      average,
    ),
};
