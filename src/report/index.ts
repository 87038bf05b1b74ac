export type { Block, Column, Note, Report, Row, Section, Span, Table } from "./document.ts";
export type { Format, FormatOptions } from "./formats/format.ts";
export * as formats from "./formats/index.ts";
export { phasePage, phaseSvg } from "./html/phase-page.ts";
export { phaseCsv } from "./phase-csv.ts";
export { report } from "./report.ts";
export type {
  BudgetCurve,
  Comparison,
  Flip,
  Flow,
  PhaseDiagram,
  Splits,
  Study,
  Truth,
  VoteCurve,
} from "./study-data.ts";
export { teamLabel } from "./team-text.ts";
