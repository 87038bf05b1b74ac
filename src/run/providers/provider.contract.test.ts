import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  aCall,
  chatChunks,
  completion,
  localUpstream,
  sendJson,
  sendStream,
} from "../../../test/run/local-upstream.ts";
import type { TokenCounts } from "../../trace/event.ts";
import type { CallResult } from "../call.ts";
import { systemClock } from "../clock.ts";
import * as kinds from "./index.ts";
import { openProvider, providerKinds } from "./open.ts";
import type { Provider, ProviderKind } from "./provider.ts";

/** How a kind is brought to behave: which config has it answer with "A", hang, say no usage, and fail. */
interface Stage {
  readonly answers: object;
  readonly hangs: object;
  readonly silent: object | undefined;
  readonly fails: object;
}

const folder = mkdtempSync(join(tmpdir(), "quorate-providers-"));
const agent = join(import.meta.dirname, "../../../test/run/agent.mjs");
const upstream = await localUpstream(({ path, body, response }) => {
  const tokens = Math.min(3, body.max_tokens ?? body.max_output_tokens ?? 3);
  const usage = { prompt_tokens: 12, completion_tokens: tokens, total_tokens: 12 + tokens };
  const finish = tokens < 3 ? "length" : "stop";
  if (path.startsWith("/hangs")) return;
  if (path.startsWith("/fails")) return sendJson(response, 500, { error: { message: "out of order" } });
  const isSilent = path.startsWith("/silent");
  if (path.endsWith("/responses"))
    return sendJson(response, 200, {
      status: finish === "length" ? "incomplete" : "completed",
      model: body.model,
      output: [{ type: "message", content: [{ type: "output_text", text: "A" }] }],
      ...(isSilent ? {} : { usage: { input_tokens: 12, output_tokens: tokens } }),
    });
  if (body.stream) return sendStream(response, chatChunks("A", { finish, usage: isSilent ? null : usage }));
  const said = completion("A", isSilent ? { usage: undefined } : { usage });
  return sendJson(response, 200, { ...said, choices: [{ ...said.choices[0], finish_reason: finish }] });
});
const unused = async () => {};

const at = (path: string, more: object = {}) => ({
  kind: "openai-compatible",
  baseUrl: `${upstream.url}/${path}`,
  ...more,
});
const openai = (more: object): Stage => ({
  answers: at("v1", more),
  hangs: at("hangs", more),
  silent: at("silent", more),
  fails: at("fails", more),
});
const program = (manner: string) => ({ kind: "command", command: [process.execPath, agent, manner], repeatable: true });

/** A module with models of the SDK's shape: one per manner. */
const module = join(folder, "models.mjs");
writeFileSync(
  module,
  `const model = (answer) => ({ specificationVersion: "v4", provider: "test.chat", modelId: "m", supportedUrls: {}, doGenerate: answer });
const reply = (usage, finish = "stop") => ({ content: [{ type: "text", text: "A" }], finishReason: { unified: finish, raw: finish }, usage, warnings: [] });
export const answers = model(async ({ maxOutputTokens }) => reply({ inputTokens: { total: 12 }, outputTokens: { total: Math.min(3, maxOutputTokens) } }, maxOutputTokens < 3 ? "length" : "stop"));
export const silent = model(async () => reply({ inputTokens: {}, outputTokens: {} }));
export const hangs = model(() => new Promise(() => {}));
export const fails = model(async () => { throw Object.assign(new Error("out of order"), { name: "AI_APICallError", statusCode: 500, isRetryable: true }); });
`,
);
const sdk = (name: string) => ({ kind: "ai-sdk", module, export: name });

const recorded = join(folder, "recorded.jsonl");
const slow = join(folder, "slow.jsonl");
const bare = join(folder, "bare.jsonl");
const failing = join(folder, "failing.jsonl");
const attempt = { task_id: "t1", agent: "m", answer: "A", gold: "A" };
writeFileSync(recorded, JSON.stringify({ ...attempt, tokens_in: 12, tokens_out: 3, seconds: 1.5 }));
writeFileSync(slow, JSON.stringify({ ...attempt, tokens_in: 12, tokens_out: 3, seconds: 3600 }));
writeFileSync(bare, JSON.stringify(attempt));
writeFileSync(failing, JSON.stringify({ ...attempt, task_id: "t2" }));

const tasksFile = join(folder, "tasks.jsonl");
writeFileSync(tasksFile, JSON.stringify({ task_id: "t1", question: "Which letter comes first?", gold: "A" }));

const stages: Readonly<Record<string, Stage>> = {
  "openai-compatible": openai({}),
  "openai-compatible, streaming": openai({ stream: true }),
  "openai-compatible, Responses": openai({ api: "responses" }),
  "ai-sdk": { answers: sdk("answers"), hangs: sdk("hangs"), silent: sdk("silent"), fails: sdk("fails") },
  command: { answers: program("answers"), hangs: program("hangs"), silent: program("silent"), fails: program("fails") },
  scripted: {
    answers: { kind: "scripted", agents: { m: { accuracy: 1, answerTokens: 4 } }, tasks: tasksFile },
    hangs: { kind: "scripted", agents: { m: { accuracy: 1, tokensPerSecond: 0.001 } }, speed: 1 },
    silent: undefined, // it always knows what it said
    fails: { kind: "scripted", agents: { another: { accuracy: 1 } } },
  },
  replay: {
    answers: { kind: "replay", files: recorded },
    hangs: { kind: "replay", files: slow, speed: 1 },
    silent: { kind: "replay", files: bare },
    fails: { kind: "replay", files: failing },
  },
};

