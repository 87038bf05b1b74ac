import { afterEach, describe, expect, it } from "vitest";
import {
  aCall,
  chatChunks,
  completion,
  localUpstream,
  type Received,
  rawUpstream,
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

async function openedAt(url: string, config: object = {}): Promise<Provider> {
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

async function failed(provider: Provider, more: Partial<ModelCall> = {}): Promise<CallFailed> {
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

describe("what it understands of an answer", () => {
  const whole = async (document: object, config: object = {}, more: Partial<ModelCall> = {}) => {
    const { provider } = await opened(({ response }) => sendJson(response, 200, document), config);
    return ask(provider, more);
  };
  const choice = (message: object, finish_reason: string | null = "stop", more: object = {}) =>
    completion("", { choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason, ...more }] });

  it.each([
    ["stop", "stop"],
    ["length", "length"],
    ["max_tokens", "length"],
    ["content_filter", "refused"],
    ["end_turn", "stop"],
    ["STOP", "stop"],
    ["SAFETY", "refused"],
  ])("finish reason %s is %s", async (reason, finish) => {
    expect(await whole(choice({ content: "A" }, reason))).toMatchObject({ kind: "replied", text: "A", finish });
  });

  it.each(["error", "abort", "insufficient_system_resource"])(
    "finish reason %s is a failure of the upstream, billed as it says",
    async (reason) => {
      expect(await whole(choice({ content: "A" }, reason))).toMatchObject({
        kind: "failed",
        trouble: "server-error",
        billing: "reported",
        tokens: { tokensIn: 12, tokensOut: 3 },
      });
    },
  );

  it("without a finish reason a whole document has ended, and was cut where its tokens are all there may be", async () => {
    expect(await whole(choice({ content: "A" }, null))).toMatchObject({ kind: "replied", finish: "stop" });
    expect(await whole(choice({ content: "A" }, null), {}, { maxTokens: 3 })).toMatchObject({ finish: "length" });
  });

  it("takes the words of a refusal, the parts of a message, and the arguments of a call of a tool", async () => {
    expect(await whole(choice({ content: null, refusal: "I will not." }))).toMatchObject({
      text: "I will not.",
      finish: "refused",
    });
    const parts = [
      { type: "text", text: "The answer " },
      { type: "text", text: "is A" },
    ];
    expect(await whole(choice({ content: parts }))).toMatchObject({ text: "The answer is A" });
    const tool_calls = [{ index: 0, function: { name: "answer", arguments: '{"answer":"A"}' } }];
    expect(await whole(choice({ content: null, tool_calls }, "tool_calls"))).toMatchObject({
      text: '{"answer":"A"}',
      finish: "stop",
      toolCalls: 1,
    });
  });

  it("leaves reasoning out of the text", async () => {
    expect(await whole(choice({ content: "A", reasoning_content: "First, B …" }))).toMatchObject({ text: "A" });
  });

  it("keeps the mean log-probability, the cost and the model", async () => {
    const logprobs = {
      content: [
        { token: "A", logprob: -0.2 },
        { token: "!", logprob: -0.4 },
        { token: "?", logprob: null },
      ],
    };
    const said = choice({ content: "A!?" }, "stop", { logprobs });
    const result = await whole(
      { ...said, usage: { prompt_tokens: 5, completion_tokens: 3, cost: 0.0021 } },
      {},
      { settings: { logprobs: true } },
    );
    expect(result).toMatchObject({ usd: 0.0021, model: "m-2026" });
    expect((result as Replied).logprob).toBeCloseTo(-0.3, 12);
  });

  it.each([
    ["missing", undefined],
    ["null", null],
    ["zeros beside an answer", { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }],
    ["no tokens for an answer", { prompt_tokens: 9, completion_tokens: 0 }],
    ["negative", { prompt_tokens: -9, completion_tokens: 3 }],
  ])("a usage that is %s is none", async (_, usage) => {
    const result = await whole(completion("A", { usage }));
    expect(result.kind).toBe("replied");
    expect(result.tokens).toBeUndefined();
  });

  it("an error inside an answer is a failure, and never free", async () => {
    const error = { message: "Rate limit exceeded", code: 429 };
    expect(await whole({ error })).toMatchObject({
      kind: "failed",
      trouble: "throttled",
      billing: "lost",
      message: "Rate limit exceeded",
    });
    const usage = { prompt_tokens: 12, completion_tokens: 3 };
    expect(await whole({ error, usage })).toMatchObject({ billing: "reported", tokens: { tokensIn: 12 } });
  });

  it("an answer of more than is accepted is too large, and billed", async () => {
    expect(await whole(completion("x".repeat(100)), { textCharsMax: 99 })).toMatchObject({
      trouble: "too-large",
      billing: "reported",
      retryable: false,
    });
    expect(await whole(completion("x".repeat(3000)), { bodyBytesMax: 2000 })).toMatchObject({
      trouble: "too-large",
      billing: "lost",
      retryable: false,
    });
  });

  it.each([
    ["an empty body", ""],
    ["half a document", '{"choices": [{"message": {"content": "A"'],
    ["a page", "<html>502 Bad Gateway</html>"],
    ["another document", '{"ok": true}'],
    ["a list", "[]"],
    ["a number", "17"],
    ["choices without any", '{"choices": []}'],
  ])("%s is malformed, and lost", async (_, body) => {
    const { provider } = await opened(({ response }) =>
      response.writeHead(200, { "content-type": "application/json" }).end(body),
    );
    expect(await failed(provider)).toMatchObject({ trouble: "malformed", billing: "lost", retryable: true });
  });

  it("a document without an answer but with a usage is billed as it says", async () => {
    expect(await whole({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 3 } })).toMatchObject({
      kind: "failed",
      trouble: "malformed",
      billing: "reported",
      tokens: { tokensIn: 12 },
    });
  });

  it("an upstream that streams unasked, or does not though asked, is understood", async () => {
    const unasked = await opened(({ response }) => sendStream(response, chatChunks("the letter is A")));
    expect(await ask(unasked.provider)).toMatchObject({ text: "the letter is A", tokens: { tokensIn: 12 } });
    expect(await whole(completion("A"), { stream: true })).toMatchObject({ text: "A", tokens: { tokensIn: 12 } });
  });
});

