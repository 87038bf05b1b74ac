import { errorWords } from "../http/failure.ts";
import { takeUsage } from "./chat.ts";
import { type Dialect, isRecord, schemaFormat } from "./dialect.ts";
import { addLogprobs, nothingSaid, type Said } from "./said.ts";

/** The Responses API. It knows neither `stop` nor `seed`: stops are cut off here, seeds are not sent. */
export const responses: Dialect = {
  path: "/responses",
  body(model, { messages, maxTokens, settings }, _quirks, stream) {
    const { temperature, topP, effort, schema, logprobs, extra } = settings;
    return {
      store: false,
      ...extra,
      model,
      input: messages,
      max_output_tokens: maxTokens,
      ...(temperature !== undefined && { temperature }),
      ...(topP !== undefined && { top_p: topP }),
      ...(effort !== undefined && { reasoning: { ...(extra?.["reasoning"] as object | undefined), effort } }),
      ...(schema !== undefined && {
        text: { ...(extra?.["text"] as object | undefined), format: { type: "json_schema", ...schemaFormat(schema) } },
      }),
      ...(logprobs === true && { include: ["message.output_text.logprobs"] }),
      ...(stream && { stream: true }),
    };
  },
  whole(said, document) {
    if (!Array.isArray(document["output"]) && typeof document["output_text"] !== "string") {
      if (document["error"] == null && document["status"] !== "failed") return false;
      said.error = errorWords(document);
      if (document["usage"] != null) takeUsage(said, document["usage"]);
      said.isUsageFinal = true;
      return true;
    }
    takeResponse(said, document);
    said.isUsageFinal = true;
    return true;
  },
  event(said, data, name) {
    const type = typeof data["type"] === "string" ? data["type"] : name;
    if (type === "response.output_text.delta") {
      if (typeof data["delta"] === "string") said.text += data["delta"];
      addLogprobs(said, data["logprobs"]);
    } else if (type === "response.refusal.delta") {
      if (typeof data["delta"] === "string") said.refusal += data["delta"];
    } else if (type === "error" || (type === undefined && data["error"] != null)) {
      said.error = errorWords(data);
      return true;
    } else if (type === "response.completed" || type === "response.incomplete" || type === "response.failed") {
      const response = isRecord(data["response"]) ? data["response"] : {};
      takeEnd(said, response, type);
      return true;
    }
    return false;
  },
};

/** The last event has the whole response again; where its output is empty, what was streamed stands. */
function takeEnd(said: Said, response: Readonly<Record<string, unknown>>, type: string): void {
  const again = nothingSaid();
  takeResponse(again, response);
  if (again.text !== "" || again.refusal !== "" || again.toolCalls.size > 0) {
    said.text = again.text;
    said.refusal = again.refusal;
    for (const [i, call] of again.toolCalls) said.toolCalls.set(i, call);
  }
  if (again.logprobCount > 0) {
    said.logprobSum = again.logprobSum;
    said.logprobCount = again.logprobCount;
  }
  said.tokens = again.tokens ?? said.tokens;
  said.usd = again.usd ?? said.usd;
  said.model = again.model ?? said.model;
  said.finish = again.finish ?? { "response.incomplete": "length", "response.failed": "failed" }[type];
  said.error = again.error ?? (type === "response.failed" ? errorWords("the response failed") : undefined);
  said.isUsageFinal = true;
  said.isComplete = true;
}

function takeResponse(said: Said, response: Readonly<Record<string, unknown>>): void {
  if (typeof response["model"] === "string" && response["model"] !== "") said.model = response["model"];
  if (response["usage"] != null) takeUsage(said, response["usage"]);
  if (response["error"] != null) said.error = errorWords(response);
  const output = response["output"];
  for (const item of Array.isArray(output) ? output : []) {
    if (!isRecord(item)) continue;
    if (item["type"] === "function_call") said.toolCalls.set(said.toolCalls.size, argumentsOf(item["arguments"]));
    if (item["type"] !== "message" && item["type"] !== undefined) continue;
    takeContent(said, item["content"]);
  }
  if (said.text === "" && typeof response["output_text"] === "string") said.text = response["output_text"];
  takeStatus(said, response);
}

function takeContent(said: Said, content: unknown): void {
  if (typeof content === "string") said.text += content;
  for (const part of Array.isArray(content) ? content : []) {
    if (!isRecord(part)) continue;
    if (typeof part["refusal"] === "string") said.refusal += part["refusal"];
    else if (typeof part["text"] === "string") said.text += part["text"];
    addLogprobs(said, part["logprobs"]);
  }
}

function takeStatus(said: Said, response: Readonly<Record<string, unknown>>): void {
  const status = response["status"];
  const details = response["incomplete_details"];
  if (status === "completed" || status === undefined) said.isComplete = true;
  else if (status === "incomplete") {
    const reason = isRecord(details) ? details["reason"] : undefined;
    said.finish = typeof reason === "string" ? reason : "length";
  } else if (typeof status === "string") said.finish = status; // failed, cancelled; queued and in_progress are no end
  if (said.finish === "queued" || said.finish === "in_progress") said.finish = undefined;
}

function argumentsOf(value: unknown): string {
  return typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
}
