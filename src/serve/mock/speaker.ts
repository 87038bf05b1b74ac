import type { Random } from "../../theory/random.ts";
import type { TokenCounts } from "../../trace/event.ts";
import type { Ask, Refusal } from "./ask.ts";

/** One answer, complete, before anything happens to it on its way. */
export interface Spoken {
  readonly text: string;
  readonly finish: "stop" | "length" | "refused";
  /** The whole answer, reasoning included. */
  readonly tokensOut: number;
  readonly tokensReasoning: number;
  /** Of the first token, and of the whole answer, unscaled. */
  readonly firstMs: number;
  readonly ms: number;
  /** Of the answer line, ≤ 0. */
  readonly logprob?: number;
  /** Prompt tokens as recorded, where a recording is replayed. */
  readonly tokensIn?: number;
}

/** Who answers behind the endpoint: scripted agents, or a recording. */
export interface Speaker {
  readonly models: readonly string[];
  /** Longest prompt of a model, in tokens. */
  contextTokens(model: string): number | undefined;
  /** Nano-dollars of a call. */
  priceOf(model: string, tokens: TokenCounts): number;
  /**
   * @param digest    of the request: the same gives the same prompt
   * @param identity  of the draw: the same gives the same answer
   * @param draw      stream of that identity
   * @param timing    stream of this try of it: the same answer takes another time when it is asked for again. @default draw
   */
  answer(ask: Ask, digest: string, identity: string, draw: Random, timing?: Random): Spoken | Refusal;
  /** Forgets what it has answered. */
  reset?(): void;
}
