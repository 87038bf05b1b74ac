import { describe, expect, it } from "vitest";
import { calibrate } from "../calibrate/calibrate.ts";
import type { Calibration } from "../calibrate/calibration.ts";
import { type CalibratedChannel, channelOf } from "../calibrate/channel.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { formOf } from "../organizations/team.ts";
import { tabulate } from "../records/tabulate.ts";
import { replay } from "../simulate/replay.ts";
import { type ScriptedTruth, scriptedAttempts, scriptedConfig, scriptedExample } from "../simulate/scripted.ts";
import { communicationCost, leafBias, teamThreshold } from "../theory/budget.ts";
import { betaDifficulty, treeAccuracyBeta } from "../theory/difficulty.ts";
import { fidelityExponential } from "../theory/fidelity.ts";
import { isMeasured, type Measured } from "../theory/interval.ts";
import { forecast } from "./forecast.ts";
import { type PlanOptions, plan } from "./plan.ts";
import type { CostUnit, Forecast } from "./plan-types.ts";
import { readAccuracy } from "./reader-shapes.ts";
import { usualReader, windowOf } from "./reader-window.ts";

// Scripted agents of stated truth: every parameter of the theory can be calibrated, so teams of readers can be forecast.
const truth = scriptedExample;
const tabulated = (script: ScriptedTruth, seed: number) =>
  tabulate(scriptedAttempts(script, seed), scriptedConfig(script), {});
const calibrationOf = (script: ScriptedTruth, seed = 1) => calibrate(tabulated(script, seed));
const calibration = calibrationOf(truth);
const tokens = (amount: number, options: Partial<PlanOptions> = {}, of: Calibration = calibration) =>
  plan(of, { perTask: { amount, unit: "tokens" }, ...options });
const rich = tokens(20_000);
const unrecorded = (candidates: readonly Forecast[]) => candidates.filter(({ recorded }) => recorded === false);

function measured<T extends object>(quantity: Measured<T>): T {
  if (!isMeasured(quantity)) throw new Error(quantity.notMeasured);
  return quantity;
}

/** What a team of readers truly does on tasks of the script. */
function trueAccuracy(text: string, { rhoTask, groups, relays, agents }: ScriptedTruth): number {
  const team = parseTeam(text);
  const { agent, level } = team.cast[0]!.members[0]!;
  const { skill } = agents.find(({ name }) => name === agent)!;
  const p = "k" in skill ? (1 + leafBias(Number(level), { scale: skill.k, beta: skill.beta })) / 2 : skill.accuracy;
  const channel = { fidelity: (m = 1e9) => fidelityExponential(m, relays), rho: groups.rhoWithin };
  const law = betaDifficulty(p, rhoTask);
  const right = readAccuracy(team, channel, 2);
  return law.accuracies.reduce((sum, accuracy, i) => sum + law.weights[i]! * right(accuracy), 0);
}

