export {
  type Account,
  type AccountOptions,
  type AgentAccount,
  accounting,
  accountOf,
  type StepAccount,
  type Sums,
  type TaskAccount,
} from "./account.ts";
export { type AttemptOptions, attemptsOf } from "./attempts.ts";
export {
  type Amounts,
  type Bill,
  type Billing,
  type Budget,
  type Caps,
  type Event,
  journalVersion,
  type StepState,
  type TaskState,
  type TokenCounts,
} from "./event.ts";
export { BadEvent, readEvents, UnknownJournalVersion, writeEvent } from "./serialize.ts";
