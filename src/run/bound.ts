// How many tokens a prompt can have, and how many it probably has. The bound is what a budget rests on: an upstream may count
// fewer, never more.

import { KnownError } from "../errors.ts";
import type { AgentConfig } from "../records/config.ts";
import type { Amounts } from "../trace/event.ts";
import type { CallSettings, Message } from "./call.ts";
import { type Prices, priceMax } from "./prices.ts";

/** The tokenizer that an agent's config names cannot be loaded. */
export class NoTokenizer extends KnownError {
  readonly code = "no-tokenizer";
  constructor(encoding: string, isInstalled: boolean, options?: ErrorOptions) {
    super(
      isInstalled
        ? `gpt-tokenizer has no encoding called "${encoding}".`
        : `The config names the tokenizer "${encoding}", and the package gpt-tokenizer is not installed.`,
      isInstalled
        ? `Take one of ${encodings.join(", ")}, or leave "tokenizer" out: prompts are then bounded by their bytes.`
        : 'npm install gpt-tokenizer, or leave "tokenizer" out: prompts are then bounded by their bytes.',
      options,
    );
  }
}

const encodings = [
  "o200k_base",
  "o200k_harmony",
  "cl100k_base",
  "p50k_base",
  "p50k_edit",
  "r50k_base",
  "gpt2",
] as const;

/** Tokens of a text, exactly. */
export type CountTokens = (text: string) => number;

/** By encoding. */
export type Tokenizers = ReadonlyMap<string, CountTokens>;

const loaded = new Map<string, CountTokens>();

/**
 * Loads the tokenizers that these agents name, each once.
 *
 * @throws {NoTokenizer} where one does not exist, or gpt-tokenizer is not installed
 */
export async function loadTokenizers(agents: Iterable<Pick<AgentConfig, "tokenizer">>): Promise<Tokenizers> {
  for (const { tokenizer } of agents) {
    if (tokenizer === undefined || loaded.has(tokenizer)) continue;
    if (!(encodings as readonly string[]).includes(tokenizer)) throw new NoTokenizer(tokenizer, true);
    try {
      const name = `gpt-tokenizer/encoding/${tokenizer}`; // not a literal: the package is optional
      const { countTokens } = (await import(name)) as typeof import("gpt-tokenizer/encoding/o200k_base");
      // Marks such as <|endoftext|> inside a text are text: upstreams do not let users write special tokens.
      const asText = { disallowedSpecial: new Set<string>() };
      loaded.set(tokenizer, (text) => countTokens(text, asText));
    } catch (cause) {
      throw new NoTokenizer(tokenizer, false, { cause });
    }
  }
  return loaded;
}

/** What a chat template puts around each message: its role and the marks of its ends. Four to seven in those published. */
const messageOverheadTokens = 8;

const promptOverheadTokensDefault = 64;

/**
 * Upper bound of a prompt's tokens as any upstream counts them: every message by the agent's own tokenizer, else by its UTF-8
 * bytes (a token of a byte-level vocabulary is at least one byte; of texts that change under NFKC, which some vocabularies
 * apply first, the longer form), plus the template.
 *
 * @param tokenizers  as {@link loadTokenizers} gives them; an encoding that is not among them is bounded by bytes
 */
export function promptTokensMax(
  messages: readonly Message[],
  {
    tokenizer,
    promptOverheadTokens = promptOverheadTokensDefault,
  }: Pick<AgentConfig, "tokenizer" | "promptOverheadTokens">,
  tokenizers: Tokenizers = loaded,
): number {
  const count = tokenizer === undefined ? undefined : tokenizers.get(tokenizer);
  return messages.reduce(
    (sum, { content }) => sum + messageOverheadTokens + (count ? count(content) : textTokensMax(content)),
    promptOverheadTokens,
  );
}

/** Bytes of a text in UTF-8, or in UTF-8 of its NFKC form where that is longer. */
export function textTokensMax(text: string): number {
  const bytes = Buffer.byteLength(text);
  return bytes === text.length ? bytes : Math.max(bytes, Buffer.byteLength(text.normalize("NFKC")));
}

/** Bytes per token that are typical of prompts in any script: English words and digits, code, CJK and Cyrillic alike. */
const bytesPerToken = 4;

/** Tokens that a text probably has: bytes over four. For forecasts, never for a budget. */
export function textTokensExpected(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / bytesPerToken);
}

/** Tokens that a prompt probably has: by the agent's tokenizer, else by its bytes; four more per message. */
export function promptTokensExpected(
  messages: readonly Message[],
  { tokenizer }: Pick<AgentConfig, "tokenizer"> = {},
  tokenizers: Tokenizers = loaded,
): number {
  const count = (tokenizer === undefined ? undefined : tokenizers.get(tokenizer)) ?? textTokensExpected;
  return messages.reduce((sum, { content }) => sum + 4 + count(content), 0);
}

/**
 * `max_tokens` of a step's call: the length of its message, where the team states one, so that a message cannot be longer
 * than its reader was planned for. A model that reasons needs room beside the message; of it the agent's own limit is sent,
 * and the message is kept short by what the prompt says.
 *
 * @param maxTokens  the agent's longest answer, reasoning included
 */
export function answerTokensMax({
  messageTokens,
  maxTokens,
  effort,
}: {
  readonly messageTokens?: number | undefined;
  readonly maxTokens: number;
  readonly effort?: string | undefined;
}): number {
  const reasons = effort !== undefined && effort !== "none";
  return messageTokens === undefined || reasons ? maxTokens : Math.min(messageTokens, maxTokens);
}

/** What bounds one call. */
export interface BoundedCall {
  readonly messages: readonly Message[];
  readonly maxTokens: number;
  readonly settings?: Pick<CallSettings, "schema" | "extra">;
  readonly timeoutMs: number;
}

/**
 * Upper bound of one try of a call. What the body says beside the messages counts as prompt: upstreams write schemas and
 * tools into it.
 *
 * @param agent  without `prices` its dollars are bounded by 0: {@link requirePrices} refuses that where a budget is in dollars
 */
export function amountsMax(
  { messages, maxTokens, settings, timeoutMs }: BoundedCall,
  agent: Pick<AgentConfig, "tokenizer" | "promptOverheadTokens" | "batch"> & { readonly prices?: Prices | undefined },
  tokenizers: Tokenizers = loaded,
): Amounts {
  const beside = [settings?.schema, settings?.extra].reduce<number>(
    (sum, part) => sum + (part === undefined ? 0 : textTokensMax(JSON.stringify(part))),
    0,
  );
  const tokensIn = promptTokensMax(messages, agent, tokenizers) + beside;
  return {
    tokens: tokensIn + maxTokens,
    calls: 1,
    nanoUsd: agent.prices ? priceMax(agent.prices, { tokensIn, tokensOut: maxTokens }, agent) : 0,
    ms: timeoutMs,
  };
}
