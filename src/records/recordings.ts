import type { AnswerTable } from "./answer-table.ts";
import type { Disagreement } from "./attempt.ts";
import type { Config } from "./config.ts";

/** Where a number came from. Nothing is guessed silently. */
export interface Assumption {
  /** "price", "prompt length", "answer length", "grading", "ties" … */
  readonly subject: string;
  /** Agent it is about, if about one. */
  readonly agent?: string;
  readonly value: string;
  readonly status: "recorded" | "assumed" | "derived";
  /** Field, file or formula, with its date where it has one. */
  readonly source: string;
}

/** One relay probe: a message of at most `messageTokens` sent, and what the receiver decoded. */
export interface Relay {
  readonly task: number;
  readonly agent: string;
  readonly messageTokens: number;
  readonly sent: string;
  readonly received: string;
}

/** Attempts as the later stages read them: tabulated, graded, priced, with everything that was assumed on the way. */
export interface Recordings {
  readonly name: string;
  readonly table: AnswerTable;
  readonly relays: readonly Relay[];
  readonly config: Config;
  readonly assumptions: readonly Assumption[];
  /** `correct` against `answer` = `gold`. */
  readonly disagreements: readonly Disagreement[];
  readonly attempts: number;
  readonly badLines: number;
  readonly sources: readonly string[];
}
