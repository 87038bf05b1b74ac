import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limitedUpstream, type UpstreamLimit } from "../../test/run/limited-upstream.ts";
import { purchase, reply } from "../../test/run/purchases.ts";
import { ReferenceLedger } from "../../test/run/reference-ledger.ts";
import { VirtualClock } from "../../test/run/virtual-clock.ts";
import type { RunConfig } from "../records/provider-config.ts";
import { type Random, random } from "../theory/random.ts";
import type { Budget, Event } from "../trace/event.ts";
import type { Bought, CallOff, Purchase } from "./buy.ts";
import { createBuyer } from "./buyer.ts";
import type { CallFailed, CallResult, ModelCall, Trouble } from "./call.ts";
import type { EndpointOptions } from "./endpoints/endpoint.ts";
import { openRun } from "./open-run.ts";
import type { Provider } from "./providers/provider.ts";
import { inMemory } from "./store/memory.ts";

type Answering = (call: ModelCall, signal: AbortSignal) => Promise<CallResult>;

const never = new AbortController().signal;

/** A buyer on a virtual clock, with providers that are functions. */
function market(
  upstreams: Readonly<Record<string, Answering | EndpointOptions>>,
  options: {
    readonly run?: RunConfig;
    readonly budget?: Budget;
    readonly blockedMsMax?: number;
    readonly commitMs?: () => number;
  } = {},
) {
  const clock = new VirtualClock();
  const { commitMs } = options;
  const ledger = new ReferenceLedger(options.budget, commitMs && (() => clock.sleep(commitMs())));
  const calls: { readonly endpoint: string; readonly key: string; readonly at: number }[] = [];
  const endpoints = Object.fromEntries(
    Object.entries(upstreams).map(([name, upstream]) => [
      name,
      typeof upstream === "function"
        ? { provider: provider(upstream, (key) => calls.push({ endpoint: name, key, at: clock.monotonicMs() })) }
        : upstream,
    ]),
  );
  const { run = {}, blockedMsMax = 30_000 } = options;
  const buyer = createBuyer({ ledger, endpoints, clock, run, seed: 7, blockedMsMax });
  const buy = (one: Purchase, signal = never) => buyer.buy(one, signal);
  const all = (promises: readonly Promise<Bought>[]) => clock.until(Promise.all(promises));
  return { clock, ledger, calls, buyer, buy, all };
}

function provider(answer: Answering, called: (key: string) => void = () => {}): Provider {
  return {
    call(call, { signal = never }) {
      called(call.idempotencyKey);
      return answer(call, signal);
    },
    async close() {},
  };
}

function failure(trouble: Trouble, further: Partial<CallFailed> = {}): CallFailed {
  const free: readonly Trouble[] = ["throttled", "unreachable", "rejected", "unauthorized", "not-found", "exhausted"];
  const retryable: readonly Trouble[] = ["throttled", "unreachable", "server-error", "reset", "timeout", "malformed"];
  return {
    ...{ kind: "failed", trouble, message: trouble, billing: free.includes(trouble) ? "free" : "lost", ms: 5 },
    retryable: retryable.includes(trouble),
    ...further,
  };
}

const ofKind = <Kind extends Event["kind"]>(events: readonly Event[], kind: Kind) =>
  events.filter((event) => event.kind === kind) as (Event & { readonly kind: Kind })[];

/** Sleeps, or ends as a provider does that is called off. */
async function answerAfter(
  clock: VirtualClock,
  ms: number,
  signal: AbortSignal,
  result: CallResult,
): Promise<CallResult> {
  try {
    await clock.sleep(ms, signal);
    return result;
  } catch {
    return failure("aborted");
  }
}

