import { hash } from "node:crypto";
import type { Message } from "../../run/call.ts";

/** A request for an answer, whichever protocol it came by. */
export interface Ask {
  readonly protocol: "chat" | "responses";
  readonly model: string;
  readonly messages: readonly Message[];
  readonly maxTokens?: number;
  readonly effort?: string;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stop: readonly string[];
  /** The body's own seed. */
  readonly seed?: number;
  /** How many answers are wanted. */
  readonly choices: number;
  readonly stream: boolean;
  /** Of a chat stream: whether its last chunk tells the usage. */
  readonly includeUsage: boolean;
  readonly logprobs: boolean;
  /** JSON schema that the answer must have; true: any JSON. */
  readonly schema?: unknown;
}

/** Why a request is turned away, in the words of the protocol. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly param?: string;
}

type Json = Record<string, unknown>;

/** Reads a body of `POST /v1/chat/completions`. */
export function readChat(body: unknown): Ask | Refusal {
  if (!isObject(body)) return bad("The body must be a JSON object.");
  const base = readBase(body);
  if ("status" in base) return base;
  const messages = readMessages(body["messages"], "messages");
  if ("status" in messages) return messages;
  const maxTokens = readCount(body, "max_completion_tokens") ?? readCount(body, "max_tokens");
  if (typeof maxTokens === "object") return maxTokens;
  const choices = readCount(body, "n") ?? 1;
  if (typeof choices === "object") return choices;
  if (choices > 128) return bad("n is at most 128.", "n");
  const { stop, response_format: format, stream_options: streamOptions } = body;
  const schema = isObject(format) ? schemaOf(format, format["json_schema"]) : undefined;
  return {
    ...base,
    protocol: "chat",
    messages,
    choices,
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(typeof body["reasoning_effort"] === "string" ? { effort: body["reasoning_effort"] } : {}),
    stop: typeof stop === "string" ? [stop] : Array.isArray(stop) ? stop.filter((one) => typeof one === "string") : [],
    includeUsage: isObject(streamOptions) && streamOptions["include_usage"] === true,
    logprobs: body["logprobs"] === true,
    ...(schema === undefined ? {} : { schema }),
  };
}

/** Reads a body of `POST /v1/responses`. */
export function readResponses(body: unknown): Ask | Refusal {
  if (!isObject(body)) return bad("The body must be a JSON object.");
  const base = readBase(body);
  if ("status" in base) return base;
  const { input, instructions, reasoning, text, include } = body;
  const messages = readMessages(typeof input === "string" ? [{ role: "user", content: input }] : input, "input");
  if ("status" in messages) return messages;
  const maxTokens = readCount(body, "max_output_tokens");
  if (typeof maxTokens === "object") return maxTokens;
  const format = isObject(text) ? text["format"] : undefined;
  const schema = isObject(format) ? schemaOf(format, format) : undefined;
  return {
    ...base,
    protocol: "responses",
    messages: typeof instructions === "string" ? [{ role: "system", content: instructions }, ...messages] : messages,
    choices: 1,
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(isObject(reasoning) && typeof reasoning["effort"] === "string" ? { effort: reasoning["effort"] } : {}),
    stop: [],
    includeUsage: true,
    logprobs: Array.isArray(include) && include.includes("message.output_text.logprobs"),
    ...(schema === undefined ? {} : { schema }),
  };
}

/**
 * What makes two requests the same question: model, messages and settings, whichever protocol or client wrote them down;
 * whether it is streamed does not matter.
 */
export function digestOf(ask: Ask): string {
  let text = `${ask.model}\0${ask.effort ?? ""}\0${ask.maxTokens ?? ""}\0${ask.temperature ?? ""}\0${ask.topP ?? ""}\0${ask.choices}\0${ask.stop.join("\u0001")}`;
  if (ask.schema !== undefined) text += `\0${JSON.stringify(ask.schema)}`;
  for (const { role, content } of ask.messages) text += `\0${role}\0${content}`;
  return hash("sha1", text, "hex");
}

function readBase(body: Json): Pick<Ask, "model" | "temperature" | "topP" | "seed" | "stream"> | Refusal {
  const { model, temperature, top_p: topP, seed, stream } = body;
  if (typeof model !== "string" || model === "") return bad("you must provide a model parameter", "model");
  if (temperature != null && !(typeof temperature === "number" && temperature >= 0 && temperature <= 2))
    return bad("temperature must be a number from 0 to 2.", "temperature");
  if (topP != null && !(typeof topP === "number" && topP >= 0 && topP <= 1))
    return bad("top_p must be a number from 0 to 1.", "top_p");
  return {
    model,
    ...(typeof temperature === "number" ? { temperature } : {}),
    ...(typeof topP === "number" ? { topP } : {}),
    ...(typeof seed === "number" ? { seed } : {}),
    stream: stream === true,
  };
}

function readMessages(list: unknown, param: string): readonly Message[] | Refusal {
  if (!Array.isArray(list) || list.length === 0) return bad(`${param} must be a list that is not empty.`, param);
  const messages: Message[] = [];
  for (const [i, one] of list.entries()) {
    if (!isObject(one)) return bad(`${param}[${i}] must be an object.`, param);
    const { role, content } = one;
    if (param === "input" && role === undefined) continue; // items of a conversation that are no messages
    const known =
      role === "developer" ? "system" : role === "tool" || role === "function" ? "user" : (role as Message["role"]);
    if (known !== "system" && known !== "user" && known !== "assistant")
      return bad(`${param}[${i}].role is none of system, developer, user, assistant, tool.`, param);
    messages.push({ role: known, content: textOf(content) });
  }
  return messages;
}

/** Text parts of a message; pictures and sounds say nothing to a script. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => (isObject(part) && typeof part["text"] === "string" ? part["text"] : "")).join("");
}

function readCount(body: Json, field: string): number | undefined | Refusal {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 1)
    return bad(`${field} must be an integer of at least 1.`, field);
  return value;
}

function schemaOf(format: Json, holder: unknown): unknown {
  if (format["type"] === "json_object") return true;
  if (format["type"] !== "json_schema") return undefined;
  return (isObject(holder) ? holder["schema"] : undefined) ?? true;
}

function bad(message: string, param?: string): Refusal {
  return { status: 400, code: "invalid_request_error", message, ...(param === undefined ? {} : { param }) };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
