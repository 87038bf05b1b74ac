import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountOf } from "../trace/account.ts";
import type { Amounts, Bill, Budget, Event, StepEnded } from "../trace/event.ts";
import type { Clock } from "./clock.ts";
import type { Hold, HoldReply, HoldRequest, StoredAnswer } from "./ledger.ts";
import { type OpenRun, openRun } from "./open-run.ts";
import { inMemory } from "./store/memory.ts";
import type { Batch, Store, StoreKind } from "./store/store.ts";

const noClock: Clock = {
  monotonicMs: () => 0,
  wallMs: () => 0,
  sleep: () => Promise.reject(new Error("nobody sleeps")),
};
const opened = { quorate: "0", run: "r", team: "vote:3@a", seed: 1, tasks: 9, tasksDigest: "d", settings: {} };
const tokens = (count: number): Amounts => ({ tokens: count, calls: 1, nanoUsd: 10 * count, ms: 5 });
const paid = (count: number): Bill => ({ billing: "reported", amounts: tokens(count) });
const replyOf = (text: string, bill: Bill): StoredAnswer => ({ text, finish: "stop", bill, ms: 5 });
const endOf = ({ task, step, agent }: Hold, text: string): Omit<StepEnded, "at" | "kind"> => ({
  ...{ task, step, agent, role: "solve", reads: [], state: "answered", value: text, text },
});

type Wish = Partial<Omit<HoldRequest, "event">> & { readonly key: string };
function wishOf({ key, task = "t", step = key, agent = "a", most = tokens(100), why = "first", priority = 0 }: Wish) {
  const said = { task, step, agent, key, why };
  return {
    ...{ ...said, most, priority },
    event: { at: 0, kind: "step-called" as const, ...said, role: "solve", reads: [], endpoint: "e" },
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
/** What a promise has come to by now. */
async function now<T>(promise: Promise<T>): Promise<T | "waiting"> {
  await settled();
  await settled();
  return Promise.race([promise, "waiting" as const]);
}
function holdIn(reply: HoldReply | "waiting"): Hold {
  if (reply === "waiting" || reply.kind !== "go") throw new Error(`no hold: ${JSON.stringify(reply)}`);
  return reply.hold;
}

async function begin(budget: Budget, store: StoreKind = inMemory()) {
  const run = await openRun("run", { mode: "create", opened, budget, clock: noClock, store });
  return { ...run, hold: (wish: Wish, signal?: AbortSignal) => run.ledger.hold(wishOf(wish), signal) };
}
async function eventsOf(run: Pick<OpenRun, "events">): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of run.events()) events.push(event);
  return events;
}

/** Commits only when told to, so that a test stands between the decision and the disk. */
function gated(kind: StoreKind) {
  const arrived: { readonly batch: Batch; readonly go: (fate: "written" | "lost" | "failed") => Promise<void> }[] = [];
  let open = true;
  let openings = 0;
  let inner: Store | undefined;
  const store: StoreKind = {
    ...kind,
    open: async (directory, options) => {
      const here = await kind.open(directory, options);
      inner = here;
      const opening = ++openings;
      return {
        ...here,
        commit: (batch) =>
          opening !== openings
            ? new Promise(() => undefined) // of a process that was killed
            : open
              ? here.commit(batch)
              : new Promise((resolve, reject) => {
                  arrived.push({
                    batch,
                    go: async (fate) => {
                      if (fate === "written") await here.commit(batch);
                      if (fate === "failed") reject(new Error("the disk is full"));
                      else resolve();
                    },
                  });
                }),
      };
    },
  };
  return {
    store,
    arrived,
    get inner() {
      return inner;
    },
    shut: () => {
      open = false;
    },
    reopen: () => {
      open = true;
    },
  };
}

