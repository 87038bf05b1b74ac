import { describe, expect, it } from "vitest";
import { quorateHere } from "./run.ts";

const file = "examples/estimates/answers.csv";
const run = async (...args: string[]) => {
  const { code, stdout, stderr } = await quorateHere(args);
  expect({ code, failed: stderr.split("\n").filter((line) => line !== "" && !line.includes('"progress"')) }).toEqual({
    code: 0,
    failed: [],
  });
  return stdout;
};

describe("numbers on the command line", () => {
  it("plan in squared error from a fresh clone, in the shape of every plan", async () => {
    const found = JSON.parse(await run("plan", file, "--metric", "squared-error", "--per-task", "800tok", "--json"));
    const forecasts = [found.single, found.resampled, found.team, found.best, found.equalAccuracy, ...found.frontier];
    for (const { metric, accuracy } of forecasts) {
      expect(metric).toBe("squared-error");
      expect(accuracy.mean).toBeGreaterThan(1); // what the estimators share is 0.8 and more
    }
    expect(found.best.gain.mean).toBeGreaterThan(0.4);
    expect(found.regime.risk.exponent.value).toBeGreaterThan(0.5);
    expect(Object.keys(found)).toEqual(
      Object.keys(JSON.parse(await run("plan", file, "--per-task", "800tok", "--json"))),
    );
  });

  it("say in the terminal what is less and what theory stands behind it", async () => {
    const text = await run("plan", file, "--metric", "squared-error", "--per-task", "800tok");
    expect(text).toMatch(/% less squared error than single@eye/);
    expect(text).toContain("mean squared error with 90 % interval");
    expect(text).toMatch(/\n {2}t {16}[01]\.\d+ \[/);
    expect(text).not.toMatch(/right answers|[γα] {16}/);
  });

  it("are studied: chosen on one half, checked on the other, told in squared error alone", async () => {
    const args = ["study", file, "--metric", "squared-error", "--per-task", "800tok", "--splits", "8"];
    const text = await run(...args);
    expect(text).toMatch(/% less squared error \[.*\] than eye/);
    expect(text).toContain("Mean squared error with 90 % interval");
    expect(text).not.toMatch(/points|right answers/i);
    const { plan, comparisons, splits, command, votes, phase } = JSON.parse(await run(...args, "--json"));
    expect(plan.single.metric).toBe("squared-error");
    expect(command).toContain("--metric squared-error");
    expect([votes, phase]).toEqual([[], []]);
    expect(splits.count).toBe(8);
    for (const { difference, measured } of comparisons) {
      expect(measured.accuracy.low).toBeGreaterThan(0);
      if (difference) expect(difference.measured.value).toBeLessThan(1);
    }
  });

  it("are refused where there are none, with the way out", async () => {
    for (const verb of [["plan", "--per-task", "3calls"], ["study"]]) {
      const { code, stderr } = await quorateHere([...verb, "examples/gsm8k/answers.json", "--metric", "squared-error"]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/squared error of any team cannot be forecast[\s\S]*ask for accuracy/);
    }
  });
});
