import { Heap, type Heaped } from "./heap.ts";

/** What waits for its turn. The queue writes `turn` and `arrival`. */
export interface Waiting extends Heaped {
  readonly task: string;
  /** Smaller goes first. */
  readonly priority: number;
  turn: number;
  arrival: number;
}

/** True where a goes before b: by priority, then by the turns that tasks take, then by arrival. */
export function goesBefore(a: Waiting, b: Waiting): boolean {
  if (a.priority !== b.priority) return a.priority < b.priority;
  if (a.turn !== b.turn) return a.turn < b.turn;
  return a.arrival < b.arrival;
}

/**
 * Waiting purchases, by priority. Among equal priorities tasks take turns, however many purchases each has: the i-th
 * purchase of a task stands behind the (i − 1)-th of all the others (start-time fair queueing: turn = max(the turn that
 * was served last, the task's last turn + 1)).
 */
export class FairQueue<Item extends Waiting> {
  readonly #heap = new Heap<Item>(goesBefore);
  /** Of tasks with something waiting. */
  readonly #tasks = new Map<string, { turn: number; waiting: number }>();
  #served = 0;
  #arrivals = 0;

  get size(): number {
    return this.#heap.size;
  }

  first(): Item | undefined {
    return this.#heap.first();
  }

  items(): readonly Item[] {
    return this.#heap.items();
  }

  add(item: Item): void {
    let task = this.#tasks.get(item.task);
    if (task) {
      task.turn = Math.max(this.#served, task.turn + 1);
      task.waiting++;
    } else {
      task = { turn: this.#served, waiting: 1 };
      this.#tasks.set(item.task, task);
    }
    item.turn = task.turn;
    item.arrival = this.#arrivals++;
    this.#heap.add(item);
  }

  take(): Item | undefined {
    const first = this.#heap.first();
    if (!first) return undefined;
    this.#served = Math.max(this.#served, first.turn);
    this.remove(first);
    return first;
  }

  remove(item: Item): boolean {
    if (!this.#heap.remove(item)) return false;
    const task = this.#tasks.get(item.task)!;
    if (--task.waiting === 0) this.#tasks.delete(item.task);
    return true;
  }
}