describe("a purchase", () => {
  it("is answered, billed as reported, and its end is in the journal", async () => {
    const { buy, all, ledger } = market({ a: async () => reply(40) });
    const [bought] = await all([buy(purchase(1))]);
    expect(bought!.end).toEqual({ state: "answered", value: "42" });
    expect(bought!.spent).toEqual({ tokens: 300, calls: 1, nanoUsd: 3000, ms: 40 });
    expect(ledger.balance("run").spent).toEqual(bought!.spent);
    expect(ledger.events.map(({ kind }) => kind)).toEqual(["step-called", "step-ended"]);
  });

  it("pays what the upstream says it charged, rather than the price list", async () => {
    const { buy, all } = market({ a: async () => reply(40, { usd: 0.00000123 }) });
    expect((await all([buy(purchase(1))]))[0]!.spent.nanoUsd).toBe(1230);
  });

  it("counts as reserved where the usage is missing, and that is told once", async () => {
    const { buy, all, ledger } = market({
      a: async () => {
        const { tokens: _, ...rest } = reply(40);
        return rest;
      },
    });
    const bought = await all([buy(purchase(1)), buy(purchase(2))]);
    expect(bought.map(({ bill }) => bill)).toEqual(Array(2).fill({ billing: "bounded", amounts: purchase(1).most }));
    expect(ofKind(ledger.events, "noted").map(({ code }) => code)).toEqual(["usage-missing"]);
  });

  it("passes on a usage above its upper bound as it is, and tells", async () => {
    const tokens = { tokensIn: 800, tokensInCached: 0, tokensOut: 0, tokensReasoning: 0 };
    const { buy, all, ledger } = market({ a: async () => reply(40, { tokens }) });
    expect((await all([buy(purchase(1))]))[0]!.spent.tokens).toBe(800);
    expect(ofKind(ledger.events, "noted").map(({ code }) => code)).toContain("bound-exceeded");
  });

  it("is not called where its answer is known", async () => {
    const { buy, all, calls, ledger } = market({ a: async () => reply(40) });
    await all([buy(purchase(1))]);
    const [again] = await all([buy(purchase(1))]);
    expect(calls).toHaveLength(1);
    expect(again!.spent.calls).toBe(0);
    expect(ofKind(ledger.events, "step-ended")[1]).toMatchObject({ state: "answered", value: "42", reused: true });
    expect(ofKind(ledger.events, "step-ended")[1]).not.toHaveProperty("bill");
  });

  it("ends over budget with the scope that had no room", async () => {
    const { buy, all, calls } = market(
      { a: async () => reply(40) },
      { budget: { run: {}, agents: { gpt: { calls: 1 } } } },
    );
    const [, second] = await all([buy(purchase(1)), buy(purchase(2))]);
    expect(second!.end.state).toBe("over-budget");
    expect(second!.scope).toBe("agent gpt");
    expect(calls).toHaveLength(1);
  });

  it("goes before later ones where its priority is smaller, though it was asked last", async () => {
    const { buy, all, calls } = market({ a: async () => reply(40) }, { run: { concurrency: 1 } });
    await all([5, 3, 1, 4, 2].map((number) => buy(purchase(number))));
    expect(calls.map(({ key }) => key)).toEqual(["key 1", "key 2", "key 3", "key 4", "key 5"]);
  });
});

