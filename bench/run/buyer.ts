// The buyer alone: what it costs the main thread per step, what waiting purchases cost in memory, how much of an allowed rate
// it uses over real HTTP, and what hedging does to a heavy tail. node --expose-gc bench/run/buyer.ts [--write] writes bench/run/buyer.md.
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { cpus, loadavg } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { RunConfig } from "../../src/records/provider-config.ts";
import type { Bought, Purchase } from "../../src/run/buy.ts";
import { createBuyer } from "../../src/run/buyer.ts";
import { systemClock } from "../../src/run/clock.ts";
import type { Hold, HoldRequest, Ledger } from "../../src/run/ledger.ts";
import { openProvider } from "../../src/run/providers/open.ts";
import type { Provider } from "../../src/run/providers/provider.ts";
import { random } from "../../src/theory/random.ts";
import { noAmounts } from "../../src/trace/event.ts";
import { purchase, reply } from "../../test/run/purchases.ts";

const seed = 1;
const never = new AbortController().signal;
const lines: string[] = [];
const say = (line = "") => {
  lines.push(line);
  console.log(line);
};

/** Says yes to everything and keeps nothing: what is measured is the buyer. */
const openLedger: Ledger = {
  hold: async ({ key, task, step, agent, most }: HoldRequest) => ({
    kind: "go",
    hold: { key, try: 0, task, step, agent, held: most },
  }),
  settle: async (_: Hold, answer) => answer,
  free: async () => {},
  lose: async () => {},
  append: async () => {},
  balance: () => ({ caps: {}, spent: noAmounts, held: noAmounts, unknown: noAmounts }),
};
const atOnce: Provider = { call: async () => reply(1), close: async () => {} };

say("# The buyer alone");
say();
say("- Command: `node --expose-gc bench/run/buyer.ts --write`");
say(
  `- Machine: ${cpus().length} × ${cpus()[0]!.model.trim()}, Node ${process.version}; load average ${loadavg()[0]!.toFixed(1)} before`,
);
say();
const only = process.argv.at(-1);
for (const part of [cost, waiting, rates, hedging])
  if (!["cost", "waiting", "rates", "hedging"].includes(only!) || only === part.name) await part();
if (process.argv.includes("--write"))
  writeFileSync(fileURLToPath(new URL("buyer.md", import.meta.url)), `${lines.join("\n")}\n`);

async function cost() {
  say("## Main thread per step");
  say();
  say(
    "Ledger and provider answer at once. *Bare*: reserve, call and settle awaited in turn. CPU time of the main thread, medians of 9 rounds of 100,000 steps.",
  );
  say();
  say("| in flight | bare, µs | with the buyer, µs | the buyer itself, µs |");
  say("|---|---|---|---|");
  for (const inFlight of [1, 64, 1000]) {
    const steps = 100_000;
    const purchases = Array.from({ length: steps }, (_, i) => purchase(i));
    const bare = await round(inFlight, purchases, async (one) => {
      const held = await openLedger.hold({
        ...{ key: one.key, task: one.task, step: one.step.step, agent: one.step.agent, most: one.most, why: "first" },
        ...{ priority: one.priority, event: undefined as never },
      });
      const result = await atOnce.call(one.call, { timeoutMs: one.timeoutMs });
      if (held.kind !== "go" || result.kind !== "replied") throw new Error("never");
      const { text, finish, ms, tokens } = result;
      const bill = { billing: "reported", amounts: noAmounts, tokens: tokens! } as const;
      await openLedger.settle(held.hold, { text, finish, ms, bill }, undefined as never);
    });
    const run: RunConfig = { concurrency: inFlight };
    const buyer = createBuyer({
      ledger: openLedger,
      endpoints: { a: { provider: atOnce } },
      clock: systemClock,
      run,
      seed,
    });
    const bought = await round(inFlight, purchases, (one) => buyer.buy(one, never));
    await buyer.close();
    say(`| ${inFlight} | ${bare.toFixed(2)} | ${bought.toFixed(2)} | ${(bought - bare).toFixed(2)} |`);
  }
  say();
}

