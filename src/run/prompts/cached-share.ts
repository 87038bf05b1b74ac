// How much of a prompt the upstream still has from an earlier one: upstreams keep prompts by prefix, in blocks of tokens, from
// a least length on (OpenAI, DeepSeek and vLLM alike), and bill what they had at a lower price.

import type { Message } from "../call.ts";

/** How an upstream caches prompts. */
export interface CacheRules {
  /** Shorter prompts are not cached. @default 1024 */
  readonly minimumTokens?: number;
  /** Whole blocks are. @default 128 */
  readonly blockTokens?: number;
}

/** Forecasts cached shares of prompts, in the order in which they are sent. State of one run; nothing of it is stored. */
export interface CacheForecast {
  /**
   * Share of this prompt's tokens that its upstream has by now, in [0, 1]; from now on it has this prompt too.
   *
   * @param upstream  whoever keeps the prompts: a model at an endpoint
   */
  send(upstream: string, messages: readonly Message[]): number;
  /** What the upstream counted for a prompt: from then on its blocks are known to be so many bytes long. */
  learn(upstream: string, messages: readonly Message[], tokensIn: number): void;
}

/** Prefixes are told apart at every so many UTF-16 units: an eighth of a usual block. */
const chunkUnits = 64;

/** Older prefixes are forgotten beyond so many per upstream. */
const chunksMax = 200_000;

/** Typical of prompts in any script; replaced by what the upstream counts as soon as it has counted. */
const bytesPerTokenDefault = 4;

/** Of what it counted so far, so many tokens decide: some ten prompts. */
const learnedTokensMax = 20_000;

interface Upstream {
  young: Set<number>;
  old: Set<number>;
  last: string;
  bytes: number;
  tokens: number;
}

export function cacheForecast({ minimumTokens = 1024, blockTokens = 128 }: CacheRules = {}): CacheForecast {
  const upstreams = new Map<string, Upstream>();
  const upstreamOf = (name: string) => {
    let known = upstreams.get(name);
    if (!known) {
      known = { young: new Set(), old: new Set(), last: "", bytes: 0, tokens: 0 };
      upstreams.set(name, known);
    }
    return known;
  };
  return {
    send(name, messages) {
      const upstream = upstreamOf(name);
      const bytes = bytesOf(messages);
      const bytesPerToken = upstream.tokens > 0 ? upstream.bytes / upstream.tokens : bytesPerTokenDefault;
      const tokens = bytes / bytesPerToken;
      if (tokens < minimumTokens) return 0;
      const text = textOf(messages);
      const shared = Buffer.byteLength(text.slice(0, keepPrefixes(upstream, text)));
      const cached = Math.floor(shared / bytesPerToken / blockTokens) * blockTokens;
      return cached < minimumTokens ? 0 : Math.min(1, cached / tokens);
    },
    learn(name, messages, tokensIn) {
      if (!(tokensIn > 0)) return;
      const upstream = upstreamOf(name);
      const fade = Math.min(1, learnedTokensMax / (upstream.tokens + tokensIn));
      upstream.bytes = (upstream.bytes + bytesOf(messages)) * fade;
      upstream.tokens = (upstream.tokens + tokensIn) * fade;
    },
  };
}

/**
 * Share of a prompt's tokens that an upstream has cached after these earlier prompts, in [0, 1], by the usual four bytes per
 * token.
 */
export function cachedShareOf(
  prompt: readonly Message[],
  earlier: readonly (readonly Message[])[],
  rules: CacheRules = {},
): number {
  const forecast = cacheForecast(rules);
  for (const one of earlier) forecast.send("", one);
  return forecast.send("", prompt);
}

/** Roles between characters that no role contains, so that two prompts are equal only where their messages are. */
function textOf(messages: readonly Message[]): string {
  let text = "";
  for (const { role, content } of messages) text += `\u0000${role}\u0000${content}`;
  return text;
}

/** Bytes of {@link textOf}, which most prompts are too short for. */
function bytesOf(messages: readonly Message[]): number {
  let bytes = 0;
  for (const { role, content } of messages) bytes += 2 + role.length + Buffer.byteLength(content);
  return bytes;
}

/** Remembers the prefixes of a text; gives the length of the longest that was known, in whole chunks or the whole. */
function keepPrefixes(upstream: Upstream, text: string): number {
  if (upstream.last === text) return text.length; // most prompts of a vote are the one before
  upstream.last = text;
  let high = 0x811c9dc5;
  let low = 0x9e3779b9;
  let known = 0;
  for (let from = 0; from < text.length; from += chunkUnits) {
    const to = Math.min(text.length, from + chunkUnits);
    let chunk = 0x811c9dc5;
    for (let at = from; at < to; at++) chunk = Math.imul(chunk ^ text.charCodeAt(at), 0x01000193);
    high = Math.imul(high ^ chunk, 0x85ebca6b) ^ (low >>> 15);
    low = Math.imul(low ^ (chunk >>> 16) ^ to, 0xc2b2ae35) ^ (high >>> 13);
    const prefix = (high >>> 0) * 0x200000 + ((low >>> 0) & 0x1fffff); // 53 bits
    if (known === from && (upstream.young.has(prefix) || upstream.old.has(prefix))) known = to;
    upstream.young.add(prefix);
    if (upstream.young.size * 2 > chunksMax) {
      upstream.old = upstream.young;
      upstream.young = new Set();
    }
  }
  return known;
}
