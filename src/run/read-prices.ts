import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { KnownError } from "../errors.ts";
import { type AgentConfig, Config, Prices as PricesShape } from "../records/config.ts";
import { FileMissing, UnreadableFile } from "../records/errors.ts";
import type { Prices } from "./prices.ts";

/** A file given with --prices is no list of prices. */
export class BadPrices extends KnownError {
  readonly code = "bad-prices";
  constructor(path: string, happened: string) {
    super(
      `${path} is no list of prices: ${happened}.`,
      'Give { "asOf": "2026-01-31", "prices": { "model": { "inputPerMillion": 0.15, "outputPerMillion": 0.6 } } }, or a file of models.dev (api.json), LiteLLM (model_prices_and_context_window.json) or OpenRouter (/api/v1/models).',
    );
  }
}

/** What a file says of a model. */
export interface ListedPrice {
  /** As the file calls it, with its provider where it has one: `openai/gpt-5-mini`. */
  readonly name: string;
  readonly prices: Prices;
  readonly contextTokens?: number;
}

/** Prices of one file with their date. */
export interface PriceList {
  readonly file: string;
  /** YYYY-MM-DD. */
  readonly asOf: string;
  /** Where the date is from: the file says it, its name does, or it was last changed then. */
  readonly datedBy: "content" | "name" | "modification";
  readonly models: readonly ListedPrice[];
}

/**
 * Reads prices: our own form, or the files of models.dev, LiteLLM and OpenRouter. Models without a price per token are left
 * out.
 *
 * @throws {FileMissing | UnreadableFile | BadPrices}
 */
export async function readPrices(path: string, { cwd = "." }: { readonly cwd?: string } = {}): Promise<PriceList> {
  const whole = resolve(cwd, path);
  let document: unknown;
  let modified: Date;
  try {
    document = JSON.parse((await readFile(whole, "utf8")).replace(/^\ufeff/, ""));
    modified = (await stat(whole)).mtime;
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadPrices(path, `it is not JSON (${error.message})`);
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new FileMissing(path);
    throw new UnreadableFile(path, error);
  }
  return priceListOf(document, path, modified.toISOString().slice(0, 10));
}

/** The prices in a document. @param modified  date of the file, for one that says none */
export function priceListOf(document: unknown, file: string, modified: string): PriceList {
  const stated = Stated.safeParse(document);
  const named = /(?<!\d)(20\d\d)[-_]?([01]\d)[-_]?([0-3]\d)(?!\d)/.exec(file);
  const models = modelsOf(document, file);
  if (models.length === 0) throw new BadPrices(file, "no model in it has a price per token");
  const dated = stated.success ? (stated.data.asOf ?? stated.data.date) : undefined;
  if (dated !== undefined) return { file, asOf: dated, datedBy: "content", models };
  const asOf = named?.slice(1, 4).join("-");
  if (asOf !== undefined && z.iso.date().safeParse(asOf).success) return { file, asOf, datedBy: "name", models };
  return { file, asOf: modified, datedBy: "modification", models };
}

const Stated = z.looseObject({ asOf: z.iso.date().optional(), date: z.iso.date().optional() });

const Ours = z.looseObject({ prices: z.record(z.string(), PricesShape) });
const OurConfig = z.looseObject({ agents: z.record(z.string(), z.unknown()) });

/** A number, also as text. What is neither (null, "", −1 for a price that varies) is no price, and never 0. */
const price = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d*\.?\d+(?:e[-+]?\d+)?$/i)
      .transform(Number),
  ])
  .pipe(z.number().nonnegative())
  .optional()
  .catch(undefined);
const tokens = z.int().positive().optional().catch(undefined);

/** https://openrouter.ai/api/v1/models: dollars per token, as text. A price of −1 says that it varies. */
const OpenRouter = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z.string(),
      context_length: tokens,
      pricing: z.looseObject({
        prompt: price,
        completion: price,
        request: price,
        input_cache_read: price,
        internal_reasoning: price,
      }),
    }),
  ),
});

/** https://models.dev/api.json: by provider, dollars per million tokens. */
const ModelsDev = z.record(
  z.string(),
  z.looseObject({
    models: z.record(
      z.string(),
      z.looseObject({
        cost: z.looseObject({ input: price, output: price, cache_read: price, reasoning: price }).optional(),
        limit: z.looseObject({ context: tokens }).optional(),
      }),
    ),
  }),
);

