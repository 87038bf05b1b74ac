import {
  communicationCost,
  communicationCostPerLeaf,
  depthSwitchBudget,
  optimalLeafCompute,
  teamThreshold,
} from "../theory/budget.ts";
import { criticalFidelity } from "../theory/critical.ts";
import { fixedPoint } from "../theory/fixed-point.ts";
import { type Interval, isMeasured, type Measured, type NotMeasured } from "../theory/interval.ts";
import { type Aggregation, amplification, organizationExponent } from "../theory/level-map.ts";
import { mixingDepthApproximate } from "../theory/tree.ts";
import type { Calibration, FidelityCalibration } from "./calibration.ts";
import { biasScale, combineIntervals, logScale, type Scale } from "./estimators/combine-intervals.ts";
import { mapInterval } from "./estimators/estimate.ts";
import { fidelityAt, messageTokensFor } from "./fidelity.ts";

export interface RegimeOptions {
  /** b of a node, odd. */
  readonly fanIn: number;
  /** m, tokens of a message. */
  readonly messageTokens: number;
  /** What every reader reads beside its messages, in tokens: as dear as they are. @default 0 */
  readonly promptTokens?: number;
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
  /** Tokens per task from which on a second layer pays; infinite where s ≤ β. */
  readonly secondLayerTokens: Measured;
  /** (μ* / k)^(1/β), tokens per task: above it one agent is better than any depth of readers. */
  readonly lastTeamTokens: Measured;
  /** m_c = γ⁻¹(γ_c): shorter messages lose more of a signal than a node can add; infinite where no length is enough. */
  readonly shortestMessageTokens: Measured;
  /** x* = β c₀/(s − β), tokens: best compute of a leaf while signals are weak; infinite where s ≤ β. */
  readonly optimalLeafTokens: Measured;
}

/**
 * α, s, μ*, mixing depth and B_1 with intervals that combine those of γ(m), ρ_within, β and the leaf's accuracy. They are
 * estimated from different answers or from different features of them, so they are combined as independent. ρ_within and γ
 * are clipped to their domains here, and only here.
 */
export function calibratedRegime(
  calibration: Calibration,
  { fanIn, messageTokens, promptTokens = 0, leaf }: RegimeOptions,
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
  const prices = { overhead: promptTokens };
  const communication = (layers: number) => communicationCost(fanIn, layers, messageTokens, prices);
  const signal = (gamma: number, rho: number, exponent: number) => ({
    ...{ fanIn, alpha: alpha(gamma, rho), beta: Math.max(1e-9, exponent) },
  });
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
      (gamma, rho, exponent) => teamThreshold(1, signal(gamma, rho, exponent), communication(1)),
      thresholdScale,
    ),
    secondLayerTokens: combine(
      [fidelity, rhoWithin, beta],
      (gamma, rho, exponent) => depthSwitchBudget(signal(gamma, rho, exponent), communication(1), communication(2)),
      thresholdScale,
    ),
    lastTeamTokens: lastTeam(calibration, player?.agent, fidelity, node),
    shortestMessageTokens: !isMeasured(curve)
      ? curve
      : isMeasured(rhoWithin)
        ? shortest(curve, rhoWithin, fanIn)
        : rhoWithin,
    optimalLeafTokens: combine(
      [fidelity, rhoWithin, beta],
      (gamma, rho, exponent) =>
        optimalLeafCompute({
          exponent: organizationExponent(node(gamma, rho)),
          beta: Math.max(1e-9, exponent),
          costPerLeaf: communicationCostPerLeaf(fanIn, messageTokens, prices),
        }),
      thresholdScale,
    ),
  };
}

/**
 * Where the curve of one agent reaches μ*, from the nearest recorded level on: k and β are estimated from the same answers,
 * so the interval takes the bias at that level and β, which hardly depend on each other.
 */
function lastTeam(
  calibration: Calibration,
  agent: string | undefined,
  fidelity: Measured,
  node: (gamma: number, rho: number) => Aggregation,
): Measured {
  const { leafCurves, rhoWithin } = calibration;
  const curve =
    leafCurves.find((one) => one.agent === agent) ?? leafCurves.find(({ beta }) => beta === calibration.beta);
  if (!curve) return calibration.beta;
  const [k, beta] = [curve.k.value, Math.max(1e-9, curve.beta.value)];
  const reaches = (level: number, bias: number, exponent: number, limit: number) =>
    level * (limit / Math.max(1e-9, bias)) ** (1 / Math.max(1e-9, exponent));
  const limitAt = (gamma: number, rho: number) => Math.max(1e-9, fixedPoint(node(gamma, rho)));
  const center =
    isMeasured(fidelity) && isMeasured(rhoWithin) ? (limitAt(fidelity.value, rhoWithin.value) / k) ** (1 / beta) : 1;
  const distance = (level: number) => Math.abs(Math.log(level / center));
  const nearest = curve.levels.reduce((best, one) => (distance(one.level) < distance(best.level) ? one : best));
  const shift = k * nearest.level ** beta - (2 * nearest.accuracy.value - 1); // the curve's bias there, not the level's own
  return combine(
    [fidelity, rhoWithin, curve.beta, mapInterval(nearest.accuracy, (right) => 2 * right - 1 + shift)],
    (gamma, rho, exponent, bias) => reaches(nearest.level, bias, exponent, limitAt(gamma, rho)),
    logScale,
  );
}

/** The ends of the curve count as the ends of one quantity beside ρ. */
function shortest(curve: FidelityCalibration, rho: Interval, fanIn: number): Measured {
  const ends: Interval = { value: 0, low: -1, high: 1, confidence: rho.confidence };
  const found = combineIntervals(
    [rho, ends],
    (shared, end) => {
      const length = messageTokensFor(curve, criticalFidelity(fanIn, Math.min(1, Math.max(0, shared))));
      if (!length) return Number.POSITIVE_INFINITY;
      return end === 0 ? length.value : end < 0 ? length.low : length.high;
    },
    logScale,
  );
  if (Number.isFinite(found.value)) return found;
  return {
    notMeasured: `no message length carries enough for a node of ${fanIn}`,
    probe: "measure longer messages, or lower what the agents share",
  };
}

/** β of this agent where its levels are recorded, else of the agent whose curve is known best. */
export function betaOf(agent: string | undefined, { leafCurves, beta }: Calibration): Measured {
  return leafCurves.find((curve) => curve.agent === agent)?.beta ?? beta;
}

/** Budgets that may be infinite: deviations add on −1/B, where no team at any budget is 0. */
export const thresholdScale: Scale = {
  of: (budget) => -1 / budget,
  back: (scaled) => (scaled < 0 ? -1 / scaled : Number.POSITIVE_INFINITY),
};

/** The first quantity that is not measured, or the combination of all. */
export function combine(quantities: readonly Measured[], of: (...values: number[]) => number, scale?: Scale): Measured {
  const missing = quantities.find((quantity): quantity is NotMeasured => !isMeasured(quantity));
  return missing ?? combineIntervals(quantities as readonly Interval[], of, scale);
}
