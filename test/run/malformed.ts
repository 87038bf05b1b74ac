// Answers that no upstream should give, and what must hold of the result whatever came.
import fc from "fast-check";
import { expect } from "vitest";
import type { CallResult, Trouble } from "../../src/run/call.ts";
import { systemClock } from "../../src/run/clock.ts";
import { openProvider } from "../../src/run/providers/open.ts";
import { aCall, chatChunks, completion, rawUpstream } from "./local-upstream.ts";

/** What is sent back, byte by byte, and what becomes of the connection. */
export interface Malformed {
  readonly mode: keyof typeof modes;
  readonly bytes: Uint8Array;
  /** Where the bytes are cut into two writes, as a share. */
  readonly cut: number;
  readonly ending: "end" | "reset" | "stay";
}

export const modes = {
  chat: {},
  stream: { stream: true },
  responses: { api: "responses" },
  "responses, streaming": { api: "responses", stream: true },
} as const;

const troubles: readonly Trouble[] = [
  ...(["throttled", "server-error", "unreachable", "reset", "timeout", "aborted"] as const),
  ...(["malformed", "rejected", "unauthorized", "not-found", "exhausted", "too-large"] as const),
];

const usage = fc.oneof(
  fc.constant({ prompt_tokens: 12, completion_tokens: 3 }),
  fc.constant({ input_tokens: 12, output_tokens: 3 }),
  fc.dictionary(
    fc.constantFrom(
      "prompt_tokens",
      "completion_tokens",
      "input_tokens",
      "output_tokens",
      "total_tokens",
      "cached_tokens",
      "prompt_tokens_details",
      "completion_tokens_details",
      "cost",
    ),
    fc.oneof(
      fc.integer(),
      fc.double(),
      fc.string(),
      fc.constant(null),
      fc.constant({ cached_tokens: -1, reasoning_tokens: 1e300 }),
      fc.constant([]),
    ),
  ),
);
const anything = fc.jsonValue({ maxDepth: 3 });

/** Documents near to right ones: a field is missing, or holds something else. */
const document = fc
  .record({
    base: fc.constantFrom<Record<string, unknown>>(
      completion("The answer is A"),
      completion("", { choices: [{ message: { refusal: "No." }, finish_reason: "stop" }] }),
      completion("A", { choices: [{ message: { content: "A" }, finish_reason: "content_filter" }] }),
      { status: "completed", output: [{ type: "message", content: [{ type: "output_text", text: "A" }] }] },
      { error: { message: "no", code: 429 } },
      { choices: [{ delta: { content: "A" }, finish_reason: "stop" }] },
      { type: "response.completed", response: { status: "completed", output: [{ type: "message", content: "A" }] } },
    ),
    usage: fc.option(usage, { nil: undefined }),
    replaced: fc.array(
      fc.tuple(
        fc.constantFrom(
          "choices",
          "output",
          "message",
          "content",
          "delta",
          "usage",
          "error",
          "finish_reason",
          "status",
          "type",
          "model",
          "index",
          "text",
          "tool_calls",
          "logprobs",
          "refusal",
        ),
        anything,
      ),
      { maxLength: 1 },
    ),
    removed: fc.array(
      fc.constantFrom<string[]>("choices", "output", "message", "content", "usage", "finish_reason", "status"),
      {
        maxLength: 1,
      },
    ),
  })
  .map(({ base, usage, replaced, removed }) => {
    const replacements = new Map<string, unknown>(replaced);
    return JSON.stringify({ ...base, ...(usage && { usage }) }, (name, value) =>
      removed.includes(name) ? undefined : replacements.has(name) ? replacements.get(name) : value,
    );
  });

const events = fc
  .tuple(
    fc.array(
      fc.oneof(document, fc.constantFrom(...chatChunks("the letter is A")), fc.string(), fc.constant("[DONE]")),
      { maxLength: 8 },
    ),
    fc.constantFrom("\n\n", "\r\n\r\n", "\r\r", "\n"),
    fc.constantFrom("data: ", "data:", "event: error\ndata: ", ": ", "id: 1\ndata: ", "DATA ", ""),
  )
  .map(([parts, end, start]) =>
    parts.map((part) => (part.startsWith("data: ") ? part : `${start}${part}${end}`)).join(""),
  );

