import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "../../errors.ts";
import { amplification } from "../../theory/level-map.ts";
import { random } from "../../theory/random.ts";
import { combineIntervals, logScale } from "./combine-intervals.ts";
import { correlationAnova } from "./correlation-anova.ts";
import { correlationBetaBinomial } from "./correlation-beta-binomial.ts";
import { correlationCopula } from "./correlation-copula.ts";
import { correlationNested } from "./correlation-nested.ts";
import { correlationFromPairs } from "./correlation-pairs.ts";
import { correlationSharedVote } from "./correlation-shared-vote.ts";
import type { Count } from "./counts.ts";
import { effectiveCorrelation } from "./effective-correlation.ts";
import { studentInterval } from "./estimate.ts";
import { fitFidelityExponential, fitFidelityHill, fitFidelityIsotonic } from "./fidelity.ts";
import { isotonicRegression } from "./isotonic.ts";
import { fitLeafCurve, fitLeafCurveLeastSquares } from "./leaf-curve.ts";
import { pairPhi } from "./pair-phi.ts";
import { panelCorrelation } from "./panel-correlation.ts";
import { bootstrapInterval, jackknifeInterval, taskRows } from "./resample.ts";
import { taskMeanInterval, taskShareInterval } from "./task-mean.ts";

const anyShares = fc.array(fc.constantFrom(0, 0.5, 1), { minLength: 3, maxLength: 40 });
const grades = (text: string) => Float64Array.from(text, Number);

/** Tasks of n votes under the paper's law: shared with probability ρ. */
function sharedVotes(tasks: number, n: number, p: number, rho: number, seed: number): Count[] {
  const next = random(seed, "shared votes");
  return Array.from({ length: tasks }, (): Count => {
    if (next() < rho) return [n, next() < p ? n : 0];
    return [n, Array.from({ length: n }, () => (next() < p ? 1 : 0)).reduce<number>((sum, one) => sum + one, 0)];
  });
}

describe("shares over tasks", () => {
  it("are the textbook Wilson interval for one answer per task, with Student t", () => {
    const { value, low, high } = taskShareInterval(
      Float64Array.from({ length: 1000 }, (_, t) => (t < 700 ? 1 : 0)),
      0.9,
    );
    expect(value).toBeCloseTo(0.7, 12);
    expect(low).toBeCloseTo(0.6756, 3); // Wilson at z = 1.645: 0.6755 … 0.7232
    expect(high).toBeCloseTo(0.7233, 3);
  });

  it("leave room at 0 % and at 100 %", () => {
    const all = taskShareInterval(new Float64Array(20).fill(1), 0.9);
    expect(all.high).toBe(1);
    expect(all.low).toBeGreaterThan(0.8);
    expect(all.low).toBeLessThan(0.95);
  });

  it("lie in [0, 1] and hold their value, and left-out tasks do not count", () => {
    fc.assert(
      fc.property(anyShares, (shares) => {
        const { value, low, high } = taskShareInterval(Float64Array.from(shares), 0.9);
        expect(low).toBeLessThanOrEqual(value + 1e-12);
        expect(high).toBeGreaterThanOrEqual(value - 1e-12);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        const withGaps = Float64Array.from([Number.NaN, ...shares, Number.NaN]);
        expect(taskShareInterval(withGaps, 0.9)).toEqual(taskShareInterval(Float64Array.from(shares), 0.9));
      }),
    );
  });
});

describe("leaving out one task", () => {
  it("gives the standard error of a mean", () => {
    const values = [3, 5, 4, 8, 1, 9];
    const rows = taskRows(values.map((value) => [value, 1]));
    const [mean] = jackknifeInterval(rows, ([sum, tasks]: Float64Array | number[]) => [sum! / tasks!], 0.9);
    const exact = taskMeanInterval(Float64Array.from(values), 0.9);
    expect(mean!.standardError).toBeCloseTo(exact.standardError, 12);
    expect(mean!.low).toBeCloseTo(exact.low, 12);
  });

  it("and drawing tasks anew agree for a smooth statistic, and repeat with their seed", () => {
    const next = random(7, "rows");
    const rows = taskRows(Array.from({ length: 200 }, () => [next() ** 2, next() + 0.5]));
    const ratio = ([a, b]: Float64Array | number[]) => [a! / b!];
    const [jackknife] = jackknifeInterval(rows, ratio, 0.9);
    const [bootstrap] = bootstrapInterval(rows, ratio, { confidence: 0.9, replicates: 2000, seed: 3 });
    expect(bootstrap!.standardError / jackknife!.standardError).toBeGreaterThan(0.9);
    expect(bootstrap!.standardError / jackknife!.standardError).toBeLessThan(1.1);
    expect(bootstrapInterval(rows, ratio, { confidence: 0.9, seed: 3 })).toEqual(
      bootstrapInterval(rows, ratio, { confidence: 0.9, seed: 3 }),
    );
  });

  it("needs two tasks", () => {
    expect(() => jackknifeInterval(taskRows([[1]]), ([sum]: Float64Array | number[]) => [sum!], 0.9)).toThrow(
      DomainError,
    );
  });
});

