import { describe, expect, it } from "vitest";
import { calibrate } from "../calibrate/calibrate.ts";
import { numberChannelOf } from "../calibrate/estimates.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { tabulate } from "../records/tabulate.ts";
import { replay } from "../simulate/replay.ts";
import {
  type ScriptedEstimates,
  scriptedEstimates,
  scriptedEstimatesConfig,
  scriptedEstimatesExample,
  scriptedVariance,
} from "../simulate/scripted-estimates.ts";
import type { Channel } from "../theory/channel.ts";
import { isMeasured } from "../theory/interval.ts";
import {
  averagingChainRisk,
  optimalErrorWeights,
  starRisk,
  treeRisk,
  weightedErrorRisk,
} from "../theory/squared-error.ts";
import type { Forecast } from "./plan-types.ts";
import { EstimatesNotMeasured, forecastSquaredError } from "./squared-error.ts";
import { teamWeights } from "./weights.ts";

const isolated: ScriptedEstimates = { ...scriptedEstimatesExample, groups: { perTask: 12, size: 1, rhoWithin: 0 } };
const recordingsOf = (script: ScriptedEstimates, seed: number) =>
  tabulate(scriptedEstimates(script, seed), scriptedEstimatesConfig);
const calibrationOf = (script: ScriptedEstimates, seed: number) => calibrate(recordingsOf(script, seed));
const few = { ...isolated, tasks: 100 };
const calibration = calibrationOf({ ...isolated, tasks: 200 }, 1);
const forecast = (team: string) => forecastSquaredError(parseTeam(team), calibration);

/** ρ v and (1 − ρ) v of the script's "eye". */
const [common, own] = [1, 3];
/** What the script says of teams of eyes that pass on messages of 32 tokens. */
const noise = { rho: 0, channelVariance: scriptedVariance(isolated, 32) };
const truths: Readonly<Record<string, number>> = {
  "single@eye": common + own,
  "vote.mean:5@eye": common + own / 5,
  "vote.mean:101@eye": common + own / 101,
  "star:9/m=32@leaf=eye,reader=rule": common + starRisk(own, 9, noise),
  "tree:3x2/m=32@leaf=eye,reader=rule": common + treeRisk(own, 2, 3, noise),
  "chain:6/m=32@eye": common + averagingChainRisk(own, 5, noise),
};

