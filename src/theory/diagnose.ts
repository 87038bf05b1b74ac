/** Which constraint binds: the findings of the theory, most severe first. */
import { fanInMax } from "./budget.ts";
import { requireInteger, requireInterval, requirePositive } from "./domain.ts";
import { fixedPoint } from "./fixed-point.ts";
import { type Aggregation, amplification, organizationExponent, requireOddAggregation } from "./level-map.ts";
import { majoritySlope } from "./majority.ts";
import { mixingDepth } from "./tree.ts";

export type DiagnosisCode =
  | "window-violated"
  | "subcritical"
  | "correlation-bound"
  | "fidelity-bound"
  | "scale-up-better"
  | "strong-baseline"
  | "leaf-above-fixed-point"
  | "past-mixing-depth"
  | "fan-in-headroom";

/** A team of the theory, and the single agent it is compared with. */
export interface TheoryTeam {
  readonly aggregation: Aggregation;
  /** L ≥ 0 */
  readonly layers: number;
  /** m > 0 */
  readonly messageTokens: number;
  /** W > 0 */
  readonly windowTokens: number;
  /** Bias of one leaf. */
  readonly leafBias: number;
  /** β of the leaf law, at the budget in question. */
  readonly beta: number;
  /** Bias of one agent given the whole budget. */
  readonly singleBias: number;
}

/**
 * Codes of all conditions that hold, most severe first; empty where none does. Where the team collapses (α ≤ 1) only the
 * cause is named: its fixed point is 0, so everything else would be above it.
 *
 * @param team  odd fan-in, the paper's law
 * @see         §9, derived after the paper's three bottlenecks
 */
export function diagnose(team: TheoryTeam): DiagnosisCode[] {
  const { aggregation, layers, messageTokens, windowTokens, leafBias, beta, singleBias } = team;
  requireOddAggregation(aggregation);
  requireInteger({ layers }, 0);
  requirePositive({ messageTokens, windowTokens, beta });
  requireInterval({ leafBias, singleBias }, -1, 1);
  const { fanIn, fidelity, rho } = aggregation;
  const codes: DiagnosisCode[] = [];
  const note = (code: DiagnosisCode, holds: boolean) => holds && codes.push(code);
  note("window-violated", fanIn * messageTokens > windowTokens);
  const slope = majoritySlope(fanIn);
  if (amplification(aggregation) <= 1) {
    codes.push("subcritical");
    note("correlation-bound", fidelity * slope > 1);
    note("fidelity-bound", rho + (1 - rho) * slope > 1 && fidelity * slope <= 1);
  } else {
    const limit = fixedPoint(aggregation);
    const settled = mixingDepth(leafBias, aggregation, 0.05);
    note("scale-up-better", organizationExponent(aggregation) <= beta);
    note("strong-baseline", singleBias >= limit);
    note("leaf-above-fixed-point", leafBias >= limit);
    note("past-mixing-depth", settled !== null && layers > settled);
  }
  note("fan-in-headroom", fanIn < fanInMax(windowTokens, messageTokens));
  return codes;
}
