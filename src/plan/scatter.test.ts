import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pluralityAccuracy } from "../theory/plurality.ts";
import { logGamma } from "../theory/special.ts";
import { contestTable, joinShare, logBlocks, newShare, quorumTable, type Scatter, winTable } from "./scatter.ts";

const infinite = Number.POSITIVE_INFINITY;
const anyScatter: fc.Arbitrary<Scatter> = fc.record({
  concentration: fc.constantFrom(0, 0.1, 0.5, 1, 4, 40, infinite),
  options: fc.constantFrom(2, 3, 9, infinite),
});

/** Every way in which `answers` may fall into blocks, with its probability, answer by answer. */
function waysOf(scatter: Scatter, answers: number): { sizes: number[]; probability: number }[] {
  let ways = [{ sizes: [] as number[], probability: 1 }];
  for (let given = 0; given < answers; given++)
    ways = ways.flatMap(({ sizes, probability }) => [
      { sizes: [...sizes, 1], probability: probability * newShare(scatter, sizes.length, given) },
      ...sizes.map((size, i) => ({
        sizes: sizes.with(i, size + 1),
        probability: probability * joinShare(scatter, size, given),
      })),
    ]);
  return ways.filter(({ probability }) => probability > 0);
}

describe("an urn of answers", () => {
  it("gives the next answer with probabilities that sum to one", () => {
    fc.assert(
      fc.property(anyScatter, fc.integer({ min: 0, max: 5 }), (scatter, answers) => {
        for (const { sizes } of waysOf(scatter, answers)) {
          const joined = sizes.reduce((sum, size) => sum + joinShare(scatter, size, answers), 0);
          expect(newShare(scatter, sizes.length, answers) + joined).toBeCloseTo(1, 12);
        }
      }),
    );
  });

  it("knows how likely blocks are, in whatever order they came about", () => {
    // two of three options, equally likely: A A B, A B A, B A A … 3 of the 4 patterns that are not all alike
    expect(Math.exp(logBlocks({ concentration: infinite, options: 3 }, [2, 1]))).toBeCloseTo((1 / 3) * (2 / 3), 12);
    expect(Math.exp(logBlocks({ concentration: 1, options: infinite }, [2, 1]))).toBeCloseTo(1 / 6, 12);
    expect(logBlocks({ concentration: 0, options: infinite }, [2, 1])).toBe(-infinite);
    expect(logBlocks({ concentration: infinite, options: 2 }, [1, 1, 1])).toBe(-infinite);
  });
});

describe("contestTable", () => {
  it("is what every way to repeat makes of the vote", () => {
    fc.assert(
      fc.property(
        anyScatter,
        anyScatter,
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 0, max: 3 }),
        (wrongScatter, rightScatter, wrong, right) => {
          let expected = 0;
          for (const others of waysOf(wrongScatter, wrong))
            for (const own of waysOf(rightScatter, right)) {
              const most = Math.max(0, ...others.sizes, ...own.sizes);
              const leaders = (sizes: readonly number[]) => sizes.filter((size) => size === most).length;
              const share = leaders(own.sizes) / Math.max(1, leaders(own.sizes) + leaders(others.sizes));
              expected += others.probability * own.probability * share;
            }
          expect(contestTable(wrongScatter, rightScatter, 7)[wrong * 8 + right]).toBeCloseTo(expected, 10);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("is close to the Chinese restaurant where there are many options", () => {
    const [many, all] = [winTable(1, 9, 400), winTable(1, 9)];
    for (let right = 1; right <= 9; right++)
      for (let wrong = 0; wrong + right <= 9; wrong++) {
        const entry = wrong * 10 + right;
        expect(Math.abs(many[entry]! - all[entry]!)).toBeLessThan(0.01);
      }
  });

  it("says of hundreds of votes over equal options what the theory says", () => {
    const votes = 301;
    const wins = winTable(infinite, votes, 3);
    const right = (p: number) =>
      Array.from({ length: votes + 1 }, (_, c) => {
        const ways = logGamma(votes + 1) - logGamma(c + 1) - logGamma(votes - c + 1);
        return Math.exp(ways + c * Math.log(p) + (votes - c) * Math.log(1 - p)) * wins[(votes - c) * (votes + 1) + c]!;
      }).reduce((sum, value) => sum + value, 0);
    for (const p of [0.2, 0.26, 0.4]) expect(right(p)).toBeCloseTo(pluralityAccuracy(p, votes, 3), 9);
  });
});

describe("quorumTable", () => {
  it("asks for more than half, or for all, of one right answer", () => {
    fc.assert(
      fc.property(
        anyScatter,
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 1, max: 4 }),
        (scatter, wrong, right) => {
          const met = (needed: number) =>
            waysOf(scatter, right).reduce(
              (sum, { sizes, probability }) => sum + (Math.max(...sizes) >= needed ? probability : 0),
              0,
            );
          const votes = wrong + right;
          const entry = wrong * 8 + right;
          expect(quorumTable("majority", scatter, 7)[entry]).toBeCloseTo(met(Math.floor(votes / 2) + 1), 10);
          expect(quorumTable("unanimous", scatter, 7)[entry]).toBeCloseTo(met(votes), 10);
        },
      ),
    );
  });
});
