import type { CallResult, UpstreamLimits } from "../../src/run/call.ts";
import type { Provider } from "../../src/run/providers/provider.ts";
import { random } from "../../src/theory/random.ts";
import { reply } from "./purchases.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface UpstreamLimit {
  /** bucket: fills evenly up to `burst`. window: everything back every `windowMs`. chance: refuses a share, however few. */
  readonly kind: "bucket" | "window" | "concurrency" | "chance" | "none";
  readonly perSecond: number;
  readonly burst?: number;
  readonly windowMs?: number;
  readonly concurrency?: number;
  /** Of `chance`. */
  readonly refusedShare?: number;
  /** What it says: nothing but 429, when to come back, or what is left with every answer. */
  readonly says: "429" | "retry-after" | "headers";
}

/** An upstream on a virtual clock that lets so many calls through, and counts. */
export function limitedUpstream(
  clock: VirtualClock,
  limit: UpstreamLimit,
  { latencyMs, seed = 1 }: { readonly latencyMs: (draw: () => number) => number; readonly seed?: number },
) {
  const next = random(seed, "upstream");
  const { perSecond, burst = perSecond, windowMs = 1000, concurrency = Number.POSITIVE_INFINITY } = limit;
  const windowCalls = (perSecond * windowMs) / 1000;
  let level = burst;
  let at = clock.monotonicMs();
  let window = -1;
  let used = 0;
  let inFlight = 0;
  const accepted: number[] = [];
  const refused: number[] = [];
  let peak = 0;

  function takes(now: number): { readonly ok: boolean; readonly retryMs: number; readonly limits?: UpstreamLimits } {
    if (limit.kind === "none") return { ok: true, retryMs: 0 };
    if (limit.kind === "chance") return { ok: next() >= (limit.refusedShare ?? 0), retryMs: 50 };
    if (limit.kind === "concurrency") return { ok: inFlight < concurrency, retryMs: 100 };
    if (limit.kind === "bucket") {
      level = Math.min(burst, level + ((now - at) * perSecond) / 1000);
      at = now;
      const ok = level >= 1;
      if (ok) level--;
      const resetMs = Math.ceil(((burst - level) / perSecond) * 1000);
      const limits = { requestsLimit: burst, requestsLeft: Math.floor(level), requestsResetMs: resetMs };
      return { ok, retryMs: Math.ceil(((1 - level) / perSecond) * 1000), limits };
    }
    const current = Math.floor(now / windowMs);
    if (current !== window) used = 0;
    window = current;
    const ok = used < windowCalls;
    if (ok) used++;
    const resetMs = Math.ceil((current + 1) * windowMs - now);
    const limits = { requestsLimit: windowCalls, requestsLeft: windowCalls - used, requestsResetMs: resetMs };
    return { ok, retryMs: resetMs, limits };
  }

  const provider: Provider = {
    async call(): Promise<CallResult> {
      await clock.sleep(5 + 10 * next()); // the way there
      const started = clock.monotonicMs();
      const { ok, retryMs, limits } = takes(started);
      const told = limit.says === "headers" && limits ? { limits } : {};
      if (!ok) {
        refused.push(started);
        await clock.sleep(5 + 10 * next());
        return {
          ...{
            kind: "failed",
            trouble: "throttled",
            message: "429",
            billing: "free",
            retryable: true,
            ms: 20,
            ...told,
          },
          ...(limit.says === "retry-after" ? { retryAfterMs: retryMs } : {}),
        };
      }
      accepted.push(started);
      peak = Math.max(peak, ++inFlight);
      const ms = latencyMs(next);
      await clock.sleep(ms);
      inFlight--;
      return reply(ms, told);
    },
    async close() {},
  };
  /** Of the time from `fromMs` to `toMs` after the start. */
  function seen(fromMs: number, toMs: number) {
    const start = 1000;
    const within = (one: number) => one >= start + fromMs && one < start + toMs;
    const calls = accepted.filter(within).length;
    const refusals = refused.filter(within).length;
    return { perSecond: (calls * 1000) / (toMs - fromMs), refusedShare: refusals / Math.max(1, calls + refusals) };
  }
  return { provider, seen, peak: () => peak, counts: () => ({ accepted: accepted.length, refused: refused.length }) };
}
