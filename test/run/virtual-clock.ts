import type { Clock } from "../../src/run/clock.ts";
import { Heap, type Heaped } from "../../src/run/endpoints/heap.ts";

interface Sleeper extends Heaped {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

/**
 * Time that passes only when everybody waits for it: hours in milliseconds, and always the same. Sleepers of the same
 * instant wake in the order in which they fell asleep, each before the next.
 */
export class VirtualClock implements Clock {
  #now = 1000;
  #order = 0;
  readonly #sleepers = new Heap<Sleeper>((a, b) => (a.at === b.at ? a.order < b.order : a.at < b.at));

  monotonicMs(): number {
    return this.#now;
  }

  wallMs(): number {
    return 1_700_000_000_000 + Math.round(this.#now);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const sleeper: Sleeper = { at: this.#now + Math.max(0, ms), order: this.#order++, wake: resolve, place: -1 };
      this.#sleepers.add(sleeper);
      signal?.addEventListener(
        "abort",
        () => {
          this.#sleepers.remove(sleeper);
          reject(signal.reason);
        },
        { once: true },
      );
    });
  }

  /** Lets time pass until the promise is settled. @throws where nothing is left to wait for, or time runs out */
  async until<Result>(promise: Promise<Result>, { ms = 1e9 }: { readonly ms?: number } = {}): Promise<Result> {
    let settled = false;
    const end = this.#now + ms;
    promise.then(
      () => (settled = true),
      () => (settled = true),
    );
    for (;;) {
      await breath();
      if (settled) return promise;
      const next = this.#sleepers.take();
      if (!next) throw new Error(`Nothing is under way at ${this.#now} ms, and the promise is open.`);
      if (next.at > end) throw new Error(`The promise is open after ${ms} ms.`);
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
  }

  /** Lets so much time pass. */
  pass(ms: number): Promise<void> {
    return this.until(this.sleep(ms));
  }
}

/** Until every promise that can go on has gone on. */
function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
