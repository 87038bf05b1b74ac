import { describe, expect, it } from "vitest";
import { aheadByKCapped } from "../theory/sequential.ts";
import { joinShare, newShare, type Scatter } from "./scatter.ts";
import { aheadValue } from "./vote-value.ts";

const infinite = Number.POSITIVE_INFINITY;

/** Accuracy and calls of a race, call by call. */
function walked(p: number, wrongOf: Scatter, rightOf: Scatter, unparsed: number, lead: number, cap: number) {
  const step = (right: readonly number[], wrong: readonly number[], call: number): [number, number] => {
    const [first = 0, second = 0] = [...right, ...wrong].sort((a, b) => b - a);
    const leaders = (sizes: readonly number[]) => sizes.filter((size) => size === first).length;
    if (first - second >= lead || call === cap)
      return [first > 0 ? leaders(right) / (leaders(right) + leaders(wrong)) : 0, call];
    const ways: [number, readonly number[], readonly number[]][] = [[(1 - p) * unparsed, right, wrong]];
    const grow = (
      share: number,
      sizes: readonly number[],
      scatter: Scatter,
      put: (grown: readonly number[]) => void,
    ) => {
      const given = sizes.reduce((sum, size) => sum + size, 0);
      put([...sizes, 1]);
      ways.at(-1)![0] = share * newShare(scatter, sizes.length, given);
      sizes.forEach((size, i) => {
        put(sizes.with(i, size + 1));
        ways.at(-1)![0] = share * joinShare(scatter, size, given);
      });
    };
    grow(p, right, rightOf, (grown) => ways.push([0, grown, wrong]));
    grow((1 - p) * (1 - unparsed), wrong, wrongOf, (grown) => ways.push([0, right, grown]));
    let [accuracy, calls] = [0, 0];
    for (const [share, rightNow, wrongNow] of ways) {
      if (share === 0) continue;
      const [a, c] = step(rightNow, wrongNow, call + 1);
      accuracy += share * a;
      calls += share * c;
    }
    return [accuracy, calls];
  };
  return step([], [], 0);
}

describe("a race", () => {
  it.each([
    [{ concentration: 1, options: infinite }, { concentration: 0, options: infinite }, 0, 2, 6],
    [{ concentration: infinite, options: 3 }, { concentration: 0, options: infinite }, 0.2, 2, 5],
    [{ concentration: 0.5, options: 4 }, { concentration: 0.25, options: infinite }, 0.1, 2, 5],
    [{ concentration: infinite, options: infinite }, { concentration: 1, options: infinite }, 0, 3, 6],
  ])("is what call after call makes of it: wrong %o, right %o, %d unparsed, %i ahead of %i", (...shape) => {
    const [wrong, right, unparsed, lead, cap] = shape;
    for (const p of [0, 0.3, 0.8, 1]) {
      const grid = { accuracies: Float64Array.of(p), scatters: [wrong], right };
      const found = aheadValue(grid, unparsed, lead, cap);
      const [accuracy, calls] = walked(p, wrong, right, unparsed, lead, cap);
      expect(found.accuracy[0]).toBeCloseTo(accuracy, 10);
      expect(found.calls[0]).toBeCloseTo(calls, 10);
    }
  });

  it("stays exact on average where some standings stand for others: the lead as the theory has it where all agree", () => {
    const scatters = [0, 1].map((concentration) => ({ concentration, options: infinite }));
    const { accuracy, calls } = aheadValue({ accuracies: Float64Array.of(0.6), scatters }, 0, 3, 40);
    const exact = aheadByKCapped(0.6, 3, 40);
    expect(Math.abs(accuracy[0]! - exact.accuracy)).toBeLessThan(1e-3);
    expect(Math.abs(calls[0]! - exact.votes)).toBeLessThan(0.02);
    expect(accuracy[1]).toBeGreaterThan(accuracy[0]!);
  });
});
