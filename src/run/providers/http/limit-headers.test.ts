import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLimitHeaders, waitMsMost } from "./limit-headers.ts";

const now = Date.parse("2026-11-21T12:00:00Z");
const read = (headers: Record<string, string>) => readLimitHeaders(Object.entries(headers).flat(), now);

describe("readLimitHeaders", () => {
  it.each([
    ["seconds", { "retry-after": "7" }, 7000],
    ["parts of a second", { "Retry-After": "0.25" }, 250],
    ["an HTTP date", { "retry-after": "Sat, 21 Nov 2026 12:00:30 GMT" }, 30_000],
    ["a date in the past", { "retry-after": "Sat, 21 Nov 2026 11:00:00 GMT" }, 0],
    ["milliseconds", { "retry-after-ms": "1500" }, 1500],
    ["milliseconds before seconds, whatever their order", { "retry-after": "2", "retry-after-ms": "1500" }, 1500],
    ["an absurd number, bounded", { "retry-after": "99999999" }, waitMsMost],
    ["an absurd date, bounded", { "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT" }, waitMsMost],
  ])("reads %s of Retry-After", (_, headers, expected) => {
    expect(read(headers).retryAfterMs).toBe(expected);
  });

  it.each(["soon", "-5", "", "NaN", "Infinity", "1e9", "2026", "in 5 minutes"])('finds no wait in "%s"', (value) => {
    const { retryAfterMs } = read({ "retry-after": value });
    if (value === "2026") expect(retryAfterMs).toBe(2_026_000);
    else expect(retryAfterMs).toBeUndefined();
  });

  it("reads OpenAI's, with durations", () => {
    expect(
      read({
        "x-ratelimit-limit-requests": "500",
        "x-ratelimit-remaining-requests": "499",
        "x-ratelimit-reset-requests": "120ms",
        "x-ratelimit-limit-tokens": "30000",
        "x-ratelimit-remaining-tokens": "29000",
        "x-ratelimit-reset-tokens": "1m30.5s",
      }).limits,
    ).toEqual({
      requestsLimit: 500,
      requestsLeft: 499,
      requestsResetMs: 120,
      tokensLimit: 30_000,
      tokensLeft: 29_000,
      tokensResetMs: 90_500,
    });
  });

  it("reads Anthropic's, with dates", () => {
    expect(
      read({
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "0",
        "anthropic-ratelimit-requests-reset": "2026-11-21T12:00:10Z",
      }).limits,
    ).toEqual({ requestsLimit: 50, requestsLeft: 0, requestsResetMs: 10_000 });
  });

  it("reads the generic ones: the IETF's, and moments since 1970", () => {
    expect(read({ ratelimit: '"default";r=50;t=30' }).limits).toEqual({ requestsLeft: 50, requestsResetMs: 30_000 });
    expect(read({ ratelimit: "limit=100, remaining=50, reset=5" }).limits).toEqual({
      requestsLimit: 100,
      requestsLeft: 50,
      requestsResetMs: 5000,
    });
    expect(read({ "x-ratelimit-reset": String(now / 1000 + 60) }).limits).toEqual({ requestsResetMs: 60_000 });
    expect(read({ "x-ratelimit-reset": String(now + 60_000) }).limits).toEqual({ requestsResetMs: 60_000 });
  });

  it("is bounded for any headers, as text and as they come off the wire", () => {
    const name = fc.constantFrom(
      "retry-after",
      "retry-after-ms",
      "ratelimit",
      "x-ratelimit-reset-tokens",
      "x-ratelimit-limit-requests",
      "anthropic-ratelimit-requests-reset",
      "content-type",
    );
    const value = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
      fc.constant("9".repeat(39)),
      fc.constant("1h".repeat(32)),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
        const texts = pairs.flat();
        const found = readLimitHeaders(texts, now);
        expect(
          readLimitHeaders(
            texts.map((text) => Buffer.from(text, "latin1")),
            now,
          ),
        ).toEqual(
          readLimitHeaders(
            texts.map((text) => Buffer.from(text, "latin1").toString("latin1")),
            now,
          ),
        );
        for (const wait of [found.retryAfterMs, found.limits?.requestsResetMs, found.limits?.tokensResetMs])
          if (wait !== undefined) expect(wait >= 0 && wait <= waitMsMost).toBe(true);
        for (const count of [found.limits?.requestsLimit, found.limits?.requestsLeft])
          if (count !== undefined) expect(count >= 0 && count <= 1e12).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
