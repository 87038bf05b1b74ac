// What a run says at its end: answers, bill, what became of its steps, and how that compares with what was forecast.
import type { Interval } from "../theory/interval.ts";
import type { Account } from "../trace/account.ts";
import type { Budget, StepState, TaskState, TokenCounts } from "../trace/event.ts";

/** Amounts in people's units. */
export interface Spent {
  readonly tokens: number;
  readonly usd: number;
  readonly calls: number;
  /** Of calls together. */
  readonly seconds: number;
}

export interface TaskAnswer {
  readonly task_id: string;
  readonly answer: string | null;
  /** not-asked: the run ended before its turn. */
  readonly state: TaskState | "not-asked";
  /** Absent without gold, or where the task has not ended. */
  readonly correct?: 0 | 1;
  readonly degraded: boolean;
}

export type RunStatus = "done" | "degraded" | "budget" | "failed" | "interrupted";

/** A forecast beside what came of it. */
export interface Kept {
  readonly what: "accuracy" | "tokens" | "usd" | "calls" | "seconds";
  /** Of one task; the interval is predictive: where the mean of so many tasks lies. */
  readonly forecast: Interval;
  /** Mean over tasks with its interval. */
  readonly measured: Interval;
  /** True where the predictive interval holds what was measured. */
  readonly isInside: boolean;
}

export interface RunResult {
  readonly status: RunStatus;
  readonly team: string;
  /** In the order of the tasks. */
  readonly answers: readonly TaskAnswer[];
  /** Right answers among tasks that ended and have gold; without an answer is not right. */
  readonly accuracy?: Interval & { readonly tasks: number };
  /** As the ledger counts, unknown billing at its reservation. */
  readonly spent: Spent;
  /** The part of `spent` whose billing nobody knows: reservations of lost calls and of answers without usage. */
  readonly unknown: Spent;
  /** Still reserved. */
  readonly reserved: Spent;
  readonly budget: Budget;
  /** As reported; absent where the journal was not read again. */
  readonly tokens?: TokenCounts;
  /** Steps that were asked for, and how many were answered and failed. */
  readonly asked: number;
  readonly answered: number;
  readonly failed: number;
  readonly steps: Readonly<Record<StepState, number>>;
  /** Tasks whose answer lacks a member, and of which scope had no room for them. */
  readonly degraded: number;
  readonly overBudget?: string;
  /** What was forecast for this team beside what was measured; null: nothing was forecast. */
  readonly forecast: readonly Kept[] | null;
  /** Of this process, on the clock. */
  readonly seconds: number;
  readonly run: string;
  /** Absent where the journal was not read again. Not part of the JSON document. */
  readonly account?: Account;
}
