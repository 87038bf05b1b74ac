import type { Calibration } from "../calibrate/calibration.ts";
import { KnownError } from "../errors.ts";
import { plan } from "../plan/plan.ts";
import type { Budget, Plan } from "../plan/plan-types.ts";
import type { Metric } from "../simulate/outcomes.ts";

/** What `make` gives, or null where it meets a known error of one of these codes: what-if questions may have no answer. */
export function orNull<T>(codes: readonly string[], make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof KnownError && codes.includes(error.code)) return null;
    throw error;
  }
}

/** A plan, or null where nothing fits the budget or its unit was never recorded. */
export function makePlanOrNull(
  calibration: Calibration,
  options: { perTask: Budget; metric?: Metric; confidence: number; seed: number },
): Plan | null {
  return orNull(["budget-too-small", "cost-not-measured"], () => plan(calibration, { ...options, recordedOnly: true }));
}
