/** Calls in flight at the start. Slow start doubles it every round trip, so it costs seven of them on the way to 1,000. */
const windowStart = 8;
/** What timeouts leave of it: TCP's. What a refusal leaves: the upstream has said exactly where its limit is. */
const timeoutFactor = 0.5;
const refusalFactor = 0.9;
/** Timeouts below this share of calls are slow answers, not too many of them. */
const timeoutShare = 0.05;
/** What it takes to tell a limit of calls in flight from one of their rate. */
const startsKept = 256;
const acceptedMin = 8;
const acceptedAboveMax = 0.1;
const refusalsToTell = 4;

/**
 * How many calls may be in flight, found as TCP finds it (Chiu and Jain's additive increase, multiplicative decrease): +1
 * per answer up to the first trouble (doubling every round trip), after it +1 per window of answers, each only while the
 * window is what limits; × ½ on timeouts, once per round trip.
 *
 * Refusals (429) shrink it only where they tell of calls in flight: where, four times in a row, hardly any call was accepted
 * after a refusal with as many in flight as at that refusal. All others are about the rate.
 */
export class Window {
  #size: number;
  #slowStart = true;
  /** Of +1 per window: near a limit that was told, less. */
  #growth = 1;
  #shrunkAt = Number.NEGATIVE_INFINITY;
  #timeouts = 0;
  #told = 0;
  /** Of the last starts: how many were in flight, 0 where refused; and when. */
  readonly #inFlight = new Uint32Array(startsKept);
  readonly #startedAt = new Float64Array(startsKept);
  #starts = 0;
  /** The refusal that later starts are held against. */
  #last: { readonly number: number; readonly inFlight: number } | undefined;
  readonly max: number;

  constructor(max: number) {
    this.max = max;
    this.#size = Math.min(max, windowStart);
  }

  /** Whole calls, ≥ 1. */
  get size(): number {
    return Math.floor(this.#size);
  }

  /**
   * @param inFlight  with this one
   * @returns         the number by which `refused` knows it
   */
  started(inFlight: number, now: number): number {
    this.#inFlight[this.#starts % startsKept] = inFlight;
    this.#startedAt[this.#starts % startsKept] = now;
    return this.#starts++;
  }

  /** @param inFlight  with the one that was answered */
  answered(inFlight: number): void {
    this.#timeouts -= this.#timeouts / Math.max(20, this.#size);
    if (inFlight < this.size) return; // it was not what limits: nothing was learned
    this.#size = Math.min(this.max, this.#size + (this.#slowStart ? 1 : this.#growth / this.#size));
  }

  /** @param startedAt  when the call began: what began before the last cut is the same trouble */
  timedOut(startedAt: number, now: number, inFlight: number): void {
    this.#timeouts += (1 - this.#timeouts) / Math.max(20, this.#size);
    if (this.#timeouts <= timeoutShare) return;
    this.#growth = 1;
    this.#shrink(startedAt, now, Math.min(this.#size, inFlight) * timeoutFactor);
  }

  /**
   * The upstream said 429.
   *
   * @param number  of the call
   * @returns       true where that is about calls in flight
   */
  refused(number: number, now: number): boolean {
    const at = number % startsKept;
    if (this.#starts - number > startsKept) return this.#told >= refusalsToTell;
    const inFlight = this.#inFlight[at]!;
    const startedAt = this.#startedAt[at]!;
    this.#inFlight[at] = 0;
    this.#weigh(number, inFlight, 2 * startedAt - now);
    if (this.#told < refusalsToTell) return false;
    this.#growth = 0.25;
    this.#shrink(startedAt, now, inFlight * refusalFactor);
    return true;
  }

  /** @param until  later starts may still be refused: refusals take as long as this one did */
  #weigh(number: number, inFlight: number, until: number): void {
    this.#last ??= { number, inFlight };
    let accepted = 0;
    let above = 0;
    for (let i = Math.max(this.#last.number + 1, this.#starts - startsKept); i < number; i++) {
      if (this.#startedAt[i % startsKept]! > until) break;
      if (this.#inFlight[i % startsKept] === 0) continue;
      accepted++;
      if (this.#inFlight[i % startsKept]! >= this.#last.inFlight) above++;
    }
    if (accepted < acceptedMin) return;
    this.#told = above > Math.max(1, acceptedAboveMax * accepted) ? 0 : this.#told + 1;
    this.#last = { number, inFlight };
  }

  /** After a circuit was open. */
  restart(): void {
    this.#size = Math.min(this.#size, windowStart);
    this.#slowStart = true;
  }

  #shrink(startedAt: number, now: number, size: number): void {
    if (startedAt < this.#shrunkAt) return;
    this.#slowStart = false;
    this.#shrunkAt = now;
    this.#size = Math.max(1, Math.min(this.#size, size));
  }
}
