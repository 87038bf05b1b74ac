import type { AnswerTable } from "../records/answer-table.ts";
import type { Disagreement } from "../records/attempt.ts";
import type { Assumption } from "../records/recordings.ts";
import type { Interval, Measured } from "../theory/interval.ts";
import type { ReaderTransfer } from "./reader-transfer.ts";

/** Mean per call, with its interval over tasks. */
export interface AgentCost {
  readonly tokensIn: Measured;
  readonly tokensOut: Measured;
  readonly tokens: Measured;
  readonly usd: Measured;
  readonly seconds: Measured;
}

/** US dollars per million tokens. */
export interface TokenPrices {
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
  /** Of prompt tokens that the provider has cached; absent where not stated. */
  readonly cachedInputPerMillion?: number;
}

/** One column of the table: an agent at a level. */
export interface AgentCalibration {
  readonly name: string;
  readonly agent: string;
  readonly level?: string;
  readonly tasks: number;
  readonly attempts: number;
  /** Samples on most tasks. */
  readonly samples: number;
  readonly accuracy: Interval;
  readonly unparsed: Interval;
  readonly truncated: Interval;
  readonly cost: AgentCost;
  /** As the config states them: what a message costs that nobody has sent yet. */
  readonly prices?: TokenPrices;
  /** Its context window, as the config states it. */
  readonly contextTokens?: number;
  /** Correlation of two samples of this agent on one task: difficulty and shared error together. */
  readonly rho: Measured;
}

/** Correlation of mistakes of two agents over the tasks both answered. */
export interface PairCalibration {
  readonly a: string;
  readonly b: string;
  readonly tasks: number;
  readonly phi: Measured;
  /** Of the tasks both got wrong, the share with the same wrong answer. */
  readonly sameWrong: Measured;
}

/** γ(m): probability-like fidelity of a relayed message of m tokens. */
export interface FidelityCalibration {
  /** The likelier of the two families; isotonic where neither fits (goodness of fit at 0.1 %). */
  readonly family: "exponential" | "hill" | "isotonic";
  readonly points: readonly { readonly messageTokens: number; readonly relays: number; readonly fidelity: Interval }[];
  /** Of the exponential family: γ(m) = gmax (1 − exp(−(m/m0)^shape)), gmax = 1. */
  readonly exponential: FidelityFamily;
  /** γ(m) = gmax m^a/(m^a + m0^a), gmax = 1 */
  readonly hill: FidelityFamily;
  /** Non-decreasing at the recorded lengths. */
  readonly isotonic: readonly { readonly messageTokens: number; readonly fidelity: Interval }[];
  /** Number of possible messages of the probe: a guess is right once in so many. */
  readonly options: number;
  /** Tasks with relay probes. */
  readonly tasks: number;
}

/** Scale and shape of a fidelity curve; `fidelityAt` reads it at any length. */
export interface FidelityFamily {
  readonly m0: Interval;
  readonly shape: Interval;
  /** Of (ln m0, ln shape): [variance, covariance, variance]. */
  readonly covariance: readonly [number, number, number];
}

/** μ(x) = min(1, k x^β) over compute levels x of one agent. */
export interface LeafCurve {
  readonly agent: string;
  readonly levels: readonly { readonly level: number; readonly tasks: number; readonly accuracy: Interval }[];
  readonly beta: Interval;
  readonly k: Interval;
  readonly chance: number;
}

/**
 * One column of numbers held against their truth. An error is e = answer − truth; all moments are about 0, so that a bias
 * counts as an error that samples share. Unit: the answers', squared where two errors are multiplied.
 */
