import { describe, expect, it } from "vitest";
import { gramsOf, wattHoursOf } from "./energy.ts";

describe("the energy of a call", () => {
  it("is what the config states per 1,000 tokens, and grams by the factor of the grid", () => {
    const energy = { inputWattHoursPerThousand: 0.1, outputWattHoursPerThousand: [1, 2] as [number, number] };
    const wattHours = wattHoursOf({ energy }, { tokensIn: 10_000, tokensOut: 500 });
    expect(wattHours).toEqual({ low: 1.5, high: 2 });
    expect(gramsOf(wattHours, [100, 400])).toEqual({ low: 0.15, high: 0.8 });
    expect(gramsOf(wattHours, undefined)).toBeUndefined();
  });

  it("is a range by published figures where the config states nothing", () => {
    const { low, high } = wattHoursOf({}, { tokensIn: 1_000, tokensOut: 1_000 });
    expect(low).toBeGreaterThan(0);
    expect(high).toBeGreaterThan(low);
  });
});
