import { z } from "zod";
import { type Random, random } from "../../theory/random.ts";
import type { ModelCall } from "../call.ts";
import { type Clock, systemClock } from "../clock.ts";
import { inProcess, type Spoken } from "./local/in-process.ts";
import type { Provider, ProviderKind } from "./provider.ts";

/** Says what a call is answered with. Everything random comes from `next`, which is of the call's idempotency key. */
export type Script = (call: ModelCall, next: Random) => ScriptedReply | Promise<ScriptedReply>;

/** An answer, or a failure to be acted out. */
export type ScriptedReply = string | Spoken;

/**
 * A provider of answers that a function gives: the same key, the same answer, whatever the order of calls. A text alone is
 * an answer of four characters a token.
 */
export function scriptedProvider(
  script: Script,
  { seed = 0, clock = systemClock }: { readonly seed?: number; readonly clock?: Clock } = {},
): Provider {
  return inProcess(async (call) => {
    const said = await script(call, random(seed, call.idempotencyKey));
    return withinTokens(typeof said === "string" ? spokenText(call, said) : said, call.maxTokens);
  }, clock);
}

const tokensOf = (text: string) => Math.ceil(text.length / 4);

function spokenText(call: ModelCall, text: string): Spoken {
  const tokensIn = call.messages.reduce((sum, { content }) => sum + tokensOf(content), 0);
  const tokens = { tokensIn, tokensInCached: 0, tokensOut: tokensOf(text), tokensReasoning: 0 };
  return { kind: "replied", text, finish: "stop", tokens };
}

/** Cut where the call says, as an upstream would. */
function withinTokens(spoken: Spoken, maxTokens: number): Spoken {
  if (spoken.kind !== "replied") return spoken;
  const { tokens, text } = spoken;
  if (tokens === undefined || tokens.tokensOut <= maxTokens) return spoken;
  const visible = Math.max(0, maxTokens - tokens.tokensReasoning);
  const share = visible / Math.max(1, tokens.tokensOut - tokens.tokensReasoning);
  return {
    ...spoken,
    text: text.slice(0, Math.floor(text.length * Math.min(1, share))),
    finish: "length",
    tokens: { ...tokens, tokensOut: maxTokens, tokensReasoning: Math.min(tokens.tokensReasoning, maxTokens) },
  };
}

const Options = z.strictObject({ seed: z.int().default(0) });

export const scripted: ProviderKind<z.infer<typeof Options>> = {
  summary: "agents of stated accuracy in this process, for tests and demonstrations",
  example: { kind: "scripted", seed: 1 },
  options: Options,
  open: ({ seed }, { clock }) => scriptedProvider((_, next) => (next() < 0.7 ? "A" : "B"), { seed, clock }),
};
