/** What a refusal takes off the rate. */
const cut = 0.07;
/** The same, and what is tried above it, while the rate is known roughly. */
const roughCut = 0.25;
/** Calls, at least and in ms, over which a rate comes back to where it was refused: one refusal in 250 calls is 0.4 %. */
const recovery = { calls: 250, ms: 5000 };
const roughRecovery = { calls: 8, ms: 1000 };
/** Recoveries are never shorter than what was waited for a window to begin anew, and never longer than this. */
const recoveryMsMax = 60_000;
/** A rate that was measured over fewer calls, or less time, is rough. */
const fine = { calls: 100, ms: 5000 };
/** Refusals above this share of calls mean that the rate was far from it; above the second that a window is used up. */
const shareFar = 0.15;
const shareUsedUp = 0.8;
const refusalsToTell = 3;
/** A rate that was let through for this long with few refusals is good; refusals at less than half of it are not about it. */
const goodMs = 10_000;
const goodShare = 0.5;
const startsKept = 256;
const pauseMs = 200;
const pauseMsMax = 30_000;
const minuteMs = 60_000;

/**
 * The rate of an upstream that says nothing but 429, learned as TCP CUBIC learns a path's (Ha, Rhee and Xu, 2008): a
 * refusal takes 7 % off; the rate comes back to where it was refused quickly, stays near that for long, and then tries 7 %
 * more:
 *
 *   r(x) = r_max · (1 + 0.07 · (x − 1)³),   x = calls since / calls of a recovery, in [0, 2]; at 2 it begins again from 1
 *
 * Counted in calls that waited for the rate, not in time, so that an idle endpoint does not forget. r_max is the rate that
 * was refused or, where that was far too high, what was let through. Where nearly everything is refused a window is used
 * up: the endpoint pauses, and what was let through counts over the minute.
 *
 * Some upstreams refuse a share of calls by chance, at any rate, and cuts would never end. So where few calls are refused
 * even at half of a rate that was good before, the rate is not to blame and is not held any more, until many are.
 */
export class LearnedRate {
  #max = Number.POSITIVE_INFINITY;
  /** How roughly the rate is known, in [0, 1]: every refusal that was not far off halves it. */
  #rough = 1;
  #recoveryMs = recovery.ms;
  #waited = 0;
  #cuts = 0;
  /** Number of the first call after the cut. */
  #firstSince = 0;
  #refusedSince = 0;
  #pausedMs = 0;
  #streak = 0;
  /** Highest rate that was let through with few refusals since a refusal of many. */
  #good = 0;
  /** Refusals have nothing to do with the rate. */
  #byChance = false;
  readonly #startedAt = new Float64Array(startsKept);
  readonly #refused = new Uint8Array(startsKept);
  #starts = 0;
  #firstAt: number | undefined;
  /** Let through, by second, over the last minute. */
  readonly #perSecond = new Uint32Array(60);
  #second = 0;

  get cuts(): number {
    return this.#cuts;
  }

