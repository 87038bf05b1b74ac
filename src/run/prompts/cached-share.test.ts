import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../../theory/random.ts";
import type { Message } from "../call.ts";
import { cachedShareOf, cacheForecast } from "./cached-share.ts";

const user = (content: string): readonly Message[] => [{ role: "user", content }];
const rules = { minimumTokens: 16, blockTokens: 8 };

describe("cachedShareOf", () => {
  const text = fc.string({ minLength: 0, maxLength: 2_000 });

  it("is 0 of the first prompt and of short ones, and in [0, 1] of any", () => {
    expect(cachedShareOf(user("x".repeat(1e4)), [])).toBe(0);
    expect(cachedShareOf(user("x".repeat(1_000)), [user("x".repeat(1_000))])).toBe(0);
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 4 }), (prompt, earlier) => {
        const share = cachedShareOf(user(prompt), earlier.map(user), rules);
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("is the longest common prefix with any earlier prompt, to a block", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8_000 }), fc.integer({ min: 4_200, max: 9_000 }), (shared, length) => {
        const prefix = "p".repeat(Math.min(shared, length));
        const share = cachedShareOf(user(prefix.padEnd(length, "a")), [user("z"), user(prefix.padEnd(length, "b"))]);
        const sharedTokens = prefix.length / 4;
        if (sharedTokens < 1_000) expect(share).toBe(0);
        else if (sharedTokens > 1_200) {
          expect(share * length).toBeLessThanOrEqual(prefix.length + 4);
          expect(share * length).toBeGreaterThan(prefix.length - 4 * 128 - 64 - 64);
        }
      }),
    );
  });

  it("grows with what was sent before", () => {
    const long = "word ".repeat(2_000);
    expect(cachedShareOf(user(long), [user(`${long.slice(0, 5_000)}!`)])).toBeCloseTo(0.5, 1);
    expect(cachedShareOf(user(long), [user(long)])).toBeGreaterThan(0.95);
    expect(cachedShareOf(user(long), [[{ role: "system", content: "x" }, ...user(long)]])).toBe(0);
  });
});

describe("cacheForecast", () => {
  it("keeps upstreams apart", () => {
    const forecast = cacheForecast();
    const prompt = user("x".repeat(8_000));
    expect(forecast.send("a", prompt)).toBe(0);
    expect(forecast.send("b", prompt)).toBe(0);
    expect(forecast.send("a", prompt)).toBeGreaterThan(0.9);
  });

  it("learns from the upstream's counts how long a token is", () => {
    const forecast = cacheForecast();
    const prompt = user("1".repeat(2_000)); // 500 tokens by the usual length, 2,000 by this upstream's
    expect(forecast.send("a", prompt)).toBe(0);
    forecast.learn("a", prompt, 2_000);
    forecast.send("a", prompt);
    expect(forecast.send("a", prompt)).toBeGreaterThan(0.9);
  });

  it("forgets old prompts instead of growing without end", () => {
    const forecast = cacheForecast();
    const draw = random(1, "prompts");
    const first = user("first".repeat(2_000));
    forecast.send("a", first);
    for (let i = 0; i < 2_000; i++) forecast.send("a", user(String(draw()).padEnd(10_000, "y")));
    expect(forecast.send("a", first)).toBe(0);
  });
});
