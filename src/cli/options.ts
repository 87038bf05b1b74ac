import { InvalidArgumentError, Option } from "commander";
import { readsMessages, type Team } from "../organizations/team.ts";
import type { Budget } from "../plan/plan-types.ts";
import type { AnswerTable } from "../records/answer-table.ts";
import type { Metric } from "../simulate/outcomes.ts";
import { readingsOf } from "../simulate/recorded-readings.ts";
import { ReaderNotRecorded } from "../simulate/replay.ts";

/** What a verb averages over tasks. */
export function metricOption(): Option {
  return new Option("--metric <metric>", "what is averaged: right answers, or squared errors of numeric ones")
    .choices(["accuracy", "squared-error"] satisfies Metric[])
    .default("accuracy");
}

/** For `--recorded-only`. @throws {ReaderNotRecorded} where the team's agents read messages, and nobody recorded them */
export function requireRecorded(team: Team, table: AnswerTable): void {
  if (!readsMessages(team) || readingsOf(team, table).length > 0) return;
  const remedy =
    "Leave out --recorded-only to have them drawn from the channel that relay probes calibrate, or ask for a team whose agents read nothing.";
  throw new ReaderNotRecorded(team.text, undefined, remedy);
}

/** A budget as it is typed in a shell: '$0.01', 2000tok, 5calls, 3s. */
export function budgetArgument({ amount, unit }: Budget): string {
  const units = { tokens: "tok", calls: "calls", seconds: "s" };
  return unit === "usd" ? `'${amount}'` : `${amount}${units[unit]}`;
}

/** A share strictly between 0 and 1, as 0.9. */
export function parseShare(text: string): number {
  const share = Number(text);
  if (!(share > 0 && share < 1)) throw new InvalidArgumentError("Pass a share between 0 and 1, as 0.9.");
  return share;
}

/** An integer of at least `min`. */
export function parseCount(min: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(count) || count < min)
      throw new InvalidArgumentError(`Pass an integer ≥ ${min}.`);
    return count;
  };
}

/** Any finite number. */
export function parseNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) throw new InvalidArgumentError("Pass a number.");
  return number;
}
