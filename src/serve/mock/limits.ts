/** What the mock allows, as upstreams do: each limit is a bucket that fills evenly. */
export interface MockLimits {
  readonly requestsPerMinute?: number;
  /** A bucket of one second: finer than a minute's. */
  readonly requestsPerSecond?: number;
  /** Prompt tokens and `max_tokens` of a request, charged when it arrives, as the big providers do. */
  readonly tokensPerMinute?: number;
  /** Most calls in flight. */
  readonly concurrency?: number;
}

/** Too much: what to say and how long to wait. */
export interface TooMuch {
  readonly message: string;
  readonly retryAfterMs: number;
}

export interface RateLimiter {
  /** Takes a request's share of every bucket, or of none and says why. */
  take(tokens: number, inFlight: number): TooMuch | undefined;
  /** `x-ratelimit-*`, as name and value in turn; empty without limits. */
  headers(): readonly string[];
}

/** @param nowMs  a clock that only goes forward */
export function rateLimiter(limits: MockLimits, nowMs: () => number): RateLimiter {
  const { requestsPerMinute, requestsPerSecond, tokensPerMinute, concurrency } = limits;
  const started = nowMs();
  const minute = requestsPerMinute === undefined ? undefined : bucket(requestsPerMinute, 60_000, started);
  const second = requestsPerSecond === undefined ? undefined : bucket(requestsPerSecond, 1000, started);
  const tokens = tokensPerMinute === undefined ? undefined : bucket(tokensPerMinute, 60_000, started);
  const requests = second ?? minute;
  return {
    take(wanted, inFlight) {
      if (concurrency !== undefined && inFlight >= concurrency)
        return { message: `Too many concurrent requests: at most ${concurrency}.`, retryAfterMs: 100 };
      const now = nowMs();
      const waits = [
        { name: "requests per second", of: second, amount: 1 },
        { name: "requests per minute", of: minute, amount: 1 },
        { name: "tokens per minute", of: tokens, amount: wanted },
      ];
      let worst: TooMuch | undefined;
      for (const { name, of, amount } of waits) {
        const ms = of?.waitMs(amount, now) ?? 0;
        if (of && ms > (worst?.retryAfterMs ?? 0))
          worst = {
            message: `Rate limit reached: ${name} (limit ${of.size}, requested ${amount}). Please try again in ${Math.ceil(ms)}ms.`,
            retryAfterMs: Math.ceil(ms),
          };
      }
      if (worst) return worst;
      for (const { of, amount } of waits) of?.take(amount, now);
      return undefined;
    },
    headers() {
      if (requests === undefined && tokens === undefined) return [];
      const now = nowMs();
      return [...(requests ? told("requests", requests, now) : []), ...(tokens ? told("tokens", tokens, now) : [])];
    },
  };
}

interface Bucket {
  readonly size: number;
  waitMs(amount: number, now: number): number;
  take(amount: number, now: number): void;
  left(now: number): number;
  fullInMs(now: number): number;
}

function bucket(size: number, windowMs: number, started: number): Bucket {
  const most = Math.max(1, size); // less than one request a window still lets one through at a time
  const perMs = size / windowMs;
  let level = most;
  let at = started;
  const fill = (now: number) => {
    level = Math.min(most, level + (now - at) * perMs);
    at = now;
  };
  return {
    size,
    waitMs(amount, now) {
      fill(now);
      const needed = Math.min(amount, most); // what can never fit waits for a full bucket
      return level >= needed - 1e-9 ? 0 : (needed - level) / perMs;
    },
    take(amount, now) {
      fill(now);
      level -= amount; // below 0 where a request is larger than the bucket: paid back before the next one
    },
    left(now) {
      fill(now);
      return Math.max(0, Math.floor(level));
    },
    fullInMs(now) {
      fill(now);
      return (most - level) / perMs;
    },
  };
}

function told(unit: string, bucket: Bucket, now: number): readonly string[] {
  return [
    `x-ratelimit-limit-${unit}`,
    String(bucket.size),
    `x-ratelimit-remaining-${unit}`,
    String(bucket.left(now)),
    `x-ratelimit-reset-${unit}`,
    durationText(bucket.fullInMs(now)),
  ];
}

/** As the big providers write it: 8ms, 1.2s, 6m0s. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.ceil(ms)}ms`;
  const seconds = Math.ceil(ms) / 1000;
  if (seconds < 60) return `${Math.round(seconds * 1000) / 1000}s`;
  return `${Math.floor(seconds / 60)}m${Math.ceil(seconds % 60)}s`;
}
