// Upstreams and models that others wrote, behind our providers: nothing here was made to fit.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { LLMock } from "@copilotkit/aimock";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/run/clock.ts";
import { fromAiSdkModel } from "../../src/run/providers/ai-sdk.ts";
import { openProvider } from "../../src/run/providers/open.ts";
import type { Provider } from "../../src/run/providers/provider.ts";
import { startMock } from "../../src/serve/mock/server.ts";
import { aCall, rawUpstream } from "./local-upstream.ts";

const open: Provider[] = [];
afterEach(async () => {
  for (const provider of open.splice(0)) await provider.close();
});

async function opened(baseUrl: string, more: object): Promise<Provider> {
  const context = { env: { OPENAI_API_KEY: "mock" }, clock: systemClock, cwd: ".", connectionsMax: 64 };
  const provider = await openProvider("foreign", { kind: "openai-compatible", baseUrl, ...more }, context);
  open.push(provider);
  return provider;
}

const question = (text: string) => aCall({ model: "gpt-4o", messages: [{ role: "user", content: text }] });

describe("@copilotkit/aimock", () => {
  const aimock = new LLMock({ port: 0 });
  const usage = { prompt_tokens: 31, completion_tokens: 7, total_tokens: 38 };
  beforeAll(async () => {
    aimock.onMessage("letter", { content: "The letter is A", usage });
    aimock.onMessage("long", { content: "cut he", finishReason: "length", usage });
    aimock.onMessage("refused", { error: { message: "Rate limit reached", type: "rate_limit_error" }, status: 429 });
    aimock.onMessage("broken", { error: { message: "The server had an error", type: "server_error" }, status: 500 });
    aimock.onMessage("torn", { content: "one two three four five six" }, { truncateAfterChunks: 2, chunkSize: 4 });
    await aimock.start();
  });
  afterEach(() => {
    aimock.clearChaos();
    aimock.clearRequests();
  });
  afterAll(() => aimock.stop());

  const modes: readonly (readonly [string, object])[] = [
    ["chat", {}],
    ["chat, streaming", { stream: true }],
    ["responses", { api: "responses" }],
    ["responses, streaming", { api: "responses", stream: true }],
  ];

  describe.each(modes)("in mode %s", (_, more) => {
    const ask = async (text: string) =>
      (await opened(`${aimock.url}/v1`, more)).call(question(text), { timeoutMs: 10_000 });

    it("answers, and its usage is ours", async () => {
      expect(await ask("Which letter?")).toMatchObject({
        kind: "replied",
        text: "The letter is A",
        finish: "stop",
        tokens: { tokensIn: 31, tokensOut: 7 },
      });
    });

    it("is refused, for nothing; an error of its own is lost", async () => {
      expect(await ask("refused")).toMatchObject({
        kind: "failed",
        trouble: "throttled",
        billing: "free",
        message: "429 Rate limit reached",
      });
      expect(await ask("broken")).toMatchObject({ kind: "failed", trouble: "server-error", billing: "lost" });
    });

    it("under chaos gives typed results, and none of them is free that may have been billed", async () => {
      aimock.setChaos({ dropRate: 0.2, malformedRate: 0.25, rateLimitRate: 0.3, disconnectRate: 0.4 });
      const provider = await opened(`${aimock.url}/v1`, more);
      const results = await Promise.all(
        Array.from({ length: 200 }, (_, i) =>
          provider.call({ ...question("Which letter?"), idempotencyKey: `k${i}` }, { timeoutMs: 10_000 }),
        ),
      );
      const statuses = aimock.getRequests().map(({ response }) => response.status);
      const count = (trouble: string) =>
        results.filter((result) => result.kind === "failed" && result.trouble === trouble).length;
      expect(results.filter(({ kind }) => kind === "replied").length).toBeGreaterThan(20);
      expect(count("throttled")).toBe(statuses.filter((status) => status === 429).length);
      expect(count("malformed")).toBeGreaterThan(10);
      expect(count("reset")).toBeGreaterThan(10);
      for (const result of results)
        if (result.kind === "failed") expect(result.billing).toBe(result.trouble === "throttled" ? "free" : "lost");
    });
  });

  it("cuts an answer at its length", async () => {
    const provider = await opened(`${aimock.url}/v1`, {});
    expect(await provider.call(question("long"), { timeoutMs: 10_000 })).toMatchObject({
      finish: "length",
      text: "cut he",
    });
  });

  it.each(modes.filter(([, more]) => "stream" in more))(
    "tears a stream in mode %s: no end is invented",
    async (_, more) => {
      const provider = await opened(`${aimock.url}/v1`, more);
      expect(await provider.call(question("torn"), { timeoutMs: 10_000 })).toMatchObject({
        kind: "failed",
        billing: "lost",
      });
    },
  );
});

