import { describe, expect, it } from "vitest";
import { adviseOn } from "./advise.ts";
import type { Scored } from "./choose.ts";
import type { Forecast } from "./plan-types.ts";

/** 400 tasks of which each team gets its own share right, the same ones first: gains are all that differs. */
const rival = (text: string, kind: "single" | "repeated" | "panel", score: number, extraVariance = 0) => ({
  team: { text },
  kind,
  price: text.length,
  accuracy: Float64Array.from({ length: 400 }, (_, t) => (t < 400 * score ? 1 : 0)),
  score,
  extraVariance,
});
type Rival = ReturnType<typeof rival>;
const unpriced = { notMeasured: "no prices here", probe: "none needed" };
const promise = () => ({ cost: { usd: unpriced } }) as unknown as Forecast;
const advise = (single: Rival, repeated: Rival | undefined, panels: readonly Rival[]) => {
  const affordable = [single, ...(repeated ? [repeated] : []), ...panels];
  const rivals = { single, repeated, frontier: affordable, affordable, luck: 0 };
  return adviseOn<Rival & Scored>(rivals, promise, {
    confidence: 0.9,
    budget: { amount: 1, unit: "usd" },
    gainText: (gain) => `${100 * gain} points`,
  });
};

describe("adviseOn", () => {
  const single = rival("one", "single", 0.7);

  it("takes the cheapest team that is surely better, and a dearer one only where that is surely better still", () => {
    const near = [rival("three", "panel", 0.8), rival("three+", "panel", 0.801)];
    expect(advise(single, undefined, near).team).toBe("three");
    expect(advise(single, undefined, [near[0]!, rival("three+", "panel", 0.85)]).team).toBe("three+");
  });

  it("wants a team to be surely better than one agent asked repeatedly, and says what would tell", () => {
    const repeated = rival("five", "repeated", 0.79, 0.02); // a wide guess
    const advice = advise(single, repeated, [rival("three", "panel", 0.8)]);
    expect(advice.team).toBe("one");
    expect(advice.because).toContain("better than five cannot be told yet");
    expect(advice.tasksStillNeeded!.median).toBeGreaterThan(0);
  });

  it("is settled where no team is better", () => {
    const { team, probabilityBetter, tasksStillNeeded } = advise(single, undefined, [rival("three", "panel", 0.6)]);
    expect(team).toBe("one");
    expect(probabilityBetter).toBeGreaterThan(0.99);
    expect(tasksStillNeeded).toBeNull();
  });
});
