import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { oracleAccuracy, oracleValues } from "./oracle.ts";

const choice = (right: readonly number[], cost: number) => ({
  right: Float64Array.from(right),
  cost: new Float64Array(right.length).fill(cost),
});

describe("oracleAccuracy", () => {
  it("asks the dear agent only where the cheap one is wrong", () => {
    const cheap = choice([1, 1, 1, 0], 1);
    const dear = choice([1, 0, 1, 1], 10);
    expect(oracleAccuracy([cheap, dear], 13 / 4)).toBeCloseTo(1, 12);
    expect(oracleAccuracy([cheap, dear], 3 / 4)).toBeCloseTo(0.75, 12);
    expect(oracleAccuracy([cheap, dear], 8 / 4)).toBeCloseTo((3 + 5 / 10) / 4, 12); // half of the last purchase
  });

  it("is at least as good as any choice that is affordable everywhere, and grows with the budget", () => {
    const anyChoices = fc.array(
      fc.tuple(fc.array(fc.constantFrom(0, 0.5, 1), { minLength: 5, maxLength: 5 }), fc.integer({ min: 1, max: 9 })),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(anyChoices, fc.integer({ min: 1, max: 9 }), (rows, budget) => {
        const choices = rows.map(([right, cost]) => choice(right, cost));
        const accuracy = oracleAccuracy(choices, budget);
        for (const [right, cost] of rows)
          if (cost <= budget)
            expect(accuracy).toBeGreaterThanOrEqual(right.reduce((sum: number, x) => sum + x, 0) / 5 - 1e-12);
        expect(oracleAccuracy(choices, budget + 1)).toBeGreaterThanOrEqual(accuracy - 1e-12);
      }),
    );
  });

  it("is the mean over tasks of what each is worth at the price of the last step", () => {
    const cheap = choice([1, 1, 1, 0], 1);
    const dear = choice([1, 0, 1, 1], 10);
    const values = oracleValues([cheap, dear], 8 / 4); // the last step is the dear agent on the last task: λ = 1/10
    expect([...values].map((value) => Number(value.toFixed(9)))).toEqual([1.1, 1.1, 1.1, 0.2]);
  });
});
