import { describe, expect, it } from "vitest";
import { measureHeld } from "./coverage.ts";
import { compareDecisions } from "./decisions.ts";
import { worlds } from "./worlds.ts";

const named = (part: string) => worlds.find(({ name }) => name.includes(part))!;

// Figures: bench/measure/results.md
describe("measuring where it matters", () => {
  it("holds every parameter in its 90 % interval in 85 to 95 % of 200 seeds", async () => {
    const { parameters, seeds } = await measureHeld(named("levels"), 1, 200, 1_500_000);
    for (const { name, inside, notMeasured } of parameters) {
      expect(notMeasured, name).toBeLessThan(0.1 * seeds);
      expect(inside / (seeds - notMeasured), name).toBeGreaterThan(0.84);
      expect(inside / (seeds - notMeasured), name).toBeLessThan(0.965);
    }
  });

  it.each(["a team", "asking again", "levels"])(
    "takes at most half the tokens of uniform probing at equal error: %s",
    async (part) => {
      const found = await compareDecisions(named(part), 1, 60);
      expect(found.measured.tokens).toBeLessThanOrEqual(0.5 * found.uniformTokensAtEqualError);
      expect(found.measured.wrong).toBeLessThanOrEqual(0.1);
    },
  );
});
