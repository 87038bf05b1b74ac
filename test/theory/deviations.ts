// Many simulations against many expectations: no single one may stand out, and together they must scatter as chance does.
import { expect } from "vitest";
import { normalQuantile } from "../../src/theory/special.ts";

/**
 * Standard normal deviations, if the theory is right: the largest within what their number allows (1 in 1000), their mean
 * and their sum of squares within 4 standard errors. A bias of a fifth of a standard error, too small to see in any of 400
 * simulations, moves the mean by 4.
 */
export function expectChance(deviations: readonly number[]): void {
  const n = deviations.length;
  expect(Math.max(...deviations.map(Math.abs))).toBeLessThan(normalQuantile(1 - 0.0005 / n));
  const sum = deviations.reduce((total, z) => total + z, 0);
  expect(Math.abs(sum) / Math.sqrt(n)).toBeLessThan(4);
  const squares = deviations.reduce((total, z) => total + z * z, 0);
  expect(Math.abs(squares - n) / Math.sqrt(2 * n)).toBeLessThan(4);
}
