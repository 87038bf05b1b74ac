import { describe, expect, it } from "vitest";
import { measureCoverage } from "../../test/coverage/measure-coverage.ts";
import { scriptedExample } from "../simulate/scripted.ts";

// The short form of test/coverage/scripted.long.test.ts: bounds that 90 % intervals leave less than once in 1000.
describe("30 scripted teams", () => {
  const { seeds, parameters, pooled } = measureCoverage(scriptedExample, 1, 30);

  it("have about nine of ten truths in their 90 % intervals", () => {
    expect(pooled).toBeGreaterThan(0.85);
    expect(pooled).toBeLessThan(0.95);
  });

  it.each(parameters)("do not miss $symbol, the $name, systematically", ({ inside, below, above, notMeasured }) => {
    expect(notMeasured).toBe(0);
    expect(inside).toBeGreaterThanOrEqual(21);
    expect(Math.max(below, above)).toBeLessThanOrEqual(seeds * 0.25);
  });
});
