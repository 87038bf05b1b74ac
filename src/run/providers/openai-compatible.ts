import { z } from "zod";
import type { CallFailed, CallResult, ModelCall } from "../call.ts";
import type { OffSignal } from "../off-switch.ts";
import { BadProvider, KeyInConfig, MissingKey } from "./errors.ts";
import { Connections, type Exchange } from "./http/connections.ts";
import { brokenVerdict, type ErrorWords, errorWords, shorten, verdictOf } from "./http/failure.ts";
import { type HeaderWords, readLimitHeaders } from "./http/limit-headers.ts";
import { type BaseUrl, parseBaseUrl } from "./openai/base-url.ts";
import { chat } from "./openai/chat.ts";
import { type Dialect, type Quirks, reservedIn } from "./openai/dialect.ts";
import { parseRecord, type Reading, readWhole, streamReading } from "./openai/reading.ts";
import { responses } from "./openai/responses.ts";
import { outcomeOf, type Said } from "./openai/said.ts";
import type { CallOptions, Offer, Provider, ProviderContext, ProviderKind } from "./provider.ts";

const ms = z.int().positive().max(86_400_000);
const bytes = z
  .int()
  .positive()
  .max(2 ** 30);
const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, "is not a name of a header");

const Options = z.strictObject({
  /** With or without `/v1`; another path is kept. @default OPENAI_BASE_URL, else https://api.openai.com/v1 */
  baseUrl: z.string().min(1).optional(),
  /** Environment variable with the key; false: none is sent. @default "OPENAI_API_KEY" */
  keyEnv: z.union([z.string().min(1), z.literal(false)]).optional(),
  /** Sent with every call. */
  headers: z.record(headerName, z.string()).optional(),
  /** Header → environment variable with its value. */
  headersEnv: z.record(headerName, z.string().min(1)).optional(),
  api: z.enum(["chat", "responses"]).default("chat"),
  stream: z.boolean().default(false),
  /** Name of a model in the config → its name at this upstream. */
  aliases: z.record(z.string(), z.string().min(1)).default({}),
  maxTokensField: z.enum(["max_tokens", "max_completion_tokens", "auto"]).default("auto"),
  /** Whether streams are asked for their usage; auto: yes, until the upstream refuses the question. */
  includeUsage: z.union([z.boolean(), z.literal("auto")]).default("auto"),
  /** True: this upstream never bills an answer of 5xx. */
  serverErrorsAreFree: z.boolean().default(false),
  connectTimeoutMs: ms.default(10_000),
  /** From sending to the first byte of the answer. @default the time of the call */
  firstByteTimeoutMs: ms.optional(),
  bodyBytesMax: bytes.default(2 ** 24),
  headerBytesMax: bytes.default(2 ** 16),
  /** Longest text of an answer, in UTF-16 units. */
  textCharsMax: bytes.default(1_000_000),
});
type Options = z.infer<typeof Options>;

/** Every upstream that speaks Chat Completions or the Responses API. */
export const openaiCompatible: ProviderKind<Options> = {
  summary: "any OpenAI-compatible endpoint: Chat Completions or Responses, streaming or not",
  example: { kind: "openai-compatible", baseUrl: "http://localhost:8000/v1", keyEnv: "OPENAI_API_KEY" },
  options: Options,
  open: (options, context) => new OpenAiCompatible(options, context),
};

class OpenAiCompatible implements Provider {
  readonly #options: Options;
  readonly #context: ProviderContext;
  readonly #connections: Connections;
  readonly #dialect: Dialect;
  readonly #path: string;
  readonly #modelsPath: string;
  readonly #headers: readonly string[];
  readonly #secrets: readonly string[];
  readonly #quirks = new Map<string, Quirks>();
  readonly #first: Quirks;

