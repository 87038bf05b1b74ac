import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bestDepthSmallSignal,
  communicationCost,
  communicationCostPerLeaf,
  depthSwitchBudget,
  fanInMax,
  leafBias,
  leafBiasSaturating,
  localExponent,
  optimalLeafCompute,
  optimalLeafCount,
  relaxedThreshold,
  relaxedThresholdLeaves,
  relaxedValue,
  synergyBudgetMax,
  teamThreshold,
} from "./budget.ts";
import { planExactly, planPowerLaw } from "./exact-plan.ts";
import {
  bestFanInForWindow,
  fidelityExponential,
  fidelityExponentialInverse,
  fidelityHill,
  interpolateFidelity,
} from "./fidelity.ts";
import { fixedPoint } from "./fixed-point.ts";
import { type Aggregation, amplification, organizationExponent } from "./level-map.ts";
import { bestDesignRelaxed, optimalMessage, optimalMessagesByLayer } from "./messages.ts";
import { treeBias } from "./tree.ts";

const anyTrade = fc
  .record({
    exponent: fc.double({ min: 0.05, max: 0.49, noNaN: true }),
    ratio: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
    costPerLeaf: fc.double({ min: 1, max: 1e4, noNaN: true }),
  })
  .map(({ exponent, ratio, costPerLeaf }) => ({ exponent, beta: ratio * exponent, costPerLeaf }));

describe("leaf bias", () => {
  it("follows k x^β up to its cap, and the saturating form follows it at first", () => {
    const law = { scale: 0.02, beta: 0.25, cap: 0.9 };
    expect(leafBias(16, law)).toBeCloseTo(0.04, 14);
    expect(leafBias(1e9, law)).toBe(0.9);
    expect(leafBiasSaturating(1e-6, law) / leafBias(1e-6, law)).toBeCloseTo(1, 3);
    expect(leafBiasSaturating(1e12, law)).toBeCloseTo(0.9, 6);
    expect(localExponent((x) => leafBias(x, law), 10, 1000)).toBeCloseTo(0.25, 12);
    expect(localExponent((x) => leafBias(x, law), 1e9, 1e10)).toBe(0);
  });

  it.each([
    { scale: 0, beta: 0.2 },
    { scale: 0.1, beta: 0 },
    { scale: 0.1, beta: 0.2, cap: 0 },
    { scale: 0.1, beta: 0.2, cap: 1.1 },
  ])("refuses $scale, $beta, $cap", (law) => {
    expect(() => leafBias(1, law)).toThrow("is outside its domain");
  });
});

describe("communication", () => {
  it("writes and reads every edge of the tree once", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 500 }),
        (fanIn, layers, m) => {
          let edges = 0;
          for (let layer = 1; layer <= layers; layer++) edges += fanIn ** layer;
          expect(communicationCost(fanIn, layers, m)).toBeCloseTo(2 * m * edges, 6);
          const inner = edges / fanIn;
          expect(communicationCost(fanIn, layers, m, { send: 4, read: 1, overhead: 30 })).toBeCloseTo(
            5 * m * edges + 30 * inner,
            6,
          );
        },
      ),
    );
  });

  it("costs c₀ per leaf of a deep tree", () => {
    expect(communicationCostPerLeaf(3, 20)).toBe(60);
    const prices = { send: 4, overhead: 300 };
    expect(communicationCost(5, 12, 20, prices) / 5 ** 12 / communicationCostPerLeaf(5, 20, prices)).toBeCloseTo(1, 6);
  });

  it("fits as many messages into the window as it says, and not two more", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5000 }),
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 0, max: 500 }),
        (W, m, reserveTokens) => {
          const fanIn = fanInMax(W, m, { reserveTokens });
          expect(fanIn === 0 || fanIn % 2 === 1).toBe(true);
          if (fanIn > 0) expect(fanIn * m + reserveTokens).toBeLessThanOrEqual(W);
          expect((fanIn + (fanIn === 0 ? 1 : 2)) * m + reserveTokens).toBeGreaterThan(W);
        },
      ),
    );
    expect(() => fanInMax(400, 0)).toThrow("messageTokens = 0");
  });
});