describe("correlation of two agents", () => {
  it("is the phi coefficient of two error indicators", () => {
    // 3 both right, 1 only x, 2 only y, 4 both wrong: φ = (3·4 − 1·2)/√(4·6·5·5)
    const { phi, tasks } = pairPhi(grades("1111000000"), grades("1110110000"), 0.9);
    expect(tasks).toBe(10);
    expect(phi.value).toBeCloseTo(10 / Math.sqrt(600), 12);
  });

  it("leaves out tasks that one of them lacks, and is symmetric", () => {
    const x = Float64Array.from([1, 0, Number.NaN, 1, 0, 1, 0]);
    const y = Float64Array.from([1, 0, 1, 0, 0, 1, Number.NaN]);
    expect(pairPhi(x, y, 0.9).tasks).toBe(5);
    const back = pairPhi(y, x, 0.9).phi;
    expect(pairPhi(x, y, 0.9).phi.value).toBeCloseTo(back.value, 12);
    expect(pairPhi(x, y, 0.9).phi.standardError).toBeCloseTo(back.standardError, 12);
  });

  it("is not defined where one of them never errs", () => {
    expect(pairPhi(grades("1111"), grades("1010"), 0.9).phi.value).toBeNaN();
  });

  it("has the standard error that leaving out tasks gives, in closed form", () => {
    const next = random(5, "two agents");
    const difficulty = Array.from({ length: 300 }, next);
    const [x, y] = [0, 1].map(() => Float64Array.from(difficulty, (p) => (next() < 0.3 + 0.5 * p ? 1 : 0))) as [
      Float64Array,
      Float64Array,
    ];
    const rows = taskRows(Array.from(x, (one, t) => [1, one, y[t]!, one * y[t]!]));
    const ofSums = ([n, sumX, sumY, both]: Float64Array | number[]) => {
      const [p, q] = [sumX! / n!, sumY! / n!];
      return [(both! / n! - p * q) / Math.sqrt(p * (1 - p) * q * (1 - q))];
    };
    const [left] = jackknifeInterval(rows, ofSums, 0.9);
    const { phi } = pairPhi(x, y, 0.9);
    expect(phi.value).toBeCloseTo(left!.value, 12);
    expect(phi.standardError).toBeCloseTo(Math.hypot(left!.standardError, 0.5 / 300), 3);
  });

  it("becomes, for a panel of two, that of the pair", () => {
    const next = random(6, "panel");
    const difficulty = Array.from({ length: 400 }, next);
    const columns = [0, 1].map(() => Float64Array.from(difficulty, (p) => (next() < p ? 1 : 0)));
    const pair = pairPhi(columns[0]!, columns[1]!, 0.9).phi;
    const panel = panelCorrelation(columns, 0.9);
    expect(panel.value).toBeCloseTo((pair.value * 400) / 399, 10);
    expect(panel.standardError / pair.standardError).toBeCloseTo(1, 1);
  });
});

