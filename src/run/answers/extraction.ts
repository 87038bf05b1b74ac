import type { z } from "zod";
import type { Replied } from "../call.ts";
import type { Task } from "../task.ts";

/** A reply, read. value null: no answer could be parsed. */
export interface Reading {
  /** What rules compare. */
  readonly value: string | null;
  /** In [0, 1]: graded work that is neither right nor wrong. */
  readonly score?: number;
  /** In [0, 1]. */
  readonly confidence?: number;
  /**
   * False: the reply nowhere says that this is its answer; it was the last number, or the one choice that it mentions. In a
   * reply that was cut off such a value counts as none.
   */
  readonly isExplicit?: boolean;
  /** For people: why there is no answer, where that is not plain to see. */
  readonly note?: string;
}

/** How answers of one kind are asked for, found in a reply, and graded: member of the family. */
export interface Extraction<Options = Readonly<Record<string, unknown>>> {
  /** One line for menus and docs. */
  readonly summary: string;
  /** A reply in which it finds the value of `gold`, and one in which it finds none. */
  readonly example: {
    readonly options?: Options;
    readonly task: Task;
    readonly reply: string;
    readonly value: string;
    readonly none: string;
  };
  /** Checks what the config says beside `kind`, and fills in the defaults. */
  readonly options: z.ZodType<Options>;
  /**
   * Only where something has to be loaded before the first reply is read.
   *
   * @throws {KnownError} where that is not there or not what it should be
   */
  open?(options: Options, context: { readonly cwd: string }): Promise<Options>;
  /** Why a gold answer cannot be graded; undefined for one that can. @default every one can */
  badGold?(gold: string, task: Task, options: Options): string | undefined;
  /** The last sentence of the prompt: how the answer must be written. */
  instruction(task: Task, options: Options): string;
  /** Finds the answer. Pure and total: any text gives a reading, in time linear in its length. */
  read(text: string, task: Task, options: Options): Reading;
  /** 1 right, 0 wrong. Without gold there is nothing to grade. */
  grade(value: string, gold: string, options: Options, task: Task): 0 | 1;
}

/** An extraction with its options: what the rest of a run uses. */
export interface AnswerReader {
  /** As stored with the run: name and options. */
  readonly name: string;
  /** Name of the extraction alone. */
  readonly kind: string;
  instruction(task: Task): string;
  read(reply: Pick<Replied, "text" | "logprob">, task: Task): Reading;
  grade(value: string | null, task: Task): 0 | 1 | undefined;
}
