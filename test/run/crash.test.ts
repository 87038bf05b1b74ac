import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Crasher, type CrashPlan, type CrashResult } from "./crash.ts";

// The short version; crash.long.test.ts has 1,000 kills.
describe("a run that is killed and taken up again", { timeout: 180_000 }, () => {
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

  // The audit must be able to fail: two changes of the ledger that break what it promises.
  it.each([
    { name: "lost-is-free", problem: /The upstream billed \d+ tokens, the ledger has/ },
    { name: "answer-before-durable", problem: /was called before the answers it follows from were stored/ },
  ])("is seen through by the audit where a mutant breaks the ledger: $name", async ({ name, problem }) => {
    const mutant = { preload: new URL("./mutate.ts", import.meta.url).href, env: { MUTANT: name } };
    const plan: CrashPlan = {
      team: "ahead:2/5@bee",
      tasks: 100,
      concurrency: 100,
      kills: 2,
      seed: 3,
      faults: {},
      ...mutant,
    };
    expect((await crasher.crash(plan)).problems.join("\n")).toMatch(problem);
  });
});
