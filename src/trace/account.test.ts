import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountOf } from "./account.ts";
import type { Amounts, Bill, Event, StepEnded, StepState } from "./event.ts";
import { noAmounts } from "./event.ts";

const held: Amounts = { tokens: 500, calls: 1, nanoUsd: 9000, ms: 60_000 };
const reported: Bill = {
  billing: "reported",
  amounts: { tokens: 120, calls: 1, nanoUsd: 2000, ms: 800 },
  tokens: { tokensIn: 100, tokensInCached: 40, tokensOut: 20, tokensReasoning: 5 },
};
const lost: Bill = { billing: "lost", amounts: held };
const free: Bill = { billing: "free", amounts: noAmounts };

const asked = { role: "solve", agent: "a", reads: [] } as const;
const called = (step: string, number = 0, task = "t1"): Event => ({
  ...{ at: 1, kind: "step-called", task, step, ...asked, key: `${task}/${step}`, try: number },
  ...{ endpoint: "e", why: number === 0 ? "first" : "retry", held, cachedShare: 0.5 },
});
const ended = (step: string, bill?: Bill, number = 0, more: Partial<StepEnded> = {}): Event => ({
  ...{ at: 2, kind: "step-ended", task: "t1", step, ...asked, key: `t1/${step}`, state: "answered", value: "A" },
  ...(bill && { try: number, bill, ms: 800 }),
  ...more,
});
const tried = (step: string, bill: Bill, number = 0, reason = "reset"): Event => ({
  ...{ at: 2, kind: "try-ended", task: "t1", step, key: `t1/${step}`, try: number, bill, reason },
});
const started: Event = { at: 0, kind: "task-started", task: "t1" };
const over = (state: "answered" | "over-budget" = "answered"): Event => ({
  ...{
    at: 3,
    kind: "task-ended",
    task: "t1",
    state,
    answer: "A",
    degraded: false,
    because: [],
    ms: 900,
    criticalMs: 800,
  },
});

