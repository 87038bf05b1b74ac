import { KnownError } from "../errors.ts";
import { type Event, journalVersion } from "./event.ts";

/** A journal was written in a format that this program does not know. Nothing was read or changed. */
export class UnknownJournalVersion extends KnownError {
  readonly code = "unknown-journal-version";
  readonly version: unknown;
  constructor(version: unknown, where = "The journal") {
    super(
      `${where} has format version ${String(version)}, and this program reads version ${journalVersion}.`,
      "Use the version of quorate that wrote it, or the newest one.",
    );
    this.version = version;
  }
}

/** A line that is no event of a journal. */
export class BadEvent extends KnownError {
  readonly code = "bad-event";
  constructor(line: number, problem: string) {
    super(
      `Line ${line} of the events is ${problem}.`,
      "Export the run again, or leave the line out if the rest is worth it.",
    );
  }
}

/** One line of an exported journal. */
export function writeEvent(event: Event): string {
  return JSON.stringify(event);
}

const kinds = {
  ...{ "run-opened": 1, "run-continued": 1, "run-ended": 1, "task-started": 1, "task-ended": 1 },
  ...{ "step-called": 1, "try-ended": 1, "step-ended": 1, noted: 1 },
} satisfies Record<Event["kind"], 1>;

/**
 * Events of exported lines, in their order. The first says the format's version, which must be ours.
 *
 * @throws {UnknownJournalVersion | BadEvent}
 */
export function* readEvents(lines: Iterable<string>): Generator<Event> {
  let number = 0;
  for (const line of lines) {
    number++;
    if (line.trim() === "") continue;
    const event = readEvent(line, number);
    if (number === 1 && event.kind !== "run-opened") throw new BadEvent(1, "not the opening of a run");
    requireVersion(event);
    yield event;
  }
}

function readEvent(line: string, number: number): Event {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new BadEvent(number, "not JSON");
  }
  const event = value as Partial<Event> | null;
  if (typeof event !== "object" || event === null || typeof event.at !== "number")
    throw new BadEvent(number, "not an event with its time");
  if (typeof event.kind !== "string" || !Object.hasOwn(kinds, event.kind))
    throw new BadEvent(number, `an event of the unknown kind "${String(event.kind)}"`);
  return event as Event;
}

/** @throws {UnknownJournalVersion} where this is an opening of another version */
export function requireVersion(event: Event): void {
  if (event.kind === "run-opened" && event.version !== journalVersion) throw new UnknownJournalVersion(event.version);
}