describe("a stream", () => {
  const streamed = async (chunks: readonly string[], config: object = {}) => {
    const { provider } = await opened(({ response }) => sendStream(response, chunks), { stream: true, ...config });
    return ask(provider);
  };
  const broken = async (chunks: readonly string[]) => {
    const { provider } = await opened(
      ({ response }) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        for (const chunk of chunks) response.write(chunk);
        setTimeout(() => response.destroy(), 20);
      },
      { stream: true },
    );
    return ask(provider);
  };

  it("that ends without a finish reason and without [DONE] is malformed: no end is invented", async () => {
    expect(await streamed(chatChunks("A", { finish: null, usage: null, done: false }))).toMatchObject({
      kind: "failed",
      trouble: "malformed",
      billing: "lost",
    });
  });

  it("that is cut off after its usage is billed as it says", async () => {
    const usage = { prompt_tokens: 12, completion_tokens: 3 };
    expect(await streamed(chatChunks("A", { finish: null, usage, done: false }))).toMatchObject({
      kind: "failed",
      billing: "reported",
      tokens: { tokensIn: 12, tokensOut: 3 },
    });
  });

  it("that breaks in the middle is lost", async () => {
    const result = await broken(chatChunks("the letter is A").slice(0, 3));
    expect(result).toMatchObject({ kind: "failed", billing: "lost", retryable: true });
  });

  it("that breaks after its finish reason has been answered", async () => {
    expect(await broken(chatChunks("A", { usage: null, done: false }))).toMatchObject({
      kind: "replied",
      text: "A",
      finish: "stop",
    });
  });

  it("does not bill what an upstream has counted so far", async () => {
    const sofar = {
      choices: [{ index: 0, delta: { content: "A" } }],
      usage: { prompt_tokens: 12, completion_tokens: 1 },
    };
    expect(await broken([`data: ${JSON.stringify(sofar)}\n\n`])).toMatchObject({ kind: "failed", billing: "lost" });
  });

  it("with its usage twice, or counting up, is billed once", async () => {
    const chunks = chatChunks("A");
    const usage = chunks.at(-2)!;
    expect(await streamed([...chunks.slice(0, -1), usage, usage, "data: [DONE]\n\n"])).toMatchObject({
      tokens: { tokensIn: 12, tokensOut: 3 },
    });
  });

  it("with chunks that come twice, told by their ids, says everything once", async () => {
    const chunks = chatChunks("the letter is A").map((chunk, i) => `id: ${i}\n${chunk}`);
    expect(await streamed(chunks.flatMap((chunk) => [chunk, chunk]))).toMatchObject({ text: "the letter is A" });
  });

  it("may have comments, carriage returns, no spaces, and characters cut in two", async () => {
    const bytes = Buffer.from(
      `: keep-alive\r\n\r\n${chatChunks("déjà vu – 答案 A").join("").replaceAll("data: ", "data:").replaceAll("\n", "\r\n")}`,
    );
    const { provider } = await opened(
      async ({ response }) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        for (let i = 0; i < bytes.length; i += 7) {
          response.write(bytes.subarray(i, i + 7));
          if (i % 70 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        response.end();
      },
      { stream: true },
    );
    expect(await ask(provider)).toMatchObject({ text: "déjà vu – 答案 A", tokens: { tokensIn: 12 } });
  });

  it("is over with [DONE], though the connection stays open", async () => {
    const { provider } = await opened(
      ({ response }) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        for (const chunk of chatChunks("A")) response.write(chunk);
      },
      { stream: true },
    );
    expect(await ask(provider)).toMatchObject({ kind: "replied", text: "A", tokens: { tokensIn: 12 } });
  });

  it("with an error in it is a failure", async () => {
    const error = `data: ${JSON.stringify({ error: { message: "The engine is overloaded", type: "server_error" } })}\n\n`;
    expect(await streamed([...chatChunks("A", { finish: null, usage: null, done: false }), error])).toMatchObject({
      kind: "failed",
      trouble: "throttled",
      billing: "lost",
    });
  });

  it("with a line that is no JSON is malformed", async () => {
    expect(await streamed(['data: {"choices": [{"delta": {"con\n\n'])).toMatchObject({
      kind: "failed",
      trouble: "malformed",
      billing: "lost",
    });
  });

  it("with a line without end is bounded", async () => {
    expect(await streamed([`data: ${"x".repeat(5000)}`], { bodyBytesMax: 4000 })).toMatchObject({
      kind: "failed",
      billing: "lost",
    });
  });
});

