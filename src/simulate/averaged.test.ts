import { describe, expect, it } from "vitest";
import { parseTeam } from "../organizations/parse-team.ts";
import { tabulate } from "../records/tabulate.ts";
import type { Channel } from "../theory/channel.ts";
import { averagingChainRisk, starRisk, treeRisk, treeRiskWithCommonCause } from "../theory/squared-error.ts";
import { ChannelNoiseNotMeasured } from "./averaged.ts";
import { replay } from "./replay.ts";
import { type ScriptedEstimates, scriptedEstimates, scriptedEstimatesConfig } from "./scripted-estimates.ts";

const risk = 4;
const script = (rho: number): ScriptedEstimates => ({
  name: "readers",
  tasks: 2500,
  truth: { mean: 0, deviation: 10 },
  agents: [{ name: "eye", skill: { risk, answerTokens: 60 }, bias: 0, rho, promptTokens: 80 }],
  common: 0,
  groups: { perTask: 9, size: 1, rhoWithin: 0 },
  relays: { agent: "eye", messageTokens: [16], perTask: 0, scale: 1, exponent: 0.5 },
});

const recorded = (rho: number) => tabulate(scriptedEstimates(script(rho), 7), scriptedEstimatesConfig).table;
const tables = { 0: recorded(0), 0.4: recorded(0.4) };
const noisy = (rho: number): Channel => ({ fidelity: () => 1, rho, variance: (m) => (m === undefined ? 0 : 24 / m) });

/** Standard errors between what was simulated on 2,500 tasks and what the theory says. */
function deviation(team: string, leafRho: 0 | 0.4, channel: Channel, expected: number): number {
  const { accuracy, method } = replay(parseTeam(team), tables[leafRho], {
    seed: 3,
    metric: "squared-error",
    draws: 40,
    channel,
  });
  expect(method).toBe("simulated");
  return Math.abs(accuracy.mean - expected) / accuracy.standardError;
}

describe("readers that average", () => {
  it("do what the theory says of stars", () => {
    for (const rho of [0, 0.4] as const) {
      const noise = { rho, channelVariance: 1.5 };
      expect(deviation("star:9/m=16@leaf=eye,reader=eye", rho, noisy(0), starRisk(risk, 9, noise))).toBeLessThan(3);
    }
  });

  it("do what the theory says of trees: the task's share stays, and messages add their noise", () => {
    const noise = { rho: 0.4, channelVariance: 1.5 };
    const expected = treeRiskWithCommonCause(risk, 2, 3, noise);
    expect(deviation("tree:3x2/m=16@leaf=eye,reader=eye", 0.4, noisy(0), expected)).toBeLessThan(3);
  });

  it("do what the paper says of trees whose errors are shared anew within every node", () => {
    const expected = treeRisk(risk, 2, 3, { rho: 0.3, channelVariance: 1.5 });
    expect(deviation("tree:3x2/m=16@leaf=eye,reader=eye", 0, noisy(0.3), expected)).toBeLessThan(3);
  });

  it("lose nothing on the way to code that takes the mean in place of the root", () => {
    const lower = starRisk(risk, 3, { rho: 0, channelVariance: 1.5 });
    const expected = starRisk(lower, 3, { rho: 0, channelVariance: 0 });
    expect(deviation("tree.counted:3x2/m=16@leaf=eye,reader=eye", 0, noisy(0), expected)).toBeLessThan(3);
  });

  it("do what the theory says of chains that keep a running average", () => {
    for (const rho of [0, 0.4] as const) {
      const expected = averagingChainRisk(risk, 4, { rho, channelVariance: 1.5 });
      expect(deviation("chain:5/m=16@eye", rho, noisy(0), expected)).toBeLessThan(3);
    }
  });

  it("pass on whole answers without loss where no length is set", () => {
    const expected = starRisk(risk, 9, { rho: 0, channelVariance: 0 });
    expect(deviation("star:9@leaf=eye,reader=eye", 0, noisy(0), expected)).toBeLessThan(3);
  });

  it("pass on what the others say where one gave no number, though all their messages are copies of one", () => {
    const { columns, ...table } = tables[0];
    const [eye] = columns;
    const estimate = eye!.estimate!.map((value, at) => (at % 2 === 0 ? value : Number.NaN));
    const halfSilent = { ...table, columns: [{ ...eye!, estimate }] };
    const options = { seed: 1, metric: "squared-error", channel: noisy(1) } as const;
    // 9 answers per task, of which 4 or 5 are numbers: six always hold one.
    const { unanswered } = replay(parseTeam("star:6/m=16@leaf=eye,reader=eye"), halfSilent, options);
    expect(unanswered).toBe(0);
  });

  it("are not simulated where nobody knows what messages do to numbers", () => {
    const team = parseTeam("star:9/m=16@leaf=eye,reader=eye");
    const options = { seed: 1, metric: "squared-error" } as const;
    for (const variance of [undefined, () => Number.NaN]) {
      const channel: Channel = { fidelity: () => 1, rho: 0, ...(variance && { variance }) };
      expect(() => replay(team, tables[0], { ...options, channel })).toThrow(ChannelNoiseNotMeasured);
    }
  });
});
