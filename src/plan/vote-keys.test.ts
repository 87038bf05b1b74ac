import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { key } from "../../test/foresight/recorded-votes.ts";
import { keysOf, samplesOf, sharedCorrelation, usualSamples } from "./vote-keys.ts";

type Answer = readonly [code: number, grade: number];
const recorded = (tasks: readonly (readonly Answer[])[]) =>
  keysOf([...tasks.keys()], (task, add) => {
    for (const [code, grade] of tasks[task]!) add(code, grade);
  });

describe("keysOf", () => {
  it("pools tasks whose answers repeat alike, whatever the answers are called", () => {
    const { keys, keyOf } = recorded([
      [
        [7, 1],
        [3, 0],
        [3, 0],
        [4, 0],
      ],
      [
        [5, 0],
        [9, 0],
        [1, 1],
        [9, 0],
      ],
    ]);
    expect(keys).toEqual([key(1, [2, 1], 2)]);
    expect([...keyOf]).toEqual([0, 0]);
  });

  it("counts a wrong answer without a code as no vote, and leaves out what was not graded", () => {
    const { keys, keyOf, repeated } = recorded([
      [
        [-1, 0],
        [2, Number.NaN],
      ],
      [[2, Number.NaN]],
    ]);
    expect(keys).toEqual([key(0, [], 1, 1)]);
    expect([...keyOf]).toEqual([0, -1]);
    expect(repeated).toBe(false);
  });

  it("tells how often each right answer was given where there were two", () => {
    const { rights } = recorded([
      [
        [1, 1],
        [2, 1],
        [1, 1],
      ],
      [
        [4, 1],
        [4, 1],
      ],
      [[4, 1]],
    ]);
    expect(rights).toEqual([
      { sizes: [2, 1], tasks: 1 },
      { sizes: [2], tasks: 1 },
    ]);
  });

  it("does not depend on the order of tasks", () => {
    const answer = fc.tuple(fc.integer({ min: -1, max: 3 }), fc.constantFrom(0, 0, 1));
    const tasks = fc.array(fc.array(answer, { maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(tasks, (found) => {
        const [one, other] = [recorded(found), recorded([...found].reverse())];
        expect(other.keys).toEqual(one.keys);
        expect([...other.keyOf].reverse()).toEqual([...one.keyOf]);
        expect(one.keys.reduce((sum, each) => sum + each.tasks * samplesOf(each), 0)).toBe(found.flat().length);
      }),
    );
  });
});

describe("sharedCorrelation", () => {
  it("is nothing where samples of a task agree no more than those of different tasks", () => {
    // 1, 2, 1 tasks with 0, 1, 2 of 2 right: half are right, and a quarter of the pairs are right together
    const { p, rho } = sharedCorrelation([key(0, [2], 100), key(1, [1], 200), key(2, [], 100)], 400);
    expect(p).toBe(0.5);
    expect(rho).toBeCloseTo(0, 2);
  });

  it("is one where a task is always right or always wrong, and where no task has two samples", () => {
    expect(sharedCorrelation([key(0, [3], 20), key(3, [], 20)], 40).rho).toBeCloseTo(1, 12);
    expect(sharedCorrelation([key(0, [1], 20), key(1, [], 20)], 40).rho).toBe(1);
  });
});

describe("usualSamples", () => {
  it("is what most tasks have, the smaller of two that are as frequent", () => {
    expect(usualSamples([key(2, [], 3), key(1, [2], 3), key(0, [5], 2)])).toBe(2);
    expect(usualSamples([])).toBe(0);
  });
});