describe("money", () => {
  it("is held at the reservation and spent at the bill", async () => {
    const { ledger, hold } = await begin({ run: { tokens: 1000 } });
    const one = holdIn(await hold({ key: "k" }));
    expect(ledger.balance("run")).toMatchObject({ held: tokens(100), spent: { tokens: 0 } });
    await ledger.settle(one, replyOf("A", paid(60)), endOf(one, "A"));
    for (const scope of ["run", "task t", "agent a"])
      expect(ledger.balance(scope)).toMatchObject({
        held: { tokens: 0, calls: 0 },
        spent: tokens(60),
        unknown: { tokens: 0 },
      });
    expect(ledger.balance("agent b")).toMatchObject({ caps: {}, held: { tokens: 0 }, spent: { tokens: 0 } });
  });

  it("comes back when the upstream did no work, and is spent in full when nobody knows", async () => {
    const { ledger, hold } = await begin({ run: { tokens: 1000 } });
    await ledger.free(holdIn(await hold({ key: "k" })), "throttled");
    expect(ledger.balance("run")).toMatchObject({ held: { tokens: 0 }, spent: { tokens: 0, calls: 0 } });
    await ledger.lose(holdIn(await hold({ key: "k", why: "retry" })), "reset");
    expect(ledger.balance("run")).toMatchObject({ held: { tokens: 0 }, spent: tokens(100), unknown: tokens(100) });
    await ledger.lose(holdIn(await hold({ key: "k", why: "retry" })), "server-error", paid(7));
    expect(ledger.balance("run")).toMatchObject({ spent: { tokens: 107 }, unknown: { tokens: 100 } });
  });

  it.each([
    ["run", { run: { tokens: 250 } }, "tokens"],
    ["task t", { run: {}, task: { calls: 2 } }, "calls"],
    ["agent a", { run: {}, agents: { a: { nanoUsd: 2500 } } }, "nanoUsd"],
    ["agent a", { run: {}, agents: { a: { ms: 12 } } }, "ms"],
  ] as const)("of the %s is never exceeded: %j", async (scope, budget, unit) => {
    const { ledger, hold } = await begin(budget);
    const first = holdIn(await hold({ key: "1" }));
    const second = holdIn(await hold({ key: "2" }));
    const third = hold({ key: "3" });
    expect(await now(third)).toBe("waiting");
    await ledger.settle(first, replyOf("A", { billing: "bounded", amounts: first.held }), endOf(first, "A"));
    await ledger.lose(second, "reset");
    expect(await third).toMatchObject({ kind: "over", scope, unit, needed: tokens(100)[unit] });
  });

  it("does not count the time of calls against caps that are deadlines", async () => {
    const { hold } = await begin({ run: { ms: 1 }, task: { ms: 1 } });
    expect(await hold({ key: "k" })).toMatchObject({ kind: "go" });
  });

  it("says over at once where it would not fit even if everything held came back, and how much is left", async () => {
    const { ledger, hold } = await begin({ run: { tokens: 250 } });
    const one = holdIn(await hold({ key: "1" }));
    await ledger.settle(one, replyOf("A", paid(90)), endOf(one, "A"));
    holdIn(await hold({ key: "2" }));
    expect(await hold({ key: "3", most: tokens(161) })).toEqual({
      ...{ kind: "over", scope: "run", unit: "tokens", needed: 161, left: 160 },
    });
  });

  it("counts a bill above its reservation as it is, and says so", async () => {
    const run = await begin({ run: { tokens: 150 } });
    const one = holdIn(await run.hold({ key: "1" }));
    await run.ledger.settle(one, replyOf("A", paid(160)), endOf(one, "A"));
    expect(run.ledger.balance("run").spent.tokens).toBe(160);
    expect((await eventsOf(run)).at(-1)).toMatchObject({ kind: "noted", code: "bound-exceeded", task: "t" });
    expect(await run.hold({ key: "2", most: tokens(1) })).toMatchObject({ kind: "over", left: 0 });
  });

  it("is counted in whole numbers only", async () => {
    const { ledger, hold } = await begin({ run: {} });
    await expect(hold({ key: "k", most: { ...tokens(1), nanoUsd: 0.5 } })).rejects.toThrow(/whole number/);
    const one = holdIn(await hold({ key: "k" }));
    const half: Bill = { billing: "reported", amounts: { ...tokens(1), ms: 1.5 } };
    await expect(ledger.settle(one, replyOf("A", half), endOf(one, "A"))).rejects.toThrow(/whole number/);
  });

  it("of a hold is given back once", async () => {
    const { ledger, hold } = await begin({ run: {} });
    const one = holdIn(await hold({ key: "k" }));
    await ledger.free(one, "throttled");
    await expect(ledger.free(one, "throttled")).rejects.toThrow(/closed before/);
    await expect(ledger.settle(one, replyOf("A", paid(1)), endOf(one, "A"))).rejects.toThrow(/closed before/);
    await expect(ledger.lose({ ...one }, "reset")).rejects.toThrow(/did not give/);
  });
});

