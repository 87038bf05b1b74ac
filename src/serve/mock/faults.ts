import { KnownError } from "../../errors.ts";
import { random } from "../../theory/random.ts";

/**
 * What the mock can do wrong, and what it charges for it. Statuses from 400 to 599 are faults too: 4xx, 502, 503 and 529 are
 * refused before any work and free; of other 5xx every second one is refused before and every second one after all the work.
 */
export const faultNames = {
  reset: "one of the four resets below, each as often",
  "reset-start": "the connection is reset before any work: free",
  "reset-before": "all work is done, then the connection is reset before a header is sent: charged",
  "reset-headers": "reset after the headers: charged",
  "reset-body": "reset in the middle of the body: charged",
  hang: "the work is done and nothing is ever sent: charged",
  drip: "the body comes a few bytes at a time: charged",
  truncated: "the body or stream ends in the middle, without [DONE]: charged",
  "bad-json": "the body or one event of the stream is no JSON: charged",
  "no-usage": "a right answer without usage: charged",
  duplicate: "of a stream: first, last and usage chunks and [DONE] come twice; else nothing: charged",
  "content-type": "the right body, called text/html: charged",
  html: "status 200 and a page of HTML: charged",
  "429-seconds": "429 with Retry-After in seconds: free",
  "429-date": "429 with Retry-After as a date: free",
  "429-ms": "429 with retry-after-ms: free",
  "429-bare": "429 that does not say when: free",
} as const;

export type FaultName = keyof typeof faultNames;

/** A fault that happens: a status, or one of the names. */
export type Fault = FaultName | { readonly status: number };

/** Shares of tries, by name or status. */
export type Faults = Readonly<Record<string, number>>;

/** An option of the mock makes no sense. */
export class BadMockOption extends KnownError {
  readonly code = "bad-mock-option";
}

/** Reads `429=0.05,500=0.01,reset=0.01`. @throws {BadMockOption} */
export function parseFaults(text: string): Faults {
  const faults: Record<string, number> = {};
  for (const part of text.split(",")) {
    const [name = "", share = ""] = part.split("=").map((one) => one.trim());
    faults[name] = share === "" ? Number.NaN : Number(share);
  }
  return requireFaults(faults);
}

/** @throws {BadMockOption} where a name is unknown or the shares are no shares */
export function requireFaults(faults: Faults): Faults {
  let sum = 0;
  for (const [name, share] of Object.entries(faults)) {
    if (faultNamed(name) === undefined)
      throw new BadMockOption(
        `There is no fault "${name}".`,
        `Use a status from 400 to 599 or one of ${Object.keys(faultNames).join(", ")}, as 429=0.05,reset=0.01.`,
      );
    if (!(share >= 0 && share <= 1))
      throw new BadMockOption(`The share of fault "${name}" is ${share}.`, "Pass a share from 0 to 1, as 429=0.05.");
    sum += share;
  }
  if (sum > 1 + 1e-9)
    throw new BadMockOption(`The shares of faults add up to ${sum}.`, "Pass shares of at most 1 in all.");
  return faults;
}

/** A fault by its name, as in `429` or `reset-body`. */
export function faultNamed(name: string): Fault | undefined {
  if (Object.hasOwn(faultNames, name)) return name as FaultName;
  return /^[45]\d\d$/.test(name) ? { status: Number(name) } : undefined;
}

/** What happens to the n-th try of a request. Drawn apart from the answer, so that a retry can succeed. */
export function drawFault(
  faults: readonly (readonly [Fault, number])[],
  seed: number,
  identity: string,
  attempt: number,
): Fault | undefined {
  const next = random(seed, "fault", identity, attempt);
  let left = next();
  for (const [fault, share] of faults) {
    if (left < share) return settled(fault, next());
    left -= share;
  }
  return undefined;
}

const resets = ["reset-start", "reset-before", "reset-headers", "reset-body"] as const;
const throttles = ["429-seconds", "429-date", "429-ms"] as const;

/** Faults that stand for several become one of them. @param uniform  in [0, 1) */
export function settled(fault: Fault, uniform: number): Fault {
  if (fault === "reset") return resets[Math.floor(uniform * resets.length)]!;
  if (typeof fault === "object" && fault.status === 429) return throttles[Math.floor(uniform * throttles.length)]!;
  return fault;
}
