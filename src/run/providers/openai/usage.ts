import type { TokenCounts } from "../../../trace/event.ts";

/** More than this nobody bills for one call: such a count is a mistake of the upstream's, and as if it were not there. */
const countMost = 1e9;

/**
 * A usage in normal form: the whole prompt with its cached part, the whole answer with its reasoning part. Never less than
 * the upstream may bill: what upstreams leave out of a sum is put back in.
 *
 * - OpenAI chat: prompt_tokens ⊃ prompt_tokens_details.cached_tokens, completion_tokens ⊃ completion_tokens_details.reasoning_tokens
 * - Responses: input_tokens ⊃ input_tokens_details.cached_tokens, output_tokens ⊃ output_tokens_details.reasoning_tokens
 * - DeepSeek: prompt_cache_hit_tokens + prompt_cache_miss_tokens = prompt_tokens
 * - Anthropic: input_tokens leaves out cache_read_input_tokens and cache_creation_input_tokens
 * - xAI, Gemini: completion_tokens leaves out the reasoning, total_tokens has it
 *
 * @returns undefined where prompt or answer are not stated, or cannot be read as counts: the call is then bounded
 */
export function readUsage(usage: unknown): TokenCounts | undefined {
  if (typeof usage !== "object" || usage === null) return undefined;
  const said = usage as Readonly<Record<string, unknown>>;
  const inDetails = record(said["prompt_tokens_details"] ?? said["input_tokens_details"]);
  const outDetails = record(said["completion_tokens_details"] ?? said["output_tokens_details"]);

  const read = count(said["cache_read_input_tokens"]) ?? 0;
  const created = count(said["cache_creation_input_tokens"]) ?? 0;
  const hit = count(said["prompt_cache_hit_tokens"]);
  const miss = count(said["prompt_cache_miss_tokens"]);
  let cached = count(inDetails["cached_tokens"]) ?? hit ?? count(said["cached_tokens"]) ?? read;
  // A count that is stated and cannot be read is not made up for by another name of it.
  let tokensIn = count(said["prompt_tokens"] ?? said["input_tokens"]);
  if (tokensIn !== undefined && said["prompt_tokens"] == null) {
    // Where details are given the sum is the whole, as in OpenAI's form.
    if (said["input_tokens_details"] === undefined) tokensIn += read + created;
  } else if (said["prompt_tokens"] == null && said["input_tokens"] == null && hit !== undefined && miss !== undefined)
    tokensIn = hit + miss;
  let tokensOut = count(said["completion_tokens"] ?? said["output_tokens"]);
  const reasoning = count(outDetails["reasoning_tokens"]) ?? count(said["reasoning_tokens"]) ?? 0;
  if (tokensIn === undefined || tokensOut === undefined) return undefined;

  // A part that is greater than its whole was not in it.
  if (cached > tokensIn) tokensIn += cached;
  cached = Math.min(cached, tokensIn);
  if (reasoning > tokensOut) tokensOut += reasoning;
  const total = count(said["total_tokens"]);
  // What a total has beyond its parts is most often reasoning, and the answer's tokens are the dearer ones.
  if (total !== undefined && total > tokensIn + tokensOut) tokensOut = total - tokensIn;
  if (tokensIn + tokensOut > countMost) return undefined;
  // An answer of nothing to a prompt of nothing: a field that was never filled in.
  if (tokensIn === 0 && tokensOut === 0) return undefined;
  return { tokensIn, tokensInCached: cached, tokensOut, tokensReasoning: reasoning };
}

/** US dollars that the upstream says it charged: OpenRouter's `cost`, and the like of others. */
export function readCostUsd(usage: unknown): number | undefined {
  if (typeof usage !== "object" || usage === null) return undefined;
  const said = usage as Readonly<Record<string, unknown>>;
  const cost = said["cost"];
  const usd = number(cost) ?? number(record(cost)["total_cost"]) ?? number(said["estimated_cost"]);
  return usd !== undefined && usd >= 0 && usd <= 1e6 ? usd : undefined;
}

/** Of two usages of one call the later one, unless it says less: some upstreams count up, some repeat, some end with zeros. */
export function laterUsage(before: TokenCounts | undefined, now: TokenCounts | undefined): TokenCounts | undefined {
  if (before === undefined || now === undefined) return now ?? before;
  return now.tokensIn + now.tokensOut >= before.tokensIn + before.tokensOut ? now : before;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** A whole number of tokens, rounded up; also as text, as some gateways have it. */
function count(value: unknown): number | undefined {
  const found = number(value);
  return found !== undefined && found >= 0 && found <= countMost ? Math.ceil(found) : undefined;
}

function number(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value === "string" && value.length < 40 && /^\s*\d+(\.\d+)?(e[-+]?\d+)?\s*$/i.test(value))
    return Number(value);
  return undefined;
}