describe("accountOf", () => {
  it("tells reported from unknown billing, and what was free from both", () => {
    const { run, reasons, whys } = accountOf([
      ...[started, called("s/0"), tried("s/0", free, 0, "throttled"), called("s/0", 1), tried("s/0", lost, 1)],
      ...[called("s/0", 2), ended("s/0", reported, 2), over()],
    ]);
    expect(run.billing).toEqual({ reported: 1, bounded: 0, lost: 1, free: 1 });
    expect(run.spent).toEqual({ tokens: 620, calls: 2, nanoUsd: 11_000, ms: 60_800 });
    expect(run.unknown).toEqual(held);
    expect(run.tokens).toEqual(reported.tokens);
    expect(Object.fromEntries(reasons)).toEqual({ throttled: 1, reset: 1 });
    expect(whys).toMatchObject({ first: 1, retry: 2 });
  });

  it("counts a task that was taken up again as it ended last, and both times' money", () => {
    const account = accountOf([
      ...[started, called("s/0"), ended("s/0", reported), ended("s/1", undefined, 0, { state: "over-budget" })],
      ...[
        over("over-budget"),
        started,
        ended("s/0", undefined, 0, { reused: true }),
        called("s/1"),
        ended("s/1", reported),
        over(),
      ],
    ]);
    expect(account.states).toMatchObject({ answered: 2, "over-budget": 0 });
    expect(account.reused).toBe(1);
    expect(account.run.spent.calls).toBe(2);
    expect(account.tasks.get("t1")).toMatchObject({ state: "answered", states: { answered: 2 } });
  });

  it("shows reservations that nobody closed", () => {
    const { open } = accountOf([started, called("s/0"), called("s/1"), ended("s/1", reported)]);
    expect(open).toEqual({ calls: 1, held });
  });

  it("adds up the time of processes, killed ones until their last event", () => {
    const opening = { kind: "run-opened" } as Event;
    const { seconds, processes } = accountOf([
      { ...opening, at: 1000 },
      { ...started, at: 4000 },
      { at: 9000, kind: "run-continued", budget: { run: {} }, closed: 0 },
      { at: 9900, kind: "run-ended", status: "done", ms: 700 },
    ]);
    expect(seconds.wall).toBe(3.7);
    expect(processes).toBe(2);
  });

  it("puts the forecast share of cached prompt tokens beside the one that was seen", () => {
    expect(accountOf([called("s/0"), ended("s/0", reported)]).cached).toEqual({
      tokensIn: 100,
      forecast: 50,
      seen: 40,
    });
  });

  it("takes energy from reported tokens, and carbon from energy", () => {
    const account = accountOf([called("s/0"), ended("s/0", reported)], {
      energyOf: () => ({ input: { low: 0.1, high: 0.2 }, output: { low: 1, high: 2 } }),
      gramsPerKilowattHour: { low: 100, high: 400 },
    });
    expect(account.wattHours!.low).toBeCloseTo(0.03, 12);
    expect(account.gramsCo2!.high).toBeCloseTo((0.06 * 400) / 1000, 12);
  });

  it("has leaves that add up to their sums: steps to tasks, tasks and agents to the run, whatever happened", () => {
    const states: StepState[] = ["answered", "truncated", "unparsed", "refused", "failed"];
    const amount = fc.record({
      tokens: fc.nat(900),
      calls: fc.constant(1),
      nanoUsd: fc.nat(9_000_000),
      ms: fc.nat(90_000),
    });
    const bill = fc.record({
      billing: fc.constantFrom("reported", "bounded", "lost", "free"),
      amounts: amount,
    }) as fc.Arbitrary<Bill>;
    const step = fc.record({
      task: fc.constantFrom("t1", "t2", "t3"),
      agent: fc.constantFrom("a", "b"),
      tries: fc.array(bill, { maxLength: 3 }),
      last: bill,
      state: fc.constantFrom(...states),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.boolean(), (steps, keep) => {
        const events: Event[] = [];
        const bills: Bill[] = [];
        steps.forEach(({ task, agent, tries, last, state }, i) => {
          const one = { task, step: `s/${i}`, key: `k${i}` };
          [...tries, last].forEach((paid, number) => {
            bills.push(paid);
            events.push({ ...(called(one.step, number) as object), ...one, agent } as Event);
            events.push(
              number < tries.length
                ? ({ ...(tried(one.step, paid, number) as object), ...one } as Event)
                : ({ ...(ended(one.step, paid, number, { state }) as object), ...one, agent } as Event),
            );
          });
          events.push({ ...(over() as object), task } as Event);
        });
        const account = accountOf(events, { steps: keep });
        const total = (of: (bill: Bill) => number) => bills.reduce((sum, one) => sum + of(one), 0);
        const sum = (sums: Iterable<{ readonly sums: typeof account.run }>, of: "spent" | "unknown") =>
          [...sums].reduce((all, { sums: own }) => all + own[of].nanoUsd, 0);
        expect(account.run.spent.nanoUsd).toBe(total(({ amounts }) => amounts.nanoUsd));
        const isUnknown = ({ billing }: Bill) => billing === "lost" || billing === "bounded";
        expect(account.run.unknown.nanoUsd).toBe(total((one) => (isUnknown(one) ? one.amounts.nanoUsd : 0)));
        for (const of of ["spent", "unknown"] as const) {
          expect(sum(account.tasks.values(), of)).toBe(account.run[of].nanoUsd);
          expect(sum(account.agents.values(), of)).toBe(account.run[of].nanoUsd);
          if (keep)
            for (const task of account.tasks.values()) expect(sum(task.steps.values(), of)).toBe(task.sums[of].nanoUsd);
        }
        expect(Object.values(account.states).reduce((all, one) => all + one, 0)).toBe(steps.length);
        expect(account.open.calls).toBe(0);
      }),
    );
  });
});
