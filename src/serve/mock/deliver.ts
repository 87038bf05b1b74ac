import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../run/clock.ts";
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
  const { response, work, tokens, ms, clock, fault, request } = delivery;
  const begun = clock.monotonicMs();
  const left = new AbortController();
  let charged = false;
  const charge = (fate: Fate, share = 1) => {
    if (charged) return;
    charged = true;
    const tokensOut = Math.ceil(tokens.tokensOut * share);
    work.end(tokensOut, Math.min(tokens.tokensReasoning, tokensOut), fate);
  };
  const fate: Fate = fault === undefined || fault === "duplicate" || fault === "drip" ? "delivered" : "spoiled";
  if (ms === 0) charge(fate); // produced at once
  const onLeft = () => {
    left.abort();
    charge("aborted", ms > 0 ? Math.min(1, Math.max(0, (clock.monotonicMs() - begun) / ms)) : 1);
  };
  if (ms > 0 || fault !== undefined || delivery.ask.stream) response.on("close", onLeft);
  if (request.socket.destroyed) {
    onLeft();
    return;
  }
  const produced = () => charge(fate);
  if (delivery.ask.stream) stream(delivery, produced, left.signal);
  else whole(delivery, produced, left.signal);
}

type Produced = () => void;

/** After so many milliseconds, or at once for 0; never after the client has left. */
function after(ms: number, { clock }: Delivery, signal: AbortSignal, then: () => void): void {
  if (ms <= 0) then();
  else clock.sleep(ms, signal).then(then, () => {});
}

function whole(delivery: Delivery, produced: Produced, signal: AbortSignal): void {
  const { written, fault, ms, response, request, headers, requestId } = delivery;
  after(ms, delivery, signal, () => {
    produced();
    if (fault === "hang") return;
    if (fault === "reset-before") return void request.socket.resetAndDestroy();
    if (typeof fault === "object") return sendFailure(delivery, fault.status);
    const body = spoiled(written.body(fault !== "no-usage"), fault);
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
    send(delivery, [body], signal);
  });
}

function stream(delivery: Delivery, produced: Produced, signal: AbortSignal): void {
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
    after(ms, delivery, signal, () => {
      produced();
      if (fault === "hang") return;
      if (fault === "reset-before") return void request.socket.resetAndDestroy();
      if (typeof fault === "object") return sendFailure(delivery, fault.status);
      open();
      send(delivery, fault === "html" ? [page] : [events.map(({ text }) => text).join("")], signal);
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
    after(ms, delivery, signal, more);
  };
  wait();
}

/** Sends a body, or the part of it that the fault lets through. */
function send({ response, request, fault, dripMs, clock }: Delivery, parts: readonly string[], signal: AbortSignal) {
  const body = Buffer.from(parts.join(""));
  const reset = () => request.socket.resetAndDestroy();
  // A reset throws away what the kernel has not sent: what must be seen gets time to leave.
  const resetSoon = () => void clock.sleep(20, signal).then(reset, () => {});
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
    clock.sleep(dripMs, signal).then(drip, () => {});
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
