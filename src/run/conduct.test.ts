import { describe, expect, it } from "vitest";
import { conduct } from "./conduct.ts";

/** Tasks of so many steps each; `endOne` ends the oldest step there is. */
function orchestra(tasks: number, stepsPerTask: number, stepsMax: number, mayStart = () => true) {
  const begun: number[] = [];
  const open: (() => void)[] = [];
  let most = 0;
  let steps = 0;
  const conductor = conduct({
    tasks: Array.from({ length: tasks }, (_, i) => i).values(),
    stepsMax,
    mayStart,
    start: async (task) => {
      begun.push(task);
      const all = Array.from({ length: stepsPerTask }, () => {
        conductor.asked();
        most = Math.max(most, ++steps);
        return new Promise<void>((resolve) =>
          open.push(() => {
            steps--;
            conductor.ended();
            resolve();
          }),
        );
      });
      await Promise.all(all);
    },
  });
  const endOne = async () => {
    open.shift()?.();
    await new Promise(setImmediate);
  };
  return { conductor, begun, open, endOne, most: () => most };
}

describe("conduct", () => {
  it("begins the oldest first, and no more than there is room for", async () => {
    const { conductor, begun, open, endOne, most } = orchestra(10_000, 3, 12);
    await new Promise(setImmediate);
    expect(begun).toEqual([0, 1, 2, 3]);
    await endOne();
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    while (open.length > 0) {
      open.shift()!();
      if (begun.length % 500 === 0) await new Promise(setImmediate);
      else await Promise.resolve();
    }
    while (open.length > 0 || begun.length < 10_000) await endOne();
    await Promise.race([
      conductor.done,
      (async () => {
        for (;;) {
          await endOne();
        }
      })(),
    ]);
    expect(begun).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
    expect(most()).toBeLessThan(12 + 3);
  });

  it("ends when none may begin and those in progress have ended", async () => {
    let may = true;
    const { conductor, begun, endOne } = orchestra(10, 1, 2, () => may);
    await new Promise(setImmediate);
    may = false;
    await endOne();
    await endOne();
    await conductor.done;
    expect(begun).toEqual([0, 1]);
  });

  it("ends at once without tasks", async () => {
    await orchestra(0, 1, 5).conductor.done;
  });

  it("fails with the first task that does", async () => {
    const conductor = conduct({
      tasks: [1].values(),
      stepsMax: 1,
      mayStart: () => true,
      start: () => Promise.reject(new Error("the disk is full")),
    });
    await expect(conductor.done).rejects.toThrow("the disk is full");
  });
});
