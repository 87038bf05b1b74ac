import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Crasher, type CrashPlan, type CrashResult } from "./crash.ts";

// The short version; crash.long.test.ts has 1,000 kills.
describe("a run that is killed and taken up again", () => {
  let crasher: Crasher;
  beforeAll(async () => {
    crasher = await Crasher.start();
  });
  afterAll(() => crasher.close());

  const lawful = (result: CrashResult) => {
    expect(result.problems.slice(0, 5)).toEqual([]);
    expect(result.kills).toBeGreaterThan(0);
    return result;
  };

  it("gives the answers of an undisturbed run, loses none and pays none twice", async () => {
    const plan: CrashPlan = { team: "ahead:2/7@ant", tasks: 100, concurrency: 20, kills: 5, seed: 1 };
    const result = lawful(await crasher.crash(plan));
    expect(result.tasksAnswered).toBe(100);
  });

  it("stays within a budget that runs out on the way", async () => {
    const plan: CrashPlan = {
      ...{ team: "tree:3x2/m=32@leaf=bee,reader=ant", tasks: 40, concurrency: 50, kills: 5, seed: 2 },
      budgetShare: 0.8,
    };
    const result = lawful(await crasher.crash(plan));
    expect(result.upstream.tokens).toBeLessThanOrEqual(result.budgetTokens);
    expect(result.tasksAnswered).toBeLessThan(40);
  });

  it("is seen through by the audit where lost calls are given back", async () => {
    const mutant = { preload: new URL("./mutate.ts", import.meta.url).href, env: { MUTANT: "lost-is-free" } };
    const plan: CrashPlan = {
      team: "vote:5@bee",
      tasks: 100,
      concurrency: 100,
      kills: 2,
      seed: 3,
      faults: {},
      ...mutant,
    };
    const { problems } = await crasher.crash(plan);
    expect(problems.join("\n")).toMatch(/The upstream billed \d+ tokens, the ledger has/);
  });
});
