import { type Abortable, type OffSignal, OffSwitch } from "../../off-switch.ts";

export type { Abortable } from "../../off-switch.ts";

/** One listener per signal, however many calls share it: a thousand listeners on one signal warn, and leave in O(n). */
export class Aborts {
  readonly #calls = new Map<AbortSignal, Set<Abortable>>();

  add(signal: OffSignal, one: Abortable): void {
    if (signal instanceof OffSwitch) {
      signal.add(one);
      return;
    }
    const others = this.#calls.get(signal);
    if (others) {
      others.add(one);
      return;
    }
    this.#calls.set(signal, new Set([one]));
    signal.addEventListener("abort", this);
  }

  remove(signal: OffSignal, one: Abortable): void {
    if (signal instanceof OffSwitch) {
      signal.remove(one);
      return;
    }
    const others = this.#calls.get(signal);
    if (!others?.delete(one) || others.size > 0) return;
    this.#calls.delete(signal);
    signal.removeEventListener("abort", this);
  }

  /** As a listener. */
  handleEvent({ target }: Event): void {
    const signal = target as AbortSignal;
    const calls = this.#calls.get(signal);
    this.#calls.delete(signal);
    signal.removeEventListener("abort", this);
    for (const one of calls ?? []) one.abort();
  }
}
