import assert from "node:assert/strict";
import type { Bill, Event, Noted, StepEnded, TryEnded } from "../trace/event.ts";
import { noAmounts } from "../trace/event.ts";
import type { Clock } from "./clock.ts";
import { assertWhole, Books, ownerDead, type Scope, Try, units } from "./journal-books.ts";
import { hashOf, KeyIndex } from "./journal-index.ts";
import { answerIn, answerLine, eventIn, hasAnswer } from "./journal-lines.ts";
import type { Balance, Hold, HoldReply, HoldRequest, Ledger, StoredAnswer } from "./ledger.ts";
import type { OffSignal } from "./off-switch.ts";
import type { Mark, Place, Store } from "./store/store.ts";

/** Most operations of one commit: more would make the event loop stand still. */
const batchOperationsMax = 1024;
/** Lines between marks: what is read again when a run is resumed. */
const markEveryLines = 8192;
/** How many are looked at behind the first that the run has no money for yet, for one small enough to go ahead. */
const behindMax = 256;

/** A key that is being called, or asked for: others wait for it. */
interface Flight {
  readonly key: string;
  /** Open tries, and requests that wait for money or are being looked up. */
  members: number;
  readonly waiting: Request[];
  /** On its way to the disk, and from `landed` on durable. */
  answer?: StoredAnswer;
  landed: boolean;
}

interface Request {
  readonly wish: HoldRequest;
  readonly signal: OffSignal | undefined;
  readonly resolve: (reply: HoldReply) => void;
  readonly reject: (reason: unknown) => void;
  /** Order of arrival. */
  readonly arrival: number;
  readonly needs: HoldRequest["most"];
  abort?: () => void;
}

/** Hears of every new event in the order of the journal, as it is decided: it may not be durable yet. */
export type Told = (event: Event) => void;

