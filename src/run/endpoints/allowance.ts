/**
 * Calls beyond the first of a step, as a share of calls: of n calls in all, at most floor + share · n. Retry budgets stop
 * a storm where it starts: a client whose upstream is down asks it 1 + share times as often as one whose upstream is well,
 * not triesMax times (Beyer et al., Site Reliability Engineering, 2016, "Handling overload").
 */
export class Allowance {
  readonly share: number;
  readonly floor: number;
  #calls = 0;
  #further = 0;

  constructor(share: number, floor: number) {
    this.share = share;
    this.floor = floor;
  }

  get further(): number {
    return this.#further;
  }

  /** A call is made, of whatever sort. */
  called(): void {
    this.#calls++;
  }

  allows(count = 1): boolean {
    return this.#further + count <= this.floor + this.share * this.#calls;
  }

  /** False where it is used up: do not make it. */
  take(): boolean {
    if (!this.allows()) return false;
    this.#further++;
    return true;
  }

  /** It was not made after all. */
  giveBack(): void {
    this.#further--;
  }
}