describe("who waits for money", () => {
  it("goes by priority, and by arrival where that is equal", async () => {
    const { ledger, hold } = await begin({ run: { tokens: 100 } });
    let holder = holdIn(await hold({ key: "first" }));
    const order: string[] = [];
    const wait = (key: string, priority: number) =>
      hold({ key, priority }).then((reply) => {
        order.push(key);
        holder = holdIn(reply);
      });
    const all = [wait("late", 2), wait("early", 1), wait("late too", 2), wait("earliest", 0)];
    for (let i = 0; i < 4; i++) {
      await settled();
      await ledger.free(holder, "throttled");
      await settled();
    }
    await Promise.all(all);
    expect(order).toEqual(["earliest", "early", "late", "late too"]);
  });

  it("lets smaller ones go ahead with money that the first will not need", async () => {
    const { hold } = await begin({ run: { tokens: 1000 } });
    holdIn(await hold({ key: "large", most: tokens(700) }));
    const first = hold({ key: "first", most: tokens(500) });
    expect(await now(first)).toBe("waiting");
    expect(await now(hold({ key: "small", most: tokens(200), priority: 1 }))).toMatchObject({ kind: "go" });
    expect(await now(hold({ key: "other", most: tokens(50), priority: 1 }))).toMatchObject({ kind: "go" });
  });

  it("never loses its turn to smaller ones", async () => {
    // 1000 with 600 held: 500 wait. Whoever comes later may have 400 now, but only 500 are not the first one's.
    const { ledger, hold } = await begin({ run: { tokens: 1000 } });
    const large = holdIn(await hold({ key: "large", most: tokens(600) }));
    const first = hold({ key: "first", most: tokens(900) });
    const small: Promise<HoldReply>[] = [];
    for (let i = 0; i < 8; i++) small.push(hold({ key: `small ${i}`, most: tokens(50), priority: 1 }));
    expect(await now(first)).toBe("waiting");
    const went = (await Promise.all(small.map(now))).filter((reply) => reply !== "waiting");
    expect(went).toHaveLength(2); // 2 × 50 + 900 = 1000
    for (const reply of went) {
      const one = holdIn(reply);
      await ledger.lose(one, "reset");
    }
    await ledger.free(large, "throttled");
    expect(await first).toMatchObject({ kind: "go" });
    const one = holdIn(await first);
    await ledger.free(one, "throttled");
    expect((await Promise.all(small.map(now))).every((reply) => reply !== "waiting")).toBe(true);
  });

  it("does not keep others from money of another agent", async () => {
    const { hold } = await begin({ run: { tokens: 10_000 }, agents: { a: { tokens: 100 } } });
    holdIn(await hold({ key: "1" }));
    expect(await now(hold({ key: "2" }))).toBe("waiting");
    expect(await now(hold({ key: "3", agent: "b", priority: 5 }))).toMatchObject({ kind: "go" });
  });

  it("may give up, and reserves nothing then", async () => {
    const { ledger, hold } = await begin({ run: { tokens: 100 } });
    const one = holdIn(await hold({ key: "1" }));
    const stop = new AbortController();
    const waiting = hold({ key: "2" }, stop.signal);
    const next = hold({ key: "3", priority: 1 });
    const same = hold({ key: "2", priority: 2 });
    expect(await now(waiting)).toBe("waiting");
    stop.abort(new Error("nobody needs it"));
    await expect(waiting).rejects.toThrow("nobody needs it");
    await expect(hold({ key: "4" }, stop.signal)).rejects.toThrow("nobody needs it");
    await ledger.free(one, "throttled");
    await ledger.free(holdIn(await next), "throttled");
    expect(await same).toMatchObject({ kind: "go", hold: { key: "2", try: 0 } });
  });
});

