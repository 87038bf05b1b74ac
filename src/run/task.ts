/** One question with a gradable answer. */
export interface Task {
  readonly taskId: string;
  readonly question: string;
  readonly gold?: string;
  /** Of a multiple choice, in order: A, B, C … */
  readonly choices?: readonly string[];
  /** Fields of the file that are none of ours, for a user's own prompt or grader. */
  readonly extra?: Readonly<Record<string, unknown>>;
}
