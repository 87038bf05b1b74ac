import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binomial, pluralityDraw } from "./plurality-draw.ts";

/** By looking at every subset of the recorded answers. */
function byEnumeration(times: readonly number[], silent: number, draws: number, answer: number): number {
  const cards = [...times.flatMap((count, code) => Array<number>(count).fill(code)), ...Array<number>(silent).fill(-1)];
  let hands = 0;
  let wins = 0;
  const deal = (from: number, hand: readonly number[]) => {
    if (hand.length === draws) {
      const votes = times.map((_, code) => hand.filter((card) => card === code).length);
      const most = Math.max(...votes);
      hands++;
      if (most > 0 && votes[answer] === most) wins += 1 / votes.filter((count) => count === most).length;
      return;
    }
    for (let i = from; i < cards.length; i++) deal(i + 1, [...hand, cards[i]!]);
  };
  deal(0, []);
  return wins / hands;
}

describe("pluralityDraw", () => {
  it("is what every subset together gives", () => {
    const anyCase = fc
      .record({ times: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), silent: fc.nat(2) })
      .chain(({ times, silent }) =>
        fc.record({
          times: fc.constant(times),
          silent: fc.constant(silent),
          draws: fc.integer({ min: 1, max: Math.min(6, times.reduce((a, b) => a + b) + silent) }),
          answer: fc.nat(times.length - 1),
        }),
      );
    fc.assert(
      fc.property(anyCase, ({ times, silent, draws, answer }) => {
        expect(pluralityDraw(times, silent, draws, answer)).toBeCloseTo(
          byEnumeration(times, silent, draws, answer),
          12,
        );
      }),
    );
  });

  it("sums to 1 but for the draws in which nobody voted", () => {
    const times = [9, 6, 6, 2, 1, 1];
    for (const draws of [1, 2, 5, 15, 25]) {
      const sum = times.reduce((total, _, answer) => total + pluralityDraw(times, 3, draws, answer), 0);
      expect(sum).toBeCloseTo(1 - binomial(3, draws) / binomial(28, draws), 12);
    }
  });

  it("with all answers drawn takes the most frequent", () => {
    expect(pluralityDraw([40, 35, 25], 0, 100, 0)).toBeCloseTo(1, 12);
    expect(pluralityDraw([50, 50], 0, 100, 0)).toBeCloseTo(0.5, 12);
  });

  it("two of three right answers out of five win as often as hypergeometric draws say", () => {
    // ≥ 2 of 3 draws among 3 right and 2 wrong: (C(3,2)·C(2,1) + C(3,3)) / C(5,3)
    expect(pluralityDraw([3, 2], 0, 3, 0)).toBeCloseTo(7 / 10, 14);
  });
});

describe("binomial", () => {
  it("is Pascal's triangle", () => {
    expect([0, 1, 2, 3, 4].map((k) => binomial(4, k))).toEqual([1, 4, 6, 4, 1]);
    expect(binomial(4, 5)).toBe(0);
    expect(binomial(100, 50) / 1.0089134454556415e29).toBeCloseTo(1, 12);
  });
});
