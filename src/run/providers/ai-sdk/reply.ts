import type { TokenCounts } from "../../../trace/event.ts";
import { isRecord } from "../openai/dialect.ts";
import { addLogprobs, nothingSaid, type Said } from "../openai/said.ts";
import { readCostUsd, readUsage } from "../openai/usage.ts";
import type { AiSdkResult } from "./model.ts";

/** What a model's result says, in the form in which all upstreams' answers are judged. */
export function readResult(result: AiSdkResult): Said {
  const said = nothingSaid();
  const content = result["content"];
  for (const part of Array.isArray(content) ? content : []) {
    if (!isRecord(part)) continue;
    if (part["type"] === "text" && typeof part["text"] === "string") said.text += part["text"];
    if (part["type"] === "tool-call") {
      const input = part["input"] ?? part["args"];
      said.toolCalls.set(said.toolCalls.size, typeof input === "string" ? input : (JSON.stringify(input) ?? ""));
    }
  }
  if (said.text === "" && typeof result["structuredOutputText"] === "string")
    said.text = result["structuredOutputText"];
  said.finish = finishOf(result["finishReason"]);
  const usage = isRecord(result["usage"]) ? result["usage"] : {};
  said.tokens = normalUsage(usage);
  said.usd = readCostUsd(usage["raw"]);
  const metadata = isRecord(result["providerMetadata"]) ? result["providerMetadata"] : {};
  for (const own of Object.values(metadata)) {
    if (!isRecord(own)) continue;
    addLogprobs(said, own["logprobs"]);
    said.usd ??= readCostUsd(own["usage"]);
  }
  const response = isRecord(result["response"]) ? result["response"] : {};
  if (typeof response["modelId"] === "string") said.model = response["modelId"];
  said.isComplete = Array.isArray(content);
  return said;
}

/** A word, or `{unified, raw}`. "other" and "unknown" say nothing: then the upstream's own word counts, where there is one. */
function finishOf(reason: unknown): string | undefined {
  const unified = isRecord(reason) ? reason["unified"] : reason;
  const raw = isRecord(reason) && typeof reason["raw"] === "string" ? reason["raw"] : undefined;
  if (unified === "content-filter") return "content_filter";
  if (unified === "other" || unified === "unknown" || typeof unified !== "string") return raw;
  return unified.replaceAll("-", "_");
}

/** v2 counts flat, v3 and v4 in two parts; where they say nothing, what the upstream itself said. */
function normalUsage(usage: Readonly<Record<string, unknown>>): TokenCounts | undefined {
  const { inputTokens, outputTokens } = usage;
  if (isRecord(inputTokens) && isRecord(outputTokens)) {
    const counted = readUsage({
      input_tokens: inputTokens["total"],
      input_tokens_details: { cached_tokens: inputTokens["cacheRead"] },
      output_tokens: outputTokens["total"],
      output_tokens_details: { reasoning_tokens: outputTokens["reasoning"] },
    });
    return counted ?? readUsage(usage["raw"]);
  }
  const counted = readUsage({
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: usage["cachedInputTokens"] },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: usage["reasoningTokens"] },
    total_tokens: usage["totalTokens"],
  });
  return counted ?? readUsage(usage["raw"]);
}

/** What the model could not send, in words. */
export function warningsOf(result: AiSdkResult): string[] {
  const warnings = result["warnings"];
  if (!Array.isArray(warnings)) return [];
  return warnings.filter(isRecord).map((warning) => {
    const what = warning["feature"] ?? warning["setting"] ?? warning["type"];
    const more = warning["details"] ?? warning["message"];
    const kind = warning["type"] === "other" ? "" : `${String(warning["type"])}: ${String(what)}`;
    return [kind, more].filter((part) => typeof part === "string" && part !== "").join(", ");
  });
}