describe("trouble", () => {
  const failing = (times: number, trouble: Trouble, further: Partial<CallFailed> = {}) => {
    let left = times;
    return async () => (left-- > 0 ? failure(trouble, further) : reply(40));
  };

  it("is retried: what was lost stays spent, what was free comes back", async () => {
    const lost = market({ a: failing(2, "reset") });
    expect((await lost.all([lost.buy(purchase(1))]))[0]!.spent).toMatchObject({ tokens: 500 + 500 + 300, calls: 3 });
    const free = market({ a: failing(2, "throttled") });
    expect((await free.all([free.buy(purchase(1))]))[0]!.spent).toMatchObject({ tokens: 300, calls: 1 });
    expect(ofKind(free.ledger.events, "step-called").map(({ why }) => why)).toEqual(["first", "retry", "retry"]);
    expect(ofKind(free.ledger.events, "try-ended").map(({ reason }) => reason)).toEqual(["throttled", "throttled"]);
  });

  it("ends the step as failed, with its word, after so many tries", async () => {
    const { buy, all, calls, ledger } = market({ a: failing(99, "server-error") }, { run: { triesMax: 4 } });
    const [bought] = await all([buy(purchase(1))]);
    expect(bought!.end).toEqual({ state: "failed", value: null, reason: "server-error" });
    expect(calls).toHaveLength(4);
    expect(ofKind(ledger.events, "step-ended")).toHaveLength(1);
  });

  it.each(["rejected", "too-large"] as const)("is not retried where it is %s", async (trouble) => {
    const { buy, all, calls } = market({ a: failing(99, trouble) });
    expect((await all([buy(purchase(1))]))[0]!.end.reason).toBe(trouble);
    expect(calls).toHaveLength(1);
  });

  it("does not end a step that somebody else takes over", async () => {
    const { buy, all, ledger } = market({ a: failing(99, "rejected") });
    const [bought] = await all([buy(purchase(1, { isReplaceable: true }))]);
    expect(bought!.end.state).toBe("failed");
    expect(ofKind(ledger.events, "step-ended")).toHaveLength(0);
  });

  it("goes to another endpoint of the same agent", async () => {
    const { buy, all, calls } = market({ a: failing(99, "server-error"), b: async () => reply(40) });
    const [bought] = await all([buy(purchase(1, { endpoints: ["a", "b"] }))]);
    expect(bought!.end.state).toBe("answered");
    expect(calls.map(({ endpoint }) => endpoint)).toEqual(["a", "b"]);
  });

  it("closes an endpoint for good where the key is wrong; the other one takes over, or steps fail at once", async () => {
    const both = market({ a: failing(99, "unauthorized"), b: async () => reply(40) }, { run: { concurrency: 4 } });
    const bought = await both.all(
      Array.from({ length: 20 }, (_, i) => both.buy(purchase(i, { endpoints: ["a", "b"] }))),
    );
    expect(bought.every(({ end }) => end.state === "answered")).toBe(true);
    expect(both.calls.filter(({ endpoint }) => endpoint === "a").length).toBeLessThanOrEqual(4);
    expect(ofKind(both.ledger.events, "noted").map(({ code }) => code)).toEqual(["endpoint-closed"]);

    const alone = market({ a: failing(99, "unauthorized") }, { run: { concurrency: 4 } });
    const failed = await alone.all(Array.from({ length: 20 }, (_, i) => alone.buy(purchase(i))));
    expect(failed.every(({ end }) => end.state === "failed" && end.reason === "unauthorized")).toBe(true);
    expect(alone.calls.length).toBeLessThanOrEqual(4);
    expect(alone.clock.monotonicMs()).toBe(1000);
  });

  it("closes an endpoint only for the model that it does not have", async () => {
    const { buy, all } = market({ a: async ({ model }) => (model === "gone" ? failure("not-found") : reply(40)) });
    const gone = purchase(1);
    const [first, second] = await all([buy({ ...gone, call: { ...gone.call, model: "gone" } }), buy(purchase(2))]);
    expect(first!.end.reason).toBe("not-found");
    expect(second!.end.state).toBe("answered");
  });

  it("opens the circuit of a dead endpoint: a few calls find out, not one for every step, and it is used again when it works", async () => {
    let dead = true;
    const { buy, all, calls, clock, ledger } = market(
      { a: async () => (dead ? failure("unreachable") : reply(40)) },
      { run: { concurrency: 4 } },
    );
    const bought = Array.from({ length: 100 }, (_, i) => buy(purchase(i)));
    await clock.pass(10_000);
    expect(calls.length).toBeLessThanOrEqual(8 + 4 + 4);
    dead = false;
    const ends = (await all(bought)).map(({ end }) => end.state);
    expect(ends.filter((state) => state === "answered").length).toBeGreaterThanOrEqual(95);
    expect(ofKind(ledger.events, "noted").map(({ code }) => code)).toEqual(["circuit-open", "circuit-closed"]);
  });

  it("fails what waits for endpoints that stay dead, after a bounded wait, with the reason", async () => {
    const { buy, all, clock } = market({ a: async () => failure("unreachable") }, { run: { concurrency: 2 } });
    const ends = await all(Array.from({ length: 50 }, (_, i) => buy(purchase(i))));
    expect(new Set(ends.map(({ end }) => `${end.state} ${end.reason}`))).toEqual(new Set(["failed unreachable"]));
    expect(clock.monotonicMs()).toBeLessThan(1000 + 2 * 30_000 + 10_000);
  });

  it("leaves a whole endpoint alone for as long as it asks", async () => {
    let first = true;
    const { buy, all, calls } = market({
      a: async () => {
        if (!first) return reply(40);
        first = false;
        return failure("throttled", { retryAfterMs: 7000 });
      },
    });
    const started = buy(purchase(1));
    const [, second] = await all([
      started,
      new Promise<Bought>((resolve) => setImmediate(() => resolve(buy(purchase(2))))),
    ]);
    expect(second!.end.state).toBe("answered");
    expect(calls.slice(1).every(({ at }) => at >= 8000)).toBe(true);
  });

  it("keeps retries within their share of calls", async () => {
    const next = random(3);
    const { buy, all, buyer, ledger } = market({
      a: async () => (next() < 0.4 ? failure("malformed", { billing: "free" }) : reply(40)),
    });
    await all(Array.from({ length: 2000 }, (_, i) => buy(purchase(i))));
    const called = ofKind(ledger.events, "step-called");
    const retries = called.filter(({ why }) => why === "retry").length;
    expect(retries).toBeGreaterThan(100);
    expect(retries).toBeLessThanOrEqual(10 + 0.1 * called.length);
    expect(buyer.stats().retries).toBe(retries);
  });

  it("of a provider that throws, or never ends, closes the hold at its reservation", async () => {
    const { buy, all, ledger } = market(
      {
        a: ({ idempotencyKey }) => {
          if (idempotencyKey === "key 1") throw new Error("oh");
          return new Promise(() => {});
        },
      },
      { run: { triesMax: 1 } },
    );
    const ends = await all([buy(purchase(1)), buy(purchase(2))]);
    expect(ends.map(({ end }) => end.reason)).toEqual(["malformed", "timeout"]);
    expect(ledger.balance("run").spent.tokens).toBe(1000);
    expect(ledger.open.size).toBe(0);
  });
});