/** µs per purchase, the median of the rounds. */
async function round(inFlight: number, purchases: readonly Purchase[], buy: (one: Purchase) => Promise<unknown>) {
  const times: number[] = [];
  for (let i = 0; i < 9; i++) {
    let next = 0;
    const started = process.threadCpuUsage();
    const worker = async () => {
      while (next < purchases.length) await buy(purchases[next++]!);
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
    const { user, system } = process.threadCpuUsage(started); // of this thread: the machine may be shared
    times.push((user + system) / purchases.length);
  }
  return times.sort((a, b) => a - b)[4]!;
}

async function waiting() {
  say("## What waits");
  say();
  const count = 100_000;
  const purchases = Array.from({ length: count }, (_, i) => purchase(i));
  const hang: Provider = { call: () => new Promise(() => {}), close: async () => {} };
  const buyer = createBuyer({ ledger: openLedger, endpoints: { a: { provider: hang } }, clock: systemClock, seed });
  const before = memory();
  const started = performance.now();
  for (const one of purchases) void buyer.buy(one, never);
  await delay(0);
  const µs = ((performance.now() - started) * 1000) / count;
  const bytes = (memory() - before) / count;
  say(
    `${count.toLocaleString("en")} purchases waiting behind calls that never end: ${µs.toFixed(1)} µs to ask for each, ${bytes.toFixed(0)} bytes of heap each, ${buyer.stats().inFlight} in flight (the window at its start), one timer.`,
  );
  say();
}

function memory(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** An upstream of so many requests a second in buckets of a second, over HTTP. */
async function upstream(says: "429" | "retry-after" | "headers", latencyMs: () => number, perSecond = 50) {
  let level = perSecond;
  let at = performance.now();
  const accepted: number[] = [];
  const refused: number[] = [];
  let aborted = 0;
  const answer = {
    ...{ id: "x", object: "chat.completion", created: 0, model: "m" },
    choices: [{ index: 0, message: { role: "assistant", content: "42" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 100, completion_tokens: 200, total_tokens: 300 },
  };
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", async () => {
      const now = performance.now();
      level = Math.min(perSecond, level + ((now - at) * perSecond) / 1000);
      at = now;
      const ok = level >= 1;
      if (ok) level--;
      response.setHeader("content-type", "application/json");
      if (says === "headers") {
        response.setHeader("x-ratelimit-limit-requests", String(perSecond));
        response.setHeader("x-ratelimit-remaining-requests", String(Math.max(0, Math.floor(level))));
        response.setHeader("x-ratelimit-reset-requests", `${Math.ceil(((perSecond - level) / perSecond) * 1000)}ms`);
      }
      if (!ok) {
        refused.push(now);
        if (says === "retry-after") response.setHeader("retry-after-ms", String(Math.ceil((1 - level) * 20)));
        response.writeHead(429).end(JSON.stringify({ error: { message: "slow down", type: "requests" } }));
        return;
      }
      accepted.push(now);
      response.on("close", () => {
        if (!response.writableFinished) aborted++;
      });
      await delay(latencyMs());
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const provider = await openProvider(
    "a",
    { kind: "openai-compatible", baseUrl, keyEnv: false },
    { env: {}, clock: systemClock, cwd: ".", connectionsMax: 512 },
  );
  return {
    ...{ provider, accepted, refused },
    aborted: () => aborted,
    async close() {
      await provider.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function rates() {
  say("## An upstream of 50 requests a second, over HTTP");
  say();
  say(
    "A bucket of one second; latency 100 to 300 ms; 20 s of warm-up, then 40 s counted at the upstream. One process.",
  );
  say();
  say("| the upstream says | calls/s | of the allowed rate | refused | refused in the warm-up |");
  say("|---|---|---|---|---|");
  for (const says of ["429", "retry-after", "headers"] as const) {
    const draw = random(seed, says);
    const limited = await upstream(says, () => 100 + 200 * draw());
    const run: RunConfig = { concurrency: 256, triesMax: 20 };
    const endpoints = { a: { provider: limited.provider } };
    const buyer = createBuyer({ ledger: openLedger, endpoints, clock: systemClock, run, seed });
    const started = performance.now();
    let number = 0;
    const worker = async () => {
      while (performance.now() - started < 60_000) await buyer.buy(purchase(number++), never);
    };
    await Promise.all(Array.from({ length: 300 }, worker));
    const [from, to] = [started + 20_000, started + 60_000];
    const within = (times: readonly number[], a: number, b: number) => times.filter((t) => t >= a && t < b).length;
    const calls = within(limited.accepted, from, to);
    const refused = within(limited.refused, from, to);
    const early = within(limited.refused, started, from);
    const earlyShare = early / (early + within(limited.accepted, started, from));
    say(
      `| ${says} | ${(calls / 40).toFixed(1)} | ${((100 * calls) / 40 / 50).toFixed(1)} % | ${((100 * refused) / (refused + calls)).toFixed(2)} % | ${(100 * earlyShare).toFixed(2)} % |`,
    );
    await buyer.close();
    await limited.close();
  }
  say();
}

async function hedging() {
  say("## A heavy tail, over HTTP");
  say();
  say(
    "Latency 20 ms · Pareto of exponent 1.1, at most 20 s; 6,000 purchases at 40 in flight, the first 1,000 not counted.",
  );
  say();
  say("| | p50, ms | p95, ms | p99, ms | calls | broken off |");
  say("|---|---|---|---|---|---|");
  const p99: number[] = [];
  for (const hedge of [false, true]) {
    const draw = random(seed, "tail");
    const open = await upstream("429", () => Math.min(20_000, 20 * (1 - draw()) ** (-1 / 1.1)), 1e6);
    const run: RunConfig = { concurrency: 64, hedge };
    const endpoints = { a: { provider: open.provider } };
    const buyer = createBuyer({ ledger: openLedger, endpoints, clock: systemClock, run, seed });
    const times: number[] = [];
    let number = 0;
    const worker = async () => {
      while (number < 6000) {
        const place = number++;
        const one = purchase(place, { timeoutMs: 30_000, most: { ...purchase(0).most, ms: 30_000 } });
        const bought: Bought = await buyer.buy(one, never);
        if (place >= 1000) times.push(bought.ms);
      }
    };
    await Promise.all(Array.from({ length: 40 }, worker));
    times.sort((a, b) => a - b);
    const at = (p: number) => times[Math.floor(p * times.length)]!;
    p99.push(at(0.99));
    const { calls } = buyer.stats();
    say(
      `| ${hedge ? "hedged" : "plain"} | ${at(0.5).toFixed(0)} | ${at(0.95).toFixed(0)} | ${at(0.99).toFixed(0)} | ${calls} | ${open.aborted()} |`,
    );
    await buyer.close();
    await open.close();
  }
  say();
  say(`p99 cut ${(p99[0]! / p99[1]!).toFixed(1)} times.`);
}
