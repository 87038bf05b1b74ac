import type { RunConfig } from "../records/provider-config.ts";
import type { Amounts, Bill, Noted, StepEnded, TokenCounts, Why } from "../trace/event.ts";
import type { Bought, Buyer, CallOff, Purchase } from "./buy.ts";
import type { CallFailed, CallResult, Replied } from "./call.ts";
import type { Clock } from "./clock.ts";
import { type Alarm, Alarms } from "./endpoints/alarms.ts";
import { Allowance } from "./endpoints/allowance.ts";
import { backoffMs } from "./endpoints/backoff.ts";
import { Endpoint, type EndpointOptions, type Lane, type Slot } from "./endpoints/endpoint.ts";
import { FairQueue, goesBefore, type Waiting } from "./endpoints/fair-queue.ts";
import { Heap } from "./endpoints/heap.ts";
import { Latencies } from "./endpoints/latencies.ts";
import { redundancyThatPays } from "./endpoints/redundancy.ts";
import type { Hold, HoldReply, Ledger, StoredAnswer } from "./ledger.ts";
import { type Abortable, type OffSignal, OffSwitch } from "./off-switch.ts";
import type { CallOptions } from "./providers/provider.ts";

export interface BuyerOptions {
  readonly ledger: Ledger;
  /** Upstreams by name. */
  readonly endpoints: Readonly<Record<string, EndpointOptions>>;
  readonly clock: Clock;
  readonly run?: RunConfig;
  /** Of the run: the waits before retries are drawn from it. */
  readonly seed: number;
  /** Told of what is worth telling, after it was given to the journal. */
  readonly note?: (noted: Noted) => void;
  /** How long a purchase waits while none of its endpoints is in business, before it fails. @default 120000 */
  readonly blockedMsMax?: number;
}

/** A buyer with what its owner needs beside buying. */
export interface OpenBuyer extends Buyer {
  /** A new endpoint: waiting purchases that name it use it at once. Takes the place of one of the same name. */
  join(name: string, endpoint: EndpointOptions): void;
  /**
   * No further call goes to the endpoint; resolves when the last one there has ended.
   *
   * @param abort  true: its calls are broken off, closed at their reservation, and bought again elsewhere
   */
  leave(name: string, options?: { readonly abort?: boolean }): Promise<void>;
  /**
   * Nothing new is called: waiting purchases end as cancelled with the reason "interrupted", those whose call is in flight
   * finish it and are not tried again. Resolves when nothing is in flight.
   */
  drain(): Promise<void>;
  /**
   * How many samples beyond `samples` to ask for, of which the first `samples` to answer are taken and the others called off:
   * what `run.redundancy` says, as far as the share of hedged and redundant calls allows. For samples of one agent only: see
   * `redundancyThatPays`. Each is bought as a purchase of its own, with the next sample numbers and `isRedundant`.
   *
   * @param purchase  one of the samples
   */
  furtherSamples(purchase: Purchase, samples: number): number;
  stats(): BuyerStats;
  /** Drains and stops every timer. Providers belong to those who opened them. */
  close(): Promise<void>;
}

export interface BuyerStats {
  /** Purchases that wait for a turn, a further try or an endpoint. */
  readonly waiting: number;
  /** Tries from their turn to their settlement, and those of them whose request has left. */
  readonly inFlight: number;
  readonly calling: number;
  readonly calls: number;
  readonly retries: number;
  readonly hedges: number;
  readonly endpoints: Readonly<
    Record<
      string,
      {
        readonly inFlight: number;
        /** As found so far: most calls in flight. */
        readonly window: number;
        readonly state: "open" | "broken" | "closed";
        /** By model, where a rate is known. */
        readonly requestsPerMinute: Readonly<Record<string, number>>;
      }
    >
  >;
}

/** Retries and more that any run may make, however small. */
const retriesFloor = 10;
const concurrencyDefault = 64;
const blockedMsDefault = 120_000;
/** How often calls are looked at that should have ended by themselves, and how long after their time they are given up. */
const watchMs = 1000;
const graceMs = 2000;
/** A call is asked a second time when it lasts longer than this share of those like it. */
const hedgeQuantile = 0.95;

