import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { levelMap } from "./level-map.ts";
import { unequalMajorityBias } from "./majority.ts";
import {
  comonotoneVoteProbability,
  copulaVoteProbability,
  correlatedWeights,
  effectiveTeamSize,
  effectiveTeamSizeWeighted,
  greedyTeam,
  linearVoteApproximate,
  logOddsWeights,
  signedCovariance,
  teamSignalToNoise,
  weightedMajorityProbability,
} from "./weighted-votes.ts";

const anyAccuracy = fc.double({ min: 0.02, max: 0.98, noNaN: true });
const anyTeam = fc.array(anyAccuracy, { minLength: 1, maxLength: 8 });
const ones = (team: readonly number[]) => team.map(() => 1);

describe("weightedMajorityProbability", () => {
  it("is the plain majority for equal weights", () => {
    fc.assert(
      fc.property(anyTeam, (team) => {
        const plain = (1 + unequalMajorityBias(team.map((p) => 2 * p - 1))) / 2;
        expect(weightedMajorityProbability(team, ones(team))).toBeCloseTo(plain, 12);
      }),
    );
  });

  it("is never better than with log-odds weights", () => {
    fc.assert(
      fc.property(anyTeam, fc.infiniteStream(fc.double({ min: -3, max: 3, noNaN: true })), (team, stream) => {
        const others = team.map(() => stream.next().value as number);
        const best = weightedMajorityProbability(team, logOddsWeights(team));
        expect(weightedMajorityProbability(team, others)).toBeLessThanOrEqual(best + 1e-12);
      }),
    );
  });

  it("sees a tie through rounding", () => {
    expect(weightedMajorityProbability([1, 1, 0], [0.1, 0.2, 0.3])).toBe(0.5);
    expect(weightedMajorityProbability([1, 1, 0], [0.1, 0.2, 0.3], 1)).toBe(1);
  });

  it("refuses what it cannot enumerate, and odds of certainty", () => {
    expect(() => weightedMajorityProbability(new Array(23).fill(0.6), new Array(23).fill(1))).toThrow("votes = 23");
    expect(() => weightedMajorityProbability([0.6], [1, 1])).toThrow("weights.length = 2");
    expect(() => logOddsWeights([1])).toThrow("accuracy = 1");
  });
});

describe("dependent votes", () => {
  it("are those of the level map when all agents are equal", () => {
    const team = [0.65, 0.65, 0.65, 0.65, 0.65];
    const map = (law: "shared" | "copula-latent") =>
      (1 + levelMap(0.3, { fanIn: 5, fidelity: 1, rho: 0.36 }, { law })) / 2;
    expect(comonotoneVoteProbability(team, ones(team), 0.36)).toBeCloseTo(map("shared"), 12);
    expect(copulaVoteProbability(team, [0.6, 0.6, 0.6, 0.6, 0.6])).toBeCloseTo(map("copula-latent"), 9);
  });

  it("are independent without a common factor", () => {
    fc.assert(
      fc.property(anyTeam, (team) => {
        const independent = weightedMajorityProbability(team, ones(team));
        expect(comonotoneVoteProbability(team, ones(team), 0)).toBe(independent);
        expect(
          copulaVoteProbability(
            team.slice(0, 5),
            team.slice(0, 5).map(() => 0),
          ),
        ).toBeCloseTo(weightedMajorityProbability(team.slice(0, 5), ones(team.slice(0, 5))), 10);
      }),
      { numRuns: 20 },
    );
  });

  it("have the median agent's accuracy when they are comonotone", () => {
    expect(comonotoneVoteProbability([0.9, 0.5, 0.7], [1, 1, 1], 1)).toBeCloseTo(0.7, 14);
  });
});

describe("linear votes", () => {
  const biases = [0.6, 0.3, 0.2];
  const correlations = [
    [1, 0.3, 0.1],
    [0.3, 1, 0.2],
    [0.1, 0.2, 1],
  ];

  it("have weights that solve C w = μ, and nothing scores higher", () => {
    const weights = correlatedWeights(biases, correlations, 0);
    const covariance = signedCovariance(biases, correlations);
    for (const [i, row] of covariance.entries())
      expect(row.reduce((sum, c, j) => sum + c * weights[j]!, 0)).toBeCloseTo(biases[i]!, 12);
    const best = linearVoteApproximate(biases, correlations, weights);
    fc.assert(
      fc.property(fc.tuple(anyAccuracy, anyAccuracy, anyAccuracy), (other) => {
        expect(linearVoteApproximate(biases, correlations, other)).toBeLessThanOrEqual(best + 1e-12);
      }),
    );
  });

  it("of equal agents share their weight, thanks to the ridge", () => {
    const twins = correlatedWeights(
      [0.4, 0.4],
      [
        [1, 1],
        [1, 1],
      ],
    );
    expect(twins[0]! / twins[1]!).toBeCloseTo(1, 6);
    expect(() =>
      correlatedWeights(
        [0.4, 0.4],
        [
          [1, 1],
          [1, 1],
        ],
        -1e-3,
      ),
    ).toThrow("ridge = -0.001");
  });

  it("are chosen greedily within the budget", () => {
    const team = greedyTeam(biases, correlations, [3, 1, 1], 4);
    expect(team.members).toEqual([0, 2]);
    expect(team.cost).toBe(4);
    expect(team.signalToNoise).toBeCloseTo(
      teamSignalToNoise(
        [0.6, 0.2],
        [
          [1, 0.1],
          [0.1, 1],
        ],
      ),
      12,
    );
    expect(greedyTeam(biases, correlations, [3, 1, 1], 0.5)).toEqual({ members: [], signalToNoise: 0, cost: 0 });
  });
});

describe("the effective team size", () => {
  it("is n for independent votes and one for copies", () => {
    expect(effectiveTeamSize(9, 0)).toBe(9);
    expect(effectiveTeamSize(9, 1)).toBe(1);
    expect(
      effectiveTeamSizeWeighted(
        [1, 1, 1],
        [
          [1, 0.3, 0.3],
          [0.3, 1, 0.3],
          [0.3, 0.3, 1],
        ],
      ),
    ).toBeCloseTo(effectiveTeamSize(3, 0.3), 12);
    expect(() => effectiveTeamSize(9, -0.5)).toThrow("is outside its domain");
  });
});
