// What the provider costs over the bare HTTP client: the same calls to the same upstream (50 ms, a process of its own), in
// turns within one process, medians of the rounds.
//
//   node bench/run/provider.ts [calls per round] [rounds]
//
// Bare: undici.request and body.json(), nothing else; no deadline, no signal, no caps, no reading of what came. The
// provider does all of that, and hands over a checked result.
import { fork } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent, request } from "undici";
import { systemClock } from "../../src/run/clock.ts";
import { openProvider } from "../../src/run/providers/open.ts";

const upstreamMs = 50;

if (process.argv[2] === "upstream") upstream();
else await measure(Number(process.argv[2] ?? 20_000), Number(process.argv[3] ?? 5));

function upstream(): void {
  const text = `${"Each option was weighed against what the question states. ".repeat(6)}\nAnswer: B`;
  const usage = { prompt_tokens: 200, completion_tokens: 100, total_tokens: 300 };
  const common = { id: "chatcmpl-1", created: 1_700_000_000, model: "bench" };
  const whole = Buffer.from(
    JSON.stringify({
      ...common,
      object: "chat.completion",
      choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
      usage,
    }),
  );
  const chunk = (fields: object) =>
    `data: ${JSON.stringify({ ...common, object: "chat.completion.chunk", ...fields })}\n\n`;
  const words = text.match(/\S+\s*/g)!;
  const events = Buffer.from(
    [
      ...words.map((content) => chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })),
      chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
      chunk({ choices: [], usage }),
      "data: [DONE]\n\n",
    ].join(""),
  );
  const server = createServer((asked, response) => {
    asked.resume();
    const isStream = asked.url!.startsWith("/stream");
    const body = isStream ? events : whole;
    const type = isStream ? "text/event-stream" : "application/json";
    setTimeout(
      () => response.writeHead(200, { "content-type": type, "content-length": body.length }).end(body),
      upstreamMs,
    );
  });
  server.keepAliveTimeout = 60_000;
  server.listen({ port: 0, host: "127.0.0.1", backlog: 16_384 }, () => {
    process.send!(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  process.on("disconnect", () => process.exit());
}

async function measure(calls: number, rounds: number): Promise<void> {
  const child = fork(import.meta.filename, ["upstream"]);
  const url = await new Promise<string>((resolve) => child.once("message", (message) => resolve(String(message))));
  const messages = [{ role: "user", content: "Which of these follows?\nA. one\nB. two\nC. three" }] as const;
  try {
    for (const inFlight of (process.argv[4] ?? "1,100,1000,10000").split(",").map(Number)) {
      const agent = new Agent({ connections: inFlight, pipelining: 1 });
      const context = { env: {}, clock: systemClock, cwd: ".", connectionsMax: inFlight };
      const provider = await openProvider("bench", { kind: "openai-compatible", baseUrl: `${url}/v1` }, context);
      const streaming = await openProvider(
        "bench",
        { kind: "openai-compatible", baseUrl: `${url}/stream`, stream: true },
        context,
      );
      const signals = new AbortController();
      const bare = (path: string) => async (i: number) => {
        const body = JSON.stringify({ model: "bench", messages, max_tokens: 200 });
        const headers = { "content-type": "application/json", "idempotency-key": `k/${i}` };
        const reply = await request(`${url}${path}`, { method: "POST", headers, body, dispatcher: agent });
        return reply.body;
      };
      const provided = (one: typeof provider) => async (i: number) => {
        const step = { task: "t", id: "solve/0", role: "solve", agent: "bench" };
        const call = { model: "bench", messages, maxTokens: 200, settings: {}, idempotencyKey: `k/${i}`, step };
        const result = await one.call(call, { signal: signals.signal, timeoutMs: 120_000 });
        if (result.kind !== "replied") throw new Error(result.message);
      };
      const candidates: Readonly<Record<string, (i: number) => Promise<unknown>>> = {
        "bare undici.request": async (i) => (await bare("/v1/chat/completions")(i)).json(),
        provider: provided(provider),
        "bare, stream as text": async (i) => (await bare("/stream/chat/completions")(i)).text(),
        "provider, streaming": provided(streaming),
      };
      const found = new Map(
        Object.keys(candidates).map((name) => [name, { rates: [] as number[], cpu: [] as number[] }]),
      );
      const each = inFlight === 1 ? Math.min(calls, 40) : Math.max(calls, 2 * inFlight);
      for (let round = -1; round < rounds; round++)
        for (const [name, call] of Object.entries(candidates)) {
          const one = await timed(call, each, inFlight);
          if (round < 0) continue; // connections and code are warm after the first
          found.get(name)!.rates.push(one.rate);
          found.get(name)!.cpu.push(one.cpuMs);
        }
      console.log(`${inFlight} in flight, ${each} calls a round, ${rounds} rounds`);
      for (const [name, { rates, cpu }] of found) {
        const base = found.get(name.includes("stream") ? "bare, stream as text" : "bare undici.request")!;
        console.log(
          `  ${name.padEnd(22)} ${median(rates).toFixed(0).padStart(7)} calls/s  ${(median(rates) / median(base.rates)).toFixed(2)} of bare` +
            `  ${median(cpu).toFixed(3)} ms CPU a call  ${((1000 / median(rates)) * inFlight - upstreamMs).toFixed(1)} ms added`,
        );
      }
      console.log(`  RSS ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB`);
      await Promise.all([provider.close(), streaming.close(), agent.destroy()]);
    }
  } finally {
    child.disconnect();
  }
}

async function timed(call: (i: number) => Promise<unknown>, calls: number, inFlight: number) {
  const cpu = process.cpuUsage();
  const began = performance.now();
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < calls) await call(next++);
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  const used = process.cpuUsage(cpu);
  return { rate: calls / ((performance.now() - began) / 1000), cpuMs: (used.user + used.system) / 1000 / calls };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