/** A purchase on its way. */
interface Job extends Waiting {
  readonly purchase: Purchase;
  readonly signal: OffSignal;
  readonly lot: Lot;
  readonly since: number;
  readonly resolve: (bought: Bought) => void;
  readonly reject: (error: unknown) => void;
  readonly flights: Flight[];
  /** When it began to wait for its turn. */
  waitsSince: number;
  tries: number;
  tokens: number;
  calls: number;
  nanoUsd: number;
  ms: number;
  /** Where it failed last: another endpoint goes first. */
  avoid: Endpoint | undefined;
  failed: CallFailed | undefined;
  /** The wait before its next try. */
  pause: Alarm | undefined;
  /** A redundant call was granted to it that was not made yet. */
  insured: boolean;
  /** A retry was granted to it that was not called yet. */
  allowed: boolean;
  where: "queue" | "pause" | "denied" | "flight" | "ended";
  off: CallOff | undefined;
  /** An answer is being settled: nothing can change its end. */
  answered: boolean;
  /** Its owner knows. */
  gone: boolean;
  /** Of one that listens to a switch. */
  abort: (() => void) | undefined;
}

/** One try, from its turn to its settlement. */
interface Flight {
  readonly job: Job;
  readonly slot: Slot;
  readonly why: Why;
  readonly broken: OffSwitch;
  calledAt: number;
  /** When the watch gives it up. */
  until: number;
  /** Ends the call with this result, whatever the provider says later. */
  end: ((result: CallResult) => void) | undefined;
  hedge: Alarm | undefined;
  /** Its endpoint left: another try is none of its retries. */
  left: boolean;
  /** It used up a granted retry. */
  readonly granted: boolean;
}

/** Purchases that may go to the same places: same endpoints, same model. */
interface Lot {
  readonly names: readonly string[];
  readonly model: string;
  readonly queue: FairQueue<Job>;
  places: readonly Place[];
  version: number;
  /** Since when none of its places is in business. */
  blockedSince: number | undefined;
  /** When the first of its purchases has waited too long. */
  scanAt: number;
  readonly check: Alarm;
}

interface Place {
  readonly endpoint: Endpoint;
  readonly lane: Lane;
}

