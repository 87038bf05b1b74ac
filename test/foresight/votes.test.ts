import { describe, expect, it } from "vitest";
import type { ForesightSet } from "../../bench/foresight/sets.ts";
import { figureLines, kindOf, pluralityReplaced, voteCampaign, voteFigures } from "../../bench/foresight/votes.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import { type ScriptedTruth, scriptedAttempts, scriptedConfig, scriptedExample } from "../../src/simulate/scripted.ts";

/** A world of which nothing was looked at: one agent, four options, ten samples apart. */
const world: ScriptedTruth = {
  ...scriptedExample,
  name: "four options",
  tasks: 260,
  options: 4,
  agents: [{ ...scriptedExample.agents[1]!, skill: { accuracy: 0.6, answerTokens: 100 } }],
  rhoTask: 0.4,
  groups: { perTask: 10, size: 1, rhoWithin: 0 },
  relays: { ...scriptedExample.relays, agent: "scholar" },
};

function setOf(truth: ScriptedTruth, seed: number): ForesightSet {
  const recordings = tabulate(scriptedAttempts(truth, seed), scriptedConfig(truth));
  return { name: `${truth.name} ${seed}`, recordings, samples: 10, answersKnown: true };
}

describe("voteCampaign", () => {
  const { rows, leftOut } = voteCampaign([setOf(world, 1)], { splits: 3 });

  it("forecasts every team by every method from the same thinned tasks", () => {
    const methods = new Set(rows.map(({ method }) => method));
    expect(methods.size).toBe(6);
    const of = (method: string) =>
      rows.filter((row) => row.method === method).map(({ tasks, team }) => `${tasks} ${team}`);
    for (const method of methods) expect(of(method)).toEqual(of("quorate"));
    expect(new Set(rows.map(({ team }) => team))).toEqual(
      new Set(["vote:1", "vote:3", "vote:5", "vote:9", "ahead:1/5", "ahead:2/9"]),
    );
  });

  it("says which cells are left out, and why", () => {
    expect(leftOut).toEqual([{ set: "four options 1", tasks: 300, reason: "0 of 260 tasks are left for the check" }]);
  });

  it("does not count cells that were learned from all samples", () => {
    expect(kindOf(rows.find(({ samples }) => samples === 10)!)).toBeUndefined();
    expect(kindOf(rows.find(({ samples }) => samples === 5)!)).toBe("vote, answers");
  });

  it("knows calls and dollars of sampling until an answer leads", () => {
    const race = rows.find(({ team, method }) => team === "ahead:2/9" && method === "quorate")!;
    expect(race.calls).toBeDefined();
    expect(race.usd).toBeDefined();
  });

  it("measures the full samples as 1, and the product far below votes taken for independent", () => {
    const figures = voteFigures(rows);
    const votes = new Map(figures.filter(({ group }) => group === "vote, answers").map((one) => [one.method, one]));
    expect(votes.get("full samples")!.accuracy.ratio).toBe(1);
    expect(votes.get("quorate")!.accuracy.error).toBeLessThan(votes.get("independent")!.accuracy.error);
    expect(figureLines(figures)).toHaveLength(2 + figures.length);
  });
});

describe("pluralityReplaced", () => {
  it.each([
    [1, 0.4],
    [3, 0.528],
    [5, 0.58944],
  ])("matches the reference for %i draws", (votes, expected) => {
    expect(pluralityReplaced({ right: 2, wrong: [1, 1], unparsed: 1, tasks: 1 }, votes)).toBeCloseTo(expected, 6);
  });
});
