// Votes as they may have been recorded of one agent, and the law that they give.

import fc from "fast-check";
import type { VoteKey } from "../../src/plan/vote-keys.ts";
import { fitVotes } from "../../src/plan/vote-mixture.ts";

export const key = (right: number, wrong: readonly number[], tasks: number, unparsed = 0): VoteKey => ({
  right,
  wrong,
  unparsed,
  tasks,
});

export const fit = (keys: readonly VoteKey[], answersKnown: boolean) =>
  fitVotes({ keys, keyOf: Int32Array.from(keys, (_, i) => i), repeated: true }, answersKnown, 1);

/** Two recorded samples with their answers. */
export const strings = [key(0, [1, 1], 5), key(0, [2], 10), key(1, [1], 10), key(2, [], 15)];

/** Five samples of which only right or wrong is known. */
export const flags = [20, 8, 6, 6, 15, 45].map((tasks, right) => key(right, right < 5 ? [5 - right] : [], tasks));

const anyKey = fc
  .tuple(
    fc.integer({ min: 0, max: 4 }),
    fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
    fc.integer({ min: 0, max: 2 }),
    fc.integer({ min: 1, max: 20 }),
  )
  .filter(([right, wrong, unparsed]) => right + wrong.length + unparsed > 0)
  .map(([right, wrong, unparsed, tasks]) => key(right, wrong, tasks, unparsed));

/** Keys of one to five sorts of tasks. */
export const anyKeys = fc.array(anyKey, { minLength: 1, maxLength: 5 });