/** The only code between those who want answers and those who give them. */
export function createBuyer(options: BuyerOptions): OpenBuyer {
  const { ledger, clock, seed, note, blockedMsMax = blockedMsDefault } = options;
  const { concurrency = concurrencyDefault, triesMax = 6, retryShare = 0.1, hedgeShare = 0.05 } = options.run ?? {};
  const hedges = options.run?.hedge ?? false;

  const endpoints = new Map<string, Endpoint>();
  /** Those that left, until their last call has ended. */
  const leaving = new Map<Endpoint, () => void>();
  const lots = new Map<string, Lot>();
  const flights = new Set<Flight>();
  const alarms = new Alarms(clock);
  const retries = new Allowance(retryShare, retriesFloor);
  const further = new Allowance(hedgeShare, 0);
  /** Purchases whose retry the allowance does not cover yet. */
  const denied = new Heap<Job>(goesBefore);
  /** Calls that should be asked a second time as soon as there is room. */
  let slow: Flight[] = [];
  const signals = new WeakMap<AbortSignal, Set<Job>>();
  const idle: (() => void)[] = [];
  let version = 0;
  const pausing = new Set<Job>();
  let open = 0;
  let calling = 0;
  let calls = 0;
  let draining = false;
  let pumpDue = false;
  const wake = alarms.alarm(pump);
  const watch = alarms.alarm(lookAfter);

  for (const [name, endpoint] of Object.entries(options.endpoints)) add(name, endpoint);
  return { buy, join, leave, drain, furtherSamples, stats, close };

  // The way of a purchase

  function buy(purchase: Purchase, signal: OffSignal): Promise<Bought> {
    return new Promise((resolve, reject) => {
      const now = clock.monotonicMs();
      const job: Job = {
        purchase,
        signal,
        resolve,
        reject,
        lot: lotOf(purchase),
        since: now,
        waitsSince: now,
        flights: [],
        task: purchase.task,
        priority: purchase.priority,
        turn: 0,
        arrival: 0,
        place: -1,
        tries: 0,
        tokens: 0,
        calls: 0,
        nanoUsd: 0,
        ms: 0,
        where: "queue",
        answered: false,
        allowed: false,
        gone: false,
        insured: purchase.isRedundant === true,
        avoid: undefined,
        failed: undefined,
        pause: undefined,
        off: undefined,
        abort: undefined,
      };
      open++;
      if (signal.aborted) job.off = reasonOf(signal);
      else if (draining) job.off = "interrupted";
      if (job.off) return void endCalledOff(job);
      listen(job);
      job.lot.queue.add(job);
      pumpSoon();
    });
  }

  /** One listener per signal, however many purchases share it. */
  function listen(job: Job): void {
    const { signal } = job;
    if (signal instanceof OffSwitch) {
      job.abort = () => callOff(job, reasonOf(signal));
      signal.add(job as Abortable);
      return;
    }
    const known = signals.get(signal);
    if (known) {
      known.add(job);
      return;
    }
    const jobs = new Set([job]);
    signals.set(signal, jobs);
    signal.addEventListener(
      "abort",
      () => {
        const reason = reasonOf(signal);
        for (const one of jobs) callOff(one, reason);
      },
      { once: true },
    );
  }

  function lotOf({ endpoints: names, call: { model } }: Purchase): Lot {
    const key = names.length === 1 ? `${names[0]}\n${model}` : `${names.join("\n")}\n${model}`;
    const known = lots.get(key);
    if (known) return known;
    const lot: Lot = {
      ...{ names, model, queue: new FairQueue<Job>(), places: [], version: -1, blockedSince: undefined, scanAt: 0 },
      check: alarms.alarm(pump),
    };
    lots.set(key, lot);
    return lot;
  }

  function callOff(job: Job, reason: CallOff): void {
    if (job.where === "ended" || job.answered || job.off) return;
    job.off = reason;
    if (job.where === "flight") {
      for (const flight of job.flights) breakOff(flight, reason);
      return;
    }
    withdraw(job);
    void endCalledOff(job);
    pumpSoon(); // what is refused a retry may be all that is left
  }

  /** Takes it from wherever it waits. */
  function withdraw(job: Job): void {
    if (job.where === "queue") job.lot.queue.remove(job);
    else if (job.where === "denied") denied.remove(job);
    else if (job.where === "pause") {
      alarms.cancel(job.pause!);
      pausing.delete(job);
    }
    if (job.allowed) retries.giveBack();
    job.allowed = false;
  }

  function breakOff(flight: Flight, reason: string): void {
    if (flight.broken.aborted) return;
    flight.until = Math.min(flight.until, clock.monotonicMs() + watchMs);
    flight.broken.abort(reason);
  }

  // Whose turn it is

  /** Once for everything that is asked in the same breath, so that the most urgent of it goes first. */
  function pumpSoon(): void {
    if (pumpDue) return;
    pumpDue = true;
    queueMicrotask(() => {
      pumpDue = false;
      pump();
    });
  }

  function pump(): void {
    const now = clock.monotonicMs();
    let wakeAt = Number.POSITIVE_INFINITY;
    if (slow.length > 0) wakeAt = askAgain(now);
    while (flights.size < concurrency) {
      let best: { readonly job: Job; readonly place: Place } | undefined;
      let earliest = Number.POSITIVE_INFINITY;
      for (const lot of lots.values()) {
        const job = lot.queue.first();
        if (!job || (best && !goesBefore(job, best.job))) continue;
        const place = choose(lot, job.avoid, now);
        if (typeof place !== "number") best = { job, place };
        else {
          earliest = Math.min(earliest, place);
          if (isBlocked(lot, now)) endBlocked(lot, now);
        }
      }
      if (!best) {
        wakeAt = Math.min(wakeAt, earliest);
        break;
      }
      const { job, place } = best;
      job.lot.queue.take();
      if (place.endpoint.circuit.closed) job.lot.blockedSince = undefined;
      void attempt(job, place, whyOf(job), now);
    }
    if (wakeAt < Number.POSITIVE_INFINITY) alarms.set(wake, wakeAt);
    if (flights.size === 0) whenStill();
  }

  function whyOf({ failed: before, purchase }: Job): Why {
    if (before) return "retry";
    return purchase.isRedundant ? "redundant" : "first";
  }

  /** The first place that takes a call now, one that has just failed last; else when one will. */
  function choose(lot: Lot, avoid: Endpoint | undefined, now: number): Place | number {
    let second: Place | undefined;
    let earliest = Number.POSITIVE_INFINITY;
    for (const place of placesOf(lot)) {
      const at = place.endpoint.admitsAt(place.lane, now);
      if (at > now) earliest = Math.min(earliest, at);
      else if (place.endpoint !== avoid) return place;
      else second = place;
    }
    return second ?? earliest;
  }

  function placesOf(lot: Lot): readonly Place[] {
    if (lot.version !== version) {
      lot.version = version;
      lot.places = lot.names.flatMap((name) => {
        const endpoint = endpoints.get(name);
        return endpoint ? [{ endpoint, lane: endpoint.lane(lot.model) }] : [];
      });
    }
    return lot.places;
  }

  function isBlocked(lot: Lot, now: number): boolean {
    if (placesOf(lot).some(({ endpoint, lane }) => !endpoint.blocked(lane, now))) {
      lot.blockedSince = undefined;
      return false;
    }
    if (lot.blockedSince === undefined) {
      lot.blockedSince = now;
      lot.scanAt = now + blockedMsMax;
      alarms.set(lot.check, lot.scanAt);
    }
    return true;
  }

  /** None of its endpoints is in business: purchases fail, at once where that is for good, else after a bounded wait. */
  function endBlocked(lot: Lot, now: number): void {
    const reasons = placesOf(lot).map(({ endpoint, lane }) => endpoint.blocked(lane, now)!);
    const forGood = reasons.length > 0 && reasons.every((one) => one.forGood);
    const reason = reasons.find((one) => !one.forGood)?.reason ?? reasons[0]?.reason ?? "no-endpoint";
    if (!forGood && now < lot.scanAt) return;
    let next = now + blockedMsMax;
    for (const job of [...lot.queue.items()]) {
      const until = Math.max(job.waitsSince, lot.blockedSince!) + blockedMsMax;
      if (forGood || until <= now) {
        withdraw(job);
        void endFailed(job, reason === "left" ? "no-endpoint" : reason);
      } else next = Math.min(next, until);
    }
    lot.scanAt = next;
    if (lot.queue.size > 0) alarms.set(lot.check, next);
  }

  // One try

  async function attempt(job: Job, { endpoint, lane }: Place, why: Why, now: number): Promise<void> {
    const { purchase } = job;
    const slot = endpoint.take(lane, purchase.most.tokens, now);
    const flight: Flight = {
      job,
      slot,
      why,
      broken: new OffSwitch(),
      calledAt: 0,
      until: Number.POSITIVE_INFINITY,
      end: undefined,
      hedge: undefined,
      left: false,
      granted: job.allowed,
    };
    job.allowed = false;
    job.where = "flight";
    job.flights.push(flight);
    flights.add(flight);
    let reply: HoldReply;
    try {
      reply = await ledger.hold(
        {
          key: purchase.key,
          task: purchase.task,
          step: purchase.step.step,
          agent: purchase.step.agent,
          most: purchase.most,
          why,
          priority: purchase.priority,
          event: {
            kind: "step-called",
            at: clock.wallMs(),
            task: purchase.task,
            ...purchase.step,
            key: purchase.key,
            endpoint: endpoint.name,
            why,
            ...(purchase.cachedShare === undefined ? {} : { cachedShare: purchase.cachedShare }),
          },
        },
        flight.broken,
      );
    } catch (error) {
      endpoint.giveBack(slot, clock.monotonicMs());
      notCalled(flight);
      land(flight);
      if (flight.broken.aborted) return goOn(job);
      return breakDown(job, error);
    }
    try {
      if (reply.kind !== "go") {
        endpoint.giveBack(slot, clock.monotonicMs());
        notCalled(flight);
        if (!job.answered && reply.kind === "known") await endKnown(job, reply.answer);
        land(flight);
        if (reply.kind === "over" && why !== "hedge") job.flights.length === 0 && (await endOver(job, reply.scope));
        else if (reply.kind === "over") goOn(job);
        return;
      }
      if (flight.broken.aborted) {
        endpoint.giveBack(slot, clock.monotonicMs());
        notCalled(flight);
        await ledger.free(reply.hold, String(flight.broken.reason));
        land(flight);
        return goOn(job);
      }
      const result = await call(flight);
      if (result.kind === "replied") await settle(flight, reply.hold, result);
      else await failed(flight, reply.hold, result);
    } catch (error) {
      land(flight);
      breakDown(job, error); // the ledger: nothing can be bought without it
    }
  }

  function notCalled({ why, granted }: Flight): void {
    if (why === "hedge") further.giveBack();
    if (granted) retries.giveBack();
  }

  /** Calls, and hears of the end. */
  async function call(flight: Flight): Promise<CallResult> {
    const { job, slot, why } = flight;
    const { purchase } = job;
    const { endpoint, lane } = slot;
    const calledAt = clock.monotonicMs();
    flight.calledAt = calledAt;
    flight.until = calledAt + purchase.timeoutMs + graceMs;
    if (watch.place < 0) alarms.set(watch, calledAt + watchMs);
    job.tries++;
    job.insured = false;
    calls++;
    calling++;
    retries.called();
    further.called();
    letRetry();
    const latencies = hedges || why !== "hedge" ? latenciesOf(lane, purchase) : undefined;
    if (hedges && why !== "hedge" && latencies) hedgeLater(flight, latencies);
    const result = await new Promise<CallResult>((resolve) => {
      const threw = (error: unknown) => resolve(brokenProvider(error, clock.monotonicMs() - calledAt));
      flight.end = resolve;
      try {
        endpoint.provider.call(purchase.call, new Calling(flight.broken, purchase.timeoutMs)).then(resolve, threw);
      } catch (error) {
        threw(error);
      }
    });
    flight.end = undefined;
    calling--;
    const now = clock.monotonicMs();
    if (flight.hedge) alarms.cancel(flight.hedge);
    // A hedge is recorded by the call it stands beside: of its own latency only the short ones would be seen.
    if (latencies && why !== "hedge" && (result.kind === "replied" || result.trouble === "timeout" || job.answered))
      latencies.record(now - calledAt);
    endpoint.ended(slot, result, purchase.most.tokens, now);
    pumpSoon();
    return result;
  }

  async function settle(flight: Flight, hold: Hold, reply: Replied): Promise<void> {
    const { job, slot } = flight;
    const { purchase } = job;
    const first = !job.answered;
    job.answered = true;
    for (const other of job.flights) if (other !== flight) breakOff(other, "aborted");
    const bill = billOf(reply, hold, purchase);
    const answer: StoredAnswer = {
      text: reply.text,
      finish: reply.finish,
      ...(reply.logprob === undefined ? {} : { logprob: reply.logprob }),
      bill,
      ms: Math.ceil(reply.ms),
    };
    doubt(slot, hold, bill);
    const reading = read(purchase, answer, slot);
    const end: Omit<StepEnded, "at" | "kind"> = {
      task: purchase.task,
      ...purchase.step,
      key: purchase.key,
      ...reading,
      text: answer.text,
      try: hold.try,
      bill,
      ms: answer.ms,
    };
    const stored = await ledger.settle(hold, answer, end);
    count(job, bill.amounts);
    land(flight);
    if (!first) return;
    // The loser of a hedge is closed at its reservation, or better: that much is known before its end is.
    for (const other of job.flights) if (other.calledAt > 0) count(job, purchase.most);
    finish(job, {
      end: stored === answer || stored.text === answer.text ? reading : read(purchase, stored, slot),
      answer: stored,
      bill,
      callMs: answer.ms,
    });
  }

  /** The try ended without an answer: its hold is closed, and the purchase goes on or ends. */
  async function failed(flight: Flight, hold: Hold, result: CallFailed): Promise<void> {
    const { job, slot } = flight;
    const reason = flight.left ? "left" : result.trouble;
    if (result.billing === "free") await ledger.free(hold, reason);
    else {
      const bill = result.billing === "reported" ? billOf(result, hold, job.purchase) : undefined;
      if (bill) doubt(slot, hold, bill);
      await ledger.lose(hold, reason, bill);
      if (job.where !== "ended") count(job, bill?.amounts ?? hold.held);
    }
    land(flight);
    if (job.where === "ended" || job.answered) return;
    if (flight.why !== "hedge" || !job.failed) job.failed = result;
    job.avoid = slot.endpoint;
    if (job.flights.length > 0) return; // its hedge may still answer
    if (job.off || draining) return goOn(job);
    const elsewhere =
      result.billing === "free" && slot.endpoint.blocked(slot.lane, clock.monotonicMs())?.forGood && hasOther(job);
    if ((flight.left && (isRepeatable(slot.endpoint) || result.billing === "free")) || elsewhere) return wait(job);
    if (!result.retryable || job.tries >= triesMax) return void endFailed(job, result.trouble);
    if (retries.take()) return pause(job);
    // The allowance grows with every call: it waits for that, and fails only when nothing else is on its way.
    job.where = "denied";
    denied.add(job);
    pumpSoon();
  }

  function hasOther(job: Job): boolean {
    const now = clock.monotonicMs();
    return placesOf(job.lot).some(({ endpoint, lane }) => !endpoint.blocked(lane, now)?.forGood);
  }

  /** A flight came to nothing, and nobody is to blame. */
  function goOn(job: Job): void {
    if (job.where === "ended" || job.answered || job.flights.length > 0) return;
    if (draining) job.off ??= "interrupted";
    if (job.off) void endCalledOff(job);
    else wait(job);
  }

  /** Back into the queue. */
  function wait(job: Job): void {
    job.where = "queue";
    job.waitsSince = clock.monotonicMs();
    job.lot.queue.add(job);
    pumpSoon();
  }

  function pause(job: Job): void {
    job.where = "pause";
    job.allowed = true;
    pausing.add(job);
    job.pause ??= alarms.alarm(() => {
      pausing.delete(job);
      wait(job);
    });
    alarms.set(job.pause, clock.monotonicMs() + backoffMs(seed, job.purchase.key, job.tries));
  }

  /** More calls were made: more retries are allowed. */
  function letRetry(): void {
    for (let job = denied.first(); job && retries.take(); job = denied.first()) {
      denied.remove(job);
      pause(job);
    }
  }

  /** Nothing is in flight: where nothing is on its way either, no further retry will ever be allowed. */
  function whenStill(): void {
    if (pausing.size > 0) return;
    for (const lot of lots.values()) if (lot.queue.size > 0) return;
    for (let job = denied.take(); job; job = denied.take()) void endFailed(job, job.failed!.trouble);
  }

  function land(flight: Flight): void {
    const { job, slot } = flight;
    if (!flights.delete(flight)) return;
    job.flights.splice(job.flights.indexOf(flight), 1);
    if (slot.endpoint.inFlight === 0) leaving.get(slot.endpoint)?.();
    if (open === 0 && flights.size === 0) for (const resolve of idle.splice(0)) resolve();
    pumpSoon();
  }

  /** Providers end their calls by themselves. One that does not must not hold a reservation for ever. */
  function lookAfter(): void {
    const now = clock.monotonicMs();
    for (const flight of flights) {
      if (flight.until > now || !flight.end) continue;
      flight.end({
        kind: "failed",
        trouble: flight.broken.aborted ? "aborted" : "timeout",
        message: "The provider did not end the call in its time.",
        billing: "lost",
        retryable: !flight.broken.aborted && isRepeatable(flight.slot.endpoint),
        ms: Math.ceil(now - flight.calledAt),
      });
      flight.broken.abort("timeout");
    }
    if (calling > 0) alarms.set(watch, now + watchMs);
  }

  // Hedges

  function latenciesOf(lane: Lane, purchase: Purchase): Latencies {
    // Answers of one level and length take alike: the reservation tells the length as well as anything before the call.
    const sort = `${purchase.step.level ?? ""} ${Math.floor(Math.log2(purchase.most.tokens + 1))}`;
    let latencies = lane.latencies.get(sort);
    if (!latencies) {
      latencies = new Latencies();
      lane.latencies.set(sort, latencies);
    }
    return latencies;
  }

  function hedgeLater(flight: Flight, latencies: Latencies): void {
    const after = latencies.quantile(hedgeQuantile);
    if (after === undefined || after >= flight.job.purchase.timeoutMs) return;
    flight.hedge = alarms.alarm(() => {
      slow.push(flight);
      pump();
    });
    alarms.set(flight.hedge, flight.calledAt + after);
  }

  /** Asks slow calls a second time, as far as there is room. @returns when there will be */
  function askAgain(now: number): number {
    let earliest = Number.POSITIVE_INFINITY;
    const left: Flight[] = [];
    for (const flight of slow) {
      const { job } = flight;
      if (!flight.end || job.answered || job.off || draining || job.flights.length > 1) continue;
      if (!isRepeatable(flight.slot.endpoint)) continue;
      const place = flights.size < concurrency ? choose(job.lot, flight.slot.endpoint, now) : Number.POSITIVE_INFINITY;
      if (typeof place === "number") {
        earliest = Math.min(earliest, place);
        left.push(flight);
      } else if (further.take()) void attempt(job, place, "hedge", now);
    }
    slow = left;
    return earliest;
  }

  function furtherSamples(purchase: Purchase, samples: number): number {
    const wanted = options.run?.redundancy ?? 0;
    const place = placesOf(lotOf(purchase))[0];
    if (wanted === 0 || !place || !isRepeatable(place.endpoint)) return 0;
    const pays = wanted === "auto" ? redundancyThatPays(latenciesOf(place.lane, purchase).sorted(), samples) : wanted;
    let count = 0;
    while (count < pays && further.take()) count++;
    return count;
  }

  // Ends

  async function endKnown(job: Job, answer: StoredAnswer): Promise<void> {
    job.answered = true;
    for (const other of job.flights) if (other.calledAt > 0) breakOff(other, "aborted");
    const reading = read(job.purchase, answer, undefined);
    await journal(job, { key: job.purchase.key, ...reading, text: answer.text, reused: true });
    finish(job, { end: reading, answer });
  }

  function endOver(job: Job, scope: string): Promise<void> {
    return endWithout(job, { state: "over-budget", value: null, reason: scope }, scope);
  }

  function endFailed(job: Job, reason: string): Promise<void> {
    return endWithout(job, { state: "failed", value: null, reason });
  }

  /** Out of time is a failure that the rest of a team works around; the other two are nobody's. */
  function endCalledOff(job: Job): Promise<void> {
    const reason = job.off!;
    return endWithout(job, { state: reason === "deadline" ? "failed" : "cancelled", value: null, reason });
  }

  async function endWithout(job: Job, end: Bought["end"], scope?: string): Promise<void> {
    job.where = "ended";
    // An interrupted run is taken up again, and somebody else may be asked: then the step has not ended.
    const goesOn = job.off === "interrupted" || (end.state === "failed" && job.purchase.isReplaceable === true);
    try {
      if (!goesOn) await journal(job, { key: job.purchase.key, ...end });
      finish(job, scope === undefined ? { end } : { end, scope });
    } catch (error) {
      breakDown(job, error);
    }
  }

  function journal(job: Job, end: Pick<StepEnded, "key" | "text" | "reused"> & Bought["end"]): Promise<void> {
    const { purchase } = job;
    return ledger.append({
      at: clock.wallMs(),
      kind: "step-ended",
      task: purchase.task,
      ...purchase.step,
      ...end,
    } as StepEnded & { at: number });
  }

  function finish(job: Job, bought: Pick<Bought, "end" | "scope" | "answer" | "bill" | "callMs">): void {
    leaveBooks(job);
    const { tokens, calls: made, nanoUsd, ms } = job;
    job.resolve({
      ...bought,
      spent: { tokens, calls: made, nanoUsd, ms },
      ms: clock.monotonicMs() - job.since,
    });
  }

  function breakDown(job: Job, error: unknown): void {
    job.reject(error);
    leaveBooks(job);
  }

  function leaveBooks(job: Job): void {
    job.where = "ended";
    if (job.gone) return;
    job.gone = true;
    open--;
    if (job.insured) further.giveBack();
    if (job.signal instanceof OffSwitch) job.signal.remove(job as Abortable);
    else signals.get(job.signal)?.delete(job);
    if (open === 0 && flights.size === 0) for (const resolve of idle.splice(0)) resolve();
  }

  function count(job: Job, { tokens, calls: made, nanoUsd, ms }: Amounts): void {
    job.tokens += tokens;
    job.calls += made;
    job.nanoUsd += nanoUsd;
    job.ms += ms;
  }

  // What is said

  function tell(code: string, message: string, endpoint?: string, task?: string): void {
    const noted: Noted = {
      kind: "noted",
      code,
      message,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(task === undefined ? {} : { task }),
    };
    // A ledger that cannot write fails the next reservation, which is where it is noticed.
    ledger.append({ at: clock.wallMs(), ...noted }).catch(() => {});
    note?.(noted);
  }

  /** Once for each model of an endpoint. */
  function tellOnce(slot: Slot, code: string, message: string, task: string): void {
    if (slot.lane.told.has(code)) return;
    slot.lane.told.add(code);
    tell(code, message, slot.endpoint.name, task);
  }

  function doubt(slot: Slot, hold: Hold, { billing, amounts }: Bill): void {
    const where = `${slot.lane.model} at endpoint ${slot.endpoint.name}`;
    if (billing === "bounded")
      tellOnce(slot, "usage-missing", `An answer of ${where} came without usage: it counts as reserved.`, hold.task);
    for (const unit of ["tokens", "nanoUsd"] as const)
      if (amounts[unit] > hold.held[unit])
        tellOnce(
          slot,
          "bound-exceeded",
          `A call of ${where} was billed ${amounts[unit]} ${unit}, of ${hold.held[unit]} reserved as its upper bound.`,
          hold.task,
        );
  }

  function read(purchase: Purchase, answer: StoredAnswer, slot: Slot | undefined): ReturnType<Purchase["read"]> {
    try {
      return purchase.read(answer);
    } catch (error) {
      const message = `An answer of step ${purchase.step.step} could not be read: ${String(error)}`;
      if (slot) tellOnce(slot, "reading-failed", message, purchase.task);
      return { state: "unparsed", value: null }; // it is paid for: it must be settled
    }
  }

  // Endpoints that come and go

  function add(name: string, endpoint: EndpointOptions): void {
    endpoints.set(name, new Endpoint(name, endpoint, concurrency, tell));
    version++;
  }

  function join(name: string, endpoint: EndpointOptions): void {
    void leave(name);
    add(name, endpoint);
    for (const lot of lots.values()) lot.blockedSince = undefined;
    tell("endpoint-joined", `Endpoint ${name} joined.`, name);
    pumpSoon();
  }

  function leave(name: string, { abort = false }: { readonly abort?: boolean } = {}): Promise<void> {
    const endpoint = endpoints.get(name);
    if (!endpoint) return Promise.resolve();
    endpoints.delete(name);
    version++;
    endpoint.closed ??= "left";
    tell("endpoint-left", `Endpoint ${name} left.`, name);
    if (abort)
      for (const flight of flights)
        if (flight.slot.endpoint === endpoint) {
          flight.left = true;
          breakOff(flight, "left");
        }
    pumpSoon();
    if (endpoint.inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => {
      leaving.set(endpoint, () => {
        leaving.delete(endpoint);
        resolve();
      });
    });
  }

  function drain(): Promise<void> {
    draining = true;
    for (const lot of lots.values()) for (const job of [...lot.queue.items()]) callOff(job, "interrupted");
    for (const job of [...denied.items()]) callOff(job, "interrupted");
    for (const job of [...pausing]) callOff(job, "interrupted");
    for (const flight of flights) {
      if (flight.calledAt > 0) continue;
      if (flight.job.flights.length === 1) callOff(flight.job, "interrupted");
      else breakOff(flight, "interrupted"); // a hedge that waits for money, beside a call that may finish
    }
    if (open === 0 && flights.size === 0) return Promise.resolve();
    return new Promise((resolve) => idle.push(resolve));
  }

  async function close(): Promise<void> {
    await drain();
    alarms.close();
  }

  function stats(): BuyerStats {
    const now = clock.monotonicMs();
    let waiting = denied.size + pausing.size;
    for (const lot of lots.values()) waiting += lot.queue.size;
    return {
      waiting,
      inFlight: flights.size,
      calling,
      calls,
      retries: retries.further,
      hedges: further.further,
      endpoints: Object.fromEntries(
        [...endpoints.values()].map((endpoint) => [
          endpoint.name,
          {
            inFlight: endpoint.inFlight,
            window: endpoint.window.size,
            state: endpoint.closed ? "closed" : endpoint.circuit.closed ? "open" : "broken",
            requestsPerMinute: Object.fromEntries(
              [...endpoint.lanes()]
                .map((lane) => [lane.model, lane.requests.perMs(now) * 60_000] as const)
                .filter(([, rate]) => Number.isFinite(rate)),
            ),
          },
        ]),
      ),
    };
  }
}

