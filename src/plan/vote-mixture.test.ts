import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyKeys, fit, flags, strings } from "../../test/foresight/recorded-votes.ts";
import type { VoteMixture } from "./vote-mixture.ts";
import { voteValue } from "./vote-value.ts";

const under = ({ grid, unparsed }: VoteMixture, weights: Float64Array, votes: number) => {
  const { accuracy } = voteValue(grid, unparsed, votes);
  return weights.reduce((sum, weight, g) => sum + weight * accuracy[g]!, 0);
};

describe("fitVotes", () => {
  const a = fit(strings, true);
  const b = fit(flags, false);

  it("finds the Beta law: the reference, up to where its search stopped", () => {
    expect(a.beta[0]).toBeCloseTo(0.504, 2);
    expect(a.beta[1]).toBeCloseTo(0.504, 2); // exactly as many tasks with 0 of 2 as with 2 of 2
    expect(Math.abs(b.beta[0] - 0.375)).toBeLessThan(0.002);
    expect(Math.abs(b.beta[1] - 0.211)).toBeLessThan(0.002);
  });

  it.each([
    [1, 0.5002, 0.5, 0.5005],
    [3, 0.5218, 0.5212, 0.5214],
    [9, 0.5523, 0.551, 0.5398],
    [33, 0.5664, 0.5646, 0.5472],
  ])("matches the reference with answers, %i votes", (votes, smoothed, unsmoothed, parametric) => {
    // the reference knows Chinese restaurants alone, and no mistakes among two, three, five or nine
    expect(Math.abs(under(a, a.weights, votes) - smoothed)).toBeLessThan(2e-3);
    expect(Math.abs(under(a, a.unsmoothed, votes) - unsmoothed)).toBeLessThan(2e-3);
    expect(Math.abs(under(a, a.parametric, votes) - parametric)).toBeLessThan(8e-4); // its Beta law is (.504, .503)
  });

  it.each([
    [1, 0.6449, 0.6459, 0.64],
    [3, 0.6547, 0.6598, 0.6453],
    [5, 0.6581, 0.6608, 0.6469],
    [9, 0.6609, 0.6578, 0.6482],
    [33, 0.6635, 0.6493, 0.6494],
  ])("matches the reference with right or wrong only, %i votes", (votes, smoothed, unsmoothed, parametric) => {
    expect(Math.abs(under(b, b.weights, votes) - smoothed)).toBeLessThan(3e-4);
    expect(Math.abs(under(b, b.unsmoothed, votes) - unsmoothed)).toBeLessThan(1e-4);
    expect(Math.abs(under(b, b.parametric, votes) - parametric)).toBeLessThan(1.3e-3); // its Beta law is (.375, .211)
  });

  it("has weights that sum to one, whatever was recorded", () => {
    fc.assert(
      fc.property(anyKeys, (keys) => {
        const mixture = fit(keys, true);
        for (const weights of [mixture.weights, mixture.unsmoothed, mixture.parametric])
          expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
      }),
      { numRuns: 25 },
    );
  });
});