describe("the Responses API", () => {
  const response = (more: object = {}) => ({
    id: "resp_1",
    status: "completed",
    model: "m-2026",
    output: [
      { type: "reasoning", summary: [] },
      { type: "message", content: [{ type: "output_text", text: "A", logprobs: [{ logprob: -0.5 }] }] },
    ],
    usage: {
      input_tokens: 12,
      input_tokens_details: { cached_tokens: 4 },
      output_tokens: 9,
      output_tokens_details: { reasoning_tokens: 6 },
    },
    ...more,
  });
  const event = (type: string, fields: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

  it("asks and reads in its own form", async () => {
    const { upstream, provider } = await opened(({ response: to }) => sendJson(to, 200, response()), {
      api: "responses",
    });
    const result = await replied(provider, {
      settings: { effort: "low", schema: { type: "object" }, logprobs: true, seed: 1, stop: ["\n"] },
    });
    expect(result).toMatchObject({
      text: "A",
      finish: "stop",
      logprob: -0.5,
      tokens: { tokensIn: 12, tokensInCached: 4, tokensOut: 9, tokensReasoning: 6 },
    });
    expect(upstream.received[0]!.path).toBe("/v1/responses");
    expect(upstream.received[0]!.body).toEqual({
      store: false,
      model: "m",
      input: [{ role: "user", content: "Which letter comes first?" }],
      max_output_tokens: 100,
      reasoning: { effort: "low" },
      text: { format: { type: "json_schema", name: "answer", schema: { type: "object" }, strict: true } },
      include: ["message.output_text.logprobs"],
    });
  });

  it("cuts at a stop, which it cannot ask for", async () => {
    const output = [{ type: "message", content: [{ type: "output_text", text: "A\nbecause" }] }];
    const { provider } = await opened(({ response: to }) => sendJson(to, 200, response({ output })), {
      api: "responses",
    });
    expect(await replied(provider, { settings: { stop: ["\n", "#"] } })).toMatchObject({ text: "A" });
  });

  it.each([
    [{ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } }, { finish: "length" }],
    [{ status: "incomplete", incomplete_details: { reason: "content_filter" } }, { finish: "refused" }],
    [
      { output: [{ type: "message", content: [{ type: "refusal", refusal: "No." }] }] },
      { text: "No.", finish: "refused" },
    ],
    [{ output: [{ type: "function_call", arguments: '{"answer":"A"}' }] }, { text: '{"answer":"A"}', toolCalls: 1 }],
    [
      { status: "failed", error: { code: "server_error", message: "broke" } },
      { kind: "failed", trouble: "server-error", billing: "reported" },
    ],
    [{ status: "in_progress" }, { kind: "failed", trouble: "malformed" }],
  ])("reads %j", async (more, expected) => {
    const { provider } = await opened(({ response: to }) => sendJson(to, 200, response(more)), { api: "responses" });
    expect(await ask(provider)).toMatchObject(expected);
  });

  it("streams: words, then the whole again with its usage; what comes twice counts once", async () => {
    const deltas = ["The ", "letter ", "A"].map((delta, i) =>
      event("response.output_text.delta", { delta, sequence_number: i }),
    );
    const end = event("response.completed", { response: response({ output: [] }), sequence_number: 9 });
    const { provider } = await opened(
      ({ response: to }) => sendStream(to, [...deltas.flatMap((one) => [one, one]), end]),
      { api: "responses", stream: true },
    );
    expect(await ask(provider)).toMatchObject({
      kind: "replied",
      text: "The letter A",
      finish: "stop",
      tokens: { tokensIn: 12, tokensOut: 9 },
    });
  });

  it("a stream without its last event is malformed", async () => {
    const { provider } = await opened(
      ({ response: to }) => sendStream(to, [event("response.output_text.delta", { delta: "A" })]),
      { api: "responses", stream: true },
    );
    expect(await ask(provider)).toMatchObject({ kind: "failed", trouble: "malformed", billing: "lost" });
  });
});

