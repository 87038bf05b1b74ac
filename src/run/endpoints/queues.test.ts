import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../../test/run/virtual-clock.ts";
import { Alarms } from "./alarms.ts";
import { FairQueue, type Waiting } from "./fair-queue.ts";
import { Heap } from "./heap.ts";

const waiting = (task: string, priority = 0): Waiting => ({ task, priority, turn: 0, arrival: 0, place: -1 });

describe("Heap", () => {
  it("gives what is left in order, whatever is added and taken out of the middle", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.boolean())), (given) => {
        const heap = new Heap<{ value: number; place: number }>((a, b) => a.value < b.value);
        const items = given.map(([value, removed]) => ({ value, removed, place: -1 }));
        for (const item of items) heap.add(item);
        for (const item of items) if (item.removed) expect(heap.remove(item)).toBe(true);
        for (const item of items) if (item.removed) expect(heap.remove(item)).toBe(false);
        const taken: number[] = [];
        for (let item = heap.take(); item; item = heap.take()) taken.push(item.value);
        const left = items.filter(({ removed }) => !removed).map(({ value }) => value);
        expect(taken).toEqual(left.sort((a, b) => a - b));
      }),
    );
  });
});

describe("FairQueue", () => {
  it("serves smaller priorities first", () => {
    const queue = new FairQueue<Waiting>();
    for (const priority of [3, 1, 2]) queue.add(waiting("t", priority));
    expect([queue.take(), queue.take(), queue.take()].map((one) => one!.priority)).toEqual([1, 2, 3]);
  });

  it("lets tasks of equal priority take turns, however many purchases one of them has", () => {
    const queue = new FairQueue<Waiting>();
    for (let i = 0; i < 100; i++) queue.add(waiting("large"));
    for (let i = 0; i < 3; i++) queue.add(waiting("small"));
    const first = Array.from({ length: 6 }, () => queue.take()!.task);
    expect(first.filter((task) => task === "small")).toHaveLength(3);
  });

  it("does not let a task that was served for long run ahead of one that comes new", () => {
    const queue = new FairQueue<Waiting>();
    for (let i = 0; i < 50; i++) {
      queue.add(waiting("old"));
      queue.take();
    }
    for (let i = 0; i < 4; i++) queue.add(waiting("old"));
    for (let i = 0; i < 4; i++) queue.add(waiting("new"));
    const first = Array.from({ length: 4 }, () => queue.take()!.task);
    expect(first.filter((task) => task === "new")).toHaveLength(2);
  });
});

describe("Alarms", () => {
  it("ring in order of time, once, and not when they were called off", async () => {
    const clock = new VirtualClock();
    const alarms = new Alarms(clock);
    const start = clock.monotonicMs();
    const rung: string[] = [];
    const alarm = (name: string) => alarms.alarm(() => rung.push(`${name} ${clock.monotonicMs() - start}`));
    const [late, soon, never, moved] = [alarm("late"), alarm("soon"), alarm("never"), alarm("moved")];
    alarms.set(late!, start + 500);
    alarms.set(soon!, start + 100);
    alarms.set(never!, start + 200);
    alarms.set(moved!, start + 50);
    alarms.set(moved!, start + 300);
    alarms.cancel(never!);
    await clock.pass(1000);
    expect(rung).toEqual(["soon 100", "moved 300", "late 500"]);
  });
});
