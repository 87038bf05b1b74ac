import type { CallFailed, CallResult, ModelCall, Replied } from "../../call.ts";
import type { Clock } from "../../clock.ts";
import type { Provider } from "../provider.ts";

/** What answers without a network: what it says, and how long that takes. */
export type Spoken =
  | (Omit<Replied, "ms"> & { readonly seconds?: number })
  | (Omit<CallFailed, "ms"> & { readonly seconds?: number });

/** A provider whose answers are made here. The time they take passes on the clock; a call can end before, as any other. */
export function inProcess(answer: (call: ModelCall) => Spoken | Promise<Spoken>, clock: Clock): Provider {
  const closing = new AbortController();
  const failed = (trouble: CallFailed["trouble"], message: string, startedMs: number, isFree = false): CallFailed => ({
    kind: "failed",
    trouble,
    message,
    billing: isFree ? "free" : "lost",
    retryable: trouble === "timeout",
    ms: clock.monotonicMs() - startedMs,
  });
  const pass = (ms: number, signal: AbortSignal | undefined) =>
    clock.sleep(ms, signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal])).then(
      () => true,
      () => false,
    );
  return {
    async call(call, { signal, timeoutMs }): Promise<CallResult> {
      const startedMs = clock.monotonicMs();
      if (closing.signal.aborted || signal?.aborted) return failed("aborted", "called off", startedMs, true);
      let spoken: Spoken;
      try {
        spoken = await answer(call);
      } catch (error) {
        return failed("server-error", error instanceof Error ? error.message : String(error), startedMs);
      }
      const { seconds = 0, ...said } = spoken;
      const ms = Math.max(0, 1000 * seconds);
      if (ms > 0 && !(await pass(Math.min(ms, timeoutMs), signal))) return failed("aborted", "called off", startedMs);
      if (ms > timeoutMs) return failed("timeout", `no answer within ${timeoutMs} ms`, startedMs);
      if (signal?.aborted) return failed("aborted", "called off", startedMs);
      return { ...said, ms: clock.monotonicMs() - startedMs };
    },
    async close() {
      closing.abort();
    },
  };
}
