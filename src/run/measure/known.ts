import type { Calibration, FidelityCalibration } from "../../calibrate/calibration.ts";
import { fidelityAt } from "../../calibrate/fidelity.ts";
import { isMeasured, type Measured } from "../../theory/interval.ts";

/** One number that a plan rests on, with its interval, or why there is none. */
export interface KnownQuantity {
  /** Stable: accuracy, tokens, seconds, beta, rhoTask, rhoWithin, fidelity. */
  readonly quantity: "accuracy" | "tokens" | "usd" | "seconds" | "beta" | "rhoTask" | "rhoWithin" | "fidelity";
  /** Of which column, or of messages of which length. */
  readonly of?: string;
  readonly measured: Measured;
}

/** What is known of everybody who was asked, and of the parameters of the theory. */
export function knownFrom({
  agents,
  leafCurves,
  beta,
  rhoTask,
  rhoWithin,
  fidelity,
}: Calibration): readonly KnownQuantity[] {
  const points = isMeasured<FidelityCalibration>(fidelity) ? fidelity.points : [];
  return [
    ...agents.flatMap(({ name, accuracy, cost }): KnownQuantity[] => [
      { quantity: "accuracy", of: name, measured: accuracy },
      { quantity: "tokens", of: name, measured: cost.tokens },
      ...(isMeasured(cost.usd) ? [{ quantity: "usd" as const, of: name, measured: cost.usd }] : []),
      { quantity: "seconds", of: name, measured: cost.seconds },
    ]),
    ...(leafCurves.length > 0
      ? leafCurves.map(({ agent, beta }): KnownQuantity => ({ quantity: "beta", of: agent, measured: beta }))
      : [{ quantity: "beta" as const, measured: beta }]),
    { quantity: "rhoTask", measured: rhoTask },
    { quantity: "rhoWithin", measured: rhoWithin },
    ...(points.length > 0
      ? points.map(
          ({ messageTokens }): KnownQuantity => ({
            ...{ quantity: "fidelity", of: String(messageTokens) },
            measured: fidelityAt(fidelity as FidelityCalibration, messageTokens), // the curve, as plans read it
          }),
        )
      : [{ quantity: "fidelity" as const, measured: fidelity as Measured }]),
  ];
}
