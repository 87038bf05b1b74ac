// An upstream for measuring: OpenAI-compatible, a fixed delay, bills on arrival, keeps no more than counters and two
// stamps per call. Started in a process of its own, so that what it costs is not counted to whoever calls it.
//
//   fork("bench/run/upstream.ts", [port])   → message {url}
//   POST /<delay>ms/v1/chat/completions     → one answer of some 450 bytes, 300 tokens, after the delay
//   GET /bill?reset                         → what was billed since the last reset; see Bill
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the upstream saw since the last reset. */
export interface Bill {
  readonly calls: number;
  readonly tokens: number;
  /** Most calls that were in the upstream's hands at one time. */
  readonly inFlightPeak: number;
  /** From the first arrival to the last reply. */
  readonly ms: number;
  /**
   * Median over calls of next arrival − this reply: what a caller that asks one thing at a time adds to the upstream's own
   * time, HTTP included. Meaningless where calls overlap.
   */
  readonly gapMs: number;
  /** CPU time of this process. */
  readonly cpuSeconds: number;
}

const promptTokens = 200;
const completionTokens = 100;
/** Some 450 bytes, with a letter to extract. */
const text = `${"Each option was weighed against what the question states, and those that contradict it were dropped. ".repeat(4)}Of the remaining ones the second follows.\nAnswer: B`;
const body = Buffer.from(
  JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_700_000_000,
    model: "bench",
    choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  }),
);
const headers = { "content-type": "application/json", "content-length": body.length };

const stampsMax = 4096;
let calls = 0;
let inFlight = 0;
let inFlightPeak = 0;
let firstMs = 0;
let lastMs = 0;
let cpu = process.cpuUsage();
let stamps: { arrivalMs: number; replyMs: number }[] = [];

const server = createServer((request, response) => {
  if (request.method === "POST") answer(request, response);
  else if (request.url?.startsWith("/bill")) response.end(JSON.stringify(bill(request.url.endsWith("?reset"))));
  else response.writeHead(404).end();
});
server.keepAliveTimeout = 60_000;
server.listen({ port: Number(process.argv[2] ?? 0), host: "127.0.0.1", backlog: 16_384 }, () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
process.on("disconnect", () => process.exit());

function answer(request: IncomingMessage, response: ServerResponse): void {
  const delayMs = Number.parseInt(request.url!.slice(1), 10);
  const stamp = { arrivalMs: performance.now(), replyMs: 0 };
  if (calls++ === 0) firstMs = stamp.arrivalMs;
  if (stamps.length < stampsMax) stamps.push(stamp);
  inFlightPeak = Math.max(inFlightPeak, ++inFlight);
  request.resume(); // the question is not looked at; its end is not waited for either, it is far shorter than the delay
  setTimeout(() => {
    inFlight--;
    stamp.replyMs = lastMs = performance.now();
    response.writeHead(200, headers).end(body);
  }, delayMs);
}

function bill(reset: boolean): Bill {
  const used = process.cpuUsage(cpu);
  const told: Bill = {
    calls,
    tokens: calls * (promptTokens + completionTokens),
    inFlightPeak,
    ms: lastMs - firstMs,
    gapMs: median(stamps.slice(1).map(({ arrivalMs }, i) => arrivalMs - stamps[i]!.replyMs)),
    cpuSeconds: (used.user + used.system) / 1e6,
  };
  if (reset) {
    calls = inFlightPeak = firstMs = lastMs = 0;
    stamps = [];
    cpu = process.cpuUsage();
  }
  return told;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
