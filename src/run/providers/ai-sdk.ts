import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import type { CallFailed, CallResult, ModelCall, Replied } from "../call.ts";
import { type Clock, systemClock } from "../clock.ts";
import { failureOf } from "./ai-sdk/error.ts";
import { type AiSdkModel, type AiSdkOptions, notAModel } from "./ai-sdk/model.ts";
import { readResult, warningsOf } from "./ai-sdk/reply.ts";
import { UnusableModule } from "./errors.ts";
import { Aborts } from "./http/aborts.ts";
import { Deadlines } from "./http/deadlines.ts";
import { readLimitHeaders } from "./http/limit-headers.ts";
import { isRecord, reservedIn } from "./openai/dialect.ts";
import { outcomeOf } from "./openai/said.ts";
import type { Provider, ProviderContext, ProviderKind } from "./provider.ts";

const Options = z.strictObject({
  /** File with the model, from the working directory; or the name of an installed package. */
  module: z.string().min(1),
  /** Which of its exports: a model object, or a function that gives one for a name (any provider of the SDK is one). */
  export: z.string().min(1).default("default"),
  /** Name of a model in the config → its name for the function. */
  aliases: z.record(z.string(), z.string().min(1)).default({}),
  textCharsMax: z.int().positive().default(1_000_000),
});
type Options = z.infer<typeof Options>;

/** Any model object of the Vercel AI SDK, of the specifications v2, v3 and v4. */
export const aiSdk: ProviderKind<Options> = {
  summary: "any model of the Vercel AI SDK, from a module of yours",
  example: { kind: "ai-sdk", module: "./model.ts", export: "default" },
  options: Options,
  async open({ module, export: exported, aliases, textCharsMax }, context) {
    const found = await load(module, exported, context);
    const modelNamed = isModel(found) ? () => found : (name: string) => found(aliases[name] ?? name);
    return new AiSdkProvider(modelNamed, context.clock, textCharsMax);
  },
};

/** A provider of one model object of the AI SDK, or of a function that gives one for a name. */
export function fromAiSdkModel(
  model: AiSdkModel | ((name: string) => AiSdkModel | PromiseLike<AiSdkModel>),
  { clock = systemClock, textCharsMax = 1_000_000 }: { readonly clock?: Clock; readonly textCharsMax?: number } = {},
): Provider {
  return new AiSdkProvider(isModel(model) ? () => model : model, clock, textCharsMax);
}

type Untimed = Omit<Replied, "ms"> | Omit<CallFailed, "ms">;
type ModelNamed = (name: string) => unknown;

/** A function may have methods too: the SDK's providers are functions, its models are objects. */
function isModel(value: unknown): value is AiSdkModel {
  return typeof value !== "function" && notAModel(value) === "";
}

class AiSdkProvider implements Provider {
  readonly #modelNamed: ModelNamed;
  readonly #clock: Clock;
  readonly #textCharsMax: number;
  readonly #models = new Map<string, Promise<unknown>>();
  readonly #deadlines: Deadlines;
  readonly #aborts = new Aborts();
  readonly #running = new Set<Running>();
  #closed = false;

  constructor(modelNamed: ModelNamed, clock: Clock, textCharsMax: number) {
    this.#modelNamed = modelNamed;
    this.#clock = clock;
    this.#textCharsMax = textCharsMax;
    this.#deadlines = new Deadlines(clock);
  }

