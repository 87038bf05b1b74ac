/** What a heap keeps: it writes where the item lies, so that one can be taken out of the middle. */
export interface Heaped {
  /** Its place in the heap; −1: in none. */
  place: number;
}

/** Binary heap, smallest first: O(log n) for every change, also for taking out what lies in the middle. */
export class Heap<Item extends Heaped> {
  readonly #items: Item[] = [];
  readonly #before: (a: Item, b: Item) => boolean;

  /** @param before  a strict order */
  constructor(before: (a: Item, b: Item) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  first(): Item | undefined {
    return this.#items[0];
  }

  /** In no particular order. */
  items(): readonly Item[] {
    return this.#items;
  }

  add(item: Item): void {
    this.#items.push(item);
    this.#up(item, this.#items.length - 1);
  }

  take(): Item | undefined {
    const first = this.#items[0];
    if (first) this.remove(first);
    return first;
  }

  /** False where it is not in the heap. */
  remove(item: Item): boolean {
    const at = item.place;
    if (at < 0 || this.#items[at] !== item) return false;
    item.place = -1;
    const last = this.#items.pop()!;
    if (last !== item) {
      const above = this.#items[(at - 1) >> 1];
      if (at > 0 && this.#before(last, above!)) this.#up(last, at);
      else this.#down(last, at);
    }
    return true;
  }

  #up(item: Item, from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#items[parent]!;
      if (!this.#before(item, above)) break;
      this.#set(above, at);
      at = parent;
    }
    this.#set(item, at);
  }

  #down(item: Item, from: number): void {
    const n = this.#items.length;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= n) break;
      if (child + 1 < n && this.#before(this.#items[child + 1]!, this.#items[child]!)) child++;
      const below = this.#items[child]!;
      if (!this.#before(below, item)) break;
      this.#set(below, at);
      at = child;
    }
    this.#set(item, at);
  }

  #set(item: Item, at: number): void {
    this.#items[at] = item;
    item.place = at;
  }
}
