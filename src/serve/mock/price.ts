import type { TokenCounts } from "../../trace/event.ts";

/** US dollars per million tokens. */
export interface TokenPrices {
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
  /** @default as other prompt tokens */
  readonly cachedInputPerMillion?: number | undefined;
  /** @default as the rest of the answer */
  readonly reasoningPerMillion?: number | undefined;
}

/** Price of one call in 10⁻⁹ US dollars, rounded up: a dollar per million tokens is 1000 nano-dollars a token. */
export function nanoUsd(prices: TokenPrices, tokens: TokenCounts): number {
  const { inputPerMillion, outputPerMillion } = prices;
  const { cachedInputPerMillion = inputPerMillion, reasoningPerMillion = outputPerMillion } = prices;
  const { tokensIn, tokensInCached, tokensOut, tokensReasoning } = tokens;
  const usdPerMillion =
    (tokensIn - tokensInCached) * inputPerMillion +
    tokensInCached * cachedInputPerMillion +
    (tokensOut - tokensReasoning) * outputPerMillion +
    tokensReasoning * reasoningPerMillion;
  return Math.ceil(Number((usdPerMillion * 1000).toPrecision(15))); // 0.1 × 3 is 0.3 of a nano-dollar more
}
