import { describe, expect, it } from "vitest";
import { scriptedExample } from "../../src/simulate/scripted.ts";
import { measureCoverage } from "./measure-coverage.ts";

describe("1,000 scripted teams", () => {
  const { seeds, parameters, pooled } = measureCoverage(scriptedExample, 1, 1000);

  it.each(parameters)("have $symbol, the $name, in its 90 % interval in 87 to 93 %", ({ inside }) => {
    expect(inside / seeds).toBeGreaterThanOrEqual(0.87);
    expect(inside / seeds).toBeLessThanOrEqual(0.93);
  });

  it("have nine of ten truths in their intervals", () => {
    expect(pooled).toBeGreaterThan(0.89);
    expect(pooled).toBeLessThan(0.91);
  });
});
