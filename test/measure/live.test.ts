import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { main } from "../../src/cli/main.ts";
import { readAttempts } from "../../src/records/read.ts";
import { measureLive } from "../../src/run/measure/live.ts";
import { readTasks } from "../../src/run/read-tasks.ts";
import { type Mock, startMock } from "../../src/serve/mock/server.ts";
import { type World, worldExample } from "../../src/serve/mock/world.ts";

const world: World = {
  ...worldExample,
  tasks: 240,
  agents: worldExample.agents.map((agent) => ({ ...agent, reasoningShare: 0 })),
};

let directory: string;
let mock: Mock;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "quorate-measure-"));
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

const settings = {
  columns: [{ agent: "scout", level: "50" }, { agent: "scout", level: "450" }, { agent: "clerk" }],
  perTask: { amount: 2500, unit: "tokens" as const },
  pilotTasks: 24,
};

async function measured(name: string, tokens: number, more: Partial<Parameters<typeof measureLive>[1]> = {}) {
  const tasks = await readTasks([join(directory, "tasks.jsonl")]);
  return measureLive(tasks, {
    ...{ directory: join(directory, name), config: { agents: {}, sources: [] }, baseUrl: mock.url },
    ...{ env: { OPENAI_API_KEY: "none" }, settings, budget: { tokens } },
    ...more,
  });
}

const billed = () => {
  const { tokensIn, tokensOut, calls } = mock.bill().total;
  return { tokens: tokensIn + tokensOut, calls };
};

describe("measuring on an endpoint", { timeout: 180_000 }, () => {
  it("pays what the upstream bills, to the token, and writes attempts that a plan reads", async () => {
    const found = await measured("a", 400_000);
    const { tokens, calls } = found.booked;
    expect({ tokens, calls }).toEqual(billed());
    expect(found.unknown.tokens).toBe(0);
    expect(tokens).toBeLessThanOrEqual(400_000);
    const { attempts, badLines } = await readAttempts([found.written]);
    expect(badLines).toEqual([]);
    expect(attempts.length).toBe(found.attempts.length);
    expect(attempts.some(({ received }) => received !== undefined)).toBe(true);
    expect(attempts.some(({ group }) => group?.startsWith("together"))).toBe(true);
  });

  it("pays nothing twice: what was stopped goes on, and buys what an undisturbed measurement buys", async () => {
    const whole = await measured("whole", 300_000);
    const before = billed();
    mock.reset();
    const pause = new AbortController();
    const first = await measured("parts", 300_000, {
      pause: pause.signal,
      onProgress: ({ ended }) => ended >= 300 && pause.abort("interrupted"),
    });
    expect(first.status).toBe("interrupted");
    const second = await measured("parts", 300_000, { resume: true });
    expect(second.status).toBe(whole.status);
    expect(second.attempts.map(({ seconds: _, ...attempt }) => attempt)).toEqual(
      whole.attempts.map(({ seconds: _, ...attempt }) => attempt),
    );
    expect(billed()).toEqual(before);
  });

  it("never passes its budget, whatever the upstream does", async () => {
    await mock.close();
    mock = await startMock({ world, latency: 0, faults: { "429": 0.05, "500": 0.03, reset: 0.02 }, retryAfterMs: 1 });
    const found = await measured("faults", 150_000);
    expect(found.status).toBe("budget");
    expect(billed().tokens).toBeLessThanOrEqual(150_000);
    expect(found.booked.tokens).toBeLessThanOrEqual(150_000);
    expect(found.booked.tokens - found.unknown.tokens).toBeLessThanOrEqual(billed().tokens);
  });
});

describe("quorate measure", { timeout: 180_000 }, () => {
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
  const asked = ["measure", "tasks.jsonl", "--agents", "scout,clerk", "--levels", "scout=50,450"];

  it("says what is known, what it decided and what it bought, and ends with 4 where the budget is gone", async () => {
    const common = [...asked, "--per-task", "2500tok", "--base-url", mock.url, "--pilot", "20"];
    const { code, out } = await quorate(...common, "--budget", "120000tok", "--out", "run");
    expect(code).toBe(4);
    expect(out).toContain("right answers of scout~50");
    expect(out).toContain("β, growth with compute of scout");
    expect(out).toContain("Not settled: the budget is gone.");
    expect(await readFile(join(directory, "run", "attempts.jsonl"), "utf8")).toContain('"sent"');
    const json = await quorate(...common, "--budget", "120000tok", "--out", "again", "--json");
    const document = JSON.parse(json.out);
    expect(document).toMatchObject({ status: "budget", run: join(directory, "again") });
    expect(document.known.map(({ quantity }: { quantity: string }) => quantity)).toContain("rhoWithin");
  });

  it.each([
    ["nobody to ask", ["measure", "tasks.jsonl", "--budget", "1000tok", "--per-task", "900tok"]],
    ["no budget", [...asked, "--per-task", "900tok"]],
    ["no price of a task", [...asked, "--budget", "90000tok"]],
    ["a budget below one call", [...asked, "--budget", "50tok", "--per-task", "900tok"]],
    ["dollars without prices", [...asked, "--budget", "$1", "--per-task", "900tok"]],
    [
      "an unknown model",
      ["measure", "tasks.jsonl", "--agents", "nobody", "--budget", "90000tok", "--per-task", "900tok"],
    ],
    ["no such file", ["measure", "none.jsonl", "--agents", "scout", "--budget", "90000tok", "--per-task", "900tok"]],
    ["a single task", ["measure", "one.jsonl", "--agents", "scout", "--budget", "90000tok", "--per-task", "900tok"]],
    [
      "tasks without gold",
      ["measure", "open.jsonl", "--agents", "scout", "--budget", "90000tok", "--per-task", "900tok"],
    ],
    ["levels of nobody", [...asked, "--levels", "other=5", "--budget", "90000tok", "--per-task", "900tok"]],
  ])("refuses %s with 2 before the first call", async (_, argv) => {
    await writeFile(join(directory, "one.jsonl"), JSON.stringify({ task_id: "t", question: "Where?", gold: "A" }));
    const open = ["a", "b"].map((id) => JSON.stringify({ task_id: id, question: "Where?" }));
    await writeFile(join(directory, "open.jsonl"), open.join("\n"));
    const { code, error } = await quorate(...argv, "--base-url", mock.url, "--out", "refused");
    expect(code).toBe(2);
    expect(error).not.toBe("");
    expect(mock.bill().total.calls).toBe(0);
  });
});
