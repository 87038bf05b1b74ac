// Readers that were recorded beside what they read: what is learned of them, forecast and replayed.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { calibrate } from "../../src/calibrate/calibrate.ts";
import { parseTeam } from "../../src/organizations/parse-team.ts";
import { forecast } from "../../src/plan/forecast.ts";
import { answeringColumn } from "../../src/plan/readers.ts";
import { forecastRecordedReader, transferOf } from "../../src/plan/recorded-readers.ts";
import { gather } from "../../src/records/gather.ts";
import { readAttempts } from "../../src/records/read.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import { replay } from "../../src/simulate/replay.ts";
import { random } from "../../src/theory/random.ts";

const noConfig = { agents: {}, sources: [] };
const team = parseTeam("star:4@leaf=ada,reader=bo");

/** P(bo is right) where so many of ada's four answers are. */
type Reads = (right: number, counted: number) => number;

/** Tasks of three difficulties; ada answers each four times, among five answers; bo reads all four. */
function recorded(tasks: number, seed: number, reads: Reads) {
  const next = random(seed, "recorded readers");
  const gathering = gather();
  let line = 0;
  const add = (row: Readonly<Record<string, unknown>>) => gathering.add(row, "made", ++line);
  for (let task = 0; task < tasks; task++) {
    const task_id = `t${task}`;
    const p = [0.1, 0.55, 0.95][task % 3]!;
    const answers = Array.from({ length: 4 }, () => (next() < p ? 0 : 1 + Math.floor(4 * next())));
    for (const [sample, answer] of answers.entries())
      add({ task_id, agent: "ada", sample, answer: `${answer}`, gold: "0" });
    add({ task_id, agent: "bo", answer: next() < 0.5 ? "0" : "1", gold: "0" });
    const times = (answer: number) => answers.filter((one) => one === answer).length;
    const most = Math.max(...[1, 2, 3, 4].map(times));
    const ties = [1, 2, 3, 4].filter((answer) => times(answer) === times(0)).length;
    const counted = times(0) === 0 || times(0) < most ? 0 : times(0) > most ? 1 : 1 / (1 + ties);
    const correct = Number(next() < reads(times(0), counted));
    add({ task_id, agent: "bo", role: "reader", reads: ["ada", "ada", "ada", "ada"], correct });
  }
  return tabulate(gathering.finish("made", []), noConfig);
}

