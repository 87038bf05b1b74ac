import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Prices, priceMax, priceOf, requirePrices } from "./prices.ts";

const tokens = { tokensIn: 1_000, tokensInCached: 0, tokensOut: 100, tokensReasoning: 0 };

describe("priceOf", () => {
  it("adds every kind at its own price", () => {
    const prices: Prices = {
      inputPerMillion: 2,
      cachedInputPerMillion: 0.5,
      outputPerMillion: 8,
      reasoningPerMillion: 4,
      perCall: 0.001,
    };
    const counts = { tokensIn: 1_000, tokensInCached: 400, tokensOut: 100, tokensReasoning: 60 };
    expect(priceOf(prices, counts)).toBe(600 * 2_000 + 400 * 500 + 40 * 8_000 + 60 * 4_000 + 1_000_000);
  });

  it("has no noise of binary fractions, and rounds what is left up", () => {
    expect(priceOf({ inputPerMillion: 0.1, outputPerMillion: 0 }, { ...tokens, tokensIn: 3 })).toBe(300);
    expect(priceOf({ inputPerMillion: 0.15 * 1.0000000000000002, outputPerMillion: 0 }, tokens)).toBe(150_000);
    expect(priceOf({ inputPerMillion: 0.0375, outputPerMillion: 0 }, { ...tokens, tokensIn: 1 })).toBe(38);
    expect(priceOf({ inputPerMillion: 1e-9, outputPerMillion: 0 }, { ...tokens, tokensIn: 1 })).toBe(1);
  });

  it("takes the batch discount off everything, only where the agent goes there", () => {
    const prices: Prices = { inputPerMillion: 3, outputPerMillion: 15, batchDiscount: 0.5 };
    expect(priceOf(prices, tokens, { batch: true })).toBe(priceOf(prices, tokens) / 2);
  });

  const price = fc.double({ min: 0, max: 1_000, noNaN: true });
  const prices = fc.record(
    {
      inputPerMillion: price,
      outputPerMillion: price,
      cachedInputPerMillion: price,
      reasoningPerMillion: price,
      perCall: fc.double({ min: 0, max: 1, noNaN: true }),
      batchDiscount: fc.double({ min: 0, max: 0.99, noNaN: true }),
    },
    { requiredKeys: ["inputPerMillion", "outputPerMillion"] },
  );
  const count = fc.integer({ min: 0, max: 10_000_000 });
  const anyCount = fc.oneof(count, fc.constantFrom(-5, 0.5, Number.NaN, Number.POSITIVE_INFINITY));

  it("is never above priceMax of counts that it is within, whatever the kinds say", () => {
    fc.assert(
      fc.property(
        prices,
        count,
        count,
        anyCount,
        anyCount,
        fc.boolean(),
        (some, tokensIn, tokensOut, tokensInCached, tokensReasoning, batch) => {
          const cost = priceOf(some as Prices, { tokensIn, tokensInCached, tokensOut, tokensReasoning }, { batch });
          expect(Number.isSafeInteger(cost) && cost >= 0).toBe(true);
          expect(cost).toBeLessThanOrEqual(priceMax(some as Prices, { tokensIn: tokensIn + 7, tokensOut }, { batch }));
        },
      ),
    );
  });

  it("is at least the real price, and less than a nano-dollar and the rounding of prices above it", () => {
    fc.assert(
      fc.property(price, price, count, count, (inputPerMillion, outputPerMillion, tokensIn, tokensOut) => {
        const real = (tokensIn * inputPerMillion + tokensOut * outputPerMillion) * 1_000;
        const cost = priceOf({ inputPerMillion, outputPerMillion }, { ...tokens, tokensIn, tokensOut });
        expect(cost).toBeGreaterThanOrEqual(real * (1 - 1e-8) - 1e-3 * (tokensIn + tokensOut) * 1e-3);
        expect(cost).toBeLessThanOrEqual(real * (1 + 1e-8) + 1 + 1e-3 * (tokensIn + tokensOut));
      }),
    );
  });
});

describe("requirePrices", () => {
  const agents = [
    ["a", { prices: { inputPerMillion: 1, outputPerMillion: 1 } }],
    ["b", {}],
  ] as const;
  it("refuses a budget in dollars where an agent has no price, and names it", () => {
    expect(() => requirePrices(agents, { run: { nanoUsd: 1 } })).toThrow(/"b" costs/);
    expect(() => requirePrices(agents, { run: {}, agents: { a: { nanoUsd: 1 } } })).toThrow(/--prices/);
    expect(() => requirePrices(agents, { run: { tokens: 1 } })).not.toThrow();
    expect(() => requirePrices(agents.slice(0, 1), { run: { nanoUsd: 1 } })).not.toThrow();
  });
});
