import { describe, expect, it } from "vitest";
import { calibrate } from "../calibrate/calibrate.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { tabulate } from "../records/tabulate.ts";
import { outcomesCached } from "../simulate/replay.ts";
import { scriptedAttempts, scriptedConfig, scriptedExample } from "../simulate/scripted.ts";
import { meanOfKnown } from "./choose.ts";
import { callsOfMembers } from "./drawn-answers.ts";
import { forecast, SamplesNeeded } from "./forecast.ts";
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
  it.each([
    "vote@scholar:3,clerk:4",
    "vote.weighted@scholar:3,clerk:5",
    "vote.majority@scholar:3,clerk:3",
    "cascade@clerk:3,scholar:3",
  ])("is close to what all samples of the same tasks show: %s", (text) => {
    const team = parseTeam(text);
    const few = calibrate(withSamples(2), { pairs: false });
    const { accuracy, method, caveats, cost } = forecast(team, few);
    const replayed = outcomesCached(team, recordings.table, { seed: 1, weights: few.weights });
    expect(method).toBe("mixture");
    expect(Math.abs(accuracy.mean - meanOfKnown(replayed.accuracy))).toBeLessThan(0.06); // learned from two samples
    expect(Math.abs(cost.calls.mean - meanOfKnown(replayed.calls))).toBeLessThan(0.2);
    expect(accuracy.low).toBeLessThan(accuracy.mean);
    expect(caveats.join()).toContain("drawn from its law of votes");
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
