import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { communicationCost, teamThreshold } from "./budget.ts";
import { criticalCorrelation, criticalFanIn, criticalFidelity } from "./critical.ts";
import { treeAccuracyBeta } from "./difficulty.ts";
import { fidelityExponential } from "./fidelity.ts";
import { fixedPoint } from "./fixed-point.ts";
import { amplification } from "./level-map.ts";
import { majoritySlope } from "./majority.ts";
import {
  MissingParameter,
  type PhaseAxis,
  PhaseAxisError,
  type PhaseParameter,
  type PhaseProblem,
  phaseAxisValues,
  phaseGrid,
  phaseParameters,
  phaseSolver,
  phases,
} from "./phase.ts";
import { treeBias } from "./tree.ts";

const axes: Readonly<Record<PhaseParameter, PhaseAxis>> = {
  rho: { parameter: "rho", from: 0, to: 1, steps: 13 },
  gamma: { parameter: "gamma", from: 0.2, to: 1, steps: 11 },
  fanIn: { parameter: "fanIn", from: 3, to: 25, steps: 12 },
  messageTokens: { parameter: "messageTokens", from: 4, to: 256, steps: 14, log: true },
  contextTokens: { parameter: "contextTokens", from: 50, to: 5000, steps: 9, log: true },
  budget: { parameter: "budget", from: 1000, to: 1e7, steps: 12, log: true },
  accuracy: { parameter: "accuracy", from: 0.5, to: 0.98, steps: 10 },
};
const values = { rho: 0.15, fanIn: 5, messageTokens: 64, contextTokens: 900, budget: 50_000, accuracy: 0.6 };
const fidelity = (messageTokens: number) => fidelityExponential(messageTokens, { lengthScale: 50 });
const growth = { beta: 0.2, compute: 200 };
const pairs = phaseParameters.flatMap((x, i) => phaseParameters.slice(i + 1).map((y) => [x, y] as const));

function without<T extends object>(all: T, ...names: string[]): Partial<T> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name))) as Partial<T>;
}
const problemOf = (x: PhaseParameter, y: PhaseParameter): PhaseProblem => ({
  ...{ x: axes[x], y: axes[y], layers: 3, values: without(values, x, y) },
  ...{ fidelity, leaf: growth },
});

