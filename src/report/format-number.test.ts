import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  accuracyInterval,
  correlationCell,
  cost,
  costSentence,
  count,
  decimal,
  money,
  moneyTick,
  percent,
  plain,
  plainInterval,
  points,
  pointsInterval,
  probability,
  probabilitySentence,
  share,
  squaredError,
} from "./format-number.ts"; // prettier-ignore

describe("numbers for people", () => {
  it("writes differences with a sign, and none where they round to zero", () => {
    expect(points(0.0303)).toBe("+3.0");
    expect(points(-0.004)).toBe("−0.4");
    expect(points(0.0004)).toBe("0.0");
    expect(points(-0.0004)).toBe("0.0");
    expect(pointsInterval({ low: -0.002, high: 0.049 })).toBe("[−0.2, 4.9]");
    expect(accuracyInterval({ low: 0, high: 1 })).toBe("[0.0, 100.0]");
  });

  it("writes squared errors of any size with three digits", () => {
    expect([0, 0.0001, 0.415, 12.34, 999_999].map(squaredError)).toEqual(["0", "0.000100", "0.415", "12.3", "999,999"]);
    expect([1.5e18, 2.891e-10].map(squaredError)).toEqual(["1.50e18", "2.89e−10"]);
  });

  it("writes dollars per 1,000 tasks with cents below $100 and two digits below one cent", () => {
    expect(cost(0.00549, "usd")).toBe("$5.49");
    expect(cost(4.2, "usd")).toBe("$4,200");
    expect(cost(1.2e-9, "usd")).toBe("$0.0000012");
    expect(cost(0, "usd")).toBe("$0.00");
    expect(costSentence(0.0102, "usd")).toBe("$10.20 per 1,000 tasks");
    expect(costSentence(1, "calls")).toBe("1 call per task");
    expect(costSentence(2.94, "calls")).toBe("2.9 calls per task");
    expect(cost(1988.4, "tokens")).toBe("1,988");
    expect(money(-3)).toBe("−$3.00");
    expect([0.2, 5, 2000, 1e-5].map(moneyTick)).toEqual(["$0.2", "$5", "$2,000", "$0.00001"]);
  });

  it("never claims certainty", () => {
    expect([1, 0.9951, 0.99, 0.5, 0.004, 0].map(probability)).toEqual([
      ">\u202f0.99",
      ">\u202f0.99",
      "0.99",
      "0.50",
      "<\u202f0.01",
      "<\u202f0.01",
    ]);
    expect(probabilitySentence(0.96)).toBe("P = 0.96");
    expect(probabilitySentence(1)).toBe("P >\u202f0.99");
  });

  it("keeps the thin space before the per cent sign, and no leading zero in a cell", () => {
    expect(percent(0.54)).toBe("54\u202f%");
    expect([0.57, -0.084, 1, -1, 0].map(correlationCell)).toEqual([".57", "−.08", "1.0", "−1.0", ".00"]);
  });

  it("writes other quantities to three digits and their intervals with the same decimals", () => {
    expect([0.4153, 12.34, 1988.2, 0, 0.00042].map(plain)).toEqual(["0.415", "12.3", "1,988", "0", "0.000420"]);
    expect(plainInterval({ value: 12.34, low: 9.876, high: 15, confidence: 0.9 })).toBe("[9.9, 15.0]");
    expect(share(0.542)).toBe("54\u202f%");
    expect(share(2.31)).toBe("2.3 times");
  });

  it("groups digits by three and loses none", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e15, max: 1e15 }), (value) => {
        const text = count(value);
        expect(Number(text.replaceAll(",", "").replace("−", "-"))).toBe(value);
        expect(text).toMatch(/^−?\d{1,3}(,\d{3})*$/);
      }),
    );
    expect(decimal(Number.NaN, 1)).toBe("–");
  });
});
