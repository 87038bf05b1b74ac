import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Allowance } from "./allowance.ts";
import { backoffMs } from "./backoff.ts";
import { Circuit } from "./circuit.ts";
import { Latencies } from "./latencies.ts";
import { Pace } from "./pace.ts";
import { expectedWait, redundancyThatPays } from "./redundancy.ts";
import { Window } from "./window.ts";

describe("Window", () => {
  it("doubles every round trip until the first trouble, then grows by one", () => {
    const window = new Window(1000);
    const roundTrip = () => {
      const size = window.size;
      for (let i = 0; i < size; i++) window.answered(window.size);
    };
    roundTrip();
    roundTrip();
    expect(window.size).toBe(32);
    for (let i = 0; i < 20; i++) window.timedOut(i, i, 32);
    const after = window.size;
    expect(after).toBeLessThan(32);
    roundTrip();
    roundTrip();
    expect(window.size - after).toBeGreaterThanOrEqual(1);
    expect(window.size - after).toBeLessThanOrEqual(2);
  });

  it("is halved once for what began before it was halved", () => {
    const window = new Window(1000);
    for (let i = 0; i < 56; i++) window.answered(window.size);
    expect(window.size).toBe(64);
    for (let i = 0; i < 64; i++) window.timedOut(10, 100 + i, 64); // one round trip
    expect(window.size).toBe(32);
  });

  it("does not grow where it does not limit", () => {
    const window = new Window(1000);
    for (let i = 0; i < 1000; i++) window.answered(3);
    expect(window.size).toBe(8);
  });

  it("does not shrink for one slow answer in a hundred", () => {
    const window = new Window(64);
    for (let i = 0; i < 2000; i++) {
      window.answered(window.size);
      if (i % 100 === 99) window.timedOut(i, i, window.size);
    }
    expect(window.size).toBe(64);
  });

  it("finds a limit of calls in flight, and takes no limit of the rate for one", () => {
    const seen = (refuses: (inFlight: number, i: number) => boolean) => {
      const window = new Window(200);
      let inFlight = 0;
      const ends: (() => void)[] = [];
      for (let now = 0; now < 4000; now++) {
        while (inFlight < window.size) {
          inFlight++;
          const number = window.started(inFlight, now);
          const refused = refuses(inFlight, number);
          ends[now + (refused ? 2 : 20)] = chain(ends[now + (refused ? 2 : 20)], () => {
            if (refused) window.refused(number, now + 2);
            else window.answered(inFlight);
            inFlight--;
          });
        }
        ends[now]?.();
      }
      return window.size;
    };
    const chain = (before: (() => void) | undefined, then: () => void) => () => {
      before?.();
      then();
    };
    const found = seen((inFlight) => inFlight > 20);
    expect(found).toBeGreaterThanOrEqual(15);
    expect(found).toBeLessThanOrEqual(22);
    expect(seen((_, i) => i % 50 === 0)).toBe(200);
  });
});

describe("Circuit", () => {
  it("opens after eight failures in a row, lets one call through, and closes when that works", () => {
    const circuit = new Circuit();
    for (let i = 0; i < 7; i++) expect(circuit.failed(circuit.pass(), 100)).toBe(false);
    expect(circuit.failed(circuit.pass(), 100)).toBe(true);
    expect(circuit.passesAt()).toBe(1100);
    const probe = circuit.pass();
    expect(probe).toBe(true);
    expect(circuit.passesAt()).toBe(Number.POSITIVE_INFINITY);
    expect(circuit.worked(false, 1150)).toBe(false); // began before it opened
    expect(circuit.worked(probe, 1200)).toBe(true);
    expect(circuit.passesAt()).toBe(0);
  });

  it("stays open twice as long after every probe that fails, up to a minute", () => {
    const circuit = new Circuit();
    let now = 0;
    for (let i = 0; i < 8; i++) circuit.failed(circuit.pass(), now);
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      waits.push(circuit.passesAt() - now);
      now = circuit.passesAt();
      circuit.failed(circuit.pass(), now);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  it("opens where half of the calls fail, though never eight in a row", () => {
    const circuit = new Circuit();
    let opened = false;
    for (let i = 0; i < 30 && !opened; i++) {
      if (i % 2) circuit.worked(false, 10 * i);
      else opened = circuit.failed(false, 10 * i);
    }
    expect(opened).toBe(true);
  });

  it("stays closed where one in ten fails", () => {
    const circuit = new Circuit();
    for (let i = 0; i < 5000; i++)
      if (i % 10) circuit.worked(false, i);
      else expect(circuit.failed(false, i)).toBe(false);
  });
});

describe("Pace", () => {
  it("never lets more through than its rate, beyond what one late timer may catch up on", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 50, maxLength: 300 }), (gaps) => {
        const pace = new Pace(600, true); // 10 a second
        let now = 0;
        let calls = 0;
        for (const gap of gaps) {
          now += gap;
          for (; pace.at(now) <= now; calls++) pace.charge(1, now);
        }
        expect(calls).toBeLessThanOrEqual(1 + (10 * (now + 50)) / 1000);
      }),
    );
  });

  it("keeps its rate though timers ring late", () => {
    const pace = new Pace(6000, true); // 98 a second with its margin
    let calls = 0;
    for (let now = 0; now < 10_000; now += 15) for (; pace.at(now) <= now; calls++) pace.charge(1, now);
    expect(calls).toBeGreaterThanOrEqual(970);
  });

  it("spreads what an upstream says is left until its reset", () => {
    const pace = new Pace(undefined, true);
    pace.charge(1, 0);
    pace.stated.observe({ limit: 100, left: 50, resetMs: 10_000 }, 0, 0, 0, 0);
    let calls = 0;
    for (let now = 1; now < 10_000; now++) for (; pace.at(now) <= now; calls++) pace.charge(1, now);
    expect(calls).toBeGreaterThanOrEqual(47);
    expect(calls).toBeLessThanOrEqual(50);
  });

  it("takes the newest news, by when its call left and not by when it came", () => {
    const pace = new Pace(undefined, true);
    pace.stated.observe({ limit: 100, left: 10, resetMs: 1000 }, 5, 0, 0, 0);
    pace.stated.observe({ limit: 100, left: 90, resetMs: 1000 }, 4, 0, 0, 1);
    expect(pace.stated.left).toBe(10);
  });
});

