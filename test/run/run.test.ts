// Runs against an upstream that bills as a real one would: answers, bills, budgets, crashes, bad input.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Config } from "../../src/records/config.ts";
import type { RunResult } from "../../src/report/run-data.ts";
import { readTasks } from "../../src/run/read-tasks.ts";
import { run } from "../../src/run/run.ts";
import { type Mock, type MockOptions, startMock } from "../../src/serve/mock/server.ts";
import { worldExample } from "../../src/serve/mock/world.ts";
import { accountOf } from "../../src/trace/account.ts";
import type { Event } from "../../src/trace/event.ts";
import { quorateHere, root } from "../cli/run.ts";

const key = { OPENAI_API_KEY: "sk-test" };
let folder: string;
const open: Mock[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quorate-run-"));
});
afterAll(async () => {
  await Promise.all(open.map((mock) => mock.close()));
  await rm(folder, { recursive: true, force: true });
});

/** A mock with its tasks in a file. */
async function upstream(tasks: number, options: MockOptions = {}): Promise<{ mock: Mock; file: string }> {
  const mock = await startMock({ world: { ...worldExample, tasks }, latency: { fixedMs: 5 }, ...options });
  open.push(mock);
  const file = join(folder, `tasks-${mock.port}.jsonl`);
  const lines = mock.tasks.map(({ taskId, ...task }) => JSON.stringify({ task_id: taskId, ...task }));
  await writeFile(file, `${lines.join("\n")}\n`);
  return { mock, file };
}

const here = (args: readonly string[], env: Record<string, string> = key) => quorateHere(args, { env, cwd: folder });
let runs = 0;
const freshDirectory = () => join(folder, `run-${runs++}`);

async function runJson(args: readonly string[]): Promise<{ code: number; result: RunResult }> {
  const { code, stdout } = await here(["run", ...args, "--json"]);
  return { code, result: JSON.parse(stdout) };
}

