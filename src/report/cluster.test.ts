import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clusterOrder } from "./cluster.ts";

describe("clusterOrder", () => {
  it("puts two families side by side, whatever order they come in", () => {
    const family = [0, 1, 0, 1, 1, 0];
    const likeness = family.map((a) => family.map((b) => (a === b ? 0.8 : 0.1)));
    const order = clusterOrder(likeness).map((i) => family[i]);
    expect(order.join("")).toMatch(/^(000111|111000)$/);
  });

  it("turns clusters so that the ends that touch are most alike", () => {
    // A chain: neighbors are alike, the rest is not. Its order is the chain itself.
    const likeness = [0, 1, 2, 3].map((i) =>
      [0, 1, 2, 3].map((j) => 1 - Math.abs(i - j) / 4 + (i + j === 1 || i + j === 5 ? 0.01 : 0)),
    );
    expect(["0123", "3210"]).toContain(clusterOrder(likeness).join(""));
  });

  it("orders every index once, with unknown likeness too", () => {
    const matrix = fc.integer({ min: 0, max: 12 }).chain((n) =>
      fc.array(
        fc.array(fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constant(Number.NaN)), {
          minLength: n,
          maxLength: n,
        }),
        { minLength: n, maxLength: n },
      ),
    );
    fc.assert(
      fc.property(matrix, (likeness) => {
        expect(clusterOrder(likeness).toSorted((a, b) => a - b)).toEqual(likeness.map((_, i) => i));
      }),
    );
  });
});
