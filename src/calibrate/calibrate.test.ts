import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Attempt, Attempts } from "../records/attempt.ts";
import type { Config } from "../records/config.ts";
import { readAttempts } from "../records/read.ts";
import { tabulate } from "../records/tabulate.ts";
import { scriptedAttempts, scriptedConfig, scriptedExample } from "../simulate/scripted.ts";
import { type Interval, isMeasured, type Measured } from "../theory/interval.ts";
import { calibrate } from "./calibrate.ts";
import type { FidelityCalibration } from "./calibration.ts";
import { fidelityAt } from "./fidelity.ts";
import { calibratedRegime } from "./regime.ts";

const noConfig: Config = { agents: {}, sources: [] };

function recordings(attempts: readonly Attempt[], config = noConfig) {
  const all: Attempts = {
    name: "a few answers",
    attempts,
    lines: attempts.length,
    badLines: [],
    sorts: { graded: attempts.length, scored: 0, ungraded: 0, aggregated: 0, relay: 0 },
    disagreements: [],
    sources: [],
  };
  return tabulate(all, config);
}

/** One answer per letter: upper case right, lower case wrong, "-" none; one text per agent, one letter per task. */
function answers(byAgent: Readonly<Record<string, string>>, more: Partial<Attempt> = {}): Attempt[] {
  return Object.entries(byAgent).flatMap(([agent, letters]) =>
    [...letters].flatMap((letter, t): Attempt[] => {
      if (letter === "-") return [];
      const right = letter === letter.toUpperCase();
      return [{ taskId: `t${t}`, agent, sample: 0, answer: letter, correct: right ? 1 : 0, ...more }];
    }),
  );
}

function measured<T extends object = Interval>(quantity: Measured<T>): T {
  if (!isMeasured<T>(quantity)) throw new Error(quantity.notMeasured);
  return quantity;
}

function unmeasured(quantity: object): { notMeasured: string; probe: string } {
  expect(quantity).toHaveProperty("notMeasured");
  return quantity as { notMeasured: string; probe: string };
}

describe("accuracy", () => {
  it("is a mean over tasks: a task asked ten times counts once", () => {
    const once = answers({ a: "Rw" });
    const often = Array.from({ length: 9 }, (_, i): Attempt => ({ ...once[0]!, sample: i + 1 }));
    const [agent] = calibrate(recordings([...once, ...often])).agents;
    expect(agent!.accuracy.value).toBe(0.5);
    expect(agent!.attempts).toBe(11);
    expect(agent!.tasks).toBe(2);
  });

  it("tells unparsed and truncated answers apart from wrong ones", () => {
    const attempts = answers({ a: "RRww" });
    attempts.push({ taskId: "t4", agent: "a", sample: 0, answer: null, correct: 0, status: "unparsed" });
    attempts.push({ taskId: "t5", agent: "a", sample: 0, correct: 0, status: "truncated" });
    const [agent] = calibrate(recordings(attempts)).agents;
    expect(agent!.accuracy.value).toBeCloseTo(2 / 6, 12);
    expect(agent!.unparsed.value).toBeCloseTo(1 / 6, 12);
    expect(agent!.truncated.value).toBeCloseTo(1 / 6, 12);
  });

  it("of an agent that is always right still has an interval, and a finite weight", () => {
    const { agents, weights } = calibrate(recordings(answers({ a: "RRRRRRRR", b: "RRRRwwww" })));
    expect(agents[0]!.accuracy.low).toBeLessThan(1);
    expect(weights.get("a")).toBeCloseTo(Math.log(8.5 / 0.5), 12);
    expect(weights.get("b")).toBe(0);
  });

  it("of an agent that is mostly wrong gives it no vote, as a weighted rule takes no negative one", () => {
    expect(calibrate(recordings(answers({ a: "RRRRRRww", b: "Rwwwwwww" }))).weights.get("b")).toBe(0);
  });

  it("reads the chosen tasks and no other", () => {
    const tasks = Uint32Array.of(0, 1, 2, 3);
    const known = calibrate(recordings(answers({ a: "RwRwRR", b: "RRwwRR" })), { tasks });
    const otherwise = calibrate(recordings(answers({ a: "RwRwww", b: "RRwwwR" })), { tasks });
    expect(otherwise.agents).toEqual(known.agents);
    expect(otherwise.pairs).toEqual(known.pairs);
    expect(otherwise.rhoTotal).toEqual(known.rhoTotal);
  });
});

describe("errors", () => {
  it("say when nothing is graded, and when one task is not enough", () => {
    const ungraded: Attempt[] = [{ taskId: "t", agent: "a", sample: 0, answer: "4" }];
    expect(() => calibrate(recordings(ungraded))).toThrowError(expect.objectContaining({ code: "nothing-graded" }));
    expect(() => calibrate(recordings(answers({ a: "R", b: "w" })))).toThrowError(
      expect.objectContaining({ code: "too-few-tasks" }),
    );
  });

  it("leave out agents without a graded answer to the chosen tasks", () => {
    const all = recordings(answers({ a: "RwRw", b: "--RR" }));
    expect(calibrate(all, { tasks: Uint32Array.of(0, 1) }).agents.map(({ name }) => name)).toEqual(["a"]);
  });
});