  constructor(options: Options, context: ProviderContext) {
    const name = context.name ?? "openai-compatible";
    const url = urlOf(name, options, context);
    const { headers, secrets } = headersOf(name, options, context, url);
    this.#options = options;
    this.#context = context;
    this.#dialect = options.api === "chat" ? chat : responses;
    this.#path = `${url.path}${this.#dialect.path}${url.query}`;
    this.#modelsPath = `${url.path}/models${url.query}`;
    this.#headers = headers;
    this.#secrets = secrets;
    const { maxTokensField, includeUsage } = options;
    // OpenAI's own models of today refuse max_tokens; of others most know nothing else.
    const likely = url.host === "api.openai.com" ? "max_completion_tokens" : "max_tokens";
    this.#first = {
      maxTokensField: maxTokensField === "auto" ? likely : maxTokensField,
      includeUsage: includeUsage !== false,
    };
    this.#connections = new Connections(url.origin, {
      clock: context.clock,
      connectionsMax: context.connectionsMax,
      connectTimeoutMs: options.connectTimeoutMs,
      headerBytesMax: options.headerBytesMax,
    });
  }

  async call(call: ModelCall, options: CallOptions): Promise<CallResult> {
    const signal = options.off ?? options.signal;
    const { clock } = this.#context;
    const startedMs = clock.monotonicMs();
    try {
      const reserved = reservedIn(call.settings.extra);
      if (reserved !== "")
        return this.#refused(`extra.${reserved} is not for the config to set: it decides what is billed`);
      const model = this.#options.aliases[call.model] ?? call.model;
      // An upstream that refuses a field of ours is asked once more without it: nothing was billed, and nothing else changed.
      for (let adaptions = 0; ; adaptions++) {
        const quirks = this.#quirks.get(model) ?? this.#first;
        const leftMs = options.timeoutMs - (clock.monotonicMs() - startedMs);
        const { exchange, reading } = await this.#send(model, call, quirks, signal, leftMs);
        const complaint = adaptions < 2 ? this.#complaint(exchange, reading, quirks) : undefined;
        if (complaint === undefined) return this.#result(exchange, reading, call, startedMs);
        this.#quirks.set(model, { ...(this.#quirks.get(model) ?? this.#first), ...complaint });
      }
    } catch (error) {
      return this.#refused(error instanceof Error ? error.message : String(error));
    }
  }

  /** `GET /models`: upstreams that have no such list, or one of another form, say nothing by it. */
  async check(
    models: readonly string[],
    { timeoutMs }: { readonly timeoutMs: number },
  ): Promise<Offer | CallFailed | undefined> {
    const startedMs = this.#context.clock.monotonicMs();
    const exchange = await this.#connections.send({
      ...{ method: "GET", path: this.#modelsPath, headers: this.#headers, body: "", timeoutMs },
      bodyBytesMax: this.#options.bodyBytesMax,
    });
    const text = exchange.body.toString("utf8");
    const times = { ms: this.#context.clock.monotonicMs() - startedMs };
    if (exchange.broken !== undefined) {
      const { message, ...verdict } = brokenVerdict(exchange);
      return verdict.trouble === "unreachable"
        ? { kind: "failed", ...verdict, message: this.#clean(message), ...times }
        : undefined;
    }
    if (exchange.status === 401 || exchange.status === 403) {
      const failed = this.#refusal(exchange.status, text, exchange, {}, times);
      return failed.kind === "failed" ? failed : undefined;
    }
    if (exchange.status !== 200) return undefined;
    const list = parseRecord(text)?.["data"];
    if (!Array.isArray(list)) return undefined;
    const offered = list.flatMap((one: unknown) => {
      const id = (one as { readonly id?: unknown } | null)?.id;
      return typeof id === "string" ? [id] : [];
    });
    if (offered.length === 0) return undefined;
    const known = new Set(offered);
    return { lacking: models.filter((model) => !known.has(this.#options.aliases[model] ?? model)), offered };
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  /** Nothing was sent. */
  #refused(message: string): CallFailed {
    return {
      kind: "failed",
      trouble: "rejected",
      message: this.#clean(message),
      billing: "free",
      retryable: false,
      ms: 0,
    };
  }

  async #send(
    model: string,
    call: ModelCall,
    quirks: Quirks,
    signal: OffSignal | undefined,
    timeoutMs: number,
  ): Promise<{ exchange: Exchange; reading: Reading | undefined }> {
    const { stream, bodyBytesMax, firstByteTimeoutMs } = this.#options;
    const reading = stream ? streamReading(this.#dialect, bodyBytesMax) : undefined;
    const exchange = await this.#connections.send({
      path: this.#path,
      headers: [...this.#headers, "idempotency-key", call.idempotencyKey],
      body: JSON.stringify(this.#dialect.body(model, call, quirks, stream)),
      timeoutMs,
      firstByteTimeoutMs,
      bodyBytesMax,
      signal,
      onChunk: reading && ((chunk, status) => reading.take(chunk, status)),
    });
    return { exchange, reading };
  }

  /** What this upstream wants otherwise, where it refused a field that we may choose. */
  #complaint(
    { status, broken, body }: Exchange,
    reading: Reading | undefined,
    used: Quirks,
  ): Partial<Quirks> | undefined {
    if ((status !== 400 && status !== 422) || broken !== undefined) return undefined;
    const text = reading?.text() ?? body.toString("utf8");
    if (!/max_(completion_)?tokens|stream_options|include_usage/.test(text)) return undefined;
    const words = errorWords(parseRecord(text) ?? text);
    const said = `${words.param} ${words.message}`;
    const { maxTokensField, includeUsage, api } = this.#options;
    if (includeUsage === "auto" && used.includeUsage && /stream_options|include_usage/.test(said))
      return { includeUsage: false };
    const isAboutTheName =
      /unsupported|not support|unknown|unrecogni|unexpected|extra|not permitted|not allowed|deprecated|instead|additional/i;
    if (maxTokensField === "auto" && api === "chat" && said.includes(used.maxTokensField) && isAboutTheName.test(said))
      return { maxTokensField: used.maxTokensField === "max_tokens" ? "max_completion_tokens" : "max_tokens" };
    return undefined;
  }

  #result(exchange: Exchange, reading: Reading | undefined, call: ModelCall, startedMs: number): CallResult {
    const { status } = exchange;
    const header = exchange.headers.length > 0 ? readLimitHeaders(exchange.headers, this.#context.clock.wallMs()) : {};
    const times = {
      ms: this.#context.clock.monotonicMs() - startedMs,
      ...(header.limits && { limits: header.limits }),
    };
    if (status >= 200 && status < 300) {
      const isStreamed = reading !== undefined && reading.text().trim() === "";
      // A stream that broke after the upstream said that it had ended is a whole answer.
      if (exchange.broken === undefined || (isStreamed && reading.said.finish !== undefined && !reading.isMalformed)) {
        const { said, isMalformed } = isStreamed
          ? reading
          : readWhole(this.#dialect, reading?.text() ?? exchange.body.toString("utf8"));
        if (!isMalformed) return this.#replied(said, header, exchange, call, times);
        return {
          kind: "failed",
          trouble: "malformed",
          message: "not an answer of the protocol",
          ...this.#billed(said),
          retryable: true,
          ...times,
        };
      }
    }
    if (exchange.broken !== undefined || status < 300) {
      const { message, ...verdict } = brokenVerdict(exchange);
      const billed = reading === undefined || verdict.billing === "free" ? {} : this.#billed(reading.said);
      return { kind: "failed", ...verdict, ...billed, message: this.#clean(message), ...times };
    }
    return this.#refusal(status, reading?.text() ?? exchange.body.toString("utf8"), exchange, header, times);
  }

  #replied(
    said: Said,
    header: HeaderWords,
    exchange: Exchange,
    { maxTokens, settings }: ModelCall,
    times: { ms: number },
  ): CallResult {
    const outcome = outcomeOf(said, maxTokens, this.#options.textCharsMax);
    if (outcome.kind === "failed") return { ...outcome, message: this.#clean(outcome.message), ...times };
    return {
      ...outcome,
      ...(this.#options.api === "responses" && settings.stop && { text: cutAt(outcome.text, settings.stop) }),
      ...(outcome.usd === undefined && header.usd !== undefined && { usd: header.usd }),
      ...(exchange.firstMs !== undefined && { firstMs: exchange.firstMs }),
      ...times,
    };
  }

  /** Of what went wrong after the upstream said what it counted. */
  #billed({ tokens, isUsageFinal }: Said): Pick<CallFailed, "billing" | "tokens"> {
    return tokens !== undefined && isUsageFinal ? { billing: "reported", tokens } : { billing: "lost" };
  }

  #refusal(
    status: number,
    body: string,
    exchange: Exchange,
    { retryAfterMs }: HeaderWords,
    times: { ms: number },
  ): CallResult {
    const words = errorWords(parseRecord(body) ?? body);
    // A filter that reads the prompt may bill what it read, so there is no usage to say: bounded.
    if (status === 400 && isFiltered(words))
      return { kind: "replied", text: this.#clean(words.message), finish: "refused", ...times };
    const to = status < 400 ? headerNamed(exchange.headers, "location") : undefined;
    const said = to === undefined ? words.message : `redirected to ${shorten(to, 200)}: give that as baseUrl`;
    return {
      kind: "failed",
      ...verdictOf(status, words, this.#options.serverErrorsAreFree),
      message: this.#clean(`${status}${said === "" ? "" : ` ${said}`}`),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...times,
    };
  }

  /** Without the secrets that an upstream may repeat. */
  #clean(message: string): string {
    return this.#secrets.reduce((text, secret) => text.replaceAll(secret, "…"), message);
  }
}

function isFiltered({ code, type }: ErrorWords): boolean {
  return /content_?filter|content_?policy/i.test(`${code} ${type}`);
}

function headerNamed(headers: readonly Buffer[], name: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2)
    if (headers[i]!.toString("latin1").toLowerCase() === name) return headers[i + 1]!.toString("latin1");
  return undefined;
}

function cutAt(text: string, stops: readonly string[]): string {
  const ends = stops.filter((stop) => stop !== "").map((stop) => text.indexOf(stop));
  return text.slice(0, Math.min(text.length, ...ends.filter((end) => end >= 0)));
}

function urlOf(name: string, { baseUrl }: Options, { env }: ProviderContext): BaseUrl {
  const fromEnv = env["OPENAI_BASE_URL"]?.trim();
  const text = baseUrl ?? (fromEnv ? fromEnv : "https://api.openai.com/v1");
  const url = parseBaseUrl(text);
  if (typeof url === "string")
    throw new BadProvider(
      name,
      [`${baseUrl === undefined ? "OPENAI_BASE_URL" : "baseUrl"}: ${url}`],
      openaiCompatible.example,
    );
  const { username, password } = new URL(text);
  if (username !== "" || password !== "")
    throw new KeyInConfig(name, "baseUrl", 'Take it out; put it into the environment and name it: "keyEnv": "NAME".');
  return url;
}

function headersOf(
  name: string,
  { keyEnv, headers = {}, headersEnv = {}, stream }: Options,
  { env }: ProviderContext,
  url: BaseUrl,
): { headers: readonly string[]; secrets: readonly string[] } {
  for (const header of Object.keys(headers))
    if (/^(authorization|proxy-authorization|cookie)$|api-?key|token|secret/i.test(header))
      throw new KeyInConfig(
        name,
        `headers.${header}`,
        `Put it into the environment: "headersEnv": {"${header}": "NAME"}.`,
      );
  const sent: string[] = [
    "content-type",
    "application/json",
    "accept",
    stream ? "text/event-stream, application/json" : "application/json",
  ];
  sent.push("user-agent", "quorate");
  const secrets: string[] = [];
  const secretOf = (variable: string): string | undefined => {
    const value = env[variable]?.trim();
    if (!value) return undefined;
    if (/[^\x20-\x7e]/.test(value))
      throw new BadProvider(name, [`${variable} holds characters that no header may have`], openaiCompatible.example);
    secrets.push(value);
    return value;
  };
  for (const [header, value] of Object.entries(headers)) sent.push(header.toLowerCase(), value);
  for (const [header, variable] of Object.entries(headersEnv)) {
    const value = secretOf(variable);
    if (value === undefined) throw new MissingKey(name, variable, url.origin);
    sent.push(header.toLowerCase(), value);
  }
  const hasOwn = Object.keys(headersEnv).some((header) => /^authorization$|api-?key/i.test(header));
  if (keyEnv !== false && !(keyEnv === undefined && hasOwn)) {
    const variable = keyEnv ?? "OPENAI_API_KEY";
    const key = secretOf(variable);
    // Upstreams of one's own machine mostly want none, unless the config names one.
    if (key === undefined && (keyEnv !== undefined || !url.isLoopback))
      throw new MissingKey(name, variable, url.origin);
    if (key !== undefined) sent.push("authorization", `Bearer ${key}`);
  }
  return { headers: sent, secrets };
}