describe("teams of readers", () => {
  it("are candidates like any other: forecast by the theory, with a gain, P(better) and the tasks still needed", () => {
    const readers = unrecorded(rich.candidates);
    expect(readers.length).toBeGreaterThan(5);
    for (const { kind, method, caveats, cost, gain, accuracy } of readers) {
      expect(kind).toBe("tree");
      expect(method).toBe("exact");
      expect(caveats.join(" ")).toContain("nobody has seen these readers work");
      expect(measured(cost.tokens).mean).toBeLessThanOrEqual(20_000);
      expect(gain!.low).toBeLessThan(gain!.mean);
      expect(gain!.high).toBeGreaterThan(gain!.mean);
      expect(accuracy.low).toBeLessThan(accuracy.mean);
    }
    expect(rich.team!.kind).toBe("tree");
    expect(rich.team!.gain!.probabilityBetter).toBeGreaterThan(0.9);
  });

  it("are never chosen where code can count the answers: the same answers, counted, are better and cheaper", () => {
    for (const plan of [tokens(2000), rich, tokens(200_000)]) {
      expect(plan.advice.kind).not.toBe("tree");
      expect(measured(plan.resampled).accuracy.mean).toBeGreaterThan(plan.team?.accuracy.mean ?? 0);
    }
  });

  it("are advised where answers need reading and a tree is truly better than a star and than one agent", () => {
    const { advice, advised, single, frontier } = tokens(200_000, { needsReading: true });
    expect(advice.kind).toBe("tree");
    expect(advice.probabilityBetter).toBeGreaterThanOrEqual(0.9);
    const [tree, alone] = [trueAccuracy(advice.team, truth), 0.75];
    expect(single.team).toBe("single@scholar");
    expect(tree).toBeGreaterThan(alone + 0.15);
    expect(advised.accuracy.low).toBeLessThan(tree);
    expect(advised.accuracy.high).toBeGreaterThan(tree);
    const star = frontier.findLast(({ team }) => team.startsWith("star"));
    if (star) expect(tree).toBeGreaterThan(trueAccuracy(star.team, truth));
    expect(frontier.every(({ kind, team }) => kind === "single" || !team.includes("counted"))).toBe(true);
  });

  it.each<[string, ScriptedTruth]>([
    ["messages lose too much", { ...truth, relays: { ...truth.relays, lengthScale: 4000 } }],
    ["the agents copy each other", { ...truth, groups: { ...truth.groups, rhoWithin: 1 } }],
    [
      "the windows hold no three messages",
      { ...truth, agents: truth.agents.map((agent) => ({ ...agent, contextTokens: 170 })) },
    ],
  ])("are not advised where %s", (_, script) => {
    const { advice } = tokens(60_000, { needsReading: true }, calibrationOf(script));
    expect(advice.kind).toBe("single");
  });

  it("are forecast beside the others and never chosen where only recorded teams may be", () => {
    const made = tokens(60_000, { recordedOnly: true });
    expect(unrecorded(made.candidates).length).toBeGreaterThan(5);
    const chosen = [made.advised, made.single, made.best, made.equalAccuracy, made.team, ...made.frontier];
    for (const forecast of chosen) expect(forecast?.recorded).not.toBe(false);
    const without = { ...calibration, fidelity: { notMeasured: "no message was relayed", probe: "a relay" } };
    const { advice } = tokens(60_000, { recordedOnly: true }, without);
    expect(made.advice).toEqual(advice);
  });

  it("keep to the bound of the worst case", () => {
    const perTaskMax = { amount: 10_000, unit: "tokens" } as const;
    const kept = unrecorded(tokens(20_000, { perTaskMax }).candidates);
    expect(kept.length).toBeGreaterThan(0);
    for (const { cost } of kept) expect(measured(cost.tokens).max).toBeLessThanOrEqual(10_000);
  });

  it("are forecast as simulated on fresh tasks: replayed means lie in the intervals", () => {
    const fresh = tabulated(truth, 2);
    const channel = measured(channelOf(calibrate(fresh)));
    const cast = "leaf=scout~450,reader=scholar"; // isolated samples: groups would bring shared errors of their own
    for (const shape of ["star:5/m=64", "star:9/m=192", "tree:3x2/m=96", "tree:5x2/m=64", "tree.counted:3x2/m=64+32"]) {
      const team = parseTeam(`${shape}@${cast}`);
      const { accuracy, cost } = forecast(team, calibration);
      const found = replay(team, fresh.table, { seed: 1, channel, draws: 50 });
      expect(found.accuracy.mean + 3 * found.accuracy.standardError).toBeGreaterThan(accuracy.low);
      expect(found.accuracy.mean - 3 * found.accuracy.standardError).toBeLessThan(accuracy.high);
      expect(Math.abs(found.accuracy.mean - accuracy.mean)).toBeLessThan(0.03);
      expect(found.cost.tokens! / measured(cost.tokens).mean).toBeCloseTo(1, 1);
      expect(found.cost.calls).toBe(cost.calls.mean);
    }
  });

  it("are forecast as the theory has it: the truth of the script lies in the interval mostly", () => {
    const shapes = ["star:3/m=64", "star:9/m=128", "tree:3x2/m=64", "tree.counted:5x2/m=96"];
    const leaves = ["scout~150", "scout~1350", "clerk"];
    let [held, all] = [0, 0];
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const learned = seed === 1 ? calibration : calibrationOf(truth, seed);
      for (const leaf of leaves)
        for (const shape of shapes) {
          const text = `${shape}@leaf=${leaf},reader=scholar`;
          const { accuracy } = forecast(parseTeam(text), learned);
          const expected = trueAccuracy(text, truth);
          held += accuracy.low <= expected && expected <= accuracy.high ? 1 : 0;
          all++;
        }
    }
    expect(held / all).toBeGreaterThanOrEqual(0.75); // six calibrations: their intervals miss together
  });

  it.each([2, 4])("agree with the same vote where code counts one layer, with %i answers", (options) => {
    const script = { ...truth, options, groups: { ...truth.groups, rhoWithin: 0 } };
    const isolated = { ...calibrationOf(script), rhoWithin: { value: 0, low: 0, high: 0, confidence: 0.9 } };
    for (const votes of [3, 5, 9, 25]) {
      const counted = forecast(parseTeam(`tree.counted:${votes}x1@leaf=scout~450,reader=scholar`), isolated);
      const vote = forecast(parseTeam(`vote:${votes}@scout~450`), isolated);
      expect(Math.abs(counted.accuracy.mean - vote.accuracy.mean)).toBeLessThan(0.002);
    }
  });

  it("cost their leaves, every message twice, the readers' prompts and the root's answer", () => {
    const team = forecast(parseTeam(`star:3/m=64@leaf=${truth.node.leaf},reader=${truth.node.leaf}`), calibration);
    const leaf = calibration.agents.find(({ name }) => name === truth.node.leaf)!;
    const { tokens, tokensIn, tokensOut } = leaf.cost;
    expect(measured(team.cost.tokens).mean).toBeCloseTo(4 * measured(tokens).value + 2 * 3 * 64, 6);
    expect(measured(team.cost.tokensIn).mean).toBeCloseTo(4 * measured(tokensIn).value + 3 * 64, 6);
    expect(measured(team.cost.tokensOut).mean).toBeCloseTo(4 * measured(tokensOut).value + 3 * 64, 6);
    expect(team.cost.calls.mean).toBe(4);
  });

  it("cost dollars at the prices of who writes and who reads, and seconds on the longest path", () => {
    const { cost } = forecast(parseTeam("tree:3x2/m=64+32@leaf=clerk,reader=scholar"), calibration);
    const [clerk, scholar] = ["clerk", "scholar"].map((name) => calibration.agents.find((one) => one.name === name)!);
    const prompt = measured(scholar!.cost.tokensIn).value;
    const written = 2 * (9 * 64 + 3 * 32 + measured(scholar!.cost.tokensOut).value);
    const read = 0.5 * (9 * 64 + 3 * 32 + 4 * prompt);
    expect(measured(cost.usd).mean).toBeCloseTo(9 * measured(clerk!.cost.usd).value + (written + read) / 1e6, 9);
    const seconds = measured(cost.seconds);
    const slowest = measured(forecast(parseTeam("vote:9@clerk"), calibration).cost.seconds).mean;
    const last = measured(scholar!.cost.seconds).value;
    expect(seconds.mean).toBeGreaterThan(slowest + 32 / 60 + last);
    expect(seconds.mean).toBeLessThan(slowest + 64 / 50 + 32 / 50 + last);
    const unpriced = { ...calibration, agents: calibration.agents.map(({ prices: _, ...agent }) => agent) };
    const { cost: unknown } = forecast(parseTeam("star:3/m=64@leaf=clerk,reader=clerk"), unpriced);
    expect(isMeasured(unknown.usd)).toBe(false);
    expect(unknown.usd).toMatchObject({ probe: expect.stringContaining("inputPerMillion") });
  });

  it.each(["star:5/m=64", "star:5", "tree:3x2/m=64+32", "tree:2x2", "tree.counted:3x2/m=64", "tree.counted:3x2"])(
    "cost what %s costs where it is simulated on the same answers",
    (shape) => sameCosts(`${shape}@leaf=clerk,reader=scholar`),
  );

  it.each(["chain:4/m=64", "chain:4"])("cost what %s costs where it is simulated on the same answers", (shape) =>
    sameCosts(`${shape}@clerk`),
  );

  function sameCosts(text: string): void {
    const team = parseTeam(text);
    const { cost } = forecast(team, calibration);
    const channel = channelOf(calibration) as CalibratedChannel;
    const simulated = replay(team, calibration.table, { seed: 1, channel, draws: 60 }).cost;
    expect(simulated.calls).toBe(cost.calls.mean);
    for (const unit of ["tokens", "tokensIn", "tokensOut", "usd", "seconds"] as const)
      expect(simulated[unit]! / measured(cost[unit]).mean, unit).toBeCloseTo(1, 2);
    const { prices: _, ...unpriced } = channel;
    expect(replay(team, calibration.table, { seed: 1, channel: unpriced, draws: 1 }).cost.usd).toBeNull();
  }

  it.each<[CostUnit, number]>([
    ["usd", 0.01],
    ["seconds", 40],
    ["calls", 20],
  ])("are proposed within a budget in %s too", (unit, amount) => {
    const readers = unrecorded(plan(calibration, { perTask: { amount, unit } }).candidates);
    expect(readers.length).toBeGreaterThan(3);
    for (const { cost } of readers) {
      expect(measured(cost[unit]).mean).toBeLessThanOrEqual(amount * (1 + 1e-9));
      expect(measured(cost[unit]).max).toBeGreaterThanOrEqual(measured(cost[unit]).mean);
    }
  });

  it("lose no message at a root that code counts", () => {
    const text = (word: string) => `tree${word}:3x2/m=32@leaf=${truth.node.leaf},reader=${truth.node.leaf}`;
    const [read, counted] = ["", ".counted"].map((word) => forecast(parseTeam(text(word)), calibration));
    expect(counted!.accuracy.mean).toBeGreaterThan(read!.accuracy.mean);
    expect(counted!.cost.calls.mean).toBe(read!.cost.calls.mean - 1);
  });

  it("may be of any size, of several leaves, and refine their own answers", () => {
    const of = (text: string) => forecast(parseTeam(text), { ...calibration, agents: windowless });
    const [huge, mixed, chain] = [
      of("star:9999/m=64@leaf=clerk,reader=clerk"),
      of("tree:3x2/m=64@leaf=clerk+scholar,reader=clerk"),
      of("chain:3/m=64@clerk"),
    ];
    expect(huge!.accuracy.mean).toBeGreaterThan(mixed!.accuracy.mean);
    const one = (name: string) => of(`tree:3x2/m=64@leaf=${name},reader=clerk`).accuracy.mean;
    expect(mixed!.accuracy.mean).toBeGreaterThan(one("clerk"));
    expect(mixed!.accuracy.mean).toBeLessThan(one("scholar"));
    expect(mixed!.caveats.join(" ")).toContain("one agent of their mean");
    expect(chain!.accuracy.mean).toBeLessThan(of("single@clerk").accuracy.mean); // one own vote amplifies nothing
    expect(chain!.recorded).toBe(false);
  });

  it("span both readings where hard tasks and shared errors were not told apart", () => {
    const untold = { notMeasured: "every attempt stood alone", probe: "groups" };
    const team = parseTeam("tree:3x2/m=128@leaf=scout~450,reader=scholar");
    const told = forecast(team, calibration);
    const found = forecast(team, { ...calibration, rhoTask: untold, rhoWithin: untold });
    expect(found.caveats.join(" ")).toContain("the interval spans both readings");
    expect(found.accuracy.high - found.accuracy.low).toBeGreaterThan(told.accuracy.high - told.accuracy.low);
    const rho = measured(calibration.agents.find(({ name }) => name === "scout~450")!.rho).value;
    const p = calibration.agents.find(({ name }) => name === "scout~450")!.accuracy.value;
    const aggregation = { fanIn: 3, fidelity: fidelityExponential(128, truth.relays), rho };
    const shared = treeAccuracyBeta(p, 0, 2, aggregation);
    expect(found.accuracy.low).toBeLessThan(shared);
    expect(found.accuracy.high).toBeGreaterThan(shared);
  });

  it.each(["star:5/m=128", "tree:3x2/m=128", "tree.counted:3x2/m=128", "chain:3/m=128"])(
    "tell %s at both extremes, as numbers and in words",
    (shape) => {
      const untold = { notMeasured: "every attempt stood alone", probe: "groups" };
      const cast = shape.startsWith("chain") ? "scout~450" : "leaf=scout~450,reader=scholar";
      const team = parseTeam(`${shape}@${cast}`);
      expect(forecast(team, calibration).sharedErrors).toBeUndefined();
      const found = forecast(team, { ...calibration, rhoTask: untold, rhoWithin: untold });
      const { none, all } = found.sharedErrors!;
      expect(none).toBe(found.accuracy.mean);
      for (const end of [none, all]) {
        expect(found.accuracy.low).toBeLessThanOrEqual(end);
        expect(found.accuracy.high).toBeGreaterThanOrEqual(end);
        expect(found.caveats.join(" ")).toContain(`${(100 * end).toFixed(1)} % if `);
      }
    },
  );
});

