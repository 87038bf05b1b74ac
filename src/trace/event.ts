/** Version of the events' format: a journal of another version is refused, never guessed at. */
export const journalVersion = 1;

/** What is reserved and spent, in whole numbers: sums of a ledger must be exact. All ≥ 0 and safe integers. */
export interface Amounts {
  /** Prompt and answer together. */
  readonly tokens: number;
  readonly calls: number;
  /** 10⁻⁹ US dollars; 0 where the price is unknown. */
  readonly nanoUsd: number;
  /** Time of calls, in milliseconds. */
  readonly ms: number;
}

/** Tokens of one call by kind, as the upstream counts them. */
export interface TokenCounts {
  /** The whole prompt, cached tokens included. */
  readonly tokensIn: number;
  /** Those of `tokensIn` that the upstream had cached. */
  readonly tokensInCached: number;
  /** The whole answer, reasoning included. */
  readonly tokensOut: number;
  /** Those of `tokensOut` that were reasoning and are in no message. */
  readonly tokensReasoning: number;
}

/**
 * How sure the bill of a try is. reported: the upstream said it. bounded: it answered without a usage, so the try counts
 * at its reservation. lost: nobody knows whether it was billed (reset, timeout, crash, abort), so it counts at its
 * reservation. free: the upstream refused it before any work, or it never left.
 */
export type Billing = "reported" | "bounded" | "lost" | "free";

/** What one try cost. Where the billing is bounded or lost, `amounts` is the reservation and `tokens` is absent. */
export interface Bill {
  readonly billing: Billing;
  readonly amounts: Amounts;
  readonly tokens?: TokenCounts;
}

/** The typed states in which a step ends; each step ends in exactly one. */
export type StepState = "answered" | "truncated" | "unparsed" | "refused" | "failed" | "cancelled" | "over-budget";

/** Why a call was made. */
export type Why = "first" | "retry" | "hedge" | "redundant";

/** How a task ended. over-budget and interrupted tasks are taken up again by a resumed run, the others are final. */
export type TaskState = "answered" | "unanswered" | "over-budget" | "interrupted";

/** Caps of one scope; absent: no cap. */
export interface Caps {
  readonly tokens?: number;
  readonly calls?: number;
  readonly nanoUsd?: number;
  /** Of the run and of a task: time on the clock since it began. Of an agent: time of its calls. */
  readonly ms?: number;
}

/** What may be spent, nested: by the whole run, by each task, by each agent (by name). */
export interface Budget {
  readonly run: Caps;
  readonly task?: Caps;
  readonly agents?: Readonly<Record<string, Caps>>;
}

/**
 * One line of the journal, which is the trace. `at` is milliseconds since 1970 by the machine's clock: for people; order is
 * the order of the journal.
 */
export type Event = { readonly at: number } & (
  | RunOpened
  | RunContinued
  | RunEnded
  | TaskStarted
  | TaskEnded
  | StepCalled
  | TryEnded
  | StepEnded
  | Noted
);

/** The first event of every journal. */
export interface RunOpened {
  readonly kind: "run-opened";
  readonly version: number;
  /** Of the program. */
  readonly quorate: string;
  readonly run: string;
  /** Canonical text. */
  readonly team: string;
  readonly seed: number;
  readonly budget: Budget;
  readonly tasks: number;
  /** SHA-256 of the tasks, so that a resumed run is not given others. */
  readonly tasksDigest: string;
  /** What else a resumed run needs to be the same run: weights of votes, extraction, settings of agents. No keys. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A later process took the run up. */
export interface RunContinued {
  readonly kind: "run-continued";
  readonly budget: Budget;
  /** Tries of dead owners that were closed at their reservation. */
  readonly closed: number;
}

export interface RunEnded {
  readonly kind: "run-ended";
  readonly status: "done" | "degraded" | "budget" | "failed" | "interrupted";
  /** On the clock, this process. */
  readonly ms: number;
}

export interface TaskStarted {
  readonly kind: "task-started";
  readonly task: string;
}

export interface TaskEnded {
  readonly kind: "task-ended";
  readonly task: string;
  readonly state: TaskState;
  readonly answer: string | null;
  readonly gold?: string;
  readonly correct?: 0 | 1;
  readonly score?: number;
  readonly degraded: boolean;
  /** Ids of the steps that gave the answer. */
  readonly because: readonly string[];
  /** On the clock, from the task's first step. */
  readonly ms: number;
  /** Time of calls on its critical path: the longest chain of steps each of which had to wait for the one before. */
  readonly criticalMs?: number;
  /** How many of its steps ended in which state; states without any are left out. */
  readonly steps?: Readonly<Partial<Record<StepState, number>>>;
}

/** A try: its reservation is durable, its request may leave. */
export interface StepCalled {
  readonly kind: "step-called";
  readonly task: string;
  readonly step: string;
  readonly role: string;
  readonly agent: string;
  readonly level?: string;
  readonly reads: readonly string[];
  readonly messageTokens?: number;
  /** Steps of one group shared a context. */
  readonly group?: string;
  /** Content address of the step: question, agent, settings and sample. */
  readonly key: string;
  /** Number of this try of its key, from 0. */
  readonly try: number;
  readonly endpoint: string;
  readonly why: Why;
  readonly held: Amounts;
  /** Share of the prompt tokens that the upstream is expected to have cached, in [0, 1]. */
  readonly cachedShare?: number;
}

/**
 * A try that did not end its step: refused before work, lost, or the loser of a hedge. Where a lost try is answered after
 * all, it ends a second time, here or in the end of its step; of several ends of one (key, try) the last one's bill counts.
 */
export interface TryEnded {
  readonly kind: "try-ended";
  readonly task: string;
  readonly step: string;
  readonly key: string;
  readonly try: number;
  readonly bill: Bill;
  /** Stable word: "throttled", "reset", "timeout", "server-error", "aborted", "owner-dead" … */
  readonly reason: string;
}

/** The one end of a step. */
export interface StepEnded {
  readonly kind: "step-ended";
  readonly task: string;
  readonly step: string;
  readonly role: string;
  /** Who answered; another than was asked where a fallback took its place. */
  readonly agent: string;
  readonly level?: string;
  readonly reads: readonly string[];
  readonly messageTokens?: number;
  /** Steps of one group shared a context. */
  readonly group?: string;
  readonly key?: string;
  readonly state: StepState;
  /** What rules compare. */
  readonly value: string | null;
  /** What was said, as the next reader gets it. */
  readonly text?: string;
  readonly score?: number;
  readonly confidence?: number;
  /** The try that ended it, with its bill; absent where nothing was called for it now: reused, cancelled, over budget. */
  readonly try?: number;
  readonly bill?: Bill;
  /** Wall time of that call. */
  readonly ms?: number;
  /** True where the answer was there already: from an earlier run, or from the same question in this one. */
  readonly reused?: boolean;
  /** Where it failed, why: a stable word. */
  readonly reason?: string;
}

/** Something worth telling: a circuit opened, an agent left, a usage was missing, a bound was wrong. */
export interface Noted {
  readonly kind: "noted";
  /** Stable word. */
  readonly code: string;
  readonly message: string;
  readonly endpoint?: string;
  readonly task?: string;
}

export const noAmounts: Amounts = { tokens: 0, calls: 0, nanoUsd: 0, ms: 0 };