async function eventsOf(directory: string): Promise<Event[]> {
  const { stdout } = await here(["export", directory]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** Σ leaf = ledger = Σ upstream + what is unknown. */
async function expectBillsAgree(result: RunResult, mock: Mock): Promise<void> {
  const account = accountOf(await eventsOf(result.run));
  const { tokensIn, tokensOut } = account.run.tokens;
  expect(result.spent.tokens).toBe(account.run.spent.tokens);
  expect(result.spent.tokens).toBe(tokensIn + tokensOut + result.unknown.tokens);
  const billed = mock.bill().total;
  const upstreamTokens = billed.tokensIn + billed.tokensOut;
  expect(upstreamTokens).toBeGreaterThanOrEqual(tokensIn + tokensOut);
  expect(upstreamTokens).toBeLessThanOrEqual(result.spent.tokens);
  if (result.unknown.calls === 0) expect(tokensIn + tokensOut).toBe(upstreamTokens);
}

describe("quorate run", () => {
  it("gives answers, and a bill that is the upstream's to the token", async () => {
    const { mock, file } = await upstream(20);
    const out = freshDirectory();
    const { code, result } = await runJson([
      file,
      "--team",
      "vote:5@scout",
      "--budget",
      "1000000tok",
      "--base-url",
      mock.url,
      "--out",
      out,
    ]);
    expect(code).toBe(0);
    expect(result).toMatchObject({
      status: "done",
      asked: 100,
      answered: 100,
      failed: 0,
      run: out,
      reserved: { tokens: 0 },
    });
    expect(result.answers.map(({ task_id }) => task_id)).toEqual(mock.tasks.map(({ taskId }) => taskId));
    expect(result.accuracy!.low).toBeLessThan(result.accuracy!.value);
    expect(mock.bill().total.calls).toBe(100);
    await expectBillsAgree(result, mock);
  });

  it.each([
    "tree:3x2/m=64@leaf=scout,reader=clerk",
    "cascade@scout+clerk,scholar",
    "ahead:2/7@scout",
    "chain:3@clerk",
    "vote@scout,clerk,scholar",
  ])("runs %s", async (team) => {
    const { mock, file } = await upstream(6);
    const { code, result } = await runJson([
      file,
      "--team",
      team,
      "--budget",
      "1000000tok",
      "--base-url",
      mock.url,
      "--out",
      freshDirectory(),
    ]);
    expect(code).toBe(0);
    expect(result.answers.every(({ state }) => state === "answered")).toBe(true);
    await expectBillsAgree(result, mock);
  });

  it("gives the same answers at any concurrency, and others with another seed", async () => {
    const { mock, file } = await upstream(15);
    const answersAt = async (...more: string[]) => {
      const args = [file, "--team", "vote:3@scout", "--budget", "1000000tok", "--base-url", mock.url];
      const { result } = await runJson([...args, "--out", freshDirectory(), ...more]);
      return result.answers.map(({ answer }) => answer);
    };
    const first = await answersAt("--concurrency", "1");
    expect(await answersAt("--concurrency", "500")).toEqual(first);
    expect(await answersAt("--seed", "2")).not.toEqual(first);
  });

  it("never spends more than its budget, keeps what it has, and goes on with more", async () => {
    const { mock, file } = await upstream(30);
    const out = freshDirectory();
    const args = ["--base-url", mock.url];
    const first = await runJson([
      file,
      "--team",
      "vote:3@scout",
      "--budget",
      "15000tok",
      "--out",
      out,
      "--max-tokens",
      "300",
      ...args,
    ]);
    expect(first.code).toBe(4);
    expect(first.result).toMatchObject({ status: "budget", overBudget: "run" });
    expect(first.result.spent.tokens).toBeLessThanOrEqual(15_000);
    const before = first.result.answers.filter(({ state }) => state === "answered");
    expect(before.length).toBeGreaterThan(5);
    const calls = mock.bill().total.calls;
    const second = await runJson([file, "--resume", out, "--budget", "1000000tok", ...args]);
    expect(second.code).toBe(0);
    expect(second.result.answers.every(({ state }) => state === "answered")).toBe(true);
    expect(mock.bill().total.calls).toBe(90); // nothing was asked twice
    expect(calls).toBeLessThan(90);
    await expectBillsAgree(second.result, mock);
  });

  it("counts what nobody billed at its reservation, and says so, under faults of every sort", async () => {
    const faults = { "429-ms": 0.04, "500": 0.03, "reset-before": 0.03, "no-usage": 0.05, "bad-json": 0.02 };
    const { mock, file } = await upstream(30, { faults, retryAfterMs: 20 });
    const { code, result } = await runJson([
      file,
      "--team",
      "vote:3@scout",
      "--budget",
      "1000000tok",
      "--base-url",
      mock.url,
      "--out",
      freshDirectory(),
    ]);
    expect([0, 3]).toContain(code);
    expect(code === 3).toBe(result.degraded > 0);
    expect(result.unknown.calls).toBeGreaterThan(0);
    expect(result.asked).toBe(90);
    await expectBillsAgree(result, mock);
  });

  it("asks nobody again for what an earlier run was told", async () => {
    const { mock, file } = await upstream(10);
    const args = [file, "--budget", "1000000tok", "--base-url", mock.url];
    const first = freshDirectory();
    await runJson([...args, "--team", "vote:3@scout", "--out", first]);
    const { result } = await runJson([...args, "--team", "vote:5@scout", "--out", freshDirectory(), "--reuse", first]);
    expect(mock.bill().total.calls).toBe(50);
    expect(result).toMatchObject({ asked: 50, answered: 50, spent: { calls: 20 } });
  });

  it("takes weights and a forecast from graded answers, and shows what came of it", async () => {
    const { mock, file } = await upstream(30);
    const args = [file, "--budget", "3000000tok", "--base-url", mock.url];
    const first = freshDirectory();
    const graded = join(folder, "graded.jsonl");
    await runJson([...args, "--team", "vote@scout,clerk,scholar", "--out", first]);
    expect((await here(["export", first, "--attempts", "--out", graded])).code).toBe(0);
    const out = freshDirectory();
    const report = join(folder, "report.html");
    const { code, result } = await runJson([
      ...[...args, "--team", "vote.weighted@scout,clerk,scholar", "--out", out, "--seed", "7"],
      ...["--calibrate-on", graded, "--report", report, "--report", join(folder, "report.md")],
    ]);
    expect(code).toBe(0);
    expect(result.forecast!.map(({ what }) => what)).toEqual(["accuracy", "tokens", "calls", "seconds"]);
    for (const { forecast } of result.forecast!) expect(forecast.low).toBeLessThanOrEqual(forecast.value);
    const opened = (await eventsOf(out))[0] as unknown as { settings: { weights: Record<string, number> } };
    expect(Object.keys(opened.settings.weights).toSorted()).toEqual(["clerk", "scholar", "scout"]);
    expect(await readFile(report, "utf8")).toContain("predictive");
  });

  it("goes on after kill −9: the same answers, none lost, none asked again but what was in flight", async () => {
    const quiet = await upstream(40, { latency: { fixedMs: 20 } });
    const killed = await upstream(40, { latency: { fixedMs: 20 } });
    const team = ["--team", "cascade@scout+clerk,scholar", "--budget", "3000000tok", "--concurrency", "8"];
    const undisturbed = await runJson([quiet.file, ...team, "--base-url", quiet.mock.url, "--out", freshDirectory()]);
    const out = freshDirectory();
    const first = start(["run", killed.file, ...team, "--base-url", killed.mock.url, "--out", out]);
    await until(() => killed.mock.bill().total.calls >= 30);
    first.kill("SIGKILL");
    await ended(first);
    const { code, result } = await runJson([killed.file, "--resume", out, "--base-url", killed.mock.url]);
    expect(code).toBe(0);
    expect(result.answers.map(({ answer }) => answer)).toEqual(undisturbed.result.answers.map(({ answer }) => answer));
    const calls = killed.mock.bill().total.calls;
    expect(calls).toBeLessThanOrEqual(quiet.mock.bill().total.calls + 8);
    await expectBillsAgree(result, killed.mock);
  });

  it("finishes what is in flight on the first Ctrl-C, and the rest when resumed", async () => {
    const { mock, file } = await upstream(60, { latency: { fixedMs: 30 } });
    const out = freshDirectory();
    const args = ["--base-url", mock.url, "--concurrency", "4", "--json"];
    const child = start(["run", file, "--team", "single@scout", "--budget", "3000000tok", "--out", out, ...args]);
    await until(() => mock.bill().total.calls >= 10);
    child.kill("SIGINT");
    expect((await ended(child)).code).toBe(3);
    const { result } = await runJson([file, "--resume", out, "--base-url", mock.url]);
    expect(result.status).toBe("done");
    expect(result.unknown.calls).toBe(0);
    expect(mock.bill().total.calls).toBe(60);
  });

  it("stops at once on the second Ctrl-C; what was in flight counts at its reservation", async () => {
    const { mock, file } = await upstream(20, { latency: { fixedMs: 1500 } });
    const out = freshDirectory();
    const child = start([
      "run",
      file,
      "--team",
      "single@scout",
      "--budget",
      "3000000tok",
      "--out",
      out,
      "--base-url",
      mock.url,
    ]);
    await until(() => mock.bill().total.requests >= 12);
    child.kill("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.kill("SIGINT");
    expect((await ended(child)).code).toBe(3);
    const account = accountOf(await eventsOf(out));
    expect(account.run.billing.lost).toBeGreaterThan(0);
    const { reported, lost, free } = account.run.billing;
    expect(reported + lost + free).toBe(account.whys.first);
    expect(account.open.calls).toBe(0);
    const states = [...account.tasks.values()].map(({ state }) => state);
    expect(states.filter((state) => state === "answered")).toHaveLength(reported);
    expect(states.filter((state) => state === "interrupted")).toHaveLength(lost + free);
  });

  it("ends when its time is over, with what it has, and goes on with more", async () => {
    const { mock, file } = await upstream(30, { latency: { fixedMs: 150 } });
    const out = freshDirectory();
    const args = ["--base-url", mock.url, "--concurrency", "2"];
    const first = await runJson([file, "--team", "single@scout", "--budget", "900000tok,1s", "--out", out, ...args]);
    expect(first).toMatchObject({ code: 4, result: { status: "budget", overBudget: "time" } });
    expect(first.result.answered).toBeGreaterThan(0);
    expect(first.result.answered).toBeLessThan(30);
    const second = await runJson([file, "--resume", out, "--budget", "900000tok,5min", ...args]);
    expect(second).toMatchObject({ code: 0, result: { answered: 30 } });
    await expectBillsAgree(second.result, mock);
  });

  it("accounts as it goes what its journal says, however calls end, and again when it is resumed", async () => {
    const faults = { "429-ms": 0.04, "500": 0.03, "reset-before": 0.03, "no-usage": 0.05, "bad-json": 0.02 };
    const { mock, file } = await upstream(30, { faults, retryAfterMs: 20 });
    const tasks = await readTasks([file]);
    const options = { directory: freshDirectory(), team: "vote:3@scout", baseUrl: mock.url, env: key };
    for (const resume of [false, true]) {
      const tokens = resume ? 1e7 : 60_000;
      const { account } = await run(tasks, { ...options, resume, budget: { run: { tokens } } });
      const said = accountOf(await eventsOf(options.directory), { steps: false });
      expect({ ...account, tasks: [...account!.tasks] }).toEqual({ ...said, tasks: [...said.tasks] });
    }
  });

  it("lets a provider join in mid-run and another leave", async () => {
    const { mock: first, file } = await upstream(40, { latency: { fixedMs: 40 } });
    const { mock: second } = await upstream(40, { latency: { fixedMs: 40 } });
    const at = (url: string) => ({ kind: "openai-compatible", baseUrl: url, limits: { concurrency: 2 } });
    const config = Config.parse({
      agents: { scout: { provider: ["one", "two"] } },
      providers: { one: at(first.url), two: at(second.url) },
    });
    const next = Config.parse({ agents: { scout: { provider: "two" } }, providers: { two: at(second.url) } });
    let reload: ((config: Config) => Promise<void>) | undefined;
    let isReloaded = false;
    const tasks = await readTasks([file]);
    const result = await run(tasks, {
      ...{ directory: freshDirectory(), team: "single@scout", budget: { run: { tokens: 1e6 } }, config, env: key },
      onReload: (apply) => {
        reload = apply;
      },
      onProgress: ({ done }) => {
        if (done < 4 || isReloaded) return;
        isReloaded = true;
        void reload!(next);
      },
    });
    expect(result).toMatchObject({ status: "done", answered: 40 });
    const [before, after] = [first.bill().total.calls, second.bill().total.calls];
    expect(before + after).toBe(40);
    expect(before).toBeLessThan(30); // it left
    expect(after).toBeGreaterThan(10);
  });

  it("takes up tasks with failed steps again where that is asked for", async () => {
    const broken = await upstream(5, { faults: { "501": 1 } });
    const out = freshDirectory();
    const first = await runJson([
      broken.file,
      "--team",
      "vote:3@scout",
      "--budget",
      "300000tok",
      "--base-url",
      broken.mock.url,
      "--out",
      out,
    ]);
    expect(first.code).toBe(1);
    expect(first.result).toMatchObject({ status: "failed", failed: 15, answered: 0 });
    const { mock } = await upstream(5);
    const second = await runJson([
      broken.file,
      "--resume",
      out,
      "--retry-failed",
      "--base-url",
      mock.url,
      "--budget",
      "900000tok",
    ]);
    expect(second).toMatchObject({ code: 0, result: { status: "done", answered: 15, failed: 0 } });
  });
});

describe("quorate run refuses before the first call", () => {
  let mock: Mock;
  let file: string;
  beforeAll(async () => {
    ({ mock, file } = await upstream(3));
  });
  const fine = () => [
    "--team",
    "vote:3@scout",
    "--budget",
    "100000tok",
    "--base-url",
    mock.url,
    "--out",
    freshDirectory(),
  ];
  const changed = (option: string, value: string) => {
    const args = fine();
    args[args.indexOf(option) + 1] = value;
    return args;
  };

  it.each<[string, () => Promise<string[]> | string[], Record<string, string>, RegExp]>([
    ["no key", () => [file, ...changed("--base-url", "https://api.example.com/v1")], {}, /OPENAI_API_KEY is not set/],
    [
      "a wrong URL",
      () => [file, ...changed("--base-url", "http://127.0.0.1:9/v1")],
      key,
      /ECONNREFUSED[\s\S]*--base-url/,
    ],
    ["a URL that is none", () => [file, ...changed("--base-url", "nonsense")], key, /lacks http/],
    [
      "an unknown model",
      () => [file, ...changed("--team", "vote:3@scoot")],
      key,
      /no model "scoot"[\s\S]*Did you mean "scout"/,
    ],
    ["an unknown team", () => [file, ...changed("--team", "vot:3@scout")], key, /Did you mean vote/],
    [
      "a team that cannot run",
      () => [file, ...changed("--team", "debate:3x2@scout")],
      key,
      /not replay, simulate or run it yet/,
    ],
    ["a budget of nothing", () => [file, ...changed("--budget", "0tok")], key, /0tok/],
    ["a bare number", () => [file, ...changed("--budget", "5")], key, /unit/],
    ["a budget below one call", () => [file, ...changed("--budget", "50tok")], key, /a single call may cost/],
    ["dollars without prices", () => [file, ...changed("--budget", "$5")], key, /nobody knows what "scout" costs/],
    ["weights from nowhere", () => [file, ...changed("--team", "vote.weighted@scout,clerk")], key, /--calibrate-on/],
    ["no team", () => [file, "--budget", "10calls"], key, /needs a team/],
    ["no budget", () => [file, "--team", "single@scout"], key, /needs a budget/],
    ["no such directory to resume", () => [file, "--resume", join(folder, "nowhere")], key, /has no run/],
    [
      "empty tasks",
      async () => {
        await writeFile(join(folder, "empty.jsonl"), "");
        return [join(folder, "empty.jsonl"), ...fine()];
      },
      key,
      /holds no tasks/,
    ],
    [
      "tasks without gold where they are to be graded",
      async () => {
        await writeFile(join(folder, "bare.jsonl"), '{"task_id":"q1","question":"Why?"}\n');
        return [join(folder, "bare.jsonl"), ...fine(), "--grade"];
      },
      key,
      /"q1" for one[\s\S]*--grade/,
    ],
  ])("%s", async (_, args, env, message) => {
    const before = mock.bill().total.requests;
    const { code, stderr, stdout } = await here(["run", ...(await args()), "--json"], env);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error.remedy).not.toBe("");
    expect(mock.bill().total.requests).toBe(before);
  });

  it("a directory that has a run already, and one that another process holds", async () => {
    const args = [file, ...fine()];
    expect((await here(["run", ...args])).code).toBe(0);
    const again = await here(["run", ...args]);
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/has a run already[\s\S]*--resume/);
  });

  it("other tasks than those it began with", async () => {
    const out = freshDirectory();
    const args = ["--team", "single@scout", "--budget", "100000tok", "--base-url", mock.url];
    await here(["run", file, ...args, "--out", out]);
    const other = await upstream(4);
    const { code, stderr } = await here(["run", other.file, "--resume", out, "--base-url", mock.url]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/not ".*"[\s\S]*--out/);
  });
});

function start(args: readonly string[]): ChildProcess {
  const script = `import(${JSON.stringify(new URL("../../src/cli/main.ts", import.meta.url).href)}).then((cli) => cli.main(process.argv.slice(1)))`;
  return spawn(process.execPath, ["-e", script, "--", ...args], {
    cwd: root,
    env: { ...process.env, ...key },
    stdio: "ignore",
  });
}

function ended(child: ChildProcess): Promise<{ code: number | null }> {
  return new Promise((resolve) => child.once("exit", (code) => resolve({ code })));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
