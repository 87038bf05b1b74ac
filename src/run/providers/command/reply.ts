import type { TokenCounts } from "../../../trace/event.ts";
import { isRecord } from "../openai/dialect.ts";
import type { Outcome } from "../openai/said.ts";
import { readUsage } from "../openai/usage.ts";

export interface ReplyLimits {
  readonly isRepeatable: boolean;
  readonly textCharsMax: number;
  readonly usdMax: number | undefined;
}

/** What a program or an agent said: `{answer | text, usage, toolCalls, usd, finish, logprob, model}`, or `{error}`. */
export function readReply(document: unknown, { isRepeatable, textCharsMax, usdMax }: ReplyLimits): Outcome {
  const failed = (message: string, tokens?: TokenCounts): Outcome => ({
    kind: "failed",
    trouble: "malformed",
    message,
    ...(tokens ? { billing: "reported", tokens } : { billing: "lost" }),
    retryable: isRepeatable,
  });
  if (!isRecord(document)) return failed("it did not answer with a JSON object");
  const tokens = usageOf(document["usage"]);
  if (document["error"] != null) {
    const said = typeof document["error"] === "string" ? document["error"] : JSON.stringify(document["error"]);
    return { ...failed(said.slice(0, 300), tokens), trouble: "server-error" } as Outcome;
  }
  const text = textOf(document["text"] ?? document["answer"]);
  if (text === undefined) return failed('it gave neither "answer" nor "text"', tokens);
  if (text.length > textCharsMax)
    return {
      ...failed(`its answer is longer than ${textCharsMax} characters`, tokens),
      trouble: "too-large",
      retryable: false,
    } as Outcome;
  const usd = numberOf(document["usd"]);
  const calls = document["toolCalls"];
  const toolCalls = Array.isArray(calls) ? calls.length : numberOf(calls);
  const logprob = numberOf(document["logprob"], -1e6, 0);
  const finish = document["finish"];
  return {
    kind: "replied",
    text,
    finish: finish === "length" || finish === "refused" ? finish : "stop",
    ...(tokens && { tokens }),
    ...(usd !== undefined && { usd }),
    ...(toolCalls !== undefined && { toolCalls: Math.floor(toolCalls) }),
    ...(logprob !== undefined && { logprob }),
    ...(typeof document["model"] === "string" && { model: document["model"] }),
    ...(usd !== undefined &&
      usdMax !== undefined &&
      usd > usdMax && { warnings: [`it says it spent $${usd}, more than the $${usdMax} it was allowed`] }),
  };
}

/** null: it answered, and says that it knows none. */
function textOf(value: unknown): string | undefined {
  if (value === null) return "";
  if (typeof value === "string") return value;
  return value === undefined ? undefined : JSON.stringify(value);
}

/** The forms that upstreams use, and our own names. A program may do without a model: then both counts are 0. */
function usageOf(usage: unknown): TokenCounts | undefined {
  if (!isRecord(usage)) return undefined;
  const tokensIn = usage["tokensIn"] ?? usage["prompt_tokens"] ?? usage["input_tokens"] ?? usage["inputTokens"];
  const tokensOut = usage["tokensOut"] ?? usage["completion_tokens"] ?? usage["output_tokens"] ?? usage["outputTokens"];
  if (tokensIn === 0 && tokensOut === 0) return { tokensIn: 0, tokensInCached: 0, tokensOut: 0, tokensReasoning: 0 };
  return readUsage({
    ...(tokensIn === usage["input_tokens"] ? {} : { prompt_tokens: tokensIn }),
    completion_tokens: tokensOut,
    cached_tokens: usage["tokensInCached"],
    reasoning_tokens: usage["tokensReasoning"],
    ...usage,
  });
}

function numberOf(value: unknown, least = 0, most = 1e6): number | undefined {
  return typeof value === "number" && value >= least && value <= most ? value : undefined;
}
