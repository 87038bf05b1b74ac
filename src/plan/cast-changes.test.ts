import { describe, expect, it } from "vitest";
import { calibrate } from "../calibrate/calibrate.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import type { Attempt } from "../records/attempt.ts";
import { tabulate } from "../records/tabulate.ts";
import { isMeasured } from "../theory/interval.ts";
import { random } from "../theory/random.ts";
import { castChanges, takesMembers } from "./cast-changes.ts";
import { plan } from "./plan.ts";

const agents = [
  { name: "a", agent: "a" },
  { name: "b~low", agent: "b", level: "low" },
  { name: "c", agent: "c" },
];
const texts = (changes: readonly { readonly agent: string; readonly team: { readonly text: string } }[]) =>
  changes.map(({ agent, team }) => `${agent}: ${team.text}`);

describe("castChanges", () => {
  it("adds who is missing and drops who is there, the most accurate first", () => {
    const { add, drop } = castChanges(parseTeam("vote@a,c"), agents);
    expect(texts(add)).toEqual(["b~low: vote@a,b~low,c"]);
    expect(texts(drop)).toEqual(["a: single@c", "c: single@a"]);
  });

  it("keeps how often each member is asked", () => {
    const { add, drop } = castChanges(parseTeam("vote@a:3,c:2"), agents);
    expect(texts(add)).toEqual(["b~low: vote@a:3,b~low,c:2"]);
    expect(texts(drop)).toEqual(["a: vote:2@c", "c: vote:3@a"]);
    expect(texts(castChanges(parseTeam("vote:5@a"), agents).add)).toEqual(["b~low: vote@a:5,b~low", "c: vote@a:5,c"]);
    expect(castChanges(parseTeam("vote:5@a"), agents).drop).toEqual([]);
  });

  it("leaves votes by other rules and other organizations alone", () => {
    expect(takesMembers(parseTeam("vote@a,b,c"))).toBe(true);
    expect(takesMembers(parseTeam("vote.weighted@a,b,c"))).toBe(false);
    expect(takesMembers(parseTeam("cascade@a+b,c"))).toBe(false);
  });
});

/** Four agents that err apart, and a copy of the first that costs as much. */
function recorded(tasks: number) {
  const next = random(3, "cast");
  const attempts: Attempt[] = [];
  for (let t = 0; t < tasks; t++) {
    const answer = (p: number, who: string) => (next() < p ? "g" : `w${who}`);
    const first = answer(0.75, "a");
    const all = { a: first, copy: first, b: answer(0.74, "b"), c: answer(0.73, "c"), d: answer(0.4, "d") };
    for (const [agent, one] of Object.entries(all))
      attempts.push({
        taskId: `t${t}`,
        agent,
        sample: 0,
        answer: one,
        gold: "g",
        costUsd: agent === "d" ? 0.1 : 0.001,
      });
  }
  const sorts = { graded: attempts.length, scored: 0, ungraded: 0, aggregated: 0, relay: 0 };
  const rest = { lines: attempts.length, badLines: [], sorts, disagreements: [], sources: [] };
  return calibrate(tabulate({ name: "cast", attempts, ...rest }, { agents: {}, sources: [] }));
}

describe("cast advice of a plan", () => {
  const advice = plan(recorded(400), { perTask: { amount: 0.0035, unit: "usd" } }).castAdvice;
  if (!isMeasured(advice)) throw new Error(advice.notMeasured);

  it("is about the best vote within the budget", () => {
    expect(advice.team).toBe("vote@a,b,c");
    expect(advice.unit).toBe("usd");
  });

  it("puts a gain for little money before the same gain for much, and a loss last", () => {
    const per = advice.add.map(({ gain, cost }) => (gain.mean > 0 ? gain.mean / cost : gain.mean));
    expect(per).toEqual([...per].sort((x, y) => y - x));
    expect(advice.add.map(({ agent }) => agent).sort()).toEqual(["copy", "d"]);
    expect(advice.add.find(({ agent }) => agent === "d")!.cost).toBeCloseTo(0.1, 10);
  });

  it("says what each member is missed by: all three carry this vote", () => {
    expect(advice.drop).toHaveLength(3);
    for (const { gain, cost, probabilityBetter } of advice.drop) {
      expect(gain.high).toBeLessThan(0);
      expect(cost).toBeCloseTo(-0.001, 10);
      expect(probabilityBetter).toBeLessThan(0.05);
    }
    const losses = advice.drop.map(({ gain }) => gain.mean);
    expect(losses).toEqual([...losses].sort((x, y) => y - x));
  });

  it("is not measured where the budget pays for one call", () => {
    const small = plan(recorded(60), { perTask: { amount: 0.0011, unit: "usd" } }).castAdvice;
    expect(small).toMatchObject({ notMeasured: expect.stringContaining("no vote") });
  });
});
