import { describe, expect, it } from "vitest";
import { alike, isolated } from "../../test/squared-error/worlds.ts";
import { calibrate } from "../calibrate/calibrate.ts";
import { tabulate } from "../records/tabulate.ts";
import {
  type ScriptedEstimates,
  scriptedEstimates,
  scriptedEstimatesConfig,
  scriptedEstimatesExample,
  scriptedVariance,
} from "../simulate/scripted-estimates.ts";
import { isMeasured, type Measured } from "../theory/interval.ts";
import { treeRiskFloor } from "../theory/squared-error.ts";
import { plan } from "./plan.ts";
import type { CostUnit, Plan, PlanOptions } from "./plan-types.ts";
import { EstimatesNotMeasured } from "./squared-error.ts";

const calibrationOf = (script: ScriptedEstimates, seed = 1, windows: Readonly<Record<string, number>> = {}) =>
  calibrate(
    tabulate(scriptedEstimates(script, seed), {
      ...scriptedEstimatesConfig,
      agents: Object.fromEntries(Object.entries(windows).map(([name, contextTokens]) => [name, { contextTokens }])),
    }),
    { pairs: false },
  );
const few: ScriptedEstimates = { ...scriptedEstimatesExample, tasks: 120 };
const calibration = calibrationOf(few);
const planAt = (amount: number, options: Partial<PlanOptions> & { unit?: CostUnit } = {}) => {
  const { unit = "tokens", ...rest } = options;
  return plan(calibration, { perTask: { amount, unit }, metric: "squared-error", ...rest });
};

describe("a plan in squared error", () => {
  const found = planAt(1000);

  it("tries one answer, means and medians of repeats, panels under every rule, and readers", () => {
    const words = planAt(3000).candidates.map(({ team }) => team.replace(/[:/@].*/, ""));
    for (const word of ["single", "vote.mean", "vote.median", "vote.linear", "star", "tree.counted", "chain"])
      expect(words, word).toContain(word);
    expect(words).not.toContain("vote");
    expect(found.candidates.every(({ metric }) => metric === "squared-error")).toBe(true);
    expect(
      found.candidates.filter(({ recorded }) => recorded === false).every(({ method }) => method === "exact"),
    ).toBe(true);
  });

  it("promises less error with every step of the frontier, and gains where there is less", () => {
    const { frontier, single } = found;
    frontier.slice(1).forEach((one, i) => {
      expect(one.accuracy.mean).toBeLessThan(frontier[i]!.accuracy.mean);
    });
    for (const { accuracy, gain } of found.candidates) {
      expect(accuracy.low).toBeLessThanOrEqual(accuracy.mean);
      expect(accuracy.high).toBeGreaterThanOrEqual(accuracy.mean);
      if (!gain) continue;
      expect(gain.against).toBe(single.team);
      expect(gain.low).toBeLessThanOrEqual(gain.mean);
      expect(gain.high).toBeGreaterThanOrEqual(gain.mean);
      expect(gain.probabilityBetter > 0.5).toBe(gain.mean > 0);
    }
    expect(found.best.gain!.mean).toBeGreaterThan(0.1);
    expect(found.advice.because).toMatch(/% less squared error than single@/);
  });

  it("errs no more with more money, and is the same from the same seed", () => {
    const errors = [200, 500, 1000, 3000].map((amount) => planAt(amount).best.accuracy.mean);
    for (const [i, error] of errors.slice(1).entries()) expect(error).toBeLessThan(1.05 * errors[i]!);
    expect(JSON.stringify(plan(calibrationOf(few), { perTask: found.budget, metric: "squared-error" }))).toBe(
      JSON.stringify(plan(calibrationOf(few), { perTask: found.budget, metric: "squared-error" })),
    );
  });

  it("bounds hindsight by the best plan", () => {
    expect(found.oracle.accuracy).toBeLessThan(found.best.accuracy.mean);
    expect(found.oracle.shareCaught).toBeGreaterThan(0);
    expect(found.oracle.shareCaught).toBeLessThanOrEqual(1);
  });

  it("leaves out what was not recorded where it is asked to", () => {
    const recorded = planAt(3000, { recordedOnly: true });
    const chosen = [recorded.best, recorded.single, recorded.team!, recorded.advised, ...recorded.frontier];
    expect(chosen.every((forecast) => forecast.recorded !== false)).toBe(true);
    expect(recorded.assumptions.some(({ subject }) => subject === "teams left out")).toBe(true);
    expect(chosen.map(({ team }) => Number(/:(\d+)/.exec(team)?.[1] ?? 1)).every((calls) => calls <= 12)).toBe(true);
  });

  it("lets agents read where code cannot take means", () => {
    const read = planAt(3000, { needsReading: true });
    expect(read.candidates.some(({ team }) => team.startsWith("vote"))).toBe(false);
    expect(read.team!.team).toMatch(/^(star|tree):/);
  });

  it("says what is missing where nobody gave numbers", () => {
    const words = { ...calibration, estimates: { notMeasured: "no numbers", probe: "record some" } };
    expect(() => plan(words, { perTask: { amount: 9, unit: "calls" }, metric: "squared-error" })).toThrow(
      EstimatesNotMeasured,
    );
  });
});

