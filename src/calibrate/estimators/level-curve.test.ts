import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "../../errors.ts";
import { random } from "../../theory/random.ts";
import type { CurvePoint } from "./binomial-curve.ts";
import { guessShare } from "./guess-share.ts";
import { fitLeafCurve } from "./leaf-curve.ts";
import {
  fitLevelCurve,
  fitLevelModel,
  forecastLevel,
  levelCurveAt,
  levelDifference,
  levelValue,
} from "./level-curve.ts";
import type { TaskRows } from "./resample.ts";

/** Answers of tasks of unequal difficulty at these levels: p of a task is the curve's, moved up or down. */
function recorded(
  levels: readonly number[],
  curve: (x: number) => number,
  { tasks = 200, samples = 3, seed = 1 } = {},
): { points: readonly CurvePoint[]; perTask: TaskRows } {
  const next = random(seed, "levels");
  const width = 2 * levels.length;
  const values = new Float64Array(tasks * width);
  for (let task = 0; task < tasks; task++) {
    const shift = 1.2 * (next() - 0.5);
    levels.forEach((x, i) => {
      const p = curve(x) + shift * curve(x) * (1 - curve(x));
      values[task * width + 2 * i] = samples;
      for (let sample = 0; sample < samples; sample++) values[task * width + 2 * i + 1]! += Number(next() < p);
    });
  }
  return { points: sumsOf({ width, values }, levels), perTask: { width, values } };
}

function sumsOf({ width, values }: TaskRows, levels: readonly number[]): CurvePoint[] {
  return levels.map((at, i) => {
    let [answers, right] = [0, 0];
    for (let row = 0; row < values.length; row += width) {
      answers += values[row + 2 * i]!;
      right += values[row + 2 * i + 1]!;
    }
    return { at, answers, right };
  });
}

/** Two tasks with the same, nearly endless answers: the curve's own shares. */
function exact(levels: readonly number[], curve: (x: number) => number) {
  const row = levels.flatMap((x) => [1e6, 1e6 * curve(x)]);
  const perTask = { width: row.length, values: Float64Array.from([...row, ...row]) };
  return { points: sumsOf(perTask, levels), perTask };
}

const levels = [1, 2, 4, 8, 16, 32];
const shapes = {
  log: (x: number) => 0.2 + 0.1 * Math.log(x),
  power: (x: number) => 0.2 * x ** 0.3,
  saturating: (x: number) => 0.7 * (1 - Math.exp(-x / 6)),
  hill: (x: number) => x ** 0.8 / (x ** 0.8 + 9),
  capped: (x: number) => 0.6 * (1 - Math.exp(-((x / 5) ** 0.5))),
  broken: (x: number) => 0.1 * x ** 0.6 * (1 + x / 6) ** -0.4,
} as const;

describe("a curve of right answers over levels", () => {
  it.each(Object.entries(shapes))("finds a %s back, far beyond its levels", (family, curve) => {
    const { points, perTask } = exact(levels, curve);
    const fit = fitLevelCurve(family as keyof typeof shapes, points, { perTask })!;
    for (const x of [1, 5, 32, 200]) expect(levelCurveAt(fit, x).share).toBeCloseTo(Math.min(1, curve(x)), 3);
  });

  it("is the leaf curve of the theory where chance is one half and the family a power", () => {
    const { points, perTask } = recorded([100, 300, 1000], (x) => 0.5 + 0.02 * x ** 0.45);
    const fit = fitLevelCurve("power", points, { chance: 0.5, perTask })!;
    const { k, beta, standardErrorBeta } = fitLeafCurve(points, { chance: 0.5, perTask });
    expect(fit.parameters[1]).toBeCloseTo(beta, 6);
    expect(levelCurveAt(fit, 500).share).toBeCloseTo(0.5 + 0.5 * k * 500 ** beta, 8);
    const tasks = perTask.values.length / perTask.width;
    let squares = 0;
    for (let task = 0; task < tasks; task++) squares += fit.influence.values[2 * task + 1]! ** 2;
    expect(Math.sqrt((squares * tasks) / (tasks - 1))).toBeCloseTo(standardErrorBeta, 6);
  });

  it("does not depend on the unit of compute", () => {
    const { points, perTask } = recorded([1, 2, 4, 8], shapes.hill);
    const other = points.map((point) => ({ ...point, at: 1000 * point.at }));
    const [one, scaled] = [fitLevelModel(points, { perTask }), fitLevelModel(other, { perTask })];
    expect(scaled.chosen).toBe(one.chosen);
    expect(forecastLevel(scaled, 40_000, 0.9).value).toBeCloseTo(forecastLevel(one, 40, 0.9).value, 6);
  });

  it("asks for as many levels as it has to: a cap takes four, a break five", () => {
    const { points, perTask } = recorded([1, 2, 4], shapes.capped);
    expect(fitLevelCurve("capped", points, { perTask })).toBeUndefined();
    const four = recorded([1, 2, 4, 8], shapes.broken);
    expect(fitLevelCurve("broken", four.points, four)).toBeUndefined();
    expect(() => fitLevelCurve("power", points.slice(0, 1), { perTask })).toThrow(DomainError);
  });
});