describe("correlation of votes on one task", () => {
  it("is 1 where every task is unanimous and 0 on average where votes are independent", () => {
    expect(
      correlationFromPairs([
        [4, 4],
        [4, 0],
        [4, 4],
        [4, 0],
      ]),
    ).toBeCloseTo(1, 12);
    const estimates = Array.from({ length: 200 }, (_, seed) => correlationFromPairs(sharedVotes(40, 5, 0.7, 0, seed)));
    expect(estimates.some((rho) => rho < 0)).toBe(true); // noise is kept, not clipped
    expect(estimates.reduce((sum, rho) => sum + rho, 0) / 200).toBeCloseTo(0, 2);
  });

  it("is found by pairs, by analysis of variance and by EM alike under the paper's law", () => {
    const counts = sharedVotes(20_000, 5, 0.65, 0.2, 11);
    expect(Math.abs(correlationFromPairs(counts) - 0.2)).toBeLessThan(0.015);
    expect(correlationAnova(counts)).toBeCloseTo(correlationFromPairs(counts), 3);
    expect(Math.abs(correlationSharedVote(counts).rho - 0.2)).toBeLessThan(0.015);
  });

  it("splits so that 1 − ρ_total = (1 − ρ_task)(1 − ρ_within), always", () => {
    const anyGroups = fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)), { minLength: 3, maxLength: 30 });
    fc.assert(
      fc.property(anyGroups, (tasks) => {
        const { total, task, within } = correlationNested(tasks.map((right) => right.map((k): Count => [3, k])));
        fc.pre(Number.isFinite(total) && Number.isFinite(within));
        expect((1 - task) * (1 - within)).toBeCloseTo(1 - total, 9);
      }),
    );
  });

  it("at a fan-in, is the paper's ρ where the paper's law holds, whatever pairs say under another", () => {
    const { low, high } = effectiveCorrelation(sharedVotes(4000, 5, 0.65, 0.2, 12), 5, 0.99);
    expect(low).toBeLessThan(0.2);
    expect(high).toBeGreaterThan(0.2);
    expect(high - low).toBeLessThan(0.2);
  });

  it.each<(counts: readonly Count[]) => unknown>([
    correlationFromPairs,
    correlationAnova,
    correlationBetaBinomial,
    correlationSharedVote,
    correlationCopula,
  ])("refuses one task, and tasks of one vote (%o)", (estimate) => {
    expect(() => estimate([[3, 1]])).toThrow(DomainError);
    expect(() =>
      estimate([
        [1, 1],
        [1, 0],
      ]),
    ).toThrow(DomainError);
  });

  it.each<(counts: readonly Count[]) => unknown>([
    correlationFromPairs,
    correlationAnova,
    correlationBetaBinomial,
    correlationSharedVote,
    correlationCopula,
    (counts) => correlationNested([counts, counts]),
  ])("refuses counts that are none (%o)", (estimate) => {
    const count = fc.constantFrom<Count>([5, 6], [5, -1], [0, 0], [2.5, 1], [-3, -2], [5, Number.NaN]);
    fc.assert(
      fc.property(count, (wrong) => {
        expect(() => estimate([[5, 2], wrong, [4, 1]])).toThrow(DomainError);
      }),
    );
  });
});

