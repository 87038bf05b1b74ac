import { KnownError } from "../errors.ts";
import type { Importer } from "./importers/importer.ts";
import * as importers from "./importers/index.ts";
import { notAttempts } from "./not-attempts.ts";

/** What stands where a path or glob points: nothing. */
export class FileMissing extends KnownError {
  readonly code = "file-missing";
  constructor(path: string) {
    super(`No file at ${path}.`, "Check the path; a glob needs at least one match.");
  }
}

/** The system refuses to read a file. */
export class UnreadableFile extends KnownError {
  readonly code = "unreadable-file";
  constructor(path: string, cause: unknown) {
    super(
      `${path} could not be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      "Check its permissions, and that it is a file.",
      { cause },
    );
  }
}

/** A `.gz` that is damaged, cut off, or not gzip at all. Nothing of it was kept. */
export class UnreadableGzip extends KnownError {
  readonly code = "unreadable-gzip";
  constructor(path: string, cause: Error) {
    super(
      `${path} is not readable as gzip: ${cause.message}.`,
      "Fetch or pack it again; a file that is not packed must not end in .gz.",
      { cause },
    );
  }
}

/** A form of file that is not read. */
export class UnsupportedFormat extends KnownError {
  readonly code = "unsupported-format";
  constructor(path: string) {
    const parquet = path.endsWith(".parquet");
    super(
      parquet ? `${path}: Parquet is not read yet.` : `${path}: files of this kind are not read.`,
      "Give .jsonl, .csv or .json, each also as .gz; turn the file into JSON lines, one attempt per line.",
    );
  }
}

/** A file or folder without a single attempt. */
export class NoAttempts extends KnownError {
  readonly code = "no-attempts";
  constructor(path: string) {
    const known = notAttempts.find(({ set }) => set === path.split("/").findLast(Boolean));
    super(
      known === undefined ? `${path} holds no attempts.` : `${path} holds no attempts: ${known.reason}.`,
      "Give files with one attempt per line: task_id, agent and correct, score or answer with gold.",
    );
  }
}

/** All lines of a file are bad. Single bad lines are counted and reported instead. */
export class BadFields extends KnownError {
  readonly code = "bad-fields";
  constructor(path: string, reasons: readonly string[], notAttempts?: string) {
    const shown = reasons.slice(0, 3).join("; ");
    const more = reasons.length > 3 ? `; and ${(reasons.length - 3).toLocaleString("en")} more` : "";
    super(
      `No line of ${path} is an attempt: ${shown}${more}.`,
      notAttempts === undefined
        ? "Each line needs task_id, agent and one of correct, score, answer, n_samples with n_correct, or a relay probe; foreign names are mapped: import --map sample=trial."
        : `This set holds no attempts: ${notAttempts}.`,
    );
  }
}

/** No importer has this name. */
export class UnknownImporter extends KnownError {
  readonly code = "unknown-importer";
  constructor(name: string) {
    const names = Object.values<Importer>(importers).map((importer) => importer.name);
    super(`No importer is called "${name}".`, `Take one of ${names.join(", ")}, or leave it out.`);
  }
}

/** A config that is not one. Every field that is wrong is named. */
export class BadConfig extends KnownError {
  readonly code = "bad-config";
  constructor(path: string, problems: readonly string[]) {
    super(
      `${path} is not a config: ${problems.join("; ")}.`,
      "It holds { agents: { name: { label, model, contextTokens, prices, energy, promptTokens, answerTokens, seconds, asOf } }, sources }, all optional.",
    );
  }
}
