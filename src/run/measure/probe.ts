// What can be asked to learn something, and whoever asks it: a script, an endpoint, a test.

import type { Attempt } from "../../records/attempt.ts";

/** An answer of an agent at a level to a task. */
export interface AnswerProbe {
  readonly kind: "answer";
  readonly task: string;
  readonly agent: string;
  readonly level?: string;
  /** Answers of one group share a context; absent: asked alone. */
  readonly group?: string;
  /** Repeat number: among the lone answers, or within its group. */
  readonly sample: number;
}

/** An agent is told an answer, writes it in at most so many tokens, and reads its message as a stranger would. */
export interface RelayProbe {
  readonly kind: "relay";
  readonly task: string;
  readonly agent: string;
  readonly messageTokens: number;
  readonly sample: number;
}

export type Probe = AnswerProbe | RelayProbe;

/** What asking cost, in everything that a budget may be in. */
export interface Spent {
  readonly tokens: number;
  readonly calls: number;
  readonly usd: number;
  readonly seconds: number;
}

export const nothingSpent: Spent = { tokens: 0, calls: 0, usd: 0, seconds: 0 };

export function addSpent(a: Spent, b: Spent): Spent {
  return {
    tokens: a.tokens + b.tokens,
    calls: a.calls + b.calls,
    usd: a.usd + b.usd,
    seconds: a.seconds + b.seconds,
  };
}

/** What became of some probes. */
export interface Asked {
  /**
   * Those that were answered, readably or not, with what they cost. A probe that could not be asked (the upstream failed, no
   * money was left) has no attempt: it says nothing of the agent.
   */
  readonly attempts: readonly Attempt[];
  /** Everything, tries without an answer included. */
  readonly spent: Spent;
  /** True where some were not asked because the budget does not allow it. */
  readonly overBudget: boolean;
  /** True where the user stopped it. */
  readonly interrupted?: boolean;
}

/** Asks probes, all of a batch at once if it can. The same probe always has the same answer. */
export interface Asker {
  ask(probes: readonly Probe[]): Promise<Asked>;
}

/** An agent at a level: what a column of answers will be of. */
export interface Asking {
  readonly agent: string;
  readonly level?: string;
}
