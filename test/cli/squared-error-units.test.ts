// The unit of numbers is nobody's business: nanometers and light years give the same advice.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { printNumber, readNumber } from "../../src/records/answer.ts";
import type { Attempt, Attempts } from "../../src/records/attempt.ts";
import { formatAttempts } from "../../src/records/parse.ts";
import { scriptedEstimates, scriptedEstimatesExample } from "../../src/simulate/scripted-estimates.ts";
import { quorateHere } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "quorate-units-"));
afterAll(() => rmSync(folder, { recursive: true }));

const script = scriptedEstimates({ ...scriptedEstimatesExample, tasks: 60 }, 1);
const write = (name: string, change: (attempt: Attempt) => Partial<Attempt>) => {
  const attempts: Attempts = { ...script, attempts: script.attempts.map((one) => ({ ...one, ...change(one) })) };
  const file = join(folder, `${name}.jsonl`);
  writeFileSync(file, [...formatAttempts(attempts)].join(""));
  return file;
};
/** Powers of two, so that not one digit is lost. */
const inUnits = (exponent: number) => {
  const moved = (text: string) => printNumber(readNumber(text)! * 2 ** exponent);
  return write(`unit${exponent}`, (attempt) => {
    const numbers = Object.entries(attempt).filter(([name]) => ["answer", "gold", "sent", "received"].includes(name));
    return Object.fromEntries(numbers.map(([name, text]) => [name, moved(text as string)]));
  });
};
const json = async (verb: string, file: string, ...args: string[]) => {
  const { code, stdout } = await quorateHere([verb, file, "--metric", "squared-error", ...args, "--json"]);
  expect(code).toBe(0);
  return JSON.parse(stdout);
};

describe("squared errors in any unit", () => {
  const units = [-40, 0, 40];
  const files = units.map(inUnits);

  it.each(["vote.mean:5@eye", "star:3/m=32@leaf=eye,reader=rule", "chain:3/m=32@eye"])("of %s", async (team) => {
    for (const verb of ["predict", "replay"]) {
      const means = await Promise.all(files.map((file) => json(verb, file, "--team", team)));
      for (const [i, { accuracy }] of means.entries())
        expect(accuracy.mean / 4 ** units[i]! / means[1].accuracy.mean).toBeCloseTo(1, 9);
    }
  });

  it("lead to the same study", async () => {
    const studies = await Promise.all(
      files.map((file) => json("study", file, "--per-task", "900tok", "--splits", "2")),
    );
    const told = studies.map(({ plan, comparisons }) => ({
      advice: plan.advice.team,
      differences: comparisons.map(({ team, difference }: any) => [team, difference?.measured.value.toFixed(8)]),
    }));
    expect(told[0]!.differences.length).toBeGreaterThan(2);
    expect(told[0]).toEqual(told[1]);
    expect(told[2]).toEqual(told[1]);
  });
});

describe("numbers without scatter", () => {
  const exact = write("exact", ({ answer, gold }) => (answer === undefined ? {} : { answer: gold! }));
  const alike = write("alike", ({ answer, gold }) =>
    answer === undefined ? {} : { answer: printNumber(readNumber(gold!)! + 3) },
  );

  it.each([
    ["all right", exact],
    ["all wrong by the same", alike],
  ])("%s: planned, forecast and studied in short lines", async (_, file) => {
    const star = ["--team", "star:3/m=32@leaf=eye,reader=rule"];
    for (const args of [
      ["plan", file, "--per-task", "5calls"],
      ["predict", file, ...star],
      ["study", file, "--splits", "2"],
    ]) {
      const { code, stdout } = await quorateHere([...args, "--metric", "squared-error"]);
      expect(code).toBe(0);
      expect(stdout).not.toContain("NaN");
      if (args[0] === "study") for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    }
  });
});
