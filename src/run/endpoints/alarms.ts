import type { Clock } from "../clock.ts";
import { Heap, type Heaped } from "./heap.ts";

/** Something to do at a time. */
export interface Alarm extends Heaped {
  at: number;
  readonly ring: () => void;
}

/** Any number of due times over one sleep of the clock: an alarm costs a place in a heap, not a timer and a promise. */
export class Alarms {
  readonly #clock: Clock;
  readonly #heap = new Heap<Alarm>((a, b) => a.at < b.at);
  #sleeping: { readonly until: number; readonly awake: AbortController } | undefined;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  alarm(ring: () => void): Alarm {
    return { at: 0, ring, place: -1 };
  }

  /** Sets it, or sets it anew. */
  set(alarm: Alarm, at: number): void {
    if (this.#closed || (alarm.place >= 0 && alarm.at === at)) return;
    this.#heap.remove(alarm);
    alarm.at = at;
    this.#heap.add(alarm);
    if (!this.#sleeping || at < this.#sleeping.until) this.#sleep();
  }

  cancel(alarm: Alarm): void {
    this.#heap.remove(alarm); // one needless awakening is cheaper than a new sleep for every alarm that is called off
  }

  close(): void {
    this.#closed = true;
    this.#sleeping?.awake.abort();
    this.#sleeping = undefined;
    while (this.#heap.take());
  }

  #sleep(): void {
    this.#sleeping?.awake.abort();
    this.#sleeping = undefined;
    const next = this.#heap.first();
    if (!next || this.#closed) return;
    const sleeping = { until: next.at, awake: new AbortController() };
    this.#sleeping = sleeping;
    this.#clock.sleep(Math.max(0, next.at - this.#clock.monotonicMs()), sleeping.awake.signal).then(
      () => {
        if (this.#sleeping !== sleeping) return;
        this.#sleeping = undefined;
        this.#ring();
      },
      () => {}, // awoken: another sleep has taken its place
    );
  }

  #ring(): void {
    const now = this.#clock.monotonicMs();
    for (let due = this.#heap.first(); due && due.at <= now; due = this.#heap.first()) {
      this.#heap.remove(due);
      due.ring();
    }
    if (!this.#sleeping) this.#sleep();
  }
}
