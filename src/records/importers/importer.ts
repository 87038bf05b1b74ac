import type { Row } from "../parse.ts";

/**
 * A form in which graded answers come, and how its records become rows of the long table. What an importer does not
 * touch passes through: fields that the long table does not know are kept.
 */
export interface Importer {
  /** The set or format it is named after; what `--from` takes. */
  readonly name: string;
  /** One line for menus and reports. */
  readonly summary: string;
  /** Where such records come from, under which licence, and what to know before use. Absent where the user made them. */
  readonly citation?: string;
  /** A few lines in this form, made up by us, and how many attempts they hold. */
  readonly example: {
    readonly file: string;
    readonly text: string;
    readonly beside?: Readonly<Record<string, string>>;
    readonly attempts: number;
  };
  /** Is it of this form? Judged by the first record of a file and the file's name. */
  recognizes(first: Row, file: string): boolean;
  /** Names of files in the same folder that are read before, where they exist. */
  readonly beside?: readonly string[];
  /**
   * Ready to read one file: turns a record into its row or rows, or says why it cannot. It throws nothing, and need not
   * check what the long table checks anyway: a field that is missing in the record may be missing in the row.
   */
  open(beside: ReadonlyMap<string, readonly Row[]>): (record: Row) => Row | readonly Row[] | string;
  /** Name and citations that stand in the file itself. */
  describe?(first: Row): { readonly name: string; readonly sources: readonly string[] };
}
