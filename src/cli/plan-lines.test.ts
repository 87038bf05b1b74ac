import { describe, expect, it } from "vitest";
import { calibrate } from "../calibrate/calibrate.ts";
import { plan } from "../plan/plan.ts";
import type { Attempt } from "../records/attempt.ts";
import { Config } from "../records/config.ts";
import { tabulate } from "../records/tabulate.ts";
import { scriptedAttempts, scriptedConfig, scriptedExample } from "../simulate/scripted.ts";
import { planLines } from "./plan-lines.ts";

const calibration = calibrate(tabulate(scriptedAttempts(scriptedExample, 1), scriptedConfig(scriptedExample), {}));
/** Three agents that answer alone, once to each task: no relays, groups or levels. */
function calibrateBare() {
  const attempts = ["a", "b", "c"].flatMap((agent, i) =>
    Array.from(
      { length: 40 },
      (_, t): Attempt => ({ taskId: `t${t}`, agent, sample: 0, correct: (t * (i + 2)) % 5 > 0 ? 1 : 0 }),
    ),
  );
  const sorts = { graded: attempts.length, scored: 0, ungraded: 0, aggregated: 0, relay: 0 };
  const read = { name: "bare", attempts, lines: attempts.length, badLines: [], sorts, disagreements: [], sources: [] };
  return calibrate(tabulate(read, Config.parse({})));
}

const linesAt = (amount: number, unit: "tokens" | "calls") =>
  planLines(plan(calibration, { perTask: { amount, unit } }));
const numberIn = (lines: readonly string[], name: string) => {
  const line = lines.find((one) => one.startsWith(`  ${name}`))!;
  return Number(/([\d,.]+) \[/.exec(line)![1]!.replaceAll(",", ""));
};

describe("a plan in the terminal", () => {
  const lines = linesAt(20_000, "tokens");

  it("prints the thresholds: where a team pays, where a second layer does, where one agent is better again", () => {
    const [first, second, last] = ["first team at", "second layer at", "one agent again"].map((name) =>
      numberIn(lines, name),
    );
    expect(first).toBeGreaterThan(1000);
    expect(second).toBeGreaterThan(first!);
    expect(last).toBeGreaterThan(second!);
    expect(numberIn(lines, "message at least")).toBeLessThan(200);
    expect(numberIn(lines, "leaf compute")).toBeGreaterThan(0);
  });

  it("prints every line of the theory with what would have to change", () => {
    for (const code of ["amplification", "exponent", "window"]) {
      const line = lines.find((one) => one.startsWith(`  ${code} `))!;
      expect(line).toMatch(/the team’s side|the side of one agent|cannot tell yet/);
      expect(line).toMatch(/(could|would have to) (rise|fall) from [\d.,]+ to [\d.,]+/);
    }
  });

  it("says in one sentence where hierarchy becomes necessary, and what compute the theory would buy", () => {
    expect(lines.find((line) => line.startsWith("  hierarchy"))).toMatch(
      /Below a window of [\d,]+ tokens the best star no longer fits and a tree takes its place; scholar reads 4,096\.$/,
    );
    expect(lines.find((line) => line.startsWith("  free compute"))).toMatch(
      /by the theory a star of \d+ of scout, \d+ tokens per message, with [\d,]+ tokens per leaf: \d+\.\d \[/,
    );
  });

  it("tells a reason for not measuring once, for all that it keeps from being known", () => {
    const calls = linesAt(5, "calls");
    const reasons = calls.slice(
      calls.indexOf("Not measured") + 1,
      calls.findIndex((line) => line.startsWith("Cast")),
    );
    expect(reasons[reasons.indexOf("  free compute") + 1]).toContain("plan a budget in tokens");
    const bare = planLines(plan(calibrateBare(), { perTask: { amount: 5, unit: "calls" } }));
    const told = bare.filter((line) => line.includes("no message was relayed"));
    expect(told).toHaveLength(1);
    expect(bare[bare.indexOf(told[0]!) - 1]).toMatch(/^ {2}first team at, second layer at, .* and hierarchy$/);
    expect(bare.filter((line) => line.includes("record the field `group`"))).toHaveLength(1);
  });
});
