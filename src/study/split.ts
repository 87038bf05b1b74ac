import { calibrate } from "../calibrate/calibrate.ts";
import type { Calibration } from "../calibrate/calibration.ts";
import type { Recordings } from "../records/recordings.ts";
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

/** What was learned on one half of the tasks, and the other half to check it on. */
export interface Learned {
  readonly calibration: Calibration;
  readonly heldBack: Uint32Array;
}

/** Splits the tasks in two by the seed and calibrates on the choosing half. */
export function learnOnHalf(
  recordings: Recordings,
  { confidence, seed }: { readonly confidence: number; readonly seed: number },
): Learned {
  const { choosing, heldBack } = splitTasks(recordings.table.tasks.length, seed);
  return { calibration: calibrate(recordings, { tasks: choosing, confidence, seed }), heldBack };
}
