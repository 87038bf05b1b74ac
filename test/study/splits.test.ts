import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { readAttempts, readConfig } from "../../src/records/read.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import { tryOnSplits } from "../../src/study/splits.ts";
import { type SplitsSummary, summarize } from "./summary.ts";

const answers = fileURLToPath(new URL("../../examples/gsm8k/answers.json", import.meta.url));

describe("200 random halves of the real answers, the team chosen anew on each", () => {
  let found: SplitsSummary;
  beforeAll(async () => {
    const config = await readConfig(undefined, { beside: answers });
    const recordings = tabulate(await readAttempts([answers]), config, { grade: "answer" });
    // the budget is what one call of GPT-4 costs at the assumed prices
    const perTask = { amount: 0.0102, unit: "usd" } as const;
    found = summarize(tryOnSplits(recordings, { perTask, confidence: 0.9, seed: 1, count: 200 }));
  }, 240_000);

  it("covers the measured difference on 85 to 95 % of them", () => {
    expect(found.splits).toBe(200);
    expect(found.covered).toBeGreaterThanOrEqual(0.85);
    expect(found.covered).toBeLessThanOrEqual(0.95);
  });

  it("advises teams that win on average, for less money", () => {
    expect(found.advised).toBeGreaterThan(100);
    expect(found.measured).toBeGreaterThan(0);
    expect(found.costShare).toBeLessThan(1);
  });

  it("says P ≥ 0.9 of what then comes true within 0.05", () => {
    expect(found.said).toBeGreaterThanOrEqual(0.9);
    expect(Math.abs(found.said - found.cameTrue)).toBeLessThanOrEqual(0.05);
  });
});