const body = fc.oneof(
  { weight: 4, arbitrary: document },
  { weight: 4, arbitrary: events },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 300 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      "null",
      "{}",
      "[]",
      "{",
      '{"choices":',
      "<html>",
      "data: [DONE]\n\n",
      "[".repeat(20_000),
      `{"a":${"[".repeat(9000)}`,
      `data: ${"x".repeat(70_000)}`,
    ),
  },
);

/** A right body, a body cut off, a body with other bytes in it. */
const bytesOfBody = fc
  .tuple(
    body,
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
    ),
    fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { maxLength: 3 }),
    fc.constantFrom(false, false, false, true),
  )
  .map(([text, keep, flips, spoil]) => {
    const bytes = Buffer.from(text);
    if (spoil) for (const [at, value] of flips) if (bytes.length > 0) bytes[at % bytes.length] = value;
    return keep === null ? bytes : bytes.subarray(0, Math.floor(keep * bytes.length));
  });

const statusLine = fc.oneof(
  { weight: 6, arbitrary: fc.constant("HTTP/1.1 200 OK") },
  { weight: 3, arbitrary: fc.integer({ min: 200, max: 599 }).map((status) => `HTTP/1.1 ${status} Some Words`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "HTTP/1.0 200 OK",
      "HTTP/1.1 200",
      "HTTP/1.1 999 What",
      "HTTP/1.1 20 OK",
      "HTTP/1.1 2000 OK",
      "HTTP/2 200 OK",
      "HTTP/9.9 200 OK",
      "ICY 200 OK",
      "200 OK",
      "",
      "\u0000",
      "GET / HTTP/1.1",
      "HTTP/1.1 101 Switching Protocols",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK",
      "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK",
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
);

const headerLine = fc.oneof(
  fc.constantFrom(
    "content-type: application/json",
    "content-type: text/event-stream",
    "content-type: text/html",
    "content-encoding: gzip",
    "connection: close",
    "connection: upgrade",
    "upgrade: h2c",
    "retry-after: 5",
    "retry-after: -1",
    "retry-after: Fri, 31 Dec 9999 23:59:59 GMT",
    "x-ratelimit-reset-requests: 99999h",
    "x-ratelimit-remaining-tokens: 1e400",
    "location: http://elsewhere/",
    "set-cookie: a=b",
    "x: \u0001",
    ": empty",
    "no colon",
    "x-long: " + "y".repeat(3000),
    "content-length: 5",
    "content-length: -5",
    "content-length: x",
    "transfer-encoding: chunked",
    "transfer-encoding: gzip, chunked",
    "keep-alive: timeout=0",
  ),
  fc
    .tuple(
      fc.constantFrom("retry-after", "retry-after-ms", "ratelimit", "x-ratelimit-reset-tokens", "x-y"),
      fc.string({ maxLength: 30 }),
    )
    .map((pair) => pair.join(": ")),
);

const framed = fc
  .tuple(
    statusLine,
    fc.array(headerLine, { maxLength: 2 }),
    bytesOfBody,
    fc.constantFrom("length", "length", "length", "chunked", "none", "too long", "too short", "bad chunks"),
    fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 40, 700),
  )
  .map(([status, headers, bytes, framing, more]) => {
    const lines = [...headers, ...Array.from({ length: more }, (_, i) => `x-${i}: ${"z".repeat(100)}`)];
    const length = { length: bytes.length, "too long": bytes.length + 9, "too short": Math.max(0, bytes.length - 9) }[
      framing as "length"
    ];
    if (length !== undefined) lines.push(`content-length: ${length}`);
    if (framing.includes("chunk")) lines.push("transfer-encoding: chunked");
    const half = bytes.length >> 1;
    const size = (count: number) => (framing === "bad chunks" ? `${count.toString(16)}zz` : count.toString(16));
    const chunk = (part: Buffer) =>
      part.length === 0 ? [] : [Buffer.from(`${size(part.length)}\r\n`), part, Buffer.from("\r\n")];
    const sent = framing.includes("chunk")
      ? [...chunk(bytes.subarray(0, half)), ...chunk(bytes.subarray(half)), Buffer.from("0\r\n\r\n")]
      : [bytes];
    return Buffer.concat([Buffer.from(`${[status, ...lines].join("\r\n")}\r\n\r\n`, "latin1"), ...sent]);
  });

export const malformed: fc.Arbitrary<Malformed> = fc.record({
  mode: fc.constantFrom(...(Object.keys(modes) as (keyof typeof modes)[])),
  bytes: fc.oneof({ weight: 20, arbitrary: framed }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) }),
  cut: fc.double({ min: 0, max: 1, noNaN: true }),
  ending: fc.constantFrom(...Array<"end">(14).fill("end"), "reset", "stay"),
});