function isRepeatable({ provider }: Endpoint): boolean {
  return provider.isRepeatable !== false;
}

function reasonOf(signal: OffSignal): CallOff {
  const reason: unknown = signal.reason;
  return reason === "interrupted" || reason === "deadline" ? reason : "cancelled";
}

/** What a provider is told of a call; its AbortSignal is made where it wants one. */
class Calling implements CallOptions {
  readonly off: OffSwitch;
  readonly timeoutMs: number;

  constructor(off: OffSwitch, timeoutMs: number) {
    this.off = off;
    this.timeoutMs = timeoutMs;
  }

  get signal(): AbortSignal {
    return this.off.signal;
  }
}

/** Providers do not throw. What one throws all the same may have been billed. */
function brokenProvider(error: unknown, ms: number): CallFailed {
  const message = `The provider threw: ${String(error)}`;
  return { kind: "failed", trouble: "malformed", message, billing: "lost", retryable: false, ms: Math.ceil(ms) };
}

/** What a try cost. Time beyond that of the call is our own delay: the call is cut off at its time. */
function billOf(result: CallResult, hold: Hold, purchase: Purchase): Bill {
  const { tokens } = result;
  if (!tokens || !isCount(tokens)) return { billing: "bounded", amounts: hold.held };
  const usd = result.kind === "replied" ? result.usd : undefined;
  return {
    billing: "reported",
    amounts: {
      tokens: tokens.tokensIn + tokens.tokensOut,
      calls: 1,
      // 10⁻³ of a nano-dollar: less is what a binary fraction adds to a decimal one.
      nanoUsd: usd !== undefined && usd >= 0 ? Math.ceil(usd * 1e9 - 1e-3) : purchase.priceOf(tokens),
      ms: Math.min(hold.held.ms, Math.ceil(result.ms)),
    },
    tokens,
  };
}

function isCount({ tokensIn, tokensOut }: TokenCounts): boolean {
  return Number.isSafeInteger(tokensIn) && Number.isSafeInteger(tokensOut) && tokensIn >= 0 && tokensOut >= 0;
}
