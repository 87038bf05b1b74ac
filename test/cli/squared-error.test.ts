import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { formatAttempts } from "../../src/records/parse.ts";
import { scriptedEstimates, scriptedEstimatesExample } from "../../src/simulate/scripted-estimates.ts";
import { quorateHere } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "quorate-squared-error-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, "numbers.jsonl");
const script = { ...scriptedEstimatesExample, tasks: 120, groups: { perTask: 9, size: 1, rhoWithin: 0 } };
writeFileSync(file, [...formatAttempts(scriptedEstimates(script, 3))].join(""));

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await quorateHere([...args, "--metric", "squared-error", "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
};
const text = async (...args: string[]) => (await quorateHere([...args, "--metric", "squared-error"])).stdout;

describe("the command line in squared error", () => {
  it("forecasts and replays a mean, near each other and near the truth", async () => {
    const team = ["--team", "vote.mean:3@eye"];
    const forecast = await json("predict", file, ...team);
    const replay = await json("replay", file, ...team);
    expect(forecast).toMatchObject({ metric: "squared-error", method: "resampled" });
    expect(replay).toMatchObject({ metric: "squared-error", method: "exact", unanswered: 0 });
    expect(replay.accuracy.mean).toBeCloseTo(forecast.accuracy.mean, 10);
    expect(Math.abs(replay.accuracy.mean - 2)).toBeLessThan(4 * replay.accuracy.standardError); // 1 + 3/3
    expect(await text("predict", file, ...team)).toMatch(/squared error {3}\d\.\d+ \[.*90 % interval; root/);
    expect(await text("replay", file, ...team)).toMatch(/root mean square .*\n {2}largest task {4}task-\d+ holds/);
  });

  it("simulates readers that average, through the channel that numbers were seen to take", async () => {
    const team = ["--team", "star:9/m=32@leaf=eye,reader=rule"];
    const forecast = await json("predict", file, ...team);
    const replay = await json("replay", file, ...team);
    expect(replay).toMatchObject({
      ...{ method: "simulated", channelFrom: "the replayed answers" },
      channel: { rho: 0, variance: [{ messageTokens: 32, variance: expect.any(Number) }] },
    });
    expect(Math.abs(replay.accuracy.mean - forecast.accuracy.mean)).toBeLessThan(4 * replay.accuracy.standardError);
    expect(await text("replay", file, ...team)).toMatch(/σ²\(32\) = 1\.\d+, ρ = 0\.00/);
  });

  it("weighs numbers by the weights of least squared error", async () => {
    const { weights } = await json("replay", file, "--team", "vote.linear@eye,rule");
    expect(weights.eye + weights.rule).toBeCloseTo(1, 10);
    expect(weights.eye).toBeGreaterThan(weights.rule);
  });
});
