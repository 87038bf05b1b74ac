import { statSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import type { CallFailed, CallResult, ModelCall, Replied } from "../call.ts";
import { findProgram, type ProgramResult, RunningProgram } from "./command/program.ts";
import { readReply } from "./command/reply.ts";
import { BadProvider, KeyInConfig, MissingKey, NoSuchProgram } from "./errors.ts";
import { Aborts } from "./http/aborts.ts";
import { Connections } from "./http/connections.ts";
import { Deadlines } from "./http/deadlines.ts";
import { brokenVerdict, errorWords, shorten, verdictOf } from "./http/failure.ts";
import { readLimitHeaders } from "./http/limit-headers.ts";
import { parseRecord } from "./openai/reading.ts";
import type { Provider, ProviderContext, ProviderKind } from "./provider.ts";

const bytes = z
  .int()
  .positive()
  .max(2 ** 30);

const Options = z
  .strictObject({
    /** The program and its arguments; no shell is in between. */
    command: z.array(z.string().min(1)).min(1).optional(),
    /** Instead: where the step is posted to. */
    url: z.url({ protocol: /^https?$/ }).optional(),
    /** Header → environment variable with its value, for `url`. */
    headersEnv: z.record(z.string().regex(/^[\w-]+$/), z.string().min(1)).default({}),
    /** Whether asking twice does no harm. Where it may, a step is never tried again. */
    repeatable: z.boolean().default(false),
    /** Names of environment variables that the program gets; it gets no others. @default ["PATH"] */
    env: z.array(z.string().min(1)).default(["PATH"]),
    /** Working directory. @default that of the config */
    cwd: z.string().min(1).optional(),
    /** Told to the program; what it says it spent beyond is noted. */
    usdMax: z.number().nonnegative().optional(),
    outputBytesMax: bytes.default(2 ** 20),
    stderrBytesMax: bytes.default(2 ** 14),
    textCharsMax: bytes.default(1_000_000),
    /** Between SIGTERM and SIGKILL. */
    graceMs: z.int().nonnegative().max(60_000).default(500),
  })
  .refine(({ command, url }) => (command === undefined) !== (url === undefined), 'give either "command" or "url"');
type Options = z.infer<typeof Options>;

/** A leaf that is a program, or an agent with tools of its own behind a URL. */
export const command: ProviderKind<Options> = {
  summary: "a program, or an agent with tools behind a URL: the step as JSON in, the answer as JSON out",
  example: { kind: "command", command: ["python3", "agent.py"], repeatable: true },
  options: Options,
  open(options, context) {
    return options.url === undefined ? new Programs(options, context) : new Remote(options, context);
  },
};

/** What the program is told: all that there is to know of the step. */
function inputOf(
  { model, messages, maxTokens, settings, idempotencyKey, step }: ModelCall,
  timeoutMs: number,
  usdMax: number | undefined,
): string {
  const { id, task, role, agent, level, sample } = step;
  return JSON.stringify({
    task,
    step: id,
    role,
    agent,
    level,
    sample,
    model,
    messages,
    maxTokens,
    settings,
    idempotencyKey,
    timeoutMs,
    usdMax,
  });
}

class Programs implements Provider {
  readonly #options: Options;
  readonly #context: ProviderContext;
  readonly #file: string;
  readonly #cwd: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #deadlines: Deadlines;
  readonly #aborts = new Aborts();
  readonly #running = new Set<RunningProgram>();
  #closed = false;

  constructor(options: Options, context: ProviderContext) {
    const { name = "command" } = context;
    const [program = ""] = options.command ?? [];
    this.#cwd = resolve(context.cwd, options.cwd ?? ".");
    if (!statSync(this.#cwd, { throwIfNoEntry: false })?.isDirectory())
      throw new BadProvider(name, [`cwd: there is no folder ${this.#cwd}`], command.example);
    const found = findProgram(program, this.#cwd, context.env["PATH"]);
    if (typeof found === "string") throw new NoSuchProgram(name, program, found);
    this.#file = found.file;
    this.#options = options;
    this.#context = context;
    this.#env = Object.fromEntries(
      options.env.flatMap((variable) => {
        const value = context.env[variable];
        return value === undefined ? [] : [[variable, value]];
      }),
    );
    this.#deadlines = new Deadlines(context.clock);
  }

  async call(
    call: ModelCall,
    { signal, timeoutMs }: { readonly signal?: AbortSignal; readonly timeoutMs: number },
  ): Promise<CallResult> {
    const { clock } = this.#context;
    const startedMs = clock.monotonicMs();
    if (this.#closed || signal?.aborted)
      return { kind: "failed", trouble: "aborted", message: "called off", billing: "free", retryable: false, ms: 0 };
    const { command: [, ...args] = [], usdMax, outputBytesMax, stderrBytesMax, graceMs } = this.#options;
    let running: RunningProgram;
    try {
      running = new RunningProgram({
        program: this.#file,
        arguments: args,
        cwd: this.#cwd,
        env: this.#env,
        input: inputOf(call, timeoutMs, usdMax),
        outputBytesMax,
        stderrBytesMax,
        graceMs,
      });
    } catch (error) {
      return { ...notStarted(error as Error), ms: clock.monotonicMs() - startedMs };
    }
    this.#running.add(running);
    void running.gone.then(() => this.#running.delete(running));
    if (signal) this.#aborts.add(signal, running);
    this.#deadlines.add(running, timeoutMs);
    const result = await running.over;
    if (signal) this.#aborts.remove(signal, running);
    this.#deadlines.remove(running);
    return { ...this.#read(result), ms: clock.monotonicMs() - startedMs };
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#running];
    for (const running of all) running.abort();
    await Promise.all(all.map(({ gone }) => gone));
    this.#deadlines.close();
  }

  #read({ end, output, complaint }: ProgramResult): Omit<Replied, "ms"> | Omit<CallFailed, "ms"> {
    const { repeatable, textCharsMax, usdMax, outputBytesMax } = this.#options;
    const failed = (
      trouble: CallFailed["trouble"],
      message: string,
      retryable = repeatable,
    ): Omit<CallFailed, "ms"> => ({
      kind: "failed",
      trouble,
      message,
      billing: "lost",
      retryable,
    });
    if (end.kind === "not-started") return notStarted(end.error);
    if (end.kind === "called-off") return failed("aborted", "called off", false);
    if (end.kind === "timeout") return failed("timeout", "it took too long, and was stopped");
    if (end.kind !== "exited") return failed("too-large", `it wrote more than ${outputBytesMax} bytes`, false);
    const reply = readReply(parseRecord(output), { isRepeatable: repeatable, textCharsMax, usdMax });
    if (end.code === 0) return reply;
    const how = end.code === null ? `ended by ${end.signal}` : `exit code ${end.code}`;
    const said = shorten(complaint.slice(-1000));
    // Even where it fails it may say what it used.
    const bill = reply.tokens === undefined ? {} : ({ billing: "reported", tokens: reply.tokens } as const);
    return { ...failed("server-error", said === "" ? how : `${how}: ${said}`), ...bill };
  }
}

/** The system did not start it, so it did nothing; too many processes or too little memory may pass. */
function notStarted(error: Error): Omit<CallFailed, "ms"> {
  const { code = "" } = error as NodeJS.ErrnoException;
  const retryable = /^(EAGAIN|ENOMEM|EMFILE|ENFILE)$/.test(code);
  return { kind: "failed", trouble: "unreachable", message: shorten(error.message), billing: "free", retryable };
}

class Remote implements Provider {
  readonly #options: Options;
  readonly #context: ProviderContext;
  readonly #connections: Connections;
  readonly #path: string;
  readonly #headers: readonly string[];

  constructor(options: Options, context: ProviderContext) {
    const { name = "command" } = context;
    const url = new URL(options.url!);
    if (url.username !== "" || url.password !== "")
      throw new KeyInConfig(name, "url", 'Put it into the environment: "headersEnv": {"authorization": "NAME"}.');
    this.#options = options;
    this.#context = context;
    this.#path = `${url.pathname}${url.search}`;
    this.#headers = [
      ...["content-type", "application/json", "accept", "application/json", "user-agent", "quorate"],
      ...Object.entries(options.headersEnv).flatMap(([header, variable]) => {
        const value = context.env[variable]?.trim();
        if (!value) throw new MissingKey(name, variable, url.origin);
        return [header.toLowerCase(), value];
      }),
    ];
    this.#connections = new Connections(url.origin, {
      clock: context.clock,
      connectionsMax: context.connectionsMax,
      connectTimeoutMs: 10_000,
      headerBytesMax: 2 ** 16,
    });
  }

  async call(
    call: ModelCall,
    { signal, timeoutMs }: { readonly signal?: AbortSignal; readonly timeoutMs: number },
  ): Promise<CallResult> {
    const { repeatable, textCharsMax, usdMax, outputBytesMax } = this.#options;
    const exchange = await this.#connections.send({
      path: this.#path,
      headers: [...this.#headers, "idempotency-key", call.idempotencyKey],
      body: inputOf(call, timeoutMs, usdMax),
      timeoutMs,
      bodyBytesMax: outputBytesMax,
      signal,
    });
    const { status, broken, ms, firstMs, body, sent } = exchange;
    // What never left can be tried again, whatever it would have done.
    const mayRetry = (retryable: boolean) => retryable && (repeatable || !sent);
    if (broken !== undefined) {
      const verdict = brokenVerdict(exchange);
      return { kind: "failed", ...verdict, retryable: mayRetry(verdict.retryable), ms };
    }
    const text = body.toString("utf8");
    if (status >= 200 && status < 300) {
      const reply = readReply(parseRecord(text), { isRepeatable: repeatable, textCharsMax, usdMax });
      return { ...reply, ...(reply.kind === "replied" && firstMs !== undefined && { firstMs }), ms };
    }
    const words = errorWords(parseRecord(text) ?? text);
    const { retryAfterMs } = readLimitHeaders(exchange.headers, this.#context.clock.wallMs());
    const verdict = verdictOf(status, words, false);
    return {
      kind: "failed",
      ...verdict,
      retryable: mayRetry(verdict.retryable),
      // An agent with side effects may have had some before it said no.
      billing: repeatable ? verdict.billing : "lost",
      message: `${status} ${words.message}`,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ms,
    };
  }

  close(): Promise<void> {
    return this.#connections.close();
  }
}
