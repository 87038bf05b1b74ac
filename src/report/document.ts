// What every format prints: words and tables, no drawing. A format that cannot draw loses no finding.
import type { Kind } from "../organizations/organization.ts";
import type { Standing } from "./reading.ts";
import type { Study } from "./study-data.ts";

/** A piece of a sentence. */
export interface Span {
  readonly text: string;
  readonly strong?: boolean;
}

/** A remark beside a figure: how to read it, or its caveat. */
export interface Note {
  /** Set in bold before the text. */
  readonly lead?: string;
  readonly text: string;
}

export interface Column {
  readonly name: string;
  /** number: right-aligned; status: assumed, derived, not measured …; code: what could be typed. */
  readonly as?: "number" | "status" | "code";
}

export interface Row {
  readonly cells: readonly string[];
  /** Drawn before the first cell. */
  readonly kind?: Kind;
  /** The chosen row. */
  readonly strong?: boolean;
  /** Canonical team text under the first cell. */
  readonly code?: string;
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** Figures that a drawing exists for. */
export type FigureName =
  | "verdict"
  | "flow"
  | "frontier"
  | "votes"
  | "forecast"
  | "splits"
  | "errors"
  | "phase"
  | "phase-grid"
  | "budget"
  | "boundaries"
  | "levels"
  | "coverage"
  | "truths"
  | "unlabeled"
  | "windows";

/** One claim with what supports it. */
export interface Block {
  readonly id: string;
  /** The finding, or what the table holds. */
  readonly title: string;
  /** What is plotted, in which unit. */
  readonly subtitle?: string;
  /** Present where the block is a figure. */
  readonly figure?: {
    readonly name: FigureName;
    /** Which of several, where the study has more than one. */
    readonly index: number;
    /** Running number, from 1. */
    readonly number: number;
    /** What the picture shows, for those who cannot see it. */
    readonly description: string;
    /** On which tasks. */
    readonly source: string;
  };
  /** The numbers of the figure, or the table itself. */
  readonly table?: Table;
  readonly paragraphs?: readonly string[];
  readonly command?: string;
  readonly notes: readonly Note[];
}

export interface Section {
  readonly id: string;
  /** Running number, from 1; 0 for the verdict. */
  readonly number: number;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** All the wording of a study, the same in every format, with the study it was computed from. */
export interface Report {
  readonly study: Study;
  readonly standing: Standing;
  /** What to do: one imperative. */
  readonly headline: string;
  readonly lede: readonly Span[];
  /** What a reader must know before believing the headline, such as graders that disagree. */
  readonly warnings: readonly string[];
  /** Sizes of the study for the top line. */
  readonly facts: readonly string[];
  readonly sections: readonly Section[];
}

/** A block before the report numbers its figures. */
export type Draft = Omit<Block, "figure"> & { readonly figure?: Omit<NonNullable<Block["figure"]>, "number"> };

/** A section before it is numbered. */
export interface SectionDraft {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly (Draft | null)[];
}

/** The text of a sentence without its emphasis. */
export function plainText(spans: readonly Span[]): string {
  return spans.map(({ text }) => text).join("");
}

/**
 * The same data with control characters and those that turn the direction of writing taken out of every text: names come
 * from files, and a terminal would obey an escape sequence in one.
 */
export function printable<T>(value: T): T {
  if (typeof value === "string") return value.replace(/[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/gu, "") as T;
  if (Array.isArray(value)) return value.map(printable) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [printable(key), printable(one)])) as T;
}
