import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { main } from "../../src/cli/main.ts";
import { type Mock, startMock } from "../../src/serve/mock/server.ts";
import { type World, worldExample } from "../../src/serve/mock/world.ts";

const world: World = {
  ...worldExample,
  tasks: 300,
  agents: worldExample.agents.map((agent) => ({ ...agent, reasoningShare: 0 })),
};

let directory: string;
let mock: Mock;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "quorate-study-"));
  mock = await startMock({ world, latency: 0 });
  await writeFile(
    join(directory, "tasks.jsonl"),
    mock.tasks.map(({ taskId, ...task }) => JSON.stringify({ task_id: taskId, ...task })).join("\n"),
  );
});

afterEach(async () => {
  await mock.close();
  await rm(directory, { recursive: true, force: true });
});

async function quorate(...argv: string[]) {
  let [out, error, exit] = ["", "", 0];
  const code = await main(argv, {
    ...{ cwd: directory, env: { OPENAI_API_KEY: "none" } },
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (error += text) },
    exit: (given) => (exit = given),
  });
  process.exitCode = 0;
  return { code: code || exit, out, error };
}

const command = [
  "study",
  "--live",
  "tasks.jsonl",
  "--agents",
  "scout,clerk",
  "--levels",
  "scout=50,450",
  "--pilot",
  "24",
];

describe("study --live", { timeout: 180_000 }, () => {
  it("measures, plans, runs and reports, and its bill is the upstream's to the token", async () => {
    const asked = ["--per-task", "2500tok", "--budget", "1500000tok", "--base-url", mock.url];
    const { code, out } = await quorate(...command, ...asked, "--directory", "study", "--json");
    const study = JSON.parse(out);
    const { tokensIn, tokensOut, calls } = mock.bill().total;
    expect({ tokens: study.bill.tokens, calls: study.bill.calls }).toEqual({ tokens: tokensIn + tokensOut, calls });
    expect(study.bill.tokens).toBeLessThanOrEqual(1_500_000);
    expect(study.unknown.tokens).toBe(0);
    expect(study.advised.team).toBe(study.plan.advice.team);
    expect(study.single.team).toBe(study.plan.single.team);
    expect(study.advised.result.status).toBe("done");
    // the halves share no task
    const measured = new Set(
      (await readFile(study.measured.written, "utf8"))
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).task_id),
    );
    const run: string[] = study.advised.result.answers.map((one: { task_id: string }) => one.task_id);
    expect(measured.size).toBeGreaterThan(0);
    expect(run.filter((task) => measured.has(task))).toEqual([]);
    expect(run.length).toBe(study.tasks.run);
    expect(study.tasks.run + study.tasks.leftOut + study.tasks.measured).toBe(300);
    // what was promised, held against what came of it
    const accuracy = study.advised.result.forecast.find((kept: { what: string }) => kept.what === "accuracy");
    expect(accuracy.forecast.low).toBeLessThan(accuracy.measured.value);
    expect(study.gain.tasks).toBe(study.tasks.run);
    expect(study.gain.value).toBeGreaterThan(0);
    expect([0, 4]).toContain(code);
  });

  it("says it in words", async () => {
    const prices = { inputPerMillion: 0.5, outputPerMillion: 2 };
    const agents = { scout: { prices, asOf: "2026-11-01" }, clerk: { prices, asOf: "2026-11-01" } };
    await writeFile(join(directory, "quorate.config.json"), JSON.stringify({ agents }));
    const asked = ["--per-task", "1200tok", "--budget", "600000tok", "--base-url", mock.url];
    const { out } = await quorate(...command, ...asked, "--out", "study.html", "--out", "study.md");
    expect(out).toContain("Measured on");
    expect(out).toContain("forecast");
    const { calls, nanoUsd } = mock.bill().total;
    expect(out).toContain(`in ${calls.toLocaleString("en-US")} calls, $${(nanoUsd / 1e9).toFixed(2)}`);
    expect(out).toContain("--per-task 1200tok");
    expect(out).toContain("written: study.html, study.md");
    const [page, text] = await Promise.all(
      ["study.html", "study.md"].map((file) => readFile(join(directory, file), "utf8")),
    );
    for (const title of ["The choice", "Measured beforehand", "The bill", "Where the time went"]) {
      expect(page).toContain(title);
      expect(text).toContain(title);
    }
  });

  it.each([
    ["nobody to ask", ["study", "--live", "tasks.jsonl", "--per-task", "900tok", "--budget", "90000tok"]],
    ["no budget", [...command, "--per-task", "900tok"]],
    ["nothing to decide", [...command, "--budget", "90000tok"]],
  ])("refuses %s with 2 before the first call", async (_, argv) => {
    const { code, error } = await quorate(...argv, "--base-url", mock.url);
    expect(code).toBe(2);
    expect(error).not.toBe("");
    expect(mock.bill().total.calls).toBe(0);
  });
});
