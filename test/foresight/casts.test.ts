import { describe, expect, it } from "vitest";
import { casts } from "../../bench/foresight/casts.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import { scriptedAttempts, scriptedConfig, scriptedExample } from "../../src/simulate/scripted.ts";

describe("the campaign on changes of a cast", () => {
  const truth = { ...scriptedExample, tasks: 200 };
  const recordings = tabulate(scriptedAttempts(truth, 3), scriptedConfig(truth));
  const set = { name: "scripted", recordings: { ...recordings, relays: [] }, samples: 5, answersKnown: true };
  const found = casts.measure(set, { splits: 2, seed: 1 })!;

  it("checks every change that a plan tells on tasks that the plan did not see", () => {
    expect(found.rows.length).toBeGreaterThan(0);
    for (const { tasks, promised, measured } of found.rows) {
      expect([30, 100]).toContain(tasks);
      expect(Math.abs(promised - measured)).toBeLessThan(0.5);
    }
    expect(found.leftOut.map(({ what }) => what)).toEqual(["300 tasks"]);
  });

  it("gives the same rows for the same seed, and others for another", () => {
    expect(casts.measure(set, { splits: 2, seed: 1 })).toEqual(found);
    expect(casts.measure(set, { splits: 2, seed: 2 })).not.toEqual(found);
  });

  it("tells them without a number that is none", () => {
    const { checks, tables } = casts.tell([{ set: set.name, found }], { splits: 2, seed: 1 });
    expect(checks).toHaveLength(2);
    expect(JSON.stringify(tables)).not.toMatch(/NaN|undefined|Infinity/);
  });
});
