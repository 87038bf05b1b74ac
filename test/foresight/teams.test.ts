import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type ForesightSet, readSets } from "../../bench/foresight/sets.ts";
import { type TeamsRows, teamsOn } from "../../bench/foresight/teams.ts";
import { boughtSummary, figure, furtherSummary, namedSummary } from "../../bench/foresight/teams-told.ts";
import type { Attempt } from "../../src/records/attempt.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import { random } from "../../src/theory/random.ts";

/** Five agents that err independently on 400 tasks; wrong answers are drawn from three. */
function scriptedSet(samples = 1): ForesightSet {
  const next = random(3, "teams campaign");
  const accuracies = [0.82, 0.78, 0.75, 0.7, 0.5];
  const attempts = Array.from({ length: 400 }, (_, task) => task).flatMap((task) =>
    accuracies.flatMap((accuracy, i) =>
      Array.from({ length: samples }, (_, sample): Attempt => {
        const correct = next() < accuracy;
        return {
          taskId: `task-${task}`,
          agent: `agent-${i}`,
          sample,
          status: "ok",
          answer: correct ? "right" : `wrong-${Math.floor(3 * next())}`,
          correct: Number(correct),
        };
      }),
    ),
  );
  const recordings = tabulate(
    {
      name: "scripted",
      attempts,
      lines: attempts.length,
      badLines: [],
      sorts: { graded: attempts.length, scored: 0, ungraded: 0, aggregated: 0, relay: 0 },
      disagreements: [],
      sources: [],
    },
    { agents: {}, sources: [] },
  );
  return { name: "scripted", recordings, samples, answersKnown: true };
}

describe("the campaign on teams", () => {
  const set = scriptedSet();
  let rows: TeamsRows;
  beforeAll(() => {
    rows = teamsOn(set, { tasks: [60, 350], splits: 4, budgetsCalls: [1, 3] });
  });

  it("leaves out cells that keep fewer than 100 tasks to check on, and says so", () => {
    expect(rows.leftOut).toEqual([
      { set: "scripted", what: "350 tasks", reason: expect.stringContaining("100 tasks") },
    ]);
    expect(new Set(rows.named.map(({ tasks }) => tasks))).toEqual(new Set([60]));
  });

  it("buys one agent at one call and a team at three, where agents err apart", () => {
    expect(rows.bought).toHaveLength(8);
    for (const { budget, kind, team } of rows.bought) {
      if (budget.amount === 1) expect([kind, team]).toEqual(["single", null]);
      else expect(kind).not.toBe("single");
    }
  });

  it("never finds a candidate better than the best one, but for luck of the halves", () => {
    for (const { regret } of rows.bought)
      for (const value of Object.values(regret)) expect(value).toBeGreaterThanOrEqual(0);
    const fair = boughtSummary(rows.bought).fairRegret;
    expect(fair.best.mean).toBeLessThan(boughtSummary(rows.bought).regret.best.mean + 1e-12);
  });

  it("forecasts named teams as the raw joint does, and independent agents nearly as independent ones", () => {
    const { error, raw, independent, reference } = namedSummary(rows.named);
    expect(error.mean).toBeCloseTo(raw.mean, 12);
    expect(reference.mean).toBeCloseTo(raw.mean, 12); // one sample: all that was recorded
    expect(independent.mean).toBeLessThan(1.2 * raw.mean);
  });

  it("names teams that ask a member more often than was learned from, where more was recorded", () => {
    expect(rows.further).toEqual([]);
    const { further } = teamsOn(scriptedSet(5), { tasks: [60], samples: [2, 5], splits: 4, budgetsCalls: [] });
    expect(further.map(({ kind }) => kind)).toEqual(
      Array.from({ length: 4 }, () => ["panel", "panel", "cascade"]).flat(),
    );
    for (const { team, samples } of further) {
      expect(team).toMatch(/^(vote@agent-\d:[3-5],agent-\d(:[2-5])?|cascade@agent-\d:[3-5],agent-\d)$/);
      expect(samples).toBe(2);
    }
    expect(furtherSummary(further).error.mean).toBeLessThan(0.06);
  });

  it("is the same again", () => {
    const again = teamsOn(set, { tasks: [60], splits: 4, budgetsCalls: [1, 3] });
    expect(again.bought).toEqual(rows.bought);
  });
});

describe("figure", () => {
  it("takes rows of one split for one trial", () => {
    const cell = { set: "a", of: { agents: 3, samples: 1 }, tasks: 30, samples: 1, agents: 3 };
    const values = [1, 1, 1, 0, 0, 0];
    const rows = values.map((value, i) => ({ ...cell, split: i < 3 ? 0 : 1, value }));
    const { mean, error, count } = figure(rows, ({ value }) => value);
    expect([mean, count]).toEqual([0.5, 6]);
    expect(error).toBeCloseTo(0.5, 12); // two trials, 1 and 0: sd/√2
  });
});

const file = join(import.meta.dirname, "../../../shared/data/gsm8k-multi");

describe.skipIf(!existsSync(file))("the campaign on gsm8k-multi", () => {
  it("keeps what it promises of teams chosen from all better than the raw share of right answers does", async () => {
    const { sets } = await readSets([file]);
    const { bought } = boughtSummary(teamsOn(sets[0]!, { tasks: [100], splits: 8, budgetsCalls: [3, 5] }).bought);
    expect(bought.ratio).toBeLessThan(0.9);
    expect(Math.abs(bought.bias.mean)).toBeLessThan(0.02);
  }, 20_000);
});