describe("calling off", () => {
  it.each([
    ["cancelled", "cancelled", 1],
    ["deadline", "failed", 1],
    ["interrupted", "cancelled", 0],
  ] as const)("as %s costs nothing before the call, and ends as %s", async (reason, state, ends) => {
    const { buy, all, calls, ledger, clock } = market(
      { a: async (_, signal) => answerAfter(clock, 100, signal, reply(100)) },
      { run: { concurrency: 1 } },
    );
    const controller = new AbortController();
    const first = buy(purchase(1));
    const second = buy(purchase(2), controller.signal);
    clock.sleep(50).then(() => controller.abort(reason satisfies CallOff));
    const [, off] = await all([first, second]);
    expect(off!.end).toEqual({ state, value: null, reason });
    expect(off!.spent).toEqual({ tokens: 0, calls: 0, nanoUsd: 0, ms: 0 });
    expect(calls).toHaveLength(1);
    expect(ofKind(ledger.events, "step-ended").filter(({ step }) => step === "s2")).toHaveLength(ends);
  });

  it("while the reservation is being written frees it again", async () => {
    const { buy, all, ledger, clock, calls } = market({ a: async () => reply(40) }, { commitMs: () => 20 });
    const controller = new AbortController();
    const bought = buy(purchase(1), controller.signal);
    clock.sleep(10).then(() => controller.abort("cancelled"));
    const [off] = await all([bought]);
    expect(off!.end.state).toBe("cancelled");
    expect(calls).toHaveLength(0);
    expect(ledger.balance("run").spent.tokens).toBe(0);
    expect(ledger.open.size).toBe(0);
  });

  it("in the middle of a call breaks it off and closes it at its reservation", async () => {
    const { buy, all, ledger, clock } = market({ a: async (_, signal) => answerAfter(clock, 100, signal, reply(100)) });
    const controller = new AbortController();
    const bought = buy(purchase(1), controller.signal);
    clock.sleep(50).then(() => controller.abort("cancelled"));
    const [off] = await all([bought]);
    expect(off!.end.state).toBe("cancelled");
    expect(off!.spent.tokens).toBe(500);
    expect(ofKind(ledger.events, "try-ended").map(({ reason }) => reason)).toEqual(["aborted"]);
  });

  it("by draining lets calls in flight finish, and ends the rest without a step's end", async () => {
    const { buy, all, ledger, clock, buyer, calls } = market(
      { a: async (_, signal) => answerAfter(clock, 100, signal, reply(100)) },
      { run: { concurrency: 3 } },
    );
    const bought = Array.from({ length: 10 }, (_, i) => buy(purchase(i)));
    let drained: Promise<void> | undefined;
    clock.sleep(50).then(() => {
      drained = buyer.drain();
    });
    const ends = (await all(bought)).map(({ end }) => end.reason ?? end.state);
    await drained;
    expect(ends).toEqual([...Array(3).fill("answered"), ...Array(7).fill("interrupted")]);
    expect(calls).toHaveLength(3);
    expect(ofKind(ledger.events, "step-ended")).toHaveLength(3);
    expect((await all([buy(purchase(99))]))[0]!.end.reason).toBe("interrupted");
  });
});

