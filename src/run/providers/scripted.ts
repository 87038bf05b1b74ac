import { z } from "zod";
import { type Random, random } from "../../theory/random.ts";
import type { ModelCall } from "../call.ts";
import { type Clock, systemClock } from "../clock.ts";
import { readTasks } from "../read-tasks.ts";
import { inProcess, type Spoken } from "./local/in-process.ts";
import type { Provider, ProviderKind } from "./provider.ts";
import { truthScript } from "./scripted/truths.ts";

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

const Skill = z.union([
  z.strictObject({
    accuracy: z.number().min(0).max(1),
    answerTokens: z.int().positive().default(100),
    tokensPerSecond: z.number().positive().default(100),
  }),
  z.strictObject({
    k: z.number().positive(),
    beta: z.number().positive(),
    levels: z.array(z.int().positive()).min(1),
    baseLevel: z.int().positive(),
    tokensPerSecond: z.number().positive().default(100),
  }),
]);

const Options = z.strictObject({
  seed: z.int().default(0),
  /** Model name → one accuracy, or a curve over compute: (1 + min(1, k x^β))/2 at x tokens. */
  agents: z.record(z.string(), Skill).refine((agents) => Object.keys(agents).length > 0, "state at least one agent"),
  /** Files with the tasks, for their right answers. @default the seed decides what is right */
  tasks: z.union([z.string().min(1), z.array(z.string().min(1))]).optional(),
  /** Answers that a task without choices allows. */
  options: z.int().min(2).max(26).default(4),
  /** Correlation of two answers to one task: tasks differ in difficulty. */
  rhoTask: z.number().min(0).max(0.99).default(0.05),
  /** Share of answers of one group that are one draw. */
  rhoWithin: z.number().min(0).max(1).default(0.1),
  /** A message of m tokens arrives with probability 1 − exp(−(m/lengthScale)^shape). */
  messages: z
    .strictObject({ lengthScale: z.number().positive(), shape: z.number().positive().default(1) })
    .default({ lengthScale: 50, shape: 1 }),
  /** How many times faster than stated; 0: at once. */
  speed: z.number().nonnegative().default(0),
});
type Options = z.infer<typeof Options>;

export const scripted: ProviderKind<Options> = {
  summary: "agents of stated accuracy in this process, for tests and demonstrations",
  example: { kind: "scripted", agents: { scout: { accuracy: 0.7 } }, seed: 1 },
  options: Options,
  async open({ seed, agents, tasks, speed, ...law }, { clock, cwd }) {
    const paths = tasks === undefined ? [] : typeof tasks === "string" ? [tasks] : tasks;
    const known = paths.length === 0 ? [] : (await readTasks(paths, { cwd })).tasks;
    const golds = new Map(known.flatMap(({ taskId, gold }) => (gold === undefined ? [] : [[taskId, gold] as const])));
    const script = truthScript({ ...law, agents, golds, seed });
    return scriptedProvider(
      (call, next) => {
        const { seconds = 0, ...spoken } = script(call, next);
        return { ...spoken, seconds: speed > 0 ? seconds / speed : 0 };
      },
      { seed, clock },
    );
  },
};