describe("forecast of squared errors", () => {
  it("says what it forecast, how, and at what cost", () => {
    const found = forecast("vote.mean:5@eye");
    expect(found).toMatchObject({ metric: "squared-error", method: "resampled", kind: "repeated", tasks: 200 });
    expect(found.cost.calls.mean).toBe(5);
    expect((found.cost.tokens as { mean: number }).mean).toBeCloseTo(5 * 140, 8);
    const star = forecast("star:9/m=32@leaf=eye,reader=rule");
    expect(star).toMatchObject({ method: "exact", recorded: false });
    expect(star.cost.calls.mean).toBe(10);
    expect(star.caveats.join(" ")).toMatch(/average what they read.*spans both|average what they read/);
  });

  it("of the mean of recorded answers is v(ρ + (1 − ρ)/N), whichever way it is worked out", () => {
    const all = forecast("vote.mean:12@eye");
    const more = forecast("vote.mean:13@eye");
    expect([all.method, more.method]).toEqual(["resampled", "exact"]);
    const spread = forecast("single@eye").accuracy.mean - more.accuracy.mean; // own · 12/13
    expect(all.accuracy.mean - more.accuracy.mean).toBeCloseTo((spread * 13) / 12 / (12 * 13), 10);
  });

  it.each(Object.entries(truths))("of %s has the truth, %d, in its 90 %% interval nine times in ten", (team, truth) => {
    const seeds = 40;
    let inside = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      const { low, high } = forecastSquaredError(parseTeam(team), calibrations[seed - 1]!).accuracy;
      if (low <= truth && truth <= high) inside++;
    }
    expect(inside / seeds).toBeGreaterThanOrEqual(0.775); // 3 standard errors below
  });
  const calibrations = Array.from({ length: 40 }, (_, i) => calibrationOf(few, 100 + i));

  it.each(["star:9/m=32@leaf=eye,reader=rule", "tree:3x2/m=32@leaf=eye,reader=rule", "chain:6/m=32@eye"])(
    "of %s agrees with its replay on fresh tasks",
    (team) => {
      const { accuracy } = forecast(team);
      const channel = numberChannelOf(calibration, "eye");
      if (!isMeasured<Channel>(channel)) throw new Error(channel.notMeasured);
      const fresh = recordingsOf({ ...isolated, tasks: 600 }, 77).table;
      const measured = replay(parseTeam(team), fresh, { seed: 1, metric: "squared-error", draws: 50, channel });
      const error = Math.hypot(measured.accuracy.standardError, (accuracy.high - accuracy.low) / 3.3);
      expect(Math.abs(measured.accuracy.mean - accuracy.mean) / error).toBeLessThan(3);
    },
  );

  it("reaches down to errors made anew in every layer where nobody told them from the task's, and not where groups did", () => {
    const deep = "tree:3x2/m=32@leaf=eye,reader=rule";
    const grouped = calibrationOf({ ...scriptedEstimatesExample, tasks: 200 }, 1);
    const told = forecastSquaredError(parseTeam(deep), grouped);
    const apart = (one: Forecast) => one.caveats.filter((caveat) => caveat.includes("told apart")).length;
    expect([apart(forecast(deep)), apart(told), apart(forecast("star:9/m=32@leaf=eye,reader=rule"))]).toEqual([
      1, 0, 0,
    ]);
    expect(forecast(deep).accuracy.low).toBeLessThan(treeRisk(common + own, 2, 3, { ...noise, rho: 0.25 }));
  });

  it("of a linear combination is no better than its weights deserve on other tasks", () => {
    const team = parseTeam("vote.linear@eye,rule,mind~200");
    const found = forecastSquaredError(team, calibration);
    const inSample = replay(team, calibration.table, {
      ...{ seed: 1, metric: "squared-error" },
      weights: teamWeights(team, calibration)!,
    });
    expect(found.accuracy.mean).toBeGreaterThan(inSample.accuracy.mean);
    const weights = teamWeights(team, calibration)!;
    expect([...weights.values()].reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 10);
    const taskParts = [1 - 0.25, 2.4 - 0.64, 0.2 * 60 * 200 ** -0.5].map(Math.sqrt);
    const [biases, risks] = [
      [0.5, -0.8, 0],
      [4, 6, 60 * 200 ** -0.5],
    ];
    const moments = risks.map((risk, i) =>
      risks.map((_, j) => (i === j ? risk : biases[i]! * biases[j]! + 0.5 * taskParts[i]! * taskParts[j]!)),
    );
    const best = weightedErrorRisk(moments, optimalErrorWeights(moments));
    expect(weightedErrorRisk(moments, [...weights.values()])).toBeLessThan(best * 1.05);
    const { mean, low, high } = found.accuracy;
    expect(Math.abs(mean - best)).toBeLessThan((3 * (high - low)) / 3.3);
  });

  it("names what is missing", () => {
    const silent = calibrationOf({ ...few, relays: { ...few.relays, perTask: 0 } }, 1);
    expect(() => forecastSquaredError(parseTeam("star:9/m=32@leaf=eye,reader=eye"), silent)).toThrow(
      /no numbers were relayed/,
    );
    expect(() => forecast("star:9/m=4@leaf=eye,reader=rule")).toThrow(/shorter than any that was probed/);
    expect(() => forecast("vote.median:13@eye")).toThrow(/can be replayed on 0 tasks/);
    expect(() => forecast("single@nobody")).toThrow(/nobody/);
    const words = { ...calibration, estimates: { notMeasured: "no numbers", probe: "record some" } };
    expect(() => forecastSquaredError(parseTeam("single@eye"), words)).toThrow(EstimatesNotMeasured);
  });

  it("says so where one task is the whole story, and where there is no number", () => {
    const recordings = recordingsOf({ ...few, tasks: 30 }, 5);
    const eye = recordings.table.columns.find(({ name }) => name === "eye")!;
    eye.estimate![0] = 1e6;
    eye.estimate![eye.start[3]!] = Number.NaN;
    const { caveats, accuracy } = forecastSquaredError(parseTeam("single@eye"), calibrate(recordings));
    expect(caveats.join(" ")).toMatch(/One task, task-0001, holds 100\.0 % of the squared error/);
    expect(caveats.join(" ")).toMatch(/On 0\.3 % of the tasks there is no number/);
    expect(accuracy.high / accuracy.mean).toBeGreaterThan(3);
  });
});