describe("a key", () => {
  it("is answered once: known ever after, at no cost", async () => {
    const { ledger, hold } = await begin({ run: { tokens: 150 } });
    const one = holdIn(await hold({ key: "k" }));
    const answer = { ...replyOf("said", paid(100)), logprob: -0.5 };
    await ledger.settle(one, answer, { ...endOf(one, "B"), text: "as the reader gets it" });
    for (const why of ["first", "retry", "hedge", "redundant"] as const)
      expect(await hold({ key: "k", step: "other", task: "u", why, most: tokens(9999) })).toEqual({
        kind: "known",
        answer,
      });
    expect(ledger.balance("run").spent.tokens).toBe(100);
  });

  it("is called by one at a time: the others get its answer, or their turn", async () => {
    const { ledger, hold } = await begin({ run: {} });
    const first = holdIn(await hold({ key: "k" }));
    const second = hold({ key: "k", task: "u" });
    const third = hold({ key: "k", task: "v" });
    expect(await now(second)).toBe("waiting");
    await ledger.lose(first, "reset");
    const retried = holdIn(await second);
    expect(retried).toMatchObject({ try: 1, task: "u" });
    expect(await now(third)).toBe("waiting");
    await ledger.settle(retried, replyOf("A", paid(60)), endOf(retried, "A"));
    expect(await third).toEqual({ kind: "known", answer: replyOf("A", paid(60)) });
  });

  it("is hedged in parallel: the first answer is kept, the other is paid", async () => {
    const run = await begin({ run: { tokens: 1000 } });
    const { ledger } = run;
    const first = holdIn(await run.hold({ key: "k" }));
    const hedge = holdIn(await run.hold({ key: "k", why: "hedge" }));
    expect(hedge.try).toBe(1);
    const kept = await ledger.settle(hedge, replyOf("fast", paid(60)), endOf(hedge, "fast"));
    expect(await ledger.settle(first, replyOf("slow", paid(70)), endOf(first, "slow"))).toEqual(kept);
    expect(kept.text).toBe("fast");
    expect(ledger.balance("run")).toMatchObject({ spent: { tokens: 130, calls: 2 }, held: { tokens: 0 } });
    expect((await eventsOf(run)).filter((event) => event.kind === "step-ended")).toHaveLength(1);
    expect(accountOf(await eventsOf(run)).run.spent.tokens).toBe(130);
  });

  it("answered twice in the same batch keeps the first answer", async () => {
    const { ledger, hold } = await begin({ run: {} });
    const [a, b] = (await Promise.all([hold({ key: "k" }), hold({ key: "k", why: "hedge" })])).map(holdIn) as [
      Hold,
      Hold,
    ];
    const [one, two] = await Promise.all([
      ledger.settle(a, replyOf("A", paid(1)), endOf(a, "A")),
      ledger.settle(b, replyOf("B", paid(2)), endOf(b, "B")),
    ]);
    expect([one.text, two.text]).toEqual(["A", "A"]);
  });

  it("that was given up as lost and is answered after all counts at its true bill", async () => {
    const { ledger, hold } = await begin({ run: { tokens: 1000 } });
    const one = holdIn(await hold({ key: "k" }));
    await ledger.lose(one, "timeout");
    expect(ledger.balance("run")).toMatchObject({ spent: { tokens: 100 }, unknown: { tokens: 100 } });
    expect((await ledger.settle(one, replyOf("late", paid(30)), endOf(one, "late"))).text).toBe("late");
    expect(ledger.balance("run")).toMatchObject({ spent: { tokens: 30 }, unknown: { tokens: 0 }, held: { tokens: 0 } });
    expect(await hold({ key: "k" })).toMatchObject({ kind: "known", answer: { text: "late" } });
    await expect(ledger.settle(one, replyOf("later", paid(30)), endOf(one, "later"))).rejects.toThrow(/closed before/);
  });

  it("answered late, when another try was first, gives that one's answer", async () => {
    const { ledger, hold } = await begin({ run: { tokens: 1000 } });
    const one = holdIn(await hold({ key: "k" }));
    await ledger.lose(one, "timeout");
    const two = holdIn(await hold({ key: "k", why: "retry" }));
    await ledger.settle(two, replyOf("second", paid(40)), endOf(two, "second"));
    await ledger.append({
      at: 0,
      kind: "task-ended",
      task: "t",
      state: "answered",
      answer: "x",
      degraded: false,
      because: [],
      ms: 1,
    });
    expect((await ledger.settle(one, replyOf("late", paid(30)), endOf(one, "late"))).text).toBe("second");
    expect(ledger.balance("run")).toMatchObject({ spent: { tokens: 70, calls: 2 }, unknown: { tokens: 0 } });
  });

  it("bought by another run is known here, and costs nothing", async () => {
    const disk = inMemory();
    const source = await openRun("other", { mode: "create", opened, budget: { run: {} }, clock: noClock, store: disk });
    const one = holdIn(await source.ledger.hold(wishOf({ key: "k" })));
    await source.ledger.settle(one, replyOf("theirs", paid(60)), endOf(one, "theirs"));
    await source.close();
    const budget = { run: { tokens: 50 } };
    const run = await openRun("run", { mode: "create", opened, budget, clock: noClock, store: disk, reuse: ["other"] });
    const [known, same] = await Promise.all([
      run.ledger.hold(wishOf({ key: "k" })),
      run.ledger.hold(wishOf({ key: "k", task: "u" })),
    ]);
    expect(known).toMatchObject({ kind: "known", answer: { text: "theirs", bill: { amounts: { tokens: 0 } } } });
    expect(same).toEqual(known);
    expect(run.ledger.balance("run").spent.tokens).toBe(0);
    expect((await eventsOf(run)).filter((event) => event.kind === "noted")).toHaveLength(1);
    await run.close();
    const alone = await openRun("run", { mode: "resume", opened, budget, clock: noClock, store: disk });
    expect(await alone.ledger.hold(wishOf({ key: "k" }))).toEqual(known);
  });
});

