// Numbers that are passed on, and votes that stop early, against what happens when one lets them happen.
import { describe, expect, it } from "vitest";
import { pluralityAheadBound } from "../../src/theory/plurality.ts";
import { type Random, random } from "../../src/theory/random.ts";
import {
  aheadByK,
  aheadByKOverTasks,
  aheadByKShared,
  decompositionCost,
  leadForSteps,
  raceToK,
  sequentialTestWalk,
} from "../../src/theory/sequential.ts";
import {
  averagingChainRisk,
  optimalChainRisk,
  relayChainRisk,
  starRisk,
  treeRisk,
  treeRiskWithCommonCause,
} from "../../src/theory/squared-error.ts";
import { expectChance } from "./deviations.ts";

const trials = 20_000;

/** How far a mean of draws lies from the expected one, in its own standard errors. */
function score(draw: () => number, expected: number): number {
  let [sum, squares] = [0, 0];
  for (let trial = 0; trial < trials; trial++) {
    const value = draw();
    sum += value;
    squares += value * value;
  }
  const mean = sum / trials;
  return (mean - expected) / Math.sqrt((squares / trials - mean * mean) / trials);
}

/** Standard normal variables, two at a time (Box and Muller). */
function normals(next: Random): () => number {
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    const [radius, angle] = [Math.sqrt(-2 * Math.log(1 - next())), 2 * Math.PI * next()];
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

interface Case {
  readonly risk: number;
  readonly noise: { readonly rho: number; readonly channelVariance: number };
  readonly normal: () => number;
  readonly next: Random;
}

/** Ten settings for each formula, from wide to none of each kind of noise. */
function cases(name: string): Case[] {
  return Array.from({ length: 10 }, (_, set) => {
    const next = random(name, set);
    const noise = { rho: set % 5 === 0 ? 0 : 0.9 * next(), channelVariance: set % 5 === 1 ? 0 : next() };
    return { risk: 0.2 + 2 * next(), noise, normal: normals(next), next };
  });
}

/** Errors of correlation ρ and variance v: of one common cause and own ones. */
function correlated({ risk, noise, normal }: Case): () => number {
  const common = Math.sqrt(noise.rho * risk) * normal();
  return () => common + Math.sqrt((1 - noise.rho) * risk) * normal();
}

describe("squared errors against numbers that are passed on", () => {
  it("hold for stars, relays, averages and best weights along chains, local and common causes in trees", () => {
    const stars = cases("star").map((one) => {
      const leaves = 1 + Math.floor(12 * one.next());
      return score(
        () => {
          const error = correlated(one);
          let sum = 0;
          for (let i = 0; i < leaves; i++) sum += error() + Math.sqrt(one.noise.channelVariance) * one.normal();
          return (sum / leaves) ** 2;
        },
        starRisk(one.risk, leaves, one.noise),
      );
    });

    const trees = cases("tree").map((one) => {
      const [fanIn, layers] = [2 + Math.floor(3 * one.next()), 1 + Math.floor(3 * one.next())];
      // what siblings share is drawn anew at every node: with probability ρ all have one estimate
      const estimate = (level: number): number => {
        if (level === 0) return Math.sqrt(one.risk) * one.normal();
        const shared = one.next() < one.noise.rho ? estimate(level - 1) : null;
        let sum = 0;
        for (let i = 0; i < fanIn; i++)
          sum += (shared ?? estimate(level - 1)) + Math.sqrt(one.noise.channelVariance) * one.normal();
        return sum / fanIn;
      };
      return score(() => estimate(layers) ** 2, treeRisk(one.risk, layers, fanIn, one.noise));
    });

    const common = cases("common").map((one) => {
      const [fanIn, layers] = [2 + Math.floor(3 * one.next()), 1 + Math.floor(3 * one.next())];
      const estimate = (level: number, error: () => number): number => {
        if (level === 0) return error();
        let sum = 0;
        for (let i = 0; i < fanIn; i++)
          sum += estimate(level - 1, error) + Math.sqrt(one.noise.channelVariance) * one.normal();
        return sum / fanIn;
      };
      const expected = treeRiskWithCommonCause(one.risk, layers, fanIn, one.noise);
      return score(() => estimate(layers, correlated(one)) ** 2, expected);
    });

    const relays = cases("relay").map((one) => {
      const hops = Math.floor(8 * one.next());
      return score(
        () => {
          let message = Math.sqrt(one.risk) * one.normal();
          for (let hop = 0; hop < hops; hop++) message += Math.sqrt(one.noise.channelVariance) * one.normal();
          return message ** 2;
        },
        relayChainRisk(one.risk, hops, one.noise.channelVariance),
      );
    });

    const averages = cases("average").map((one) => {
      const hops = Math.floor(8 * one.next());
      return score(
        () => {
          const error = correlated(one);
          let message = error();
          for (let hop = 1; hop <= hops; hop++)
            message = (hop * (message + Math.sqrt(one.noise.channelVariance) * one.normal()) + error()) / (hop + 1);
          return message ** 2;
        },
        averagingChainRisk(one.risk, hops, one.noise),
      );
    });

    const best = cases("best").map((one) => {
      const hops = Math.floor(8 * one.next());
      const { rho, channelVariance } = one.noise;
      return score(
        () => {
          const error = correlated(one);
          let [message, variance] = [error(), one.risk];
          for (let hop = 0; hop < hops; hop++) {
            // the weight w of the message that minimizes w² u + (1 − w)² v + 2 w (1 − w) c
            const [u, c] = [variance + channelVariance, rho * one.risk];
            const weight = u + one.risk === 2 * c ? 1 : (one.risk - c) / (u + one.risk - 2 * c);
            message = weight * (message + Math.sqrt(channelVariance) * one.normal()) + (1 - weight) * error();
            variance = weight ** 2 * u + (1 - weight) ** 2 * one.risk + 2 * weight * (1 - weight) * c;
          }
          return message ** 2;
        },
        optimalChainRisk(one.risk, hops, one.noise),
      );
    });

    expectChance([...stars, ...trees, ...common, ...relays, ...averages, ...best]);
  });
});

/** P(up first) and the mean number of steps of a ±1 walk, from the law of its place, step by step. */
function walk(p: number, up: number, down: number): { accuracy: number; votes: number } {
  let law = new Float64Array(up + down + 1); // places −down … up
  law[down] = 1;
  let votes = 0;
  let alive = 1;
  while (alive > 1e-15) {
    votes += alive;
    const next = new Float64Array(law.length);
    next[0] = law[0]!;
    next[up + down] = law[up + down]!;
    for (let place = 1; place < up + down; place++) {
      next[place + 1]! += p * law[place]!;
      next[place - 1]! += (1 - p) * law[place]!;
    }
    law = next;
    alive = law.subarray(1, up + down).reduce((sum, probability) => sum + probability, 0);
  }
  return { accuracy: law[up + down]!, votes };
}

describe("sequential votes against the law of their lead", () => {
  const next = random("walks");
  const walks = Array.from({ length: 60 }, () => ({
    p: 0.05 + 0.9 * next(),
    up: 1 + Math.floor(8 * next()),
    down: 1 + Math.floor(8 * next()),
  }));

  it("hold for tests with unequal borders and for leads", () => {
    for (const { p, up, down } of walks) {
      const [test, exact] = [sequentialTestWalk(p, up, down), walk(p, up, down)];
      expect(Math.abs(test.accuracy - exact.accuracy)).toBeLessThan(1e-11);
      expect(Math.abs(test.votes / exact.votes - 1)).toBeLessThan(1e-9);
      const [lead, same] = [aheadByK(p, up), walk(p, up, up)];
      expect(Math.abs(lead.accuracy - same.accuracy)).toBeLessThan(1e-11);
      expect(Math.abs(lead.votes / same.votes - 1)).toBeLessThan(1e-9);
    }
  });

  it("hold for the first side to reach a number of votes", () => {
    for (const { p, up: goal } of walks) {
      // states (right, wrong), from the start
      const law = Array.from({ length: goal + 1 }, () => new Float64Array(goal + 1));
      law[0]![0] = 1;
      let [won, votes] = [0, 0];
      for (let right = 0; right < goal; right++)
        for (let wrong = 0; wrong < goal; wrong++) {
          const here = law[right]![wrong]!;
          votes += here;
          law[right + 1]![wrong]! += here * p;
          law[right]![wrong + 1]! += here * (1 - p);
        }
      for (let wrong = 0; wrong < goal; wrong++) won += law[goal]![wrong]!;
      const race = raceToK(p, goal);
      expect(Math.abs(race.accuracy - won)).toBeLessThan(1e-12);
      expect(Math.abs(race.votes - votes)).toBeLessThan(1e-10);
    }
  });

  it("hold for votes that are one draw, for tasks that differ, and above the bound for many answers", () => {
    const draw = random("sequential");
    const lead = (p: () => number, k: number) => {
      let ahead = 0;
      let asked = 0;
      for (; Math.abs(ahead) < k; asked++) ahead += draw() < p() ? 1 : -1;
      return { right: ahead > 0 ? 1 : 0, asked };
    };
    const once = (p: number) => {
      const same = draw() < p ? 1 : 0;
      return () => same;
    };
    const shared = () => lead(draw() < 0.3 ? once(0.65) : () => 0.65, 3);
    const tasks = () => {
      const p = draw() < 0.25 ? 0.4 : 0.8;
      return lead(() => p, 3);
    };
    const law = aheadByKShared(0.65, 3, 0.3);
    const over = aheadByKOverTasks([0.4, 0.8], 3, [1, 3]);
    expectChance([
      score(() => shared().right, law.accuracy),
      score(() => shared().asked, law.votes),
      score(() => tasks().right, over.accuracy),
      score(() => tasks().asked, over.votes),
    ]);

    const wins = () => {
      const counts = [0, 0, 0, 0];
      for (;;) {
        const u = draw();
        counts[u < 0.5 ? 0 : u < 0.7 ? 1 : u < 0.9 ? 2 : 3]!++;
        const [first, second] = [...counts].sort((a, b) => b - a);
        if (first! - second! >= 3) return counts[0] === first ? 1 : 0;
      }
    };
    expect(score(wins, pluralityAheadBound(0.5, [0.2, 0.2, 0.1], 3))).toBeGreaterThan(0);
  });

  it("hold for a million steps: as many fail, at as many votes, as the law of decomposition says", () => {
    const [steps, p, k] = [1_048_575, 0.99, 3]; // one lead too few for 95 %: errors to count
    expect(leadForSteps(p, steps, 0.95)).toBe(k + 1);
    const { success, cost } = decompositionCost(p, steps, k);
    const draw = random("million");
    const tasks = 10;
    let [failed, asked] = [0, 0];
    for (let step = 0; step < tasks * steps; step++) {
      let ahead = 0;
      while (ahead < k && ahead > -k) {
        ahead += draw() < p ? 1 : -1;
        asked++;
      }
      if (ahead < 0) failed++;
    }
    const expected = -tasks * Math.log(success); // failed steps are rare: Poisson
    expect(expected).toBeGreaterThan(9);
    expect(Math.abs(failed - expected) / Math.sqrt(expected)).toBeLessThan(3);
    const perStep = cost / steps;
    const { votes } = walk(p, k, k);
    expect(perStep).toBeCloseTo(votes, 9);
    expect(Math.abs(asked / (tasks * steps) / perStep - 1)).toBeLessThan(5e-4);
  });
});