describe("a refusal", () => {
  it.each([
    [400, {}, "rejected", "free", false],
    [400, { code: "context_length_exceeded", message: "maximum context length is 8192" }, "too-large", "free", false],
    [401, {}, "unauthorized", "free", false],
    [402, {}, "exhausted", "free", false],
    [403, {}, "unauthorized", "free", false],
    [404, {}, "not-found", "free", false],
    [408, {}, "timeout", "lost", true],
    [409, {}, "rejected", "free", true],
    [413, {}, "too-large", "free", false],
    [422, {}, "rejected", "free", false],
    [429, {}, "throttled", "free", true],
    [429, { code: "insufficient_quota", message: "You exceeded your current quota" }, "exhausted", "free", false],
    [500, {}, "server-error", "lost", true],
    [503, {}, "server-error", "lost", true],
    [503, { message: "The model is overloaded" }, "throttled", "lost", true],
    [504, {}, "timeout", "lost", true],
    [529, { type: "overloaded_error" }, "throttled", "lost", true],
    [302, {}, "rejected", "free", false],
  ])("of status %i with %j is %s, %s", async (status, error, trouble, billing, retryable) => {
    const { provider } = await opened(({ response }) => sendJson(response, status, { error }));
    expect(await failed(provider)).toMatchObject({ trouble, billing, retryable });
  });

  it("of 5xx is free only where the config says so", async () => {
    const { provider } = await opened(({ response }) => sendJson(response, 500, {}), { serverErrorsAreFree: true });
    expect(await failed(provider)).toMatchObject({ trouble: "server-error", billing: "free" });
  });

  it("says when to come back and what is left", async () => {
    const headers = { "retry-after": "3", "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1.5s" };
    const { provider } = await opened(({ response }) => sendJson(response, 429, { error: "slow down" }, headers));
    expect(await failed(provider)).toMatchObject({
      retryAfterMs: 3000,
      limits: { requestsLeft: 0, requestsResetMs: 1500 },
    });
  });

  it("of a prompt by a filter ends the step as refused; the filter may have billed", async () => {
    const { provider } = await opened(({ response }) =>
      sendJson(response, 400, { error: { code: "content_filter", message: "filtered" } }),
    );
    const result = await replied(provider);
    expect(result).toMatchObject({ finish: "refused" });
    expect(result.tokens).toBeUndefined();
  });

  it("never repeats a key", async () => {
    const { provider } = await opened(
      ({ response, headers }) => sendJson(response, 401, { error: { message: `wrong key ${headers.authorization}` } }),
      {},
      { OPENAI_API_KEY: "my-own-secret" },
    );
    const { message } = await failed(provider);
    expect(message).toContain("401 wrong key");
    expect(message).not.toContain("my-own-secret");
  });
});

