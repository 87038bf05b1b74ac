import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from "node:net";
import type { ModelCall } from "../../src/run/call.ts";

/** A request as it came, read to its end. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: any;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface LocalUpstream {
  readonly url: string;
  readonly received: Received[];
  /** Takes the requests from now on. */
  answer: (received: Received) => void;
  close(): Promise<void>;
}

/** An upstream on loopback that a test writes itself. */
export async function localUpstream(answer: (received: Received) => void): Promise<LocalUpstream> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("error", () => {});
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      const one = {
        path: request.url!,
        headers: request.headers,
        body: text === "" ? undefined : JSON.parse(text),
        request,
        response,
      };
      received.push(one);
      upstream.answer(one);
    });
  });
  const upstream: LocalUpstream = { url: await listen(server), received, answer, close: () => shut(server) };
  return upstream;
}

/** An upstream that speaks raw TCP, for what no HTTP library would send. */
export async function rawUpstream(answer: (socket: Socket, request: Buffer) => void) {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    let all = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      all = Buffer.concat([all, chunk]);
      const end = all.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(all.toString("latin1"))?.[1] ?? 0);
      if (all.length < end + 4 + length) return;
      const request = all;
      all = Buffer.alloc(0);
      upstream.answer(socket, request);
    });
  });
  const upstream = {
    url: await listen(server),
    answer,
    sockets,
    async close() {
      for (const socket of sockets) socket.destroy();
      await shut(server);
    },
  };
  return upstream;
}

async function listen(server: Server | TcpServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function shut(server: Server | TcpServer): Promise<void> {
  if ("closeAllConnections" in server) server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** A chat completion that says `text`. */
export function completion(text: string, more: object = {}) {
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    model: "m-2026",
    choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
    usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
    ...more,
  };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  document: unknown,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(document));
}

/** Chunks of a chat stream: its words, its finish reason, its usage, its end. */
export function chatChunks(
  text: string,
  more: { finish?: string | null; usage?: object | null; done?: boolean } = {},
): string[] {
  const { finish = "stop", usage = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 }, done = true } = more;
  const chunk = (fields: object) =>
    `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", model: "m-2026", ...fields })}\n\n`;
  const parts = text.match(/\S+\s*|\s+/g) ?? [];
  return [
    chunk({ choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }] }),
    ...parts.map((content) => chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })),
    ...(finish === null ? [] : [chunk({ choices: [{ index: 0, delta: {}, finish_reason: finish }] })]),
    ...(usage === null ? [] : [chunk({ choices: [], usage })]),
    ...(done ? ["data: [DONE]\n\n"] : []),
  ];
}

export function sendStream(response: ServerResponse, chunks: readonly string[]) {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const chunk of chunks) response.write(chunk);
  response.end();
}

export function aCall(more: Partial<ModelCall> = {}): ModelCall {
  return {
    model: "m",
    messages: [{ role: "user", content: "Which letter comes first?" }],
    maxTokens: 100,
    settings: {},
    idempotencyKey: "key-1",
    step: { task: "t1", id: "solve/0", role: "solve", agent: "m" },
    ...more,
  };
}
