import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diversity } from "../../bench/foresight/diversity.ts";
import { readSets } from "../../bench/foresight/sets.ts";
import { calibrate } from "../../src/calibrate/calibrate.ts";
import { diversityOf } from "../../src/calibrate/diversity.ts";
import { pseudoLabels } from "../../src/calibrate/pseudo-labels.ts";
import { rankPanels } from "../../src/plan/panels.ts";
import type { Attempt } from "../../src/records/attempt.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import { isMeasured, type Measured } from "../../src/theory/interval.ts";
import { random } from "../../src/theory/random.ts";

const data = join(import.meta.dirname, "../../../shared/data");

function known<T extends object>(quantity: Measured<T>): T {
  if (!isMeasured(quantity)) throw new Error(quantity.notMeasured);
  return quantity;
}

describe.skipIf(!existsSync(data))("diversity of public recordings", () => {
  it("ranks panels without labels as their measured gain over the mean member does", async () => {
    const { sets } = await readSets([join(data, "gsm8k-multi")]);
    const campaign = { splits: 6, seed: 1 };
    const found = diversity.measure(sets[0]!, campaign)!;
    const { checks } = diversity.tell([{ set: sets[0]!.name, found }], campaign);
    expect(checks).toHaveLength(1);
    expect(checks.filter(({ met }) => !met)).toEqual([]);
  });
});

/** Three good agents, two that guess, and a copy of the first: letters as answers. */
function answers({ graded }: { graded: boolean }) {
  const next = random(7, "diversity");
  const attempts: Attempt[] = [];
  for (let task = 0; task < 120; task++) {
    const gold = "abcd"[task % 4]!;
    const answer = (p: number) => (next() < p ? gold : "abcd"[Math.floor(next() * 4)]!);
    const first = answer(0.8);
    const all = { first, copy: first, second: answer(0.75), third: answer(0.7), guess: answer(0), noise: answer(0) };
    for (const [agent, one] of Object.entries(all))
      attempts.push({ taskId: `t${task}`, agent, sample: 0, answer: one, ...(graded && { gold }) });
  }
  const counts = { graded: 0, scored: 0, ungraded: 0, aggregated: 0, relay: 0 };
  const rest = { lines: attempts.length, badLines: [], sorts: counts, disagreements: [], sources: [] };
  return tabulate({ name: "answers", attempts, ...rest }, { agents: {}, sources: [] });
}

const everyTask = (recordings: ReturnType<typeof answers>) => Uint32Array.from(recordings.table.tasks.keys());

describe("diversity of answers that nobody graded", () => {
  const ungraded = answers({ graded: false });
  const found = known(diversityOf(ungraded.table, everyTask(ungraded)));
  const pair = (a: string, b: string) => found.pairs.find((one) => one.a === a && one.b === b)!;

  const without = (names: readonly string[]) => ({
    ...ungraded.table,
    columns: ungraded.table.columns.filter(({ name }) => !names.includes(name)),
  });

  it("reads no grade: with and without gold it is the same", () => {
    const graded = answers({ graded: true });
    const again = known(diversityOf(graded.table, everyTask(graded)));
    found.agents.forEach(({ pseudoAccuracy }, i) => {
      expect(pseudoAccuracy.value).toBeCloseTo(again.agents[i]!.pseudoAccuracy.value, 8);
    });
    expect(again.channels.value).toBeCloseTo(found.channels.value, 8);
  });

  it("tells who is right more often, and sees a copy", () => {
    const accuracy = Object.fromEntries(found.agents.map(({ name, pseudoAccuracy }) => [name, pseudoAccuracy]));
    expect(accuracy["first"]!.value).toBeGreaterThan(accuracy["third"]!.value);
    expect(accuracy["third"]!.low).toBeGreaterThan(accuracy["guess"]!.high);
    expect(pair("first", "copy").agreement.value).toBe(1);
  });

  it("counts noise as channels: K* is no forecast of a gain", () => {
    const able = known(diversityOf(without(["guess", "noise", "copy"]), everyTask(ungraded)));
    const noisy = known(diversityOf(without(["second", "third", "copy"]), everyTask(ungraded)));
    expect(noisy.channels.low).toBeGreaterThan(able.channels.high);
    expect(able.channels.low).toBeGreaterThan(1);
  });

  it("ranks the panel of the three able agents before those with noise in it", () => {
    const panels = rankPanels(known(pseudoLabels(without(["copy"]), everyTask(ungraded))), 0.9);
    const best = panels.reduce((a, b) => (b.pseudoAccuracy.value > a.pseudoAccuracy.value ? b : a));
    expect(best.team).toMatch(/first.*second.*third|first.*third.*second/);
  });

  it("believes a copy: agents that make the same mistakes look better than they are", () => {
    const alone = known(diversityOf(without(["copy"]), everyTask(ungraded)));
    const first = (of: typeof found) => of.agents.find(({ name }) => name === "first")!.pseudoAccuracy.value;
    expect(first(found)).toBeGreaterThan(first(alone));
  });

  it("has nothing to say of one agent", () => {
    const one = { ...ungraded.table, columns: ungraded.table.columns.slice(0, 1) };
    expect(diversityOf(one, everyTask(ungraded))).toMatchObject({ notMeasured: expect.stringContaining("first") });
  });

  it("is near ρ of the grades where mistakes are not shared", () => {
    const graded = answers({ graded: true });
    const labeled = known(calibrate(graded).rhoTotal).value;
    expect(Math.abs(known(found.rho).value - labeled)).toBeLessThan(0.15);
  });
});