describe("a recorded reader", () => {
  it("is a reading beside the columns: an answer that stands with what was read", () => {
    const { table, assumptions } = recorded(3, 1, (_, counted) => counted);
    expect(table.columns.map(({ name }) => name)).toEqual(["ada", "bo"]);
    expect(table.readings).toHaveLength(3);
    for (const { reader, proposals } of table.readings!) {
      expect(reader).toBe("bo");
      expect(proposals.map(({ member }) => member)).toEqual(["ada", "ada", "ada", "ada"]);
    }
    expect(assumptions.some(({ subject }) => subject === "readers")).toBe(true);
  });

  it("is replayed with its own silence and the tokens of all whom it read", () => {
    const gathering = gather();
    const rows = ["t", "u"].flatMap((task_id) => [
      { task_id, agent: "ada", sample: 0, answer: "x", correct: 1, tokens_in: 10, tokens_out: 2 },
      { task_id, agent: "ada", sample: 1, answer: "y", correct: 0, tokens_in: 10, tokens_out: 4 },
      { task_id, agent: "bo", answer: "x", correct: 1, tokens_in: 10, tokens_out: 1 },
      { ...{ task_id, agent: "bo", role: "reader", reads: ["ada", "ada"], tokens_in: 16, tokens_out: 1 } },
    ]);
    const answers = [
      { answer: null, correct: 0 },
      { answer: "x", correct: 1 },
    ];
    for (const [line, row] of rows.entries())
      gathering.add({ ...row, ...("role" in row && answers[Number(row.task_id === "u")]) }, "made", line + 1);
    const { table } = tabulate(gathering.finish("made", []), noConfig);
    const { unanswered, accuracy, cost } = replay(parseTeam("star:2@leaf=ada,reader=bo"), table, { seed: 1 });
    expect([unanswered, accuracy.mean]).toEqual([0.5, 0.5]);
    expect(cost).toMatchObject({ calls: 3, tokensIn: 36, tokensOut: 7, tokens: 43 });
  });

  it("reads samples by their number, attempts of its group, and is left out where what it read is not recorded", () => {
    const gathering = gather();
    const rows = [
      { agent: "ada", sample: 0, answer: "x", correct: 1 },
      { agent: "ada", sample: 1, answer: "y", correct: 0 },
      { agent: "ada", role: "reader", reads: ["1", "0"], correct: 1 },
      { agent: "cy", role: "propose", group: "g", answer: "z", correct: 0 },
      { agent: "bo", role: "reader", group: "g", reads: ["cy"], correct: 0 },
      { agent: "bo", role: "reader", reads: ["nobody"], correct: 0 },
    ];
    for (const [line, row] of rows.entries()) gathering.add({ task_id: "t", ...row }, "made", line + 1);
    const { table, assumptions } = tabulate(gathering.finish("made", []), noConfig);
    expect(table.readings!.map(({ reader, proposals }) => [reader, proposals.map(({ grade }) => grade)])).toEqual([
      ["ada", [0, 1]],
      ["bo", [0]],
    ]);
    expect(assumptions.map(({ value }) => value)).toContain("1 answers left out: what they read is not recorded");
  });

  it("that counts is forecast as the count of the same answers", () => {
    const calibration = calibrate(recorded(600, 2, (_, counted) => counted));
    const transfer = transferOf(team, calibration)!;
    const options = { confidence: 0.9, seed: 1 };
    const { reader, count } = forecastRecordedReader(
      team,
      answeringColumn(team, calibration),
      transfer,
      calibration,
      options,
    );
    expect(Math.abs(reader.gain)).toBeLessThan(0.012);
    expect(reader.gainLow).toBeLessThan(0);
    expect(reader.gainHigh).toBeGreaterThan(0);
    expect(reader.accuracy).toBeCloseTo(count.accuracy + reader.gain, 10);
  });

  it.each<[string, Reads]>([
    ["finds the right answer that one of four gave", (right) => (right === 0 ? 0.05 : 0.9)],
    ["is misled by any wrong answer", (right) => (right === 4 ? 0.97 : 0.2)],
  ])("that %s is forecast so on fresh tasks, and replayed as it was recorded", (_, reads) => {
    const calibration = calibrate(recorded(300, 3, reads));
    const found = forecast(team, calibration);
    expect(found.method).toBe("mixture");
    expect(found.recorded).not.toBe(false);
    const fresh = recorded(3000, 4, reads).table;
    const { accuracy, method } = replay(team, fresh, { seed: 1 });
    expect(method).toBe("exact");
    expect(accuracy.mean).toBeGreaterThan(found.accuracy.low - 3 * accuracy.standardError);
    expect(accuracy.mean).toBeLessThan(found.accuracy.high + 3 * accuracy.standardError);
    expect(Math.abs(accuracy.mean - found.accuracy.mean)).toBeLessThan(0.05);
    const counted = replay(parseTeam("vote:4@ada"), fresh, { seed: 1 }).accuracy.mean;
    const promised = found.caveats.join(" ").match(/gain over it is (-?[\d.]+) points/)![1]!;
    expect(Math.abs(Number(promised) / 100 - (accuracy.mean - counted))).toBeLessThan(0.05);
  });

  it("says nothing of other sizes, leaves and lengths: those are for the channel", () => {
    const calibration = calibrate(recorded(60, 5, () => 0.5));
    for (const text of ["star:3@leaf=ada,reader=bo", "star:4/m=64@leaf=ada,reader=bo", "star:4@leaf=bo,reader=bo"])
      expect(transferOf(parseTeam(text), calibration)).toBeUndefined();
  });
});

const data = join(import.meta.dirname, "../../../shared/data");

describe.skipIf(!existsSync(data))("readers on real answers", () => {
  it("lose to the count with a small model and do not with a larger one", async () => {
    const recordings = tabulate(await readAttempts([join(data, "math500-k4")]), noConfig);
    const { readers } = calibrate(recordings);
    const of = (name: string) => readers.find(({ reader }) => reader === name)!;
    expect(of("qwen-7b").gain.high).toBeLessThan(0);
    expect(of("qwen-22b").gain.value).toBeGreaterThan(0);
    for (const name of ["qwen-7b", "qwen-22b"]) {
      const star = parseTeam(`star:4@leaf=${name},reader=${name}`);
      const { accuracy } = replay(star, recordings.table, { seed: 1 });
      expect(accuracy.mean).toBeCloseTo(of(name).accuracy.value, 12);
      const found = forecast(star, calibrate(recordings)).accuracy;
      expect(found.low).toBeLessThan(accuracy.mean);
      expect(found.high).toBeGreaterThan(accuracy.mean);
    }
  });
});
