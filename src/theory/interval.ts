/** A number with its uncertainty. Nothing that was measured or forecast leaves a stage without one. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Probability content of [low, high], usually 0.9. */
  readonly confidence: number;
}

/** A quantity that the attempts do not determine, and what to record so that they do. */
export interface NotMeasured {
  readonly notMeasured: string;
  /** A command or a description of the recording that would measure it. */
  readonly probe: string;
}

/** Either the measured number or the reason why there is none. */
export type Measured<T = Interval> = T | NotMeasured;

export function isMeasured<T extends object>(quantity: T | NotMeasured): quantity is T {
  return !("notMeasured" in quantity);
}
