import type { Calibration } from "../calibrate/calibration.ts";
import { KnownError } from "../errors.ts";
import { plan } from "../plan/plan.ts";
import type { Budget, Plan } from "../plan/plan-types.ts";

/** A plan, or null where nothing fits the budget or its unit was never recorded: what-if questions may have no answer. */
export function makePlanOrNull(
  calibration: Calibration,
  options: { perTask: Budget; confidence: number; seed: number },
): Plan | null {
  try {
    return plan(calibration, { ...options, recordedOnly: true });
  } catch (error) {
    if (error instanceof KnownError && (error.code === "budget-too-small" || error.code === "cost-not-measured"))
      return null;
    throw error;
  }
}
