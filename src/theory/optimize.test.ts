import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "../errors.ts";
import { bisect, nelderMead } from "./optimize.ts";

describe("nelderMead", () => {
  it("finds the end of Rosenbrock's valley", () => {
    const { point, converged } = nelderMead(([x, y]) => (1 - x!) ** 2 + 100 * (y! - x! ** 2) ** 2, [-1.2, 1]);
    expect(converged).toBe(true);
    expect(point[0]).toBeCloseTo(1, 6);
    expect(point[1]).toBeCloseTo(1, 6);
  });

  it("walks back into the domain from where the function is NaN", () => {
    const { point } = nelderMead(([x]) => x! - Math.log(x!), [0.1], { step: -0.3 });
    expect(point[0]).toBeCloseTo(1, 5);
  });

  it("gives the same answer every time, and says when it ran out of iterations", () => {
    const bowl = (point: readonly number[]) => point.reduce((sum, x, i) => sum + (i + 1) * (x - i) ** 2, 0);
    expect(nelderMead(bowl, [5, 5, 5])).toEqual(nelderMead(bowl, [5, 5, 5]));
    expect(nelderMead(bowl, [5, 5, 5], { iterationsMax: 3 }).converged).toBe(false);
    expect(() => nelderMead(bowl, [])).toThrow(DomainError);
  });
});

describe("bisect", () => {
  it("finds the cube root of any number", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e3, max: 1e3, noNaN: true }), (a) => {
        expect(Math.abs(bisect((x) => x ** 3 - a, -11, 11) - Math.cbrt(a))).toBeLessThan(1e-5);
      }),
    );
  });

  it("accepts a falling function and a root on the border", () => {
    expect(bisect((x) => 2 - x, 0, 5)).toBe(2);
    expect(bisect((x) => x, 0, 1)).toBe(0);
  });

  it("refuses an interval without a change of sign", () => {
    expect(() => bisect((x) => x * x + 1, -1, 1)).toThrow("around a change of sign");
  });
});
