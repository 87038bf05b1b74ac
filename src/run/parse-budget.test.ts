import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BudgetFormat } from "../plan/budget.ts";
import { parseAgentBudget, parseBudget, printCaps } from "./parse-budget.ts";

describe("parseBudget", () => {
  it.each([
    ["$5,30min", { nanoUsd: 5e9, ms: 18e5 }],
    ["2000000tok", { tokens: 2e6 }],
    ["2,000,000tok", { tokens: 2e6 }],
    ["500calls", { calls: 500 }],
    ["90s", { ms: 9e4 }],
    ["$0.01", { nanoUsd: 1e7 }],
    ["$0.1,1.5h", { nanoUsd: 1e8, ms: 54e5 }],
    ["$1,000", { nanoUsd: 1e12 }],
    ["$5,300calls", { nanoUsd: 5e9, calls: 300 }],
    ["1,000calls,2,000tok,$3,1h", { calls: 1000, tokens: 2000, nanoUsd: 3e9, ms: 36e5 }],
    [" $5 , 30 min ", { nanoUsd: 5e9, ms: 18e5 }],
    ["2.5ktok", { tokens: 2500 }],
  ])("reads %s", (text, caps) => {
    expect(parseBudget(text)).toEqual(caps);
  });

  it.each([
    ["5", /unit is missing/],
    ["", /no amount/],
    ["$0", /not a number above 0/],
    ["-5calls", /not a number above 0/],
    ["0tok", /not a number above 0/],
    ["$5,30", /unit is missing/],
    ["$5,$6", /two limits/],
    ["5calls,5calls", /two limits/],
    ["$5,", /no amount/],
    ["0.5calls", /less than can be counted/],
    ["$1e-12", /less than can be counted/],
    ["1e300tok", /more than can be counted/],
    ["5dollars", /no unit/],
    ["$1,000,500calls", /two ways/],
    [",".repeat(1e4), /no amount/],
  ])("refuses %s", (text, happened) => {
    expect(() => parseBudget(text)).toThrow(BudgetFormat);
    expect(() => parseBudget(text)).toThrow(happened);
  });

  const amount = fc.integer({ min: 1, max: 1e15 }); // beyond it a decimal fraction loses its last digit
  const caps = fc
    .record({ nanoUsd: amount, tokens: amount, calls: amount, ms: amount }, { requiredKeys: [] })
    .filter((some) => Object.keys(some).length > 0);

  it("reads back what printCaps writes", () => {
    expect(printCaps({ ms: 18e5, nanoUsd: 5e9 })).toBe("$5,30min");
    fc.assert(fc.property(caps, (some) => void expect(parseBudget(printCaps(some))).toEqual(some)));
  });

  it("is total: caps of positive whole numbers, or a BudgetFormat", () => {
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom("$", "5", ",", "000", "tok", "calls", ".", "e", "min", " ")).map((a) => a.join("")),
    );
    fc.assert(
      fc.property(text, (some) => {
        try {
          for (const cap of Object.values(parseBudget(some))) expect(Number.isSafeInteger(cap) && cap > 0).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(BudgetFormat);
        }
      }),
    );
  });
});

describe("parseAgentBudget", () => {
  it("takes a name before the last equals sign", () => {
    expect(parseAgentBudget("a=b=$1,5calls")).toEqual({ agent: "a=b", caps: { nanoUsd: 1e9, calls: 5 } });
    expect(() => parseAgentBudget("$1")).toThrow(/names no agent/);
  });
});
