import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BudgetPlan, broken, spendAll } from "./budget.ts";
import { Crasher } from "./crash.ts";

// The short version; budget.long.test.ts has every unit at every concurrency.
describe("a budget with more work than money, and faults", { timeout: 180_000 }, () => {
  let crasher: Crasher;
  beforeAll(async () => {
    crasher = await Crasher.start();
  });
  afterAll(() => crasher.close());

  it.each<BudgetPlan>([
    { unit: "tokens", concurrency: 500, seed: 1 },
    { unit: "dollars", concurrency: 20, seed: 2 },
    { unit: "calls", concurrency: 5, seed: 3 },
  ])("of $unit is never exceeded and put to use, $concurrency in flight", async (plan) => {
    expect(broken(await spendAll(crasher, plan))).toEqual([]);
  });
});