describe("phaseGrid", () => {
  it("has 21 pairs of parameters", () => expect(pairs).toHaveLength(21));

  it.each(pairs)("is the exact recursion at equal money at every point over %s and %s", (x, y) => {
    const grid = phaseGrid(problemOf(x, y));
    let index = 0;
    for (const yValue of grid.y)
      for (const xValue of grid.x) {
        const at = { ...values, gamma: undefined as number | undefined, [x]: xValue, [y]: yValue };
        const aggregation = { fanIn: at.fanIn, fidelity: at.gamma ?? fidelity(at.messageTokens), rho: at.rho };
        const communication = communicationCost(at.fanIn, 3, at.messageTokens);
        const bias = (compute: number) =>
          Math.min(1, (2 * at.accuracy - 1) * (compute / growth.compute) ** growth.beta);
        const team = treeBias(bias(Math.max(0, (at.budget - communication) / at.fanIn ** 3)), 3, aggregation);
        const single = bias(at.budget);
        expect(Math.abs(grid.accuracy[index]! - (1 + team) / 2)).toBeLessThan(1e-12);
        expect(Math.abs(grid.single[index]! - (1 + single) / 2)).toBeLessThan(1e-12);
        expect(Math.abs(grid.alpha[index]! - amplification(aggregation))).toBeLessThan(1e-12);
        const fits = at.fanIn * at.messageTokens <= at.contextTokens && communication < at.budget;
        const code = !fits ? 0 : grid.alpha[index]! <= 1 ? 1 : grid.accuracy[index]! > grid.single[index]! ? 3 : 2;
        expect(phases[grid.phase[index]!]).toBe(phases[code]);
        expect(grid.windowRoom[index]! >= 0 && grid.budgetRoom[index]! > 0).toBe(fits);
        index++;
      }
  });

  it("compares with one leaf where no money is stated, also below one half", () => {
    const anyProblem = fc.record({
      accuracy: fc.double({ min: 0, max: 1, noNaN: true }),
      fanIn: fc.integer({ min: 1, max: 40 }),
      layers: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(anyProblem, ({ accuracy, fanIn, layers }) => {
        const grid = phaseGrid({ x: axes.rho, y: axes.gamma, layers, values: { accuracy, fanIn } });
        for (const [index, single] of grid.single.entries()) {
          const aggregation = { fanIn, fidelity: grid.y[Math.floor(index / 13)]!, rho: grid.x[index % 13]! };
          expect(single).toBeCloseTo(accuracy, 12);
          expect(2 * grid.accuracy[index]! - 1).toBeCloseTo(treeBias(2 * accuracy - 1, layers, aggregation), 12);
          expect(grid.windowRoom[index]).toBe(Number.POSITIVE_INFINITY);
          expect(grid.budgetRoom[index]).toBe(Number.POSITIVE_INFINITY);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("averages the tree over tasks of Beta difficulty, whichever axis changes the leaf", () => {
    for (const [x, y] of [
      ["rho", "gamma"],
      ["accuracy", "rho"],
      ["gamma", "accuracy"],
    ] as const) {
      const grid = phaseGrid({
        ...{ x: { ...axes[x], steps: 4 }, y: { ...axes[y], steps: 3 }, layers: 2, rhoTask: 0.2 },
        values: without({ rho: 0.1, gamma: 0.8, accuracy: 0.65, fanIn: 3 }, x, y),
      });
      for (const [index, accuracy] of grid.accuracy.entries()) {
        const at = { rho: 0.1, gamma: 0.8, accuracy: 0.65, [x]: grid.x[index % 4], [y]: grid.y[Math.floor(index / 4)] };
        const aggregation = { fanIn: 3, fidelity: at.gamma, rho: at.rho };
        expect(accuracy).toBeCloseTo(treeAccuracyBeta(at.accuracy, 0.2, 2, aggregation), 12);
      }
    }
  });

  it("buys nothing where an agent has no signal: below one half more money leaves it as it is", () => {
    const at = phaseSolver(problemOf("accuracy", "budget"));
    for (const accuracy of [0, 0.3, 0.5]) expect(at(accuracy, 1e6).single).toBeCloseTo(accuracy, 12);
    expect(at(0.3, 1e6)).toMatchObject({ phase: "amplifies, one agent is better" });
    expect(at(0.3, 1e6).accuracy).toBeLessThan(0.3);
  });

  it("leaves a coin a coin, however tasks differ", () => {
    const coin = phaseSolver({ ...problemOf("rho", "gamma"), rhoTask: 0.3, values: { ...values, accuracy: 0.5 } })(
      0,
      1,
    );
    expect(coin).toMatchObject({ accuracy: 0.5, single: 0.5, phase: "amplifies, one agent is better" });
  });

  it("is symmetric: swapped axes give the transposed grid, bit for bit", () => {
    const grid = phaseGrid(problemOf("fanIn", "budget"));
    const turned = phaseGrid({ ...problemOf("fanIn", "budget"), x: axes.budget, y: axes.fanIn });
    for (let j = 0; j < grid.y.length; j++)
      for (let i = 0; i < grid.x.length; i++)
        for (const field of ["accuracy", "single", "alpha", "windowRoom", "budgetRoom", "phase"] as const)
          expect(grid[field][j * grid.x.length + i]).toBe(turned[field][i * grid.y.length + j]);
  });

  it("takes messages that say nothing for a collapse, and fan-ins of any size", () => {
    const silent = phaseGrid({
      ...problemOf("messageTokens", "rho"),
      x: { parameter: "messageTokens", from: 0, to: 64, steps: 3 },
    });
    expect(silent.accuracy[0]).toBe(0.5);
    expect(phases[silent.phase[0]!]).toBe("collapses");
    const wide = phaseSolver({ ...problemOf("rho", "gamma"), values: { fanIn: 10_001, accuracy: 0.51 } });
    expect(wide(0, 1).accuracy).toBe(1);
  });
});

describe("phases flip where the theory says", () => {
  const line = (problem: PhaseProblem, y: number) => (x: number) => phaseSolver(problem)(x, y).phase;
  const weak = { fanIn: 5, accuracy: 0.5 + 1e-7 };

  it("at the critical correlation and fidelity, to 1e-9", () => {
    const of = line({ x: axes.rho, y: axes.gamma, layers: 3, values: weak }, 0.8);
    const critical = criticalCorrelation(5, 0.8)!;
    expect([of(critical - 1e-9), of(critical + 1e-9)]).toEqual(["team is better", "collapses"]);
    const along = line({ x: axes.gamma, y: axes.rho, layers: 3, values: weak }, 0.3);
    const least = criticalFidelity(5, 0.3);
    expect([along(least - 1e-9), along(least + 1e-9)]).toEqual(["collapses", "team is better"]);
  });

  it("at the critical fan-in", () => {
    const of = line({ x: axes.fanIn, y: axes.gamma, layers: 2, values: { rho: 0.3, accuracy: 0.5 + 1e-9 } }, 0.62);
    const critical = criticalFanIn(0.62, 0.3)!;
    expect(critical).toBeGreaterThan(3);
    expect([of(critical - 2), of(critical)]).toEqual(["collapses", "team is better"]);
  });

  it("at the fixed point: above it a layer takes accuracy away", () => {
    const aggregation = { fanIn: 5, fidelity: 0.75, rho: 0.1 };
    const of = line({ x: axes.accuracy, y: axes.gamma, layers: 1, values: { rho: 0.1, fanIn: 5 } }, 0.75);
    const ceiling = (1 + fixedPoint(aggregation)) / 2;
    expect([of(ceiling - 1e-9), of(ceiling + 1e-9)]).toEqual(["team is better", "amplifies, one agent is better"]);
  });

  it.each([1, 2, 3])("at s = β for weak signals and free messages, %i layers", (layers) => {
    const beta = 0.2;
    const gamma = 0.9;
    const free: PhaseProblem = {
      ...{ x: axes.rho, y: axes.gamma, layers, leaf: { scale: 1e-7, beta } },
      values: { fanIn: 5, messageTokens: 0, budget: 1e5 },
    };
    const slope = majoritySlope(5);
    const even = (gamma * slope - 5 ** beta) / (gamma * (slope - 1)); // α = b^β
    const of = line(free, gamma);
    expect([of(even - 1e-8), of(even + 1e-8)]).toEqual(["team is better", "amplifies, one agent is better"]);
  });

  it.each([1, 2, 3])("at B_L, the budget from which %i layers of weak signals pay", (layers) => {
    const [beta, messageTokens] = [0.15, 40];
    const problem: PhaseProblem = {
      ...{ x: axes.budget, y: axes.gamma, layers, leaf: { scale: 1e-7, beta } },
      values: { fanIn: 3, rho: 0.1, messageTokens },
    };
    const alpha = amplification({ fanIn: 3, fidelity: 0.95, rho: 0.1 });
    const threshold = teamThreshold(layers, { fanIn: 3, alpha, beta }, communicationCost(3, layers, messageTokens));
    const of = line(problem, 0.95);
    expect(of(communicationCost(3, layers, messageTokens))).toBe("does not fit");
    expect([of(threshold * (1 - 1e-6)), of(threshold * (1 + 1e-6))]).toEqual([
      "amplifies, one agent is better",
      "team is better",
    ]);
  });

  it("at W = b m, which still fits", () => {
    const of = line({ x: axes.contextTokens, y: axes.rho, layers: 2, fidelity, values: without(values, "budget") }, 0);
    expect([of(5 * 64 - 1), of(5 * 64)]).toEqual(["does not fit", "team is better"]);
    const beside = line(
      {
        x: axes.contextTokens,
        y: axes.rho,
        layers: 2,
        fidelity,
        values: without(values, "budget"),
        reserveTokens: 150,
      },
      0,
    );
    expect([beside(5 * 64 + 149), beside(5 * 64 + 150)]).toEqual(["does not fit", "team is better"]);
  });
});

describe("axes", () => {
  const rho = axes.rho;
  it("end where they should, in equal steps or ratios; fan-ins are odd", () => {
    expect([...phaseAxisValues({ ...rho, to: 0.6, steps: 4 })]).toEqual([
      0, 0.19999999999999998, 0.39999999999999997, 0.6,
    ]);
    const ratios = phaseAxisValues({ parameter: "budget", from: 10, to: 1000, steps: 3, log: true });
    expect(ratios[1]).toBeCloseTo(100, 9);
    expect([...phaseAxisValues({ parameter: "fanIn", from: 2, to: 12, steps: 200 })]).toEqual([3, 5, 7, 9, 11]);
  });

  it.each([
    { ...rho, from: 0.5, to: 0.5 },
    { ...rho, steps: 1 },
    { ...rho, steps: 1001 },
    { ...rho, steps: 2.5 },
    { parameter: "budget", from: 1, to: 1e9, steps: 1e9 } as const,
    { ...rho, log: true },
    { parameter: "fanIn", from: 3, to: 4, steps: 10 } as const,
  ])("are refused with what is wrong: %o", (axis) => expect(() => phaseAxisValues(axis)).toThrow(PhaseAxisError));

  it("stay in the domain, and the message names parameter and value", () => {
    expect(() => phaseAxisValues({ ...rho, from: -0.1 })).toThrow(/rho = -0.1/);
    expect(() => phaseAxisValues({ ...axes.gamma, from: 0 })).toThrow(/gamma = 0/);
    expect(() => phaseAxisValues({ ...axes.budget, to: Number.POSITIVE_INFINITY })).toThrow(/budget/);
    expect(() => phaseGrid({ ...problemOf("rho", "gamma"), values: { ...values, fanIn: 4.5 } })).toThrow(/fanIn = 4.5/);
  });

  it("cannot be the same parameter twice", () =>
    expect(() => phaseGrid({ ...problemOf("rho", "gamma"), y: rho })).toThrow(PhaseAxisError));
});

describe("what is missing is named", () => {
  const base = problemOf("rho", "gamma");
  it.each([
    ["fanIn", { ...base, values: without(values, "fanIn") }],
    ["rho", { ...problemOf("gamma", "budget"), values: without(values, "rho") }],
    ["accuracy", { ...base, values: without(values, "accuracy") }],
    ["leaf", without(base, "leaf")],
    ["messageTokens", { ...base, values: without(values, "messageTokens") }],
    ["gamma", without(problemOf("rho", "budget"), "fidelity")],
    ["leaf.compute", { ...base, leaf: { scale: 0.1, beta: 0.2 } }],
    ["contextTokens", { ...problemOf("gamma", "messageTokens"), values: { fanIn: 3, rho: 0, accuracy: 0.6 } }],
  ] as const)("%s", (parameter, problem) => {
    try {
      phaseGrid(problem as PhaseProblem);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(MissingParameter);
      expect((error as MissingParameter).parameter).toBe(parameter);
    }
  });
});
