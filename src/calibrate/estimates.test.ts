import { describe, expect, it } from "vitest";
import { Config } from "../records/config.ts";
import { gather } from "../records/gather.ts";
import type { Row } from "../records/parse.ts";
import { tabulate } from "../records/tabulate.ts";
import { isMeasured } from "../theory/interval.ts";
import { calibrate } from "./calibrate.ts";
import type { ChannelNoise, EstimateCalibration } from "./calibration.ts";
import { channelVarianceAt, errorWeights } from "./estimates.ts";

function recordingsOf(rows: readonly Row[]) {
  const gathering = gather();
  rows.forEach((row, i) => {
    gathering.add({ task_id: "t", agent: "a", ...row }, "x", i + 1);
  });
  return tabulate(gathering.finish("test", []), Config.parse({}));
}

/** Answers to tasks 1, 2, …, whose truth is 10 times their number. */
const numbers = (agent: string, tasks: readonly (readonly (number | string | null)[])[], rest: Row = {}) =>
  tasks.flatMap((samples, t) =>
    samples.map(
      (answer, sample): Row => ({
        ...{ task_id: String(t + 1), agent, sample, ...rest, gold: String(10 * (t + 1)) },
        answer: answer === null ? null : String(answer),
      }),
    ),
  );

function estimatesOf(rows: readonly Row[]): EstimateCalibration {
  const { estimates } = calibrate(recordingsOf(rows));
  if (!isMeasured<EstimateCalibration>(estimates)) throw new Error(estimates.notMeasured);
  return estimates;
}

const worth = (quantity: object) => (quantity as { value: number }).value;

