import { KnownError } from "../../errors.ts";

/** What `answers` in the config says is no kind of answer, or not how one is described. Nothing was asked. */
export class BadAnswers extends KnownError {
  readonly code = "bad-answers";
  constructor(happened: string) {
    super(
      happened,
      'Write "answers": "choice", or with options "answers": { "kind": "number", "absolute": 0.01 }; docs/answers.md has all kinds.',
    );
  }
}
