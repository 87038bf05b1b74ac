/** How many of the last latencies are kept, and after how many new ones they are sorted again. */
const kept = 1024;
const sortEvery = 64;
/** Fewer say nothing of a 95th percentile. */
export const latenciesMin = 100;

/** The last 1,024 latencies of calls of one sort, and their quantiles. */
export class Latencies {
  readonly #ring = new Float64Array(kept);
  #count = 0;
  #sorted: Float64Array = new Float64Array(0);
  #sortedAt = 0;

  /** A call that was given up is recorded with the time it had lasted: quantiles below that time stay right. */
  record(ms: number): void {
    this.#ring[this.#count++ % kept] = ms;
  }

  get count(): number {
    return this.#count;
  }

  /** In ascending order; up to 63 of the newest may be missing. */
  sorted(): Float64Array {
    if (this.#count - this.#sortedAt >= sortEvery || (this.#sortedAt === 0 && this.#count > 0)) {
      this.#sorted = this.#ring.slice(0, Math.min(kept, this.#count)).sort();
      this.#sortedAt = this.#count;
    }
    return this.#sorted;
  }

  /** The share `p` of calls is not slower. undefined: too few are known. */
  quantile(p: number): number | undefined {
    if (this.#count < latenciesMin) return undefined;
    const sorted = this.sorted();
    return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length))];
  }
}
