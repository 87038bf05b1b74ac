/** What a refusal takes off the rate. */
const cut = 0.07;
/** Calls, at least and in ms, over which a rate comes back to where it was refused: one refusal in 250 calls is 0.4 %. */
const recoveryCalls = 250;
const recoveryMs = 5000;
/** The first cuts are rough: their recovery is shorter. */
const roughCuts = 4;
const startsKept = 256;
const pauseMs = 200;
const pauseMsMax = 30_000;

/**
 * The rate of an upstream that says nothing but 429, learned as TCP CUBIC learns a path's (Ha, Rhee and Xu, 2008): at a
 * refusal the rate falls to 93 % of what was let through; it comes back to that quickly, stays near it for long, and then
 * tries more:
 *
 *   r(x) = r_max · (1 + 0.07 · (x − 1)³),   x = calls since / calls of a recovery
 *
 * Counted in calls, not in time, so that an idle endpoint does not forget. What was let through is measured over the last
 * 256 calls (1 s to 10 s); where nearly everything is refused, a window is used up: the endpoint pauses, and what was let
 * through counts over the minute.
 */
export class LearnedRate {
  #max = Number.POSITIVE_INFINITY;
  #calls = 0;
  #cuts = 0;
  #cutAt = Number.NEGATIVE_INFINITY;
  #startedSince = 0;
  #refusedSince = 0;
  #streak = 0;
  readonly #startedAt = new Float64Array(startsKept).fill(Number.NEGATIVE_INFINITY);
  readonly #refused = new Uint8Array(startsKept);
  #starts = 0;
  #firstAt: number | undefined;
  /** Let through, by second, over the last minute. */
  readonly #perSecond = new Uint32Array(60);
  #second = 0;

  get known(): boolean {
    return this.#cuts > 0;
  }

  get cuts(): number {
    return this.#cuts;
  }

  /** Calls per ms. */
  perMs(): number {
    if (this.#cuts === 0) return Number.POSITIVE_INFINITY;
    const whole = Math.max(recoveryCalls, recoveryMs * this.#max) * Math.min(1, this.#cuts / roughCuts);
    return this.#max * (1 + cut * (this.#calls / whole - 1) ** 3);
  }

  /**
   * @param limited  true where the rate made it wait: only then does its passing say that the rate is not too high
   * @returns        the number by which `refused` knows it
   */
  started(now: number, limited: boolean): number {
    this.#firstAt ??= now;
    if (limited) this.#calls++;
    this.#startedSince++;
    const at = this.#starts++;
    this.#startedAt[at % startsKept] = now;
    this.#refused[at % startsKept] = 0;
    this.#turnTo(now);
    this.#perSecond[this.#second % 60]!++;
    return at;
  }

  /** It did not leave after all. */
  notStarted(at: number, startedAt: number): void {
    if (this.#starts - at <= startsKept) this.#refused[at % startsKept] = 1;
    this.#unCount(startedAt);
    this.#startedSince = Math.max(0, this.#startedSince - 1);
  }

  /**
   * The call of that number was refused.
   *
   * @param retryAfterMs  for how long the endpoint pauses anyway
   * @returns             for how long it should, in ms from now
   */
  refused(at: number, startedAt: number, now: number, retryAfterMs = 0): number {
    if (this.#starts - at <= startsKept) this.#refused[at % startsKept] = 1;
    this.#unCount(startedAt);
    if (startedAt < this.#cutAt) return 0; // the same round trip
    this.#refusedSince++;
    const usedUp = this.#cuts > 0 && this.#refusedSince >= 0.8 * this.#startedSince;
    const before = this.perMs();
    let rate = Math.min(before, this.#passedPerMs(now));
    if (usedUp || retryAfterMs > 1000) {
      this.#streak = usedUp ? this.#streak + 1 : this.#streak;
      rate = Math.min(rate, this.#passedPerMsOfMinute(now, retryAfterMs));
    } else this.#streak = 0;
    this.#max = Math.max(rate, 1 / 60_000);
    this.#calls = 0;
    this.#cuts++;
    this.#cutAt = now;
    this.#startedSince = 0;
    this.#refusedSince = 0;
    return usedUp ? Math.min(pauseMsMax, pauseMs * 2 ** this.#streak) : 0;
  }

  #passedPerMs(now: number): number {
    let passed = 0;
    let oldest = now;
    for (let i = this.#starts - 1; i >= Math.max(0, this.#starts - startsKept); i--) {
      const started = this.#startedAt[i % startsKept]!;
      if (now - started > 60_000 || (now - started > 10_000 && passed >= 20)) break;
      oldest = started;
      if (!this.#refused[i % startsKept]) passed++;
    }
    return passed / Math.max(1000, now - oldest);
  }

  #passedPerMsOfMinute(now: number, pauseMs: number): number {
    this.#turnTo(now);
    let passed = 0;
    for (const count of this.#perSecond) passed += count;
    const elapsed = Math.min(60_000, now - (this.#firstAt ?? now));
    return passed / Math.max(1000, Math.min(60_000, elapsed + pauseMs));
  }

  #turnTo(now: number): void {
    const second = Math.floor(now / 1000);
    if (second - this.#second >= 60) this.#perSecond.fill(0);
    else for (let s = this.#second + 1; s <= second; s++) this.#perSecond[s % 60] = 0;
    this.#second = second;
  }

  #unCount(startedAt: number): void {
    const second = Math.floor(startedAt / 1000);
    if (this.#second - second < 60 && this.#perSecond[second % 60]! > 0) this.#perSecond[second % 60]!--;
  }
}