describe("a commit", () => {
  it("comes before anybody is told", async () => {
    const { store, shut, arrived } = gated(inMemory());
    const { ledger, hold } = await begin({ run: { tokens: 1000 } }, store);
    const one = holdIn(await hold({ key: "k" }));
    shut();
    const asked = hold({ key: "l" });
    expect(await now(asked)).toBe("waiting");
    await arrived.shift()!.go("written");
    expect(await now(asked)).toMatchObject({ kind: "go" });
    const answered = ledger.settle(one, replyOf("A", paid(60)), endOf(one, "A"));
    const other = hold({ key: "k", task: "u" });
    expect(await now(answered)).toBe("waiting");
    expect(await now(other)).toBe("waiting");
    await arrived.shift()!.go("written");
    expect(await now(answered)).toMatchObject({ text: "A" });
    expect(await now(other)).toMatchObject({ kind: "known" });
  });

  it("takes at once what queued up meanwhile", async () => {
    const { store, shut, arrived } = gated(inMemory());
    const { hold } = await begin({ run: {} }, store);
    shut();
    const all = [hold({ key: "1" })];
    await settled();
    all.push(...["2", "3", "4"].map((key) => hold({ key })));
    await settled();
    expect(arrived.map(({ batch }) => batch.lines.length)).toEqual([1]);
    await arrived.shift()!.go("written");
    await settled();
    expect(arrived.map(({ batch }) => batch.lines.length)).toEqual([3]);
    await arrived.shift()!.go("written");
    await Promise.all(all);
  });

  it("that fails ends it all: nobody is told anything, nothing more is taken", async () => {
    const { store, shut, arrived } = gated(inMemory());
    const { ledger, hold } = await begin({ run: { tokens: 300 } }, store);
    const one = holdIn(await hold({ key: "1" }));
    shut();
    const settling = ledger.settle(one, replyOf("A", paid(60)), endOf(one, "A"));
    await settled();
    const queued = hold({ key: "2" });
    const same = hold({ key: "2", task: "u" });
    const poor = hold({ key: "3", most: tokens(200), priority: 9 });
    const all = [settling, queued, same, poor];
    const outcomes = Promise.allSettled(all);
    await settled();
    await arrived.shift()!.go("failed");
    for (const outcome of await outcomes) {
      expect(outcome.status).toBe("rejected");
      expect(String((outcome as PromiseRejectedResult).reason)).toMatch(/disk is full/);
    }
    await expect(hold({ key: "4" })).rejects.toThrow(/disk is full/);
    await expect(ledger.append({ at: 0, kind: "noted", code: "x", message: "x" })).rejects.toThrow(/disk is full/);
    expect(arrived).toEqual([]);
  });
});

