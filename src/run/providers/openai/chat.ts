import { errorWords } from "../http/failure.ts";
import { type Dialect, isRecord, schemaFormat, textOfContent } from "./dialect.ts";
import { addLogprobs, type Said } from "./said.ts";
import { laterUsage, readCostUsd, readUsage } from "./usage.ts";

/** Chat Completions: the interface that everybody speaks. */
export const chat: Dialect = {
  path: "/chat/completions",
  body(model, { messages, maxTokens, settings }, quirks, stream) {
    const { temperature, topP, stop, seed, effort, schema, logprobs, extra } = settings;
    return {
      ...extra,
      model,
      messages,
      [quirks.maxTokensField]: maxTokens,
      ...(temperature !== undefined && { temperature }),
      ...(topP !== undefined && { top_p: topP }),
      ...(stop !== undefined && { stop }),
      ...(seed !== undefined && { seed }),
      ...(effort !== undefined && { reasoning_effort: effort }),
      ...(schema !== undefined && { response_format: { type: "json_schema", json_schema: schemaFormat(schema) } }),
      ...(logprobs === true && { logprobs: true }),
      ...(stream && { stream: true }),
      ...(stream && quirks.includeUsage && { stream_options: { include_usage: true } }),
    };
  },
  whole(said, document) {
    takeCommon(said, document);
    const choice = firstChoice(document);
    if (choice === undefined) {
      said.isUsageFinal = true;
      return said.error !== undefined;
    }
    const message = choice["message"];
    takeMessage(said, choice, isRecord(message) ? message : choice);
    said.isUsageFinal = true;
    // The document is whole, or it would not have parsed: an upstream without finish reasons has ended all the same.
    said.isComplete = isRecord(message) || typeof choice["text"] === "string";
    return said.isComplete || said.error !== undefined;
  },
  event(said, data) {
    takeCommon(said, data);
    const choice = firstChoice(data);
    if (choice === undefined) {
      if (data["usage"] != null) said.isUsageFinal = true; // the last chunk: a usage and no choice
      return false;
    }
    const delta = choice["delta"] ?? choice["message"];
    takeMessage(said, choice, isRecord(delta) ? delta : choice);
    if (said.finish !== undefined && data["usage"] != null) said.isUsageFinal = true;
    return false; // the end is [DONE], or that of the body
  },
};

function takeCommon(said: Said, document: Readonly<Record<string, unknown>>): void {
  if (typeof document["model"] === "string" && document["model"] !== "") said.model = document["model"];
  if (document["usage"] != null) takeUsage(said, document["usage"]);
  if (document["error"] != null) said.error = errorWords(document);
}

export function takeUsage(said: Said, usage: unknown): void {
  said.tokens = laterUsage(said.tokens, readUsage(usage));
  said.usd = readCostUsd(usage) ?? said.usd;
}

/** Of several choices only the first is ours: we never ask for more. */
function firstChoice(document: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  const choices = document["choices"];
  if (!Array.isArray(choices)) return undefined;
  const first: unknown = choices.find((one) => isRecord(one) && (one["index"] ?? 0) === 0) ?? choices[0];
  return isRecord(first) ? first : undefined;
}

function takeMessage(
  said: Said,
  choice: Readonly<Record<string, unknown>>,
  message: Readonly<Record<string, unknown>>,
): void {
  const content = message["content"] ?? (message === choice ? choice["text"] : undefined);
  if (typeof content === "string") said.text += content;
  else if (content != null) said.text += textOfContent(content);
  if (typeof message["refusal"] === "string") said.refusal += message["refusal"];
  const calls = message["tool_calls"];
  if (Array.isArray(calls)) for (const [i, call] of calls.entries()) takeToolCall(said, call, i);
  else if (isRecord(message["function_call"])) takeToolCall(said, { function: message["function_call"] }, 0);
  const logprobs = choice["logprobs"];
  if (isRecord(logprobs)) addLogprobs(said, logprobs["content"]);
  const finish = choice["finish_reason"];
  if (typeof finish === "string" && finish !== "") said.finish = finish;
  if (choice["error"] != null) said.error = errorWords(choice);
}

function takeToolCall(said: Said, call: unknown, i: number): void {
  if (!isRecord(call) || !isRecord(call["function"])) return;
  const index = typeof call["index"] === "number" ? call["index"] : i;
  const part = call["function"]["arguments"];
  const text = typeof part === "string" ? part : part === undefined ? "" : JSON.stringify(part);
  said.toolCalls.set(index, (said.toolCalls.get(index) ?? "") + text);
}
