import { StringDecoder } from "node:string_decoder";
import { createParser } from "eventsource-parser";
import { type Dialect, isRecord } from "./dialect.ts";
import { nothingSaid, type Said } from "./said.ts";

/**
 * Takes in a body as it comes: a stream of events, or one document where the upstream does not stream. Bodies of errors are
 * kept as text.
 */
export interface Reading {
  readonly said: Said;
  /** True where what came is not what the protocol says. */
  isMalformed: boolean;
  /** Of a document, or of an error. */
  text(): string;
  take(chunk: Buffer, status: number): "more" | "done" | "stop";
}

export function streamReading(dialect: Dialect, bufferCharsMax: number): Reading {
  const said = nothingSaid();
  const decoder = new StringDecoder("utf8");
  let form: "unknown" | "events" | "document" = "unknown";
  let text = "";
  let isDone = false;
  const seen = new Set<string>();
  const parser = createParser({
    maxBufferSize: bufferCharsMax,
    onError(error) {
      if (error.type === "max-buffer-size-exceeded") reading.isMalformed = true;
    },
    onEvent({ data, event, id }) {
      if (isDone || reading.isMalformed) return;
      if (data === "[DONE]") {
        said.isComplete = true;
        isDone = true;
        return;
      }
      const parsed = parseRecord(data);
      if (parsed === undefined) {
        if (data.trim() !== "") reading.isMalformed = true;
        return;
      }
      // A chunk that comes twice is told by its number, where it has one: equal words alone may be meant.
      const number = id ?? parsed["sequence_number"];
      if (number !== undefined) {
        const name = String(number);
        if (seen.has(name)) return;
        seen.add(name);
      }
      isDone = dialect.event(said, parsed, event);
    },
  });
  const reading: Reading = {
    said,
    isMalformed: false,
    text: () => text,
    take(chunk, status) {
      const part = decoder.write(chunk);
      if (form === "unknown") {
        const first = (text + part).trimStart()[0];
        if (first === undefined) {
          text += part;
          return "more";
        }
        form = status >= 300 || first === "{" || first === "[" || first === "<" ? "document" : "events";
      }
      if (form === "document") {
        text += part;
        return "more";
      }
      parser.feed(part);
      if (reading.isMalformed) return "stop";
      return isDone ? "done" : "more";
    },
  };
  return reading;
}

/** Takes in a body that came whole: a document, or events from an upstream that streams unasked. */
export function readWhole(dialect: Dialect, text: string): { said: Said; isMalformed: boolean } {
  const parsed = parseRecord(text);
  if (parsed !== undefined) {
    const said = nothingSaid();
    return { said, isMalformed: !dialect.whole(said, parsed) };
  }
  if (!/^\s*(data|event|id|retry)?:/.test(text)) return { said: nothingSaid(), isMalformed: true };
  const reading = streamReading(dialect, text.length + 1);
  reading.take(Buffer.from(text), 200);
  return reading;
}

export function parseRecord(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