describe("Allowance", () => {
  it("is a share of calls, and a floor for small runs", () => {
    const retries = new Allowance(0.1, 10);
    let granted = 0;
    for (let i = 0; i < 1000; i++) {
      retries.called();
      if (retries.take()) granted++;
    }
    expect(granted).toBe(110);
  });
});

describe("backoffMs", () => {
  it("is drawn from all of a span that doubles, the same for the same seed and step", () => {
    const draws = Array.from({ length: 2000 }, (_, i) => backoffMs(1, `key ${i}`, 3));
    expect(Math.max(...draws)).toBeLessThan(2000);
    expect(draws.filter((ms) => ms < 1000).length / 2000).toBeCloseTo(0.5, 1);
    expect(backoffMs(1, "key", 3)).toBe(backoffMs(1, "key", 3));
    expect(backoffMs(2, "key", 3)).not.toBe(backoffMs(1, "key", 3));
  });
});

describe("Latencies", () => {
  it("knows the share that is slower, of the last thousand", () => {
    const latencies = new Latencies();
    for (let i = 0; i < 99; i++) latencies.record(i);
    expect(latencies.quantile(0.95)).toBeUndefined();
    for (let i = 0; i < 5000; i++) latencies.record((i * 7919) % 1000);
    const p95 = latencies.quantile(0.95)!;
    expect(p95).toBeGreaterThan(930);
    expect(p95).toBeLessThan(970);
  });
});

describe("redundancyThatPays", () => {
  const exponential = Array.from({ length: 1000 }, (_, i) => -Math.log(1 - (i + 0.5) / 1000));

  it("waits for the k-th of n as order statistics say: for exponential times, 1/n + … + 1/(n − k + 1)", () => {
    expect(expectedWait(exponential, 5, 5)).toBeCloseTo(1 / 5 + 1 / 4 + 1 / 3 + 1 / 2 + 1, 1);
    expect(expectedWait(exponential, 5, 8)).toBeCloseTo(1 / 8 + 1 / 7 + 1 / 6 + 1 / 5 + 1 / 4, 2);
    expect(expectedWait(exponential, 1, 1)).toBeCloseTo(1, 2);
  });

  it("never waits longer for more calls, and never asks for more where all take alike", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 100, maxLength: 120 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 6 }),
        (ms, k, further) => {
          const sorted = ms.sort((a, b) => a - b);
          const wait = expectedWait(sorted, k, k + further);
          expect(expectedWait(sorted, k, k + further + 1)).toBeLessThanOrEqual(wait * (1 + 1e-9));
          expect(wait).toBeGreaterThanOrEqual(sorted[0]! * (1 - 1e-9));
          expect(wait).toBeLessThanOrEqual(sorted.at(-1)! * (1 + 1e-9));
        },
      ),
    );
    expect(redundancyThatPays(Array(200).fill(800), 5)).toBe(0);
  });

  it("asks for one more where one answer in twenty is very late", () => {
    const stragglers = [...Array(190).fill(1000), ...Array(10).fill(20_000)];
    expect(redundancyThatPays(stragglers, 5)).toBe(1);
    expect(redundancyThatPays(stragglers, 5, { price: 1e6 })).toBe(0);
  });

  it("says nothing of fewer than a hundred latencies", () => {
    expect(redundancyThatPays(exponential.slice(0, 99), 5)).toBe(0);
  });
});
