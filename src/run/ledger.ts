import type { Amounts, Bill, Caps, Event, StepEnded, Why } from "../trace/event.ts";
import type { OffSignal } from "./off-switch.ts";

/** A reply that was paid for, as stored under its key: read again it says the same, whatever reads it. */
export interface StoredAnswer {
  readonly text: string;
  readonly finish: "stop" | "length" | "refused";
  readonly logprob?: number;
  readonly bill: Bill;
  readonly ms: number;
}

/** A wish to make one call. */
export interface HoldRequest {
  readonly key: string;
  readonly task: string;
  readonly step: string;
  readonly agent: string;
  /** Upper bound of what the call can cost. */
  readonly most: Amounts;
  readonly why: Why;
  /** Smaller goes first where several wait for money: the number of the task, then the place in its critical path. */
  readonly priority: number;
  /** The event that says so; `try` is filled in by the ledger. */
  readonly event: Omit<Extract<Event, { kind: "step-called" }>, "try" | "held">;
}

/** A reservation of one try, durable. It must be closed by exactly one of `settle`, `free` and `lose`. */
export interface Hold {
  readonly key: string;
  readonly try: number;
  readonly task: string;
  readonly step: string;
  readonly agent: string;
  readonly held: Amounts;
}

export type HoldReply =
  /** Reserved and durable: call now. */
  | { readonly kind: "go"; readonly hold: Hold }
  /** Answered already, here or in a directory named by --reuse: nothing is reserved. */
  | { readonly kind: "known"; readonly answer: StoredAnswer }
  /** It does not fit even if everything held came back. Nothing is reserved. */
  | {
      readonly kind: "over";
      /** "run", "task" or "agent NAME". */
      readonly scope: string;
      readonly unit: keyof Amounts;
      readonly needed: number;
      readonly left: number;
    };

/** Sums of one scope. */
export interface Balance {
  readonly caps: Caps;
  readonly spent: Amounts;
  readonly held: Amounts;
  /** Part of `spent` whose billing is unknown: reservations of lost calls and of answers without usage. */
  readonly unknown: Amounts;
}

/**
 * Reserve → call → settle. Nothing leaves before its reservation is durable, nobody sees an answer before its commit, and
 * spent + held ≤ cap in every scope at every instant.
 */
export interface Ledger {
  /**
   * Reserves. Waits, in the order of `priority`, while the money it needs is merely held by others; waits for the other
   * where the same key is already being called (single flight), unless `why` is hedge or redundant.
   *
   * @throws the signal's reason where it aborts first; nothing is reserved then
   */
  hold(request: HoldRequest, signal?: OffSignal): Promise<HoldReply>;
  /**
   * The call was answered; also of a hold that was lost meanwhile, which then counts at its true bill. Durable when it resolves, with the answer that is stored: where another try of the key was first,
   * that one's, and this bill is paid without an answer.
   *
   * @param end  the step's end, in the same transaction; the answer is stored under the hold's key
   */
  settle(hold: Hold, answer: StoredAnswer, end: Omit<StepEnded, "at" | "kind">): Promise<StoredAnswer>;
  /** The upstream did no work: the reservation comes back. */
  free(hold: Hold, reason: string): Promise<void>;
  /** Nobody knows whether it was billed: spent at the reservation. `bill` where an error came with a usage. */
  lose(hold: Hold, reason: string, bill?: Bill): Promise<void>;
  /** Durable with the commit that it resolves with. */
  append(event: Event): Promise<void>;
  /** As of the last operation taken in. "run", "task ID" or "agent NAME"; zeros for an unknown scope. */
  balance(scope: string): Balance;
}
