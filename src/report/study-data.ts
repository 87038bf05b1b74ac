import type { AgentEstimates, Calibration } from "../calibrate/calibration.ts";
import type { Compute } from "../calibrate/compute.ts";
import type { Kind } from "../organizations/organization.ts";
import type { PhaseMap } from "../plan/phase.ts";
import type { Boundary, Budget, CostUnit, Finding, Forecast, FurtherTasks, Plan } from "../plan/plan-types.ts";
import type { Disagreement } from "../records/attempt.ts";
import type { Assumption } from "../records/recordings.ts";
import type { Interval, Measured, NotMeasured } from "../theory/interval.ts";

/**
 * A team forecast on one half of the tasks and measured on the other. Under the metric `squared-error` accuracies are mean
 * squared errors, and differences shares of the agent's error that the team saves: of these more is better.
 */
export interface Comparison {
  readonly team: string;
  /** Short name for people: "ToRA-70B + Mixtral → GPT-4". */
  readonly label: string;
  readonly kind: Kind;
  readonly chosen: boolean;
  /** Why it stands in the report: advised, best of its kind, next cheaper, baseline. */
  readonly role: "advised" | "single" | "resampled" | "team" | "cheaper" | "other";
  readonly forecast: Forecast;
  /** On the held-back half; the interval is the one of the population. */
  readonly measured: {
    readonly accuracy: Interval;
    readonly cost: Readonly<Record<CostUnit, number | null>>;
    readonly tasks: number;
  };
  /** Team − baseline single, paired by task. Null for the baseline itself. */
  readonly difference: {
    readonly forecast: Interval;
    /** Adds the noise of checking on a finite number of tasks: the measured value should lie in it. */
    readonly predictive: Interval;
    readonly measured: Interval;
    /** P(better) from the measured half alone. */
    readonly probabilityBetter: number;
    readonly inside: boolean;
  } | null;
}

/** Where the tasks go in a staged team, on the held-back half. */
export interface Flow {
  readonly team: string;
  readonly stages: readonly {
    /** "ToRA-70B and Mixtral agree", "they disagree: ask GPT-4" */
    readonly label: string;
    readonly share: number;
    readonly shareInterval: Interval;
    /** Per task that reaches this stage; null where not recorded. */
    readonly cost: Readonly<Record<CostUnit, number | null>>;
    readonly right: Interval;
    /** The baseline single agent on the same tasks. */
    readonly baselineRight: Interval;
    readonly tasks: number;
  }[];
}

/** One thing that would change the advice if it moved. */
export interface Flip {
  readonly subject: string;
  readonly now: number | null;
  readonly nowText: string;
  /** Value at which the advice turns; null where it never does (holds) or always (flips). */
  readonly at: number | null;
  readonly verdict: "below" | "above" | "flips" | "holds";
  readonly text: string;
  /** Range in which the quantity could be, for the scale; unit for its labels. */
  readonly scale: {
    readonly low: number;
    readonly high: number;
    readonly log: boolean;
    readonly unit: "usd" | "share" | "tokens" | "plain";
  } | null;
  readonly interval: Interval | null;
  readonly status: "assumed" | "measured" | "derived";
}

/** Accuracy of the best candidate of each kind against budget: chosen on one half, measured on the other. */
export interface BudgetCurve {
  readonly unit: CostUnit;
  readonly points: readonly {
    readonly budget: number;
    readonly advice: Kind;
    readonly byKind: Readonly<
      Partial<Record<Kind, { readonly team: string; readonly forecast: number; readonly measured: number }>>
    >;
  }[];
  /** Segments of the advice; segments narrower than 5 % are merged into their neighbour. */
  readonly segments: readonly { readonly kind: Kind; readonly from: number; readonly to: number }[];
}

/** The phase diagram at one fan-in, with teams of this report on it. */
export interface PhaseDiagram {
  readonly fanIn: number;
  /** γ_c(ρ) where α = 1. */
  readonly boundary: readonly { readonly rho: number; readonly gamma: number }[];
  /** Curves of equal α. */
  readonly contours: readonly {
    readonly alpha: number;
    readonly points: readonly { readonly rho: number; readonly gamma: number }[];
  }[];
  /** ρ measured at this fan-in from b-wise votes; γ = 1 when code counts, else measured or the critical value a reader must keep. */
  readonly teams: readonly {
    readonly label: string;
    readonly kind: Kind;
    readonly rho: Interval;
    readonly gamma: Interval | NotMeasured;
    readonly gammaCritical: number;
    readonly alpha: Interval;
  }[];
}

