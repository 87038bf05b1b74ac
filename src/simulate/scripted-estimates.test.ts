import { describe, expect, it } from "vitest";
import { calibrate } from "../calibrate/calibrate.ts";
import { tabulate } from "../records/tabulate.ts";
import { isMeasured } from "../theory/interval.ts";
import {
  scriptedEstimates,
  scriptedEstimatesConfig,
  scriptedEstimatesExample,
  scriptedEstimateTruths,
} from "./scripted-estimates.ts";

describe("scripted estimators", () => {
  it("say the same under the same seed, and something else under another", () => {
    const short = { ...scriptedEstimatesExample, tasks: 3 };
    expect(scriptedEstimates(short, 4)).toEqual(scriptedEstimates(short, 4));
    expect(scriptedEstimates(short, 5).attempts).not.toEqual(scriptedEstimates(short, 4).attempts);
  });

  it("have every stated parameter in its 90 % interval nine times in ten, on 100 tasks", () => {
    const script = { ...scriptedEstimatesExample, tasks: 100 };
    const seeds = 25;
    const inside = new Map<string, number>();
    for (let seed = 1; seed <= seeds; seed++) {
      const calibration = calibrate(tabulate(scriptedEstimates(script, seed), scriptedEstimatesConfig));
      for (const { name, truth, estimate } of scriptedEstimateTruths(script, calibration)) {
        if (!isMeasured(estimate)) throw new Error(`${name}: ${estimate.notMeasured}`);
        inside.set(name, (inside.get(name) ?? 0) + Number(estimate.low <= truth && truth <= estimate.high));
      }
    }
    expect(inside.size).toBeGreaterThan(50);
    const pooled = [...inside.values()].reduce((sum, count) => sum + count, 0) / (inside.size * seeds);
    expect(pooled).toBeGreaterThan(0.87);
    expect(pooled).toBeLessThan(0.93);
    for (const [name, count] of inside) expect(count / seeds, name).toBeGreaterThanOrEqual(0.6);
  });
});
