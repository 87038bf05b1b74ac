import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numbersRecorded, numbersWith } from "./averaging.ts";

const counts = fc.integer({ min: 1, max: 400 });

describe("numbersWith", () => {
  it("gives the mean of 1/J of two answers, each a number half of the time", () => {
    const { none, inverse } = numbersWith(0.5)(2);
    expect(none).toBeCloseTo(0.25, 12);
    expect(inverse).toBeCloseTo((0.5 + 0.25 / 2) / 0.75, 12);
  });

  it("is close to 1/(N p) for many answers, however seldom one is no number", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.3, max: 0.9999, noNaN: true }),
        fc.integer({ min: 300, max: 1500 }),
        (p, answers) => {
          const { inverse } = numbersWith(p)(answers);
          expect(inverse * answers * p).toBeGreaterThanOrEqual(1);
          expect(inverse * answers * p).toBeLessThan(1.01);
        },
      ),
    );
  });
});

describe("numbersRecorded", () => {
  it("draws each recorded answer once: all of them are what was recorded", () => {
    fc.assert(
      fc.property(counts, counts, (numbers, silent) => {
        const { none, inverse } = numbersRecorded(numbers, silent)(numbers + silent);
        expect(none).toBe(0);
        expect(inverse).toBeCloseTo(1 / numbers, 12);
      }),
    );
  });

  it("is the expected 1/J of two of three answers, one of them no number", () => {
    const { none, inverse } = numbersRecorded(2, 1)(2);
    expect(none).toBe(0);
    expect(inverse).toBeCloseTo(2 / 3 + 1 / 3 / 2, 12);
  });

  it("tells thousands of answers apart", () => {
    expect(numbersRecorded(3000, 3000)(3000).inverse).toBeCloseTo(1 / 1500, 5);
  });
});
