import { describe, expect, it } from "vitest";
import { calibrate } from "../calibrate/calibrate.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { tabulate } from "../records/tabulate.ts";
import { scriptedAttempts, scriptedConfig, scriptedExample } from "../simulate/scripted.ts";
import { treeAccuracyBeta } from "../theory/difficulty.ts";
import { fidelityExponential } from "../theory/fidelity.ts";
import { isMeasured, type Measured } from "../theory/interval.ts";
import { forecast } from "./forecast.ts";
import { plan } from "./plan.ts";

// Scripted agents of stated truth: every parameter of the theory can be calibrated, so teams of readers can be forecast.
const truth = scriptedExample;
const calibration = calibrate(tabulate(scriptedAttempts(truth, 1), scriptedConfig(truth), {}));
const tokens = (amount: number) => plan(calibration, { perTask: { amount, unit: "tokens" } });
const rich = tokens(20_000);

function measured(quantity: Measured) {
  if (!isMeasured(quantity)) throw new Error(quantity.notMeasured);
  return quantity;
}

describe("teams of readers", () => {
  const readers = rich.candidates.filter(({ recorded }) => recorded === false);

  it("are priced and forecast, and never bought: they cannot run yet", () => {
    expect(readers.length).toBeGreaterThan(3);
    for (const { kind, method, caveats, cost } of readers) {
      expect(kind).toBe("tree");
      expect(method).toBe("exact");
      expect(caveats.join(" ")).toContain("cannot run");
      expect(isMeasured(cost.tokens) && cost.tokens.mean).toBeLessThanOrEqual(20_000);
    }
    const bought = [rich.advice.kind, rich.best.kind, rich.team?.kind, ...rich.frontier.map(({ kind }) => kind)];
    expect(bought).not.toContain("tree");
  });

  it("keep to the bound of the worst case", () => {
    const perTaskMax = { amount: 10_000, unit: "tokens" } as const;
    const { candidates } = plan(calibration, { perTask: { amount: 20_000, unit: "tokens" }, perTaskMax });
    const kept = candidates.filter(({ recorded }) => recorded === false);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(readers.length);
    for (const { cost } of kept) expect(isMeasured(cost.tokens) && cost.tokens.max).toBeLessThanOrEqual(10_000);
  });

  it("are forecast as the theory has it: the truth of the script lies in the interval", () => {
    const { node, rhoTask, groups, relays } = truth;
    const leaf = truth.agents.find(({ name }) => node.leaf.startsWith(name))!;
    if (!("k" in leaf.skill)) throw new Error("the leaf of the example has levels");
    const accuracy = (1 + leaf.skill.k * leaf.skill.baseLevel ** leaf.skill.beta) / 2;
    const fidelity = fidelityExponential(64, relays);
    for (const [text, fanIn, layers] of [
      ["star:3", 3, 1],
      ["tree:3x2", 3, 2],
    ] as const) {
      const expected = treeAccuracyBeta(accuracy, rhoTask, layers, { fanIn, fidelity, rho: groups.rhoWithin });
      const found = forecast(
        parseTeam(`${text}/m=64@leaf=${node.leaf},reader=${truth.agents[0]!.name}~150`),
        calibration,
      );
      expect(found.accuracy.low).toBeLessThan(expected);
      expect(found.accuracy.high).toBeGreaterThan(expected);
    }
  });

  it("cost their leaves, every message twice and the readers' prompts", () => {
    const team = forecast(parseTeam(`star:3/m=64@leaf=${truth.node.leaf},reader=${truth.node.leaf}`), calibration);
    const leaf = calibration.agents.find(({ name }) => name === truth.node.leaf)!;
    if (!isMeasured(team.cost.tokens)) throw new Error("tokens are recorded");
    const [call, prompt] = [measured(leaf.cost.tokens).value, measured(leaf.cost.tokensIn).value];
    expect(team.cost.tokens.mean).toBeCloseTo(3 * call + 2 * 3 * 64 + prompt, 6);
    expect(team.cost.calls.mean).toBe(4);
  });

  it("lose no message at a root that code counts", () => {
    const text = (word: string) => `tree${word}:3x2/m=32@leaf=${truth.node.leaf},reader=${truth.node.leaf}`;
    const [read, counted] = ["", ".counted"].map((word) => forecast(parseTeam(text(word)), calibration));
    expect(counted!.accuracy.mean).toBeGreaterThan(read!.accuracy.mean);
    expect(counted!.cost.calls.mean).toBe(read!.cost.calls.mean - 1);
  });

  it("are refused where their messages do not fit the window, with the tree that does", () => {
    const narrow = { ...calibration, contextTokens: { value: 1000, agent: truth.node.leaf.split("~")[0]! } };
    const { refused } = plan(narrow, { perTask: { amount: 60_000, unit: "tokens" } });
    expect(refused.length).toBeGreaterThan(0);
    for (const { team, reason, instead } of refused) {
      const { sizes, messageTokens } = parseTeam(team);
      expect(sizes[0]! * messageTokens[0]!).toBeGreaterThan(1000);
      expect(reason).toContain("more than the window of 1000");
      const tree = parseTeam(instead);
      expect(tree.organization).toBe("tree");
      expect(tree.sizes[0]! * messageTokens[0]!).toBeLessThanOrEqual(1000);
      expect(tree.sizes[0]! ** tree.sizes[1]!).toBeGreaterThanOrEqual(sizes[0]!);
    }
  });

  it("are not forecast where their messages do not fit the window, and the tree that is offered instead is", () => {
    const cast = `leaf=${truth.node.leaf},reader=scholar`; // its window is 4096
    expect(() => forecast(parseTeam(`star:21/m=192@${cast}`), calibration)).not.toThrow();
    expect(() => forecast(parseTeam(`tree:25x2/m=96+192@${cast}`), calibration)).toThrowError(
      expect.objectContaining({ code: "window-exceeded" }),
    );
    expect(() => forecast(parseTeam(`star:49/m=192@${cast}`), calibration)).toThrowError(`tree:7x2/m=192@${cast}`);
    expect(() => forecast(parseTeam(`tree:7x2/m=192@${cast}`), calibration)).not.toThrow();
  });
});

describe("the regime of readers", () => {
  it("is told where the budget pays for none: at the smallest star", () => {
    const { regime, thresholds } = tokens(400);
    expect(regime.team).toMatch(/^star:3/);
    expect(measured(regime.alpha).value).toBeGreaterThan(1);
    expect(measured(regime.organizationExponent).value).toBeGreaterThan(measured(regime.beta).value);
    expect(measured(thresholds.firstTeamTokens).value).toBeGreaterThan(0);
    expect(measured(thresholds.criticalGamma).value).toBeLessThan(measured(regime.gamma).value);
  });

  it("has the fidelity of its message length, and a ceiling below 1", () => {
    const { gamma, messageTokens, fixedPoint } = rich.regime;
    const expected = fidelityExponential(messageTokens!, truth.relays);
    expect(measured(gamma).value).toBeCloseTo(expected, 1);
    expect(measured(fixedPoint).value).toBeLessThan(1);
    expect(measured(fixedPoint).value).toBeGreaterThan(0.8);
  });
});