describe("pairs", () => {
  it("count the same wrong answer of tasks that both got wrong", () => {
    const [pair] = calibrate(recordings(answers({ a: "RRwwwwx", b: "RwRwxwx" }))).pairs;
    expect(pair!.tasks).toBe(7);
    expect(measured(pair!.sameWrong).value).toBeCloseTo(3 / 4, 12); // w x w x against w w w x
  });

  it("do not compare answers of which only right or wrong is known", () => {
    const flags = answers({ a: "RwRw" }).map(({ answer, ...flag }) => flag);
    const [pair] = calibrate(recordings([...flags, ...answers({ b: "Rwww" })])).pairs;
    expect(unmeasured(pair!.sameWrong).notMeasured).toContain('"a"');
  });

  it("say why there is no correlation", () => {
    const [pair] = calibrate(recordings(answers({ a: "RRRR", b: "RwRw" }))).pairs;
    expect(unmeasured(pair!.phi).notMeasured).toContain("always right or always wrong");
    const [apart] = calibrate(recordings(answers({ a: "Rw--", b: "--Rw" }))).pairs;
    expect(unmeasured(apart!.phi).notMeasured).toContain("no task");
  });

  it("are left out when nobody asks for them", () => {
    expect(calibrate(recordings(answers({ a: "RwRw", b: "RRww" })), { pairs: false }).pairs).toEqual([]);
  });
});

describe("what was not recorded", () => {
  const calibration = calibrate(recordings(answers({ a: "RwRwRR", b: "RRwwRR" })));

  it("reads 'not measured', and every time names a probe", () => {
    const { rhoTask, rhoWithin, fidelity, beta, contextTokens, agents } = calibration;
    const { cost, rho } = agents[0]!;
    const regime = calibratedRegime(calibration, { fanIn: 5, messageTokens: 64, leaf: "a" });
    for (const quantity of [
      rhoTask,
      rhoWithin,
      fidelity,
      beta,
      contextTokens,
      rho,
      ...Object.values(cost),
      ...Object.values(regime),
    ])
      expect(unmeasured(quantity).probe.length).toBeGreaterThan(10);
  });

  it("is said of accuracies below one half too, where the paper's bias is negative", () => {
    const low = [100, 300].flatMap((level) => answers({ a: "wwwRww" }, { level: String(level) }));
    expect(unmeasured(calibrate(recordings(low)).beta).notMeasured).toContain("one half");
  });

  it("is said of levels that are names", () => {
    const named = ["low", "high"].flatMap((level) => answers({ a: "RwRRww" }, { level }));
    expect(unmeasured(calibrate(recordings(named)).beta).notMeasured).toContain("numeric levels");
  });

  it("is said of relays of one length, and of messages that never vary", () => {
    const relay = (messageTokens: number, sent: string): Attempt[] =>
      [0, 1, 2].map((t) => ({ taskId: `t${t}`, agent: "a", sample: 0, messageTokens, sent, received: sent }));
    const graded = answers({ a: "RwR" });
    const oneLength = calibrate(recordings([...graded, ...relay(10, "x")]));
    expect(unmeasured(oneLength.fidelity).notMeasured).toContain("one length");
    const oneMessage = calibrate(recordings([...graded, ...relay(10, "x"), ...relay(50, "x")]));
    expect(unmeasured(oneMessage.fidelity).notMeasured).toContain("the same");
  });
});

describe("fidelity", () => {
  it.each([
    ["nothing", () => "x", 0],
    ["everything", (sent: string) => sent, 1],
  ])("of messages that carry %s is a number at every length", (_, decoded, gamma) => {
    const relays = [8, 64].flatMap((messageTokens) =>
      Array.from({ length: 40 }, (_, i): Attempt => {
        const sent = i % 2 === 0 ? "x" : "y";
        return { taskId: `t${i % 10}`, agent: "a", sample: i, messageTokens, sent, received: decoded(sent) };
      }),
    );
    const { fidelity } = calibrate(recordings([...answers({ a: "RwRwRwRwRw" }), ...relays]));
    for (const length of [1, 8, 30, 64, 1000]) {
      const { value, low, high } = fidelityAt(measured<FidelityCalibration>(fidelity), length);
      expect(low).toBeLessThanOrEqual(value);
      expect(value).toBeLessThanOrEqual(high);
      if (length >= 8) expect(value).toBeCloseTo(gamma, 6);
    }
  });
});

