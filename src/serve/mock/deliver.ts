import type { IncomingMessage, ServerResponse } from "node:http";
import { type Clock, systemClock } from "../../run/clock.ts";
import type { TokenCounts } from "../../trace/event.ts";
import type { Ask } from "./ask.ts";
import type { Fault } from "./faults.ts";
import type { Fate, Work } from "./mock-bill.ts";
import { type StreamEvent, type Written, writeError } from "./replies.ts";

export interface Delivery {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly ask: Ask;
  readonly written: Written;
  readonly tokens: TokenCounts;
  readonly firstMs: number;
  readonly ms: number;
  readonly fault?: Fault;
  readonly work: Work;
  readonly headers: readonly string[];
  readonly clock: Clock;
  readonly dripMs: number;
  readonly requestId: string;
}

/**
 * Sends an answer as it is produced, or spoils it, and charges it. Answers are produced evenly from the beginning of the work
 * to its end; who leaves before is charged what was produced until then, streamed or not.
 */
export function deliver(delivery: Delivery): void {
  const { response, work, tokens, ms, clock, fault, ask, request } = delivery;
  if (ms === 0 && fault === undefined && !ask.stream) {
    work.end(tokens.tokensOut, tokens.tokensReasoning, "delivered"); // produced at once
    sendWhole(delivery, delivery.written.body(true));
    return;
  }
  const begun = clock.monotonicMs();
  const waits = waiting(clock);
  let charged = false;
  const charge = (fate: Fate, share = 1) => {
    if (charged) return;
    charged = true;
    const tokensOut = Math.ceil(tokens.tokensOut * share);
    work.end(tokensOut, Math.min(tokens.tokensReasoning, tokensOut), fate);
  };
  const fate: Fate = fault === undefined || fault === "duplicate" || fault === "drip" ? "delivered" : "spoiled";
  const produced = () => charge(fate);
  if (ms === 0) produced();
  const onLeft = () => {
    waits.stop();
    charge("aborted", Math.min(1, Math.max(0, (clock.monotonicMs() - begun) / ms)));
  };
  if (request.socket.destroyed) {
    onLeft();
    return;
  }
  response.on("close", onLeft);
  if (ask.stream) stream(delivery, produced, waits);
  else whole(delivery, produced, waits);
}

/** Waits of one delivery, one at a time; none of them ends after the client has left. */
interface Waiting {
  /** At once for 0. */
  after(ms: number, then: () => void): void;
  stop(): void;
}

function waiting(clock: Clock): Waiting {
  let timer: NodeJS.Timeout | undefined;
  let left: AbortController | undefined;
  return {
    after(ms, then) {
      if (ms <= 0) then();
      else if (clock === systemClock)
        timer = setTimeout(then, ms); // the same without a promise: it is most of the cost
      else {
        left ??= new AbortController();
        clock.sleep(ms, left.signal).then(then, () => {});
      }
    },
    stop() {
      clearTimeout(timer);
      left?.abort();
    },
  };
}

type Produced = () => void;

function whole(delivery: Delivery, produced: Produced, waits: Waiting): void {
  const { written, fault, ms, response, request, headers, requestId } = delivery;
  waits.after(ms, () => {
    produced();
    if (fault === "hang") return;
    if (fault === "reset-before") return void request.socket.resetAndDestroy();
    if (typeof fault === "object") return sendFailure(delivery, fault.status);
    const body = spoiled(written.body(fault !== "no-usage"), fault);
    if (fault === undefined) return sendWhole(delivery, body);
    const html = fault === "content-type" || fault === "html";
    response.writeHead(200, [
      "content-type",
      html ? "text/html; charset=utf-8" : "application/json",
      "content-length",
      String(Buffer.byteLength(body)),
      "x-request-id",
      requestId,
      ...headers,
    ]);
    send(delivery, [body], waits);
  });
}

function sendWhole({ response, requestId, headers }: Delivery, body: string) {
  response.writeHead(200, [
    "content-type",
    "application/json",
    "content-length",
    String(Buffer.byteLength(body)),
    "x-request-id",
    requestId,
    ...headers,
  ]);
  response.end(body);
}

