import { describe, expect, it } from "vitest";
import { scriptedEstimatesExample } from "../../src/simulate/scripted-estimates.ts";
import { measureEstimateCoverage } from "./measure-coverage.ts";

describe.each([100, 300])("200 teams of scripted estimators on %i tasks", (tasks) => {
  const { seeds, parameters, pooled } = measureEstimateCoverage({ ...scriptedEstimatesExample, tasks }, 1, 200);

  it.each(parameters)("have $symbol, the $name, in its 90 % interval in 84 to 96 %", ({ inside }) => {
    expect(inside / seeds).toBeGreaterThanOrEqual(0.84);
    expect(inside / seeds).toBeLessThanOrEqual(0.96);
  });

  it("have nine of ten truths in their intervals", () => {
    expect(pooled).toBeGreaterThan(0.88);
    expect(pooled).toBeLessThan(0.92);
  });
});