describe("a full recording", () => {
  const all = tabulate(scriptedAttempts(scriptedExample, 1), scriptedConfig(scriptedExample));
  const calibration = calibrate(all);

  it("measures everything, the same for the same seed", () => {
    const { rhoTotal, rhoTask, rhoWithin, fidelity, beta, contextTokens } = calibration;
    for (const quantity of [rhoTotal, rhoTask, rhoWithin, fidelity, beta, contextTokens])
      expect(isMeasured(quantity)).toBe(true);
    expect(calibration.agents.every(({ cost }) => Object.values(cost).every((one) => isMeasured(one)))).toBe(true);
    expect(calibrate(all)).toEqual(calibration);
  });

  it("splits the correlation of votes: 1 − ρ_total = (1 − ρ_task)(1 − ρ_within)", () => {
    const [total, task, within] = [calibration.rhoTotal, calibration.rhoTask, calibration.rhoWithin].map(measured);
    expect((1 - task!.value) * (1 - within!.value)).toBeCloseTo(1 - total!.value, 12);
  });

  it("takes the window of its most accurate agent, and prices tokens by the config", () => {
    expect(calibration.contextTokens).toEqual({ value: 4096, agent: "scholar" });
    const { cost } = calibration.agents.find(({ name }) => name === "scout~50")!;
    const expected = (measured(cost.tokensIn).value * 0.5 + measured(cost.tokensOut).value * 2) / 1e6;
    expect(measured(cost.usd).value).toBeCloseTo(expected, 12);
  });

  it("reads fidelity at any length: rising, inside (0, 1), between its neighbors", () => {
    if (!isMeasured(calibration.fidelity)) throw new Error("relays are recorded");
    const { fidelity } = calibration;
    const at = [1, 16, 40, 64, 100, 1000].map((length) => fidelityAt(fidelity, length));
    at.slice(1).forEach((one, i) => {
      expect(one.value).toBeGreaterThan(at[i]!.value);
    });
    for (const { value, low, high } of at) {
      expect(low).toBeGreaterThan(0);
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
      expect(high).toBeLessThanOrEqual(1);
    }
    const isotonic = { ...fidelity, family: "isotonic" as const };
    const recorded = fidelity.isotonic.find(({ messageTokens }) => messageTokens === 64)!.fidelity;
    expect(fidelityAt(isotonic, 64).value).toBe(recorded.value);
    expect(fidelityAt(isotonic, 1e6)).toEqual(fidelity.isotonic.at(-1)!.fidelity);
  });

  it("widens with the confidence asked for", () => {
    const wider = calibrate(all, { confidence: 0.99 });
    const width = ({ low, high }: Interval) => high - low;
    expect(width(measured(wider.rhoWithin))).toBeGreaterThan(width(measured(calibration.rhoWithin)));
    expect(width(wider.agents[0]!.accuracy)).toBeGreaterThan(width(calibration.agents[0]!.accuracy));
  });

  it("with more tasks that were answered without groups knows no more of shared errors", () => {
    const grouped = scriptedAttempts({ ...scriptedExample, tasks: 20 }, 3).attempts;
    const alone = grouped.flatMap(({ group, ...rest }) => (group ? [{ ...rest, taskId: `more ${rest.taskId}` }] : []));
    const known = calibrate(recordings(grouped));
    const more = calibrate(recordings([...grouped, ...alone]));
    expect(more.rhoWithin).toEqual(known.rhoWithin);
    expect(more.rhoTask).toEqual(known.rhoTask);
  });

  it("with half of its tasks knows the shared errors of groups made of different agents too", () => {
    const mixed = scriptedAttempts(scriptedExample, 2).attempts.flatMap((attempt): Attempt[] => {
      const { group, level, ...rest } = attempt; // groups of one answer of each of five "agents" that are one
      return group?.startsWith("clerk") ? [{ ...rest, agent: `clerk-${attempt.sample % 5}`, sample: 0, group }] : [];
    });
    const numbered = mixed.map((attempt, i) => ({ ...attempt, sample: i }));
    const { value, low, high } = measured(calibrate(recordings(numbered)).rhoWithin);
    expect(low).toBeLessThan(0.1);
    expect(high).toBeGreaterThan(0.1);
    expect(value).toBeGreaterThan(0.05);
  });
});

const data = new URL("../../../shared/data/", import.meta.url).pathname;
describe.skipIf(!existsSync(data))("public sets", () => {
  it("have the correlations that their reference numbers state", async () => {
    const { pairs } = calibrate(tabulate(await readAttempts([`${data}gsm8k-multi/records.jsonl.gz`]), noConfig));
    const phis = pairs.map(({ phi }) => measured(phi).value);
    expect(phis.reduce((sum, phi) => sum + phi, 0) / phis.length).toBeCloseTo(0.288, 3);
    const [agent] = calibrate(tabulate(await readAttempts([`${data}svamp-pot-k30/records.jsonl.gz`]), noConfig)).agents;
    expect(agent!.accuracy.value).toBeCloseTo(0.804, 3);
    expect(measured(agent!.rho).value).toBeCloseTo(0.483, 2);
  });
});
