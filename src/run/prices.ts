import { KnownError } from "../errors.ts";
import type { AgentConfig } from "../records/config.ts";
import type { Budget, TokenCounts } from "../trace/event.ts";

/** US dollars per million tokens, by kind. */
export type Prices = NonNullable<AgentConfig["prices"]>;

/** The tier that a call goes to. */
export interface Tier {
  /** True: the prices' `batchDiscount` is taken off. */
  readonly batch?: boolean | undefined;
}

/** A budget in dollars, and agents whose price nobody knows. Nothing was asked. */
export class PricesMissing extends KnownError {
  readonly code = "prices-missing";
  readonly agents: readonly string[];
  constructor(agents: readonly string[]) {
    const [first = ""] = agents;
    super(
      `The budget is in dollars, and nobody knows what ${joined(agents)} ${agents.length === 1 ? "costs" : "cost"}.`,
      `State prices in the config, agents: { ${JSON.stringify(first)}: { prices: { inputPerMillion: 0.15, outputPerMillion: 0.6 }, asOf: "2026-01-31" } }, give a file with --prices, or state the budget in tokens.`,
    );
    this.agents = agents;
  }
}

function joined(names: readonly string[]): string {
  const quoted = names.slice(0, 6).map((name) => `"${name}"`);
  const more = names.length > 6 ? [`${names.length - 6} more`] : [];
  return [...quoted, ...more].join(", ").replace(/, ([^,]*)$/, " and $1");
}

/** @throws {PricesMissing} where any scope of the budget is in dollars and an agent has no price */
export function requirePrices(
  agents: Iterable<readonly [name: string, agent: Pick<AgentConfig, "prices">]>,
  budget: Budget,
) {
  const scopes = [budget.run, budget.task, ...Object.values(budget.agents ?? {})];
  if (scopes.every((caps) => caps?.nanoUsd === undefined)) return;
  const missing = [...agents].flatMap(([name, { prices }]) => (prices ? [] : [name]));
  if (missing.length > 0) throw new PricesMissing(missing);
}

/**
 * What a call costs, in 10⁻⁹ US dollars, rounded up:
 *
 *   (in − cached) p_in + cached p_cached + (out − reasoning) p_out + reasoning p_reasoning + p_call
 *
 * Kinds without a price of their own cost what they are part of. Counts that cannot be (more cached than there is prompt) are
 * cut to what can. Exact: prices are taken to 10⁻⁶ dollars per million tokens, what is finer is rounded up.
 */
export function priceOf(prices: Prices, tokens: TokenCounts, tier: Tier = {}): number {
  const { input, cached, output, reasoning, call } = ratesOf(prices, tier);
  const tokensIn = whole(tokens.tokensIn);
  const tokensOut = whole(tokens.tokensOut);
  const tokensCached = least(whole(tokens.tokensInCached), tokensIn);
  const tokensReasoning = least(whole(tokens.tokensReasoning), tokensOut);
  return nano(
    (tokensIn - tokensCached) * input +
      tokensCached * cached +
      (tokensOut - tokensReasoning) * output +
      tokensReasoning * reasoning +
      call,
  );
}

/**
 * The most that a call of so many tokens can cost, whatever their kinds: all at the dearest. Never below {@link priceOf} of
 * counts that are within them.
 */
export function priceMax(
  prices: Prices,
  { tokensIn, tokensOut }: Pick<TokenCounts, "tokensIn" | "tokensOut">,
  tier: Tier = {},
): number {
  const { input, cached, output, reasoning, call } = ratesOf(prices, tier);
  return nano(
    whole(tokensIn) * (input > cached ? input : cached) +
      whole(tokensOut) * (output > reasoning ? output : reasoning) +
      call,
  );
}

/** 10⁻¹² dollars per token, whole numbers: sums of them are exact. */
interface Rates {
  readonly input: bigint;
  readonly cached: bigint;
  readonly output: bigint;
  readonly reasoning: bigint;
  /** Per call, in 10⁻¹² dollars. */
  readonly call: bigint;
}

const rates = new WeakMap<Prices, { readonly full: Rates; readonly batch: Rates }>();

function ratesOf(prices: Prices, { batch = false }: Tier): Rates {
  let known = rates.get(prices);
  if (!known) {
    known = { full: makeRates(prices, 1), batch: makeRates(prices, 1 - (prices.batchDiscount ?? 0)) };
    rates.set(prices, known);
  }
  return batch ? known.batch : known.full;
}

function makeRates(prices: Prices, share: number): Rates {
  const { inputPerMillion, outputPerMillion, cachedInputPerMillion, reasoningPerMillion, perCall = 0 } = prices;
  const rate = (perMillion: number) => roundUp(perMillion * share * 1e6);
  return {
    input: rate(inputPerMillion),
    cached: rate(cachedInputPerMillion ?? inputPerMillion),
    output: rate(outputPerMillion),
    reasoning: rate(reasoningPerMillion ?? outputPerMillion),
    call: roundUp(perCall * share * 1e12),
  };
}

/** Up, but for what decimal fractions lose in binary. */
function roundUp(value: number): bigint {
  const near = Math.round(value);
  return BigInt(Math.abs(value - near) <= 1e-9 * Math.max(1, value) ? near : Math.ceil(value));
}

const whole = (count: number) => BigInt(Number.isFinite(count) ? Math.max(0, Math.ceil(count)) : 0);
const least = (a: bigint, b: bigint) => (a < b ? a : b);

/** 10⁻¹² dollars as 10⁻⁹, rounded up. */
function nano(pico: bigint): number {
  return Number((pico + 999n) / 1000n);
}
