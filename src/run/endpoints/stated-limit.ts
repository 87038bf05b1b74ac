/** Where an upstream says how much is left but not until when. */
const resetMsDefault = 60_000;

/**
 * The rate that keeps to what an upstream says of itself: `left` of `limit` until a reset. Two sorts of upstream say so. A
 * fixed window gives everything back at the reset, so what is left is spread evenly until then. A bucket gives back little
 * by little, and the reset is when it will be full again, so (limit − left) / reset is the rate at which it fills; there
 * the reset moves away as calls are made, which is how it is told from a window.
 */
export class StatedLimit {
  /** Charged before this began to speak, so that calls made since then can be taken off. */
  #limit = Number.POSITIVE_INFINITY;
  #left = Number.POSITIVE_INFINITY;
  #resetAt = 0;
  #said = -1;
  /** Longest reset seen: a window is at least that long. */
  #windowMs = 0;
  /** Of a bucket, per ms; undefined: a fixed window as far as is known. */
  #fills: number | undefined;
  #base: { readonly left: number; readonly resetAt: number } | undefined;

  /** True once the upstream spoke. */
  get known(): boolean {
    return this.#said >= 0;
  }

  /** What is left, less what was charged since. */
  get left(): number {
    return this.#left;
  }

  /** Least that a whole window gives, per ms, as far as is known. */
  get fullPerMs(): number {
    if (this.#fills !== undefined) return this.#fills;
    return this.#windowMs > 0 ? this.#limit / this.#windowMs : Number.POSITIVE_INFINITY;
  }

  charge(amount: number): void {
    this.#left -= amount;
  }

  /**
   * @param ordinal       of the call that it came with: what an earlier call brings is older, even where it arrives later
   * @param chargedSince  what was charged after that call, which the upstream could not know of
   */
  observe(
    said: {
      readonly limit?: number | undefined;
      readonly left?: number | undefined;
      readonly resetMs?: number | undefined;
    },
    ordinal: number,
    chargedSince: number,
    now: number,
  ): void {
    if (said.left === undefined || ordinal < this.#said) return;
    this.#said = ordinal;
    const resetMs = said.resetMs ?? (this.#resetAt > now ? this.#resetAt - now : resetMsDefault);
    const resetAt = now + resetMs;
    const limit = said.limit ?? Math.max(said.left, Number.isFinite(this.#limit) ? this.#limit : 0);
    this.#limit = limit;
    this.#left = said.left - chargedSince;
    this.#resetAt = resetAt;
    this.#windowMs = Math.max(this.#windowMs, resetMs);
    if (!this.#base || said.left > this.#base.left) this.#base = { left: said.left, resetAt };
    // Seconds are the coarsest unit in which resets are told: what moves by more than two of them has moved.
    else if (resetAt - this.#base.resetAt > Math.max(2000, 0.1 * this.#windowMs)) {
      this.#base = { left: said.left, resetAt };
      this.#fills ??= (limit - said.left) / resetMs;
    }
    if (this.#fills !== undefined && said.left < limit && resetMs > 0)
      this.#fills += 0.1 * ((limit - said.left) / resetMs - this.#fills);
  }

  /** Per ms, now. 0: nothing until `resetAt`. */
  perMs(now: number): number {
    if (this.#said < 0) return Number.POSITIVE_INFINITY;
    // A bucket is kept half full: above it calls may go faster than it fills, below it slower.
    if (this.#fills !== undefined)
      return this.#fills * Math.min(4, Math.max(0.25, (2 * this.#left) / Math.max(1, this.#limit)));
    if (now >= this.#resetAt) return this.fullPerMs;
    if (this.#left < 1) return 0;
    return this.#left / (this.#resetAt - now);
  }

  get resetAt(): number {
    return this.#resetAt;
  }
}