/** model_prices_and_context_window.json: by model, dollars per token. */
const LiteLlm = z.record(
  z.string(),
  z.looseObject({
    input_cost_per_token: price,
    output_cost_per_token: price,
    cache_read_input_token_cost: price,
    output_cost_per_reasoning_token: price,
    input_cost_per_token_batches: price,
    output_cost_per_token_batches: price,
    input_cost_per_request: price,
    max_input_tokens: tokens,
    litellm_provider: z.string().optional().catch(undefined),
  }),
);

function modelsOf(document: unknown, file: string): readonly ListedPrice[] {
  if (typeof document !== "object" || document === null || Array.isArray(document))
    throw new BadPrices(file, "it is not a JSON object");
  if ("prices" in document) return oursOf(document, file);
  if ("agents" in document) return configOf(document, file);
  if ("data" in document) return openRouterOf(document, file);
  const { asOf: _, date: __, ...rest } = document as Record<string, unknown>;
  const perProvider = ModelsDev.safeParse(rest);
  if (perProvider.success && Object.keys(rest).length > 0) return modelsDevOf(perProvider.data);
  const perModel = LiteLlm.safeParse(rest);
  if (perModel.success) return liteLlmOf(perModel.data);
  throw new BadPrices(file, "it has none of the known forms");
}

function oursOf(document: unknown, file: string): readonly ListedPrice[] {
  const read = Ours.safeParse(document);
  if (!read.success) throw new BadPrices(file, z.prettifyError(read.error).replaceAll("\n", " "));
  return Object.entries(read.data.prices).map(([name, prices]) => ({ name, prices }));
}

function configOf(document: unknown, file: string): readonly ListedPrice[] {
  const { agents } = OurConfig.parse(document);
  const read = Config.safeParse({ agents });
  if (!read.success) throw new BadPrices(file, z.prettifyError(read.error).replaceAll("\n", " "));
  return Object.entries(read.data.agents).flatMap(([agent, { model, prices, contextTokens }]) =>
    prices ? [{ name: model ?? agent, prices, ...(contextTokens && { contextTokens }) }] : [],
  );
}

function openRouterOf(document: unknown, file: string): readonly ListedPrice[] {
  const read = OpenRouter.safeParse(document);
  if (!read.success) throw new BadPrices(file, "its data is no list of models with their pricing");
  return read.data.data.flatMap(({ id, context_length, pricing }) =>
    listed(id, context_length, {
      input: perMillion(pricing.prompt),
      output: perMillion(pricing.completion),
      cached: perMillion(pricing.input_cache_read),
      reasoning: perMillion(pricing.internal_reasoning) || undefined, // 0 here says: as the rest of the answer
      perCall: pricing.request,
    }),
  );
}

function modelsDevOf(providers: z.infer<typeof ModelsDev>): readonly ListedPrice[] {
  return Object.entries(providers).flatMap(([provider, { models }]) =>
    Object.entries(models).flatMap(([id, { cost, limit }]) =>
      listed(`${provider}/${id}`, limit?.context, {
        input: cost?.input,
        output: cost?.output,
        cached: cost?.cache_read,
        reasoning: cost?.reasoning,
      }),
    ),
  );
}

function liteLlmOf(models: z.infer<typeof LiteLlm>): readonly ListedPrice[] {
  return Object.entries(models).flatMap(([id, model]) => {
    const { litellm_provider: provider, input_cost_per_token: full, input_cost_per_token_batches: batch } = model;
    const { output_cost_per_token: fullOut, output_cost_per_token_batches: batchOut } = model;
    // One discount for all kinds: the smaller one, so that a bound stays a bound.
    const shares = [
      full && batch !== undefined ? 1 - batch / full : 0,
      fullOut && batchOut !== undefined ? 1 - batchOut / fullOut : 0,
    ];
    const discount = Math.min(...shares);
    const name = provider === undefined || id.includes("/") ? id : `${provider}/${id}`;
    return listed(name, model.max_input_tokens, {
      input: perMillion(full),
      output: perMillion(fullOut),
      cached: perMillion(model.cache_read_input_token_cost),
      reasoning: perMillion(model.output_cost_per_reasoning_token),
      perCall: model.input_cost_per_request,
      discount: discount > 0 && discount < 1 ? Number(discount.toPrecision(6)) : undefined,
    });
  });
}

