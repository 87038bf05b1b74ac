import assert from "node:assert/strict";
import {
  type Amounts,
  type Bill,
  type Budget,
  type Caps,
  type Event,
  noAmounts,
  type RunOpened,
} from "../trace/event.ts";
import type { Balance, Hold } from "./ledger.ts";

export const units = ["tokens", "calls", "nanoUsd", "ms"] as const;
type Unit = (typeof units)[number];

/** A try whose reservation is durable, or about to be. What callers have of it is the `Hold`. */
export class Try implements Hold {
  readonly key: string;
  readonly try: number;
  readonly task: string;
  readonly step: string;
  readonly agent: string;
  readonly held: Amounts;
  /** Order of reservations, so that a scope knows which came after its first waiting one. */
  readonly order: number;
  /** What it counts as now that it was closed without an answer; absent while it is open. */
  closed: Bill | undefined;
  readonly state: KeyState;

  constructor({ key, try: number, task, step, agent, held }: Hold, state: KeyState, order: number, closed?: Bill) {
    this.key = key;
    this.try = number;
    this.task = task;
    this.step = step;
    this.agent = agent;
    this.held = held;
    this.state = state;
    this.order = order;
    this.closed = closed;
  }
}

/** What is known of a key that has no answer yet, or that has tries whose end may still come. */
export interface KeyState {
  /** Number of its next try. */
  next: number;
  readonly open: Try[];
  /** Closed at their reservation, nobody knows whether rightly. */
  readonly lost: Try[];
  answered: boolean;
}

/**
 * Sums of one scope, four units each, in the order of `units`. Whole numbers below 2⁵³, so floats add them exactly.
 */
export class Scope {
  readonly name: string;
  readonly kind: "run" | "task" | "agent";
  readonly caps = new Float64Array(4).fill(Number.POSITIVE_INFINITY);
  readonly spent = new Float64Array(4);
  readonly held = new Float64Array(4);
  readonly unknown = new Float64Array(4);
  given: Caps = {};
  /** The first request that waits for money of this scope, what it needs, and since which reservation it waits. */
  first: { readonly needs: Amounts } | undefined;
  firstSince = 0;
  /** Held by reservations made after it began to wait. */
  readonly passed = new Float64Array(4);

  constructor(name: string, kind: Scope["kind"], caps: Caps | undefined) {
    this.name = name;
    this.kind = kind;
    this.limit(caps);
  }

  /** `ms` of run and task are deadlines on the clock, which the ledger does not keep. */
  limit(caps: Caps | undefined): void {
    this.given = caps ?? {};
    for (const [u, unit] of units.entries())
      this.caps[u] = (unit === "ms" && this.kind !== "agent" ? undefined : caps?.[unit]) ?? Number.POSITIVE_INFINITY;
  }

  /** The first unit in which `most` would not fit even if everything held came back; −1 where there is none. */
  over(most: Amounts): number {
    const { caps, spent } = this;
    if (spent[0]! + most.tokens > caps[0]!) return 0;
    if (spent[1]! + most.calls > caps[1]!) return 1;
    if (spent[2]! + most.nanoUsd > caps[2]!) return 2;
    if (spent[3]! + most.ms > caps[3]!) return 3;
    return -1;
  }

  fits(most: Amounts): boolean {
    const { caps, spent, held } = this;
    return (
      spent[0]! + held[0]! + most.tokens <= caps[0]! &&
      spent[1]! + held[1]! + most.calls <= caps[1]! &&
      spent[2]! + held[2]! + most.nanoUsd <= caps[2]! &&
      spent[3]! + held[3]! + most.ms <= caps[3]!
    );
  }

  /**
   * Whether `most` may go before the first waiting one: only with money that this one will not need, so that it never
   * fails because of those that went before it: spent + held by such + most + what it needs ≤ cap.
   */
  mayPass(most: Amounts): boolean {
    if (this.first === undefined) return true;
    const { caps, spent, passed } = this;
    const { needs } = this.first;
    return (
      spent[0]! + passed[0]! + most.tokens + needs.tokens <= caps[0]! &&
      spent[1]! + passed[1]! + most.calls + needs.calls <= caps[1]! &&
      spent[2]! + passed[2]! + most.nanoUsd + needs.nanoUsd <= caps[2]! &&
      spent[3]! + passed[3]! + most.ms + needs.ms <= caps[3]!
    );
  }

  /** From now on `first` is the first that waits here. */
  blockFor(first: { readonly needs: Amounts }, order: number): void {
    this.first = first;
    this.firstSince = order;
    this.passed.fill(0);
  }

  hold(one: Try): void {
    add(this.held, one.held, 1);
    if (this.first !== undefined) add(this.passed, one.held, 1);
  }

  /** `one` is no longer held. */
  release(one: Try): void {
    add(this.held, one.held, -1);
    if (this.first !== undefined && one.order > this.firstSince) add(this.passed, one.held, -1);
  }

