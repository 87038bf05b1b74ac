import { average, combineBallots, type Rule } from "./rule.ts";

/** The mean of the numeric answers: the star of the continuous theory (§7), its squared error v(ρ + (1 − ρ)/N). */
export const mean: Rule = {
  summary: "the mean of the numeric answers",
  noun: "mean",
  instruction: "take the mean of the numbers",
  weighted: false,
  averages: true,
  combine: average,
  verdicts: (ballots) => combineBallots(ballots, null, average),
};