/** One thing that happens in a random history. `which` picks among what is there. */
type Happening =
  | {
      readonly kind: "hold";
      readonly key: number;
      readonly task: number;
      readonly agent: string;
      readonly size: number;
    }
  | { readonly kind: "hedge" | "free" | "lose" | "lose-billed" | "late" | "abort"; readonly which: number }
  | {
      readonly kind: "settle";
      readonly which: number;
      readonly share: number;
      readonly billing: "reported" | "bounded";
    }
  | { readonly kind: "shut" | "write" }
  | { readonly kind: "crash"; readonly written: boolean; readonly cap: number };

const which = fc.nat(7);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      ...{ kind: fc.constant("hold" as const), key: fc.nat(7), task: fc.nat(2), agent: fc.constantFrom("a", "b") },
      size: fc.integer({ min: 1, max: 400 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ kind: fc.constant("settle" as const), which, share: fc.integer({ min: 0, max: 100 }) },
      billing: fc.constantFrom("reported", "bounded"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "hedge" as const,
        "free" as const,
        "lose" as const,
        "lose-billed" as const,
        "late" as const,
        "abort" as const,
      ),
      which,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("shut" as const, "write" as const, "write" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      ...{ kind: fc.constant("crash" as const), written: fc.boolean(), cap: fc.integer({ min: 0, max: 1500 }) },
    }),
  },
);

/** What the journal says was spent and is held, the plain way: the last bill of each try, else its reservation. */
function sumsOf(events: readonly Event[], belongs: (called: { task: string; agent: string }) => boolean) {
  const tries = new Map<string, { called: { task: string; agent: string }; held: number; bill?: Bill }>();
  for (const event of events) {
    if (event.kind === "step-called")
      tries.set(`${event.key}/${event.try}`, { called: event, held: event.held.tokens });
    if ((event.kind === "step-ended" || event.kind === "try-ended") && event.try !== undefined)
      tries.get(`${event.key}/${event.try}`)!.bill = event.bill!;
  }
  const sums = { spent: 0, held: 0, unknown: 0 };
  for (const { called, held, bill } of tries.values()) {
    if (!belongs(called)) continue;
    if (bill === undefined) sums.held += held;
    else sums.spent += bill.amounts.tokens;
    if (bill?.billing === "lost" || bill?.billing === "bounded") sums.unknown += bill.amounts.tokens;
  }
  return sums;
}

/** A run that is killed and resumed, its upstream that bills every call it gets, and what its caller was told. */
class World {
  readonly disk = gated(inMemory());
  budget: Budget = { run: { tokens: 1000 }, task: { tokens: 700 }, agents: { a: { tokens: 600 } } };
  run!: OpenRun;
  holds: { hold: Hold; aborted?: boolean }[] = [];
  lost: Hold[] = [];
  pending: { wish: Wish; stop: AbortController; done: boolean }[] = [];
  readonly told = new Map<string, string>();
  readonly wrong: string[] = [];
  upstream = 0;
  serial = 0;

