import { setTimeout as delay } from "node:timers/promises";

/** Time, as an argument: tests bring their own. */
export interface Clock {
  /** Milliseconds on a clock that only goes forward, whatever happens to the machine's date. */
  monotonicMs(): number;
  /** Milliseconds since 1970: for people and for dates in headers, never for durations. */
  wallMs(): number;
  /** Resolves after so many milliseconds; rejects with the signal's reason where it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal ? { signal } : undefined),
};
