import type { Clock } from "../../clock.ts";

/** Something that must end in time. It remembers where it stands in the list, so that it leaves at once. */
export interface Expiring {
  slot: number;
  expire(): void;
}

/** Deadlines are kept this exactly: a call ends at most so much too late. */
const slotMs = 10;

/**
 * Deadlines of many calls on one timer: calls come and go ten thousand times a second and hardly ever expire, so a timer and
 * a signal of their own for each would cost more than the rest of the bookkeeping.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #slots = new Map<number, Set<Expiring>>();
  #armed: { readonly slot: number; readonly off: AbortController } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `expire` once `ms` have passed, unless it is removed before. */
  add(one: Expiring, ms: number): void {
    const slot = Math.ceil((this.#clock.monotonicMs() + Math.max(0, ms)) / slotMs);
    one.slot = slot;
    const others = this.#slots.get(slot);
    if (others) others.add(one);
    else this.#slots.set(slot, new Set([one]));
    if (this.#armed === undefined || slot < this.#armed.slot) this.#arm(slot);
  }

  remove(one: Expiring): void {
    const others = this.#slots.get(one.slot);
    if (others?.delete(one) && others.size === 0) this.#slots.delete(one.slot);
  }

  /** Nothing expires any more, and no timer keeps the process. */
  close(): void {
    this.#slots.clear();
    this.#armed?.off.abort();
    this.#armed = undefined;
  }

  #arm(slot: number): void {
    this.#armed?.off.abort();
    const off = new AbortController();
    const armed = { slot, off };
    this.#armed = armed;
    const ms = Math.max(0, slot * slotMs - this.#clock.monotonicMs());
    // Longer sleeps than 2³¹ ms would end at once.
    this.#clock.sleep(Math.min(ms, 2 ** 31 - 1), off.signal).then(
      () => {
        if (this.#armed === armed) this.#wake();
      },
      () => {}, // armed for an earlier slot, or closed
    );
  }

  #wake(): void {
    this.#armed = undefined;
    const now = this.#clock.monotonicMs() / slotMs;
    let next = Number.POSITIVE_INFINITY;
    for (const [slot, due] of [...this.#slots]) {
      if (slot > now) next = Math.min(next, slot);
      else {
        this.#slots.delete(slot);
        for (const one of due) one.expire();
      }
    }
    if (next < Number.POSITIVE_INFINITY && this.#armed === undefined) this.#arm(next);
  }
}