  async open(mode: "create" | "resume") {
    const { store } = this.disk;
    this.disk.reopen();
    this.run = await openRun("run", { mode, opened, budget: this.budget, clock: noClock, store });
  }

  ask(wish: Wish) {
    const asked = { wish, stop: new AbortController(), done: false };
    const { run } = this;
    this.pending.push(asked);
    run.ledger.hold(wishOf(wish), asked.stop.signal).then(
      (reply) => {
        asked.done = true;
        if (this.run !== run) return; // a dead process is told nothing
        if (reply.kind === "go") {
          if (this.told.has(wish.key)) this.wrong.push(`${wish.key} was answered, and is called again`);
          if (wish.why === "first" && this.holds.some(({ hold }) => hold.key === wish.key))
            this.wrong.push(`${wish.key} is called by two at a time`);
          this.holds.push({ hold: reply.hold });
          this.upstream += Math.ceil(reply.hold.held.tokens / 2); // the least that it may bill
        } else if (reply.kind === "known") this.tell(wish.key, reply.answer.text);
      },
      () => {
        asked.done = true;
      },
    );
  }

  tell(key: string, text: string) {
    if ((this.told.get(key) ?? text) !== text) this.wrong.push(`${key} has two answers`);
    this.told.set(key, text);
  }

  settle(hold: Hold, share: number, billing: "reported" | "bounded") {
    const { run } = this;
    const least = Math.ceil(hold.held.tokens / 2);
    const count =
      billing === "bounded" ? hold.held.tokens : least + Math.floor(((hold.held.tokens - least) * share) / 100);
    const text = `answer ${this.serial++}`;
    const bill: Bill = { billing, amounts: { ...tokens(count), calls: 1 } };
    run.ledger.settle(hold, replyOf(text, bill), endOf(hold, text)).then(
      (stored) => {
        if (this.run === run) this.tell(hold.key, stored.text);
      },
      () => undefined,
    );
  }

  async happen(one: Happening) {
    const pick = <T>(list: T[], at: number): T | undefined => list.splice(at % Math.max(1, list.length), 1)[0];
    switch (one.kind) {
      case "hold":
        return this.ask({
          ...{ key: `k${one.key}`, task: `t${one.task}`, agent: one.agent, most: tokens(one.size), why: "first" },
          priority: one.task,
        });
      case "hedge": {
        const beside = this.holds[one.which % Math.max(1, this.holds.length)];
        if (beside) this.ask({ ...beside.hold, most: beside.hold.held, why: "hedge" });
        return;
      }
      case "settle": {
        const open = pick(this.holds, one.which);
        if (open) this.settle(open.hold, one.share, one.billing);
        return;
      }
      case "free": {
        const open = pick(this.holds, one.which);
        if (!open) return;
        this.upstream -= Math.ceil(open.hold.held.tokens / 2); // it refused, and billed nothing
        this.run.ledger.free(open.hold, "throttled").catch(() => undefined);
        return;
      }
      case "lose":
      case "lose-billed": {
        const open = pick(this.holds, one.which);
        if (!open) return;
        const bill: Bill = { billing: "reported", amounts: tokens(Math.ceil(open.hold.held.tokens / 2)) };
        if (one.kind === "lose") this.lost.push(open.hold);
        this.run.ledger.lose(open.hold, "reset", one.kind === "lose" ? undefined : bill).catch(() => undefined);
        return;
      }
      case "late": {
        const hold = pick(this.lost, one.which);
        if (hold) this.settle(hold, 50, "reported");
        return;
      }
      case "abort":
        return this.pending[one.which % Math.max(1, this.pending.length)]?.stop.abort(new Error("not needed"));
      case "shut":
        return this.disk.shut();
      case "write":
        await this.disk.arrived.shift()?.go("written");
        return;
      case "crash": {
        for (const { batch } of this.disk.arrived.splice(0)) if (one.written) await this.disk.inner!.commit(batch);
        const spent = sumsOf(await eventsOf(this.run), () => true);
        const cap = spent.spent + spent.held + one.cap; // dead owners' tries count at their reservation
        const agents = { a: { tokens: sumsOf(await eventsOf(this.run), ({ agent }) => agent === "a").spent + 2000 } };
        this.budget = { run: { tokens: cap }, task: { tokens: 5000 }, agents };
        [this.holds, this.lost, this.pending] = [[], [], []];
        await this.open("resume");
        return;
      }
    }
  }

