import { energyOf } from "../plan/energy.ts";
import type { AgentConfig, Config } from "../records/config.ts";
import type { TokenCounts } from "../trace/event.ts";

/** From the least to the most that is likely. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * Watt-hours of a call: tokens in and out, each by the rate that the config states for the agent, else by the published ones
 * of its size (docs/energy.md). Cached prompt tokens count as the others do: nobody has published what they save.
 */
export function wattHoursOf(
  { energy }: Pick<AgentConfig, "energy">,
  { tokensIn, tokensOut }: Pick<TokenCounts, "tokensIn" | "tokensOut">,
): Range {
  const rates = energyOf({ ...(energy && { energy }) });
  return {
    low: (tokensIn * rates.input.low + tokensOut * rates.output.low) / 1_000,
    high: (tokensIn * rates.input.high + tokensOut * rates.output.high) / 1_000,
  };
}

/** Grams of CO₂ for so many watt-hours; undefined where the config states no factor. */
export function gramsOf(wattHours: Range, factor: Config["gramsPerKilowattHour"]): Range | undefined {
  if (factor === undefined) return undefined;
  const [low, high] = typeof factor === "number" ? [factor, factor] : factor;
  return { low: (wattHours.low * low) / 1_000, high: (wattHours.high * high) / 1_000 };
}

/** Sums of both ends. */
export function addRanges(a: Range, b: Range): Range {
  return { low: a.low + b.low, high: a.high + b.high };
}
