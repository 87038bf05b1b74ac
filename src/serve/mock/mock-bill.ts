import type { TokenCounts } from "../../trace/event.ts";

/** What an upstream charges, as it counts it. */
export interface Charges extends TokenCounts {
  /** Requests that work was done for. */
  readonly calls: number;
  readonly nanoUsd: number;
}

export interface Account extends Charges {
  /** All that arrived and named this model, turned away or not. */
  readonly requests: number;
  /** Part of the charges whose client left before the end: what was produced until then. */
  readonly aborted: Charges;
  /** Part of the charges whose answer a fault kept from the client, or spoiled. */
  readonly spoiled: Charges;
  /** Requests turned away, by status: free. */
  readonly refused: Readonly<Record<string, number>>;
}

/** What `GET /bill` tells. */
export interface MockBill {
  readonly total: Account;
  readonly models: Readonly<Record<string, Account>>;
  /** Being answered now; their prompts are charged already, their answers not yet. */
  readonly inFlight: number;
  readonly inFlightMax: number;
  /** By Idempotency-Key, where asked for. */
  readonly keys?: Readonly<Record<string, Charges>>;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
interface Open {
  requests: number;
  readonly charges: Writable<Charges>;
  readonly aborted: Writable<Charges>;
  readonly spoiled: Writable<Charges>;
  readonly refused: Record<string, number>;
}

/** How a piece of work ended for its client. */
export type Fate = "delivered" | "aborted" | "spoiled";

/** One piece of work being charged. */
export interface Work {
  /** Charges the answer as far as it was produced. Once. */
  end(tokensOut: number, tokensReasoning: number, fate: Fate): void;
}

export interface BillBook {
  arrived(model: string): void;
  refused(model: string, status: number): void;
  /** Charges the prompt: the work begins. */
  begin(model: string, key: string | undefined, tokensIn: number, tokensInCached: number): Work;
  bill(keys: boolean): MockBill;
  readonly inFlight: number;
  clear(): void;
}

const nothing = (): Writable<Charges> => ({
  calls: 0,
  tokensIn: 0,
  tokensInCached: 0,
  tokensOut: 0,
  tokensReasoning: 0,
  nanoUsd: 0,
});

/** @param byKey  false: nothing is kept by key, for loads of millions of calls */
export function billBook(priceOf: (model: string, tokens: TokenCounts) => number, byKey: boolean): BillBook {
  let models = new Map<string, Open>();
  let keys = new Map<string, Writable<Charges>>();
  let inFlight = 0;
  let inFlightMax = 0;
  const of = (model: string): Open => {
    let open = models.get(model);
    if (open === undefined) {
      open = { requests: 0, charges: nothing(), aborted: nothing(), spoiled: nothing(), refused: {} };
      models.set(model, open);
    }
    return open;
  };
  return {
    get inFlight() {
      return inFlight;
    },
    arrived(model) {
      of(model).requests++;
    },
    refused(model, status) {
      const { refused } = of(model);
      refused[status] = (refused[status] ?? 0) + 1;
    },
    begin(model, key, tokensIn, tokensInCached) {
      const open = of(model);
      inFlightMax = Math.max(inFlightMax, ++inFlight);
      let keyed: Writable<Charges> | undefined;
      if (byKey && key !== undefined) {
        keyed = keys.get(key);
        if (keyed === undefined) {
          keyed = nothing();
          keys.set(key, keyed);
        }
      }
      // A price is rounded up once a call: that of the prompt alone is charged now, the rest at the end.
      const prompt = { tokensIn, tokensInCached, tokensOut: 0, tokensReasoning: 0 };
      const promptNano = priceOf(model, prompt);
      add(open.charges, 1, prompt, promptNano);
      if (keyed) add(keyed, 1, prompt, promptNano);
      return {
        end(tokensOut, tokensReasoning, fate) {
          inFlight--;
          const all = { tokensIn, tokensInCached, tokensOut, tokensReasoning };
          const nano = priceOf(model, all);
          const answer = { tokensIn: 0, tokensInCached: 0, tokensOut, tokensReasoning };
          add(open.charges, 0, answer, nano - promptNano);
          if (keyed) add(keyed, 0, answer, nano - promptNano);
          if (fate !== "delivered") add(open[fate], 1, all, nano);
        },
      };
    },
    bill(withKeys) {
      const all = [...models].map(([name, open]) => [name, accountOf(open)] as const);
      return {
        total: accountOf(sum([...models.values()])),
        models: Object.fromEntries(all),
        inFlight,
        inFlightMax,
        ...(withKeys ? { keys: Object.fromEntries([...keys].map(([key, charges]) => [key, { ...charges }])) } : {}),
      };
    },
    clear() {
      models = new Map();
      keys = new Map();
      inFlightMax = inFlight;
    },
  };
}

function add(to: Writable<Charges>, calls: number, tokens: TokenCounts, nano: number): void {
  to.calls += calls;
  to.tokensIn += tokens.tokensIn;
  to.tokensInCached += tokens.tokensInCached;
  to.tokensOut += tokens.tokensOut;
  to.tokensReasoning += tokens.tokensReasoning;
  to.nanoUsd += nano;
}

function accountOf({ requests, charges, aborted, spoiled, refused }: Open): Account {
  return { requests, ...charges, aborted: { ...aborted }, spoiled: { ...spoiled }, refused: { ...refused } };
}

function sum(opens: readonly Open[]): Open {
  const total: Open = { requests: 0, charges: nothing(), aborted: nothing(), spoiled: nothing(), refused: {} };
  for (const open of opens) {
    total.requests += open.requests;
    for (const part of ["charges", "aborted", "spoiled"] as const)
      add(total[part], open[part].calls, open[part], open[part].nanoUsd);
    for (const [status, count] of Object.entries(open.refused))
      total.refused[status] = (total.refused[status] ?? 0) + count;
  }
  return total;
}
