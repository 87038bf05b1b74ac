import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { aCall } from "../../../test/run/local-upstream.ts";
import type { ModelCall } from "../call.ts";
import { systemClock } from "../clock.ts";
import type { AiSdkModel } from "./ai-sdk/model.ts";
import { fromAiSdkModel } from "./ai-sdk.ts";
import { openProvider } from "./open.ts";

const folder = mkdtempSync(join(tmpdir(), "quorate-ai-sdk-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const model = (specificationVersion: string, result: object | (() => object)): AiSdkModel & { asked: object[] } => {
  const asked: object[] = [];
  return {
    ...{ specificationVersion, provider: "openai.chat", modelId: "m", asked },
    async doGenerate(options: never) {
      asked.push(options);
      return typeof result === "function" ? result() : result;
    },
  };
};
const ask = (one: AiSdkModel, more: Partial<ModelCall> = {}) =>
  fromAiSdkModel(one).call(aCall(more), { timeoutMs: 1000 });
const content = [
  { type: "reasoning", text: "hm" },
  { type: "text", text: "A" },
];

describe("models of the AI SDK", () => {
  it("of v2 count flat and end with a word", async () => {
    const usage = { inputTokens: 100, cachedInputTokens: 64, outputTokens: 20, reasoningTokens: 8, totalTokens: 120 };
    expect(await ask(model("v2", { content, finishReason: "length", usage, warnings: [] }))).toMatchObject({
      ...{ kind: "replied", text: "A", finish: "length" },
      tokens: { tokensIn: 100, tokensInCached: 64, tokensOut: 20, tokensReasoning: 8 },
    });
  });

  it.each(["v3", "v4"])("of %s count in parts and end with two words", async (version) => {
    const usage = {
      inputTokens: { total: 100, cacheRead: 64 },
      outputTokens: { total: 20, reasoning: 8 },
      raw: { cost: 0.01 },
    };
    const one = model(version, {
      ...{ content, finishReason: { unified: "content-filter", raw: "SAFETY" }, usage },
      warnings: [{ type: "unsupported", feature: "seed", details: "not here" }],
      response: { modelId: "m-2026", headers: { "x-ratelimit-remaining-requests": "9" } },
      providerMetadata: { openai: { logprobs: [{ token: "A", logprob: -0.25 }] } },
    });
    expect(await ask(one)).toMatchObject({
      ...{ kind: "replied", text: "A", finish: "refused", usd: 0.01, logprob: -0.25, model: "m-2026" },
      tokens: { tokensIn: 100, tokensInCached: 64, tokensOut: 20, tokensReasoning: 8 },
      limits: { requestsLeft: 9 },
      warnings: ["unsupported: seed, not here"],
    });
  });

  it("are asked with all that shapes the answer, and the key of the step", async () => {
    const one = model("v4", { content, finishReason: { unified: "stop" }, usage: {} });
    const settings = {
      temperature: 0.5,
      topP: 0.9,
      stop: ["\n"],
      seed: 3,
      effort: "low",
      schema: { type: "object" },
      extra: { top_k: 4 },
    };
    await ask(one, {
      settings,
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Q?" },
      ],
    });
    expect(one.asked[0]).toMatchObject({
      prompt: [
        { role: "system", content: "Be brief." },
        { role: "user", content: [{ type: "text", text: "Q?" }] },
      ],
      ...{ maxOutputTokens: 100, temperature: 0.5, topP: 0.9, stopSequences: ["\n"], seed: 3 },
      responseFormat: { type: "json", schema: { type: "object" } },
      providerOptions: { openai: { reasoningEffort: "low", top_k: 4 } },
      headers: { "idempotency-key": "key-1" },
    });
  });

  const error = (name: string, more: object = {}) => Object.assign(new Error("said so"), { name, ...more });
  it.each([
    [
      error("AI_APICallError", { statusCode: 429, responseHeaders: { "retry-after": "2" } }),
      { trouble: "throttled", billing: "free", retryable: true, retryAfterMs: 2000 },
    ],
    [error("AI_APICallError", { statusCode: 401 }), { trouble: "unauthorized", billing: "free", retryable: false }],
    [error("AI_APICallError", { statusCode: 500 }), { trouble: "server-error", billing: "lost" }],
    [
      error("AI_APICallError", { statusCode: 400, responseBody: '{"error":{"code":"context_length_exceeded"}}' }),
      { trouble: "too-large", billing: "free" },
    ],
    [
      error("AI_APICallError", { cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) }),
      { trouble: "unreachable", billing: "free" },
    ],
    [
      error("AI_APICallError", { cause: Object.assign(new Error("x"), { code: "ECONNRESET" }) }),
      { trouble: "reset", billing: "lost" },
    ],
    [error("AI_APICallError", { statusCode: 200 }), { trouble: "malformed", billing: "lost" }],
    [error("AI_LoadAPIKeyError"), { trouble: "unauthorized", billing: "free", retryable: false }],
    [error("AI_NoSuchModelError"), { trouble: "not-found", billing: "free" }],
    [error("AI_JSONParseError"), { trouble: "malformed", billing: "lost" }],
    [error("TypeError"), { trouble: "reset", billing: "lost" }],
    ["a text", { trouble: "reset", billing: "lost" }],
  ])("that throw %s have failed as upstreams do", async (thrown, expected) => {
    const one = model("v4", () => {
      throw thrown;
    });
    expect(await ask(one)).toMatchObject({ kind: "failed", ...expected });
  });

  it.each([
    [null],
    [{}],
    [{ content: "A" }],
    [{ content: [null, 7] }],
    [{ content, usage: 7, finishReason: 7, warnings: 7, response: 7 }],
  ])("that give %j give a typed result all the same", async (result) => {
    expect(["replied", "failed"]).toContain((await ask(model("v4", () => result as object))).kind);
  });
});

