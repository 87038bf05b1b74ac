/** Calls in flight at the start. Slow start doubles it every round trip, so it costs seven of them on the way to 1,000. */
const windowStart = 8;
/** What trouble leaves of it: TCP's. */
const shrinkFactor = 0.5;

/**
 * How many calls may be in flight, found as TCP finds it (Chiu and Jain's additive increase, multiplicative decrease): +1
 * per answer up to the first trouble (doubling every round trip), after it +1 per window of answers, each only while the
 * window is what limits; × ½ on trouble, once per round trip.
 */
export class Window {
  #size: number;
  #slowStart = true;
  #shrunkAt = Number.NEGATIVE_INFINITY;
  readonly max: number;

  constructor(max: number) {
    this.max = max;
    this.#size = Math.min(max, windowStart);
  }

  /** Whole calls, ≥ 1. */
  get size(): number {
    return Math.floor(this.#size);
  }

  /** @param inFlight  with the one that was answered */
  answered(inFlight: number): void {
    if (inFlight < this.size) return; // it was not what limits: nothing was learned
    this.#size = Math.min(this.max, this.#size + (this.#slowStart ? 1 : 1 / this.#size));
  }

  /** The upstream has a limit, but another than calls in flight. */
  leaveSlowStart(): void {
    this.#slowStart = false;
  }

  /**
   * @param startedAt  when the call began: what began before the last cut is the same trouble
   * @param inFlight   when the trouble was met, with that call: the window may never have been filled
   */
  trouble(startedAt: number, now: number, inFlight: number): void {
    this.#slowStart = false;
    if (startedAt < this.#shrunkAt) return;
    this.#shrunkAt = now;
    this.#size = Math.max(1, Math.min(this.#size, inFlight) * shrinkFactor);
  }

  /** After a circuit was open. */
  restart(): void {
    this.#size = Math.min(this.max, this.#size, windowStart);
    this.#slowStart = true;
  }
}
