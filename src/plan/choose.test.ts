import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalDeviate, random } from "../theory/random.ts";
import { normalQuantile } from "../theory/special.ts";
import {
  bestOf,
  difference,
  frontierOf,
  optimism,
  probabilityBetter,
  rawWeight,
  type Scored,
  shrinkSingles,
  tasksStillNeeded,
} from "./choose.ts";

const coin = (p: number, tasks: number, seed: number) => {
  const next = random(seed, p);
  return Float64Array.from({ length: tasks }, () => (next() < p ? 1 : 0));
};
const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const scored = (accuracy: Float64Array): Scored => ({ accuracy, score: mean(accuracy), extraVariance: 0 });

const anyTeam = fc.record({
  score: fc.double({ min: 0, max: 1, noNaN: true }),
  price: fc.double({ min: 0, max: 10, noNaN: true }),
  accuracy: fc.constant(Float64Array.of(0, 1)),
  extraVariance: fc.constant(0),
});
const anyTeams = fc.array(anyTeam, { minLength: 1, maxLength: 20 });

describe("shrinkSingles", () => {
  it("draws accuracies together, keeps their order and their mean", () => {
    const right = [0.5, 0.6, 0.9].map((p, i) => coin(p, 60, i));
    const shrunk = shrinkSingles(right);
    const raw = right.map(mean);
    expect(Math.max(...shrunk)).toBeLessThan(Math.max(...raw));
    expect(Math.min(...shrunk)).toBeGreaterThan(Math.min(...raw));
    expect(shrunk[0]! < shrunk[1]! && shrunk[1]! < shrunk[2]!).toBe(true);
  });

  it("leaves one agent, and copies of one agent, as they are", () => {
    const right = coin(0.7, 50, 1);
    expect(shrinkSingles([right])).toEqual([mean(right)]);
    for (const value of shrinkSingles([right, right])) expect(value).toBeCloseTo(mean(right), 12);
  });
});

describe("probabilityBetter", () => {
  it("increases with the gain", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.2, max: 0.2, noNaN: true }),
        fc.double({ min: 0, max: 0.2, noNaN: true }),
        (gain, more) => {
          const error = 0.03;
          expect(probabilityBetter({ gain: gain + more, error })).toBeGreaterThanOrEqual(
            probabilityBetter({ gain, error }),
          );
        },
      ),
    );
  });

  it("is a half for equals, and turns with the question", () => {
    const [a, b] = [scored(coin(0.6, 80, 1)), scored(coin(0.7, 80, 2))];
    expect(probabilityBetter(difference(a, a))).toBeCloseTo(0.5, 12);
    expect(probabilityBetter(difference(a, b)) + probabilityBetter(difference(b, a))).toBeCloseTo(1, 12);
  });
});

describe("tasksStillNeeded", () => {
  it("is nothing once it is settled either way", () => {
    expect(tasksStillNeeded({ gain: 0.1, error: 0.01, deviation: 0.1, tasks: 100 }, 0.9)).toBeNull();
    expect(tasksStillNeeded({ gain: -0.1, error: 0.01, deviation: 0.1, tasks: 100 }, 0.9)).toBeNull();
  });

  it("is when repeated looks would settle it: a tenth of futures lie outside its range, half beyond its median", () => {
    const [gain, deviation, tasks, confidence] = [0.02, 0.4, 100, 0.9];
    const { low, median, high } = tasksStillNeeded(
      { gain, error: deviation / Math.sqrt(tasks), deviation, tasks },
      confidence,
    )!;
    const next = random(1, "futures");
    const futures = 1000;
    const needed = Array.from({ length: futures }, () => {
      const truth = gain + (deviation / Math.sqrt(tasks)) * normalDeviate(next);
      let [sum, count] = [gain * tasks, tasks];
      while (count - tasks <= high) {
        sum += truth + deviation * normalDeviate(next);
        count++;
        if (Math.abs(sum) >= normalQuantile(confidence) * deviation * Math.sqrt(count)) break;
      }
      return count - tasks;
    });
    const share = (of: (tasks: number) => boolean) => needed.filter(of).length / futures;
    expect(share((one) => one < low)).toBeLessThan(0.07);
    expect(share((one) => one > high)).toBeGreaterThan(0.02);
    expect(share((one) => one > high)).toBeLessThan(0.09);
    expect(Math.abs(share((one) => one <= median) - 0.5)).toBeLessThan(0.08); // looks after whole tasks come a little late
    expect(high).toBeGreaterThan(10 * median); // a heavy tail is the message
  });

  it("is the same for a gain and a loss, and less the nearer the line is", () => {
    const at = (gain: number) => tasksStillNeeded({ gain, error: 0.02, deviation: 0.2, tasks: 100 }, 0.9)!;
    expect(at(0.01)).toEqual(at(-0.01));
    expect(at(0.02).median).toBeLessThan(at(0.005).median);
  });
});

describe("difference", () => {
  it("takes off what having been picked is worth", () => {
    const [a, b] = [scored(coin(0.6, 80, 1)), scored(coin(0.7, 80, 2))];
    expect(difference(b, a, 0.01).gain).toBeCloseTo(difference(b, a).gain - 0.01, 12);
    expect(difference(b, a, 0.01).error).toBe(difference(b, a).error);
  });
});

describe("optimism", () => {
  it("is what the best of equals owes to luck: it grows with their number, and copies have none", () => {
    const teams = Array.from({ length: 40 }, (_, i) => scored(coin(0.7, 100, i)));
    const luck = (some: readonly Scored[]) => optimism(some, random(1, "test"));
    expect(luck(teams)).toBeGreaterThan(luck(teams.slice(0, 4)));
    expect(luck(teams)).toBeGreaterThan(0.01);
    expect(Math.abs(luck([teams[0]!, teams[0]!]))).toBeLessThan(0.01);
  });
});

describe("bestOf", () => {
  it("is the cheaper of two that are within 0.1 points", () => {
    const [a, b] = [0.9, 0.9009].map((score, i) => ({
      score,
      price: 1 + i,
      accuracy: new Float64Array(2),
      extraVariance: 0,
    }));
    expect(bestOf([a!, b!])).toBe(a);
    expect(bestOf([a!, { ...b!, score: 0.902 }])?.score).toBe(0.902);
  });

  it("never loses expected accuracy when the budget grows", () => {
    fc.assert(
      fc.property(
        anyTeams,
        fc.double({ min: 0, max: 10, noNaN: true }),
        fc.double({ min: 0, max: 10, noNaN: true }),
        (teams, a, b) => {
          const within = (budget: number) =>
            bestOf(teams.filter(({ price }) => price <= budget))?.score ?? Number.NEGATIVE_INFINITY;
          expect(within(Math.max(a, b))).toBeGreaterThanOrEqual(within(Math.min(a, b)));
        },
      ),
    );
  });
});

describe("frontierOf", () => {
  it("holds no team that a cheaper one beats, and leaves none out that nothing beats", () => {
    fc.assert(
      fc.property(anyTeams, (teams) => {
        const frontier = frontierOf(teams);
        for (const team of teams) {
          const beaten = teams.some(
            (other) => other !== team && other.price <= team.price && other.score >= team.score,
          );
          if (!beaten) expect(frontier).toContain(team);
        }
        frontier.slice(1).forEach((team, i) => {
          expect(team.score).toBeGreaterThan(frontier[i]!.score);
          expect(team.price).toBeGreaterThanOrEqual(frontier[i]!.price);
        });
      }),
    );
  });
});

describe("rawWeight", () => {
  it("believes model and answers alike at 100 tasks", () => {
    expect(rawWeight(100)).toBe(0.5);
  });
});
