import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBudget, printBudget } from "./budget.ts";

describe("parseBudget", () => {
  it.each([
    ["2000tok", 2000, "tokens"],
    ["2,000 tokens", 2000, "tokens"],
    ["$0.01", 0.01, "usd"],
    ["0.5usd", 0.5, "usd"],
    ["5calls", 5, "calls"],
    ["1call", 1, "calls"],
    ["3s", 3, "seconds"],
    ["2min", 120, "seconds"],
    ["1e-4usd", 1e-4, "usd"],
  ])("reads %s", (text, amount, unit) => {
    expect(parseBudget(text)).toEqual({ amount, unit });
  });

  it.each(["5", "", "tok", "-3s", "0calls", "$", "$5calls", "5apples", "5constructor", "1e999tok", "$NaN", "1,5calls"])(
    "refuses %j and shows the form",
    (text) => {
      expect(() => parseBudget(text)).toThrow(/2000tok, '\$0\.01', 5calls/);
    },
  );

  it("rounds up what must suffice", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
        fc.constantFrom("usd", "tokens", "calls", "seconds"),
        (amount, unit) => {
          const allowed = parseBudget(printBudget({ amount, unit: unit as "usd" }, "ceil")).amount;
          expect(allowed).toBeGreaterThanOrEqual(amount * (1 - 1e-9)); // the slack of a plan
        },
      ),
    );
  });

  it("reads what it prints", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.constantFrom("tokens", "calls", "seconds"), (amount, unit) => {
        expect(parseBudget(printBudget({ amount, unit: unit as "calls" }))).toEqual({ amount, unit });
      }),
    );
  });
});