describe("the weak-signal closed forms", () => {
  it("put the optimum where neighbors are worse", () => {
    fc.assert(
      fc.property(anyTrade, fc.double({ min: 1e3, max: 1e8, noNaN: true }), (trade, budget) => {
        const value = (x: number) => x ** trade.beta * (budget / (x + trade.costPerLeaf)) ** trade.exponent;
        const best = optimalLeafCompute(trade);
        for (const factor of [0.5, 0.9, 1.1, 2]) expect(value(best * factor)).toBeLessThan(value(best));
        expect(relaxedValue(budget, 1, trade) / value(best)).toBeCloseTo(1, 9);
        expect(optimalLeafCount(budget, trade) * (best + trade.costPerLeaf)).toBeCloseTo(budget, 3);
      }),
    );
  });

  it("meet the single agent at the threshold, with 1 < N < e leaves", () => {
    fc.assert(
      fc.property(anyTrade, (trade) => {
        const threshold = relaxedThreshold(trade);
        fc.pre(Number.isFinite(threshold) && threshold < 1e100);
        expect(relaxedValue(threshold, 1, trade) / threshold ** trade.beta).toBeCloseTo(1, 9);
        const leaves = relaxedThresholdLeaves(trade.exponent, trade.beta);
        expect(optimalLeafCount(threshold, trade) / leaves).toBeCloseTo(1, 9);
        expect(leaves).toBeGreaterThan(1);
        expect(leaves).toBeLessThan(Math.E);
      }),
    );
  });

  it("leave everything to one agent where s ≤ β", () => {
    const trade = { exponent: 0.2, beta: 0.2, costPerLeaf: 50 };
    expect(optimalLeafCompute(trade)).toBe(Number.POSITIVE_INFINITY);
    expect(optimalLeafCount(1e5, trade)).toBe(1);
    expect(relaxedThreshold(trade)).toBe(Number.POSITIVE_INFINITY);
    expect(relaxedValue(1e5, 0.02, trade)).toBe(0.02 * 1e5 ** 0.2);
    expect(teamThreshold(1, { fanIn: 5, alpha: 1.2, beta: 0.3 }, 200)).toBe(Number.POSITIVE_INFINITY);
    expect(depthSwitchBudget({ fanIn: 5, alpha: 1.2, beta: 0.3 }, 200, 1200)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("teamThreshold", () => {
  const signal = { fanIn: 5, alpha: 1.6, beta: 0.2 };
  const cost = (layers: number) => communicationCost(5, layers, 20);
  const value = (layers: number, budget: number) =>
    1.6 ** layers * ((budget - cost(layers)) / 5 ** layers) ** signal.beta;

  it("is where the tree draws level with one agent for the same money", () => {
    for (let layers = 1; layers <= 6; layers++) {
      const budget = teamThreshold(layers, signal, cost(layers));
      expect(value(layers, budget) / budget ** signal.beta).toBeCloseTo(1, 12);
    }
  });

  it("comes first for a star", () => {
    const thresholds = [1, 2, 3, 4, 5].map((layers) => teamThreshold(layers, signal, cost(layers)));
    expect(thresholds).toEqual(thresholds.toSorted((a, b) => a - b));
  });

  it("is followed by switches to deeper trees", () => {
    for (let layers = 1; layers <= 4; layers++) {
      const budget = depthSwitchBudget(signal, cost(layers), cost(layers + 1));
      expect(value(layers, budget) / value(layers + 1, budget)).toBeCloseTo(1, 12);
      expect(bestDepthSmallSignal(budget * 0.99, signal, 20).layers).toBe(layers);
      expect(bestDepthSmallSignal(budget * 1.01, signal, 20).layers).toBe(layers + 1);
    }
  });

  it("never opens where s ≤ β: no tree beats one agent at any budget, by the exact recursion", () => {
    const anyAggregation = fc.record({
      fanIn: fc.constantFrom(3, 5, 9, 15),
      fidelity: fc.double({ min: 0.3, max: 1, noNaN: true }),
      rho: fc.double({ min: 0, max: 0.9, noNaN: true }),
    });
    const anyBudget = fc.double({ min: 1, max: 8, noNaN: true }).map((power) => 10 ** power);
    fc.assert(
      fc.property(anyAggregation, anyBudget, fc.integer({ min: 1, max: 6 }), (aggregation, budget, layers) => {
        const beta = Math.max(0.01, organizationExponent(aggregation));
        const leaf = { scale: 0.5 * budget ** -beta, beta }; // the single agent does not saturate
        const compute = budget / aggregation.fanIn ** layers; // even with free messages
        const team = treeBias(leafBias(compute, leaf), layers, aggregation);
        expect(team).toBeLessThanOrEqual(leafBias(budget, leaf) * (1 + 1e-12));
      }),
    );
  });

  it("closes again where one agent passes the fixed point", () => {
    const law = { scale: 0.01, beta: 0.2 };
    expect(leafBias(synergyBudgetMax(law, 0.98), law)).toBeCloseTo(0.98, 12);
  });
});

describe("fidelity curves", () => {
  const anyLaw = fc.record({
    lengthScale: fc.double({ min: 1, max: 500, noNaN: true }),
    shape: fc.double({ min: 0.3, max: 3, noNaN: true }),
    fidelityMax: fc.double({ min: 0.2, max: 1, noNaN: true }),
  });

  it("rise from 0 to their maximum", () => {
    fc.assert(
      fc.property(anyLaw, fc.double({ min: 0.1, max: 1e4, noNaN: true }), (law, m) => {
        for (const curve of [fidelityExponential, fidelityHill]) {
          expect(curve(0, law)).toBe(0);
          expect(curve(m, law)).toBeGreaterThan(0);
          expect(curve(2 * m, law)).toBeGreaterThanOrEqual(curve(m, law));
          expect(curve(m, law)).toBeLessThanOrEqual(law.fidelityMax);
        }
        expect(fidelityHill(law.lengthScale, law)).toBeCloseTo(law.fidelityMax / 2, 12);
        expect(fidelityHill(Number.MAX_VALUE, law)).toBeCloseTo(law.fidelityMax, 12);
      }),
    );
  });

  it("tell the length of a fidelity", () => {
    fc.assert(
      fc.property(anyLaw, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (law, share) => {
        const fidelity = share * law.fidelityMax;
        expect(fidelityExponential(fidelityExponentialInverse(fidelity, law), law)).toBeCloseTo(fidelity, 12);
        expect(fidelityExponentialInverse(law.fidelityMax, law)).toBe(Number.POSITIVE_INFINITY);
      }),
    );
  });

  it("are drawn through the measured points, from nothing, and flat beyond", () => {
    const [lengths, fidelities] = [
      [20, 50, 100],
      [0.2, 0.3, 0.7],
    ];
    const at = (m: number) => interpolateFidelity(m, lengths, fidelities);
    expect([at(0), at(10), at(20), at(75), at(100), at(1e6)].map((x) => x.toFixed(6))).toEqual(
      [0, 0.1, 0.2, 0.5, 0.7, 0.7].map((x) => x.toFixed(6)),
    );
    expect(() => interpolateFidelity(10, [50, 20], [0.2, 0.3])).toThrow("positive and increasing");
    expect(() => interpolateFidelity(10, [20], [])).toThrow("fidelities.length = 0");
  });

  it("make the widest node the wrong one: §17, full window", () => {
    const law = { lengthScale: 120 };
    const s = [3, 5, 7, 9, 15].map((fanIn) =>
      organizationExponent({ fanIn, fidelity: fidelityExponential(2000 / fanIn, law), rho: 0.12 }),
    );
    for (const [i, expected] of [0.328, 0.332, 0.318, 0.298, 0.243].entries())
      expect(Math.abs(s[i]! - expected)).toBeLessThan(1e-3);
    expect(bestFanInForWindow(2000, law, 0.12)).toMatchObject({ fanIn: 5, messageTokens: 400 });
    expect(bestFanInForWindow(2, law, 0.12)).toBeNull();
  });
});

describe("message lengths", () => {
  const problem = { fanIn: 5, layers: 3, beta: 0.2, lengthScale: 40 };

  /** ln of the weak-signal value at these lengths per layer, leaf messages first, when the budget is spent. */
  const logValue = (budget: number, lengths: readonly number[]) => {
    const communication = lengths.reduce((sum, m, h) => sum + 2 * m * 5 ** (3 - h), 0);
    const compute = (budget - communication) / 125;
    return lengths.reduce((sum, m) => sum + Math.log(-Math.expm1(-m / 40)), problem.beta * Math.log(compute));
  };

  it("cannot be bettered layer by layer", () => {
    const { leafCompute, messageTokens } = optimalMessagesByLayer(20_000, problem);
    const spent = messageTokens.reduce((sum, m, h) => sum + 2 * m * 5 ** (3 - h), 125 * leafCompute);
    expect(spent).toBeCloseTo(20_000, 6);
    const best = logValue(20_000, messageTokens);
    for (let h = 0; h < 3; h++)
      for (const factor of [0.95, 1.05])
        expect(
          logValue(
            20_000,
            messageTokens.map((m, i) => (i === h ? m * factor : m)),
          ),
        ).toBeLessThan(best);
    expect(optimalMessagesByLayer(20_000, problem, 500).messageTokens.every((m) => m <= 100)).toBe(true);
  });

  it("cannot be bettered when all are equal", () => {
    const m = optimalMessage(50, problem);
    // at fixed x, longer messages are paid by fewer trees: value per cost^β is stationary at the optimum
    const budget = 125 * 50 + communicationCost(5, 3, m);
    const best = logValue(budget, [m, m, m]);
    for (const factor of [0.95, 1.05])
      expect(logValue(budget, [m * factor, m * factor, m * factor])).toBeLessThan(best);
  });

  it("have a length at any depth: per leaf the edges of an endless tree are finite", () => {
    const lengths = [1, 3, 30, 300, 3000].map((layers) => optimalMessage(50, { ...problem, layers }));
    expect(lengths.every(Number.isFinite)).toBe(true);
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
  });

  it("choose one agent where no team pays", () => {
    const design = { scale: 0.02, beta: 0.45, rho: 0.1, fidelity: { lengthScale: 30 } };
    expect(bestDesignRelaxed(1e6, 400, design)).toMatchObject({ fanIn: 1, messageTokens: 0, exponent: 0 });
  });
});

describe("the exact planner", () => {
  /** §17: W = 2000, μ₀ = 0.02 x^0.25, γ = 1 − e^(−m/120), ρ = 0.12. */
  const worked = {
    windowTokens: 2000,
    leaf: { scale: 0.02, beta: 0.25 },
    fidelityLaw: { lengthScale: 120 },
    rho: 0.12,
    rhoTask: 0,
    messageTokens: [200, 400],
    fanInMax: 9,
    layersMax: 5,
  };

  it("reproduces the worked example of §17", () => {
    const aggregation: Aggregation = { fanIn: 5, fidelity: fidelityExponential(400, worked.fidelityLaw), rho: 0.12 };
    expect(amplification(aggregation)).toBeCloseTo(1.7069, 4);
    expect(fixedPoint(aggregation)).toBeCloseTo(0.995, 4);
    const trade = {
      exponent: organizationExponent(aggregation),
      beta: 0.25,
      costPerLeaf: communicationCostPerLeaf(5, 400),
    };
    expect(optimalLeafCompute(trade)).toBeCloseTo(3041, 0);
    expect(relaxedThreshold(trade)).toBeCloseTo(9594, 0);
    const signal = { fanIn: 5, alpha: amplification(aggregation), beta: 0.25 };
    expect(teamThreshold(1, signal, communicationCost(5, 1, 400))).toBeCloseTo(9734, 0);
    expect(depthSwitchBudget(signal, communicationCost(5, 1, 400), communicationCost(5, 2, 400))).toBeCloseTo(
      52_672,
      0,
    );
    expect(synergyBudgetMax(worked.leaf, fixedPoint(aggregation)) / 1e6).toBeCloseTo(6.13, 2);

    const plan = planPowerLaw({ ...worked, budget: 300_000 });
    expect(plan).toMatchObject({
      kind: "tree",
      layers: 3,
      fanIn: 5,
      messageTokens: 400,
      leaves: 125,
      leafCompute: 1408,
    });
    expect(plan.bias).toBeCloseTo(0.5499, 4);
    expect(leafBias(300_000, worked.leaf)).toBeCloseTo(0.4681, 4);
  });

  it("loses the synergy to a little difficulty, as §17 says", () => {
    const kinds = [0.02, 0.05, 0.1].map((rhoTask) => planPowerLaw({ ...worked, budget: 300_000, rhoTask }));
    expect(kinds.map(({ layers }) => layers)).toEqual([2, 1, 0]);
    expect(kinds[1]!.accuracy).toBeCloseTo(0.7348, 4);
    const fixed = (rhoTask: number) =>
      planPowerLaw({
        ...worked,
        budget: 300_000,
        rhoTask,
        messageTokens: [400],
        fanInMax: 5,
        layersMax: 3,
        leafComputeMin: 1000,
      });
    expect(fixed(0).accuracy).toBeGreaterThan(fixed(0.05).accuracy);
  });

  it("fits the window, spends the budget and never does worse than one agent", () => {
    const anyBudget = fc.double({ min: 2, max: 7, noNaN: true }).map((power) => 10 ** power);
    fc.assert(
      fc.property(
        anyBudget,
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.integer({ min: 100, max: 3000 }),
        (budget, rho, windowTokens) => {
          const plan = planPowerLaw({ ...worked, budget, rho, windowTokens });
          expect(plan.cost).toBeCloseTo(budget, 4);
          expect(plan.fanIn * plan.messageTokens).toBeLessThanOrEqual(windowTokens);
          expect(plan.bias).toBeGreaterThanOrEqual(leafBias(budget, worked.leaf));
          expect(plan.kind === "single").toBe(plan.layers === 0);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("takes any leaf curve and respects the least compute and the reserve", () => {
    const problem = {
      budget: 10_000,
      windowTokens: 400,
      leafBias: (x: number) => Math.min(0.3, x / 1000), // saturates at once: teams win
      fidelity: () => 0.9,
      rho: 0,
      rhoTask: 0,
      messageTokens: [20],
    };
    expect(planExactly(problem).kind).toBe("star");
    expect(planExactly({ ...problem, leafComputeMin: 9000 }).kind).toBe("single");
    expect(planExactly({ ...problem, reserveTokens: 380 }).kind).toBe("single");
    const all = planExactly({ ...problem, rhoGlobal: 1 });
    expect(all.kind).toBe("single"); // one common cause: nothing to average
  });
});
