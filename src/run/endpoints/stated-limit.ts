/** Where an upstream says how much is left but not until when. */
const resetMsDefault = 60_000;
/** Where nothing is left for long, one call after this time looks whether that is still so. */
const lookMs = 5000;

/** What an upstream says: counts of a window, ms from the moment it said so. */
export interface Said {
  readonly limit?: number | undefined;
  readonly left?: number | undefined;
  readonly resetMs?: number | undefined;
}

/**
 * The rate that keeps to what an upstream says of itself, `left` of `limit` until a reset: left / time to the reset.
 *
 * Two sorts of upstream say so, and it is right for both. A fixed window gives everything back at the reset, so what is left
 * is spread evenly until then. A bucket gives back little by little, and its reset is when it would be full again: left /
 * reset is then fill rate · left / (limit − left), which drains a full bucket, spares an empty one, and settles at the fill
 * rate with the bucket half full.
 */
export class StatedLimit {
  #limit = Number.POSITIVE_INFINITY;
  #left = Number.POSITIVE_INFINITY;
  #resetAt = 0;
  /** Ordinal of the call that brought the news. */
  #said = -1;
  #heardAt = 0;
  /** Longest reset seen: a window is at least that long. */
  #windowMs = 0;

  /** What is left, less what was charged since. */
  get left(): number {
    return this.#left;
  }

  charge(amount: number, now: number): void {
    this.#left -= amount;
    if (this.#left < 1) this.#heardAt = now;
  }

  /** It was not used after all. */
  refund(amount: number): void {
    this.#left += amount;
  }

  /**
   * @param ordinal       of the call that it came with: what an earlier call brings is older, even where it arrives later
   * @param saidAt        when that call left: limits are looked up when a request arrives, not when its answer leaves
   * @param chargedSince  what was charged after that call, which the upstream could not know of
   */
  observe(said: Said, ordinal: number, saidAt: number, chargedSince: number, now: number): void {
    if (said.left === undefined || ordinal < this.#said) return;
    this.#said = ordinal;
    this.#heardAt = now;
    const resetMs = said.resetMs ?? (this.#resetAt > now ? this.#resetAt - saidAt : resetMsDefault);
    this.#limit = said.limit ?? Math.max(said.left, Number.isFinite(this.#limit) ? this.#limit : 0);
    this.#left = said.left - chargedSince;
    this.#resetAt = saidAt + resetMs;
    this.#windowMs = Math.max(this.#windowMs, resetMs);
  }

  /** Units per ms, now; ∞ where nothing is known. */
  perMs(now: number): number {
    if (this.#said < 0) return Number.POSITIVE_INFINITY;
    if (now >= this.#resetAt) return this.#windowMs > 0 ? this.#limit / this.#windowMs : Number.POSITIVE_INFINITY;
    return Math.max(1, this.#left) / (this.#resetAt - now);
  }

  /** Nothing before this time: what is left is used up. */
  pausedUntil(now: number): number {
    if (this.#said < 0 || this.#left >= 1 || now >= this.#resetAt) return Number.NEGATIVE_INFINITY;
    return Math.min(this.#resetAt, this.#heardAt + lookMs);
  }
}
