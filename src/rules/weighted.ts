import { KnownError } from "../errors.ts";
import { countBallots, type Rule } from "./rule.ts";

/** A weighted vote met a member whose weight nobody stated. Nothing was decided. */
export class MissingWeight extends KnownError {
  readonly code = "missing-weight";
  readonly member: string;

  constructor(member: string, weight?: number) {
    super(
      weight === undefined
        ? `The weighted vote knows no weight of "${member}".`
        : `The weight of "${member}" is ${weight}; a weight is a finite number ≥ 0.`,
      "Take the weights from a calibration that knows this member, or use the rule plurality, which needs none.",
    );
    this.member = member;
  }
}

/**
 * The answer with the largest sum of weights. With weights ln(p/(1 − p)) and two answers this is the best vote of
 * independent members (derived, §11). A member without use (p ≤ ½) has weight 0, never less.
 */
export const weighted: Rule = {
  summary: "the answer with the largest sum of its members' weights",
  noun: "weighted vote",
  instruction: "take the answer with the most weight",
  weighted: true,
  counts: true,
  verdicts: (ballots) =>
    countBallots(
      ballots,
      ballots.map((ballot) => requireWeight(ballot.member, ballot.weight)),
    ),
};

/** The weight itself. @throws {MissingWeight} where there is none, or it is no finite number ≥ 0 */
export function requireWeight(member: string, weight: number | undefined): number {
  if (weight === undefined || !Number.isFinite(weight) || weight < 0) throw new MissingWeight(member, weight);
  return weight;
}
