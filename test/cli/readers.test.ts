import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Attempts } from "../../src/records/attempt.ts";
import { formatAttempts } from "../../src/records/parse.ts";
import { scriptedAttempts, scriptedConfig, scriptedExample } from "../../src/simulate/scripted.ts";
import { quorateHere } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "quorate-readers-"));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, attempts: Attempts) => {
  const path = join(folder, name);
  writeFileSync(path, [...formatAttempts(attempts)].join(""));
  return path;
};
const scripted = scriptedAttempts({ ...scriptedExample, tasks: 60 }, 1);
const probed = write("probed.jsonl", scripted);
const answersOnly = write("answers.jsonl", {
  ...scripted,
  attempts: scripted.attempts.filter(({ received }) => received === undefined),
});
const team = "tree:3x2/m=64@leaf=scout~150,reader=clerk";
const json = async (...args: string[]) => {
  const { code, stdout } = await quorateHere(["replay", ...args, "--json"]);
  return { code, ...JSON.parse(stdout) };
};

describe("replay of a team whose agents read", () => {
  it("draws readers from the calibrated channel, and calls it simulated", async () => {
    const { code, stdout } = await quorateHere(["replay", probed, "--team", team]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/standard error\), simulated\n/);
    expect(stdout).toMatch(/readers were drawn from the calibrated channel γ\(64\) = 0\.\d\d, ρ = 0\.\d\d/);
    expect(stdout).toMatch(/60 simulated, 0 skipped/);
    expect(stdout).not.toMatch(/\d measured/);
  });

  it("has the promised shape, with the channel", async () => {
    expect(await json(probed, "--team", team)).toMatchObject({
      ...{ code: 0, team, metric: "accuracy", method: "simulated", tasks: 60, skipped: 0 },
      accuracy: { mean: expect.any(Number), standardError: expect.any(Number) },
      cost: { calls: 13, tokens: expect.any(Number), usd: null, seconds: expect.any(Number) },
      channel: { fidelity: [{ messageTokens: 64, fidelity: expect.any(Number) }], rho: expect.any(Number) },
      channelFrom: "the replayed answers",
      caveats: [expect.stringMatching(/nobody recorded/), expect.any(String)],
    });
    expect(await json(probed, "--team", "chain:3@scholar")).toMatchObject({
      ...{ method: "simulated", cost: { calls: 3 } },
      channel: { fidelity: [{ messageTokens: null, fidelity: 1 }] },
    });
  });

  it("learns the channel from other answers where it is told to", async () => {
    const own = await json(probed, "--team", team);
    const other = await json(answersOnly, "--team", team, "--calibrate-on", probed);
    expect(other).toMatchObject({ channelFrom: "other answers", channel: own.channel });
    expect(other.accuracy.mean).toBe(own.accuracy.mean);
  });

  it("refuses without relay probes, and with --recorded-only even where there are some", async () => {
    const refused = (remedy: RegExp) => ({
      code: 2,
      error: { code: "reader-not-recorded", remedy: expect.stringMatching(remedy) },
    });
    expect(await json(answersOnly, "--team", team)).toMatchObject(refused(/message_tokens, sent and received/));
    expect(await json(probed, "--team", team, "--recorded-only")).toMatchObject(refused(/Leave out --recorded-only/));
    expect(await json(probed, "--team", "vote:3@clerk", "--recorded-only")).toMatchObject({ code: 0, method: "exact" });
  });

  it("refuses messages that do not fit the reader's window, as predict does", async () => {
    const config = join(folder, "windows.json");
    writeFileSync(config, JSON.stringify(scriptedConfig(scriptedExample)));
    const wide = ["--config", config, "--team", "star:12/m=96@leaf=scout~150,reader=clerk"];
    const error = { code: "window-exceeded", remedy: "Use tree:5x2/m=96@leaf=scout~150,reader=clerk." };
    expect(await json(probed, ...wide)).toMatchObject({ code: 2, error });
    expect(JSON.parse((await quorateHere(["predict", probed, ...wide, "--json"])).stdout)).toMatchObject({ error });
    expect((await json(probed, ...wide.slice(0, 3), "star:9/m=96@leaf=scout~150,reader=clerk")).code).toBe(0);
  });

  it("knows two metrics", async () => {
    const { code, stderr } = await quorateHere(["replay", probed, "--team", "single@clerk", "--metric", "rmse"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/accuracy, squared-error/);
  });
});
