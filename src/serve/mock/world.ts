import type { ScriptedAgent, ScriptedTruth } from "../../simulate/scripted.ts";
import { scriptedExample } from "../../simulate/scripted.ts";

/** How long calls take. All of it is scaled by the mock's `latency`. */
export interface WorldLatency {
  /** Time to the first token, median. @default 300 */
  readonly firstMs?: number;
  /** Standard deviation of ln(time). @default 0.3 */
  readonly scatter?: number;
  /** Share of calls that are stragglers: their time is multiplied by a Pareto number ≥ 1. @default 0.02 */
  readonly tailShare?: number;
  /** P(factor > x) = x^−exponent. @default 1.2 */
  readonly tailExponent?: number;
  /** Largest factor of a straggler. @default 50 */
  readonly tailMax?: number;
}

/** How prompts are kept from one call to the next, as the big providers do: by prefix, in blocks. */
export interface WorldCache {
  /** Shortest prompt that is kept, in tokens. @default 1024 */
  readonly minTokens?: number;
  /** Prefixes are kept in multiples of this. @default 128 */
  readonly blockTokens?: number;
  /** Most blocks kept per model; the oldest go first. @default 65536 */
  readonly blocksMax?: number;
}

/** What the mock adds to an agent of a script. */
export interface WorldAgent extends ScriptedAgent {
  readonly prices: ScriptedAgent["prices"] & {
    /** US dollars per million. @default as other prompt tokens */
    readonly cachedInputPerMillion?: number;
    /** @default as the rest of the answer */
    readonly reasoningPerMillion?: number;
  };
  /** Share of an answer's tokens that nobody sees, in [0, 1). @default 0 */
  readonly reasoningShare?: number;
  /** Tokens of compute by effort. @default low, medium and high: the first, middle and last level */
  readonly efforts?: Readonly<Record<string, number>>;
}

/** A world in which every parameter of the theory is stated: scripted agents, their tasks, and how an upstream serves them. */
export interface World extends ScriptedTruth {
  readonly agents: readonly WorldAgent[];
  /** Of the wrong answers, in turn after the right one. @default equal */
  readonly wrongWeights?: readonly number[];
  readonly latency?: WorldLatency;
  readonly cache?: WorldCache;
}

/** The scripted example as an upstream: four options, so that wrong answers differ, and reasoning where there are levels. */
export const worldExample: World = {
  ...scriptedExample,
  name: "mock world",
  options: 4,
  agents: scriptedExample.agents.map((agent) => ({
    ...agent,
    contextTokens: 8192,
    prices: { ...agent.prices, cachedInputPerMillion: agent.prices.inputPerMillion / 2 },
    reasoningShare: "levels" in agent.skill ? 0.8 : 0,
  })),
};

/** How one agent answers at what was asked of it. */
export interface Compute {
  /** x, in tokens. */
  readonly tokens: number;
  /** True where `max_tokens` is the level: the answer then fits into it. */
  readonly fits: boolean;
}

/**
 * The compute that a request asks for: the effort where there is one (a number of tokens, or a word of `efforts`), else
 * `max_tokens` where it is exactly one of the agent's levels, else the base level.
 *
 * @returns undefined where the agent has no such effort
 */
export function computeOf(
  agent: WorldAgent,
  effort: string | undefined,
  maxTokens: number | undefined,
): Compute | undefined {
  const { skill } = agent;
  if (effort !== undefined) {
    const stated = agent.efforts?.[effort];
    if (stated !== undefined) return { tokens: stated, fits: false };
    if ("accuracy" in skill) return { tokens: skill.answerTokens, fits: false }; // it has one way to answer
    const { levels } = skill;
    const named: Record<string, number> = {
      low: levels[0]!,
      medium: levels[levels.length >> 1]!,
      high: levels.at(-1)!,
    };
    const tokens = Number(effort) || named[effort];
    return tokens === undefined || !(tokens > 0 && tokens < 1e9) ? undefined : { tokens, fits: false };
  }
  if ("accuracy" in skill) return { tokens: skill.answerTokens, fits: false };
  if (maxTokens !== undefined && skill.levels.includes(maxTokens)) return { tokens: maxTokens, fits: true };
  return { tokens: skill.baseLevel, fits: false };
}