describe("the same upstream through the AI SDK and through our own provider", () => {
  it("gives the same answers and the same bill, as the upstream counts it", async () => {
    const mock = await startMock({ seed: 7, latency: { fixedMs: 1 } });
    const [model = ""] = mock.models;
    const sdk = createOpenAICompatible({ name: "mock", baseURL: mock.url, apiKey: "none" });
    const providers = {
      own: await opened(mock.url, {}),
      streaming: await opened(mock.url, { stream: true }),
      responses: await opened(mock.url, { api: "responses" }),
      sdk: fromAiSdkModel((name) => sdk.languageModel(name)),
    };
    try {
      const told: Record<string, unknown> = {};
      for (const [name, provider] of Object.entries(providers)) {
        mock.reset();
        const results = await Promise.all(
          mock.tasks.slice(0, 40).map(({ question, taskId, choices = [] }, i) =>
            provider.call(
              aCall({
                model,
                messages: [
                  {
                    role: "user",
                    content: `${question}\n${choices.map((choice, j) => `${"ABCD"[j]}. ${choice}`).join("\n")}`,
                  },
                ],
                maxTokens: 300,
                idempotencyKey: `k${i}`,
                step: { task: taskId, id: "solve/0", role: "solve", agent: model },
              }),
              { timeoutMs: 20_000 },
            ),
          ),
        );
        const tokens = results.reduce(
          (sum, { tokens }) => sum + (tokens?.tokensIn ?? Number.NaN) + (tokens?.tokensOut ?? 0),
          0,
        );
        const { total } = mock.bill();
        expect(tokens).toBe(total.tokensIn + total.tokensOut);
        told[name] = results.map((result) => result.kind === "replied" && [result.text, result.finish, result.tokens]);
      }
      expect(told["streaming"]).toEqual(told["own"]);
      expect(told["responses"]).toEqual(told["own"]);
      expect(told["sdk"]).toEqual(told["own"]);
    } finally {
      await providers.sdk.close();
      await mock.close();
    }
  });

  it("gives failures the same meaning", async () => {
    const mock = await startMock({ latency: { fixedMs: 1 }, faults: { "429-seconds": 1 }, retryAfterMs: 2000 });
    const [model = ""] = mock.models;
    const sdk = createOpenAICompatible({ name: "mock", baseURL: mock.url, apiKey: "none" });
    const provider = fromAiSdkModel(sdk.languageModel(model));
    const refused = { kind: "failed", trouble: "throttled", billing: "free", retryable: true };
    expect(await provider.call(aCall({ model }), { timeoutMs: 5000 })).toMatchObject(refused);
    expect(await (await opened(mock.url, {})).call(aCall({ model }), { timeoutMs: 5000 })).toMatchObject(refused);
    await mock.close();
    const unreachable = { kind: "failed", trouble: "unreachable", billing: "free" };
    const gone = await rawUpstream(() => {});
    await gone.close();
    const nobody = `${gone.url}/v1`;
    const other = fromAiSdkModel(createOpenAICompatible({ name: "nobody", baseURL: nobody }).languageModel(model));
    expect(await other.call(aCall({ model }), { timeoutMs: 5000 })).toMatchObject(unreachable);
    expect(await (await opened(nobody, {})).call(aCall({ model }), { timeoutMs: 5000 })).toMatchObject(unreachable);
    await Promise.all([provider.close(), other.close()]);
  });
});
