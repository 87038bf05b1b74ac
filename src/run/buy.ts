import type { Amounts, Bill, StepEnded, TokenCounts } from "../trace/event.ts";
import type { ModelCall } from "./call.ts";
import type { StoredAnswer } from "./ledger.ts";
import type { OffSignal } from "./off-switch.ts";

/** A step that is to be bought: its question is complete, its price is bounded. */
export interface Purchase {
  /** Content address: question, agent, settings, sample. */
  readonly key: string;
  readonly task: string;
  /** What the events of this step say of it. */
  readonly step: Pick<StepEnded, "step" | "role" | "agent" | "level" | "reads" | "messageTokens" | "group">;
  readonly call: ModelCall;
  /** Names of the endpoints that have this model, the preferred one first. */
  readonly endpoints: readonly string[];
  /** Upper bound of one try. */
  readonly most: Amounts;
  /** Price of what the upstream reports, in nano-dollars, never above `most.nanoUsd` for counts within its tokens. */
  readonly priceOf: (tokens: TokenCounts) => number;
  /** Of one call. */
  readonly timeoutMs: number;
  /** Smaller goes first: see HoldRequest. */
  readonly priority: number;
  /**
   * True where somebody else is asked in this one's place if it fails: its failure is handed over without a step's end in
   * the journal, because the step has not ended.
   */
  readonly isReplaceable?: boolean;
  /**
   * True for a further sample that is asked so that slow ones need not be waited for: it is called as `redundant` and counts
   * against the same share as hedges.
   */
  readonly isRedundant?: boolean;
  /** Share of the prompt expected in the upstream's cache. */
  readonly cachedShare?: number;
  /** What the reply says: the state in which the step ends, and its value. */
  readonly read: (
    answer: Pick<StoredAnswer, "text" | "finish" | "logprob">,
  ) => Pick<StepEnded, "state" | "value" | "score" | "confidence">;
}

/** How the step ended; durable when it is handed over. */
export interface Bought {
  readonly end: Pick<StepEnded, "state" | "value" | "score" | "confidence" | "reason">;
  /** Of over-budget: which scope had no room, "run", "task" or "agent NAME". */
  readonly scope?: string;
  /** What was said: absent where nothing was. */
  readonly answer?: StoredAnswer;
  /** All that its tries cost in this process. */
  readonly spent: Amounts;
  readonly bill?: Bill;
  /** From the wish to the end, waiting included; and of the call that was taken. */
  readonly ms: number;
  readonly callMs?: number;
}

/**
 * Why a purchase is called off: the reason of its signal. cancelled: nobody needs it, the step ends so. deadline: it ends as
 * failed, for that reason. interrupted: the run stops; the step does not end, what is handed over says cancelled.
 */
export type CallOff = "cancelled" | "interrupted" | "deadline";

/**
 * Buys steps: chooses an endpoint, waits for its turn, reserves, calls, settles; retries, hedges and gives up.
 * Never rejects for what an upstream does; the step's own end is in the journal when it resolves.
 */
export interface Buyer {
  buy(purchase: Purchase, signal: OffSignal): Promise<Bought>;
}
