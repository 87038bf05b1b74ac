import type { Hold, HoldReply, HoldRequest, Ledger, StoredAnswer } from "../../src/run/ledger.ts";
import type { Amounts, Bill, Budget, Caps, Event, StepEnded } from "../../src/trace/event.ts";

const units = ["tokens", "calls", "nanoUsd", "ms"] as const;

interface Scope {
  readonly caps: Caps;
  readonly spent: Record<keyof Amounts, number>;
  readonly held: Record<keyof Amounts, number>;
}

interface Waiter {
  readonly request: HoldRequest;
  readonly resolve: (reply: HoldReply) => void;
}

/**
 * A ledger in the plainest way: everything in memory, every decision by going through all there is. What it finds against
 * the rules it keeps in `broken`.
 */
export class ReferenceLedger implements Ledger {
  readonly events: Event[] = [];
  readonly broken: string[] = [];
  readonly open = new Map<Hold, HoldRequest>();
  readonly #budget: Budget;
  readonly #scopes = new Map<string, Scope>();
  readonly #answers = new Map<string, StoredAnswer>();
  readonly #tries = new Map<string, number>();
  #waiting: Waiter[] = [];

  /** What its caller waits for before it hears of what was decided, as it does for a disk. */
  readonly #commit: () => Promise<void>;

  constructor(budget: Budget = { run: {} }, commit: () => Promise<void> = async () => {}) {
    this.#budget = budget;
    this.#commit = commit;
  }

  hold(request: HoldRequest, signal?: AbortSignal): Promise<HoldReply> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const waiter = { request, resolve };
      this.#waiting.push(waiter);
      signal?.addEventListener(
        "abort",
        () => {
          if (!this.#waiting.includes(waiter)) return;
          this.#waiting = this.#waiting.filter((one) => one !== waiter);
          reject(signal.reason);
        },
        { once: true },
      );
      this.#serve();
    });
  }

  async settle(hold: Hold, answer: StoredAnswer, end: Omit<StepEnded, "at" | "kind">): Promise<StoredAnswer> {
    this.#close(hold, answer.bill.amounts);
    const known = this.#answers.get(hold.key);
    if (known) this.#tryEnded(hold, answer.bill, "second");
    else {
      this.#answers.set(hold.key, answer);
      this.events.push({ at: 0, kind: "step-ended", ...end });
    }
    this.#serve();
    await this.#commit();
    return known ?? answer;
  }

  async free(hold: Hold, reason: string): Promise<void> {
    this.#close(hold, { tokens: 0, calls: 0, nanoUsd: 0, ms: 0 });
    this.#tryEnded(hold, { billing: "free", amounts: { tokens: 0, calls: 0, nanoUsd: 0, ms: 0 } }, reason);
    this.#serve();
    await this.#commit();
  }

  async lose(hold: Hold, reason: string, bill?: Bill): Promise<void> {
    this.#close(hold, bill?.amounts ?? hold.held);
    this.#tryEnded(hold, bill ?? { billing: "lost", amounts: hold.held }, reason);
    this.#serve();
    await this.#commit();
  }

  async append(event: Event): Promise<void> {
    this.events.push(event);
    await this.#commit();
  }

  balance(name: string) {
    const { caps, spent, held } = this.#scope(name);
    return { caps, spent: { ...spent }, held: { ...held }, unknown: { tokens: 0, calls: 0, nanoUsd: 0, ms: 0 } };
  }

  #serve(): void {
    this.#waiting.sort((a, b) => a.request.priority - b.request.priority);
    for (const waiter of [...this.#waiting]) {
      const reply = this.#decide(waiter.request);
      if (!reply) continue;
      this.#waiting = this.#waiting.filter((one) => one !== waiter);
      void this.#commit().then(() => waiter.resolve(reply));
    }
  }

  #decide(request: HoldRequest): HoldReply | undefined {
    const known = this.#answers.get(request.key);
    if (known) return { kind: "known", answer: known };
    const further = request.why === "hedge" || request.why === "redundant";
    if (!further && [...this.open.keys()].some((hold) => hold.key === request.key)) return undefined;
    const names = ["run", `task ${request.task}`, `agent ${request.agent}`];
    let waits = false;
    for (const name of names) {
      const { caps, spent, held } = this.#scope(name);
      for (const unit of units) {
        const cap = caps[unit] ?? Number.POSITIVE_INFINITY;
        const needed = request.most[unit];
        if (spent[unit] + needed > cap)
          return { kind: "over", scope: name, unit, needed, left: Math.max(0, cap - spent[unit]) };
        if (spent[unit] + held[unit] + needed > cap) waits = true;
      }
    }
    if (waits) return undefined;
    for (const name of names) for (const unit of units) this.#scope(name).held[unit] += request.most[unit];
    const number = this.#tries.get(request.key) ?? 0;
    this.#tries.set(request.key, number + 1);
    const { key, task, step, agent, most } = request;
    const hold: Hold = { key, try: number, task, step, agent, held: most };
    this.open.set(hold, request);
    this.events.push({ ...request.event, try: number, held: most });
    return { kind: "go", hold };
  }

  #close(hold: Hold, amounts: Amounts): void {
    if (!this.open.delete(hold)) this.broken.push(`${hold.key} try ${hold.try} was closed twice`);
    for (const name of ["run", `task ${hold.task}`, `agent ${hold.agent}`])
      for (const unit of units) {
        this.#scope(name).held[unit] -= hold.held[unit];
        this.#scope(name).spent[unit] += amounts[unit];
      }
  }

  #tryEnded(hold: Hold, bill: Bill, reason: string): void {
    this.events.push({
      ...{ at: 0, kind: "try-ended", task: hold.task, step: hold.step, key: hold.key, try: hold.try, bill, reason },
    });
  }

  #scope(name: string): Scope {
    const known = this.#scopes.get(name);
    if (known) return known;
    const [kind, ...rest] = name.split(" ");
    const caps =
      kind === "run" ? this.#budget.run : kind === "task" ? this.#budget.task : this.#budget.agents?.[rest.join(" ")];
    const zero = () => ({ tokens: 0, calls: 0, nanoUsd: 0, ms: 0 });
    const scope: Scope = { caps: caps ?? {}, spent: zero(), held: zero() };
    this.#scopes.set(name, scope);
    return scope;
  }
}