/** Sends every case through the provider, many at a time, and checks every result. */
export async function checkMalformed(cases: readonly Malformed[], seed: number): Promise<Map<string, number>> {
  const timeoutMs = 150;
  const arrived = new Set<number>();
  const upstream = await rawUpstream((socket, request) => {
    const i = Number(/idempotency-key: (\d+)/i.exec(request.toString("latin1"))![1]);
    arrived.add(i);
    const { bytes, cut, ending } = cases[i]!;
    const at = Math.floor(cut * bytes.length);
    socket.write(bytes.subarray(0, at));
    setImmediate(() => {
      if (socket.destroyed) return;
      socket.write(bytes.subarray(at));
      if (ending === "end") socket.end();
      else if (ending === "reset") setImmediate(() => socket.resetAndDestroy());
    });
  });
  const env = { OPENAI_API_KEY: "a-secret-key" };
  const context = { env, clock: systemClock, cwd: ".", connectionsMax: 64 };
  const providers = new Map(
    await Promise.all(
      Object.entries(modes).map(async ([mode, more]) => {
        const config = {
          kind: "openai-compatible",
          baseUrl: upstream.url,
          bodyBytesMax: 65_536,
          textCharsMax: 5000,
          ...more,
        };
        return [mode, await openProvider(mode, config, context)] as const;
      }),
    ),
  );
  const seen = new Map<string, number>();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < cases.length) {
      const i = next++;
      const one = cases[i]!;
      const call = aCall({ idempotencyKey: String(i) });
      const result = await providers.get(one.mode)!.call(call, { timeoutMs });
      try {
        checkResult(result, one, arrived.has(i));
      } catch (error) {
        const shown = Buffer.from(one.bytes).toString("latin1").slice(0, 2000);
        throw new Error(
          `seed ${seed}, case ${i}, ${one.mode}, ${one.ending}: ${JSON.stringify(result)}\n${JSON.stringify(shown)}`,
          { cause: error },
        );
      }
      const name = result.kind === "replied" ? `replied ${result.finish}` : `${result.trouble} ${result.billing}`;
      seen.set(name, (seen.get(name) ?? 0) + 1);
    }
  };
  try {
    await Promise.all(Array.from({ length: 48 }, worker));
  } finally {
    for (const provider of providers.values()) await provider.close();
    await upstream.close();
  }
  return seen;
}

function checkResult(result: CallResult, { bytes }: Malformed, hasArrived: boolean): void {
  expect(Number.isFinite(result.ms) && result.ms >= 0).toBe(true);
  if (result.tokens) {
    for (const count of Object.values(result.tokens))
      expect(Number.isSafeInteger(count) && count >= 0 && count <= 1e9).toBe(true);
    expect(result.tokens.tokensInCached).toBeLessThanOrEqual(result.tokens.tokensIn);
    expect(result.tokens.tokensReasoning).toBeLessThanOrEqual(result.tokens.tokensOut);
  }
  if (result.kind === "replied") {
    expect(typeof result.text).toBe("string");
    expect(result.text.length).toBeLessThanOrEqual(5000);
    expect(["stop", "length", "refused"]).toContain(result.finish);
    if (result.usd !== undefined) expect(result.usd >= 0 && result.usd <= 1e6).toBe(true);
    if (result.logprob !== undefined) expect(result.logprob).toBeLessThanOrEqual(0);
    return;
  }
  expect(troubles).toContain(result.trouble);
  expect(result.message.length).toBeLessThan(500);
  expect(result.message).not.toContain("a-secret-key");
  expect(result.billing === "reported").toBe(result.tokens !== undefined);
  if (result.retryAfterMs !== undefined)
    expect(result.retryAfterMs >= 0 && result.retryAfterMs <= 86_400_000).toBe(true);
  // Free is only what a status refused, and what never came to the upstream.
  if (result.billing === "free" && hasArrived) {
    const heads = Buffer.from(bytes)
      .toString("latin1")
      .replace(/^(HTTP\/1\.1 1\d\d[\s\S]*?\r\n\r\n)+/, "");
    expect(heads).toMatch(/^\s*HTTP\/1\.[01] [34]\d\d/);
  }
}
