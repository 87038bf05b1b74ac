import { afterEach, describe, expect, it } from "vitest";
import {
  aCall,
  chatChunks,
  completion,
  localUpstream,
  type Received,
  sendJson,
  sendStream,
} from "../../../test/run/local-upstream.ts";
import type { CallFailed, ModelCall, Replied } from "../call.ts";
import { systemClock } from "../clock.ts";
import { openProvider } from "./open.ts";
import type { Provider } from "./provider.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function opened(answer: (received: Received) => void, config: object = {}, env: Record<string, string> = {}) {
  const upstream = await localUpstream(answer);
  const provider = await openProvider(
    "local",
    { kind: "openai-compatible", baseUrl: upstream.url, ...config },
    { env, clock: systemClock, cwd: "/", connectionsMax: 4 },
  );
  closing.push(
    () => upstream.close(),
    () => provider.close(),
  );
  return { upstream, provider };
}

export async function openedAt(url: string, config: object = {}): Promise<Provider> {
  const provider = await openProvider(
    "local",
    { kind: "openai-compatible", baseUrl: url, ...config },
    { env: {}, clock: systemClock, cwd: "/", connectionsMax: 4 },
  );
  closing.push(() => provider.close());
  return provider;
}

const ask = (provider: Provider, more: Partial<ModelCall> = {}) => provider.call(aCall(more), { timeoutMs: 5000 });

async function replied(provider: Provider, more: Partial<ModelCall> = {}): Promise<Replied> {
  const result = await ask(provider, more);
  if (result.kind !== "replied") throw new Error(`failed: ${JSON.stringify(result)}`);
  return result;
}

export async function failed(provider: Provider, more: Partial<ModelCall> = {}): Promise<CallFailed> {
  const result = await ask(provider, more);
  if (result.kind !== "failed") throw new Error(`replied: ${JSON.stringify(result)}`);
  return result;
}

describe("a chat call", () => {
  it("sends what was asked and reads the answer with its tokens", async () => {
    const { upstream, provider } = await opened(
      ({ response }) => sendJson(response, 200, completion("A")),
      {},
      { OPENAI_API_KEY: "sk-test-123" },
    );
    const result = await replied(provider, { settings: { temperature: 0.5, seed: 7, effort: "low", stop: ["\n"] } });
    expect(result).toMatchObject({ text: "A", finish: "stop", model: "m-2026" });
    expect(result.tokens).toEqual({ tokensIn: 12, tokensInCached: 0, tokensOut: 3, tokensReasoning: 0 });
    const [{ path, headers, body }] = upstream.received as [Received];
    expect(path).toBe("/v1/chat/completions");
    expect(headers).toMatchObject({ authorization: "Bearer sk-test-123", "idempotency-key": "key-1" });
    expect(body).toEqual({
      model: "m",
      messages: [{ role: "user", content: "Which letter comes first?" }],
      max_tokens: 100,
      temperature: 0.5,
      seed: 7,
      reasoning_effort: "low",
      stop: ["\n"],
    });
  });

  it("streams: the words, the finish reason and the usage that it asked for", async () => {
    const { upstream, provider } = await opened(({ response }) => sendStream(response, chatChunks("the letter is A")), {
      stream: true,
    });
    const result = await replied(provider);
    expect(result).toMatchObject({ text: "the letter is A", finish: "stop", model: "m-2026" });
    expect(result.tokens).toEqual({ tokensIn: 12, tokensInCached: 0, tokensOut: 3, tokensReasoning: 0 });
    expect(upstream.received[0]!.body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });
});
