// Numeric answers of the public sets in squared error, against numbers worked out here once more from the records.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { calibrate } from "../../src/calibrate/calibrate.ts";
import type { EstimateCalibration } from "../../src/calibrate/calibration.ts";
import { parseTeam } from "../../src/organizations/parse-team.ts";
import { forecastSquaredError } from "../../src/plan/squared-error.ts";
import { readAttempts } from "../../src/records/read.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import { replay } from "../../src/simulate/replay.ts";

const data = join(import.meta.dirname, "../../../shared/data");
const fileOf = (set: string) => join(data, set, "records.jsonl.gz");

interface Row {
  readonly task_id: string;
  readonly agent: string;
  readonly sample: number;
  readonly answer: string | null;
  readonly gold: string;
  readonly judge_scores?: readonly number[];
}

const rowsOf = (set: string): Row[] =>
  gunzipSync(readFileSync(fileOf(set)))
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

/** As strict as grading: thousands commas, $ and % at their places, nothing else. */
const numberIn = (text: string | null) =>
  text !== null && /^[-+$]*(\d{1,3}(,\d{3})+|\d*)(\.\d*)?%?\.?$/.test(text.trim()) && /\d/.test(text)
    ? Number(text.replace(/[$,%]/g, "").replace(/\.$/, ""))
    : null;

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: readonly number[]) => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

describe.skipIf(!existsSync(fileOf("gsm8k-multi")))("numbers of gsm8k-multi", async () => {
  const table = existsSync(fileOf("gsm8k-multi"))
    ? tabulate(await readAttempts([fileOf("gsm8k-multi")]), { agents: {}, sources: [] })
    : undefined;
  const cast = [
    "tora-70b-v1.0",
    "gpt-4-1106-preview",
    "Mixtral-8x7B-Instruct-v0.1",
    "codex-pot-fewshot",
    "openai-6b_verification",
  ];
  const byTask = new Map<string, { gold: number; answers: Map<string, string | null> }>();
  for (const { task_id, agent, answer, gold } of existsSync(fileOf("gsm8k-multi")) ? rowsOf("gsm8k-multi") : []) {
    const task = byTask.get(task_id) ?? { gold: numberIn(gold)!, answers: new Map() };
    byTask.set(task_id, task);
    task.answers.set(agent, answer);
  }
  const guess = mean([...byTask.values()].map(({ gold }) => gold));
  const complete = [...byTask.values()].filter(({ answers }) => cast.every((name) => answers.has(name)));
  /** Mean squared error of what `combine` makes of each task's numbers; of none it makes the mean truth. */
  const expected = (members: readonly string[], combine: (numbers: readonly number[]) => number) =>
    mean(
      complete.map(({ gold, answers }) => {
        const numbers = members.flatMap((name) => numberIn(answers.get(name)!) ?? []);
        return ((numbers.length > 0 ? combine(numbers) : guess) - gold) ** 2;
      }),
    );
  const measured = (team: string, metric: "accuracy" | "squared-error" = "squared-error") => {
    const tasks = Uint32Array.from(table!.table.tasks.keys()).filter((task) =>
      cast.every((name) => byTask.get(table!.table.tasks[task]!)!.answers.has(name)),
    );
    return replay(parseTeam(team), table!.table, { seed: 1, metric, tasks });
  };

  it("are read as they are graded, silence is charged as the mean truth", () => {
    for (const name of cast) {
      const { accuracy, unanswered } = measured(`single@${name}`);
      expect(accuracy.mean / expected([name], (numbers) => numbers[0]!)).toBeCloseTo(1, 9);
      const silent = complete.filter(({ answers }) => numberIn(answers.get(name)!) === null).length;
      expect(unanswered).toBeCloseTo(silent / complete.length, 12);
    }
  });

  it("have the mean and the median that their records give", () => {
    expect(measured(`vote.mean@${cast}`).accuracy.mean / expected(cast, mean)).toBeCloseTo(1, 9);
    expect(measured(`vote.median@${cast}`).accuracy.mean / expected(cast, median)).toBeCloseTo(1, 9);
    const four = cast.slice(0, 4);
    expect(measured(`vote.median@${four}`).accuracy.mean / expected(four, median)).toBeCloseTo(1, 9);
  });

  it("show the median and the plurality far ahead of the mean, which one wild answer moves", () => {
    const [average, middle, vote] = ["mean", "median", "plurality"].map(
      (rule) => measured(`vote.${rule}@${cast}`.replace(".plurality", "")).accuracy.mean,
    );
    expect(middle!).toBeLessThan(average! / 2);
    expect(vote!).toBeLessThan(average! / 2);
    const [right, most] = ["vote.median", "vote"].map((team) => measured(`${team}@${cast}`, "accuracy").accuracy.mean);
    expect(most! - right!).toBeGreaterThan(0); // numbers between two answers are right for nobody
    expect(right!).toBeGreaterThan(0.8);
  });

  it("say that one task is most of the story, and that nobody knows what messages would do to them", () => {
    const { estimates } = calibrate(table!);
    const { agents, channel } = estimates as EstimateCalibration;
    for (const { largest } of agents) expect(largest.share).toBeGreaterThan(0.25);
    expect(channel).toMatchObject({ notMeasured: expect.stringMatching(/no numbers were relayed/) });
    const { caveats, accuracy } = forecastSquaredError(parseTeam(`single@${cast[0]}`), calibrate(table!));
    expect(caveats.join(" ")).toMatch(/One task, gsm8k-test-\d+, holds/);
    expect(accuracy.high / accuracy.mean).toBeGreaterThan(2);
  });
});

