/** One vote. Ballots stand in cast order, so the first is the earliest member of the cast. */
export interface Ballot {
  /** null is no vote. */
  readonly value: string | null;
  /** Name of the member: `agent` or `agent~level`. */
  readonly member: string;
  readonly weight?: number;
  readonly confidence?: number;
}

/** An answer that the rule would give, with the probability that the seed gives it. */
export interface Verdict {
  readonly value: string | null;
  readonly probability: number;
}

/** Many answers → one. */
export interface Rule {
  /** One line for menus and reports. */
  readonly summary: string;
  /** True where ballots must carry weights. */
  readonly weighted: boolean;
  /**
   * The answers this rule may give, with probabilities that sum to 1. Ties go to the earliest member of the cast;
   * among samples of one member a tie is split evenly. No vote at all: [{ value: null, probability: 1 }].
   */
  verdicts(ballots: readonly Ballot[]): readonly Verdict[];
}