function stream(delivery: Delivery, produced: Produced, waits: Waiting): void {
  const { written, fault, tokens, firstMs, ms, response, request, headers, requestId } = delivery;
  const events = spoiledEvents(written.events(fault !== "no-usage"), fault);
  const visibleFrom = firstMs + (ms - firstMs) * (tokens.tokensOut > 0 ? tokens.tokensReasoning / tokens.tokensOut : 0);
  const timeOf = ({ when }: StreamEvent) =>
    when === "opening" ? firstMs : when === "closing" ? ms : visibleFrom + (ms - visibleFrom) * when.share;
  const open = () => {
    const html = fault === "content-type" || fault === "html";
    response.writeHead(200, [
      "content-type",
      html ? "text/html; charset=utf-8" : "text/event-stream; charset=utf-8",
      "cache-control",
      "no-cache",
      "x-request-id",
      requestId,
      ...headers,
    ]);
  };
  const atEnd = fault === "hang" || fault === "reset-before" || typeof fault === "object" || fault === "html";
  if (ms === 0 || atEnd || fault === "reset-headers" || fault === "reset-body" || fault === "drip") {
    waits.after(ms, () => {
      produced();
      if (fault === "hang") return;
      if (fault === "reset-before") return void request.socket.resetAndDestroy();
      if (typeof fault === "object") return sendFailure(delivery, fault.status);
      open();
      send(delivery, fault === "html" ? [page] : [events.map(({ text }) => text).join("")], waits);
    });
    return;
  }
  let at = 0;
  let now = 0;
  const more = () => {
    if (at === 0) open();
    let text = "";
    while (at < events.length && timeOf(events[at]!) <= now + 1) text += events[at++]!.text; // a millisecond is one write
    if (at === events.length) {
      produced();
      response.end(text);
      return;
    }
    response.write(text);
    wait();
  };
  const wait = () => {
    const next = timeOf(events[at]!);
    const ms = next - now;
    now = next;
    waits.after(ms, more);
  };
  wait();
}

/** Sends a body, or the part of it that the fault lets through. */
function send({ response, request, fault, dripMs }: Delivery, parts: readonly string[], waits: Waiting) {
  const body = Buffer.from(parts.join(""));
  const reset = () => request.socket.resetAndDestroy();
  // A reset throws away what the kernel has not sent: what must be seen gets time to leave.
  const resetSoon = () => waits.after(20, reset);
  if (fault === "reset-headers") {
    response.flushHeaders();
    return resetSoon();
  }
  if (fault === "reset-body") {
    response.write(body.subarray(0, body.length >> 1));
    return resetSoon();
  }
  if (fault !== "drip") return void response.end(body);
  const pieceBytes = Math.max(1, Math.ceil(body.length / 24));
  let from = 0;
  const drip = () => {
    response.write(body.subarray(from, from + pieceBytes));
    from += pieceBytes;
    if (from >= body.length) return void response.end();
    waits.after(dripMs, drip);
  };
  drip();
}

/** An error after all the work was done. */
function sendFailure({ response, requestId, headers }: Delivery, status: number): void {
  const body = writeError({
    status,
    code: "server_error",
    message: "The server had an error while processing your request. Sorry about that!",
  });
  response.writeHead(status, [
    "content-type",
    "application/json",
    "content-length",
    String(Buffer.byteLength(body)),
    "x-request-id",
    requestId,
    ...headers,
  ]);
  response.end(body);
}

const page = "<!doctype html><html><head><title>Welcome</title></head><body><h1>Please sign in</h1></body></html>\n";

function spoiled(body: string, fault: Fault | undefined): string {
  if (fault === "truncated") return body.slice(0, body.length >> 1);
  if (fault === "bad-json") return body.replace('":', "' ");
  return fault === "html" ? page : body;
}

function spoiledEvents(events: readonly StreamEvent[], fault: Fault | undefined): readonly StreamEvent[] {
  if (fault === "truncated") return events.slice(0, Math.max(1, events.length >> 1));
  if (fault === "bad-json")
    return events.map((event, i) =>
      i === events.length >> 1 ? { ...event, text: event.text.replace('":', "' ") } : event,
    );
  if (fault === "duplicate") return events.flatMap((event) => (event.stutters ? [event, event] : [event]));
  return events;
}
