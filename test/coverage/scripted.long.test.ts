import { describe, expect, it } from "vitest";
import { scriptedExample } from "../../src/simulate/scripted.ts";
import { measureCoverage } from "./measure-coverage.ts";

describe("200 scripted teams", () => {
  const { seeds, parameters, pooled } = measureCoverage(scriptedExample, 1, 200);

  it.each(parameters)("have $symbol, the $name, in its 90 % interval in 85 to 95 %", ({ inside }) => {
    expect(inside / seeds).toBeGreaterThanOrEqual(0.85);
    expect(inside / seeds).toBeLessThanOrEqual(0.95);
  });

  it("have nine of ten truths in their intervals", () => {
    expect(pooled).toBeGreaterThan(0.88);
    expect(pooled).toBeLessThan(0.92);
  });
});