describe("a forecast beyond the largest level", () => {
  it("chooses nothing with two levels, and spreads over all families", () => {
    const { points, perTask } = recorded([1, 4], shapes.hill);
    const model = fitLevelModel(points, { perTask });
    expect(model).toMatchObject({ chosen: null, heldOut: [], origins: 0 });
    const { low, high } = forecastLevel(model, 40, 0.9);
    for (const { fit } of model.fits) {
      expect(levelCurveAt(fit, 40).share).toBeGreaterThan(low - 0.05);
      expect(levelCurveAt(fit, 40).share).toBeLessThan(high + 0.05);
    }
  });

  it("runs through what was measured, and joins it without a step", () => {
    const { points, perTask } = recorded(levels, shapes.hill, { tasks: 40 });
    const model = fitLevelModel(points, { perTask });
    for (const { at, right, answers } of points) expect(levelValue(model, at).share).toBeCloseTo(right / answers, 9);
    expect(levelValue(model, 32.001).share).toBeCloseTo(levelValue(model, 32).share, 4);
    expect(levelValue(model, 32).spread).toBeLessThan(1e-12);
    expect(levelValue(model, 6).share).toBeGreaterThan(levelValue(model, 4).share);
  });

  it("widens without a step, too, up to the whole misfit as far ahead as held-out levels were", () => {
    const { points, perTask } = recorded(levels, shapes.hill, { tasks: 40 });
    const model = { ...fitLevelModel(points, { perTask }), misfit: 0.04 };
    expect(model.misfitStep).toBeCloseTo(Math.log(2), 12);
    expect(levelValue(model, 32.001).spread).toBeLessThan(1e-4);
    expect(levelValue(model, 32 * Math.SQRT2).spread).toBeCloseTo(0.02, 9);
    expect(levelValue(model, 64.001).spread).toBeCloseTo(0.04, 9);
  });

  it("stays near a plateau, and its interval holds it", () => {
    const { points, perTask } = exact([1, 2, 3, 4, 5, 6], (x) => [0.3, 0.45, 0.52, 0.52, 0.52, 0.52][x - 1]!);
    const model = fitLevelModel(points, { perTask });
    const { value, low, high } = forecastLevel(model, 20, 0.9);
    expect(Math.abs(value - 0.52)).toBeLessThan(0.05);
    expect(low).toBeLessThan(0.52);
    expect(high).toBeGreaterThan(0.52);
  });

  it("grows wider with the distance, and is wider than its tasks alone would make it", () => {
    const { points, perTask } = recorded(levels.slice(0, 4), shapes.hill);
    const model = fitLevelModel(points, { perTask });
    const width = (at: number) => forecastLevel(model, at, 0.9).standardError;
    expect(width(80)).toBeGreaterThan(width(8));
    const alone = Math.sqrt(levelValue(model, 80).influence.reduce((sum, value) => sum + value * value, 0));
    expect(width(80)).toBeGreaterThan(alone);
  });

  it("holds the truth at the next level about nine times in ten", () => {
    let inside = 0;
    const rounds = 60;
    const curves = Object.values(shapes);
    for (let seed = 1; seed <= rounds; seed++) {
      const curve = curves[seed % curves.length]!;
      const { points, perTask } = recorded(levels.slice(0, 5), curve, { seed, tasks: 120 });
      const { low, high } = forecastLevel(fitLevelModel(points, { perTask }), 32, 0.9);
      if (low <= curve(32) && curve(32) <= high) inside++;
    }
    expect(inside / rounds).toBeGreaterThanOrEqual(0.8); // 0.92 over 360 seeds
  });

  it("differs from itself by nothing, without doubt, and from another as that one from it", () => {
    const a = fitLevelModel(recorded([1, 2, 4], shapes.hill).points, recorded([1, 2, 4], shapes.hill));
    const b = fitLevelModel(recorded([1, 2, 4], shapes.power, { seed: 2 }).points, recorded([1, 2, 4], shapes.power));
    expect(levelDifference(a, a, 4, 0.9).value).toBe(0);
    const [one, other] = [levelDifference(a, b, 8, 0.9), levelDifference(b, a, 8, 0.9)];
    expect(one.value).toBeCloseTo(-other.value, 12);
    expect(one.standardError).toBeCloseTo(other.standardError, 12);
  });
});

describe("what a guess is worth", () => {
  const counts = (entries: Readonly<Record<number, number>>) =>
    new Map<number | undefined, number>(Object.entries(entries).map(([answer, count]) => [Number(answer), count]));

  it("is a quarter where four options are guessed evenly, however often each is right", () => {
    // guesses hit every option alike: option o is wrong on all tasks but its own
    const asked = counts({ 0: 40, 1: 20, 2: 20, 3: 20 });
    const wrong = counts({ 0: 15, 1: 20, 2: 20, 3: 20 });
    expect(guessShare(wrong, asked)).toEqual({ share: 0.25, options: 4 });
  });

  it("is as often right as the favorite is, where all guess the favorite", () => {
    expect(guessShare(counts({ 7: 70 }), counts({ 7: 30, 8: 70 }))).toEqual({ share: 0.3, options: 1 });
  });

  it("is 0 where wrong answers are right nowhere, or no answers at all", () => {
    expect(guessShare(counts({ 5: 3, 6: 1 }), counts({ 1: 10, 2: 10 })).share).toBe(0);
    expect(guessShare(new Map([[undefined, 5]]), counts({ 1: 10 })).share).toBe(0);
    expect(guessShare(new Map(), counts({ 1: 10 }))).toEqual({ share: 0, options: 0 });
  });

  it("is a share, whatever is counted", () => {
    const anyCounts = fc.dictionary(fc.constantFrom("0", "1", "2", "3"), fc.integer({ min: 1, max: 50 }), {
      minKeys: 1,
    });
    fc.assert(
      fc.property(anyCounts, anyCounts, (wrong, asked) => {
        const { share } = guessShare(counts(wrong), counts(asked));
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }),
    );
  });
});
