import { LearnedRate } from "./learned-rate.ts";
import { StatedLimit } from "./stated-limit.ts";

/** What is kept back of a rate that the user stated: calls do not arrive as evenly as they left. */
const margin = 0.98;
/** How late a call may be caught up on: timers ring late, and a pace that forgot it would be slower than its rate. */
const catchUpMs = 50;

/**
 * Smooth pacing of requests, or of tokens: a call of so many units pushes the next one away by units / rate (the leaky
 * bucket as a meter, ITU-T I.371), at the least of three rates: the one that the user states, the one that the upstream
 * states, the one that its refusals teach.
 */
export class Pace {
  readonly stated: StatedLimit = new StatedLimit();
  readonly learned: LearnedRate | undefined;
  readonly #settingPerMs: number;
  #nextAt = Number.NEGATIVE_INFINITY;
  /** In all, by which calls made since a header can be told. */
  #charged = 0;

  /** @param learns  true where refusals teach a rate: requests, not tokens */
  constructor(perMinute: number | undefined, learns: boolean) {
    this.#settingPerMs = perMinute === undefined ? Number.POSITIVE_INFINITY : (margin * perMinute) / 60_000;
    this.learned = learns ? new LearnedRate() : undefined;
  }

  get charged(): number {
    return this.#charged;
  }

  /** Units per ms, now. */
  perMs(now: number): number {
    return Math.min(this.#settingPerMs, this.stated.perMs(now), this.learned?.perMs() ?? Number.POSITIVE_INFINITY);
  }

  /** When the next call may leave. */
  at(now: number): number {
    return Math.max(this.#nextAt, this.stated.pausedUntil(now));
  }

  /** A call of so many units leaves. True where the pace is what it waited for. */
  charge(units: number, now: number): boolean {
    const perMs = this.perMs(now);
    this.#charged += units;
    this.stated.charge(units, now);
    const step = perMs === Number.POSITIVE_INFINITY ? 0 : units / perMs;
    const limited = step > 0 && now - this.#nextAt < Math.max(step, catchUpMs);
    this.#nextAt = Math.max(this.#nextAt, now - catchUpMs) + step;
    return limited;
  }

  /** Of what was charged, so much was not used (or, below 0, more was). */
  giveBack(units: number, now: number): void {
    const perMs = this.perMs(now);
    if (perMs !== Number.POSITIVE_INFINITY) this.#nextAt -= units / perMs;
  }

  /** It never left. */
  undo(units: number, now: number): void {
    this.#charged -= units;
    this.stated.refund(units);
    this.giveBack(units, now);
  }
}
