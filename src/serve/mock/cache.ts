import type { Message } from "../../run/call.ts";
import { memory } from "./memory.ts";
import { tokenEnd, tokensBeforeAnswer, tokensPerMessage } from "./tokens.ts";
import type { WorldCache } from "./world.ts";

/** What a prompt counts, and how much of its beginning an earlier one shared. */
export interface PromptCount {
  readonly tokens: number;
  readonly cached: number;
}

/** Prompts of one model by prefix: blocks of so many tokens, each known by all that stands before it. */
export interface PromptCache {
  /** @param digest  of the request: what the same messages count is worked out once */
  count(messages: readonly Message[], digest?: string): PromptCount;
  clear(): void;
}

/**
 * A block is cached once a prompt of at least `minTokens` has had it; a later prompt finds the longest run of blocks from its
 * beginning, and only whole blocks from `minTokens` on count, as the big providers do.
 */
export function promptCache({ minTokens = 1024, blockTokens = 128, blocksMax = 65_536 }: WorldCache = {}): PromptCache {
  let young = new Set<number>();
  let old = new Set<number>(); // the generation before: least recently used blocks leave with it
  const has = (block: number) => young.has(block) || old.has(block);
  const keep = (block: number) => {
    young.add(block);
    if (young.size * 2 <= blocksMax) return;
    old = young;
    young = new Set();
  };
  const memorized = memory<Blocked>(4096);
  return {
    count(messages, digest) {
      let blocked = digest === undefined ? undefined : memorized.get(digest);
      if (blocked === undefined) {
        blocked = blocksOf(messages, blockTokens);
        if (digest !== undefined) memorized.set(digest, blocked);
      }
      const { tokens, blocks } = blocked;
      if (tokens < minTokens) return { tokens, cached: 0 };
      let run = 0;
      while (run < blocks.length && has(blocks[run]!)) run++;
      for (const block of blocks) keep(block);
      const cached = run * blockTokens;
      return { tokens, cached: cached < minTokens ? 0 : cached };
    },
    clear() {
      young = new Set();
      old = new Set();
    },
  };
}

interface Blocked {
  readonly tokens: number;
  /** Each block by all that stands before its end. */
  readonly blocks: readonly number[];
}

function blocksOf(messages: readonly Message[], blockTokens: number): Blocked {
  const blocks: number[] = [];
  let tokens = 0;
  let inBlock = 0;
  let [high, low] = [0x811c9dc5, 0x9e3779b9];
  const tick = () => {
    tokens++;
    if (++inBlock < blockTokens) return;
    inBlock = 0;
    blocks.push((high >>> 0) * 2097152 + ((low >>> 0) & 0x1fffff)); // 53 bits
  };
  for (const { role, content } of messages) {
    high = Math.imul(high ^ role.charCodeAt(0), 0x01000193);
    low = Math.imul(low ^ role.charCodeAt(0), 0x85ebca6b);
    for (let i = 0; i < tokensPerMessage; i++) tick();
    const { length } = content;
    for (let at = 0; at < length; ) {
      const end = tokenEnd(content, at, length);
      for (; at < end; at++) {
        const code = content.charCodeAt(at);
        high = Math.imul(high ^ code, 0x01000193);
        low = Math.imul((low ^ code) + 0x7f4a7c15, 0x85ebca6b) ^ (low >>> 13);
      }
      tick();
    }
  }
  return { tokens: tokens + tokensBeforeAnswer, blocks };
}
