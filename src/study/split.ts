import { permutation, random } from "../theory/random.ts";

/** Two halves of the tasks: one to choose on, one to check on. */
export interface Halves {
  readonly choosing: Uint32Array;
  readonly heldBack: Uint32Array;
}

/** Splits tasks 0 … tasks − 1 in two by the seed; an odd task goes to the choosing half. Each half is in file order. */
export function splitTasks(tasks: number, seed: number): Halves {
  const order = permutation(tasks, random(seed, "split"));
  const half = Math.ceil(tasks / 2);
  return { choosing: order.slice(0, half).sort(), heldBack: order.slice(half).sort() };
}
