import type { TokenCounts } from "../../../trace/event.ts";
import type { CallFailed, Replied } from "../../call.ts";
import { type ErrorWords, shorten, verdictOfWords } from "../http/failure.ts";

/** What an upstream has said so far, whichever interface and whether in one piece or many. */
export interface Said {
  text: string;
  refusal: string;
  /** Arguments of tool calls, in order of their index. */
  readonly toolCalls: Map<number, string>;
  /** As the upstream writes it. */
  finish: string | undefined;
  /** True once the upstream itself said that this is all. */
  isComplete: boolean;
  tokens: TokenCounts | undefined;
  /** False while the upstream may still count on: some say with every chunk what it has come to so far. */
  isUsageFinal: boolean;
  usd: number | undefined;
  logprobSum: number;
  logprobCount: number;
  model: string | undefined;
  error: ErrorWords | undefined;
}

export function nothingSaid(): Said {
  return {
    text: "",
    refusal: "",
    toolCalls: new Map(),
    finish: undefined,
    isComplete: false,
    tokens: undefined,
    isUsageFinal: false,
    usd: undefined,
    logprobSum: 0,
    logprobCount: 0,
    model: undefined,
    error: undefined,
  };
}

const lengthWords = new Set(["length", "max_tokens", "max_output_tokens", "model_length", "token_limit"]);
const refusedWords = new Set([
  "content_filter",
  "refusal",
  "safety",
  "recitation",
  "blocklist",
  "prohibited_content",
  "sensitive",
]);
/** The upstream broke off by itself: not an answer, though it may be billed. */
const brokenWords = new Set([
  "error",
  "abort",
  "aborted",
  "cancelled",
  "failed",
  "insufficient_system_resource",
  "network_error",
]);

/** The times and headers are the caller's to add. */
export type Outcome = Omit<Replied, "ms" | "limits" | "firstMs"> | Omit<CallFailed, "ms" | "limits" | "retryAfterMs">;

/**
 * An answer, or why it is none. What ended without the upstream's word is malformed: "stop" is never invented. An error that
 * came with a usage is billed as reported.
 */
export function outcomeOf(said: Said, maxTokens: number, textCharsMax: number): Outcome {
  const { usd } = said;
  const tokens = said.isUsageFinal || said.isComplete ? said.tokens : undefined;
  const billing = tokens === undefined ? "lost" : "reported";
  const counted = tokens === undefined ? {} : { tokens };
  if (said.error !== undefined) {
    const { message, code, type } = said.error;
    const words = message === "" ? `${code} ${type}` : message;
    return { kind: "failed", ...verdictOfWords(said.error), billing, ...counted, message: shorten(words) };
  }
  const word = said.finish?.toLowerCase() ?? "";
  if (brokenWords.has(word))
    return {
      kind: "failed",
      trouble: "server-error",
      message: `ended with "${shorten(word, 40)}"`,
      billing,
      ...counted,
      retryable: true,
    };
  if (word === "" && !said.isComplete)
    return {
      kind: "failed",
      trouble: "malformed",
      message: "cut off: no finish reason and no end",
      billing,
      ...counted,
      retryable: true,
    };

  let { text } = said;
  // A model that only calls tools has put its answer into their arguments.
  if (text === "" && said.refusal === "")
    text = [...said.toolCalls]
      .sort(([a], [b]) => a - b)
      .map(([, call]) => call)
      .join("\n");
  const isRefused = refusedWords.has(word) || (text === "" && said.refusal !== "");
  // Without a word for the end, the count of tokens tells a cut answer from one that ended.
  const isCut = lengthWords.has(word) || (word === "" && tokens !== undefined && tokens.tokensOut >= maxTokens);
  if (isRefused && text === "") text = said.refusal;
  if (text.length > textCharsMax)
    return {
      kind: "failed",
      trouble: "too-large",
      message: `the answer is longer than ${textCharsMax} characters`,
      billing,
      ...counted,
      retryable: false,
    };
  return {
    kind: "replied",
    text,
    finish: isRefused ? "refused" : isCut ? "length" : "stop",
    ...(tokens && isPlausible(tokens, text) ? { tokens } : {}),
    ...(usd !== undefined && { usd }),
    ...(said.logprobCount > 0 && { logprob: Math.min(0, said.logprobSum / said.logprobCount) }),
    ...(said.model !== undefined && { model: said.model }),
    ...(said.toolCalls.size > 0 && { toolCalls: said.toolCalls.size }),
  };
}

/** Zeros beside an answer were never filled in: nobody reads or writes text of no tokens. */
function isPlausible({ tokensIn, tokensOut }: TokenCounts, text: string): boolean {
  return tokensIn > 0 && (tokensOut > 0 || text === "");
}

/** Takes in log-probabilities of tokens, as lists of `{logprob}`. */
export function addLogprobs(said: Said, list: unknown): void {
  if (!Array.isArray(list)) return;
  for (const one of list) {
    const logprob = (one as { logprob?: unknown } | null)?.logprob;
    if (typeof logprob !== "number" || !Number.isFinite(logprob)) continue;
    said.logprobSum += logprob;
    said.logprobCount++;
  }
}
