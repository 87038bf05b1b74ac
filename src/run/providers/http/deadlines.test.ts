import { describe, expect, it } from "vitest";
import type { Clock } from "../../clock.ts";
import { Deadlines, type Expiring } from "./deadlines.ts";

/** A clock that stands still until it is moved. */
function standing(): Clock & { move(ms: number): Promise<void>; sleeping: () => number } {
  let now = 0;
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
  return {
    monotonicMs: () => now,
    wallMs: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { at: now + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
    async move(ms) {
      now += ms;
      for (const sleeper of [...sleepers])
        if (sleeper.at <= now) {
          sleepers.delete(sleeper);
          sleeper.wake();
        }
      await new Promise((resolve) => setImmediate(resolve));
    },
    sleeping: () => sleepers.size,
  };
}

describe("deadlines", () => {
  it("expire in order, each once, and not those that were removed", async () => {
    const clock = standing();
    const deadlines = new Deadlines(clock);
    const expired: string[] = [];
    const one = (name: string): Expiring => ({ slot: 0, expire: () => expired.push(name) });
    const [late, removed, soon] = [one("late"), one("removed"), one("soon")];
    deadlines.add(late, 1000);
    deadlines.add(removed, 500);
    deadlines.add(soon, 200);
    deadlines.remove(removed);
    await clock.move(199);
    expect(expired).toEqual([]);
    await clock.move(11);
    expect(expired).toEqual(["soon"]);
    await clock.move(780);
    expect(expired).toEqual(["soon"]);
    await clock.move(20);
    expect(expired).toEqual(["soon", "late"]);
  });

  it("of thousands of calls keep one timer, and none once they are closed", async () => {
    const clock = standing();
    const deadlines = new Deadlines(clock);
    for (let i = 0; i < 1000; i++) deadlines.add({ slot: 0, expire: () => {} }, 5000 - i);
    await clock.move(0);
    expect(clock.sleeping()).toBe(1);
    deadlines.close();
    expect(clock.sleeping()).toBe(0);
  });
});
