import { describe, expect, it } from "vitest";
import { calibrate } from "../calibrate/calibrate.ts";
import type { Attempt } from "../records/attempt.ts";
import { tabulate } from "../records/tabulate.ts";
import { random } from "../theory/random.ts";
import { plan } from "./plan.ts";

/** Agents at levels of 1, 4, 16 and 64 thousandths of a dollar per call. */
function findingsOf(curves: Readonly<Record<string, (x: number) => number>>, budgetUsd: number) {
  const next = random(1, "levels");
  const attempts = Object.entries(curves).flatMap(([agent, curve]) =>
    Array.from({ length: 200 }, (_, task) =>
      [1, 4, 16, 64].map((x): Attempt => {
        const correct = next() < curve(x) ? 1 : 0;
        return { taskId: `t${task}`, agent, level: `${x}`, sample: 0, correct, costUsd: x / 1000 };
      }),
    ).flat(),
  );
  const sorts = { graded: attempts.length, scored: 0, ungraded: 0, aggregated: 0, relay: 0 };
  const more = { lines: attempts.length, badLines: [], disagreements: [], sources: [], sorts };
  const recordings = tabulate({ name: "levels", attempts, ...more }, { agents: {}, sources: [] });
  return plan(calibrate(recordings), { perTask: { amount: budgetUsd, unit: "usd" } }).findings;
}

const slow = (x: number) => x / (x + 20);
const early = (x: number) => 0.35 * x ** 0.12;

describe("findings about compute levels", () => {
  it("name the price at which two agents change places, if the budget reaches it", () => {
    const within = findingsOf({ slow, early }, 0.07).find(({ code }) => code === "levels-cross")!;
    expect(within.message).toMatch(/slow and early change places at about \$0\.0[12]\d* per call/);
    expect(within.message).toContain("slow is ahead");
    expect(findingsOf({ slow, early }, 0.005).map(({ code }) => code)).not.toContain("levels-cross");
  });

  it("hold an untried level against the best team of the same money", () => {
    const untried = findingsOf({ slow }, 0.4).find(({ code }) => code === "level-untried")!;
    expect(untried.message).toMatch(/at [56]\.\d times its largest recorded compute is forecast at \d\d\.\d % \[/);
    expect(untried.remedy).toContain("Record slow at a level of about $0.");
    expect(findingsOf({ slow }, 0.07).map(({ code }) => code)).not.toContain("level-untried");
  });

  it("say nothing without two priced levels of one agent", () => {
    const codes = findingsOf({ slow }, 0.004).map(({ code }) => code);
    expect(codes).not.toContain("levels-cross");
    expect(codes).not.toContain("level-untried");
  });
});
