import { describe, expect, it } from "vitest";
import { calibrate } from "../calibrate/calibrate.ts";
import { tabulate } from "../records/tabulate.ts";
import { fanInMax } from "../theory/budget.ts";
import { isMeasured } from "../theory/interval.ts";
import {
  type ScriptedTruth,
  scriptedAttempts,
  scriptedConfig,
  scriptedExample,
  scriptedTruths,
  truthOf,
} from "./scripted.ts";

const truthAt = (symbol: string) => truthOf(scriptedExample).find((parameter) => parameter.symbol === symbol)!.truth;

describe("scripted agents", () => {
  it("give the same attempts for the same seed, and others for another", () => {
    const few = { ...scriptedExample, tasks: 5 };
    expect(scriptedAttempts(few, 1)).toEqual(scriptedAttempts(few, 1));
    expect(scriptedAttempts(few, 2).attempts).not.toEqual(scriptedAttempts(few, 1).attempts);
  });

  it("answer every task at every level, in groups at the base level, and relay messages of every length", () => {
    const { attempts } = scriptedAttempts({ ...scriptedExample, tasks: 2 }, 1);
    const { groups, samples, relays } = scriptedExample;
    const of = (agent: string, level?: string) =>
      attempts.filter((one) => one.agent === agent && one.level === level && one.sent === undefined);
    expect(of("scout", "50")).toHaveLength(2 * samples);
    expect(of("scout", "150")).toHaveLength(2 * groups.perTask * groups.size);
    expect(of("clerk")).toHaveLength(2 * groups.perTask * groups.size);
    expect(new Set(of("clerk").map(({ group }) => group)).size).toBe(groups.perTask);
    expect(attempts.filter(({ sent }) => sent !== undefined)).toHaveLength(
      2 * relays.messageTokens.length * relays.perTask,
    );
  });

  it("agree within every group where all errors are shared, wrong answers included", () => {
    const shared = { ...scriptedExample, tasks: 50, options: 4, groups: { perTask: 2, size: 4, rhoWithin: 1 } };
    const answers = new Map<string, Set<string>>();
    for (const { taskId, group, answer } of scriptedAttempts(shared, 1).attempts)
      if (group !== undefined) {
        const key = `${taskId} ${group}`;
        answers.set(key, (answers.get(key) ?? new Set()).add(answer!));
      }
    expect(answers.size).toBe(50 * 3 * 2);
    expect([...answers.values()].every((different) => different.size === 1)).toBe(true);
  });
});

describe("the scripted example", () => {
  it("is a case in which the theory has something to say", () => {
    expect(truthAt("α")).toBeGreaterThan(1.2);
    expect(truthAt("s")).toBeGreaterThan(
      1.3 * scriptedExample.agents.map(({ skill }) => ("beta" in skill ? skill.beta : 0))[0]!,
    );
    expect(truthAt("B₁")).toBeGreaterThan(500);
    expect(truthAt("B₁")).toBeLessThan(4050); // within the levels that are recorded
    expect(truthAt("μ*")).toBeLessThan(0.99);
    expect(truthAt("L_mix")).toBeGreaterThan(2);
    expect(truthAt("L_mix")).toBeLessThan(8);
    const { node, agents } = scriptedExample;
    expect(fanInMax(agents[0]!.contextTokens, node.messageTokens)).toBeGreaterThanOrEqual(node.fanIn);
    expect(fanInMax(agents[0]!.contextTokens, node.messageTokens)).toBeLessThan(node.fanIn ** 2); // a star of 25 does not fit
  });

  it("states every parameter once, and every one of them can be calibrated", () => {
    const calibration = calibrate(tabulate(scriptedAttempts(scriptedExample, 1), scriptedConfig(scriptedExample)));
    const truths = scriptedTruths(scriptedExample, calibration);
    expect(new Set(truths.map(({ name }) => name)).size).toBe(truths.length);
    for (const { name, estimate } of truths) expect(isMeasured(estimate), name).toBe(true);
  });

  it("is approached by estimates as tasks grow in number, within four standard errors", () => {
    const large: ScriptedTruth = { ...scriptedExample, tasks: 4000 };
    const calibration = calibrate(tabulate(scriptedAttempts(large, 3), scriptedConfig(large)), { pairs: true });
    for (const { name, truth, estimate } of scriptedTruths(large, calibration)) {
      if (!isMeasured(estimate)) throw new Error(name);
      const error = (estimate.high - estimate.low) / (2 * 1.645);
      expect(Math.abs(estimate.value - truth), name).toBeLessThan(4 * error);
      expect(error, name).toBeLessThan(0.12 * truth);
    }
  });
});
