import { describe, expect, it } from "vitest";
import { plan } from "../plan/plan.ts";
import { tabulate } from "../records/tabulate.ts";
import { scriptedAttempts, scriptedConfig, scriptedExample } from "../simulate/scripted.ts";
import { meanOver, outcomesOf } from "./compare.ts";
import { hindsightOf } from "./hindsight.ts";
import { learnOnHalf } from "./split.ts";

const config = scriptedConfig(scriptedExample);
const recordings = tabulate(scriptedAttempts(scriptedExample, 3), config);

function hindsightAt(amount: number) {
  const learned = learnOnHalf(recordings, { confidence: 0.9, seed: 1 });
  const advice = plan(learned.calibration, { perTask: { amount, unit: "usd" }, recordedOnly: true });
  const check = { ...learned, labels: {}, metric: "accuracy", seed: 1 } as const;
  const measured = (team: string) => meanOver(outcomesOf(team, check).accuracy, check.heldBack, 0.9).value;
  return { advice, measured, found: hindsightOf(advice, check)! };
}

describe("hindsightOf", () => {
  it("is the part of the way from the best single agent to hindsight, on tasks that played no part in the choice", () => {
    const { advice, measured, found } = hindsightAt(0.0005);
    const { accuracy, shareCaught } = found;
    const [team, single] = [measured(advice.advised.team), measured(advice.single.team)];
    expect(advice.advice.kind).not.toBe("single");
    expect(accuracy.value).toBeGreaterThanOrEqual(Math.max(team, single));
    expect(shareCaught.value).toBeCloseTo((team - single) / (accuracy.value - single), 9);
    expect(shareCaught.low).toBeLessThan(shareCaught.value);
    expect(shareCaught.high).toBeGreaterThan(shareCaught.value);
  });

  it("keeps hindsight between 0 and 1 where the money buys whatever is right", () => {
    const names = ["a", "b", "c"];
    const attempts = Array.from({ length: 48 }, (_, t) =>
      names.map((agent, i) => ({
        taskId: `t${t}`,
        agent,
        sample: 0,
        gold: "x",
        answer: (t + i) % 6 === 0 ? agent : "x",
      })),
    ).flat();
    const sorts = { graded: attempts.length, scored: 0, ungraded: 0, aggregated: 0, relay: 0 };
    const rest = { lines: attempts.length, badLines: [], sorts, disagreements: [], sources: [] };
    const three = tabulate({ name: "three", attempts, ...rest }, { agents: {}, sources: [] });
    const learned = learnOnHalf(three, { confidence: 0.9, seed: 1 });
    const advice = plan(learned.calibration, { perTask: { amount: 3, unit: "calls" }, recordedOnly: true });
    const { accuracy } = hindsightOf(advice, { ...learned, labels: {}, metric: "accuracy", seed: 1 })!;
    expect(accuracy).toMatchObject({ value: 1, high: 1 });
    expect(accuracy.low).toBeLessThan(1);
  });

  it("catches nothing where one agent is advised", () => {
    const { advice, found } = hindsightAt(0.00032);
    expect(advice.advised.team).toBe(advice.single.team);
    expect(found.shareCaught.value).toBe(0);
  });
});