describe("endpoints that come and go", () => {
  it("are used at once by what waits", async () => {
    const { buy, all, buyer, clock, calls } = market({ a: () => new Promise(() => {}) }, { run: { concurrency: 100 } });
    const bought = Array.from({ length: 30 }, (_, i) => buy(purchase(i, { endpoints: ["b", "c"] })));
    clock
      .sleep(5000)
      .then(() => buyer.join("b", { provider: provider(async () => reply(40)), limits: { concurrency: 5 } }));
    clock
      .sleep(5000)
      .then(() => buyer.join("c", { provider: provider(async () => reply(40)), limits: { concurrency: 5 } }));
    const ends = await all(bought);
    expect(ends.every(({ end }) => end.state === "answered")).toBe(true);
    expect(clock.monotonicMs()).toBe(6000);
    expect(calls).toHaveLength(0);
  });

  it("finish their calls when they leave, or leave them to be bought elsewhere", async () => {
    for (const abort of [false, true]) {
      const { buy, all, buyer, clock, calls, ledger } = market(
        { a: async (_, signal) => answerAfter(clock, 1000, signal, reply(1000)), b: async () => reply(40) },
        { run: { concurrency: 10 } },
      );
      const bought = Array.from({ length: 8 }, (_, i) => buy(purchase(i, { endpoints: ["a", "b"] })));
      let left: Promise<void> | undefined;
      clock.sleep(500).then(() => {
        left = buyer.leave("a", { abort });
      });
      const ends = await all(bought);
      await left;
      expect(ends.every(({ end }) => end.state === "answered")).toBe(true);
      expect(calls.filter(({ endpoint }) => endpoint === "b")).toHaveLength(abort ? 8 : 0);
      expect(ofKind(ledger.events, "try-ended").map(({ reason }) => reason)).toEqual(Array(abort ? 8 : 0).fill("left"));
      expect(buyer.stats().retries).toBe(0);
    }
  });
});

describe("the rate of an upstream of 50 requests a second", () => {
  const latencies = {
    "even 100 ms": (draw: Random) => 70 + 60 * draw(),
    "exponential 2 s": (draw: Random) => Math.min(9000, -2000 * Math.log(1 - draw())),
  };
  const limits: Readonly<Record<string, UpstreamLimit>> = {
    "a bucket of a second that says nothing but 429": { kind: "bucket", perSecond: 50, says: "429" },
    "a bucket of five that says nothing but 429": { kind: "bucket", perSecond: 50, burst: 5, says: "429" },
    "a bucket of a minute that says nothing but 429": { kind: "bucket", perSecond: 50, burst: 3000, says: "429" },
    "windows of a second that say nothing but 429": { kind: "window", perSecond: 50, says: "429" },
    "a bucket with Retry-After": { kind: "bucket", perSecond: 50, says: "retry-after" },
    "windows of a second with Retry-After": { kind: "window", perSecond: 50, says: "retry-after" },
    "windows of a minute with Retry-After": { kind: "window", perSecond: 50, windowMs: 60_000, says: "retry-after" },
    "a bucket that says what is left": { kind: "bucket", perSecond: 50, says: "headers" },
    "a bucket of a minute that says what is left": { kind: "bucket", perSecond: 50, burst: 3000, says: "headers" },
    "windows of a minute that say what is left": { kind: "window", perSecond: 50, windowMs: 60_000, says: "headers" },
  };
  const cases = Object.keys(limits).flatMap((limit) => Object.keys(latencies).map((latency) => ({ limit, latency })));

  it.each(cases)("is used to 95 percent with 2 percent refused at most: $limit, latency $latency", async (one) => {
    const clock = new VirtualClock();
    const upstream = limitedUpstream(clock, limits[one.limit]!, {
      latencyMs: latencies[one.latency as keyof typeof latencies],
    });
    const buyer = createBuyer({
      ...{ ledger: new ReferenceLedger(), clock, seed: 1, run: { concurrency: 512, triesMax: 20 } },
      endpoints: { a: { provider: upstream.provider } },
    });
    let number = 0;
    let stop = false;
    for (let i = 0; i < 600; i++)
      void (async () => {
        while (!stop) await buyer.buy(purchase(number++), never);
      })();
    await clock.pass(180_000);
    stop = true;
    const { perSecond, refusedShare } = upstream.seen(90_000, 180_000);
    expect(perSecond).toBeGreaterThanOrEqual(0.95 * 50);
    expect(refusedShare).toBeLessThanOrEqual(0.02);
  });

  it.each([0.01, 0.02, 0.05])("is not made up where a share of %d is refused at any rate", async (refusedShare) => {
    const clock = new VirtualClock();
    const upstream = limitedUpstream(
      clock,
      { kind: "chance", perSecond: 0, refusedShare, says: "retry-after" },
      { latencyMs: latencies["even 100 ms"] },
    );
    const buyer = createBuyer({
      ...{ ledger: new ReferenceLedger(), clock, seed: 1, run: { concurrency: 50, triesMax: 20 } },
      endpoints: { a: { provider: upstream.provider } },
    });
    let number = 0;
    let stop = false;
    for (let i = 0; i < 100; i++)
      void (async () => {
        while (!stop) await buyer.buy(purchase(number++), never);
      })();
    await clock.pass(180_000);
    stop = true;
    const unhindered = 50 / 0.12; // calls per second: 100 ms and the ways
    expect(upstream.seen(60_000, 180_000).perSecond).toBeGreaterThan(0.5 * unhindered);
  });

  it("is kept from the first call where the user states it", async () => {
    const clock = new VirtualClock();
    const upstream = limitedUpstream(
      clock,
      { kind: "bucket", perSecond: 50, burst: 5, says: "429" },
      { latencyMs: latencies["even 100 ms"] },
    );
    const buyer = createBuyer({
      ...{ ledger: new ReferenceLedger(), clock, seed: 1, run: { concurrency: 100 } },
      endpoints: { a: { provider: upstream.provider, limits: { requestsPerMinute: 3000 } } },
    });
    await clock.until(Promise.all(Array.from({ length: 3000 }, (_, i) => buyer.buy(purchase(i), never))));
    const { perSecond, refusedShare } = upstream.seen(1000, 60_000);
    expect(perSecond).toBeGreaterThanOrEqual(0.95 * 50);
    expect(refusedShare).toBeLessThanOrEqual(0.001);
  });

  it("is kept in tokens as well, by what calls are seen to use and not by what they reserve", async () => {
    const clock = new VirtualClock();
    let used = 0;
    const provider_ = provider(async () => {
      await clock.sleep(100);
      used += 300;
      return reply(100);
    });
    const buyer = createBuyer({
      ...{ ledger: new ReferenceLedger(), clock, seed: 1, run: { concurrency: 100 } },
      endpoints: { a: { provider: provider_, modelLimits: { m: { tokensPerMinute: 300_000 } } } },
    });
    const start = clock.monotonicMs();
    await clock.until(Promise.all(Array.from({ length: 3000 }, (_, i) => buyer.buy(purchase(i), never))));
    const perMinute = (used * 60_000) / (clock.monotonicMs() - start);
    expect(perMinute).toBeGreaterThanOrEqual(0.95 * 300_000);
    expect(perMinute).toBeLessThanOrEqual(1.02 * 300_000);
  });
});

