import type { Purchase } from "../../src/run/buy.ts";
import type { Replied } from "../../src/run/call.ts";

/** A purchase for tests: whatever matters is said, the rest is plain. */
export function purchase(number: number, further: Partial<Purchase> = {}): Purchase {
  const task = further.task ?? `t${number}`;
  const step = { step: `s${number}`, role: "solve", agent: "gpt", reads: [] };
  return {
    key: `key ${number}`,
    task,
    step,
    call: {
      ...{ model: "m", messages: [{ role: "user", content: "?" }], maxTokens: 400, settings: {} },
      ...{ idempotencyKey: `key ${number}`, step: { task, id: step.step, role: "solve", agent: "gpt" } },
    },
    endpoints: ["a"],
    most: { tokens: 500, calls: 1, nanoUsd: 5000, ms: 10_000 },
    priceOf: ({ tokensIn, tokensOut }) => 10 * (tokensIn + tokensOut),
    timeoutMs: 10_000,
    priority: number,
    read: ({ text, finish }) =>
      finish === "stop" ? { state: "answered", value: text } : { state: "truncated", value: null },
    ...further,
  };
}

/** An answer of 100 + 200 tokens. */
export function reply(ms: number, further: Partial<Replied> = {}): Replied {
  return {
    ...{ kind: "replied", text: "42", finish: "stop", ms },
    tokens: { tokensIn: 100, tokensInCached: 0, tokensOut: 200, tokensReasoning: 0 },
    ...further,
  };
}
