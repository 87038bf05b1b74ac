import type { Kind } from "../organizations/organization.ts";
import type { Assumption } from "../records/recordings.ts";
import type { Metric } from "../simulate/outcomes.ts";
import type { Interval, Measured, NotMeasured } from "../theory/interval.ts";

export type CostUnit = "calls" | "tokens" | "usd" | "seconds";

/** An amount with its unit, per task or for a run. */
export interface Budget {
  readonly amount: number;
  readonly unit: CostUnit;
}

/** A forecast cost per task: expectation with interval, and the worst case. */
export interface CostForecast {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly max: number;
}

export interface Costs {
  readonly calls: CostForecast;
  /** Read and written. */
  readonly tokens: CostForecast | NotMeasured;
  /** Prompts, and what is read of others. */
  readonly tokensIn: CostForecast | NotMeasured;
  readonly tokensOut: CostForecast | NotMeasured;
  /**
   * Where a price of cached prompt tokens is stated: low as if every call of an agent to a task but its first had its prompt
   * cached, high as if none had, mean as if those had that begin when another has ended.
   */
  readonly usd: CostForecast | NotMeasured;
  /** On the critical path: calls made together count as the slowest of them. */
  readonly seconds: CostForecast | NotMeasured;
  /** From a table of published measurements, not from a meter: the mean is the geometric middle of its range. */
  readonly wattHours: CostForecast | NotMeasured;
}

/** Answers that never come, counted apart from wrong ones. */
export interface Silence {
  /** Share of calls whose answer could not be parsed, and of those that were cut off. */
  readonly unparsed: Measured;
  readonly truncated: Measured;
  /** Share of tasks on which the team gives no answer; in squared error no number. */
  readonly unanswered: Measured;
}

/**
 * Predicted accuracy and cost of a team. The interval is the one of the population, not of a finite check. Under the metric
 * `squared-error` the accuracy is the mean squared error, in the square of the answers' unit: less is better.
 */
export interface Forecast {
  readonly team: string;
  readonly kind: Kind;
  readonly metric: Metric;
  readonly accuracy: {
    readonly mean: number;
    readonly low: number;
    readonly high: number;
    readonly confidence: number;
  };
  /**
   * Where only right or wrong is recorded of some member: accuracy if its wrong answers agree, as was taken for `accuracy`, and if
   * every wrong answer differs from all others. What is true lies between.
   */
  readonly wrongAnswers?: WrongAnswers;
  readonly cost: Costs;
  readonly silence: Silence;
  readonly method: "resampled" | "mixture" | "mixed" | "exact" | "simulated";
  readonly tasks: number;
  readonly caveats: readonly string[];
  /**
   * False where agents play roles that nobody recorded (readers of messages): forecast by the theory, replayed by
   * simulation, and left out where only recorded teams may be chosen. @default true
   */
  readonly recorded?: boolean;
  /** Only of teams that read messages, and only where recorded groups did not tell hard tasks from shared errors. */
  readonly sharedErrors?: SharedErrors;
  /** Standard deviation over tasks of the team's outcome; a check on M tasks adds its square / M to the variance. */
  readonly deviation: number;
  /** The same relative to the best single agent of the plan (absent in a bare `predict`). */
  readonly gain?: Gain;
}

/** The two ends of what is not recorded: shares of right answers. */
export interface WrongAnswers {
  readonly agree: number;
  readonly scatter: number;
}

/** The forecast at both extremes of what isolated answers share; its interval spans them. */
export interface SharedErrors {
  /** None is shared within nodes: tasks differ in difficulty. */
  readonly none: number;
  /** All is shared within nodes: tasks are alike. */
  readonly all: number;
}

/**
 * How much better than the best single agent at equal money, on the same tasks: more is better under every metric. In
 * accuracy team − agent; in squared error the share of the agent's error that the team saves, 1 − team/agent: 0.31 is 31 %
 * less error, −0.1 is 10 % more.
 */
export interface Gain {
  readonly against: string;
  /** Points as a fraction: 0.03 is three points. After shrinkage, and less what having been picked is worth. */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
  /** Standard deviation of the paired difference over tasks; in squared error, of what each adds to ln(agent/team). */
  readonly deviation: number;
  /** P(team better), honest about the search over teams. */
  readonly probabilityBetter: number;
  /** Further tasks that would settle which is better; null when settled. */
  readonly tasksStillNeeded?: FurtherTasks | null;
}