describe("hedged calls", () => {
  const run = async (hedge: boolean) => {
    const next = random(1, "latency");
    const { buy, all, clock, calls, buyer, ledger } = market(
      {
        a: async (_, signal) => {
          const ms = Math.min(60_000, 50 * (1 - next()) ** (-1 / 1.1)); // Pareto, tail exponent 1.1
          return answerAfter(clock, ms, signal, reply(ms));
        },
      },
      { run: { hedge } },
    );
    const ms: number[] = [];
    let number = 0;
    await all(
      Array.from({ length: 40 }, async () => {
        let last!: Bought;
        while (number < 6000) {
          last = await buy(purchase(number++, { timeoutMs: 60_000, most: { ...purchase(0).most, ms: 60_000 } }));
          ms.push(last.ms);
        }
        return last;
      }),
    );
    const sorted = ms.slice(500).sort((a, b) => a - b);
    return {
      p99: sorted[Math.floor(0.99 * sorted.length)]!,
      calls: calls.length,
      hedges: buyer.stats().hedges,
      ledger,
    };
  };

  it("cut the 99th percentile of a heavy tail to a third, for 6 % more calls at most", async () => {
    const plain = await run(false);
    const hedged = await run(true);
    expect(plain.p99 / hedged.p99).toBeGreaterThanOrEqual(3);
    expect(hedged.calls).toBeLessThanOrEqual(1.06 * 6000);
    expect(hedged.hedges).toBeLessThanOrEqual(0.05 * hedged.calls);
    expect(hedged.ledger.open.size).toBe(0);
    expect(hedged.ledger.broken).toEqual([]);
    expect(ofKind(hedged.ledger.events, "step-ended")).toHaveLength(6000);
    expect(
      ofKind(hedged.ledger.events, "try-ended").every(({ reason }) => reason === "aborted" || reason === "second"),
    ).toBe(true);
  });

  it("are never made of what must not be done twice", async () => {
    const next = random(1, "latency");
    const clock = new VirtualClock();
    let calls = 0;
    const buyer = createBuyer({
      ...{ ledger: new ReferenceLedger(), clock, seed: 1, run: { hedge: true, redundancy: 2 } },
      endpoints: {
        a: {
          provider: {
            isRepeatable: false,
            async call() {
              calls++;
              const ms = 50 * (1 - next()) ** -1;
              await clock.sleep(ms);
              return reply(ms);
            },
            async close() {},
          },
        },
      },
    });
    await clock.until(Promise.all(Array.from({ length: 1000 }, (_, i) => buyer.buy(purchase(i), never))));
    expect(calls).toBe(1000);
    expect(buyer.furtherSamples(purchase(1), 5)).toBe(0);
  });
});