export interface AgentEstimates {
  readonly name: string;
  readonly agent: string;
  readonly level?: string;
  /** Tasks with a number and a numeric truth, and numbers on them. */
  readonly tasks: number;
  readonly answers: number;
  /** Numbers on most tasks. */
  readonly samples: number;
  /** Share of the answers to tasks with a numeric truth that are no numbers. */
  readonly silent: Interval;
  /** E[e] */
  readonly bias: Interval;
  /** v = E[e²], every task alike. */
  readonly risk: Interval;
  /** E[e e′] of two samples on one task that shared no context: what repeating cannot average away. */
  readonly commonRisk: Measured;
  /** E[e²] − E[e e′]: what repeating averages away. */
  readonly ownRisk: Measured;
  /** ρ = E[e e′]/E[e²] */
  readonly rho: Measured;
  /** Of what samples do not share on a task, the part that those of one group share: (E[e e″] − E[e e′])/(E[e²] − E[e e′]). */
  readonly rhoWithin: Measured;
  /** The task with the largest mean e², and its share in the sum over tasks: near 1, the risk is the story of one task. */
  readonly largest: { readonly task: string; readonly share: number };
}

/** Errors of two agents over the tasks that both gave numbers for. */
export interface EstimatePair {
  readonly a: string;
  readonly b: string;
  readonly tasks: number;
  /** E[e_a e_b] */
  readonly commonRisk: Interval;
  /** E[e_a e_b]/√(E[e_a²] E[e_b²]) */
  readonly rho: Measured;
}

/** v(x) = A x^(−η) over compute levels x of one agent. */
export interface RiskCurve {
  readonly agent: string;
  readonly levels: readonly { readonly level: number; readonly tasks: number; readonly risk: Interval }[];
  /** A */
  readonly scale: Interval;
  /** η */
  readonly exponent: Interval;
}

/** What numbers gain on their way: mean squares of received − sent. */
export interface ChannelNoise {
  /** Shortest first. */
  readonly points: readonly {
    readonly messageTokens: number;
    readonly relays: number;
    /** σ² = E[(received − sent)²] */
    readonly variance: Interval;
  }[];
  /** Tasks with relay probes of numbers. */
  readonly tasks: number;
  /** Relay probes that sent a number and received none. */
  readonly lost: number;
}

/** Numeric answers to tasks with a numeric truth: what teams lose in squared error. */
export interface EstimateCalibration {
  readonly agents: readonly AgentEstimates[];
  readonly pairs: readonly EstimatePair[];
  readonly riskCurves: readonly RiskCurve[];
  readonly channel: Measured<ChannelNoise>;
  /** Mean truth of the tasks, the best answer of one who knows none of them: charged to a team that gives no number. */
  readonly guess: number;
  /** Tasks with a numeric truth. */
  readonly tasks: number;
  /** True where the mean of the other agents stands for the truth: then every risk holds the errors of those others too. */
  readonly truthFromOthers: boolean;
}

/** What was learned from attempts. Plain data but for the table. */
export interface Calibration {
  readonly name: string;
  readonly confidence: number;
  /** Everything recorded; this calibration was learned from `tasks` alone. */
  readonly table: AnswerTable;
  /** Indices into table.tasks. */
  readonly tasks: Uint32Array;
  readonly agents: readonly AgentCalibration[];
  /** ln(p/(1 − p)) by column name, p shrunk away from 0 and 1, and 0 for p ≤ ½: what weighted rules use. */
  readonly weights: ReadonlyMap<string, number>;
  readonly pairs: readonly PairCalibration[];
  /** Of a vote on random tasks; ρ_total = 1 − (1 − ρ_task)(1 − ρ_within). */
  readonly rhoTotal: Measured;
  readonly rhoTask: Measured;
  readonly rhoWithin: Measured;
  readonly fidelity: Measured<FidelityCalibration>;
  /** Readers whose answers were recorded beside what they had read, most readings first. */
  readonly readers: readonly ReaderTransfer[];
  readonly leafCurves: readonly LeafCurve[];
  /** The best-determined leaf curve's β, or why there is none. */
  readonly beta: Measured;
  readonly estimates: Measured<EstimateCalibration>;
  /** Context window of the agent with this name, in tokens. */
  readonly contextTokens: Measured<{ readonly value: number; readonly agent: string }>;
  readonly assumptions: readonly Assumption[];
  readonly disagreements: readonly Disagreement[];
}
