/**
 * An OpenAI-compatible endpoint of stated truth. On `node:http` directly: faults need the socket, and as the upstream of
 * measurements it must be faster than what is measured.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { KnownError } from "../../errors.ts";
import { type Clock, systemClock } from "../../run/clock.ts";
import type { Task } from "../../run/task.ts";
import { type Random, random } from "../../theory/random.ts";
import { type Ask, digestOf, type Refusal, readChat, readResponses } from "./ask.ts";
import { type PromptCache, promptCache } from "./cache.ts";
import { deliver } from "./deliver.ts";
import { drawFault, type Fault, type Faults, faultNamed, requireFaults, settled } from "./faults.ts";
import { type MockLimits, rateLimiter } from "./limits.ts";
import { billBook, type MockBill } from "./mock-bill.ts";
import { indexTasks, worldTasks } from "./mock-tasks.ts";
import { writeError, writeReply } from "./replies.ts";
import { scriptedSpeaker } from "./scripted-speaker.ts";
import type { Speaker } from "./speaker.ts";
import { type World, worldExample } from "./world.ts";

export interface MockOptions {
  /** Scripted agents. @default the example */
  readonly world?: World;
  /** @default as many as the world states */
  readonly tasks?: readonly Task[];
  /** Who answers instead of scripted agents, as `replaySpeaker`. */
  readonly speaker?: Speaker;
  /** @default 1 */
  readonly seed?: number;
  /** @default 0: any free one */
  readonly port?: number;
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** Factor on the world's times, or the same time for every call. @default 1 */
  readonly latency?: number | { readonly fixedMs: number };
  /** Shares of tries by fault. */
  readonly faults?: Faults;
  /** What a 429 drawn as a fault asks for. @default 1000 */
  readonly retryAfterMs?: number;
  /** Between pieces of a slow drip. @default 200 */
  readonly dripMs?: number;
  readonly limits?: MockLimits;
  /** Key that callers must send. @default any or none */
  readonly apiKey?: string;
  /** False: the bill is not kept by Idempotency-Key. @default true */
  readonly billKeys?: boolean;
  /** For rate limits, dates and waiting. */
  readonly clock?: Clock;
}

/** A mock that listens. */
export interface Mock {
  /** With /v1: what clients call the base URL. */
  readonly url: string;
  readonly port: number;
  readonly models: readonly string[];
  readonly tasks: readonly Task[];
  bill(options?: { readonly keys?: boolean }): MockBill;
  /** Forgets the bill, what is cached and how often each request came. */
  reset(): void;
  /** Stops listening; what is in flight has `graceMs` to end. @default 0 */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/** The port cannot be listened on. */
export class PortUnavailable extends KnownError {
  readonly code = "port-unavailable";
  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    const why = cause.code === "EADDRINUSE" ? "somebody else listens there" : cause.message;
    super(`${host}:${port} cannot be listened on: ${why}.`, "Pass another --port; 0 takes any free one.", { cause });
  }
}

/** Longest body that is read. */
const bodyBytesMax = 32 * 2 ** 20;

/**
 * Starts a mock upstream in this process.
 *
 * @throws {PortUnavailable | BadMockOption} before anything listens
 */
