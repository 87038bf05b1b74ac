// Forecasts of readers against the same teams simulated on the same recordings: one world, whatever of it is silent.
import { describe, expect, it } from "vitest";
import { calibrate } from "../../src/calibrate/calibrate.ts";
import type { ChannelNoise, EstimateCalibration } from "../../src/calibrate/calibration.ts";
import { type CalibratedChannel, channelOf } from "../../src/calibrate/channel.ts";
import { channelVarianceAt } from "../../src/calibrate/estimates.ts";
import { parseTeam } from "../../src/organizations/parse-team.ts";
import { forecast } from "../../src/plan/forecast.ts";
import { forecastSquaredError } from "../../src/plan/squared-error.ts";
import type { Attempts } from "../../src/records/attempt.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import { replay } from "../../src/simulate/replay.ts";
import { scriptedAttempts, scriptedConfig, scriptedExample } from "../../src/simulate/scripted.ts";
import {
  scriptedEstimates,
  scriptedEstimatesConfig,
  scriptedEstimatesExample,
} from "../../src/simulate/scripted-estimates.ts";
import type { Interval } from "../../src/theory/interval.ts";
import { random } from "../../src/theory/random.ts";

/** Scripted agents that choose among so many answers, a share of which nobody could parse. */
function recordingsOf(options: number, unparsed: number) {
  const script = { ...scriptedExample, options, tasks };
  const made = scriptedAttempts(script, 3);
  return tabulate(silenced(made, unparsed), scriptedConfig(script));
}

function silenced(made: Attempts, unparsed: number): Attempts {
  const next = random(7, "unparsed");
  const attempts = made.attempts.map((attempt) =>
    attempt.received === undefined && next() < unparsed ? { ...attempt, answer: null } : attempt,
  );
  return { ...made, attempts };
}

const teams = [
  "star:3/m=64@leaf=scout~450,reader=scholar",
  "star:9/m=64@leaf=scout~450,reader=scholar",
  "tree:3x2/m=96@leaf=scout~450,reader=scholar",
  "tree:2x3/m=96@leaf=scout~450,reader=scholar",
  "tree.counted:3x2/m=64@leaf=clerk,reader=scholar",
  "chain:3/m=64@scout~450",
];

const [tasks, draws] = [200, 30];
/** Forecast and simulation know the same tasks, so they differ by the luck of draws alone. */
const allowed = 3 * Math.sqrt(0.25 / (tasks * draws));

describe("a forecast of readers", () => {
  it.each([2, 4, 10].flatMap((options) => [0, 0.1, 0.33].map((unparsed) => ({ options, unparsed }))))(
    "is what a simulation finds, of $options answers, $unparsed of them none",
    ({ options, unparsed }) => {
      const recordings = recordingsOf(options, unparsed);
      const calibration = calibrate(recordings);
      const channel = channelOf(calibration) as CalibratedChannel;
      for (const text of teams) {
        const team = parseTeam(text);
        const { accuracy } = forecast(team, calibration);
        const found = replay(team, recordings.table, { seed: 1, channel, draws }).accuracy;
        expect(Math.abs(accuracy.mean - found.mean), text).toBeLessThan(allowed);
      }
    },
  );
});

describe("a forecast of readers that average", () => {
  it.each([0, 0.1, 0.33, 0.6])("is what a simulation finds, %s of the answers no numbers", (unparsed) => {
    const script = { ...scriptedEstimatesExample, tasks: 150, groups: { perTask: 20, size: 1, rhoWithin: 0 } };
    const recordings = tabulate(silenced(scriptedEstimates(script, 5), unparsed), scriptedEstimatesConfig);
    const calibration = calibrate(recordings);
    const { channel, guess } = calibration.estimates as EstimateCalibration;
    const variance = (m?: number) => (channelVarianceAt(channel as ChannelNoise, m!) as Interval).value;
    for (const text of [
      "star:2/m=32@leaf=eye,reader=rule",
      "star:9/m=8@leaf=eye,reader=rule",
      "tree:3x2/m=32@leaf=eye,reader=rule",
      "tree.counted:2x3/m=8@leaf=rule,reader=eye",
      "chain:4/m=32@eye",
    ]) {
      const team = parseTeam(text);
      const { accuracy } = forecastSquaredError(team, calibration);
      const options = { seed: 1, metric: "squared-error", guess, draws: 100 } as const;
      const found = replay(team, recordings.table, { ...options, channel: { fidelity: () => 1, rho: 0, variance } });
      expect(Math.abs(accuracy.mean - found.accuracy.mean), text).toBeLessThan(
        Math.max(0.04 * found.accuracy.mean, 2 * found.accuracy.standardError),
      );
    }
  });
});