/** Lines that belong together, and what happens when they are durable. */
interface Operation {
  readonly lines: readonly string[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * The ledger of one process over a store: decides in memory, writes before it tells. Whatever is decided depends only on
 * lines before its own, and lines are durable in their order, so a crash leaves a state that was true at some instant.
 */
export class JournalLedger implements Ledger {
  readonly #store: Store;
  readonly #books: Books;
  readonly #clock: Clock;
  readonly #reused: readonly { readonly directory: string; readonly index: KeyIndex }[];
  readonly #index: KeyIndex;
  readonly #flights = new Map<string, Flight>();
  readonly #told: Told | undefined;

  /** Waiting for money, the first to go first. */
  readonly #waiting: Request[] = [];
  #scanScheduled = false;
  #scans = 0;
  /** Scopes whose first waiting request was found in the scan of that number. */
  readonly #blocked = new Map<Scope, number>();
  #arrivals = 0;

  #queue: Operation[] = [];
  #inAir: readonly Operation[] = [];
  #lookups: { readonly place: Place; readonly found: (line: string) => void }[] = [];
  #committing = false;
  #flushScheduled = false;
  #idle: (() => void)[] = [];
  #failure: unknown;

  /** Lines that exist or are queued. */
  #lines: number;
  #linesMarked: number;
  #answersUnmarked: number[] = [];
  #endedUnmarked: number[] = [];
  readonly #endedLines: number[];

  constructor(
    store: Store,
    {
      clock,
      reuse,
      told,
    }: { readonly clock: Clock; readonly reuse: readonly string[]; readonly told?: Told | undefined },
  ) {
    const { stored } = store;
    this.#told = told;
    this.#store = store;
    this.#clock = clock;
    this.#books = stored.state === null ? new Books() : Books.restored(stored.state);
    this.#index = new KeyIndex(stored.answers);
    this.#reused = reuse.map((directory, i) => ({ directory, index: new KeyIndex(stored.reused[i]) }));
    this.#endedLines = [...stored.ended];
    this.#lines = stored.tailAfter;
    this.#linesMarked = stored.tailAfter;
    for (const line of stored.tail) this.#replay(line);
  }

  /** The state after the lines that were read; changed by nobody but this ledger. */
  get books(): Books {
    return this.#books;
  }

  /** Lines that ended tasks when it was opened, in order. */
  get endedLines(): readonly number[] {
    return this.#endedLines;
  }

  #replay(line: string): void {
    const number = ++this.#lines;
    const event = eventIn(line);
    this.#books.fold(event, hasAnswer(line));
    if (event.kind === "task-ended") {
      this.#endedLines.push(number);
      this.#endedUnmarked.push(number);
    }
    const key = hasAnswer(line) ? answerIn(line)?.key : undefined;
    if (key === undefined) return;
    this.#index.add(hashOf(key), number);
    this.#noteAnswer(key, number);
  }

  hold(wish: HoldRequest, signal?: OffSignal): Promise<HoldReply> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      if (signal?.aborted) return reject(signal.reason);
      assertWhole(wish.most, "reservation", wish.step);
      this.#admit({ wish, signal, resolve, reject, arrival: this.#arrivals++, needs: wish.most });
    });
  }

  settle(hold: Hold, answer: StoredAnswer, end: Omit<StepEnded, "at" | "kind">): Promise<StoredAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      const one = this.#tryOf(hold, "settled");
      const { bill } = answer;
      assertWhole(bill.amounts, "bill", hold.step);
      const excess = this.#noteExcess(one, bill);
      const late = one.closed !== undefined;
      if (one.state.answered) {
        const pending = this.#flights.get(one.key)?.answer;
        this.#closeWithout(
          one,
          bill,
          "answered-already",
          excess,
          () => {
            if (pending) resolve(pending);
            else
              this.#lookUp(one.key, (stored) =>
                stored ? resolve(stored) : reject(new Error(`no answer to ${one.key}`)),
              );
          },
          reject,
        );
        return;
      }
      const event: { readonly at: number } & StepEnded = {
        at: this.#clock.wallMs(),
        kind: "step-ended",
        ...end,
        key: one.key,
        try: one.try,
        bill,
        ms: answer.ms,
      };
      this.#books.close(one, bill, { answers: true, final: true });
      const flight = this.#flightOf(one.key);
      flight.answer = answer;
      if (!late) flight.members--;
      this.#told?.(event);
      const notes = this.#linesOf(excess);
      this.#noteAnswer(one.key, this.#lines + 1);
      const hash = hashOf(one.key);
      const line = this.#lines + 1;
      this.#write(
        [answerLine(event, answer), ...notes],
        () => {
          this.#index.add(hash, line);
          this.#land(flight, answer);
          resolve(answer);
        },
        reject,
      );
      this.#scanSoon();
    });
  }

  free(hold: Hold, reason: string): Promise<void> {
    return this.#end(hold, { billing: "free", amounts: noAmounts }, reason);
  }

  lose(hold: Hold, reason: string, bill?: Bill): Promise<void> {
    return this.#end(hold, bill ?? { billing: "lost", amounts: hold.held }, reason);
  }

  append(event: Event): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      if (event.kind === "task-ended") this.#endedUnmarked.push(this.#lines + 1);
      if (event.kind === "task-ended" || event.kind === "run-continued" || event.kind === "run-opened")
        this.#books.fold(event, false);
      this.#write(this.#linesOf([event]), resolve, reject);
    });
  }

  /** Tries of dead owners are closed at their reservation, together with what says so. */
  closeDead(at: number, tries: readonly Try[], then: Event): Promise<void> {
    return new Promise((resolve, reject) => {
      const ends = tries.map((one) => {
        const bill: Bill = { billing: "lost", amounts: one.held };
        this.#books.close(one, bill, { answers: false, final: true });
        return tryEnded(at, one, bill, ownerDead);
      });
      this.#books.fold(then, false);
      this.#write(this.#linesOf([...ends, then]), resolve, reject);
    });
  }

  balance(scope: string): Balance {
    return this.#books.balance(scope);
  }

  /** Resolves when all that was asked for is durable. */
  async drain(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#queue.length > 0 || this.#committing) await new Promise<void>((resolve) => this.#idle.push(resolve));
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Writes all, leaves a mark so that the next opening is fast, and closes the store. What waits for money is rejected. */
  async close(): Promise<void> {
    try {
      if (this.#failure === undefined) {
        await this.drain();
        if (this.#lines > this.#linesMarked) await this.#store.commit({ lines: [], mark: this.#takeMark() });
      }
    } finally {
      this.#fail(this.#failure ?? new Error("the ledger is closed"));
      await this.#store.close();
    }
  }

  /** Closes the store as it is: where opening the run failed. */
  async abandon(): Promise<void> {
    this.#fail(new Error("the run was not opened"));
    await this.#store.close();
  }

  // Requests: known, in flight, or a matter of money.

  #admit(request: Request): void {
    const { key, why } = request.wish;
    const flight = this.#flights.get(key);
    if (flight !== undefined) {
      if (flight.landed) {
        request.resolve({ kind: "known", answer: flight.answer! });
        return;
      }
      const single = why === "first" || why === "retry";
      if (single || flight.answer !== undefined) {
        this.#await(request, flight.waiting);
        return;
      }
      flight.members++;
      this.#pay(request);
      return;
    }
    const begun = this.#flightOf(key);
    begun.members++;
    const lookedUp = this.#lookUp(key, (answer) => {
      if (answer === undefined) {
        this.#pay(request);
        return;
      }
      begun.members--;
      this.#land(begun, answer);
      request.resolve({ kind: "known", answer });
    });
    if (!lookedUp) this.#pay(request);
  }

  #flightOf(key: string): Flight {
    let flight = this.#flights.get(key);
    if (flight === undefined) {
      flight = { key, members: 0, waiting: [], landed: false };
      this.#flights.set(key, flight);
    }
    return flight;
  }

  /** The key has its answer, durable: all who waited for it get it. */
  #land(flight: Flight, answer: StoredAnswer): void {
    flight.answer = answer;
    flight.landed = true;
    for (const request of flight.waiting.splice(0)) {
      this.#stopListening(request);
      request.resolve({ kind: "known", answer });
    }
    if (flight.members === 0) this.#flights.delete(flight.key);
    else this.#scanSoon(); // a hedge that still waits for money
  }

  /** A member left without an answer: where it was the last, the next who waits takes its turn. */
  #leave(key: string): void {
    const flight = this.#flights.get(key);
    if (flight === undefined) return;
    flight.members--;
    if (flight.members === 0 && flight.landed) this.#flights.delete(key);
    if (flight.members > 0 || flight.answer !== undefined) return;
    const next = flight.waiting.shift();
    if (next === undefined) {
      this.#flights.delete(key);
      return;
    }
    this.#stopListening(next);
    flight.members++;
    this.#pay(next);
  }

  /**
   * Finds the answer of a key in this journal, or in one that answers are taken from; such a one is copied here first.
   * False where no index knows the key; `found` is not called then.
   */
  #lookUp(key: string, found: (answer: StoredAnswer | undefined) => void): boolean {
    const hash = hashOf(key);
    if (this.#reused.length === 0 && !this.#index.has(hash)) return false;
    const places: Place[] = this.#index.find(hash).map((line) => ({ source: 0, line }));
    for (const [i, { index }] of this.#reused.entries())
      for (const line of index.find(hash)) places.push({ source: i + 1, line });
    if (places.length === 0) return false;
    const tryNext = (at: number): void => {
      const place = places[at];
      if (place === undefined) {
        found(undefined);
        return;
      }
      this.#lookups.push({
        place,
        found: (line) => {
          const read = answerIn(line);
          if (read === undefined || read.key !== key) tryNext(at + 1);
          else if (place.source === 0) found(read.answer);
          else this.#copy(key, read.answer, this.#reused[place.source - 1]!.directory, found);
        },
      });
      this.#flushSoon();
    };
    tryNext(0);
    return true;
  }

  /** An answer of another run becomes known in this one, where it cost nothing. */
  #copy(key: string, answer: StoredAnswer, directory: string, found: (answer: StoredAnswer) => void): void {
    const here: StoredAnswer = { ...answer, bill: { billing: "free", amounts: noAmounts } };
    const event: { readonly at: number } & Noted = {
      at: this.#clock.wallMs(),
      kind: "noted",
      code: "answer-reused",
      message: `The answer to ${key} was bought by the run in ${directory}.`,
    };
    const line = this.#lines + 1;
    this.#noteAnswer(key, line);
    this.#told?.(event);
    this.#write(
      [answerLine(event, here, key)],
      () => {
        this.#index.add(hashOf(key), line);
        found(here);
      },
      () => undefined,
    );
  }

  // Money: who may reserve, and in which order.

  #pay(request: Request): void {
    if (request.signal?.aborted) {
      request.reject(request.signal.reason);
      this.#leave(request.wish.key);
      return;
    }
    const scopes = this.#scopesOf(request);
    if (this.#refuse(request, scopes)) return;
    if (this.#waiting.length === 0 && scopes.every((scope) => scope.fits(request.needs))) {
      this.#grant(request);
      return;
    }
    this.#await(request, this.#waiting, this.#placeOf(request));
    this.#scanSoon();
  }

  #scopesOf({ wish }: Request): readonly [Scope, Scope, Scope] {
    return [this.#books.run, this.#books.task(wish.task), this.#books.agent(wish.agent)];
  }

  #refuse(request: Request, scopes: readonly Scope[]): boolean {
    for (const scope of scopes) {
      const u = scope.over(request.needs);
      if (u < 0) continue;
      const unit = units[u]!;
      request.resolve({
        kind: "over",
        scope: scope.name,
        unit,
        needed: request.needs[unit],
        left: Math.max(0, scope.caps[u]! - scope.spent[u]!),
      });
      this.#leave(request.wish.key);
      return true;
    }
    return false;
  }

  #grant(request: Request): void {
    const { wish, resolve, reject } = request;
    const { key, task, step, agent, most, event } = wish;
    if (event.key !== key) assert.fail(`the event of ${step} has another key`);
    const one = this.#books.hold({ key, try: this.#books.nextTry(key), task, step, agent, held: most });
    const flight = this.#flights.get(one.key)!;
    this.#told?.({ ...event, try: one.try, held: most });
    this.#write(
      [calledLine(event, one)],
      () => {
        if (!flight.landed) return resolve({ kind: "go", hold: one });
        // Another try was answered while this one was written: there is nothing left to buy.
        const known = () => resolve({ kind: "known", answer: flight.answer! });
        this.free(one, "answered-already").then(known, reject);
      },
      reject,
    );
  }

  #placeOf({ wish, arrival }: Request): number {
    let low = 0;
    let high = this.#waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#waiting[middle]!;
      const before = other.wish.priority - wish.priority || other.arrival - arrival;
      if (before < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Money came back, or somebody new waits. Once for all that happen together. */
  #scanSoon(): void {
    if (this.#scanScheduled || this.#waiting.length === 0) return;
    this.#scanScheduled = true;
    queueMicrotask(() => {
      this.#scanScheduled = false;
      if (this.#failure === undefined) this.#scan();
    });
  }

  /**
   * Goes through those who wait, in order. Whoever does not fit blocks the scopes that lack the money: who comes later may
   * pass only with money that the first one will not need, so smaller ones go ahead and nobody starves.
   */
  #scan(): void {
    const scan = ++this.#scans;
    const blockedNow = (scope: Scope) => this.#blocked.get(scope) === scan;
    const stay: Request[] = [];
    const refused: [Request, readonly Scope[]][] = [];
    const known: Request[] = [];
    let behind = 0;
    for (const request of this.#waiting.splice(0)) {
      if (behind > behindMax) {
        stay.push(request);
        continue;
      }
      if (this.#flights.get(request.wish.key)!.answer !== undefined) {
        known.push(request);
        continue;
      }
      const scopes = this.#scopesOf(request);
      const over = scopes.some((scope) => scope.over(request.needs) >= 0);
      const short = scopes.filter(
        (scope) => !scope.fits(request.needs) || (blockedNow(scope) && !scope.mayPass(request.needs)),
      );
      if (over || short.length === 0) {
        for (const scope of scopes) if (scope.first === request) scope.first = undefined;
        this.#stopListening(request);
        if (over) refused.push([request, scopes]);
        else this.#grant(request);
        continue;
      }
      for (const scope of short) {
        if (blockedNow(scope)) continue;
        this.#blocked.set(scope, scan);
        if (scope.first !== request) scope.blockFor(request, this.#books.order);
      }
      stay.push(request);
      if (blockedNow(this.#books.run)) behind++;
    }
    this.#waiting.push(...stay);
    for (const [scope, when] of this.#blocked)
      if (when !== scan) {
        scope.first = undefined;
        this.#blocked.delete(scope);
      }
    for (const [request, scopes] of refused) this.#refuse(request, scopes);
    for (const request of known) this.#spare(request);
  }

  /** Its key was answered while it waited for money: it only waits for the answer to be durable. */
  #spare(request: Request): void {
    this.#stopListening(request);
    const flight = this.#flights.get(request.wish.key)!;
    flight.members--;
    this.#await(request, flight.waiting);
    if (flight.landed) this.#land(flight, flight.answer!);
  }

  #await(request: Request, list: Request[], place = list.length): void {
    list.splice(place, 0, request);
    const { signal } = request;
    if (signal === undefined) return;
    request.abort = () => {
      list.splice(list.indexOf(request), 1);
      request.reject(signal.reason);
      if (list !== this.#waiting) return;
      for (const scope of this.#scopesOf(request)) if (scope.first === request) scope.first = undefined;
      this.#leave(request.wish.key);
      this.#scanSoon();
    };
    signal.addEventListener("abort", request.abort, { once: true });
  }

  #stopListening({ signal, abort }: Request): void {
    if (abort) signal?.removeEventListener("abort", abort);
  }

  // Tries that end.

  #tryOf(hold: Hold, how: string): Try {
    // Messages are made where they are needed: this is asked twice a step.
    if (!(hold instanceof Try)) assert.fail(`a hold of ${hold.step} is ${how} that this ledger did not give`);
    if (hold.closed !== undefined && !(how === "settled" && hold.closed.billing === "lost"))
      assert.fail(`the hold of ${hold.step}, try ${hold.try}, is ${how} and was closed before`);
    return hold;
  }

  #end(hold: Hold, bill: Bill, reason: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      const one = this.#tryOf(hold, "closed");
      assertWhole(bill.amounts, "bill", hold.step);
      this.#closeWithout(one, bill, reason, this.#noteExcess(one, bill), resolve, reject);
    });
  }

  /** A try ends and its key gets no answer from it. */
  #closeWithout(
    one: Try,
    bill: Bill,
    reason: string,
    notes: readonly Event[],
    done: () => void,
    failed: (error: unknown) => void,
  ): void {
    const late = one.closed !== undefined;
    this.#books.close(one, bill, { answers: false, final: false });
    this.#write(this.#linesOf([tryEnded(this.#clock.wallMs(), one, bill, reason), ...notes]), done, failed);
    if (!late) this.#leave(one.key);
    this.#scanSoon();
  }

  /** A bill above its reservation: the bound was wrong. It counts as it is, and is said. */
  #noteExcess(one: Try, bill: Bill): readonly Event[] {
    const { amounts } = bill;
    const { held } = one;
    const msMatters = this.#books.agent(one.agent).caps[3] !== Number.POSITIVE_INFINITY;
    if (
      amounts.tokens <= held.tokens &&
      amounts.calls <= held.calls &&
      amounts.nanoUsd <= held.nanoUsd &&
      (amounts.ms <= held.ms || !msMatters)
    )
      return noNotes;
    const unit = units.find((unit) => amounts[unit] > held[unit])!;
    const event: { readonly at: number } & Noted = {
      at: this.#clock.wallMs(),
      kind: "noted",
      code: "bound-exceeded",
      message:
        `Step ${one.step} of task ${one.task} by ${one.agent} cost ${amounts[unit]} ${unit}; ` +
        `at most ${held[unit]} were reserved. The bill counts.`,
      task: one.task,
    };
    return [event];
  }

  #noteAnswer(key: string, line: number): void {
    this.#answersUnmarked.push(hashOf(key), line);
  }

  // Group commit: at once when idle; what queues up during a commit is the next batch.

  /** Tells of events, and gives their lines. */
  #linesOf(events: readonly Event[]): readonly string[] {
    if (this.#told) for (const event of events) this.#told(event);
    return events.map((event) => JSON.stringify(event));
  }

  #write(lines: readonly string[], done: () => void, failed: (error: unknown) => void): void {
    this.#lines += lines.length;
    this.#queue.push({ lines, done, failed });
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#committing || this.#flushScheduled) return;
    this.#flushScheduled = true;
    queueMicrotask(() => {
      this.#flushScheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    if (this.#committing) return;
    this.#committing = true;
    try {
      while (this.#failure === undefined && (this.#queue.length > 0 || this.#lookups.length > 0)) {
        const lookups = this.#lookups;
        this.#lookups = [];
        const found = lookups.length > 0 ? this.#store.read(lookups.map(({ place }) => place)) : undefined;
        // A mark says what all lines so far mean, so its batch takes them all.
        const marks = this.#lines - this.#linesMarked >= markEveryLines;
        const operations =
          marks || this.#queue.length <= batchOperationsMax ? this.#queue : this.#queue.slice(0, batchOperationsMax);
        this.#queue = operations === this.#queue ? [] : this.#queue.slice(batchOperationsMax);
        this.#inAir = operations;
        const lines: string[] = [];
        for (const operation of operations) for (const line of operation.lines) lines.push(line);
        const committed =
          lines.length > 0 ? this.#store.commit(marks ? { lines, mark: this.#takeMark() } : { lines }) : undefined;
        committed?.catch(() => undefined); // where reading fails first
        const read = await found;
        if (read !== undefined) for (const [i, lookup] of lookups.entries()) lookup.found(read[i]!);
        await committed;
        this.#inAir = [];
        for (const operation of operations) operation.done();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#committing = false;
      for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  #takeMark(): Mark {
    const mark: Mark = {
      state: this.#books.save(),
      answers: Uint32Array.from(this.#answersUnmarked),
      ended: Uint32Array.from(this.#endedUnmarked),
    };
    this.#answersUnmarked = [];
    this.#endedUnmarked = [];
    this.#linesMarked = this.#lines;
    return mark;
  }

  /** Memory is ahead of the disk: nothing more is decided, and nobody is told anything. */
  #fail(error: unknown): void {
    this.#failure ??= error;
    const failure = this.#failure;
    for (const operation of [...this.#inAir, ...this.#queue]) operation.failed(failure);
    this.#inAir = [];
    this.#queue = [];
    this.#lookups = [];
    for (const flight of this.#flights.values()) for (const request of flight.waiting) request.reject(failure);
    for (const request of this.#waiting) request.reject(failure);
    this.#flights.clear();
    this.#waiting.length = 0;
  }
}

/** The event of a reservation: what the caller said of it, and what the ledger adds. */
function calledLine(event: HoldRequest["event"], { try: number, held }: Try): string {
  const { tokens, calls, nanoUsd, ms } = held;
  const amounts = `{"tokens":${tokens},"calls":${calls},"nanoUsd":${nanoUsd},"ms":${ms}}`;
  return `${JSON.stringify(event).slice(0, -1)},"try":${number},"held":${amounts}}`;
}

const noNotes: readonly Event[] = [];

const tryEnded = (at: number, one: Try, bill: Bill, reason: string): { readonly at: number } & TryEnded => ({
  at,
  kind: "try-ended",
  task: one.task,
  step: one.step,
  key: one.key,
  try: one.try,
  bill,
  reason,
});
