// On which side of the theory's lines a calibration stands, how sure that is, and what would have to change.

import type { Calibration } from "../calibrate/calibration.ts";
import type { Boundary } from "./plan-types.ts";
import type { Node } from "./regime.ts";

/** The lines that can be told for this node; none where nothing of it was measured. */
export function boundariesOf(_node: Node | null, _calibration: Calibration, _confidence: number): readonly Boundary[] {
  return [];
}
