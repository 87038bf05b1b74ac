const consecutiveMax = 8;
/** Share of failures in the last window of 5 to 10 seconds that opens a circuit, and how many calls must speak. */
const shareMax = 0.5;
const callsMin = 20;
const windowMs = 5000;
const openMs = 1000;
const openMsMax = 60_000;

/**
 * Stops calls to an endpoint that does not work. Closed: all pass. It opens after 8 failures in a row, or where half of at
 * least 20 calls of the last 5 to 10 seconds failed; then after 1 s (doubled each time, up to 60 s) a single call may
 * pass, and what becomes of it closes the circuit or opens it again.
 */
export class Circuit {
  #openUntil: number | undefined;
  #probing = false;
  #openMs = openMs;
  #inRow = 0;
  #windowAt = 0;
  readonly #calls = [0, 0];
  readonly #failures = [0, 0];

  get closed(): boolean {
    return this.#openUntil === undefined;
  }

  /** When the next call may pass: 0 for at once, ∞ while a probe is under way. */
  passesAt(): number {
    if (this.#openUntil === undefined) return 0;
    return this.#probing ? Number.POSITIVE_INFINITY : this.#openUntil;
  }

  /** A call passes. True where it is the probe of an open circuit. */
  pass(): boolean {
    if (this.#openUntil === undefined) return false;
    this.#probing = true;
    return true;
  }

  /** The call that passed told nothing of the endpoint: it never left, or was called off. */
  told(probe: boolean): void {
    if (probe) this.#probing = false;
  }

  /** The endpoint works. True where this closes the circuit. */
  worked(probe: boolean, now: number): boolean {
    if (this.#openUntil !== undefined) {
      if (!probe) return false; // began before it opened
      this.#openUntil = undefined;
      this.#probing = false;
      this.#openMs = openMs;
      this.#forget(now);
      return true;
    }
    this.#inRow = 0;
    this.#count(now, false);
    return false;
  }

  /** The endpoint failed. True where this opens the circuit, or keeps it open. */
  failed(probe: boolean, now: number): boolean {
    if (this.#openUntil !== undefined) {
      if (!probe) return false;
      this.#probing = false;
      this.#openMs = Math.min(openMsMax, this.#openMs * 2);
      this.#openUntil = now + this.#openMs;
      return true;
    }
    this.#inRow++;
    this.#count(now, true);
    const calls = this.#calls[0]! + this.#calls[1]!;
    const failures = this.#failures[0]! + this.#failures[1]!;
    if (this.#inRow < consecutiveMax && (calls < callsMin || failures < shareMax * calls)) return false;
    this.#openUntil = now + this.#openMs;
    return true;
  }

  #count(now: number, failure: boolean): void {
    if (now >= this.#windowAt + 2 * windowMs) this.#forget(now, this.#inRow);
    else if (now >= this.#windowAt + windowMs) {
      this.#windowAt += windowMs;
      this.#calls.unshift(0);
      this.#calls.length = 2;
      this.#failures.unshift(0);
      this.#failures.length = 2;
    }
    this.#calls[0]!++;
    if (failure) this.#failures[0]!++;
  }

  #forget(now: number, inRow = 0): void {
    this.#inRow = inRow;
    this.#windowAt = now;
    this.#calls.fill(0);
    this.#failures.fill(0);
  }
}