export async function startMock(options: MockOptions = {}): Promise<Mock> {
  const { world = worldExample, seed = 1, port = 0, host = "127.0.0.1", latency = 1, clock = systemClock } = options;
  const { retryAfterMs = 1000, dripMs = 200, apiKey, billKeys = true } = options;
  const tasks = options.tasks ?? (options.speaker ? [] : worldTasks(world, seed));
  const speaker = options.speaker ?? scriptedSpeaker(world, indexTasks(tasks), seed);
  const faults = Object.entries(requireFaults(options.faults ?? {})).flatMap(([name, share]) => {
    const fault = faultNamed(name);
    return fault === undefined || share === 0 ? [] : [[fault, share] as const];
  });
  const limiter = rateLimiter(options.limits ?? {}, () => clock.monotonicMs());
  const book = billBook((model, tokens) => speaker.priceOf(model, tokens), billKeys);
  const caches = new Map<string, PromptCache>(speaker.models.map((model) => [model, promptCache(world.cache)]));
  const ordinals = counter();
  const tries = counter();
  const timings = counter();
  const modelList = JSON.stringify({
    object: "list",
    data: speaker.models.map((id) => ({ id, object: "model", created: 0, owned_by: "quorate-mock" })),
  });

  const server = createServer({ keepAliveTimeout: 60_000, noDelay: true }, (request, response) => {
    request.on("error", () => {}); // a client that leaves while it sends is nobody's trouble
    response.on("error", () => {});
    const url = request.url ?? "/";
    const mark = url.indexOf("?");
    const path = mark < 0 ? url : url.slice(0, mark);
    if (request.method === "POST") {
      if (path === "/v1/chat/completions") return withBody(request, response, readChat);
      if (path === "/v1/responses") return withBody(request, response, readResponses);
      if (path === "/reset") {
        reset();
        return sendJson(response, 200, `{"reset":true}`);
      }
    } else {
      if (path === "/health") return sendJson(response, 200, `{"status":"ok"}`);
      if (path === "/bill") return sendJson(response, 200, JSON.stringify(book.bill(/[?&]keys=1\b/.test(url))));
      if (path === "/v1/models") return sendJson(response, 200, modelList);
      const model = /^\/v1\/models\/(.+)$/.exec(path)?.[1];
      if (model !== undefined && speaker.models.includes(decodeURI(model)))
        return sendJson(
          response,
          200,
          JSON.stringify({ id: decodeURI(model), object: "model", created: 0, owned_by: "quorate-mock" }),
        );
    }
    request.resume();
    const missing: Refusal = {
      status: 404,
      code: "not_found",
      message: `Unknown request URL: ${request.method} ${path}.`,
    };
    sendJson(response, 404, writeError(missing));
  });

  function withBody(request: IncomingMessage, response: ServerResponse, read: (body: unknown) => Ask | Refusal): void {
    const parts: Buffer[] = [];
    let bytes = 0;
    request.on("data", (part: Buffer) => {
      bytes += part.length;
      if (bytes <= bodyBytesMax) parts.push(part);
    });
    request.on("end", () => {
      if (bytes > bodyBytesMax)
        return refuse(response, {
          status: 413,
          code: "too_large",
          message: `The body has more than ${bodyBytesMax} bytes.`,
        });
      let body: unknown;
      try {
        body = JSON.parse(parts.length === 1 ? parts[0]!.toString() : Buffer.concat(parts).toString());
      } catch {
        return refuse(response, {
          status: 400,
          code: "invalid_request_error",
          message: "We could not parse the JSON body of your request.",
        });
      }
      const ask = read(body);
      if ("code" in ask) return refuse(response, ask);
      answer(request, response, ask);
    });
  }

  function answer(request: IncomingMessage, response: ServerResponse, ask: Ask) {
    const { model } = ask;
    if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`)
      return refuse(response, { status: 401, code: "invalid_api_key", message: "Incorrect API key provided." });
    const cache = caches.get(model);
    if (cache === undefined)
      return refuse(response, {
        status: 404,
        code: "model_not_found",
        message: `The model \`${model}\` does not exist or you do not have access to it.`,
        param: "model",
      });
    book.arrived(model);
    const turnAway = (refusal: Refusal, headers: readonly string[] = []) => {
      book.refused(model, refusal.status);
      refuse(response, refusal, headers);
    };

    const estimate = estimateTokens(ask);
    const tooMuch = limiter.take(estimate, book.inFlight);
    if (tooMuch)
      return turnAway({ status: 429, code: "rate_limit_exceeded", message: tooMuch.message }, [
        ...limiter.headers(),
        "retry-after",
        String(Math.max(1, Math.ceil(tooMuch.retryAfterMs / 1000))),
        "retry-after-ms",
        String(Math.ceil(tooMuch.retryAfterMs)),
      ]);

    const sentKey = request.headers["idempotency-key"];
    const key = typeof sentKey === "string" && sentKey !== "" ? sentKey : undefined;
    const digest = digestOf(ask);
    const which = key ?? (ask.seed === undefined ? `#${ordinals.next(digest)}` : `seed ${ask.seed}`);
    const identity = `${digest} ${which}`;
    const fault = faultOf(request, identity);
    const early = fault === undefined ? undefined : refusalOf(fault, identity);
    if (early) return turnAway(early.refusal, [...limiter.headers(), ...early.headers]);
    if (fault === "reset-start") {
      book.refused(model, 0);
      request.socket.resetAndDestroy();
      return;
    }

    const spoken: ReturnType<typeof spokenOf> = spokenOf(ask, digest, identity);
    if ("status" in spoken) return turnAway(spoken);
    const prompt = cache.count(ask.messages, digest);
    const contextTokens = speaker.contextTokens(model);
    const tokensIn = spoken[0]!.tokensIn ?? prompt.tokens;
    if (contextTokens !== undefined && tokensIn > contextTokens)
      return turnAway({
        status: 400,
        code: "context_length_exceeded",
        message: `This model's maximum context length is ${contextTokens} tokens. However, your messages resulted in ${tokensIn} tokens.`,
        param: "messages",
      });
    const tokens = {
      tokensIn,
      tokensInCached: Math.min(prompt.cached, tokensIn),
      tokensOut: spoken.reduce((sum, one) => sum + one.tokensOut, 0),
      tokensReasoning: spoken.reduce((sum, one) => sum + one.tokensReasoning, 0),
    };
    const written = writeReply(ask, spoken, {
      id: idOf(identity),
      created: Math.floor(clock.wallMs() / 1000),
      tokens,
    });
    deliver({
      request,
      response,
      ask,
      written,
      tokens,
      ...timesOf(spoken),
      ...(fault === undefined ? {} : { fault }),
      work: book.begin(model, key, tokens.tokensIn, tokens.tokensInCached),
      headers: limiter.headers(),
      clock,
      dripMs,
      requestId: idOf(identity),
    });
  }

  function spokenOf(ask: Ask, digest: string, identity: string) {
    const all = [];
    for (let choice = 0; choice < ask.choices; choice++) {
      const own = choice === 0 ? identity : `${identity}/${choice}`;
      const one = speaker.answer(ask, digest, own, random(seed, own), timing(own));
      if ("status" in one) return one;
      all.push(stopped(one, ask.stop));
    }
    return all;
  }

  /** A straggler is chance: asked again, or by a hedge beside it, the same answer takes a time of its own. */
  function timing(identity: string): Random | undefined {
    if (typeof latency === "object" || latency === 0) return undefined; // nobody looks at it
    return random(seed, "time", identity, timings.next(identity));
  }

  /** Of all choices together: they are produced side by side. */
  function timesOf(spoken: readonly { readonly firstMs: number; readonly ms: number }[]) {
    if (typeof latency === "object") return { firstMs: latency.fixedMs / 2, ms: latency.fixedMs };
    const ms = Math.max(...spoken.map((one) => one.ms)) * latency;
    return { firstMs: Math.min(ms, Math.min(...spoken.map((one) => one.firstMs)) * latency), ms };
  }

  function faultOf(request: IncomingMessage, identity: string): Fault | undefined {
    const forced = request.headers["x-mock-fault"];
    if (typeof forced === "string") {
      // one fault, or one per try: "503,reset-body,none"
      const list = forced.split(",").map((name) => name.trim());
      const name = list[Math.min(list.length - 1, list.length > 1 ? tries.next(identity) : 0)]!;
      const fault = faultNamed(name);
      return fault === undefined ? undefined : settled(fault, random(seed, "forced", identity)());
    }
    if (faults.length === 0) return undefined;
    return drawFault(faults, seed, identity, tries.next(identity));
  }

  /** Faults that are told before any work; undefined where the work is done first, all or half of the times. */
  function refusalOf(fault: Fault, identity: string): { refusal: Refusal; headers: readonly string[] } | undefined {
    if (typeof fault === "string" && !fault.startsWith("429")) return undefined;
    const status = typeof fault === "string" ? 429 : fault.status;
    const afterWork = typeof fault === "object" && isAfterWork(status, random(seed, "charged", identity)());
    if (afterWork) return undefined;
    return { refusal: faultRefusal(status), headers: retryHeaders(fault, retryAfterMs, clock) };
  }

  function reset(): void {
    book.clear();
    ordinals.clear();
    tries.clear();
    timings.clear();
    speaker.reset?.();
    for (const cache of caches.values()) cache.clear();
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new PortUnavailable(host, port, error)));
    server.listen(port, host, 4096, resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${actual}/v1`,
    port: actual,
    models: speaker.models,
    tasks,
    bill: ({ keys = false } = {}) => book.bill(keys),
    reset,
    close: ({ graceMs = 0 } = {}) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
        if (graceMs === 0) server.closeAllConnections();
      }),
  };
}

/** Whether an error of this status comes after all the work. @param uniform  in [0, 1) */
export function isAfterWork(status: number, uniform: number): boolean {
  return status >= 500 && ![502, 503, 529].includes(status) && uniform < 0.5;
}

export function faultRefusal(status: number): Refusal {
  if (status === 429)
    return { status, code: "rate_limit_exceeded", message: "Rate limit reached for requests. Please try again later." };
  const message =
    status >= 500
      ? "The server had an error while processing your request."
      : `The request was turned away with status ${status}.`;
  return { status, code: status >= 500 ? "server_error" : "invalid_request_error", message };
}

function retryHeaders(fault: Fault, retryAfterMs: number, clock: Clock): readonly string[] {
  if (fault === "429-ms") return ["retry-after-ms", String(retryAfterMs)];
  if (fault === "429-date")
    return ["retry-after", new Date(Math.ceil((clock.wallMs() + retryAfterMs) / 1000) * 1000).toUTCString()];
  if (fault === "429-seconds" || (typeof fault === "object" && fault.status === 503))
    return ["retry-after", String(Math.ceil(retryAfterMs / 1000))];
  return [];
}

/** What a request may use, as far as its limit of tokens is known before work. */
function estimateTokens({ messages, maxTokens = 0 }: Ask): number {
  return Math.ceil(messages.reduce((sum, { content }) => sum + content.length, 0) / 4) + maxTokens;
}

/** Cut before the first of these texts, as `stop` asks; what was produced until then is charged. */
function stopped<S extends { readonly text: string; readonly tokensOut: number; readonly tokensReasoning: number }>(
  spoken: S,
  stop: readonly string[],
): S {
  const at = stop.reduce((least, one) => {
    const found = one === "" ? -1 : spoken.text.indexOf(one);
    return found < 0 ? least : Math.min(least, found);
  }, spoken.text.length);
  if (at === spoken.text.length) return spoken;
  return { ...spoken, text: spoken.text.slice(0, at), finish: "stop" };
}

/** How often each text was seen. */
function counter() {
  let seen = new Map<string, number>();
  return {
    next(text: string): number {
      const count = seen.get(text) ?? 0;
      seen.set(text, count + 1);
      return count;
    },
    clear() {
      seen = new Map();
    },
  };
}

function idOf(identity: string): string {
  const next = random(identity);
  const part = () =>
    Math.floor(next() * 4294967296)
      .toString(16)
      .padStart(8, "0");
  return part() + part() + part();
}

function refuse(response: ServerResponse, refusal: Refusal, headers: readonly string[] = []): void {
  sendJson(response, refusal.status, writeError(refusal), headers);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: string,
  headers: readonly string[] = [],
): void {
  response.writeHead(status, [
    "content-type",
    "application/json",
    "content-length",
    String(Buffer.byteLength(body)),
    ...headers,
  ]);
  response.end(body);
}
