/**
 * Trouble that a user can meet. Every stage defines its own errors beside the code that throws them; each has a stable
 * `code` with a heading in docs/errors.md. A mistake in our own code is an assertion, not a KnownError.
 */
export abstract class KnownError extends Error {
  /** Stable: callers, scripts and docs/errors.md rely on it. */
  abstract readonly code: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Exit code of the command line. 2: wrong use or bad input. */
  readonly exitCode: number = 2;
  /** What was found all the same: with --json it stands beside the error. */
  readonly found?: Readonly<object>;

  constructor(happened: string, remedy: string, options?: ErrorOptions) {
    super(`${happened}\n→ ${remedy}`, options);
    this.name = new.target.name;
    this.remedy = remedy;
  }
}

/** An argument outside the range on which a formula holds. */
export class DomainError extends KnownError {
  readonly code = "domain";
  readonly argument: string;
  readonly value: unknown;

  constructor(argument: string, value: unknown, expected: string) {
    super(`${argument} = ${String(value)} is outside its domain.`, `Pass ${argument} ${expected}.`);
    this.argument = argument;
    this.value = value;
  }
}
