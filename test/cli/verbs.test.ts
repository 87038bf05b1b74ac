import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Verb } from "../../src/cli/commands/command.ts";
import * as verbs from "../../src/cli/commands/index.ts";
import { quorate } from "./run.ts";

const gsm8k = "examples/gsm8k/answers.json";
const svamp = "examples/svamp/answers.json";
const cascade = "cascade@tora-70b+mixtral-8x7b,gpt-4-1106-preview";
const folder = mkdtempSync(join(tmpdir(), "quorate-verbs-"));
afterAll(() => rmSync(folder, { recursive: true }));

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await quorate([...args, "--json"]);
  expect({ code, stderr: stderr.replaceAll(/^\{"event":"progress".*\n/gm, "") }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
};
const range = { low: expect.any(Number), high: expect.any(Number) };
const cost = { mean: expect.any(Number), ...range, max: expect.any(Number) };

describe("the command line on the examples", () => {
  it.concurrent("replays a cascade", async () => {
    const result = await json("replay", gsm8k, "--team", cascade, "--grade", "answer");
    expect(result).toMatchObject({ team: cascade, metric: "accuracy", tasks: 659, skipped: 0, method: "exact" });
    expect(result.accuracy.mean).toBeGreaterThan(0.9);
    expect(result.cost.usd).toBeLessThan(0.007);
  });

  it.concurrent("replays a weighted vote and says where its weights come from", async () => {
    const team = "vote.weighted@tora-70b,mixtral-8x7b,gpt-4-1106-preview";
    const own = await json("replay", gsm8k, "--team", team);
    expect(own).toMatchObject({ weightsFrom: "the replayed answers", weights: { "tora-70b": expect.any(Number) } });
    const { accuracy } = await json("replay", gsm8k, "--team", team.replace(".weighted", ""));
    expect(own.accuracy.mean).toBeGreaterThan(accuracy.mean);
    const other = await json("replay", gsm8k, "--team", team, "--calibrate-on", gsm8k, "--grade", "answer");
    expect(other.weightsFrom).toBe("other answers");
  });

  it.concurrent("predicts a vote of one agent with its interval and method", async () => {
    const forecast = await json("predict", svamp, "--team", "vote:9@codex-pot");
    expect(forecast).toMatchObject({ kind: "repeated", metric: "accuracy", method: "mixture", cost: { calls: cost } });
    expect(forecast.accuracy.low).toBeLessThan(forecast.accuracy.mean);
    expect(forecast.cost.usd).toHaveProperty("notMeasured");
  });

  it.concurrent("plans in the promised shape", async () => {
    const plan = await json("plan", gsm8k, "--per-task", "$0.0102", "--grade", "answer");
    expect(plan).toMatchObject({
      budget: { amount: 0.0102, unit: "usd" },
      advice: { kind: "cascade", team: expect.any(String), probabilityBetter: expect.any(Number) },
      single: { team: "single@gpt-4-1106-preview", accuracy: { mean: expect.any(Number), ...range, confidence: 0.9 } },
      resampled: { notMeasured: expect.any(String), probe: expect.any(String) },
      team: { kind: "cascade", cost: { usd: cost } },
      regime: { alpha: expect.anything(), rhoWithin: { notMeasured: expect.any(String) } },
    });
    for (const key of [
      "best",
      "equalAccuracy",
      "moreMoney",
      "oracle",
      "frontier",
      "thresholds",
      "assumptions",
      "findings",
    ])
      expect(plan).toHaveProperty(key);
  });

  it.concurrent("plans the same for the same seed, and learns from other attempts where asked", async () => {
    const args = ["predict", svamp, "--team", "ahead:2/9@codex-pot", "--calibrate-on", svamp, "--seed", "5"];
    expect(await json(...args)).toEqual(await json(...args));
  });

  it.concurrent("imports the example to the long table and reads it back", async () => {
    const out = join(folder, "attempts.jsonl");
    const imported = await json("import", gsm8k, "--out", out);
    expect(imported).toMatchObject({ attempts: 4613, badLines: [], out });
    expect(readFileSync(out, "utf8").trimEnd().split("\n")).toHaveLength(4613);
    const again = await json("replay", out, "--team", cascade);
    const direct = await json("replay", gsm8k, "--team", cascade);
    expect(again.accuracy).toEqual(direct.accuracy);
  });

  it.concurrent("studies, and writes every format", async () => {
    const files = ["html", "md", "json", "txt"].map((ending) => join(folder, `report.${ending}`));
    const study = await json("study", gsm8k, "--grade", "answer", "--splits", "2", "--out", ...files);
    expect(study.tasks).toEqual({ total: 659, choosing: 330, heldBack: 329 });
    expect(study.comparisons.length).toBeGreaterThan(3);
    const [html, markdown, document, text] = files.map((file) => readFileSync(file, "utf8"));
    expect(html).toMatch(/^<!doctype html>/i);
    expect(html).not.toMatch(/(?:src|href)="https?:/);
    expect(markdown).toMatch(/^# /);
    expect(JSON.parse(document!)).toBeTypeOf("object");
    expect(text).toMatch(/GPT-4/);
  });

  it.concurrent("replays golden vectors", async () => {
    const result = await json("vectors", "src/theory/golden/theory.json", "--data", folder);
    expect(result).toMatchObject({ failed: 0, failures: [] });
    expect(result.passed).toBeGreaterThan(100);
  });

  it.concurrent.each(Object.entries<Verb>(verbs))("%s has help with an example", async (name, { example }) => {
    const { code, stdout } = await quorate([name, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain(example);
    expect(stdout).toContain("--json");
  });
});
