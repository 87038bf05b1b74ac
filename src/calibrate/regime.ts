import { communicationCost, teamThreshold } from "../theory/budget.ts";
import { fixedPoint } from "../theory/fixed-point.ts";
import { type Interval, isMeasured, type Measured, type NotMeasured } from "../theory/interval.ts";
import { type Aggregation, amplification, organizationExponent } from "../theory/level-map.ts";
import { mixingDepthApproximate } from "../theory/tree.ts";
import type { Calibration } from "./calibration.ts";
import { biasScale, combineIntervals, logScale, type Scale } from "./estimators/combine-intervals.ts";
import { mapInterval } from "./estimators/estimate.ts";
import { fidelityAt } from "./fidelity.ts";

export interface RegimeOptions {
  /** b of a node, odd. */
  readonly fanIn: number;
  /** m, tokens of a message. */
  readonly messageTokens: number;
  /** Column whose answers are the leaves: where the mixing depth starts, and whose β a single agent competes with. */
  readonly leaf: string;
}

/** Where nodes of this size and message length stand in the theory. */
export interface CalibratedRegime {
  /** γ(m) */
  readonly fidelity: Measured;
  /** α = γ(ρ + (1 − ρ)κ_b): below 1 every level loses signal. */
  readonly alpha: Measured;
  /** s = ln α/ln b; a team can only win where it exceeds β. */
  readonly organizationExponent: Measured;
  /** μ*: the bias deep trees end at. */
  readonly fixedPoint: Measured;
  /** Layers until 95 % of μ* is reached, in closed form, so a real number. */
  readonly mixingDepth: Measured;
  /** B_1, tokens per task: a star of b leaves beats one agent from here on; infinite where s ≤ β. */
  readonly firstTeamTokens: Measured;
}

/**
 * α, s, μ*, mixing depth and B_1 with intervals that combine those of γ(m), ρ_within, β and the leaf's accuracy. They are
 * estimated from different answers or from different features of them, so they are combined as independent. ρ_within and γ
 * are clipped to their domains here, and only here.
 */
export function calibratedRegime(
  calibration: Calibration,
  { fanIn, messageTokens, leaf }: RegimeOptions,
): CalibratedRegime {
  const { fidelity: curve, rhoWithin, agents } = calibration;
  const fidelity = isMeasured(curve) ? fidelityAt(curve, messageTokens) : curve;
  const player = agents.find(({ name }) => name === leaf);
  const beta = betaOf(player?.agent, calibration);
  const leafBias = player
    ? mapInterval(player.accuracy, (share) => 2 * share - 1)
    : { notMeasured: `"${leaf}" has no graded answers`, probe: "record attempts of the agent that plays the leaves" };
  const node = (gamma: number, rho: number): Aggregation => ({
    fanIn,
    fidelity: Math.min(1, Math.max(1e-9, gamma)),
    rho: Math.min(1, Math.max(0, rho)),
  });
  const alpha = (gamma: number, rho: number) => amplification(node(gamma, rho));
  const communication = communicationCost(fanIn, 1, messageTokens);
  return {
    fidelity,
    alpha: combine([fidelity, rhoWithin], alpha, logScale),
    organizationExponent: combine([fidelity, rhoWithin], (gamma, rho) => organizationExponent(node(gamma, rho))),
    fixedPoint: combine([fidelity, rhoWithin], (gamma, rho) => fixedPoint(node(gamma, rho)), biasScale),
    mixingDepth: combine(
      [fidelity, rhoWithin, leafBias],
      (gamma, rho, bias) => mixingDepthApproximate(Math.max(1e-9, bias), node(gamma, rho)),
      logScale,
    ),
    firstTeamTokens: combine(
      [fidelity, rhoWithin, beta],
      (gamma, rho, exponent) =>
        teamThreshold(1, { fanIn, alpha: alpha(gamma, rho), beta: Math.max(1e-9, exponent) }, communication),
      thresholdScale,
    ),
  };
}

/** β of this agent where its levels are recorded, else of the agent whose curve is known best. */
export function betaOf(agent: string | undefined, { leafCurves, beta }: Calibration): Measured {
  return leafCurves.find((curve) => curve.agent === agent)?.beta ?? beta;
}

/** Budgets that may be infinite: deviations add on −1/B, where no team at any budget is 0. */
const thresholdScale: Scale = {
  of: (budget) => -1 / budget,
  back: (scaled) => (scaled < 0 ? -1 / scaled : Number.POSITIVE_INFINITY),
};

/** The first quantity that is not measured, or the combination of all. */
function combine(quantities: readonly Measured[], of: (...values: number[]) => number, scale?: Scale): Measured {
  const missing = quantities.find((quantity): quantity is NotMeasured => !isMeasured(quantity));
  return missing ?? combineIntervals(quantities as readonly Interval[], of, scale);
}