  pay(bill: Bill, sign: 1 | -1): void {
    add(this.spent, bill.amounts, sign);
    if (bill.billing === "lost" || bill.billing === "bounded") add(this.unknown, bill.amounts, sign);
  }

  balance(): Balance {
    return {
      caps: this.given,
      spent: amountsOf(this.spent),
      held: amountsOf(this.held),
      unknown: amountsOf(this.unknown),
    };
  }
}

/**
 * The ledger's sums and open tries: the fold of the journal's lines, by the same code while running and when read again.
 * Pure: no clock, no disk.
 */
export class Books {
  opened: RunOpened | undefined;
  budget: Budget = { run: {} };
  readonly run = new Scope("run", "run", {});
  readonly #tasks = new Map<string, Scope>();
  readonly #agents = new Map<string, Scope>();
  readonly #keys = new Map<string, KeyState>();
  /** Tasks that ended for good while tries of theirs were open. */
  readonly #ended = new Set<string>();
  #order = 0;

  /** Of the last reservation. */
  get order(): number {
    return this.#order;
  }

  /** Scopes are made when first needed, so that an unknown name costs nothing. */
  task(name: string): Scope {
    let scope = this.#tasks.get(name);
    if (scope === undefined) {
      scope = new Scope(`task ${name}`, "task", this.budget.task);
      this.#tasks.set(name, scope);
    }
    return scope;
  }

  agent(name: string): Scope {
    let scope = this.#agents.get(name);
    if (scope === undefined) {
      scope = new Scope(`agent ${name}`, "agent", this.budget.agents?.[name]);
      this.#agents.set(name, scope);
    }
    return scope;
  }

  balance(scope: string): Balance {
    const none = { spent: noAmounts, held: noAmounts, unknown: noAmounts };
    if (scope.startsWith("task "))
      return this.#tasks.get(scope.slice(5))?.balance() ?? { caps: this.budget.task ?? {}, ...none };
    if (!scope.startsWith("agent ")) return scope === "run" ? this.run.balance() : { caps: {}, ...none };
    const name = scope.slice(6);
    return this.#agents.get(name)?.balance() ?? { caps: this.budget.agents?.[name] ?? {}, ...none };
  }

  /** Number that the next try of a key gets. */
  nextTry(key: string): number {
    return this.#keys.get(key)?.next ?? 0;
  }