  async check() {
    expect(this.wrong).toEqual([]);
    const { ledger } = this.run;
    for (const scope of ["run", "task t0", "task t1", "task t2", "agent a", "agent b"]) {
      const { caps, spent, held } = ledger.balance(scope);
      expect(Math.min(...Object.values(held), ...Object.values(spent)), scope).toBeGreaterThanOrEqual(0);
      if (caps.tokens !== undefined) expect(spent.tokens + held.tokens, scope).toBeLessThanOrEqual(caps.tokens);
    }
    const { spent, held } = ledger.balance("run");
    expect(this.upstream, "what the upstream billed").toBeLessThanOrEqual(spent.tokens + held.tokens);
  }

  /** With all written, the sums are those of the journal, however they came about. */
  async compare() {
    const events = await eventsOf(this.run);
    const scopes: [string, (called: { task: string; agent: string }) => boolean][] = [
      ["run", () => true],
      ...["a", "b"].map((name): [string, (called: { agent: string }) => boolean] => [
        `agent ${name}`,
        ({ agent }) => agent === name,
      ]),
      ...["t0", "t1", "t2"].map((name): [string, (called: { task: string }) => boolean] => [
        `task ${name}`,
        ({ task }) => task === name,
      ]),
    ];
    for (const [scope, belongs] of scopes) {
      const { spent, held, unknown } = this.run.ledger.balance(scope);
      expect({ spent: spent.tokens, held: held.tokens, unknown: unknown.tokens }, scope).toEqual(
        sumsOf(events, belongs),
      );
    }
    const answered = events.filter((event) => event.kind === "step-ended").map((event) => event.key);
    expect(new Set(answered).size).toBe(answered.length);
  }

  async writeAll() {
    this.disk.reopen();
    do {
      for (const { go } of this.disk.arrived.splice(0)) await go("written");
      await settled();
    } while (this.disk.arrived.length > 0);
  }
}

describe("any history of calls, answers, losses, kills and resumes", () => {
  it("keeps every cap, answers no key twice, loses no answer, starves nobody, and its sums are those of the journal", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 60, size: "max" }), async (history) => {
        const world = new World();
        await world.open("create");
        for (const one of history) {
          await world.happen(one);
          await settled();
          await world.check();
        }
        await world.writeAll();
        await world.compare();
        // Whoever still waits gets an answer, its turn or a refusal as soon as the others are done.
        for (let round = 0; world.pending.some(({ done }) => !done); round++) {
          expect(round, "rounds until nobody waits").toBeLessThan(200);
          for (const { hold } of world.holds.splice(0)) world.settle(hold, 100, "reported");
          await settled();
          await world.check();
        }
        await world.writeAll();
        await world.compare();
        const before = ["run", "agent a", "agent b", "task t1"].map((scope) => world.run.ledger.balance(scope));
        await world.run.close();
        world.holds = [];
        await world.open("resume");
        if (world.run.closed === 0)
          expect(["run", "agent a", "agent b", "task t1"].map((scope) => world.run.ledger.balance(scope))).toEqual(
            before,
          );
        for (const [key, text] of world.told)
          expect(await world.run.ledger.hold(wishOf({ key }))).toMatchObject({ kind: "known", answer: { text } });
      }),
      { numRuns: 500 },
    );
  });
});
