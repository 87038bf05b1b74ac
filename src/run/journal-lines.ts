import type { Event } from "../trace/event.ts";
import type { StoredAnswer } from "./ledger.ts";

/**
 * The line of an event that brought an answer: see `Batch`. What the event says is not said twice.
 *
 * @param key  where the event itself names none
 */
export function answerLine(event: Event, answer: StoredAnswer, key?: string): string {
  const { text, finish, logprob, bill, ms } = answer;
  const ended = event.kind === "step-ended";
  const rest: Record<string, unknown> = { finish };
  if (logprob !== undefined) rest["logprob"] = logprob;
  if (!ended || event.text !== text) rest["text"] = text;
  if (!ended) Object.assign(rest, { bill, ms });
  if (key !== undefined) rest["key"] = key;
  return `${JSON.stringify(event)}\t${JSON.stringify(rest)}`;
}

export const hasAnswer = (line: string): boolean => line.includes("\t");

/** The event alone. */
export function eventIn(line: string): Event {
  const tab = line.indexOf("\t");
  return JSON.parse(tab < 0 ? line : line.slice(0, tab));
}

/** The answer that a line brought, and the key that it answers. */
export function answerIn(line: string): { readonly key: string; readonly answer: StoredAnswer } | undefined {
  const tab = line.indexOf("\t");
  if (tab < 0) return undefined;
  const event = JSON.parse(line.slice(0, tab));
  const rest = JSON.parse(line.slice(tab + 1));
  const from = { text: event.text, bill: event.bill, ms: event.ms, ...rest };
  const { text, finish, logprob, bill, ms } = from;
  return {
    key: rest.key ?? event.key,
    answer: { text, finish, ...(logprob === undefined ? {} : { logprob }), bill, ms },
  };
}