describe.skipIf(!existsSync(fileOf("tot-scored")))("judges of tot-scored", async () => {
  const recordings = existsSync(fileOf("tot-scored"))
    ? tabulate(await readAttempts([fileOf("tot-scored")], { from: "tot-judges" }), { agents: {}, sources: [] })
    : undefined;
  const texts = existsSync(fileOf("tot-scored"))
    ? rowsOf("tot-scored").flatMap(({ judge_scores }) => judge_scores ?? [])
    : [];
  const scores = existsSync(fileOf("tot-scored"))
    ? rowsOf("tot-scored").flatMap(({ judge_scores }) => (judge_scores ? [judge_scores] : []))
    : [];
  const expected = (judges: readonly number[], combine: (scores: readonly number[]) => number) =>
    mean(
      scores
        .filter(({ length }) => judges.every((judge) => judge < length) && length > judges.length)
        .map((all) => {
          const others = all.filter((_, judge) => !judges.includes(judge));
          return (combine(judges.map((judge) => all[judge]!)) - mean(others)) ** 2;
        }),
    );
  const measured = (team: string) => replay(parseTeam(team), recordings!.table, { seed: 1, metric: "squared-error" });

  it("are one attempt each, on one task per text", () => {
    expect(recordings!.table.tasks).toHaveLength(820);
    expect(recordings!.attempts).toBe(texts.length);
    expect(recordings!.table.columns.map(({ name }) => name)).toEqual([1, 2, 3, 4, 5].map((judge) => `judge-${judge}`));
  });

  it("err against the mean of the others as their scores say", () => {
    for (const judge of [0, 1, 2, 3, 4])
      expect(measured(`single@judge-${judge + 1}`).accuracy.mean).toBeCloseTo(expected([judge], mean), 10);
    expect(measured("vote.mean@judge-1,judge-2").accuracy.mean).toBeCloseTo(expected([0, 1], mean), 10);
    expect(measured("vote.mean@judge-1,judge-2,judge-3").accuracy.mean).toBeCloseTo(expected([0, 1, 2], mean), 10);
    expect(measured("vote.median@judge-1,judge-2,judge-3").accuracy.mean).toBeCloseTo(expected([0, 1, 2], median), 10);
  });

  it("are a calibration whose truth is the others: a team of all has none", () => {
    const calibration = calibrate(recordings!);
    const { truthFromOthers, agents, pairs } = calibration.estimates as EstimateCalibration;
    expect(truthFromOthers).toBe(true);
    expect(agents[0]!.risk.value).toBeCloseTo(expected([0], mean), 10);
    expect(pairs).toHaveLength(10);
    const forecast = forecastSquaredError(parseTeam("vote.mean@judge-1,judge-2"), calibration);
    expect(forecast.accuracy.mean).toBeCloseTo(expected([0, 1], mean), 10);
    expect(forecast.caveats.join(" ")).toMatch(/outside the team stands for it/);
    expect(() => measured("vote.mean@judge-1,judge-2,judge-3,judge-4,judge-5")).toThrow(/None of the 820 tasks/);
  });
});
