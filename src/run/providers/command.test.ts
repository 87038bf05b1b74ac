import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { aCall, localUpstream, sendJson } from "../../../test/run/local-upstream.ts";
import type { CallResult } from "../call.ts";
import { systemClock } from "../clock.ts";
import { openProvider } from "./open.ts";
import type { Provider } from "./provider.ts";

const folder = mkdtempSync(join(tmpdir(), "quorate-command-"));
const agent = join(import.meta.dirname, "../../../test/run/agent.mjs");
const open: Provider[] = [];
afterEach(async () => {
  for (const provider of open.splice(0)) await provider.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function opened(config: object, env: Record<string, string> = {}): Promise<Provider> {
  const provider = await openProvider(
    "tool",
    { kind: "command", ...config },
    {
      env: { PATH: process.env["PATH"], ...env },
      clock: systemClock,
      cwd: folder,
      connectionsMax: 4,
    },
  );
  open.push(provider);
  return provider;
}

async function run(manner: string, config: object = {}, timeoutMs = 20_000): Promise<CallResult> {
  const provider = await opened({ command: [process.execPath, agent, manner], ...config }, { SECRET: "s", SHOWN: "v" });
  return provider.call(aCall(), { timeoutMs });
}

/** Waits until a process is gone. */
async function gone(file: string): Promise<void> {
  while (!existsSync(file) || readFileSync(file, "utf8") === "")
    await new Promise((resolve) => setTimeout(resolve, 10));
  const pid = Number(readFileSync(file, "utf8"));
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("a program", () => {
  it("answers with its usage, its tools and what it spent", async () => {
    expect(await run("answers")).toMatchObject({
      kind: "replied",
      text: "A",
      toolCalls: 2,
      usd: 0.001,
      tokens: { tokensIn: 20, tokensOut: 4 },
    });
  });

  it("is told the step, and gets only the variables and the folder that the config names", async () => {
    const result = await run("echoes", { env: ["SHOWN"], usdMax: 0.5 });
    const { step, env, cwd } = JSON.parse(result.kind === "replied" ? result.text : "{}");
    expect(step).toMatchObject({
      task: "t1",
      step: "solve/0",
      role: "solve",
      agent: "m",
      maxTokens: 100,
      idempotencyKey: "key-1",
      usdMax: 0.5,
    });
    expect(step.messages).toEqual([{ role: "user", content: "Which letter comes first?" }]);
    expect(env).toEqual({ SHOWN: "v" });
    expect(cwd).toBe(folder);
  });

  it.each([
    ["fails", { trouble: "server-error", billing: "lost", message: "exit code 3: the disk is full" }],
    ["failsWithUsage", { trouble: "server-error", billing: "reported", tokens: { tokensIn: 20, tokensOut: 4 } }],
    ["babbles", { trouble: "malformed", billing: "lost" }],
  ])("that %s is a failure, and is tried again only where that does no harm", async (manner, expected) => {
    expect(await run(manner)).toMatchObject({ kind: "failed", ...expected, retryable: false });
    expect(await run(manner, { repeatable: true })).toMatchObject({ kind: "failed", ...expected, retryable: true });
  });

  it("that writes without end is stopped; what it says on stderr is not kept", async () => {
    expect(await run("floods", { outputBytesMax: 100_000 })).toMatchObject({
      trouble: "too-large",
      billing: "lost",
      retryable: false,
    });
    expect(await run("floodsErrors", { stderrBytesMax: 100 })).toMatchObject({ kind: "replied", text: "A" });
  });

  it("that hangs is stopped in time, even where it does not listen", async () => {
    expect(await run("ignoresTerm", { graceMs: 50 }, 300)).toMatchObject({ trouble: "timeout", billing: "lost" });
  });

  it("leaves no child behind: not when it ends, not when it is stopped", async () => {
    const [left, stopped] = [join(folder, "left"), join(folder, "stopped")];
    const ends = await opened({ command: [process.execPath, agent, "leavesAChild", left] });
    expect(await ends.call(aCall(), { timeoutMs: 20_000 })).toMatchObject({ kind: "replied", text: "A" });
    await gone(left);
    const hangs = await opened({ command: [process.execPath, agent, "hangsWithAChild", stopped], graceMs: 50 });
    const controller = new AbortController();
    const call = hangs.call(aCall(), { signal: controller.signal, timeoutMs: 60_000 });
    while (!existsSync(stopped)) await new Promise((resolve) => setTimeout(resolve, 10));
    controller.abort();
    expect(await call).toMatchObject({ trouble: "aborted", retryable: false });
    await gone(stopped);
  });

  it("that spends more than it may has answered, and the excess is told", async () => {
    expect(await run("spends", { usdMax: 0.1 })).toMatchObject({
      kind: "replied",
      usd: 5,
      warnings: [expect.stringContaining("$5, more than the $0.1")],
    });
  });

  it.each([
    [{ command: ["no-such-program-here"] }, "no-such-program", "PATH"],
    [{ command: ["./missing"] }, "no-such-program", "no such file"],
    [{ command: ["./plain.txt"] }, "no-such-program", "may not be executed"],
    [{ command: ["node"], cwd: "nowhere" }, "bad-provider", "no folder"],
    [{ command: ["node"], url: "http://h" }, "bad-provider", "either"],
    [{}, "bad-provider", "either"],
    [{ url: "file:///etc" }, "bad-provider", "url"],
    [{ url: "http://me:pass@h" }, "key-in-config", "url"],
    [{ url: "http://h", headersEnv: { authorization: "MISSING" } }, "missing-key", "MISSING"],
  ])("%j is refused as %s", async (config, code, says) => {
    writeFileSync(join(folder, "plain.txt"), "text", { mode: 0o644 });
    await expect(opened(config)).rejects.toMatchObject({ code, exitCode: 2, message: expect.stringContaining(says) });
  });
});

describe("an agent behind a URL", () => {
  it("gets the step as JSON and answers as a program does", async () => {
    const upstream = await localUpstream(({ response }) =>
      sendJson(response, 200, { answer: "A", usage: { tokensIn: 0, tokensOut: 0 }, toolCalls: [{}, {}, {}] }),
    );
    const provider = await opened(
      { url: `${upstream.url}/agent?x=1`, headersEnv: { authorization: "TOKEN" } },
      { TOKEN: "Bearer t" },
    );
    expect(await provider.call(aCall(), { timeoutMs: 5000 })).toMatchObject({
      kind: "replied",
      text: "A",
      toolCalls: 3,
      tokens: { tokensIn: 0, tokensOut: 0 },
    });
    expect(upstream.received[0]).toMatchObject({
      path: "/agent?x=1",
      headers: { authorization: "Bearer t", "idempotency-key": "key-1" },
      body: { step: "solve/0" },
    });
    await upstream.close();
  });

  it("is asked again only where that does no harm, or where it was never reached", async () => {
    const upstream = await localUpstream(({ response }) => sendJson(response, 429, { error: "busy" }));
    const once = await opened({ url: upstream.url });
    const often = await opened({ url: upstream.url, repeatable: true });
    expect(await once.call(aCall(), { timeoutMs: 5000 })).toMatchObject({
      trouble: "throttled",
      billing: "lost",
      retryable: false,
    });
    expect(await often.call(aCall(), { timeoutMs: 5000 })).toMatchObject({
      trouble: "throttled",
      billing: "free",
      retryable: true,
    });
    await upstream.close();
    const unreached = await opened({ url: upstream.url });
    expect(await unreached.call(aCall(), { timeoutMs: 5000 })).toMatchObject({
      trouble: "unreachable",
      billing: "free",
      retryable: true,
    });
  });
});