describe("numbers against their truth", () => {
  it("calibrate bias, risk, and what two samples of a task share", () => {
    const { agents, guess, tasks } = estimatesOf(
      numbers("a", [
        [11, 13], // errors 1, 3
        [18, 20], // −2, 0
        [30, null],
      ]),
    );
    const [a] = agents;
    expect([guess, tasks]).toEqual([20, 3]);
    expect(a).toMatchObject({ name: "a", tasks: 3, answers: 5, samples: 2 });
    expect(a!.bias.value).toBeCloseTo((2 - 1 + 0) / 3, 12);
    expect(a!.risk.value).toBeCloseTo((5 + 2 + 0) / 3, 12);
    expect(worth(a!.commonRisk)).toBeCloseTo((3 + 0) / 2, 12);
    expect(worth(a!.ownRisk)).toBeCloseTo((5 - 3 + 2 - 0) / 2, 12);
    expect(worth(a!.rho)).toBeCloseTo(3 / 7, 12);
    expect(a!.silent.value).toBeCloseTo(1 / 6, 12);
    expect(a!.largest).toEqual({ task: "1", share: expect.closeTo(5 / 7, 12) });
  });

  it("tell what a group shares from what the task does", () => {
    const rows = [
      ...numbers(
        "a",
        [
          [11, 13],
          [18, 20],
        ],
        { group: "x" },
      ),
      ...numbers(
        "a",
        [
          [9, 7],
          [22, 21],
        ],
        { group: "y" },
      ),
    ].map((row, i) => ({ ...row, sample: i }));
    const [a] = estimatesOf(rows).agents;
    // apart: (1 + 3)(−1 − 3)/4 = −4 and (−2 + 0)(2 + 1)/4 = −1.5; together: (3 + 3)/2 and (0 + 2)/2; risks 5 and 9/4
    expect(worth(a!.commonRisk)).toBeCloseTo((-4 - 1.5) / 2, 12);
    expect(worth(a!.rhoWithin)).toBeCloseTo((3 + 4 + 1 + 1.5) / (5 + 4 + 9 / 4 + 1.5), 12);
  });

  it("tell pairs of agents by the tasks of both, whatever their samples", () => {
    const { pairs } = estimatesOf([...numbers("a", [[11, 13], [18], [35]]), ...numbers("b", [[14], [19]])]);
    expect(pairs).toHaveLength(1);
    expect(pairs[0]).toMatchObject({ a: "a", b: "b", tasks: 2 });
    expect(pairs[0]!.commonRisk.value).toBeCloseTo((2 * 4 + -2 * -1) / 2, 12);
    expect(worth(pairs[0]!.rho)).toBeCloseTo(10 / Math.sqrt((5 + 4) * (16 + 1)), 12);
  });

  it("name what is missing: numbers, samples, groups, messages", () => {
    const words = calibrate(recordingsOf(numbers("a", [["x"], ["y"]]))).estimates;
    expect(isMeasured(words)).toBe(false);
    const { agents, channel } = estimatesOf(numbers("a", [[1], [2]]));
    for (const missing of [agents[0]!.rho, agents[0]!.commonRisk, agents[0]!.rhoWithin, channel])
      expect(missing).toMatchObject({
        notMeasured: expect.any(String),
        probe: expect.stringMatching(/sample|group|relay|pass/),
      });
  });

  it("fit a power law to the risks of compute levels", () => {
    const rows = [100, 400, 1600].flatMap((level, i) =>
      numbers("a", [[10 + 8 / 2 ** i], [20 - 8 / 2 ** i], [30 + 8 / 2 ** i]], { level }),
    );
    const [curve] = estimatesOf(rows).riskCurves;
    expect(curve!.exponent.value).toBeCloseTo(1, 10); // errors halve, risks fall by 4, as compute grows by 4
    expect(curve!.scale.value).toBeCloseTo(6400, 6);
    expect(curve!.levels.map(({ level, risk }) => [level, risk.value])).toEqual([
      [100, 64],
      [400, 16],
      [1600, 4],
    ]);
  });

  it("measure what messages do to numbers, by their length", () => {
    const relay = (task_id: string, message_tokens: number, sent: string, received: string): Row => ({
      ...{ task_id, message_tokens, sent, received },
    });
    const { channel } = estimatesOf([
      ...numbers("a", [[1], [2]]),
      ...[relay("1", 16, "5", "7"), relay("2", 16, "$8", "8")],
      ...[
        relay("1", 64, "5", "6"),
        relay("2", 64, "8", "8"),
        relay("2", 64, "x", "8"),
        relay("1", 64, "9", "lost"),
      ].map((row, sample) => ({ ...row, sample })),
    ]);
    expect(channel).toMatchObject({
      lost: 1,
      tasks: 2,
      points: [{ messageTokens: 16, relays: 2 }, { messageTokens: 64 }],
    });
    const at = (messageTokens: number) => channelVarianceAt(channel as ChannelNoise, messageTokens);
    expect([16, 32, 64, 999].map((m) => worth(at(m)))).toEqual([2, 1.25, 0.5, 0.5]);
    expect(at(8)).toMatchObject({ probe: expect.stringMatching(/at most 8 tokens/) });
  });
});

describe("weights of least squared error", () => {
  const rows = [
    ...numbers("good", [[11], [19], [31], [39]]),
    ...numbers("bad", [[13], [23], [27], [37]]),
    ...numbers("same", [[11], [19], [31], [39]]),
  ];
  const weightsOf = (members: Readonly<Record<string, number>>) => {
    const { table } = recordingsOf(rows);
    const asked = Object.entries(members).map(([name, samples]) => ({ name, samples }));
    return errorWeights(table, Uint32Array.of(0, 1, 2, 3), asked);
  };

  it("are inverse risks where errors are uncorrelated", () => {
    // good: +1 −1 +1 −1, bad: +3 +3 −3 −3
    const weights = weightsOf({ good: 1, bad: 1 })!;
    expect(weights.get("good")).toBeCloseTo(0.9, 6);
    expect(weights.get("bad")).toBeCloseTo(0.1, 6);
  });

  it("split what equal agents deserve, and sum to 1 over all answers", () => {
    const weights = weightsOf({ good: 1, bad: 1, same: 1 })!;
    expect(weights.get("good")! + weights.get("same")!).toBeCloseTo(0.9, 6);
    expect([...weights.values()].reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(weightsOf({ good: 2, bad: 1 })).toBeUndefined(); // no two samples of it on any task
  });
});
