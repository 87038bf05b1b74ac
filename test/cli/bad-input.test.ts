import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { quorate } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "quorate-bad-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Buffer) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const line = (fields: object) => `${JSON.stringify(fields)}\n`;
const good = Array.from({ length: 40 }, (_, i) =>
  ["a", "b", "c"]
    .map((agent, j) => line({ task_id: `t${i}`, agent, correct: Number((i * 7 + j * 3) % 5 > 1) }))
    .join(""),
).join("");

const attempts = file("good.jsonl", good);
const cases: { what: string; args: string[]; says: RegExp }[] = [
  { what: "a missing file", args: ["plan", join(folder, "none.jsonl"), "--per-task", "3calls"], says: /none\.jsonl/ },
  { what: "a glob without files", args: ["plan", join(folder, "*.none"), "--per-task", "3calls"], says: /\*\.none/ },
  { what: "an empty file", args: ["calibrate", file("empty.jsonl", "")], says: /empty\.jsonl/ },
  { what: "lines that are not JSON", args: ["calibrate", file("broken.jsonl", "{\nnot json\n")], says: /line 1|:1/ },
  {
    what: "wrong field types",
    args: ["calibrate", file("types.jsonl", line({ task_id: 7, agent: [], correct: "perhaps" }).repeat(3))],
    says: /task_id|agent|correct/,
  },
  {
    what: "a repeated key",
    args: ["calibrate", file("twice.jsonl", good + line({ task_id: "t3", agent: "a", sample: 0, correct: 1 }))],
    says: /t3/,
  },
  {
    what: "an unreadable gzip",
    args: ["calibrate", file("cut.jsonl.gz", gzipSync(good).subarray(0, 60))],
    says: /cut\.jsonl\.gz/,
  },
  { what: "text that calls itself gzip", args: ["calibrate", file("text.jsonl.gz", good)], says: /text\.jsonl\.gz/ },
  { what: "an unknown organization", args: ["replay", attempts, "--team", "vot:3@a"], says: /vot/ },
  { what: "an unknown agent", args: ["replay", attempts, "--team", "single@nobody"], says: /nobody/ },
  { what: "a team that cannot be read", args: ["predict", attempts, "--team", "vote:@@,"], says: /vote/ },
  {
    what: "readers where only what was recorded may be forecast",
    args: ["predict", attempts, "--team", "star:3/m=64@leaf=a,reader=b", "--recorded-only"],
    says: /star:3\/m=64@leaf=a,reader=b has agents that read/,
  },
  { what: "a budget without a unit", args: ["plan", attempts, "--per-task", "2000"], says: /2000/ },
  { what: "a budget that nothing fits", args: ["plan", attempts, "--per-task", "0.5calls"], says: /0\.5/ },
  {
    what: "a budget in a unit that nobody recorded",
    args: ["plan", attempts, "--per-task", "$0.01"],
    says: /config|price|usd|dollar/i,
  },
  {
    what: "a config that is wrong",
    args: ["calibrate", attempts, "--config", file("c.json", '{"agents":{"a":{"prices":3}}}')],
    says: /prices/,
  },
  {
    what: "a missing config",
    args: ["calibrate", attempts, "--config", join(folder, "no-config.json")],
    says: /no-config/,
  },
  { what: "an unknown verb", args: ["plam"], says: /plam/ },
  {
    what: "an unknown option",
    args: ["plan", attempts, "--per-task", "3calls", "--per-tusk", "3calls"],
    says: /per-tusk/,
  },
  { what: "a seed that is no number", args: ["plan", attempts, "--per-task", "3calls", "--seed", "x"], says: /seed/ },
  { what: "vectors that are not JSON", args: ["vectors", attempts], says: /JSON|format/ },
];

describe("bad input", () => {
  it.concurrent.each(cases)(
    "$what: exit code 2, one message with a way out, no stack trace",
    async ({ args, says }) => {
      const before = readdirSync(folder).length;
      const { code, stdout, stderr } = await quorate(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(says);
      expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
      expect(readdirSync(folder)).toHaveLength(before);
    },
  );

  it("prints the error as one JSON document with --json", async () => {
    const { code, stdout } = await quorate(["plan", attempts, "--per-task", "0.5calls", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "budget-too-small" } });
  });

  it.each([
    ["a verb", ["plann", attempts]],
    ["an option", ["plan", attempts, "--per-tusk", "3calls"]],
    ["a value", ["phase", "--accuracy", "much"]],
    ["an argument that is missing", ["vectors"]],
  ])("prints one JSON document with --json where %s is wrong", async (_, args) => {
    const { code, stdout, stderr } = await quorate([...args, "--json"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: /);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: "usage", message: expect.not.stringMatching(/^error/) },
    });
  });

  it("prints one JSON document of vectors that fail, the failures beside the error", async () => {
    const wrong = { id: "one", fn: "kappa", args: { b: 3 }, expected: 2, tol: { rel: 0, abs: 0 } };
    const right = { ...wrong, id: "two", expected: 1.5 };
    const vectors = file("vectors.json", `\ufeff${JSON.stringify({ format: 1, vectors: [wrong, right] })}`);
    const { code, stdout } = await quorate(["vectors", vectors, "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ passed: 1, failed: 1, failures: ["one"] },
      error: { code: "vectors-failed" },
    });
    expect((await quorate(["vectors", vectors])).stdout).toBe("failed: one\n1 passed, 1 failed\n");
  });

  it("leaves nothing half-written where a report cannot be written", async () => {
    const { code, stderr } = await quorate([
      "study",
      attempts,
      "--splits",
      "0",
      "--out",
      join(attempts, "report.html"),
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/report\.html could not be written/);
    expect(readdirSync(folder).filter((name) => /part|report/.test(name))).toEqual([]);
  });
});
