import { describe, expect, it } from "vitest";
import { diagnose, type TheoryTeam } from "./diagnose.ts";

const healthy: TheoryTeam = {
  aggregation: { fanIn: 5, fidelity: 0.9, rho: 0.1 },
  layers: 2,
  messageTokens: 60,
  windowTokens: 300,
  leafBias: 0.1,
  beta: 0.1,
  singleBias: 0.3,
};
const node = (aggregation: Partial<TheoryTeam["aggregation"]>) => ({
  ...healthy,
  aggregation: { ...healthy.aggregation, ...aggregation },
});

describe("diagnose", () => {
  it("finds nothing in a healthy team", () => {
    expect(diagnose(healthy)).toEqual([]);
  });

  it.each([
    ["messages that do not fit", { ...healthy, windowTokens: 299 }, ["window-violated"]],
    ["shared errors that cascade", node({ rho: 0.9, fidelity: 0.7 }), ["subcritical", "correlation-bound"]],
    ["messages that lose the signal", node({ fidelity: 0.4 }), ["subcritical", "fidelity-bound"]],
    ["coordination slower than the model", { ...healthy, beta: 0.45 }, ["scale-up-better"]],
    [
      "a single agent above the ceiling",
      { ...node({ fidelity: 0.6 }), beta: 0.01, singleBias: 0.8 },
      ["strong-baseline"],
    ],
    [
      "leaves better than the organization",
      { ...node({ fidelity: 0.6 }), beta: 0.01, leafBias: 0.6, layers: 1 },
      ["leaf-above-fixed-point"],
    ],
    ["more layers than mix", { ...healthy, layers: 30 }, ["past-mixing-depth"]],
    ["room for wider nodes", { ...healthy, windowTokens: 421 }, ["fan-in-headroom"]],
  ])("names %s", (_, team, codes) => {
    expect(diagnose(team)).toEqual(codes);
  });

  it("names several, the most severe first", () => {
    const team = { ...node({ fidelity: 0.6 }), singleBias: 0.8, windowTokens: 500 };
    expect(diagnose(team)).toEqual(["scale-up-better", "strong-baseline", "fan-in-headroom"]);
  });

  it("refuses an even fan-in", () => {
    expect(() => diagnose(node({ fanIn: 4 }))).toThrow("as an odd integer");
  });
});