describe("curves", () => {
  const levels = [50, 200, 800, 3200];
  const expected = (k: number, beta: number) =>
    levels.map((at) => ({ at, answers: 1000, right: 1000 * (0.5 + 0.5 * Math.min(1, k * at ** beta)) }));

  it("come back from their own expectations", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.02, max: 0.2, noNaN: true }),
        fc.double({ min: 0.05, max: 0.19, noNaN: true }),
        (k, beta) => {
          const fit = fitLeafCurve(expected(k, beta));
          expect(fit.k).toBeCloseTo(k, 5);
          expect(fit.beta).toBeCloseTo(beta, 5);
          expect(fitLeafCurveLeastSquares(expected(k, beta)).beta).toBeCloseTo(beta, 9);
        },
      ),
    );
    const lengths = [10, 30, 90, 270];
    const relayed = (gamma: (m: number) => number) =>
      lengths.map((at) => ({ at, answers: 1000, right: 1000 * (0.25 + 0.75 * gamma(at)) }));
    const exponential = fitFidelityExponential(
      relayed((m) => -Math.expm1(-((m / 60) ** 1.3))),
      { options: 4 },
    );
    expect(exponential.m0).toBeCloseTo(60, 4);
    expect(exponential.shape).toBeCloseTo(1.3, 5);
    const hill = fitFidelityHill(
      relayed((m) => 1 / (1 + (40 / m) ** 0.8)),
      { options: 4 },
    );
    expect(hill.m0).toBeCloseTo(40, 4);
    expect(hill.shape).toBeCloseTo(0.8, 5);
    const top = fitFidelityExponential(
      relayed((m) => -0.8 * Math.expm1(-m / 60)),
      { options: 4, fitGmax: true },
    );
    expect(top.gmax).toBeCloseTo(0.8, 5);
  });

  it("without any signal have no exponent", () => {
    const fit = fitLeafCurve(levels.map((at) => ({ at, answers: 100, right: 40 })));
    expect(fit.k).toBe(0);
    expect(fit.beta).toBeNaN();
  });

  it("need two different settings", () => {
    expect(() => fitLeafCurve([{ at: 100, answers: 10, right: 7 }])).toThrow(DomainError);
    expect(() =>
      fitFidelityExponential([
        { at: 10, answers: 10, right: 7 },
        { at: 20, answers: 0, right: 0 },
      ]),
    ).toThrow(DomainError);
  });

  it("refuse what is no count, no length and no number", () => {
    const [short, long] = [
      { at: 10, answers: 10, right: 7 },
      { at: 20, answers: 10, right: 8 },
    ];
    for (const answers of [Number.POSITIVE_INFINITY, Number.NaN, 1e300, -1, 8.5]) {
      expect(() => fitLeafCurve([short, { ...long, answers }])).toThrow(DomainError);
      expect(() => fitLeafCurveLeastSquares([short, { ...long, answers }])).toThrow(DomainError);
    }
    expect(() => fitLeafCurveLeastSquares([short, { ...long, right: 11 }])).toThrow(DomainError);
    expect(() => fitFidelityIsotonic([short, { ...long, at: Number.NaN }])).toThrow(DomainError);
    expect(() => isotonicRegression([1, Number.NaN], [1, 1])).toThrow(DomainError);
  });

  it("know that tasks answered at every level are not independent answers", () => {
    // every task is right at all levels or wrong at all: β is then sharper than independent answers would have it
    const next = random(8, "levels");
    const perTask = taskRows(
      Array.from({ length: 500 }, () => {
        const u = next();
        return levels.flatMap((at) => [1, u < 0.5 + 0.1 * at ** 0.1 ? 1 : 0]);
      }),
    );
    const points = levels.map((at, i) => {
      let right = 0;
      for (let row = 2 * i + 1; row < perTask.values.length; row += perTask.width) right += perTask.values[row]!;
      return { at, answers: 500, right };
    });
    expect(fitLeafCurve(points, { perTask }).standardErrorBeta).toBeLessThan(
      0.7 * fitLeafCurve(points).standardErrorBeta,
    );
  });
});

describe("isotonic regression", () => {
  it("never falls, keeps the weighted mean, and leaves a rising sequence alone", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 1, max: 5 })), { minLength: 1 }),
        (pairs) => {
          const values = pairs.map(([value]) => value);
          const weights = pairs.map(([, weight]) => weight);
          const fitted = isotonicRegression(values, weights);
          for (let i = 1; i < fitted.length; i++) expect(fitted[i]!).toBeGreaterThanOrEqual(fitted[i - 1]!);
          const total = (sequence: readonly number[]) =>
            sequence.reduce((sum, value, i) => sum + value * weights[i]!, 0);
          expect(total(fitted)).toBeCloseTo(total(values), 6);
          const rising = [...values].sort((a, b) => a - b);
          expect(isotonicRegression(rising, weights)).toEqual(rising);
        },
      ),
    );
  });

  it("clips a fidelity to [0, 1]", () => {
    const fit = fitFidelityIsotonic([
      { at: 5, answers: 10, right: 2 },
      { at: 50, answers: 10, right: 10 },
    ]);
    expect(fit.map(({ fidelity }) => fidelity)).toEqual([0, 1]);
  });
});

describe("combined intervals", () => {
  const around = (value: number, error: number) => studentInterval(value, error, 1000, 0.9);

  it("of a sum add in squares", () => {
    const { value, low, high } = combineIntervals([around(3, 0.3), around(5, 0.4)], (a, b) => a! + b!);
    expect(value).toBe(8);
    expect(high - value).toBeCloseTo(around(0, 0.5).high, 9);
    expect(value - low).toBeCloseTo(around(0, 0.5).high, 9);
  });

  it("of an amplification are what derivatives give, where errors are small", () => {
    const [gamma, rho] = [around(0.8, 0.001), around(0.1, 0.002)];
    const alpha = (g: number, r: number) => amplification({ fanIn: 5, fidelity: g, rho: r });
    const { low, high } = combineIntervals([gamma, rho], alpha, logScale);
    const slope = Math.hypot((alpha(0.8, 0.1) / 0.8) * 0.001, 0.8 * (1.875 - 1) * 0.002);
    expect(high - low).toBeCloseTo(2 * slope * around(0, 1).high, 5);
  });
});