  async call(
    call: ModelCall,
    { signal, timeoutMs }: { readonly signal?: AbortSignal; readonly timeoutMs: number },
  ): Promise<CallResult> {
    const startedMs = this.#clock.monotonicMs();
    const ended = (result: Untimed): CallResult => ({ ...result, ms: this.#clock.monotonicMs() - startedMs });
    const free = (trouble: CallFailed["trouble"], message: string) =>
      ended({ kind: "failed", trouble, message, billing: "free", retryable: false });
    const reserved = reservedIn(call.settings.extra);
    if (reserved !== "")
      return free("rejected", `extra.${reserved} is not for the config to set: it decides what is billed`);
    let model: unknown;
    try {
      model = await this.#model(call.model);
    } catch (error) {
      return free("not-found", `no model "${call.model}": ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!isModel(model))
      return free("not-found", `what the module gives for "${call.model}" is no model: ${notAModel(model)}`);
    if (this.#closed || signal?.aborted) return free("aborted", "called off");

    const running = new Running();
    this.#running.add(running);
    if (signal) this.#aborts.add(signal, running);
    this.#deadlines.add(running, timeoutMs);
    try {
      const first = await Promise.race([
        running.over,
        Promise.resolve(model.doGenerate(optionsOf(model, call, running.controller.signal) as never)).then(
          (result) => ({ result }),
          (error: unknown) => ({ error }),
        ),
      ]);
      if (typeof first === "string" || ("error" in first && running.controller.signal.aborted))
        return ended(running.failure());
      if ("error" in first) return ended(failureOf(first.error, this.#clock.wallMs()));
      return ended(this.#replied(first.result, call));
    } catch (error) {
      return ended(failureOf(error, this.#clock.wallMs())); // doGenerate threw at once
    } finally {
      this.#running.delete(running);
      if (signal) this.#aborts.remove(signal, running);
      this.#deadlines.remove(running);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const running of [...this.#running]) running.abort();
    this.#deadlines.close();
  }

  #model(name: string): Promise<unknown> {
    const known = this.#models.get(name);
    if (known !== undefined) return known;
    const made = (async () => this.#modelNamed(name))();
    this.#models.set(name, made);
    return made;
  }

  #replied(result: unknown, { maxTokens }: ModelCall): Untimed {
    if (!isRecord(result))
      return {
        kind: "failed",
        trouble: "malformed",
        message: "the model gave no result",
        billing: "lost",
        retryable: true,
      };
    const outcome = outcomeOf(readResult(result), maxTokens, this.#textCharsMax);
    const warnings = warningsOf(result);
    const response = isRecord(result["response"]) ? result["response"] : {};
    const headers = isRecord(response["headers"]) ? response["headers"] : {};
    const { limits } = readLimitHeaders(
      Object.entries(headers).flatMap(([name, value]) => (typeof value === "string" ? [name, value] : [])),
      this.#clock.wallMs(),
    );
    return {
      ...outcome,
      ...(limits && { limits }),
      ...(warnings.length > 0 && outcome.kind === "replied" && { warnings }),
    };
  }
}

/** One call in flight: ends when the model answers, when its time is over, or when it is called off, whichever is first. */
class Running {
  slot = 0;
  readonly controller = new AbortController();
  readonly over: Promise<"over">;
  #why: "aborted" | "timeout" = "aborted";
  #end!: (over: "over") => void;

  constructor() {
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  abort(): void {
    this.controller.abort();
    this.#end("over");
  }

  expire(): void {
    this.#why = "timeout";
    this.abort();
  }

  /** Whether the request had left is the model's secret. */
  failure(): Omit<CallFailed, "ms"> {
    const isLate = this.#why === "timeout";
    const message = isLate ? "no answer in time" : "called off";
    return { kind: "failed", trouble: this.#why, message, billing: "lost", retryable: isLate };
  }
}

function optionsOf(
  model: AiSdkModel,
  { messages, maxTokens, settings, idempotencyKey }: ModelCall,
  abortSignal: AbortSignal,
): AiSdkOptions {
  const { temperature, topP, stop, seed, effort, schema, logprobs, extra } = settings;
  const own = {
    ...extra,
    ...(effort !== undefined && { reasoningEffort: effort }),
    ...(logprobs && { logprobs: true }),
  };
  // "openai.chat" takes its options under "openai".
  const [provider = "openai"] = model.provider.split(".");
  return {
    prompt: messages.map(({ role, content }) => ({
      role,
      content: role === "system" ? content : [{ type: "text", text: content }],
    })),
    maxOutputTokens: maxTokens,
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stop && { stopSequences: [...stop] }),
    ...(seed !== undefined && { seed }),
    ...(schema !== undefined && { responseFormat: { type: "json", schema, name: "answer" } as const }),
    ...(Object.keys(own).length > 0 && { providerOptions: { [provider]: own } }),
    headers: { "idempotency-key": idempotencyKey },
    abortSignal,
  };
}

/** @throws {UnusableModule} */
async function load(
  module: string,
  exported: string,
  { cwd, name = "ai-sdk" }: ProviderContext,
): Promise<AiSdkModel | ModelNamed> {
  const isPath = /^(\.{1,2}\/|\/|[A-Za-z]:\\)/.test(module) || existsSync(resolve(cwd, module));
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = await import(isPath ? pathToFileURL(resolve(cwd, module)).href : module);
  } catch (error) {
    throw new UnusableModule(name, module, error instanceof Error ? error.message : String(error));
  }
  const found = exports[exported];
  if (found === undefined) {
    const names = Object.keys(exports).join(", ");
    throw new UnusableModule(name, module, `it exports no "${exported}"${names === "" ? "" : ` but ${names}`}`);
  }
  if (typeof found === "function") return found as ModelNamed;
  const wrong = notAModel(found);
  if (wrong !== "") throw new UnusableModule(name, module, `"${exported}" is no model of the AI SDK: ${wrong}`);
  return found as AiSdkModel;
}
