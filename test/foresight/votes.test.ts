import { describe, expect, it } from "vitest";
import type { ForesightSet } from "../../bench/foresight/sets.ts";
import { pluralityReplaced, votes } from "../../bench/foresight/votes.ts";
import { isThinned, tellVotes, voteFigures } from "../../bench/foresight/votes-told.ts";
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

describe("the campaign on votes", () => {
  const found = votes.measure(setOf(world, 1), { splits: 3, seed: 1 })!;
  const { rows, leftOut } = found;

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
    expect(leftOut).toEqual([
      { set: "four options 1", what: "300 tasks", reason: "fewer than 100 tasks would be left to check votes on" },
    ]);
  });

  it("does not count cells that were learned from all samples", () => {
    expect(isThinned(rows.find(({ samples }) => samples === 10)!)).toBe(false);
    expect(isThinned(rows.find(({ samples }) => samples === 5)!)).toBe(true);
  });

  it("knows calls and dollars of sampling until an answer leads", () => {
    const race = rows.find(({ team, method }) => team === "ahead:2/9" && method === "quorate")!;
    expect(race.calls).toBeDefined();
    expect(race.usd).toBeDefined();
  });

  it("measures the full samples as 1, and the product far below votes taken for independent", () => {
    const figures = voteFigures(rows.filter(isThinned), ({ way }) => way);
    const byMethod = new Map(figures.filter(({ group }) => group === "vote").map((one) => [one.method, one]));
    expect(byMethod.get("full samples")!.accuracy.ratio).toBe(1);
    expect(byMethod.get("quorate")!.accuracy.error).toBeLessThan(byMethod.get("independent")!.accuracy.error);
  });

  it("tells them in claims and tables without a number that is none", () => {
    const { checks, tables } = tellVotes([{ found }]);
    expect(checks.map(({ claim }) => claim)).toContain("votes: error of the gain against the reference");
    expect(JSON.stringify([checks, tables])).not.toMatch(/NaN|undefined|Infinity/);
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