describe("further samples", () => {
  it("are granted where stragglers make them pay, within their share, and given back where they are not called", async () => {
    const next = random(5);
    const { buy, all, clock, buyer, ledger } = market(
      { a: async (_, signal) => answerAfter(clock, next() < 0.05 ? 9000 : 500, signal, reply(500)) },
      { run: { redundancy: "auto" } },
    );
    expect(buyer.furtherSamples(purchase(0), 5)).toBe(0); // nothing is known yet
    await all(Array.from({ length: 400 }, (_, i) => buy(purchase(i))));
    const granted = buyer.furtherSamples(purchase(0), 5);
    expect(granted).toBeGreaterThanOrEqual(1);
    let all_ = granted;
    for (let i = 0; i < 1000; i++) all_ += buyer.furtherSamples(purchase(0), 5);
    expect(all_).toBeLessThanOrEqual(0.05 * 400);
    const off = new AbortController();
    off.abort("cancelled");
    await all([buy(purchase(1000, { isRedundant: true }), off.signal)]);
    expect(buyer.furtherSamples(purchase(0), 5)).toBe(1);
    await all([buy(purchase(1001, { isRedundant: true }))]);
    expect(ofKind(ledger.events, "step-called").at(-1)!.why).toBe("redundant");
  });
});

describe("whatever an upstream does", () => {
  const unfair = fc.record({
    seed: fc.integer(),
    faults: fc.double({ min: 0, max: 0.9, noNaN: true }),
    concurrency: fc.integer({ min: 1, max: 200 }),
    steps: fc.integer({ min: 1, max: 300 }),
    reservations: fc.integer({ min: 0, max: 400 }),
    hedge: fc.boolean(),
    slow: fc.boolean(),
    callOffs: fc.double({ min: 0, max: 0.5, noNaN: true }),
  });

  it("every step ends once, every hold is closed, and what the upstream counts is within what the ledger counts, within the budget", async () => {
    await fc.assert(
      fc.asyncProperty(unfair, async ({ seed, faults, concurrency, steps, reservations, hedge, callOffs, slow }) => {
        const next = random(seed);
        const budget = { run: { tokens: 500 * reservations } };
        let billed = 0;
        let inFlight = 0;
        const problems: string[] = [];
        const answer: Answering = async ({ idempotencyKey }, signal) => {
          if (++inFlight > concurrency) problems.push(`${inFlight} in flight of ${concurrency}`);
          if (![...ledger.open.keys()].some(({ key }) => key === idempotencyKey))
            problems.push("called without a hold");
          try {
            return await fate(signal);
          } finally {
            inFlight--;
          }
        };
        const fate = async (signal: AbortSignal): Promise<CallResult> => {
          const ms = 10 * (1 - next()) ** -1;
          const tokens = { tokensIn: 100, tokensInCached: 0, tokensOut: Math.floor(400 * next()), tokensReasoning: 0 };
          if (next() >= faults) {
            billed += tokens.tokensIn + tokens.tokensOut; // on arrival
            return answerAfter(clock, ms, signal, reply(ms, { tokens }));
          }
          const troubles = [
            "throttled",
            "unreachable",
            "server-error",
            "reset",
            "timeout",
            "malformed",
            "rejected",
          ] as const;
          const trouble = troubles[Math.floor(next() * troubles.length)]!;
          const result = failure(trouble, next() < 0.2 ? { retryAfterMs: 1000 * next() } : {});
          if (result.billing === "lost") billed += tokens.tokensIn + tokens.tokensOut;
          return answerAfter(clock, trouble === "timeout" ? 10_000 : ms, signal, result);
        };
        const { ledger, clock, buyer, buy, all, calls } = market(
          { a: answer, b: answer },
          { budget, run: { concurrency, hedge, hedgeShare: 0.3 }, ...(slow ? { commitMs: () => 20 * next() } : {}) },
        );
        const bought = await all(
          Array.from({ length: steps }, (_, i) => {
            const controller = new AbortController();
            if (next() < callOffs) clock.sleep(2000 * next()).then(() => controller.abort("cancelled"));
            return buy(purchase(i, { endpoints: next() < 0.5 ? ["a", "b"] : ["b"] }), controller.signal);
          }),
        );
        await clock.until(buyer.close());
        expect(problems).toEqual([]);
        expect(ledger.broken).toEqual([]);
        expect(ledger.open.size).toBe(0);
        const { spent, held } = ledger.balance("run");
        expect(held.tokens).toBe(0);
        expect(billed).toBeLessThanOrEqual(spent.tokens);
        expect(spent.tokens).toBeLessThanOrEqual(500 * reservations);
        const ends = ofKind(ledger.events, "step-ended");
        expect(new Set(ends.map(({ step }) => step)).size).toBe(steps);
        expect(ends).toHaveLength(steps);
        for (const [i, one] of bought.entries()) {
          expect(ends.find(({ step }) => step === `s${i}`)!.state).toBe(one.end.state);
          if (!calls.some(({ key }) => key === `key ${i}`)) expect(one.spent.tokens).toBe(0);
        }
        const retries = ofKind(ledger.events, "step-called").filter(({ why }) => why === "retry").length;
        expect(buyer.stats().calls).toBe(calls.length);
        expect(retries).toBeLessThanOrEqual(10 + 0.1 * Math.max(calls.length, retries) + 0.1 * concurrency);
      }),
      { numRuns: 100 },
    );
  });

  it("the journal's own ledger agrees with the upstream, hedges and broken calls included", async () => {
    for (const seed of [1, 2, 3]) {
      const next = random(seed);
      const clock = new VirtualClock();
      const facts = { quorate: "0", run: "r", team: "vote:3@gpt", seed, tasks: 1, tasksDigest: "", settings: {} };
      const budget = { run: { tokens: 500 * 600 } };
      const opened = await openRun("r", { mode: "create", opened: facts, budget, clock, store: inMemory() });
      let billed = 0;
      const upstream = provider(async (_, signal) => {
        const ms = 10 * (1 - next()) ** -1;
        const lost = next() < 0.1;
        billed += 300;
        return answerAfter(clock, ms, signal, lost ? failure("reset") : reply(ms));
      });
      const buyer = createBuyer({
        ...{ ledger: opened.ledger, endpoints: { a: { provider: upstream } }, clock, seed },
        run: { concurrency: 50, hedge: true, hedgeShare: 0.2 },
      });
      const bought = await clock.until(
        Promise.all(Array.from({ length: 1500 }, (_, i) => buyer.buy(purchase(i), never))),
      );
      await clock.until(buyer.close());
      const { spent, held } = opened.ledger.balance("run");
      expect(held).toEqual({ tokens: 0, calls: 0, nanoUsd: 0, ms: 0 });
      expect(billed).toBeLessThanOrEqual(spent.tokens);
      expect(spent.tokens).toBeLessThanOrEqual(500 * 600);
      expect(spent.tokens).toBeGreaterThanOrEqual(0.97 * 500 * 600);
      await opened.ledger.append({ at: 0, kind: "noted", code: "end", message: "" });
      const events: Event[] = [];
      for await (const event of opened.events()) events.push(event);
      expect(ofKind(events, "step-ended")).toHaveLength(1500);
      expect(ofKind(events, "step-ended").filter(({ state }) => state === "answered")).toHaveLength(
        bought.filter(({ end }) => end.state === "answered").length,
      );
      expect(ofKind(events, "step-called").some(({ why }) => why === "hedge")).toBe(true);
      const bills = [...ofKind(events, "try-ended"), ...ofKind(events, "step-ended")].map(
        (event) => event.bill?.amounts.tokens ?? 0,
      );
      expect(bills.reduce((a, b) => a + b, 0)).toBe(spent.tokens);
      await opened.close();
    }
  });

  it("97 % of a budget of 200 reservations or more is put to use, at any concurrency", async () => {
    for (const concurrency of [1, 7, 64, 1000]) {
      const next = random(concurrency);
      const reservations = 200;
      const { ledger, buy, all, clock } = market(
        {
          a: async (_, signal) => {
            const ms = 10 + 100 * next();
            const result = next() < 0.2 ? failure("reset") : reply(ms);
            return answerAfter(clock, ms, signal, result);
          },
        },
        { budget: { run: { tokens: 500 * reservations } }, run: { concurrency } },
      );
      await all(Array.from({ length: 1000 }, (_, i) => buy(purchase(i))));
      const { spent } = ledger.balance("run");
      expect(spent.tokens).toBeLessThanOrEqual(500 * reservations);
      expect(spent.tokens).toBeGreaterThanOrEqual(0.97 * 500 * reservations);
    }
  });
});
