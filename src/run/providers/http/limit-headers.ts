import type { UpstreamLimits } from "../../call.ts";

/** What headers say of limits and of when to come back. */
export interface HeaderWords {
  readonly limits?: UpstreamLimits;
  readonly retryAfterMs?: number;
  /** What a gateway says it charged (`x-litellm-response-cost`). */
  readonly usd?: number;
}

/** No upstream may make us wait for longer than a day, or say that it allows more than this. */
export const waitMsMost = 86_400_000;
const countMost = 1e12;

const nothing: HeaderWords = {};
type Limit = keyof UpstreamLimits;

/** Header name → the field it fills. Families: OpenAI, Anthropic, the IETF draft, and its early forms. */
const fields: Readonly<Record<string, Limit>> = {
  "x-ratelimit-limit-requests": "requestsLimit",
  "x-ratelimit-remaining-requests": "requestsLeft",
  "x-ratelimit-reset-requests": "requestsResetMs",
  "x-ratelimit-limit-tokens": "tokensLimit",
  "x-ratelimit-remaining-tokens": "tokensLeft",
  "x-ratelimit-reset-tokens": "tokensResetMs",
  "anthropic-ratelimit-requests-limit": "requestsLimit",
  "anthropic-ratelimit-requests-remaining": "requestsLeft",
  "anthropic-ratelimit-requests-reset": "requestsResetMs",
  "anthropic-ratelimit-tokens-limit": "tokensLimit",
  "anthropic-ratelimit-tokens-remaining": "tokensLeft",
  "anthropic-ratelimit-tokens-reset": "tokensResetMs",
  "x-ratelimit-limit": "requestsLimit",
  "x-ratelimit-remaining": "requestsLeft",
  "x-ratelimit-reset": "requestsResetMs",
  "ratelimit-limit": "requestsLimit",
  "ratelimit-remaining": "requestsLeft",
  "ratelimit-reset": "requestsResetMs",
};

/**
 * Reads limits, `Retry-After` (seconds and dates) and `retry-after-ms`. What cannot be read is as if it were not there;
 * what is absurd is bounded.
 *
 * @param headers  names and values in turn, as they came
 * @param wallMs   now, in milliseconds since 1970: what dates are read against
 */
export function readLimitHeaders(headers: readonly (Buffer | string)[], wallMs: number): HeaderWords {
  let limits: { [name in Limit]?: number } | undefined;
  let retryAfterMs: number | undefined;
  let usd: number | undefined;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const raw = headers[i]!;
    if (!mayMatter(raw)) continue;
    const name = textOf(raw).toLowerCase();
    const value = textOf(headers[i + 1]!);
    if (name === "retry-after-ms") retryAfterMs = bounded(plainNumber(value), waitMsMost) ?? retryAfterMs;
    else if (name === "retry-after") retryAfterMs ??= waitOf(value, wallMs);
    else if (name === "x-litellm-response-cost") usd = bounded(plainNumber(value), 1e6);
    else if (name === "ratelimit") limits = { ...limits, ...structured(value) };
    else {
      const field = fields[name];
      if (field === undefined) continue;
      const number = field.endsWith("Ms") ? waitOf(value, wallMs) : bounded(plainNumber(value), countMost);
      if (number !== undefined) limits = { ...limits, [field]: number };
    }
  }
  if (limits === undefined && retryAfterMs === undefined && usd === undefined) return nothing;
  return {
    ...(limits && { limits }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(usd !== undefined && { usd }),
  };
}

/** Sorts out nearly all headers by their first letter and length, before any text is made of them. */
function mayMatter(name: Buffer | string): boolean {
  if (name.length < 9) return false;
  const first = (typeof name === "string" ? name.charCodeAt(0) : name[0]!) | 32;
  return first === 120 /* x */ || first === 114 /* r */ || first === 97; /* a */
}

function textOf(value: Buffer | string): string {
  return (typeof value === "string" ? value : value.toString("latin1")).trim();
}

/**
 * Milliseconds from now: a number of seconds, a duration ("1m30s", "6ms", "1h2m3.5s"), a date (RFC 3339, HTTP), or a moment
 * in seconds or milliseconds since 1970. The past is 0.
 */
function waitOf(value: string, wallMs: number): number | undefined {
  const number = plainNumber(value);
  if (number !== undefined) {
    if (number >= 1e11) return bounded(Math.max(0, number - wallMs), waitMsMost);
    if (number >= 1e9) return bounded(Math.max(0, number * 1000 - wallMs), waitMsMost);
    return bounded(number * 1000, waitMsMost);
  }
  const duration = durationMs(value);
  if (duration !== undefined) return bounded(duration, waitMsMost);
  // Dates only: Date.parse takes many texts that are none.
  if (value.length > 64 || !/^(\d{4}-\d\d-\d\d[T ]|[A-Za-z]{3,9},? )/.test(value)) return undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : bounded(Math.max(0, date - wallMs), waitMsMost);
}

const unitMs: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};

function durationMs(value: string): number | undefined {
  if (value.length > 64 || !/^(\d+(\.\d+)?(ms|us|µs|ns|d|h|m|s))+$/.test(value)) return undefined;
  let sum = 0;
  for (const [, number, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|d|h|m|s)/g))
    sum += Number(number) * unitMs[unit!]!;
  return sum;
}

/** `"default";r=50;t=30` or `limit=100, remaining=50, reset=5`. */
function structured(value: string): { [name in Limit]?: number } {
  const found: { [name in Limit]?: number } = {};
  if (value.length > 1024) return found;
  for (const part of value.split(/[;,]/)) {
    const [name = "", text = ""] = part.trim().split("=");
    const number = plainNumber(text);
    if (number === undefined) continue;
    if (name === "r" || name === "remaining") found.requestsLeft = Math.min(number, countMost);
    else if (name === "limit" || name === "q") found.requestsLimit = Math.min(number, countMost);
    else if (name === "t" || name === "reset") found.requestsResetMs = Math.min(1000 * number, waitMsMost);
  }
  return found;
}

function plainNumber(value: string): number | undefined {
  return value.length < 40 && /^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

function bounded(number: number | undefined, most: number): number | undefined {
  return number === undefined || Number.isNaN(number) ? undefined : Math.min(number, most);
}