/** Dollars per token as dollars per million, without what binary fractions add. */
function perMillion(perToken: number | undefined): number | undefined {
  return perToken === undefined ? undefined : Number((perToken * 1e6).toPrecision(12));
}

function listed(
  name: string,
  contextTokens: number | undefined,
  {
    input,
    output,
    cached,
    reasoning,
    perCall,
    discount,
  }: Readonly<Record<"input" | "output", number | undefined>> &
    Readonly<Partial<Record<"cached" | "reasoning" | "perCall" | "discount", number | undefined>>>,
): readonly ListedPrice[] {
  if (input === undefined || output === undefined) return [];
  const prices: Prices = {
    inputPerMillion: input,
    outputPerMillion: output,
    ...(cached !== undefined && { cachedInputPerMillion: cached }),
    ...(reasoning !== undefined && { reasoningPerMillion: reasoning }),
    ...(perCall && { perCall }),
    ...(discount !== undefined && { batchDiscount: discount }),
  };
  return [{ name, prices, ...(contextTokens !== undefined && { contextTokens }) }];
}

/** A config whose agents have the prices of lists where they stated none themselves. */
export interface Priced {
  readonly config: Config;
  /** For people: where the prices are from, how old they are, which names could not be told apart. */
  readonly notes: readonly string[];
}

/** Prices change: older ones are used, and called so. */
const staleDays = 180;

/**
 * Gives every agent its price: what the config states, else what the first list says that knows its model; whole names
 * first (`openai/gpt-5-mini`), then those without their provider where all that are left cost the same.
 *
 * @param agents  names of all who are asked; those that the config does not know are models' names
 * @param today   YYYY-MM-DD
 */
export function withPrices(
  config: Config,
  lists: readonly PriceList[],
  { agents, today }: { readonly agents: Iterable<string>; readonly today: string },
): Priced {
  const notes: string[] = [];
  const found: Record<string, AgentConfig> = { ...config.agents };
  const used = new Set<PriceList>();
  for (const agent of agents) {
    const known: AgentConfig = Object.hasOwn(found, agent) ? found[agent]! : {};
    if (known.prices) continue;
    const model = known.model ?? agent;
    for (const list of lists) {
      const named = priceIn(list, model);
      if (named === "ambiguous")
        notes.push(`${list.file} has several prices for ${model}: write its provider before it, as openai/${model}.`);
      if (named === undefined || named === "ambiguous") continue;
      used.add(list);
      found[agent] = {
        ...known,
        prices: named.prices,
        asOf: list.asOf,
        ...(known.contextTokens === undefined &&
          named.contextTokens !== undefined && { contextTokens: named.contextTokens }),
      };
      break;
    }
  }
  for (const list of used) notes.push(noteOf(list, today));
  for (const [agent, { prices, asOf }] of Object.entries(config.agents))
    if (prices && asOf !== undefined && daysBetween(asOf, today) > staleDays)
      notes.push(`The prices of ${agent} are of ${asOf}, ${daysBetween(asOf, today)} days ago.`);
  return { config: { ...config, agents: found }, notes };
}

function noteOf({ file, asOf, datedBy }: PriceList, today: string): string {
  const days = daysBetween(asOf, today);
  const how = { content: "", name: " by its name", modification: " by its last change, for it says no date" }[datedBy];
  const age = days > staleDays ? `, ${days} days ago: check them` : "";
  return `Prices are from ${file} of ${asOf}${how}${age}.`;
}

const daysBetween = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);

const indexes = new WeakMap<
  PriceList,
  { whole: Map<string, ListedPrice>; short: Map<string, ListedPrice | "ambiguous"> }
>();

function priceIn(list: PriceList, model: string): ListedPrice | "ambiguous" | undefined {
  let index = indexes.get(list);
  if (!index) {
    index = { whole: new Map(), short: new Map() };
    for (const one of list.models) {
      if (!index.whole.has(one.name)) index.whole.set(one.name, one);
      const short = one.name.slice(one.name.lastIndexOf("/") + 1);
      const before = index.short.get(short);
      const isSame = before !== undefined && before !== "ambiguous" && samePrices(before.prices, one.prices);
      index.short.set(short, before === undefined || isSame ? (before ?? one) : "ambiguous");
    }
    indexes.set(list, index);
  }
  return index.whole.get(model) ?? index.short.get(model.slice(model.lastIndexOf("/") + 1));
}

const samePrices = (a: Prices, b: Prices) => JSON.stringify(a) === JSON.stringify(b);