/** 5th, 50th and 95th percentile. */
export interface FurtherTasks {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

export interface Finding {
  /** Stable code, `theory.md` §9 and graders, ties, costs. */
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** Where the team stands in the theory; every number with its interval or the probe that would measure it. */
export interface Regime {
  /** The team whose votes these are; absent where no vote can be made of what was recorded. */
  readonly team?: string;
  /** Column names: one agent that is asked `fanIn` times, or as many agents. */
  readonly voters?: readonly string[];
  readonly fanIn: number;
  /** Length of the messages that agents read; absent where code counts the votes, and γ is 1. */
  readonly messageTokens?: number;
  readonly gamma: Measured;
  readonly alpha: Measured;
  readonly organizationExponent: Measured;
  readonly beta: Measured;
  readonly rhoWithin: Measured;
  readonly rhoTask: Measured;
  readonly rhoTotal: Measured;
  /** ρ of the paper's map at this fan-in, from b-wise votes. */
  readonly rhoEffective: Measured;
  readonly fixedPoint: Measured;
  readonly mixingDepth: Measured;
  /** Only in squared error, where it stands for γ, α, s, β and μ*. */
  readonly risk?: RiskRegime;
}

/** Numbers that are averaged (§7). Risks are in the square of the answers' unit. */
export interface RiskRegime {
  /** v: mean squared error of one answer. */
  readonly leafRisk: Measured;
  /** What every answer to a task shares, and no averaging of them takes away. */
  readonly commonRisk: Measured;
  /** σ² of a message; 0 where code takes the mean. */
  readonly channelVariance: Measured;
  /** q = ρ + (1 − ρ)/b: what one node leaves of the risk that it can average. */
  readonly contraction: Measured;
  /** t = −ln q/ln b: that risk falls as N^(−t) with the leaves of a team. */
  readonly exponent: Measured;
  /** η: the risk of one agent falls as x^(−η) with its compute. A team grows faster where t > η. */
  readonly riskExponent: Measured;
  /** v* = σ²/((b − 1)(1 − ρ)), where deep trees end, and what no averaging takes away. */
  readonly riskFloor: Measured;
  /** Leaves of the best team of this fan-in at the plan's budget, if a leaf could be given any compute; budgets in tokens only. */
  readonly bestLeaves: Measured;
}

export interface Thresholds {
  /** First budget per task at which a star of this fan-in beats one agent in the small-signal theory (B_1). */
  readonly firstTeamTokens: Measured;
  /** From which budget on a second layer of readers pays. */
  readonly secondLayerTokens: Measured;
  /** From which budget on one agent is better than any depth of readers: (μ* / k)^(1/β). */
  readonly lastTeamTokens: Measured;
  /** m_c = γ⁻¹(γ_c): shorter messages lose more than a node can add. */
  readonly shortestMessageTokens: Measured;
  /** x* = β c₀/(s − β): compute of a leaf, at budgets that pay for many. */
  readonly optimalLeafTokens: Measured;
  readonly criticalRho: Measured;
  readonly criticalGamma: Measured;
}

/**
 * One of the lines at which the theory's answer turns, and on which side of it the calibration stands: where a layer of
 * readers begins to amplify (α = 1), where a team begins to grow faster than one agent (s = β), where messages stop
 * fitting the reader's window beside the task (N m + prompt = W).
 */
export interface Boundary {
  readonly code: "amplification" | "exponent" | "window";
  /** @default "accuracy" */
  readonly metric?: Metric;
  /**
   * Signed, 0 on the line, positive on the side of the team: ln α, s − β, ln(W/(N m + prompt)); in squared error
   * −ln(v₁/v), t − η (which stands as `beta` among the crossings) and the same.
   */
  readonly distance: Measured;
  readonly side: "team" | "single" | "cannot tell yet";
  /** P(on the side of the team), from the same interval. */
  readonly probabilityTeam: number;
  /** Further tasks after which P would reach the confidence either way; null when settled, or not measured. */
  readonly tasksStillNeeded: FurtherTasks | null;
  readonly crossings: readonly Crossing[];
}

/** One parameter, all others as they are: where it stands, and where it would have to be for the line to be crossed. */
export interface Crossing {
  readonly parameter: "rho" | "gamma" | "beta" | "fanIn" | "messageTokens" | "contextTokens" | "leaves";
  readonly now: Interval;
  /** null: at no value. */
  readonly at: number | null;
  /** "ρ would have to fall from 0.31 to 0.22" */
  readonly text: string;
}

/** What the reader's context window decides within the budget. */
export interface WindowSweep {
  /** Whose window it is. */
  readonly reader: string;
  /** As stated; null where it is not. */
  readonly contextTokens: number | null;
  /** Narrowest first; null where none fits. */
  readonly points: readonly {
    readonly contextTokens: number;
    readonly star: WindowChoice | null;
    /** Of readers: a tree that code counts needs less of a window, and is no answer to it. */
    readonly tree: WindowChoice | null;
  }[];
  /**
   * W below which the best star no longer fits and a tree takes its place; null where stars are as good at every window, or
   * trees are better at every window.
   */
  readonly hierarchyBelow: number | null;
}

export interface WindowChoice {
  readonly team: string;
  readonly accuracy: Forecast["accuracy"];
}

/** The best that the theory knows to buy: compute of a leaf is free to choose, not one of the recorded levels. */
export interface TheoryOptimum {
  /** Whose growth with compute it takes. */
  readonly agent: string;
  readonly kind: "single" | "star" | "tree";
  readonly fanIn: number;
  readonly layers: number;
  readonly messageTokens: number;
  readonly leaves: number;
  /** Tokens of one leaf, its prompt included. */
  readonly leafTokens: number;
  /** On the scale of the recorded levels. */
  readonly level: number;
  readonly accuracy: Interval;
  /** Tokens per task. */
  readonly cost: number;
}

export interface Advice {
  readonly kind: Kind;
  readonly team: string;
  readonly probabilityBetter: number;
  /** Further tasks after which P(better) would reach the confidence either way; null when already settled. */
  readonly tasksStillNeeded: FurtherTasks | null;
  /** One sentence: why this and not the others. */
  readonly because: string;
}

/** One member more or less in a vote, everything else as it is. */
export interface CastChange {
  /** Name of the column that joins or leaves. */
  readonly agent: string;
  /** The vote after the change. */
  readonly team: string;
  /** Right answers after − before, as a share, after shrinkage. */
  readonly gain: { readonly mean: number; readonly low: number; readonly high: number; readonly confidence: number };
  readonly probabilityBetter: number;
  /** Expected cost per task after − before, in the unit of the budget. */
  readonly cost: number;
}

/** Whom to add to the plan's best vote next, and whom it could do without. */
export interface CastAdvice {
  /** The vote that is changed. */
  readonly team: string;
  readonly unit: CostUnit;
  /** Most gain per money first. */
  readonly add: readonly CastChange[];
  /** Least loss first. */
  readonly drop: readonly CastChange[];
}

export interface PlanOptions {
  /** Bound of the expected cost of one task. */
  readonly perTask: Budget;
  /** Bound of the most that one task can cost; may have another unit. */
  readonly perTaskMax?: Budget;
  /** P(better) at which a team is advised, and content of every interval. @default 0.9 */
  readonly confidence?: number;
  /** Of bootstraps and draws. @default 1 */
  readonly seed?: number;
  /**
   * Most calls per task of the teams that are tried. @default what twice the budget pays for, from 7 to 33; to 133 where
   * readers are forecast, so that none reads more answers than votes are tried with; to 1,093 where answers need reading
   */
  readonly callsMax?: number;
  /**
   * True where code cannot compare answers (texts, plans, patches): then nothing can be counted, and only agents that read
   * can make one answer of several. Where code can, counting loses nothing and costs nothing (§5.5). @default false
   */
  readonly needsReading?: boolean;
  /**
   * Only teams that the recorded samples can replay: nothing is extrapolated, so that everything can be checked. Teams of
   * readers are forecast beside the others, and none is chosen. @default false
   */
  readonly recordedOnly?: boolean;
  /** What is best: the most right answers, or the least squared error of numeric ones. @default "accuracy" */
  readonly metric?: Metric;
}

export interface Plan {
  readonly budget: Budget;
  readonly budgetMax?: Budget;
  readonly confidence: number;
  readonly seed: number;
  readonly advice: Advice;
  /** The forecast of the advised team. */
  readonly advised: Forecast;
  readonly single: Forecast;
  readonly resampled: Forecast | NotMeasured;
  /** Best team of several agents or with structure; null where none fits the budget. */
  readonly team: Forecast | null;
  readonly best: Forecast;
  /** Cheapest plan within 0.1 points of the best; in squared error within 0.5 % of the least error. */
  readonly equalAccuracy: Forecast;
  /** The next better plan for more money, or null. */
  readonly moreMoney: Forecast | null;
  /** The best allocation of the same money per task, known only in hindsight. */
  readonly oracle: { readonly accuracy: number; readonly shareCaught: number };
  /** Of the best vote of several agents within the budget; only where right answers are counted. */
  readonly castAdvice: Measured<CastAdvice>;
  /** Cheapest first; each promises better than every cheaper one. */
  readonly frontier: readonly Forecast[];
  /** Every candidate that was priced, best first (at most some hundreds in JSON). */
  readonly candidates: readonly Forecast[];
  readonly candidatesPriced: number;
  readonly regime: Regime;
  readonly thresholds: Thresholds;
  readonly boundaries: readonly Boundary[];
  /** Sweep over W: where hierarchy becomes necessary. */
  readonly windows: Measured<WindowSweep>;
  /** What the exact planner would buy if a leaf could be given any compute; budgets in tokens only. */
  readonly theoryOptimum: Measured<TheoryOptimum>;
  readonly refused: readonly { readonly team: string; readonly reason: string; readonly instead: string }[];
  readonly assumptions: readonly Assumption[];
  readonly findings: readonly Finding[];
}

export type { Interval };