const open: Provider[] = [];
async function opened(config: object): Promise<Provider> {
  const provider = await openProvider("one", config as { kind: string }, {
    env: { PATH: process.env["PATH"] },
    clock: systemClock,
    cwd: folder,
    connectionsMax: 8,
  });
  open.push(provider);
  return provider;
}

beforeAll(unused);
afterEach(async () => {
  for (const provider of open.splice(0)) await provider.close();
});
afterAll(async () => {
  await upstream.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a result must be, whatever happened. */
function checkResult(result: CallResult): void {
  expect(result.ms).toBeGreaterThanOrEqual(0);
  if (result.tokens !== undefined) checkCounts(result.tokens);
  if (result.kind === "replied") {
    expect(typeof result.text).toBe("string");
    expect(["stop", "length", "refused"]).toContain(result.finish);
    if (result.firstMs !== undefined) expect(result.firstMs).toBeLessThanOrEqual(result.ms);
  } else {
    expect(result.message).not.toBe("");
    expect(result.billing === "reported").toBe(result.tokens !== undefined);
  }
}

function checkCounts(tokens: TokenCounts): void {
  const { tokensIn, tokensInCached, tokensOut, tokensReasoning } = tokens;
  for (const count of [tokensIn, tokensInCached, tokensOut, tokensReasoning])
    expect(Number.isSafeInteger(count)).toBe(true);
  expect(tokensInCached).toBeLessThanOrEqual(tokensIn);
  expect(tokensReasoning).toBeLessThanOrEqual(tokensOut);
}

it("has a stage for every kind, and a kind for every word", () => {
  const played = new Set(Object.keys(stages).map((name) => name.split(",")[0]));
  expect([...played].sort()).toEqual([...providerKinds.keys()].sort());
});

describe.each(Object.values(kinds) as readonly ProviderKind[])(
  "kind $example.kind",
  ({ summary, example, options }) => {
    it("says in one line what it is, and its example is valid", () => {
      expect(summary).toMatch(/^[^\n]{10,100}$/);
      const { kind: _kind, ...entry } = example;
      expect(options.safeParse(entry).success).toBe(true);
    });

    it("names a field that it does not know", async () => {
      await expect(opened({ ...example, colour: "red" })).rejects.toMatchObject({
        code: "bad-provider",
        exitCode: 2,
        message: expect.stringContaining("colour"),
      });
    });
  },
);

describe.each(Object.entries(stages))("%s", (_, stage) => {
  it("answers one call with one result, and says what it used", async () => {
    const provider = await opened(stage.answers);
    const results = await Promise.all(
      Array.from({ length: 5 }, (_, i) => provider.call(aCall({ idempotencyKey: `k${i}` }), { timeoutMs: 20_000 })),
    );
    for (const result of results) {
      checkResult(result);
      expect(result).toMatchObject({ kind: "replied", text: expect.stringMatching(/^(Answer: )?A$/), finish: "stop" });
      expect(result.tokens!.tokensIn).toBeGreaterThan(0);
    }
  });

  it.runIf(stage.silent)("says nothing of tokens where the upstream said nothing", async () => {
    const result = await (await opened(stage.silent!)).call(aCall(), { timeoutMs: 20_000 });
    checkResult(result);
    expect(result.kind).toBe("replied");
    expect(result.tokens).toBeUndefined();
  });

  it("gives a failure as a result, and does not reject", async () => {
    const result = await (await opened(stage.fails)).call(aCall(), { timeoutMs: 20_000 });
    checkResult(result);
    expect(result.kind).toBe("failed");
  });

  it("ends soon after it is called off, and within its time", async () => {
    const provider = await opened(stage.hangs);
    const controller = new AbortController();
    const calledOff = provider.call(aCall(), { signal: controller.signal, timeoutMs: 600_000 });
    const late = provider.call(aCall({ idempotencyKey: "k2" }), { timeoutMs: 300 });
    setTimeout(() => controller.abort(), 50);
    const results = await Promise.all([calledOff, late]);
    for (const result of results) checkResult(result);
    expect(results).toMatchObject([
      { kind: "failed", trouble: "aborted", retryable: false },
      { kind: "failed", trouble: "timeout" },
    ]);
  });

  it("does not begin what was called off before", async () => {
    const provider = await opened(stage.answers);
    const result = await provider.call(aCall(), { signal: AbortSignal.abort(), timeoutMs: 1000 });
    expect(result).toMatchObject({ kind: "failed", trouble: "aborted", billing: "free" });
  });

  it("ends its calls when it is closed, and makes no more", async () => {
    const provider = await opened(stage.hangs);
    const running = provider.call(aCall(), { timeoutMs: 600_000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await provider.close();
    expect(await running).toMatchObject({ kind: "failed", trouble: "aborted" });
    expect(await provider.call(aCall(), { timeoutMs: 1000 })).toMatchObject({ kind: "failed", billing: "free" });
  });
});

// What was recorded is what it is, whatever the limit is now.
describe.each(Object.entries(stages).filter(([name]) => name !== "replay"))("%s", (_, stage) => {
  it("asks for no more than the call allows", async () => {
    const result = await (await opened(stage.answers)).call(aCall({ maxTokens: 1 }), { timeoutMs: 20_000 });
    expect(result.tokens!.tokensOut).toBeLessThanOrEqual(1);
  });
});