  openTries(): Try[] {
    return [...this.#keys.values()].flatMap((state) => state.open);
  }

  /** Scopes in which more is spent than `budget` allows. */
  *overspent(budget: Budget): Iterable<{ scope: string; unit: Unit; cap: number; spent: number }> {
    const scopes: [Scope, Caps | undefined][] = [
      [this.run, budget.run],
      ...[...this.#agents].map(([name, scope]): [Scope, Caps | undefined] => [scope, budget.agents?.[name]]),
    ];
    for (const [scope, caps] of scopes)
      for (const [u, unit] of units.entries()) {
        const cap = unit === "ms" && scope.kind !== "agent" ? undefined : caps?.[unit];
        if (cap !== undefined && scope.spent[u]! > cap) yield { scope: scope.name, unit, cap, spent: scope.spent[u]! };
      }
  }

  /** A reservation. Whether it fits is asked before. */
  hold(called: Hold): Try {
    let state = this.#keys.get(called.key);
    if (state === undefined) {
      state = { next: 0, open: [], lost: [], answered: false };
      this.#keys.set(called.key, state);
    }
    const one = new Try(called, state, ++this.#order);
    state.next = called.try + 1;
    state.open.push(one);
    this.run.hold(one);
    this.task(called.task).hold(one);
    this.agent(called.agent).hold(one);
    return one;
  }

  /** A try ends: with an answer to its key, or without. A try that counted as lost is corrected to its true bill. */
  close(one: Try, bill: Bill, { answers, final }: { answers: boolean; final: boolean }): void {
    const task = this.#tasks.get(one.task); // a lost try may outlive its task
    const scopes = task ? [this.run, task, this.agent(one.agent)] : [this.run, this.agent(one.agent)];
    const { state } = one;
    if (one.closed === undefined) {
      remove(state.open, one);
      for (const scope of scopes) scope.release(one);
    } else {
      remove(state.lost, one);
      for (const scope of scopes) scope.pay(one.closed, -1);
    }
    for (const scope of scopes) scope.pay(bill, 1);
    one.closed = bill;
    if (bill.billing === "lost" && !final) state.lost.push(one);
    if (answers) state.answered = true;
    if (state.answered && state.open.length === 0 && state.lost.length === 0) this.#keys.delete(one.key);
    if (this.#ended.has(one.task)) this.#forget(one.task);
  }

  /** Takes in a line of the journal. `answers`: it brought the answer that is stored under its key. */
  fold(event: Event, answers: boolean): void {
    switch (event.kind) {
      case "run-opened":
        this.opened = event;
        this.limit(event.budget);
        return;
      case "run-continued":
        this.limit(event.budget);
        return;
      case "step-called":
        this.hold(event);
        return;
      case "try-ended":
        this.close(this.#find(event.key, event.try), event.bill, {
          answers: false,
          final: event.reason === ownerDead,
        });
        return;
      case "step-ended":
        if (!answers) return;
        assert(event.key !== undefined && event.try !== undefined && event.bill !== undefined);
        this.close(this.#find(event.key, event.try), event.bill, { answers: true, final: true });
        return;
      case "task-ended":
        if (isFinal(event)) this.#forget(event.task);
        return;
    }
  }

  limit(budget: Budget): void {
    this.budget = budget;
    this.run.limit(budget.run);
    for (const scope of this.#tasks.values()) scope.limit(budget.task);
    for (const [name, scope] of this.#agents) scope.limit(budget.agents?.[name]);
  }

  #find(key: string, number: number): Try {
    const state = this.#keys.get(key);
    const one = [...(state?.open ?? []), ...(state?.lost ?? [])].find((one) => one.try === number);
    assert(one, `try ${number} of ${key} ends, but it is not open`);
    return one;
  }

  /** Nothing is asked any more of a task that ended for good; its sums go with its last open try. */
  #forget(task: string): void {
    const scope = this.#tasks.get(task);
    if (scope === undefined || scope.held.every((amount) => amount === 0)) {
      this.#tasks.delete(task);
      this.#ended.delete(task);
    } else this.#ended.add(task);
  }

  /** All of it as JSON: what `restored` reads. */
  save(): string {
    const sums = ({ spent, held, unknown }: Scope) => [...spent, ...held, ...unknown];
    const tries = (all: readonly Try[]) =>
      all.map((one) => [one.try, one.task, one.step, one.agent, one.held, one.closed]);
    return JSON.stringify({
      opened: this.opened,
      budget: this.budget,
      run: sums(this.run),
      tasks: [...this.#tasks]
        .filter(([, scope]) => sums(scope).some((sum) => sum !== 0))
        .map(([name, scope]) => [name, sums(scope)]),
      agents: [...this.#agents].map(([name, scope]) => [name, sums(scope)]),
      keys: [...this.#keys].map(([key, one]) => [key, one.next, one.answered, tries(one.open), tries(one.lost)]),
      ended: [...this.#ended],
    });
  }

  static restored(saved: string): Books {
    const books = new Books();
    const from = JSON.parse(saved);
    books.opened = from.opened;
    books.budget = from.budget;
    const fill = (scope: Scope, sums: readonly number[]) => {
      scope.spent.set(sums.slice(0, 4));
      scope.held.set(sums.slice(4, 8));
      scope.unknown.set(sums.slice(8, 12));
    };
    books.run.limit(books.budget.run);
    fill(books.run, from.run);
    for (const [name, sums] of from.tasks) fill(books.task(name), sums);
    for (const [name, sums] of from.agents) fill(books.agent(name), sums);
    for (const [key, next, answered, open, lost] of from.keys) {
      const state: KeyState = { next, answered, open: [], lost: [] };
      const tries = (all: readonly any[]) =>
        all.map(
          ([number, task, step, agent, held, closed]) =>
            new Try({ key, try: number, task, step, agent, held }, state, ++books.#order, closed ?? undefined),
        );
      state.open.push(...tries(open));
      state.lost.push(...tries(lost));
      books.#keys.set(key, state);
    }
    for (const task of from.ended) books.#ended.add(task);
    return books;
  }
}

/** Reason of tries that were open when their process died: nobody is left to say what became of them. */
export const ownerDead = "owner-dead";

/** True where a resumed run leaves the task alone. */
export const isFinal = ({ state }: { readonly state: string }): boolean =>
  state === "answered" || state === "unanswered";

/** Amounts of a ledger are whole numbers, or its sums would not be exact. */
export function assertWhole(amounts: Amounts, what: string, of: string): void {
  const { tokens, calls, nanoUsd, ms } = amounts;
  if (isWhole(tokens) && isWhole(calls) && isWhole(nanoUsd) && isWhole(ms)) return;
  assert.fail(`${what} of ${of}: not whole numbers ≥ 0: ${JSON.stringify(amounts)}`);
}

const isWhole = (amount: number): boolean => Number.isSafeInteger(amount) && amount >= 0;

function add(sums: Float64Array, { tokens, calls, nanoUsd, ms }: Amounts, sign: 1 | -1): void {
  sums[0]! += sign * tokens;
  sums[1]! += sign * calls;
  sums[2]! += sign * nanoUsd;
  sums[3]! += sign * ms;
}

const amountsOf = (sums: Float64Array): Amounts => ({
  tokens: sums[0]!,
  calls: sums[1]!,
  nanoUsd: sums[2]!,
  ms: sums[3]!,
});

function remove<T>(list: T[], one: T): void {
  const at = list.indexOf(one);
  assert(at >= 0);
  list.splice(at, 1);
}
