import { describe, expect, it } from "vitest";
import { measureHeld } from "./coverage.ts";
import { compareDecisions } from "./decisions.ts";
import { worlds } from "./worlds.ts";

const named = (part: string) => worlds.find(({ name }) => name.includes(part))!;

// Figures of many seeds: bench/measure/results.md
describe("measuring where it matters, a few seeds", { timeout: 300_000 }, () => {
  it("finds a clearly better team with fewer tokens than uniform probing by the same rule, and loses little", async () => {
    const { measured, uniformStopped } = await compareDecisions(named("a team"), 1, 3);
    expect(measured.tokens).toBeLessThan(uniformStopped.tokens);
    expect(measured.regret).toBeLessThan(0.02);
    expect(measured.wrong).toBe(0);
  });

  it("holds most parameters in their intervals", async () => {
    const { parameters } = await measureHeld(named("levels"), 1, 6, 500_000);
    const inside = parameters.reduce((sum, one) => sum + one.inside, 0);
    const measured = parameters.reduce((sum, one) => sum + 6 - one.notMeasured, 0);
    expect(measured).toBeGreaterThan(0.8 * 6 * parameters.length);
    expect(inside / measured).toBeGreaterThan(0.6); // 33 of 36 are expected, 22 happen once in 10⁶
  });
});
