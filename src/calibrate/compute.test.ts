import { describe, expect, it } from "vitest";
import type { Attempt } from "../records/attempt.ts";
import { tabulate } from "../records/tabulate.ts";
import { isMeasured } from "../theory/interval.ts";
import { random } from "../theory/random.ts";
import { calibrate } from "./calibrate.ts";
import { calibrateCompute } from "./compute.ts";

type Curve = (x: number) => number;

interface World {
  readonly tasks?: number;
  readonly samples?: number;
  /** Answers are one of so many letters; 0: only right or wrong is recorded. */
  readonly options?: number;
  /** Levels are called so; numbers without. */
  readonly names?: readonly string[];
  /** Dollars of a call at compute x. */
  readonly usd?: (x: number) => number;
}

/** Agents asked the same tasks at levels x; a wrong answer is one of the other letters. */
function recordingsOf(curves: Readonly<Record<string, Curve>>, levels: readonly number[], world: World = {}) {
  const { tasks = 150, samples = 1, options = 0, names, usd } = world;
  const attempts = Object.entries(curves).flatMap(([agent, curve]) => {
    const next = random(1, "compute"); // the same for all: agents with equal curves are twins
    return Array.from({ length: tasks }, (_, task) => {
      const gold = task % Math.max(1, options);
      const shift = 1.2 * (next() - 0.5);
      return levels.flatMap((x, i) =>
        Array.from({ length: samples }, (_, sample): Attempt => {
          const p = curve(x) + shift * curve(x) * (1 - curve(x));
          const knows = next() < p;
          const guess = options > 0 ? Math.floor(next() * options) : -1;
          const answer = knows ? gold : guess;
          return {
            taskId: `t${task}`,
            agent,
            sample,
            level: names?.[i] ?? String(x),
            ...(options > 0
              ? { answer: `${answer}`, gold: `${gold}`, correct: answer === gold ? 1 : 0 }
              : { correct: knows ? 1 : 0 }),
            ...(usd && { costUsd: usd(x) }),
          };
        }),
      );
    }).flat();
  });
  return tabulate(
    {
      name: "levels",
      attempts,
      lines: attempts.length,
      badLines: [],
      sorts: { graded: attempts.length, scored: 0, ungraded: 0, aggregated: 0, relay: 0 },
      disagreements: [],
      sources: [],
    },
    { agents: {}, sources: [] },
  );
}

const slow: Curve = (x) => x / (x + 20);
const early: Curve = (x) => Math.min(0.98, 0.35 * x ** 0.12);

