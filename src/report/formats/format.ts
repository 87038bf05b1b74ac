import type { Report } from "../document.ts";

export interface FormatOptions {
  /** ANSI colours, for terminals only. @default false */
  readonly color?: boolean;
}

/** One way to hand a report to people or programs. */
export interface Format {
  /** One line for menus. */
  readonly summary: string;
  /** Of the file, without the dot. */
  readonly extension: string;
  /** Pure: the same report gives the same text. */
  render(report: Report, options?: FormatOptions): string;
}
