import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readAttempts } from "../../src/records/read.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import { tryOnSplits } from "../../src/study/splits.ts";
import { study } from "../../src/study/study.ts";
import { exampleFile, exampleText } from "./example.ts";
import { measurePlans } from "./measure-plans.ts";
import { alike, isolated } from "./worlds.ts";

describe("plans of scripted estimators, on fresh tasks", () => {
  it("hardly ever advise a team that errs more, and are near the best team", () => {
    const different = measurePlans({ ...isolated, tasks: 100 }, { perTask: 450, seeds: 15 });
    expect(different.advised).toBeGreaterThanOrEqual(10);
    expect(different.advisedWrongly).toBeLessThanOrEqual(1);
    expect(different.truestBest).toBeGreaterThanOrEqual(8);
    expect(different.regret).toBeLessThan(0.06);
    expect(different.gainInside).toBeGreaterThanOrEqual(11);
    expect(Math.abs(different.bias)).toBeLessThan(0.1);
    const same = measurePlans({ ...alike, tasks: 60 }, { perTask: 450, seeds: 15 });
    expect(same.advisedWrongly).toBeLessThanOrEqual(2);
  });
});

describe("the example of numbers", () => {
  it("is what the scripted estimators say", () => {
    expect(readFileSync(exampleFile, "utf8")).toBe(exampleText());
  });
});

const judged = "../shared/data/tot-scored/records.jsonl.gz";
const none = { agents: {}, sources: [] };

describe.skipIf(!existsSync(judged))("five judges of texts (skipped without the public data)", () => {
  it("err less in pairs than alone, on texts that played no part in the choice", async () => {
    const attempts = await readAttempts([judged], { from: "tot-judges" });
    const found = study(attempts, {
      config: none,
      metric: "squared-error",
      perTask: { amount: 2, unit: "calls" },
      splits: 0,
    });
    const team = found.comparisons.find(({ kind }) => kind === "panel")!;
    expect(found.plan.advice.kind).toBe("panel");
    expect(team.difference!.measured.low).toBeGreaterThan(0.1);
    expect(found.findings.map(({ code }) => code)).toContain("truth-from-others");
  });
});

const problems = "../shared/data/gsm8k-multi/records.jsonl.gz";

describe.skipIf(!existsSync(problems))("numbers of gsm8k-multi (skipped without the public data)", () => {
  it("are the story of single problems, and the plan says so and is rarely certain", async () => {
    const recordings = tabulate(await readAttempts([problems]), none);
    const { differences } = tryOnSplits(recordings, {
      ...{ metric: "squared-error", confidence: 0.9, seed: 1, count: 4 },
      perTask: { amount: 3, unit: "calls" },
    });
    expect(differences.filter(({ advised }) => advised).length).toBeLessThanOrEqual(3);
  });
});