describe("fields that upstreams disagree about", () => {
  const picky = (unknown: string, say: object) => (received: Received) =>
    unknown in received.body
      ? sendJson(received.response, 400, { error: say })
      : sendJson(received.response, 200, completion("A"));

  it("asks again, for nothing, with the name that the upstream wants, and remembers it", async () => {
    const say = {
      message:
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      param: "max_tokens",
      code: "unsupported_parameter",
    };
    const { upstream, provider } = await opened(picky("max_tokens", say));
    await Promise.all([replied(provider), replied(provider), replied(provider)]);
    const before = upstream.received.length;
    await replied(provider);
    expect(upstream.received.length).toBe(before + 1);
    expect(upstream.received.at(-1)!.body).toMatchObject({ max_completion_tokens: 100 });
    expect(upstream.received.at(-1)!.body.max_tokens).toBeUndefined();
  });

  it("does not where the config names the field, or the limit itself is refused", async () => {
    const say = { message: "Unsupported parameter: 'max_tokens'", param: "max_tokens" };
    const fixed = await opened(picky("max_tokens", say), { maxTokensField: "max_tokens" });
    expect(await failed(fixed.provider)).toMatchObject({ trouble: "rejected", billing: "free" });
    expect(fixed.upstream.received.length).toBe(1);
    const large = await opened(
      picky("max_tokens", { message: "max_tokens is too large: 100. At most 50 are possible." }),
    );
    expect((await failed(large.provider)).message).toContain("too large");
    expect(large.upstream.received.length).toBe(1);
  });

  it("asks for no usage where the upstream refuses the question", async () => {
    const { upstream, provider } = await opened(
      picky("stream_options", { message: "Unrecognized request argument: stream_options" }),
      { stream: true },
    );
    expect(await ask(provider)).toMatchObject({ text: "A" });
    expect(upstream.received.map(({ body }) => "stream_options" in body)).toEqual([true, false]);
  });

  it("sends further fields, but none that decides what is billed", async () => {
    const { upstream, provider } = await opened(({ response }) => sendJson(response, 200, completion("A")));
    await replied(provider, { settings: { extra: { top_k: 5 } } });
    expect(upstream.received[0]!.body).toMatchObject({ top_k: 5 });
    expect(await failed(provider, { settings: { extra: { n: 10 } } })).toMatchObject({
      trouble: "rejected",
      billing: "free",
    });
    expect(upstream.received.length).toBe(1);
  });
});

