import { describe, expect, it } from "vitest";
import { calibrate } from "../calibrate/calibrate.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { tabulate } from "../records/tabulate.ts";
import { outcomesCached } from "../simulate/replay.ts";
import { scriptedAttempts, scriptedConfig, scriptedExample } from "../simulate/scripted.ts";
import { meanOfKnown } from "./choose.ts";
import { callsOfMembers } from "./drawn-answers.ts";
import { forecast, SamplesNeeded } from "./forecast.ts";
import type { CostForecast } from "./plan-types.ts";
import { subsetOf } from "./subset.ts";

/** Two agents with ten samples of 400 tasks, three options. */
const [scholar, clerk] = [scriptedExample.agents[1]!, scriptedExample.agents[2]!];
const truth = {
  ...scriptedExample,
  tasks: 400,
  options: 3,
  agents: [scholar, clerk],
  rhoTask: 0.3,
  groups: { perTask: 10, size: 1, rhoWithin: 0 },
  relays: { ...scriptedExample.relays, agent: "scholar" },
};
const recordings = tabulate(scriptedAttempts(truth, 3), scriptedConfig(truth));
const every = Uint32Array.from(recordings.table.tasks.keys());
const withSamples = (samples: number) => ({
  ...recordings,
  table: subsetOf(recordings.table, recordings.table.columns, every, ({ start }, task) =>
    Array.from({ length: samples }, (_, i) => start[task]! + i),
  ),
});

describe("a forecast of members that are asked more often than they were recorded", () => {
  const compared = (text: string, samples: number) => {
    const team = parseTeam(text);
    const few = calibrate(withSamples(samples), { pairs: false });
    const replayed = outcomesCached(team, recordings.table, { seed: 1, weights: few.weights });
    return {
      told: forecast(team, few),
      accuracy: meanOfKnown(replayed.accuracy),
      calls: meanOfKnown(replayed.calls),
      seconds: meanOfKnown(replayed.seconds),
    };
  };

  it.each([
    ["vote@scholar:3,clerk:4", 2, 0.03],
    ["vote.weighted@scholar:3,clerk:5", 2, 0.03],
    ["vote.majority@scholar:3,clerk:3", 2, 0.03],
    ["cascade@clerk:3,scholar:3", 2, 0.03],
    ["vote@scholar:3,clerk:4", 3, 0.012],
    ["vote.weighted@scholar:3,clerk:5", 3, 0.012],
  ])("is close to what all samples of the same tasks show: %s from %i", (text, samples, bound) => {
    const { told, accuracy, calls } = compared(text, samples);
    expect(told.method).toBe("mixture");
    expect(Math.abs(told.accuracy.mean - accuracy)).toBeLessThan(bound);
    expect(Math.abs(told.cost.calls.mean - calls)).toBeLessThan(0.1);
    expect(told.accuracy.low).toBeLessThan(told.accuracy.mean);
    expect(told.caveats.join()).toContain("drawn from its law of votes");
  });

  it("takes the time of the slowest of so many calls, not of the recorded ones", () => {
    const { told, seconds } = compared("vote@scholar:9,clerk:9", 2);
    expect(Math.abs((told.cost.seconds as CostForecast).mean / seconds - 1)).toBeLessThan(0.03);
  });

  it("stays the recorded answers where there are enough of them", () => {
    expect(forecast(parseTeam("vote@scholar:2,clerk"), calibrate(withSamples(2), { pairs: false })).method).toBe(
      "resampled",
    );
  });

  it("needs two samples of a member to know its votes", () => {
    const one = calibrate(withSamples(1), { pairs: false });
    expect(() => forecast(parseTeam("vote@scholar:2,clerk"), one)).toThrow(SamplesNeeded);
  });

  it("counts the calls of every stage", () => {
    expect(callsOfMembers(parseTeam("cascade@clerk:3,scholar"))).toEqual(
      new Map([
        ["clerk", 3],
        ["scholar", 1],
      ]),
    );
  });
});
