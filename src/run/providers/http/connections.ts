import { buildConnector, Client, type Dispatcher } from "undici";
import type { Clock } from "../../clock.ts";
import type { OffSignal } from "../../off-switch.ts";
import { Aborts } from "./aborts.ts";
import { Deadlines } from "./deadlines.ts";

export interface ConnectionsOptions {
  readonly clock: Clock;
  /** Most calls in flight; what is more waits, and has not left. */
  readonly connectionsMax: number;
  readonly connectTimeoutMs: number;
  readonly headerBytesMax: number;
}

/** One request to be sent. */
export interface Sending {
  /** @default "POST" */
  readonly method?: "GET" | "POST";
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string;
  readonly timeoutMs: number;
  /** From sending to the first byte of the answer's body. @default the whole time */
  readonly firstByteTimeoutMs?: number | undefined;
  readonly bodyBytesMax: number;
  readonly signal?: OffSignal | undefined;
  /**
   * Takes the body as it comes, so that it is not collected. Says "done" where the answer is complete, whatever follows, and
   * "stop" where nothing more is wanted.
   */
  readonly onChunk?: ((chunk: Buffer, status: number) => "more" | "done" | "stop") | undefined;
}

/** How an exchange ended before its answer was complete. */
export type Broken =
  | { readonly kind: "aborted" | "timeout" | "body-too-large" | "stopped" }
  | { readonly kind: "error"; readonly error: Error & { readonly code?: string } };

const headersMost = 512;
const dispatchesMost = 3;
const staleCodes: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);
const noHeaders: readonly Buffer[] = [];