describe("connections", () => {
  it("that cannot be made are unreachable, and free", async () => {
    const upstream = await rawUpstream(() => {});
    await upstream.close();
    expect(await failed(await openedAt(upstream.url))).toMatchObject({
      trouble: "unreachable",
      billing: "free",
      retryable: true,
    });
    expect(await failed(await openedAt("http://no-such-host.invalid", { keyEnv: false }))).toMatchObject({
      trouble: "unreachable",
      billing: "free",
    });
  });

  it("to what speaks no TLS are unreachable, free, and stay so", async () => {
    const upstream = await rawUpstream((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    upstream.answer = () => {};
    closing.push(() => upstream.close());
    const provider = await openProvider(
      "tls",
      { kind: "openai-compatible", baseUrl: upstream.url.replace("http:", "https:"), connectTimeoutMs: 1000 },
      { env: {}, clock: systemClock, cwd: "/", connectionsMax: 1 },
    );
    closing.push(() => provider.close());
    const result = await provider.call(aCall(), { timeoutMs: 3000 });
    expect(result).toMatchObject({ kind: "failed", billing: "free" });
  });

  it.each([
    ["is reset", (socket: import("node:net").Socket) => void socket.resetAndDestroy()],
    ["is closed", (socket: import("node:net").Socket) => void socket.end()],
  ])("that %s after the request left lose the call", async (_, answer) => {
    const upstream = await rawUpstream(answer);
    closing.push(() => upstream.close());
    expect(await failed(await openedAt(upstream.url))).toMatchObject({
      trouble: "reset",
      billing: "lost",
      retryable: true,
    });
  });

  it("that end in the middle of a body lose the call", async () => {
    const upstream = await rawUpstream((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"choices"'),
    );
    closing.push(() => upstream.close());
    expect(await failed(await openedAt(upstream.url))).toMatchObject({ trouble: "malformed", billing: "lost" });
  });

  it("are closed when their call is called off", async () => {
    const upstream = await rawUpstream(() => {});
    closing.push(() => upstream.close());
    const provider = await openedAt(upstream.url);
    const controller = new AbortController();
    const calls = [1, 2, 3].map(() => provider.call(aCall(), { signal: controller.signal, timeoutMs: 60_000 }));
    while (upstream.sockets.size < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    for (const result of await Promise.all(calls))
      expect(result).toMatchObject({ trouble: "aborted", billing: "lost" });
    while (upstream.sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it("are as many as allowed; who waits for one has not left, and is free when called off", async () => {
    const waiting: Received[] = [];
    const { upstream, provider } = await opened((received) => waiting.push(received));
    const controller = new AbortController();
    const running = [1, 2, 3, 4].map(() => ask(provider));
    const queued = [5, 6].map(() => provider.call(aCall(), { signal: controller.signal, timeoutMs: 5000 }));
    const patient = ask(provider);
    while (upstream.received.length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    for (const result of await Promise.all(queued))
      expect(result).toMatchObject({ trouble: "aborted", billing: "free" });
    upstream.answer = ({ response }) => sendJson(response, 200, completion("A"));
    for (const { response } of waiting) sendJson(response, 200, completion("A"));
    for (const result of await Promise.all([...running, patient])) expect(result).toMatchObject({ kind: "replied" });
    expect(upstream.received.length).toBe(5);
  });

  it("are used again after a failure", async () => {
    let n = 0;
    const { provider } = await opened(({ response }) =>
      n++ % 2 === 0 ? response.destroy() : sendJson(response, 200, completion("A")),
    );
    const results: string[] = [];
    for (let i = 0; i < 20; i++) results.push((await ask(provider)).kind);
    expect(results.filter((kind) => kind === "replied").length).toBe(10);
  });

  it("wait for a first byte no longer than said, and for the rest as long as the call may take", async () => {
    const silent = await opened(() => {}, { firstByteTimeoutMs: 100 });
    expect(await failed(silent.provider)).toMatchObject({ trouble: "timeout", billing: "lost" });
    const slow = await opened(
      ({ response }) => {
        const chunks = chatChunks("A");
        response.writeHead(200, { "content-type": "text/event-stream" }).write(chunks[0]);
        setTimeout(() => response.end(chunks.slice(1).join("")), 300);
      },
      { stream: true, firstByteTimeoutMs: 100 },
    );
    expect(await ask(slow.provider)).toMatchObject({ kind: "replied", text: "A" });
  });
});

describe("a config", () => {
  const open = (config: object, env: Record<string, string> = {}) =>
    openProvider(
      "mine",
      { kind: "openai-compatible", ...config },
      { env, clock: systemClock, cwd: "/", connectionsMax: 1 },
    );

  it.each([
    ["http://h:1", "/v1/chat/completions"],
    ["http://h:1/v1", "/v1/chat/completions"],
    ["http://h:1/v1/", "/v1/chat/completions"],
    ["http://h:1/api/openai", "/api/openai/chat/completions"],
    ["http://h:1/v1/chat/completions", "/v1/chat/completions"],
    ["http://h:1/deployments/d?api-version=2024-06-01", "/deployments/d/chat/completions?api-version=2024-06-01"],
  ])("with the base URL %s posts to %s", async (base, path) => {
    const { upstream, provider: _ } = await opened(({ response }) => sendJson(response, 200, completion("A")));
    const provider = await openedAt(base.replace("http://h:1", upstream.url));
    await replied(provider);
    expect(upstream.received[0]!.path).toBe(path);
  });

  it("takes URL and key from the environment, headers too, and knows other names of models", async () => {
    const { upstream } = await opened(({ response }) => sendJson(response, 200, completion("A")));
    const provider = await open(
      { headers: { "x-team": "blue" }, headersEnv: { "api-key": "AZURE_KEY" }, aliases: { m: "vendor/m-large" } },
      { OPENAI_BASE_URL: upstream.url, OPENAI_API_KEY: "unused", AZURE_KEY: "k-1" },
    );
    closing.push(() => provider.close());
    await replied(provider);
    const [{ headers, body }] = upstream.received as [Received];
    expect(headers).toMatchObject({ "x-team": "blue", "api-key": "k-1" });
    expect(headers.authorization).toBeUndefined();
    expect(body.model).toBe("vendor/m-large");
  });

  it.each([
    [{ baseUrl: "https://api.example.com" }, "missing-key", "OPENAI_API_KEY"],
    [{ baseUrl: "http://localhost:1", keyEnv: "MY_KEY" }, "missing-key", "MY_KEY"],
    [{ baseUrl: "localhost:8000" }, "bad-provider", "lacks http://"],
    [{ baseUrl: "not a url" }, "bad-provider", "is not a URL"],
    [{ baseUrl: "ftp://h" }, "bad-provider", "neither http nor https"],
    [{ baseUrl: "http://me:pass@localhost" }, "key-in-config", "baseUrl"],
    [{ apiKey: "sk-1" }, "key-in-config", "apiKey"],
    [{ headers: { Authorization: "Bearer sk-1" } }, "key-in-config", "headersEnv"],
    [{ stream: "yes" }, "bad-provider", "stream"],
    [{ baseURL: "http://localhost" }, "bad-provider", "baseURL"],
  ])("%j is refused as %s", async (config, code, says) => {
    await expect(open(config)).rejects.toMatchObject({ code, exitCode: 2, message: expect.stringContaining(says) });
    await expect(open(config)).rejects.not.toThrow("sk-1");
  });

  it("of a kind that does not exist is refused with the nearest one", async () => {
    const context = { env: {}, clock: systemClock, cwd: "/", connectionsMax: 1 };
    await expect(openProvider("mine", { kind: "openai-compatable" }, context)).rejects.toThrow(
      'Did you mean "openai-compatible"?',
    );
  });
});
