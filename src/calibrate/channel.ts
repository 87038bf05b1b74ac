import type { Assumption } from "../records/recordings.ts";
import type { Channel } from "../theory/channel.ts";
import { isMeasured, type Measured } from "../theory/interval.ts";
import type { Calibration, FidelityCalibration, TokenPrices } from "./calibration.ts";
import { clampPositive, clampShare } from "./estimators/estimate.ts";
import { fidelityAt } from "./fidelity.ts";

/** A channel as it was measured, with what had to be assumed. */
export interface CalibratedChannel extends Channel {
  readonly assumptions: readonly Assumption[];
  /** What tokens of messages cost, by the names of those whose prices are stated. */
  readonly prices: ReadonlyMap<string, TokenPrices>;
}

/** Stated prices by name. */
export function pricesOf({ agents }: Pick<Calibration, "agents">): ReadonlyMap<string, TokenPrices> {
  return new Map(agents.flatMap(({ name, prices }) => (prices ? [[name, prices] as const] : [])));
}

/**
 * What becomes of messages, at the estimates: γ(m) in (0, 1], whole answers as endless messages, and ρ_within in [0, 1].
 * Without relay probes there is no channel. Where no answers shared a context, ρ_within is not measured either; then it
 * is taken as 0, the paper's independent failures given the task, and said so: what hard tasks share is in the recorded
 * answers themselves, and agents that are asked one by one share no context.
 */
export function channelOf(calibration: Calibration): Measured<CalibratedChannel> {
  const known = channels.get(calibration);
  if (known) return known;
  const made = makeChannel(calibration);
  channels.set(calibration, made);
  return made;
}

/** One object per calibration: outcomes that were drawn from it are remembered by it. */
const channels = new WeakMap<Calibration, Measured<CalibratedChannel>>();

function makeChannel(calibration: Calibration): Measured<CalibratedChannel> {
  const { fidelity, rhoWithin } = calibration;
  if (!isMeasured<FidelityCalibration>(fidelity)) return fidelity;
  const known = new Map<number, number>();
  const gamma = (messageTokens = Number.POSITIVE_INFINITY) => {
    const found = known.get(messageTokens) ?? clampPositive(fidelityAt(fidelity, messageTokens).value);
    known.set(messageTokens, found);
    return found;
  };
  const prices = pricesOf(calibration);
  if (isMeasured(rhoWithin)) return { fidelity: gamma, rho: clampShare(rhoWithin.value), assumptions: [], prices };
  const assumption: Assumption = {
    subject: "errors shared by messages",
    value: "ρ = 0",
    status: "assumed",
    source: `${rhoWithin.notMeasured}; to measure it, ${rhoWithin.probe}`,
  };
  return { fidelity: gamma, rho: 0, assumptions: [assumption], prices };
}