/**
 * One HTTP request and what came back. undici's handler itself, of the kind that takes headers as they come off the wire:
 * the parsed kind costs an object, a controller and a parse of every header for each answer.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  /** True once the request may have left: what happens before cannot have been billed. */
  sent = false;
  status = 0;
  /** Names and values in turn, as sent. */
  headers: readonly Buffer[] = noHeaders;
  /** The whole body; empty where `onChunk` took it. */
  body: Buffer = Buffer.alloc(0);
  broken: Broken | undefined;
  readonly startedMs: number;
  firstMs: number | undefined;
  ms = 0;

  slot = 0;
  client: Client | undefined;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #dispatches = 0;
  #over = false;
  #abort: ((error?: Error) => void) | undefined;
  readonly sending: Sending;
  readonly #connections: Connections;
  readonly #resolve: (exchange: Exchange) => void;

  constructor(connections: Connections, sending: Sending, startedMs: number, resolve: (exchange: Exchange) => void) {
    this.#connections = connections;
    this.sending = sending;
    this.startedMs = startedMs;
    this.#resolve = resolve;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** It is being given to a connection. */
  dispatched(client: Client): void {
    this.client = client;
    this.#dispatches++;
  }

  onConnect(abort: (error?: Error) => void): void {
    if (this.#over) abort();
    else {
      this.sent = true;
      this.#abort = abort;
    }
  }

  onHeaders(status: number, headers: Buffer[]): boolean {
    if (status < 200) return true; // informational: the answer is still to come
    this.status = status;
    this.headers = headers;
    if (headers.length > 2 * headersMost) {
      this.#breakOff({ kind: "error", error: new Error(`more than ${headersMost} headers`) });
    }
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (this.#over) return true;
    if (this.firstMs === undefined) {
      this.firstMs = this.#connections.clock.monotonicMs() - this.startedMs;
      this.#connections.firstByte(this);
    }
    this.#bytes += chunk.length;
    const { bodyBytesMax, onChunk } = this.sending;
    if (this.#bytes > bodyBytesMax) this.#breakOff({ kind: "body-too-large" });
    else if (onChunk === undefined) this.#chunks.push(chunk);
    else {
      const wish = onChunk(chunk, this.status);
      if (wish === "stop") this.#breakOff({ kind: "stopped" });
      // The connection goes on to the end of the body, under the same deadline, so that it can be used again.
      else if (wish === "done") this.#end(undefined, true);
    }
    return true;
  }

  onComplete(): void {
    this.#end();
    this.#connections.release(this);
  }

  onError(error: Error & { readonly code?: string }): void {
    // A kept connection that died before the request was written: it has not left, so it can take another one.
    if (!this.sent && !this.#over && this.#dispatches < dispatchesMost && staleCodes.has(error.code ?? "")) {
      queueMicrotask(() => this.#connections.again(this));
      return;
    }
    this.#end({ kind: "error", error });
    queueMicrotask(() => this.#connections.release(this)); // undici asserts that a failed client has nothing new to do
  }

  abort(): void {
    this.#breakOff({ kind: "aborted" });
  }

  expire(): void {
    this.#breakOff({ kind: "timeout" });
  }

  #breakOff(broken: Broken): void {
    this.#end(broken);
    if (this.#abort) this.#abort();
    else this.#connections.drop(this);
  }

  #end(broken?: Broken, isRead = false): void {
    if (!isRead) this.#connections.deadlines.remove(this);
    if (this.#over) return;
    this.#over = true;
    this.broken = broken;
    if (this.sending.signal) this.#connections.aborts.remove(this.sending.signal, this);
    this.ms = this.#connections.clock.monotonicMs() - this.startedMs;
    if (this.#chunks.length > 0) this.body = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#resolve(this);
  }
}

/**
 * Connections to one origin, one request at a time on each. undici's own pool looks for a free one by going through all of
 * them, twice per request; a stack of free ones is as right and does not slow down with their number.
 */
export class Connections {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly aborts = new Aborts();
  readonly #origin: string;
  readonly #options: ConnectionsOptions;
  /** One for all connections, so that they share TLS sessions and memory. */
  readonly #connect: buildConnector.connector;
  readonly #free: Client[] = [];
  readonly #clients = new Set<Client>();
  /** In order of arrival; none of them has left. */
  readonly #waiting = new Set<Exchange>();
  readonly #running = new Set<Exchange>();
  #closed = false;

  constructor(origin: string, options: ConnectionsOptions) {
    this.#origin = origin;
    this.#options = options;
    this.#connect = buildConnector({ timeout: options.connectTimeoutMs });
    this.clock = options.clock;
    this.deadlines = new Deadlines(options.clock);
  }

  /** Never rejects: what went wrong is in `broken`. */
  send(sending: Sending): Promise<Exchange> {
    return new Promise((resolve) => {
      const exchange = new Exchange(this, sending, this.clock.monotonicMs(), resolve);
      if (this.#closed || sending.signal?.aborted) {
        exchange.abort();
        return;
      }
      if (sending.signal) this.aborts.add(sending.signal, exchange);
      this.deadlines.add(exchange, Math.min(sending.timeoutMs, sending.firstByteTimeoutMs ?? sending.timeoutMs));
      const client = this.#free.pop() ?? this.#open();
      if (client === undefined) this.#waiting.add(exchange);
      else this.#dispatch(client, exchange);
    });
  }

  /** The first byte is here: from now on the whole time counts. */
  firstByte(exchange: Exchange): void {
    const { firstByteTimeoutMs, timeoutMs } = exchange.sending;
    if (firstByteTimeoutMs === undefined || firstByteTimeoutMs >= timeoutMs) return;
    this.deadlines.remove(exchange);
    this.deadlines.add(exchange, timeoutMs - (this.clock.monotonicMs() - exchange.startedMs));
  }

  /** undici is done with the request. */
  release(exchange: Exchange): void {
    const { client } = exchange;
    this.#running.delete(exchange);
    if (client === undefined || client.destroyed || this.#closed) return;
    exchange.client = undefined;
    this.#next(client);
  }

  /** The connection was no good and the request has not left: it goes out on the next one. */
  again(exchange: Exchange): void {
    const { client } = exchange;
    if (client === undefined || exchange.isOver) return;
    this.#dispatch(client, exchange);
  }

  /** Ended before its request left: it waits no more, and a connection that is still being made for it is given up. */
  drop(exchange: Exchange): void {
    this.#waiting.delete(exchange);
    this.#running.delete(exchange);
    const { client } = exchange;
    if (client === undefined) return;
    exchange.client = undefined;
    this.#clients.delete(client);
    void client.destroy().catch(() => {});
    const [next] = this.#waiting;
    const another = next && this.#open();
    if (another) this.#next(another);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const exchange of [...this.#waiting, ...this.#running]) exchange.abort();
    this.deadlines.close();
    await Promise.all([...this.#clients].map((client) => client.destroy().catch(() => {})));
    this.#clients.clear();
    this.#free.length = 0;
  }

  #next(client: Client): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free.push(client);
    else {
      this.#waiting.delete(next);
      this.#dispatch(client, next);
    }
  }

  #dispatch(client: Client, exchange: Exchange): void {
    exchange.dispatched(client);
    this.#running.add(exchange);
    const { method = "POST", path, headers, body } = exchange.sending;
    client.dispatch({ path, method, headers: headers as string[], body: method === "GET" ? null : body }, exchange);
  }

  #open(): Client | undefined {
    if (this.#clients.size >= this.#options.connectionsMax) return undefined;
    const client = new Client(this.#origin, {
      pipelining: 1,
      headersTimeout: 0, // deadlines are ours, on the clock that was given
      bodyTimeout: 0,
      maxHeaderSize: this.#options.headerBytesMax,
      connect: this.#connect,
    });
    this.#clients.add(client);
    return client;
  }
}
