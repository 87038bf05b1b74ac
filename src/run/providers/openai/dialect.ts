import type { CallSettings, ModelCall } from "../../call.ts";
import type { Said } from "./said.ts";

/** What this upstream was found to want, or was configured to. */
export interface Quirks {
  maxTokensField: "max_tokens" | "max_completion_tokens";
  includeUsage: boolean;
}

/** One of the interfaces that OpenAI's upstreams speak. */
export interface Dialect {
  /** After the base URL. */
  readonly path: string;
  /** The request's body, before JSON. */
  body(model: string, call: ModelCall, quirks: Quirks, stream: boolean): Record<string, unknown>;
  /** Takes in a whole answer. Says false where it is none. */
  whole(said: Said, document: Readonly<Record<string, unknown>>): boolean;
  /** Takes in one event of a stream. True: the answer is complete. */
  event(said: Said, data: Readonly<Record<string, unknown>>, name: string | undefined): boolean;
}

/** Fields that decide how much is billed, or how the answer is read: an `extra` must not touch them. */
export const reservedFields: readonly string[] = [
  "model",
  "messages",
  "input",
  "stream",
  "stream_options",
  "n",
  "best_of",
  "max_tokens",
  "max_completion_tokens",
  "max_output_tokens",
];

const checked = new WeakMap<object, string>();

/** The first field of `extra` that is reserved; empty where there is none. */
export function reservedIn(extra: CallSettings["extra"]): string {
  if (extra === undefined) return "";
  const known = checked.get(extra);
  if (known !== undefined) return known;
  const found = reservedFields.find((name) => name in extra) ?? "";
  checked.set(extra, found);
  return found;
}

/** Text of a message: a string, or parts of which those with text count. */
export function textOfContent(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  let text = "";
  for (const part of content) {
    if (typeof part === "string") text += part;
    else if (isRecord(part) && typeof part["text"] === "string" && part["type"] !== "reasoning") text += part["text"];
  }
  return text;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function schemaFormat(schema: unknown): Record<string, unknown> {
  return { name: "answer", schema, strict: true };
}
