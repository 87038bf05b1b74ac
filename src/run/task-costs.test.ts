import { describe, expect, it } from "vitest";
import { noAmounts } from "../trace/event.ts";
import { TaskCosts } from "./task-costs.ts";

const tokens = (amount: number) => ({ ...noAmounts, tokens: amount });

/** Two tasks that ended, of 100 tokens each in the mean. */
function known(): TaskCosts {
  const costs = new TaskCosts();
  for (const [task, amount] of [
    ["a", 60],
    ["b", 140],
  ] as const) {
    costs.began(task);
    costs.paid(task, tokens(amount));
    costs.ended(task, { isWhole: true });
  }
  return costs;
}

describe("TaskCosts", () => {
  it("lets a task begin while there is money for it and for all in progress", () => {
    const costs = known();
    costs.began("c");
    costs.paid("c", tokens(70)); // tasks that cost more than 70 cost 140: 70 more to come
    expect(costs.hasRoom({ tokens: 440 }, tokens(270))).toBe(true); // 170 left: 70 for c, 100 for another
    expect(costs.hasRoom({ tokens: 439 }, tokens(270))).toBe(false);
    expect(costs.hasRoom({ calls: 1 }, tokens(270))).toBe(true); // calls cost nothing here
    expect(costs.hasRoom({}, tokens(270))).toBe(true);
  });

  it("knows nothing before a task has ended whole, and then stops nobody", () => {
    const costs = new TaskCosts();
    costs.began("a");
    expect(costs.hasRoom({ tokens: 1 }, tokens(1))).toBe(true);
    costs.ended("a", { isWhole: false });
    costs.began("b");
    expect(costs.hasRoom({ tokens: 1 }, tokens(1))).toBe(true);
  });

  it("always lets one task go on alone, so that the last of the money is used", () => {
    expect(known().hasRoom({ tokens: 250 }, tokens(249))).toBe(true);
  });
});