/** A vote of n samples of one agent. */
export interface VoteCurve {
  readonly agent: string;
  readonly name: string;
  readonly tasks: number;
  readonly points: readonly {
    readonly team: string;
    readonly votes: number;
    /** Mean calls: less than `votes` for teams that stop early. */
    readonly calls: number;
    readonly organization: string;
    readonly forecast: Interval;
    readonly measured: Interval;
  }[];
}

/** The team chosen anew on many random splits. */
export interface Splits {
  readonly count: number;
  /** Measured difference to the best single agent, one per split, and whether the predictive interval held it. */
  readonly differences: readonly {
    readonly seed: number;
    readonly team: string;
    readonly kind: Kind;
    readonly advised: boolean;
    readonly forecast: number;
    readonly measured: number;
    readonly inside: boolean;
    readonly probabilityBetter: number;
    readonly costShare: number;
  }[];
}

/** What the answers of the choosing half told before anybody graded them, and what the held-back half shows of it. */
export interface Unlabeled {
  /** Tasks of the choosing half to which two agents or more gave an answer. */
  readonly tasks: number;
  /** Whose answers are recorded; not all of them need stand in the rows. */
  readonly agents: number;
  /** Highest pseudo-accuracy first, panels behind the agents. */
  readonly rows: readonly {
    readonly team: string;
    readonly label: string;
    readonly kind: Kind;
    /** Right answers by pseudo-labels, on the choosing half. */
    readonly pseudo: Interval;
    /** Right answers by the grades, on the held-back half. */
    readonly measured: Interval;
  }[];
  /** K*, an effective number of agents. */
  readonly channels: Interval;
  /** Correlation of two agents being right by pseudo-labels. */
  readonly rho: Measured;
}

/** A parameter whose truth is known because the agents are scripted. */
export interface Truth {
  readonly name: string;
  readonly symbol: string;
  readonly truth: number;
  readonly estimate: Interval | NotMeasured;
}

/** The same money on the held-back tasks, spent on who is right on each: known only in hindsight. */
export interface Hindsight {
  /** Label of the advised team. */
  readonly team: string;
  readonly accuracy: Interval;
  /** Of the way from the best single agent to there, the part that the advised team went; below 0 where it lost. */
  readonly shareCaught: Interval;
}

/** All that a study found: plain data, everything a report draws. */
export interface Study {
  readonly name: string;
  readonly seed: number;
  readonly confidence: number;
  readonly budget: Budget;
  readonly tasks: { readonly total: number; readonly choosing: number; readonly heldBack: number };
  readonly attempts: number;
  readonly badLines: number;
  readonly command: string;
  readonly sources: readonly string[];
  /** Long agent names and what people call them in the report. */
  readonly labels: Readonly<Record<string, string>>;
  readonly plan: Plan;
  readonly agents: Calibration["agents"];
  /** In squared error: what the agents' numbers are worth. */
  readonly estimates?: readonly AgentEstimates[];
  /** In squared error φ is the correlation of errors, biases included. */
  readonly pairs: Calibration["pairs"];
  /** Label of the best single agent: what every difference is against. */
  readonly baseline: string;
  readonly comparisons: readonly Comparison[];
  readonly flow: Flow | null;
  readonly hindsight: Hindsight | null;
  /** At the node of the plan's regime, on all tasks: those of the plan itself know the choosing half alone. */
  readonly boundaries: readonly Boundary[];
  /** What more compute per call and more calls would buy, on all tasks; null where numbers are compared. */
  readonly compute?: Compute | null;
  readonly flips: readonly Flip[];
  readonly budgets: readonly BudgetCurve[];
  readonly phase: readonly PhaseDiagram[];
  /** Budget against length of messages around the team of readers that the plan's regime describes, where all of it is measured. */
  readonly phaseMap?: Omit<PhaseMap, "grid"> | null;
  readonly votes: readonly VoteCurve[];
  /** Absent where fewer than two agents' answers are recorded. */
  readonly unlabeled?: Unlabeled | null;
  readonly splits: Splits | null;
  readonly truths: readonly Truth[];
  readonly assumptions: readonly Assumption[];
  /** Quantities that the attempts do not determine. */
  readonly notMeasured: readonly { readonly subject: string; readonly probe: string }[];
  readonly tasksStillNeeded: readonly {
    readonly question: string;
    readonly now: Interval;
    readonly further: FurtherTasks | null;
    readonly meaning: string;
  }[];
  readonly disagreements: {
    readonly count: number;
    readonly attempts: number;
    readonly examples: readonly Disagreement[];
    /** Measured gain of the chosen team when the other grade is believed: the recorded flag, or answer = gold. */
    readonly otherwise: { readonly by: "flag" | "answer"; readonly gain: Interval } | null;
  };
  readonly findings: readonly Finding[];
}
