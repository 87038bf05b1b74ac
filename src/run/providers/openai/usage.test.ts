import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { laterUsage, readCostUsd, readUsage } from "./usage.ts";

const counts = (tokensIn: number, tokensInCached: number, tokensOut: number, tokensReasoning: number) => ({
  tokensIn,
  tokensInCached,
  tokensOut,
  tokensReasoning,
});

describe("readUsage", () => {
  it.each([
    [
      "OpenAI chat",
      {
        prompt_tokens: 100,
        completion_tokens: 20,
        total_tokens: 120,
        prompt_tokens_details: { cached_tokens: 64 },
        completion_tokens_details: { reasoning_tokens: 8 },
      },
      counts(100, 64, 20, 8),
    ],
    [
      "Responses",
      {
        input_tokens: 100,
        input_tokens_details: { cached_tokens: 64 },
        output_tokens: 20,
        output_tokens_details: { reasoning_tokens: 8 },
        total_tokens: 120,
      },
      counts(100, 64, 20, 8),
    ],
    [
      "DeepSeek",
      { prompt_tokens: 100, completion_tokens: 20, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 },
      counts(100, 64, 20, 0),
    ],
    [
      "DeepSeek without a sum",
      { completion_tokens: 20, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 },
      counts(100, 64, 20, 0),
    ],
    [
      "Anthropic, whose input leaves the cache out",
      { input_tokens: 30, cache_read_input_tokens: 64, cache_creation_input_tokens: 6, output_tokens: 20 },
      counts(100, 64, 20, 0),
    ],
    [
      "a gateway with both names, the sum in OpenAI's",
      { prompt_tokens: 100, completion_tokens: 20, cache_read_input_tokens: 64 },
      counts(100, 64, 20, 0),
    ],
    [
      "xAI, whose completion leaves the reasoning out",
      {
        prompt_tokens: 100,
        completion_tokens: 20,
        total_tokens: 620,
        completion_tokens_details: { reasoning_tokens: 500 },
      },
      counts(100, 0, 520, 500),
    ],
    [
      "the same without a total",
      { prompt_tokens: 100, completion_tokens: 20, completion_tokens_details: { reasoning_tokens: 500 } },
      counts(100, 0, 520, 500),
    ],
    [
      "Gemini, whose total has more than its parts",
      { prompt_tokens: 100, completion_tokens: 20, total_tokens: 300 },
      counts(100, 0, 200, 0),
    ],
    [
      "a total that is too small",
      { prompt_tokens: 100, completion_tokens: 20, total_tokens: 7 },
      counts(100, 0, 20, 0),
    ],
    [
      "more cached than there was",
      { prompt_tokens: 30, completion_tokens: 20, prompt_tokens_details: { cached_tokens: 64 } },
      counts(94, 64, 20, 0),
    ],
    ["numbers as text", { prompt_tokens: "100", completion_tokens: " 20 " }, counts(100, 0, 20, 0)],
    ["fractions, rounded up", { prompt_tokens: 99.2, completion_tokens: 19.5 }, counts(100, 0, 20, 0)],
    [
      "details that are null",
      {
        prompt_tokens: 100,
        completion_tokens: 20,
        prompt_tokens_details: null,
        completion_tokens_details: { reasoning_tokens: null },
      },
      counts(100, 0, 20, 0),
    ],
  ])("reads %s", (_, usage, expected) => {
    expect(readUsage(usage)).toEqual(expected);
  });

  it.each([
    ["null", null],
    ["a text", "many"],
    ["a list", []],
    ["zeros that were never filled in", { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }],
    ["no answer", { prompt_tokens: 100 }],
    ["no prompt", { completion_tokens: 100 }],
    ["only a total", { total_tokens: 100 }],
    ["negative counts", { prompt_tokens: -100, completion_tokens: 20 }],
    ["NaN", { prompt_tokens: Number.NaN, completion_tokens: 20 }],
    ["counts that nobody bills", { prompt_tokens: 1e15, completion_tokens: 20 }],
    ["words", { prompt_tokens: "many", completion_tokens: "few" }],
  ])("takes %s for no usage", (_, usage) => {
    expect(readUsage(usage)).toBeUndefined();
  });

  it("gives whole counts with their parts inside, and never less than what was stated", () => {
    const value = fc.oneof(fc.nat(1e6), fc.double(), fc.string(), fc.constant(null), fc.integer({ min: -50, max: 50 }));
    const usage = fc.record(
      {
        prompt_tokens: value,
        completion_tokens: value,
        input_tokens: value,
        output_tokens: value,
        total_tokens: value,
        prompt_cache_hit_tokens: value,
        cache_read_input_tokens: value,
        prompt_tokens_details: fc.record({ cached_tokens: value }, { requiredKeys: [] }),
        completion_tokens_details: fc.record({ reasoning_tokens: value }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(usage, (said) => {
        const read = readUsage(said);
        if (read === undefined) return;
        for (const count of Object.values(read)) expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
        expect(read.tokensInCached).toBeLessThanOrEqual(read.tokensIn);
        expect(read.tokensReasoning).toBeLessThanOrEqual(read.tokensOut);
        expect(read.tokensIn + read.tokensOut).toBeLessThanOrEqual(1e9);
        if (typeof said.prompt_tokens === "number" && said.prompt_tokens >= 0)
          expect(read.tokensIn).toBeGreaterThanOrEqual(said.prompt_tokens);
        if (typeof said.completion_tokens === "number" && said.completion_tokens >= 0)
          expect(read.tokensOut).toBeGreaterThanOrEqual(said.completion_tokens);
      }),
      { numRuns: 2000 },
    );
  });
});

it("keeps the later usage of a call, unless it says less", () => {
  expect(laterUsage(counts(10, 0, 1, 0), counts(10, 0, 5, 0))).toEqual(counts(10, 0, 5, 0));
  expect(laterUsage(counts(10, 0, 5, 0), counts(10, 0, 0, 0))).toEqual(counts(10, 0, 5, 0));
  expect(laterUsage(counts(10, 0, 5, 0), undefined)).toEqual(counts(10, 0, 5, 0));
});

it("reads what a call cost, where the upstream says it", () => {
  expect(readCostUsd({ cost: 0.0012 })).toBe(0.0012);
  expect(readCostUsd({ cost: "0.0012" })).toBe(0.0012);
  expect(readCostUsd({ cost: { total_cost: 0.5 } })).toBe(0.5);
  expect(readCostUsd({ cost: -1 })).toBeUndefined();
  expect(readCostUsd({ cost: 1e9 })).toBeUndefined();
});
