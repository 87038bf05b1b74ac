import type { FidelityCalibration } from "../calibrate/calibration.ts";
import { fidelityExponential, fidelityHill, interpolateFidelity } from "../theory/fidelity.ts";
import type { Interval } from "../theory/interval.ts";

/** γ of messages of this length, by the family that describes the probes best; between its probes the law interpolates. */
export function fidelityAt(
  { family, exponential, hill, isotonic }: FidelityCalibration,
  messageTokens: number,
): Interval {
  const lengths = isotonic.map((point) => point.messageTokens);
  const along = (of: (fidelity: Interval) => number) =>
    interpolateFidelity(
      messageTokens,
      lengths,
      isotonic.map(({ fidelity }) => of(fidelity)),
    );
  const { confidence } = isotonic[0]?.fidelity ?? exponential.m0;
  if (family === "isotonic")
    return { value: along((f) => f.value), low: along((f) => f.low), high: along((f) => f.high), confidence };
  const law = family === "exponential" ? exponential : hill;
  const of = family === "exponential" ? fidelityExponential : fidelityHill;
  const at = (lengthScale: number) => of(messageTokens, { lengthScale, shape: law.shape.value });
  // A longer scale means less fidelity; the shape is kept, for the two are estimated together.
  return { value: at(law.m0.value), low: at(law.m0.high), high: at(Math.max(law.m0.low, 1e-9)), confidence };
}