describe("answers that are none", () => {
  const script = { ...truth, tasks: 60 };
  const recorded = scriptedAttempts(script, 1);
  const attempts = recorded.attempts.map((attempt, i) =>
    attempt.answer === undefined || i % 5 > 0 ? attempt : { ...attempt, answer: null, status: "unparsed" as const },
  );
  const team = parseTeam("star:5/m=192@leaf=clerk,reader=scholar");

  it("are no messages: the forecast runs the world of the simulation, and says so", () => {
    const recordings = tabulate({ ...recorded, attempts }, scriptedConfig(script), {});
    const found = forecast(team, calibrate(recordings));
    expect(found.caveats).toContainEqual(expect.stringMatching(/^(19|2[01])\.\d % of its recorded answers are none/));
    const channel = measured<CalibratedChannel>(channelOf(calibrate(recordings)));
    const { mean, standardError } = replay(team, recordings.table, { seed: 1, channel }).accuracy;
    expect(Math.abs(mean - found.accuracy.mean)).toBeLessThan(standardError);
  });

  it("are not spoken of where there are none", () => {
    expect(forecast(team, calibration).caveats.join(" ")).not.toContain("are none");
  });
});

const windowless = calibration.agents.map(({ contextTokens: _, ...agent }) => agent);

describe("the window of a reader", () => {
  const cast = `leaf=${truth.node.leaf},reader=scholar`; // its window is 4096, the tasks have 150 tokens

  it("holds the task beside the messages, in every layer", () => {
    const refused = expect.objectContaining({ code: "window-exceeded" });
    expect(() => forecast(parseTeam(`star:20/m=192@${cast}`), calibration)).not.toThrow();
    expect(() => forecast(parseTeam(`star:21/m=192@${cast}`), calibration)).toThrowError(refused); // 4032 and a task
    expect(() => forecast(parseTeam(`tree:25x2/m=96+192@${cast}`), calibration)).toThrowError(refused);
    expect(() => forecast(parseTeam(`tree.counted:25x2/m=96+192@${cast}`), calibration)).not.toThrow();
  });

  it("refuses a star with the tree that replaces it", () => {
    expect(() => forecast(parseTeam(`star:49/m=192@${cast}`), calibration)).toThrowError(`tree:7x2/m=192@${cast}`);
    expect(() => forecast(parseTeam(`tree:7x2/m=192@${cast}`), calibration)).not.toThrow();
    const { refused } = tokens(120_000);
    expect(refused.length).toBeGreaterThan(0);
    for (const { team, reason, instead } of refused) {
      const { sizes, messageTokens } = parseTeam(team);
      expect(sizes[0]! * messageTokens[0]!).toBeGreaterThan(4096 - 200);
      expect(reason).toContain('more than the window of 4096 of "scholar"');
      const tree = parseTeam(instead);
      expect(tree.organization).toBe("tree");
      expect(tree.sizes[0]! * messageTokens[0]!).toBeLessThanOrEqual(4096);
      expect(tree.sizes[0]! ** tree.sizes[1]!).toBeGreaterThanOrEqual(sizes[0]!);
    }
  });

  it("refuses every message where the task alone fills it", () => {
    const agents = calibration.agents.map((agent) => ({ ...agent, contextTokens: 120 }));
    const team = parseTeam(`star:3/m=1@${cast}`);
    expect(() => forecast(team, { ...calibration, agents })).toThrowError(/→ Use a reader with a larger window/);
  });

  it("names how many messages fit where no tree has as many leaves", () => {
    const team = parseTeam(`star:1000000/m=1@${cast}`);
    expect(() => forecast(team, calibration)).toThrowError(/"scholar"\.\n→ Use at most 39\d\d messages\./);
  });

  it("is swept: no team stands at a window that does not hold it, none gets worse as the window grows", () => {
    const windows = measured(rich.windows);
    expect(windows.contextTokens).toBe(4096);
    expect(windows.points).toHaveLength(24);
    expect(windows.points.at(-1)!.contextTokens).toBe(4 * 4096);
    let [star, tree] = [0, 0];
    for (const point of windows.points) {
      for (const choice of [point.star, point.tree]) {
        if (!choice) continue;
        const team = parseTeam(choice.team);
        const layers = formOf(team).layers!(team);
        for (const { fanIn, messageTokens } of layers)
          expect(fanIn * messageTokens! + 140).toBeLessThanOrEqual(point.contextTokens);
      }
      expect(point.star?.accuracy.mean ?? 0).toBeGreaterThanOrEqual(star);
      expect(point.tree?.accuracy.mean ?? 0).toBeGreaterThanOrEqual(tree);
      [star, tree] = [point.star?.accuracy.mean ?? 0, point.tree?.accuracy.mean ?? 0];
    }
  });

  it("makes hierarchy necessary below the window at which the best star catches up with the best tree", () => {
    const { hierarchyBelow, points } = measured(rich.windows);
    expect(hierarchyBelow).toBeGreaterThan(200);
    expect(hierarchyBelow).toBeLessThan(4096);
    const ahead = points.filter(({ star, tree }) => tree && (!star || tree.accuracy.mean > star.accuracy.mean + 0.001));
    for (const { contextTokens } of ahead) expect(contextTokens).toBeLessThan(hierarchyBelow!);
    expect(ahead.length).toBeGreaterThan(0);
    expect(measured(tokens(2000).windows).hierarchyBelow).toBeNull(); // no tree within the budget
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

  it("has thresholds in the order of the theory: a star pays before a second layer, and both before the window closes", () => {
    const { firstTeamTokens, secondLayerTokens, lastTeamTokens, shortestMessageTokens, optimalLeafTokens } =
      rich.thresholds;
    expect(measured(firstTeamTokens).value).toBeLessThan(measured(secondLayerTokens).value);
    expect(measured(secondLayerTokens).value).toBeLessThan(measured(lastTeamTokens).value);
    expect(measured(shortestMessageTokens).value).toBeLessThan(rich.regime.messageTokens!);
    for (const threshold of Object.values(rich.thresholds)) {
      const { low, value, high } = measured(threshold);
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
    }
    expect(measured(optimalLeafTokens).value).toBeGreaterThan(0);
  });

  it("pays for what a reader reads beside its messages before a team pays", () => {
    const { fanIn, messageTokens, beta, alpha } = rich.regime;
    const [growth, gain] = [measured(beta).value, measured(alpha).value];
    const { promptTokens } = windowOf(usualReader(calibration));
    expect(promptTokens).toBeGreaterThan(100);
    const paid = communicationCost(fanIn, 1, messageTokens!, { overhead: promptTokens });
    const expected = teamThreshold(1, { fanIn, alpha: gain, beta: growth }, paid);
    expect(measured(rich.thresholds.firstTeamTokens).value).toBeCloseTo(expected, 6);
  });
});

describe("the optimum of the theory", () => {
  it("buys compute of leaves that was never recorded, within budget and window", () => {
    const found = measured(rich.theoryOptimum);
    expect(found.agent).toBe("scout");
    expect(found.kind).toBe("star");
    expect(found.cost).toBeCloseTo(20_000, 6);
    expect(found.fanIn * found.messageTokens).toBeLessThanOrEqual(4096 - 140);
    expect(found.leafTokens - 150).toBeCloseTo(found.level, -1.5); // a level is a number of tokens here
    const p = (1 + leafBias(found.level, { scale: 0.15, beta: 0.13 })) / 2;
    const fidelity = fidelityExponential(found.messageTokens, truth.relays);
    const expected = treeAccuracyBeta(p, truth.rhoTask, 1, {
      fanIn: found.fanIn,
      fidelity,
      rho: truth.groups.rhoWithin,
    });
    expect(found.accuracy.low).toBeLessThan(expected);
    expect(found.accuracy.high).toBeGreaterThan(expected);
  });

  it("is one agent where no star fits, and is told for budgets in tokens only", () => {
    expect(measured(tokens(400).theoryOptimum).kind).toBe("single");
    expect(isMeasured(plan(calibration, { perTask: { amount: 5, unit: "calls" } }).theoryOptimum)).toBe(false);
  });
});
