import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocate, type InPlay } from "./allocate.ts";
import type { Rivalry } from "./look.ts";

const column = (name: string, price = 100, samples = 1, rho = 0.3): InPlay => ({ name, price, samples, rho });
const rivalry = (changes: Partial<Rivalry> = {}): Rivalry => ({
  columns: new Set(["a", "b"]),
  repeated: new Set(),
  reads: false,
  gain: -0.02,
  taskVariance: 0.0009,
  extraVariance: 0,
  ...changes,
});
const options = {
  ...{ tasks: 100, tasksMax: 1000, samplesMax: 9, most: 1e6, growth: 1.5 },
  ...{ relaysPrice: 5000, groupsPrice: 5000, channel: { fidelity: 0, rhoWithin: 0 } },
};

describe("allocate", () => {
  it("buys tasks where the scatter over tasks is all that is unknown", () => {
    const target = allocate([rivalry()], [column("a"), column("b")], options);
    expect(target.tasks).toBe(152); // four steps of 13
    expect([...target.samples.values()]).toEqual([1, 1]);
    expect(target.relays).toBe(1);
  });

  it("buys repeats where what is extrapolated from them is unknown, and only of whom is asked again", () => {
    const doubt = rivalry({ repeated: new Set(["a"]), taskVariance: 1e-5, extraVariance: 0.0009 });
    const target = allocate([doubt], [column("a", 100, 2), column("b", 100, 2)], options);
    expect(target.samples.get("a")).toBeGreaterThan(2);
    expect(target.samples.get("b")).toBe(2);
  });

  it("buys relay probes, or groups, where the channel is what is unknown of readers", () => {
    const doubt = rivalry({ reads: true, taskVariance: 1e-5, extraVariance: 0.0009 });
    const columns = [column("a"), column("b")];
    const relays = allocate([doubt], columns, { ...options, channel: { fidelity: 0.8, rhoWithin: 0.05 } });
    expect(relays.relays).toBeGreaterThan(relays.groups);
    const groups = allocate([doubt], columns, { ...options, channel: { fidelity: 0.05, rhoWithin: 0.8 } });
    expect(groups.groups).toBeGreaterThan(groups.relays);
    const counted = { ...doubt, reads: false };
    expect(allocate([counted], columns, { ...options, channel: { fidelity: 0.8, rhoWithin: 0.05 } }).relays).toBe(1);
  });

  it("never spends more than it may, nor asks tasks that there are none of", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200_000 }),
        fc.integer({ min: 10, max: 400 }),
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: -0.1, max: 0.1, noNaN: true }),
        fc.double({ min: 0, max: 0.01, noNaN: true }),
        (most, tasks, price, gain, extraVariance) => {
          const columns = [column("a", price, 3), column("b", 2 * price, 1)];
          const tasksMax = tasks + 50;
          const found = rivalry({ gain, extraVariance, repeated: new Set(["a"]) });
          const target = allocate([found], columns, { ...options, most, tasks, tasksMax });
          expect(target.tasks).toBeLessThanOrEqual(tasksMax);
          const answers = (name: string, before: number) => target.tasks * target.samples.get(name)! - tasks * before;
          // repeats are priced for the tasks that there are when they are bought: all of them were, at most
          expect(answers("a", 3) * price + answers("b", 1) * 2 * price).toBeLessThanOrEqual(
            most + 1e-6 + 50 * 9 * 3 * price,
          );
          expect(target.samples.get("b")).toBe(1);
        },
      ),
    );
  });
});
