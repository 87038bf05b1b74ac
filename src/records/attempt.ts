/** How an attempt ended. Unparsed and truncated answers are counted apart from wrong ones. */
export type Status = "ok" | "truncated" | "unparsed" | "refused" | "failed";

/** One recorded answer of one agent to one task: one line of the long table. Absent means not recorded. */
export interface Attempt {
  readonly taskId: string;
  readonly agent: string;
  /** Repeat number, ≥ 0; numbered in file order where the file has none. */
  readonly sample: number;
  /** null: there was an answer, but none that could be parsed. */
  readonly answer?: string | null;
  readonly gold?: string;
  /** "others": nobody knows the truth, and gold is the mean of the other agents' answers to the task. */
  readonly goldFrom?: "others";
  /** 1 right, 0 wrong. */
  readonly correct?: number;
  /** In [0, scoreMax]. */
  readonly score?: number;
  readonly scoreMax?: number;
  /** Compute level, effort or token cap, as text. */
  readonly level?: string;
  /** Attempts of one group shared a context. */
  readonly group?: string;
  readonly role?: string;
  readonly reads?: readonly string[];
  /** Reasoning and cached tokens are inside these counts. */
  readonly tokensIn?: number;
  /** Those of `tokensIn` that the provider had cached. */
  readonly tokensInCached?: number;
  readonly tokensOut?: number;
  readonly costUsd?: number;
  readonly seconds?: number;
  /** Relay probes: length allowed, what was sent, what was decoded. */
  readonly messageTokens?: number;
  readonly sent?: string;
  readonly received?: string;
  readonly logprob?: number;
  /** Where samples were aggregated: how many, and how many of them were right. Costs are then those of all together. */
  readonly nSamples?: number;
  readonly nCorrect?: number;
  readonly status?: Status;
  /** Fields of the file that the long table does not know. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A line that could not be used, with the reason. */
export interface BadLine {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

/** `correct` says one thing, `answer` against `gold` the other. */
export interface Disagreement {
  readonly taskId: string;
  readonly agent: string;
  readonly answer: string;
  readonly gold: string;
  readonly correct: number;
}

/** What a set of files held. */
export interface Attempts {
  /** Short name for reports: the file, set or folder. */
  readonly name: string;
  readonly attempts: readonly Attempt[];
  readonly lines: number;
  readonly badLines: readonly BadLine[];
  /** How many lines there were of each sort. */
  readonly sorts: Readonly<Record<"graded" | "scored" | "ungraded" | "aggregated" | "relay", number>>;
  /** `correct` against `answer` = `gold`; `correct` wins. */
  readonly disagreements: readonly Disagreement[];
  /** Where the answers come from: citation, licence, caveats, as the importer knows them. */
  readonly sources: readonly string[];
}
