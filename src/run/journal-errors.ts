import { KnownError } from "../errors.ts";

/** The directory has a run already. Nothing was changed. */
export class RunExists extends KnownError {
  readonly code = "run-exists";
  constructor(directory: string) {
    super(
      `"${directory}" has a run already.`,
      `Continue it with --resume ${directory}, or name another directory with --out.`,
    );
  }
}

/** There is no journal to continue or to read. */
export class RunMissing extends KnownError {
  readonly code = "run-missing";
  constructor(directory: string) {
    super(
      `"${directory}" has no run: there is no journal in it, or the run never began.`,
      "Name the directory that --out gave the run, or start one with --out.",
    );
  }
}

/** Another process owns the run. Nothing was changed. */
export class RunHeld extends KnownError {
  readonly code = "run-held";
  /** Of the owner; absent where it did not say. */
  readonly pid: number | undefined;
  constructor(directory: string, pid: number | undefined) {
    super(
      `"${directory}" belongs to ${pid === undefined ? "another process" : `process ${pid}`}, which is still there.`,
      "Wait until it ends, or end it (a stopped process still counts); then try again. The run continues where it was.",
    );
    this.pid = pid;
  }
}

/** A resumed run would not be the same run. Nothing was changed. */
export class RunDiffers extends KnownError {
  readonly code = "run-differs";
  constructor(directory: string, what: string, stored: unknown, given: unknown) {
    super(
      `The run in "${directory}" has ${what} ${JSON.stringify(stored)}, not ${JSON.stringify(given)}.`,
      "Resume it with what it was started with, or start another run with --out; --reuse takes its answers along.",
    );
  }
}

/** The journal is not whole. It is never read as if it were; what is good can be exported. */
export class JournalDamaged extends KnownError {
  readonly code = "journal-damaged";
  override readonly exitCode = 1;
  override readonly found: Readonly<{ good: number; lost: number | null }>;
  /**
   * @param good  events before the damage
   * @param lost  events known to be missing; null where nobody can tell
   */
  constructor(directory: string, how: string, good: number, lost: number | null) {
    super(
      `The journal in "${directory}" is damaged: ${how}. ` +
        `${good} events before the damage can be read, ${lost === null ? "how many are lost cannot be told" : `${lost} are lost`}.`,
      `\`quorate export ${directory}\` writes the good part. To go on, start another run; --reuse takes no answers from a damaged one.`,
    );
    this.found = { good, lost };
  }
}

/** The directory cannot be written, or not be read. Nothing was changed. */
export class JournalAccess extends KnownError {
  readonly code = "journal-access";
  constructor(directory: string, why: string) {
    super(`The run in "${directory}" cannot be opened: ${why}.`, "Make the directory writable, or name another one.");
  }
}

/** The disk is full or failed. All that was said to be written is; what was not is counted as unknown when resumed. */
export class JournalFailed extends KnownError {
  readonly code = "journal-failed";
  override readonly exitCode = 1;
  constructor(directory: string, why: string) {
    super(
      `The journal in "${directory}" could not be written: ${why}. The run has stopped; nothing further was bought.`,
      `Make room or mend the disk, then go on with --resume ${directory}.`,
    );
  }
}

/** A budget below what is spent already. Nothing was changed. */
export class BudgetBelowSpent extends KnownError {
  readonly code = "budget-below-spent";
  constructor(scope: string, unit: string, cap: number, spent: number) {
    super(
      `The budget of the ${scope} is lowered to ${cap} ${unit}, and ${spent} are spent already.`,
      `Resume with at least ${spent} ${unit}.`,
    );
  }
}
