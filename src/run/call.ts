import type { TokenCounts } from "../trace/event.ts";

export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** What shapes an answer and so belongs to the identity of a step; absent: not sent. */
export interface CallSettings {
  readonly temperature?: number;
  readonly topP?: number;
  readonly stop?: readonly string[];
  /** none, minimal, low, medium, high … as the upstream names them. */
  readonly effort?: string;
  /** Seed sent to the upstream, where the config asks for one. */
  readonly seed?: number;
  /** JSON schema that the answer must have. */
  readonly schema?: unknown;
  /** True: the log-probability of the answer's tokens is asked for and kept as confidence. */
  readonly logprobs?: boolean;
  /** Further fields of the request's body, as the config has them. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** One question to one model, complete and ready to be sent: what a provider is given. */
export interface ModelCall {
  /** The model's name at this upstream, aliases resolved. */
  readonly model: string;
  readonly messages: readonly Message[];
  /** Always sent: with the prompt's bound it makes the reservation an upper bound. */
  readonly maxTokens: number;
  readonly settings: CallSettings;
  /** The same for every try of a step, so that an upstream that honours it bills once. */
  readonly idempotencyKey: string;
  /** What this call is for: for `command`, for `replay` (which finds an answer by it) and for logs. */
  readonly step: {
    readonly task: string;
    readonly id: string;
    readonly role: string;
    readonly agent: string;
    readonly level?: string;
    /** Number of this answer among those of the same agent at the same level to the same question. @default 0 */
    readonly sample?: number;
  };
}

/** What the upstream says of its limits, as far as it says any. Counts per window, times in ms from now. */
export interface UpstreamLimits {
  readonly requestsLimit?: number;
  readonly requestsLeft?: number;
  readonly requestsResetMs?: number;
  readonly tokensLimit?: number;
  readonly tokensLeft?: number;
  readonly tokensResetMs?: number;
}

/** The upstream answered. */
export interface Replied {
  readonly kind: "replied";
  readonly text: string;
  /** stop: it ended by itself. length: cut at maxTokens. refused: the model or a filter declined. */
  readonly finish: "stop" | "length" | "refused";
  /** Absent: the upstream did not say; the try then counts at its reservation. */
  readonly tokens?: TokenCounts;
  /** Where the upstream says what it charged. */
  readonly usd?: number;
  /** Mean log-probability of the answer's tokens, ≤ 0. */
  readonly logprob?: number;
  /** The model that the upstream says answered. */
  readonly model?: string;
  /** From sending to the first byte of the answer, and to its end. */
  readonly firstMs?: number;
  readonly ms: number;
  readonly limits?: UpstreamLimits;
  /** Of `command`: tools it says it used. */
  readonly toolCalls?: number;
  /** What could not be sent as it was asked for, or is more than was allowed: worth noting, once. */
  readonly warnings?: readonly string[];
}

/** Stable words for what went wrong with one call. */
export type Trouble =
  | "throttled" // 429, or an overload that says so
  | "server-error" // 5xx
  | "unreachable" // no connection: the request never left
  | "reset" // the connection broke after the request had left
  | "timeout" // no answer within the call's time
  | "aborted" // by us: cancelled, interrupted, or the loser of a hedge
  | "malformed" // an answer that is none: bad JSON, cut off, not what the protocol says
  | "rejected" // 4xx: the request is wrong, and would be again
  | "unauthorized" // 401, 403
  | "not-found" // 404: no such model or URL
  | "exhausted" // 402 or a quota that only the user can raise
  | "too-large"; // the prompt does not fit, or the answer exceeds what we accept

/** The upstream did not answer. */
export interface CallFailed {
  readonly kind: "failed";
  readonly trouble: Trouble;
  /** For people, without secrets: status and the upstream's own words, shortened. */
  readonly message: string;
  /** free: provably never billed. lost: nobody knows. reported: an error that came with a usage. */
  readonly billing: "free" | "lost" | "reported";
  readonly tokens?: TokenCounts;
  /** False: trying again cannot help, or must not happen (a command with side effects). */
  readonly retryable: boolean;
  /** As `Retry-After` or `retry-after-ms` asks, from now. */
  readonly retryAfterMs?: number;
  readonly ms: number;
  readonly limits?: UpstreamLimits;
}

export type CallResult = Replied | CallFailed;
