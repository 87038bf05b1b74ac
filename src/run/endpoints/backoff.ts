import { random } from "../../theory/random.ts";

const baseMs = 250;
const maxMs = 20_000;

/**
 * Wait before a further try: uniform in [0, min(20 s, 250 ms · 2ⁿ)), n the tries made (full jitter: Brooker, Exponential
 * backoff and jitter, 2015). From the run's seed and the step's key, so the order of arrival changes nothing.
 */
export function backoffMs(seed: number, key: string, tries: number): number {
  return random(seed, "backoff", key, tries)() * Math.min(maxMs, baseMs * 2 ** tries);
}
