import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { random } from "../../src/theory/random.ts";
import { quorateHere } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "quorate-calibrate-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Three agents on 60 tasks, each right three times in four; with gold or without. */
function recorded(name: string, { agents = ["a", "b", "c"], gold = false, answers = true } = {}): string {
  const next = random(1, "calibrate");
  const lines = Array.from({ length: 60 }, (_, task) =>
    agents.map((agent) => {
      const answer = next() < 0.75 ? "right" : `wrong ${agent}`;
      return JSON.stringify({
        ...{ task_id: `t${task}`, agent },
        ...(answers ? { answer } : { correct: Number(answer === "right") }),
        ...(gold && { gold: "right" }),
      });
    }),
  ).flat();
  const file = join(folder, name);
  writeFileSync(file, lines.join("\n"));
  return file;
}

describe("calibrate", () => {
  it("tells what needs no labels where nothing is graded, and what is missing", async () => {
    const file = recorded("ungraded.jsonl");
    const { code, stdout } = await quorateHere(["calibrate", file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/60 tasks, none graded\n {2}→ Record `correct`/);
    expect(stdout).toMatch(/1\. +[+−]?[\d.]+ +[+−]?[\d.]+ +[\d.]+ {2}vote@\w,\w,\w/); // ranks, but no intervals
    expect(stdout).toContain("good for ranking only");
    expect(stdout).toMatch(/K\* +[\d.]+ \[/);
    const json = JSON.parse((await quorateHere(["calibrate", file, "--json"])).stdout);
    expect(json.notGraded.code).toBe("nothing-graded");
    expect(json.diversity.agents.map(({ name }: { name: string }) => name)).toEqual(["a", "b", "c"]);
    expect(json.panels).toHaveLength(1);
  });

  it("says the same of graded answers beside the calibration", async () => {
    const ungraded = JSON.parse((await quorateHere(["calibrate", recorded("u.jsonl"), "--json"])).stdout);
    const graded = JSON.parse((await quorateHere(["calibrate", recorded("g.jsonl", { gold: true }), "--json"])).stdout);
    expect(graded.agents).toHaveLength(3);
    expect(graded.diversity.channels).toEqual(ungraded.diversity.channels);
    expect(graded.panels[0].pseudoAccuracy.value).toBeCloseTo(ungraded.panels[0].pseudoAccuracy.value, 6);
  });

  it("says why nothing can be told of right and wrong alone", async () => {
    const { code, stdout } = await quorateHere(["calibrate", recorded("flags.jsonl", { answers: false })]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/not measured: no agent's answers are recorded/);
  });

  it("fails where one agent's answers are not graded: nothing at all can be told", async () => {
    const { code, stderr } = await quorateHere(["calibrate", recorded("one.jsonl", { agents: ["a"] })]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/None of the answers/);
  });
});
