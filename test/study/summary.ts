import type { Splits } from "../../src/report/study-data.ts";

/** What many random halves say of the promises made on them. */
export interface SplitsSummary {
  readonly splits: number;
  /** Share of splits on which the predictive interval of the difference held the measured one. */
  readonly covered: number;
  readonly advised: number;
  /** Means over the advised teams: difference promised, measured; P(better) said, and how often it was better. */
  readonly promised: number;
  readonly measured: number;
  readonly said: number;
  readonly cameTrue: number;
  readonly costShare: number;
}

export function summarize({ differences }: Splits): SplitsSummary {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const advised = differences.filter((split) => split.advised);
  return {
    splits: differences.length,
    covered: mean(differences.map(({ inside }) => Number(inside))),
    advised: advised.length,
    promised: mean(advised.map(({ forecast }) => forecast)),
    measured: mean(advised.map(({ measured }) => measured)),
    said: mean(advised.map(({ probabilityBetter }) => probabilityBetter)),
    cameTrue: mean(advised.map(({ measured }) => Number(measured > 0))),
    costShare: mean(advised.map(({ costShare }) => costShare)),
  };
}
