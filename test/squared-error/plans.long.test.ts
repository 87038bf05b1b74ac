import { describe, expect, it } from "vitest";
import { tabulate } from "../../src/records/tabulate.ts";
import { scriptedEstimates, scriptedEstimatesConfig } from "../../src/simulate/scripted-estimates.ts";
import { tryOnSplits } from "../../src/study/splits.ts";
import { measurePlans } from "./measure-plans.ts";
import { alike, isolated } from "./worlds.ts";

// Figures: bench/squared-error/plans.md
describe("plans in squared error, 100 seeds", () => {
  it.each([
    ["different", isolated],
    ["alike", alike],
  ])("advise wrongly in at most 10 % where agents are %s", (_, script) => {
    const found = measurePlans({ ...script, tasks: 150 }, { perTask: 900, seeds: 100 });
    expect(found.advisedWrongly).toBeLessThanOrEqual(0.1 * Math.max(10, found.advised));
    expect(found.truestBest).toBeGreaterThanOrEqual(50);
    expect(found.gainInside).toBeGreaterThanOrEqual(85);
  });

  it("hold what the other half shows in about nine of ten splits", () => {
    const recordings = tabulate(scriptedEstimates({ ...isolated, tasks: 300 }, 1), scriptedEstimatesConfig);
    const { differences } = tryOnSplits(recordings, {
      ...{ metric: "squared-error", confidence: 0.9, seed: 1, count: 200 },
      perTask: { amount: 900, unit: "tokens" },
    });
    const inside = differences.filter((one) => one.inside).length / differences.length;
    expect(inside).toBeGreaterThan(0.8);
    expect(inside).toBeLessThan(1);
  });
});