describe("a module", () => {
  const open = (text: string, config: object = {}) => {
    const file = `m${Math.abs(text.length * 31 + JSON.stringify(config).length)}.mjs`;
    writeFileSync(join(folder, file), text);
    const context = { env: {}, clock: systemClock, cwd: folder, connectionsMax: 1 };
    return openProvider("sdk", { kind: "ai-sdk", module: `./${file}`, ...config }, context);
  };
  const maker = `(modelId) => ({ specificationVersion: "v3", provider: "p", modelId, doGenerate: async () => ({ content: [{ type: "text", text: modelId }], finishReason: "stop", usage: {} }) })`;

  it("gives a model, or makes one for a name, alias or not", async () => {
    const made = await open(`export default ${maker};`, { aliases: { m: "vendor/m" } });
    expect(await made.call(aCall(), { timeoutMs: 1000 })).toMatchObject({ text: "vendor/m" });
    const named = await open(`export const mine = (${maker})("fixed");`, { export: "mine" });
    expect(await named.call(aCall(), { timeoutMs: 1000 })).toMatchObject({ text: "fixed" });
  });

  it("that knows no such model fails the call, for nothing", async () => {
    const provider = await open('export default (name) => { throw new Error("what is " + name) };');
    expect(await provider.call(aCall(), { timeoutMs: 1000 })).toMatchObject({
      trouble: "not-found",
      billing: "free",
      message: expect.stringContaining("what is m"),
    });
  });

  it.each([
    ["export default {;", {}, "cannot be used"],
    ["export const other = 1;", {}, 'exports no "default" but other'],
    ["export default { doGenerate() {}, specificationVersion: 'v1' };", {}, "specificationVersion is v1"],
    ["export default 'gpt';", {}, "it is a string"],
    ["throw new Error('no key');", {}, "no key"],
  ])("with %j is refused", async (text, config, says) => {
    await expect(open(text, config)).rejects.toMatchObject({
      code: "unusable-module",
      exitCode: 2,
      message: expect.stringContaining(says),
    });
  });

  it("that does not exist is refused", async () => {
    const context = { env: {}, clock: systemClock, cwd: folder, connectionsMax: 1 };
    await expect(openProvider("sdk", { kind: "ai-sdk", module: "./none.ts" }, context)).rejects.toMatchObject({
      code: "unusable-module",
    });
  });
});
