// What tasks cost, so that near the end of a budget those that were begun are finished before others are begun.
import type { Amounts, Caps } from "../trace/event.ts";

const units = ["tokens", "calls", "nanoUsd"] as const;
type Sums = Record<(typeof units)[number], number>;

/** Costs of so many of the latest tasks are kept. */
const keptMax = 512;

/**
 * What the latest tasks cost, and what those in progress have cost so far. A task that is begun with the last of the money
 * keeps an older one from its last step: both are then paid for in part, and neither is answered as it should be.
 */
export class TaskCosts {
  readonly #inProgress = new Map<string, Sums>();
  readonly #ofEnded: Readonly<Record<(typeof units)[number], Costs>> = {
    tokens: new Costs(),
    calls: new Costs(),
    nanoUsd: new Costs(),
  };

  began(task: string): void {
    this.#inProgress.set(task, { tokens: 0, calls: 0, nanoUsd: 0 });
  }

  paid(task: string, amounts: Amounts): void {
    const sums = this.#inProgress.get(task);
    if (sums) for (const unit of units) sums[unit] += amounts[unit];
  }

  /** A task that found no money, or was broken off, says nothing of what tasks cost. */
  ended(task: string, { isWhole }: { readonly isWhole: boolean }): void {
    const sums = this.#inProgress.get(task);
    this.#inProgress.delete(task);
    if (sums && isWhole) for (const unit of units) this.#ofEnded[unit].add(sums[unit]);
  }

  /**
   * True where what is left of these caps is expected to pay for the tasks in progress and one more: for each, the mean cost
   * of tasks that cost more than it has cost so far. Always true where nothing is in progress or nothing is known yet.
   *
   * @param spent  of the whole run, the tasks in progress included
   */
  hasRoom(caps: Caps, spent: Amounts): boolean {
    if (this.#inProgress.size === 0) return true;
    return units.every((unit) => {
      const cap = caps[unit];
      const costs = this.#ofEnded[unit];
      if (cap === undefined || costs.size === 0) return true;
      const left = cap - spent[unit];
      if (left >= (this.#inProgress.size + 1) * costs.most) return true; // without a look at every task
      let needed = costs.remaining(0);
      for (const sums of this.#inProgress.values()) needed += costs.remaining(sums[unit]);
      return left >= needed;
    });
  }
}

/** The latest costs in one unit. */
class Costs {
  readonly #kept: number[] = [];
  #next = 0;
  /** Ascending, with the sum of each and all above it; made when asked for. */
  #sorted: { readonly values: readonly number[]; readonly above: Float64Array } | undefined;

  get size(): number {
    return this.#kept.length;
  }

  get most(): number {
    return this.#order().values.at(-1)!;
  }

  add(cost: number): void {
    this.#kept[this.#next] = cost;
    this.#next = (this.#next + 1) % keptMax;
    this.#sorted = undefined;
  }

  /** E(cost | cost > paid) − paid; 0 where none cost more. */
  remaining(paid: number): number {
    const { values, above } = this.#order();
    let low = 0;
    let high = values.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[middle]! <= paid) low = middle + 1;
      else high = middle;
    }
    return low === values.length ? 0 : above[low]! / (values.length - low) - paid;
  }

  #order() {
    if (this.#sorted) return this.#sorted;
    const values = this.#kept.toSorted((a, b) => a - b);
    const above = new Float64Array(values.length + 1);
    for (let i = values.length - 1; i >= 0; i--) above[i] = above[i + 1]! + values[i]!;
    this.#sorted = { values, above };
    return this.#sorted;
  }
}