describe("the window of a reader", () => {
  it("refuses stars that do not fit, with the tree that replaces them", () => {
    const narrow = calibrationOf(few, 1, { eye: 500, rule: 500, mind: 500 });
    const found = plan(narrow, { perTask: { amount: 9000, unit: "tokens" }, metric: "squared-error" });
    expect(found.refused.length).toBeGreaterThan(0);
    for (const { team, reason, instead } of found.refused) {
      expect(team).toMatch(/^star:/);
      expect(reason).toMatch(/more than the window of 500/);
      expect(instead).toMatch(/^(tree:|messages of at most)/);
    }
    const widest = (teams: Plan["candidates"], length: number) =>
      Math.max(
        0,
        ...teams.flatMap(({ team }) =>
          [...team.matchAll(new RegExp(`star:(\\d+)/m=${length}@`, "g"))].map(([, n]) => Number(n)),
        ),
      );
    expect(widest(found.candidates, 128)).toBeLessThanOrEqual(Math.floor((500 - 80) / 128));
  });
});

describe("where a plan stands in the continuous theory", () => {
  const script = { ...scriptedEstimatesExample, tasks: 300 };
  const { regime, thresholds, boundaries } = plan(calibrationOf(script, 2), {
    perTask: { amount: 1200, unit: "tokens" },
    metric: "squared-error",
    needsReading: true,
  });
  const wide = (quantity: Measured) => {
    if (!isMeasured(quantity)) throw new Error(quantity.notMeasured);
    const { value, low, high } = quantity;
    return [value - 1.6 * (value - low), value + 1.6 * (high - value)] as const; // about 99 %
  };
  const holds = (quantity: Measured, truth: number) => {
    const [low, high] = wide(quantity);
    expect(truth).toBeGreaterThanOrEqual(low);
    expect(truth).toBeLessThanOrEqual(high);
  };

  it("finds the numbers of the script: what is shared, averaged, and lost on the way", () => {
    const [leaf] = regime.voters!;
    const agent = script.agents.find(({ name }) => leaf!.startsWith(name))!;
    const risk = "risk" in agent.skill ? agent.skill.risk : 60 * Number(leaf!.split("~")[1]) ** -0.5;
    const { rhoWithin } = script.groups;
    const noise = scriptedVariance(script, regime.messageTokens!);
    holds(regime.risk!.leafRisk, risk);
    holds(regime.risk!.commonRisk, agent.rho * risk);
    holds(regime.risk!.channelVariance, noise);
    holds(regime.risk!.contraction, rhoWithin + (1 - rhoWithin) / regime.fanIn);
    holds(regime.risk!.riskExponent, 0.5);
    holds(
      regime.risk!.riskFloor,
      agent.rho * risk + treeRiskFloor(regime.fanIn, { rho: rhoWithin, channelVariance: noise }),
    );
    holds(regime.rhoWithin, rhoWithin);
    holds(thresholds.criticalRho, 1 - noise / ((regime.fanIn - 1) * (1 - agent.rho) * risk));
  });

  it("tells that averaging grows faster than one agent here, t > η, and what would turn that", () => {
    const growth = boundaries.find(({ code }) => code === "exponent")!;
    expect(growth.side).toBe("team");
    expect(growth.crossings.map(({ text }) => text).join()).toMatch(
      /η could rise from 0\.\d+ to 0\.\d+ before one agent/,
    );
    expect(isMeasured(thresholds.firstTeamTokens)).toBe(true);
    expect(isMeasured(thresholds.optimalLeafTokens)).toBe(true);
  });

  it("says of what only votes have that it is not measured, and where to look", () => {
    for (const quantity of [regime.gamma, regime.alpha, regime.beta, thresholds.criticalGamma])
      expect(!isMeasured(quantity) && quantity.notMeasured).toMatch(/votes have .* `risk\.\w+`/);
  });
});

describe("honest about luck", () => {
  it("advises no team where all agents make the same errors and cost the same", () => {
    const copies = calibrationOf({
      ...alike,
      common: 1,
      tasks: 60,
      agents: alike.agents.map((one) => ({ ...one, rho: 1 })),
    });
    const found = plan(copies, { perTask: { amount: 900, unit: "tokens" }, metric: "squared-error" });
    expect(found.advice.kind).toBe("single");
  });

  it("says so where one task is the whole story, and takes nothing for certain", () => {
    const recordings = tabulate(scriptedEstimates({ ...isolated, tasks: 80 }, 4), scriptedEstimatesConfig);
    for (const { estimate, start } of recordings.table.columns)
      for (let at = start[3]!; at < start[4]!; at++) estimate![at] = 1e5 + 1e3 * (at - start[3]!);
    const found = plan(calibrate(recordings, { pairs: false }), {
      perTask: { amount: 900, unit: "tokens" },
      metric: "squared-error",
    });
    expect(found.findings.map(({ code }) => code)).toContain("heavy-tail");
    expect(found.best.gain?.probabilityBetter ?? 0).toBeLessThan(0.98);
  });
});
