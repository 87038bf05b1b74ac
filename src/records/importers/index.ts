// One line per importer. The first that recognizes a file reads it; the long table is asked last.
export { contingency } from "./contingency.ts";
export { histogram } from "./histogram.ts";
export { longTable } from "./long-table.ts";
