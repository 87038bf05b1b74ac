// An upstream in a process of its own that remembers who asked for what, and how each request ended: the mock, and beside
// it a log that shares no code with the mock's own bill. Forked; asked and answered by messages.
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { type Mock, type MockOptions, startMock } from "../../src/serve/mock/server.ts";

export type ToUpstream =
  /** Starts a mock in the place of the one before. Answered by its url. */
  | { readonly ask: "start"; readonly options: MockOptions }
  /** Answered by the requests since the last such question, once every connection of the caller is gone. */
  | { readonly ask: "since" }
  | { readonly ask: "bill" };

export type FromUpstream =
  | { readonly tell: "ready" }
  | { readonly tell: "start"; readonly url: string }
  | { readonly tell: "since"; readonly log: readonly Logged[] }
  | { readonly tell: "bill"; readonly bill: UpstreamBill }
  /** The first request since the last question for them: whoever was started is at work. */
  | { readonly tell: "first" };

/** One request, in the order in which requests arrived. */
export interface Logged {
  /** Its Idempotency-Key. */
  readonly key: string;
  /** When it arrived, in ms on a clock that only goes forward. */
  readonly atMs: number;
  /** 0: the connection ended before a status was sent. */
  readonly status: number;
  /** True where a complete answer was handed to the socket: whoever reads it has what was asked for. */
  readonly whole: boolean;
}

/** What was charged in all. */
export interface UpstreamBill {
  readonly calls: number;
  readonly tokens: number;
  readonly nanoUsd: number;
}

let mock: Mock | undefined;
let log: { key: string; atMs: number; status: number; whole: boolean }[] = [];
const servers = new Set<Server>();

subscribe("http.server.request.start", (message) => {
  const { request, response, server } = message as {
    request: IncomingMessage;
    response: ServerResponse;
    server: Server;
  };
  const key = request.headers["idempotency-key"];
  if (request.method !== "POST" || typeof key !== "string") return;
  servers.add(server);
  const entry = { key, atMs: performance.now(), status: 0, whole: false };
  if (log.push(entry) === 1) tell({ tell: "first" });
  const body = bodyOf(response);
  response.once("close", () => {
    if (!response.headersSent) return;
    entry.status = response.statusCode;
    entry.whole = response.writableFinished && isWhole(body());
  });
});

/** What is written to a response, once it is written: faults cut answers short without breaking the protocol below. */
function bodyOf(response: ServerResponse): () => string {
  let text = "";
  for (const name of ["write", "end"] as const) {
    const send = response[name].bind(response) as (...args: unknown[]) => any;
    response[name] = ((chunk?: unknown, ...rest: unknown[]) => {
      if (typeof chunk === "string" || Buffer.isBuffer(chunk)) text += chunk.toString();
      return send(chunk, ...rest);
    }) as never;
  }
  return () => text;
}

function isWhole(text: string): boolean {
  if (text.startsWith("data:")) return text.trimEnd().endsWith("[DONE]");
  try {
    return JSON.parse(text).choices !== undefined;
  } catch {
    return false;
  }
}

let turn: Promise<void> = tellReady();
process.on("message", (asked: ToUpstream) => {
  turn = turn.then(() => answer(asked));
});
process.on("disconnect", () => process.exit());

async function answer(asked: ToUpstream): Promise<void> {
  if (asked.ask === "start") {
    await mock?.close();
    servers.clear();
    log = [];
    mock = await startMock(asked.options);
    tell({ tell: "start", url: mock.url });
  } else if (asked.ask === "since") {
    for (const server of servers) while ((await connections(server)) > 0) await new Promise(setImmediate);
    tell({ tell: "since", log });
    log = [];
  } else {
    const { calls, tokensIn, tokensOut, nanoUsd } = mock!.bill().total;
    tell({ tell: "bill", bill: { calls, tokens: tokensIn + tokensOut, nanoUsd } });
  }
}

function connections(server: Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}

function tell(message: FromUpstream): void {
  process.send!(message);
}

async function tellReady(): Promise<void> {
  tell({ tell: "ready" });
}
