import type { z } from "zod";
import type { CallFailed, CallResult, ModelCall } from "../call.ts";
import type { Clock } from "../clock.ts";
import type { OffSwitch } from "../off-switch.ts";

/** One upstream, open: keeps connections, knows its quirks, never retries. */
export interface Provider {
  /** False: a call changes something outside, so none may be made twice, not even beside a slow one. @default true */
  readonly isRepeatable?: boolean;
  /**
   * One call, one result: never rejects, whatever the upstream does. Ends within `timeoutMs`, and soon after `signal`
   * aborts.
   */
  call(call: ModelCall, options: CallOptions): Promise<CallResult>;
  /**
   * Asked before the first call, for nothing: which of these models it lacks, and which it has. Undefined where it does not
   * say; a failure where no call could succeed either (no connection, another key, no such path).
   */
  check?(models: readonly string[], options: { readonly timeoutMs: number }): Promise<Offer | CallFailed | undefined>;
  /** Closes connections; calls in flight end as aborted. */
  close(): Promise<void>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** The same as `signal`, which need not be made where this is taken. */
  readonly off?: OffSwitch;
  readonly timeoutMs: number;
}

/** Names of models. */
export interface Offer {
  readonly lacking: readonly string[];
  readonly offered: readonly string[];
}

/** What a provider may touch. */
export interface ProviderContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly cwd: string;
  /** Most calls in flight, so that the connection pool never serialises quietly. */
  readonly connectionsMax: number;
  /** What the config calls it, for messages. */
  readonly name?: string;
}

/** A way to reach models: member of the family. */
export interface ProviderKind<Options = unknown> {
  /** One line for menus and docs. */
  readonly summary: string;
  /** A config entry that is valid for this kind. */
  readonly example: { readonly kind: string } & Readonly<Record<string, unknown>>;
  /** Checks the entry of the config, `kind`, `limits` and `modelLimits` apart. */
  readonly options: z.ZodType<Options>;
  /** @throws {KnownError} before the first call where something is missing: no key, bad URL, no such program */
  open(options: Options, context: ProviderContext): Promise<Provider> | Provider;
}
