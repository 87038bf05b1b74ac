// For users: everything of the stage. Inside, import the file that has it.
export { normalizeAnswer, printNumber, readNumber, sameAnswer } from "./answer.ts";
export { type AnswerTable, type Column, findColumn } from "./answer-table.ts";
export type { Attempt, Attempts, BadLine, Disagreement, Status } from "./attempt.ts";
export { type AgentConfig, Config } from "./config.ts";
export {
  BadConfig,
  BadFields,
  FileMissing,
  NoAttempts,
  UnknownImporter,
  UnreadableFile,
  UnreadableGzip,
  UnsupportedFormat,
} from "./errors.ts";
export { DuplicateKey } from "./gather.ts";
export type { Importer } from "./importers/importer.ts";
export * as importers from "./importers/index.ts";
export { notAttempts } from "./not-attempts.ts";
export { formatAttempts, mapFields, type Row, toAttempt } from "./parse.ts";
export { type ReadOptions, readAttempts, readConfig } from "./read.ts";
export type { Assumption, Recordings, Relay } from "./recordings.ts";
export { type TabulateOptions, tabulate } from "./tabulate.ts";
export { truthFor } from "./truth.ts";
