import type { ForesightSet } from "./sets.ts";

/** How large a campaign is; the same campaign gives the same rows, whatever the number of workers. */
export interface Campaign {
  /** Random choices of the tasks to learn from, per set and number of tasks. */
  readonly splits: number;
  readonly seed: number;
}

/** Cells that were not measured, and why. */
export interface LeftOut {
  readonly set: string;
  readonly what: string;
  readonly reason: string;
}

/** A claim held against a figure. */
export interface Check {
  readonly claim: string;
  readonly figure: string;
  readonly target: string;
  readonly met: boolean;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** What one part of the campaign found, ready to print. */
export interface Told {
  readonly title: string;
  /** Paragraphs of Markdown. */
  readonly words: readonly string[];
  readonly checks: readonly Check[];
  readonly tables: readonly Table[];
  readonly leftOut: readonly LeftOut[];
}

/** One question of the campaign. Sets are measured apart, in any order and by any number of workers, and told together. */
export interface Part<Found = unknown> {
  /** Plain data: it crosses threads. Undefined where the set has nothing to say to this question. */
  measure(set: ForesightSet, campaign: Campaign): Found | undefined;
  /** @param paths  where the sets come from: some parts read totals there that are no attempts */
  tell(
    found: readonly { readonly set: string; readonly found: Found }[],
    campaign: Campaign,
    paths?: readonly string[],
  ): Told;
}