describe("calibrateCompute", () => {
  it("tells a curve by the level's number, and by dollars where calls are priced", () => {
    const recordings = recordingsOf({ slow }, [1, 4, 16, 64], { usd: (x) => 0.001 * x });
    const { levelCurves } = calibrateCompute(calibrate(recordings));
    expect(levelCurves.map(({ axis }) => axis)).toEqual(["level", "usd"]);
    const [byLevel, byPrice] = levelCurves;
    expect(byLevel!.levels.map(({ at }) => at)).toEqual([1, 4, 16, 64]);
    expect(byPrice!.levels.map(({ at }) => Number(at.toFixed(9)))).toEqual([0.001, 0.004, 0.016, 0.064]);
    expect(isMeasured(byLevel!.family)).toBe(true);
    expect(byLevel!.curve.at(-1)!.at).toBeCloseTo(640, 6);
    const far = byLevel!.curve.at(-1)!.accuracy;
    expect(far.low).toBeLessThan(slow(640));
    expect(far.high).toBeGreaterThanOrEqual(slow(640) - 0.02);
  });

  it("puts named levels on the axis of what they cost, and nowhere where nobody knows", () => {
    const named = { names: ["low", "high", "max"] };
    const priced = recordingsOf({ slow }, [1, 4, 16], { ...named, usd: (x) => x });
    expect(calibrateCompute(calibrate(priced)).levelCurves.map(({ axis }) => axis)).toEqual(["usd"]);
    expect(calibrateCompute(calibrate(recordingsOf({ slow }, [1, 4, 16], named))).levelCurves).toEqual([]);
  });

  it("chooses no curve from two levels, and says what would", () => {
    const [curve] = calibrateCompute(calibrate(recordingsOf({ slow }, [1, 4]))).levelCurves;
    expect(curve!.family).toMatchObject({ notMeasured: expect.stringContaining("two levels") });
    expect(curve!.curve.at(-1)!.accuracy.high - curve!.curve.at(-1)!.accuracy.low).toBeGreaterThan(0.2);
  });

  it("finds what a guess is worth in the wrong answers, and takes a stated chance instead", () => {
    const calibration = calibrate(recordingsOf({ slow }, [1, 4, 16], { options: 4, tasks: 600 }));
    const [curve] = calibrateCompute(calibration).levelCurves;
    expect(curve!.chance.from).toBe("guesses");
    expect(Math.abs(curve!.chance.value - 0.25)).toBeLessThan(0.02);
    expect(calibrateCompute(calibration, { chance: 0.2 }).levelCurves[0]!.chance).toEqual({
      value: 0.2,
      from: "stated",
    });
  });

  it("says where two agents change places, who is ahead around it, and where ranking ends", () => {
    const recordings = recordingsOf({ slow, early }, [1, 4, 16, 64, 256], { tasks: 300 });
    const [ranking] = calibrateCompute(calibrate(recordings)).rankings;
    const crossing = ranking!.crossings[0]!;
    expect(crossing.low).toBeLessThan(21); // 21/41 = 0.512, 0.35·21^0.12 = 0.504
    expect(crossing.high).toBeGreaterThan(19);
    expect(ranking!.ranges[0]).toMatchObject({ ahead: "early" });
    const ahead = ranking!.ranges.filter(({ ahead }) => ahead !== null);
    expect(ahead.at(-1)).toMatchObject({ ahead: "slow", to: ranking!.rankedUpTo });
    expect(ranking!.rankedUpTo).toBeLessThanOrEqual(2560 * (1 + 1e-9));
    for (const [i, range] of ranking!.ranges.slice(1).entries()) expect(range.from).toBe(ranking!.ranges[i]!.to);
  });

  it("ranks nobody who answered other tasks, and nobody where it cannot tell", () => {
    const twins = calibrateCompute(calibrate(recordingsOf({ a: slow, b: slow }, [1, 4, 16], { tasks: 60 }))).rankings;
    expect(twins[0]!.rankedUpTo).toBe(null);
    const apart = recordingsOf({ a: slow, b: early }, [1, 4, 16]);
    const half = apart.table.columns.map((column) => {
      const skip = (t: number) => (column.agent === "a") === t < 75;
      return {
        ...column,
        grade: column.grade.map((grade, at) => (skip(taskOf(column.start, at)) ? Number.NaN : grade)),
      };
    });
    const other = calibrate({ ...apart, table: { ...apart.table, columns: half } });
    expect(calibrateCompute(other).rankings).toEqual([]);
  });

  it("tells pass@k of agents with several samples, at equal tasks for every k", () => {
    const recordings = recordingsOf({ slow }, [2], { samples: 16, usd: () => 0.01 });
    const [one] = calibrateCompute(calibrate(recordings)).passAtK;
    expect(one).toMatchObject({ name: "slow~2", samples: 16, tasks: 150 });
    const shares = [...one!.measured, ...one!.forecast].map(({ share }) => share.value);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(one!.measured.map(({ samples }) => samples)).toEqual([1, 2, 4, 8, 16]);
    expect(one!.costUntilHalf.usd).toBeCloseTo(0.01 * one!.samplesUntilHalf.value!, 12);
    expect(one!.costUntilHalf.tokens).toBe(null);
    expect(calibrateCompute(calibrate(recordingsOf({ slow }, [2]))).passAtK).toEqual([]);
  });

  it("gives the same for the same seed", () => {
    const calibration = calibrate(recordingsOf({ slow }, [2, 8], { samples: 6 }));
    expect(calibrateCompute(calibration, { seed: 2 })).toEqual(calibrateCompute(calibration, { seed: 2 }));
  });
});

function taskOf(start: Uint32Array, at: number): number {
  let task = 0;
  while (start[task + 1]! <= at) task++;
  return task;
}