  /** Calls per ms; ∞ before the first refusal, and where refusals come by chance. */
  perMs(): number {
    if (this.#cuts === 0 || this.#byChance) return Number.POSITIVE_INFINITY;
    const depth = cut + (roughCut - cut) * this.#rough;
    return this.#max * (1 + depth * (this.#waited / this.#recoveryCalls() - 1) ** 3);
  }

  #recoveryCalls(): number {
    const rough = Math.max(roughRecovery.calls, roughRecovery.ms * this.#max);
    const known = Math.max(recovery.calls, this.#recoveryMs * this.#max);
    return known + (rough - known) * this.#rough;
  }

  /**
   * @param waited  true where the rate made it wait: only then does its passing say that the rate is not too high
   * @returns       the number by which `refused` knows it
   */
  started(now: number, waited: boolean): number {
    this.#firstAt ??= now;
    if (waited && this.#cuts > 0 && ++this.#waited >= 2 * this.#recoveryCalls()) {
      this.#max = this.perMs();
      this.#waited = this.#recoveryCalls();
    }
    const number = this.#starts++;
    this.#startedAt[number % startsKept] = now;
    this.#refused[number % startsKept] = 0;
    this.#turnTo(now);
    this.#perSecond[this.#second % 60]!++;
    return number;
  }

  /** It did not leave after all. */
  notStarted(number: number, startedAt: number): void {
    this.#strike(number, startedAt);
  }

  /**
   * The call of that number was refused.
   *
   * @param retryAfterMs  for how long the endpoint pauses anyway
   * @returns             for how long it should, in ms from now
   */
  refused(number: number, startedAt: number, now: number, retryAfterMs = 0): number {
    this.#strike(number, startedAt);
    if (number < this.#firstSince) return 0; // the same round trip
    const refusesMany = this.#refusedShare() >= shareFar;
    if (this.#byChance && !refusesMany) return 0;
    this.#refusedSince++;
    const share = this.#refusedSince / (this.#refusedSince + this.#passedSince(2 * startedAt - now));
    if (share >= shareUsedUp && this.#refusedSince < refusalsToTell) return 0; // nothing let through yet: too early to tell
    const usedUp = this.#cuts > 0 && share >= shareUsedUp;
    this.#streak = usedUp ? this.#streak + 1 : 0;
    const pause = usedUp ? Math.min(pauseMsMax, pauseMs * 2 ** this.#streak) : 0;
    this.#pausedMs = usedUp ? this.#pausedMs + pause : 0;
    const before = this.perMs();
    let rate = before;
    if (usedUp || retryAfterMs > 1000) {
      this.#recoveryMs = Math.min(recoveryMsMax, Math.max(this.#recoveryMs, 2 * (this.#pausedMs + retryAfterMs)));
      const overall = this.#passedOfMinute(now, retryAfterMs);
      // Where next to nothing was let through for a minute, the quota is to blame and not the rate.
      if (overall.perMs > 0.1 * before || before === Number.POSITIVE_INFINITY) {
        rate = Math.min(before, overall.perMs);
        this.#rough = overall.ms < fine.ms ? 1 : 0;
      }
    } else if (share >= shareFar || before === Number.POSITIVE_INFINITY) {
      const passed = this.#passed(now);
      if (passed.perMs < before) {
        rate = passed.perMs;
        this.#rough = passed.calls < fine.calls || passed.ms < fine.ms ? 1 : 0;
      }
    } else {
      this.#rough = this.#rough < 0.1 ? 0 : this.#rough / 2;
      this.#recoveryMs = Math.max(recovery.ms, this.#recoveryMs / 2);
    }
    if (refusesMany || usedUp || retryAfterMs > 1000) this.#good = 0;
    else this.#good = Math.max(this.#good, this.#passedLately(now));
    this.#byChance = rate < goodShare * this.#good;
    this.#max = Math.max(rate, 1 / minuteMs);
    this.#waited = 0;
    this.#cuts++;
    this.#firstSince = this.#starts;
    this.#refusedSince = 0;
    return pause;
  }

  /** Calls after the cut that were let through. @param until  later ones may still be refused */
  #passedSince(until: number): number {
    let calls = 0;
    for (let i = Math.max(this.#firstSince, this.#starts - startsKept); i < this.#starts; i++) {
      if (this.#startedAt[i % startsKept]! > until) break;
      if (!this.#refused[i % startsKept]) calls++;
    }
    return calls;
  }

  /** What the last calls that were started came to, without the refused ones. */
  #passed(now: number): { readonly perMs: number; readonly calls: number; readonly ms: number } {
    let calls = 0;
    let oldest = now;
    for (let i = this.#starts - 1; i >= Math.max(0, this.#starts - startsKept); i--) {
      const started = this.#startedAt[i % startsKept]!;
      if (now - started > minuteMs || (now - started > 10_000 && calls >= 20)) break;
      oldest = started;
      if (!this.#refused[i % startsKept]) calls++;
    }
    const ms = now - oldest;
    return { perMs: calls / Math.max(250, ms), calls, ms };
  }

  /** Of the last calls that were started. */
  #refusedShare(): number {
    const kept = Math.min(this.#starts, startsKept);
    let refused = 0;
    for (let i = 0; i < kept; i++) refused += this.#refused[i]!;
    return refused / kept;
  }

  /** Let through per ms over the last whole seconds; 0 before there were as many. */
  #passedLately(now: number): number {
    this.#turnTo(now);
    const seconds = goodMs / 1000;
    if (now - (this.#firstAt ?? now) < goodMs + 1000) return 0;
    let calls = 0;
    for (let s = this.#second - seconds; s < this.#second; s++) calls += this.#perSecond[s % 60]!;
    return calls / goodMs;
  }

  #passedOfMinute(now: number, pauseMs: number): { readonly perMs: number; readonly ms: number } {
    this.#turnTo(now);
    let calls = 0;
    for (const count of this.#perSecond) calls += count;
    const ms = Math.max(1000, Math.min(minuteMs, now - (this.#firstAt ?? now) + pauseMs));
    return { perMs: calls / ms, ms };
  }

  #turnTo(now: number): void {
    const second = Math.floor(now / 1000);
    if (second - this.#second >= 60) this.#perSecond.fill(0);
    else for (let s = this.#second + 1; s <= second; s++) this.#perSecond[s % 60] = 0;
    this.#second = second;
  }

  #strike(number: number, startedAt: number): void {
    if (this.#starts - number <= startsKept) this.#refused[number % startsKept] = 1;
    const second = Math.floor(startedAt / 1000);
    if (this.#second - second < 60 && this.#perSecond[second % 60]! > 0) this.#perSecond[second % 60]!--;
  }
}
