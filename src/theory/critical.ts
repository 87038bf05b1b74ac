/** Where α crosses 1: the fidelity, the dependence and the fan-in at which a team starts to amplify. */
import { requireHalfOpen, requireInteger, requireInterval } from "./domain.ts";
import { majoritySlope, type TieRule } from "./majority.ts";

/**
 * γ_c = 1/(ρ + (1 − ρ) κ_b): the smallest fidelity at which a layer does not lose a weak signal.
 *
 * @param fanIn  b ≥ 1
 * @param rho    ρ in [0, 1]
 * @returns      in (0, 1]
 * @see          §4.1, derived
 */
export function criticalFidelity(fanIn: number, rho: number, ties: TieRule = "random"): number {
  requireInterval({ rho }, 0, 1);
  return 1 / (rho + (1 - rho) * majoritySlope(fanIn, ties));
}

/**
 * ρ_c = (γ κ_b − 1)/(γ (κ_b − 1)): the largest dependence at which a layer does not lose a weak signal.
 *
 * @param fanIn     b ≥ 1
 * @param fidelity  γ in (0, 1]
 * @returns         in [0, 1], or null where γ κ_b < 1: messages alone lose it
 * @see             §4.1, derived
 */
export function criticalCorrelation(fanIn: number, fidelity: number, ties: TieRule = "random"): number | null {
  requireHalfOpen({ fidelity }, 0, 1);
  const slope = majoritySlope(fanIn, ties);
  if (fidelity * slope < 1) return null;
  return slope === 1 ? 1 : (fidelity * slope - 1) / (fidelity * (slope - 1));
}

/**
 * Smallest odd b whose α exceeds 1: κ_b > (1/γ − ρ)/(1 − ρ).
 *
 * @param fidelity  γ in (0, 1]
 * @param rho       ρ in [0, 1]
 * @returns         odd integer, or null where none up to `fanInMax` does (never where ρ = 1)
 * @see             §4.1, derived
 */
export function criticalFanIn(fidelity: number, rho: number, fanInMax = 100_001): number | null {
  requireHalfOpen({ fidelity }, 0, 1);
  requireInterval({ rho }, 0, 1);
  requireInteger({ fanInMax }, 1);
  if (rho === 1) return null;
  const slopeNeeded = (1 / fidelity - rho) / (1 - rho);
  let slope = 1;
  for (let fanIn = 3; fanIn <= fanInMax; fanIn += 2) {
    slope *= fanIn / (fanIn - 1);
    if (slope > slopeNeeded) return fanIn;
  }
  return null;
}
