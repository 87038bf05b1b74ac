import { z } from "zod";
import type { Attempt, Attempts } from "../../records/attempt.ts";
import { readAttempts } from "../../records/read.ts";
import type { CallFailed, ModelCall } from "../call.ts";
import { type Clock, systemClock } from "../clock.ts";
import { inProcess, type Spoken } from "./local/in-process.ts";
import type { Provider, ProviderKind } from "./provider.ts";

const Options = z.strictObject({
  /** Recorded answers: paths, globs, folders. */
  files: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  /** Our field ← their field, as with `import --map`. */
  map: z.record(z.string(), z.string()).optional(),
  /** How many times faster than recorded; 0: at once. What is told of a call's time is always what was recorded. @default 0 */
  speed: z.number().nonnegative().default(0),
});
type Options = z.infer<typeof Options>;

/** Answers that were recorded before: what an agent said to a task, at a level, for the n-th time. */
export const replay: ProviderKind<Options> = {
  summary: "recorded answers, with their tokens and times",
  example: { kind: "replay", files: ["answers.jsonl"] },
  options: Options,
  async open({ files, map, speed }, { clock, cwd }) {
    const paths = typeof files === "string" ? [files] : files;
    return replayProvider(await readAttempts(paths, { cwd, ...(map && { map }) }), { speed, clock });
  },
};

/**
 * A provider of recorded attempts. A call is answered with the attempt of its agent, task, role, level and sample; what was
 * not recorded is a failure that says what is there. Values are given as texts, as they stand in the file.
 */
export function replayProvider(
  { attempts, name }: Attempts,
  { speed = 0, clock = systemClock }: { readonly speed?: number; readonly clock?: Clock } = {},
): Provider {
  const index = indexOf(attempts);
  const provider = inProcess((call) => {
    const { spoken, seconds } = answerOf(call, index, name);
    return speed > 0 ? { ...spoken, seconds: seconds / speed } : spoken;
  }, clock);
  return {
    async call(call, options) {
      const result = await provider.call(call, options);
      if (result.kind !== "replied") return result;
      return { ...result, ms: 1000 * answerOf(call, index, name).seconds };
    },
    close: () => provider.close(),
  };
}

/** By agent, task and role: by level, in order of samples. */
type Index = ReadonlyMap<string, ReadonlyMap<string, readonly Attempt[]>>;

function indexOf(attempts: readonly Attempt[]): Index {
  const index = new Map<string, Map<string, Attempt[]>>();
  for (const attempt of attempts) {
    // Probes and sums are no answers of a single call.
    if (attempt.sent !== undefined || attempt.nSamples !== undefined) continue;
    const key = keyOf(attempt.agent, attempt.taskId, attempt.role);
    const levels = index.get(key) ?? new Map<string, Attempt[]>();
    index.set(key, levels);
    const level = attempt.level ?? "";
    const samples = levels.get(level);
    if (samples) samples.push(attempt);
    else levels.set(level, [attempt]);
  }
  for (const levels of index.values())
    for (const samples of levels.values()) samples.sort((a, b) => a.sample - b.sample);
  return index;
}

/** Whoever solves has no role in most files. */
function keyOf(agent: string, task: string, role: string | undefined): string {
  return JSON.stringify([agent, task, role === undefined ? "solve" : role]);
}

function answerOf({ step, model }: ModelCall, index: Index, name: string): { spoken: Spoken; seconds: number } {
  const { task, agent, role, level, sample = 0 } = step;
  const levels = index.get(keyOf(agent, task, role)) ?? index.get(keyOf(model, task, role));
  if (levels === undefined)
    return nothing(`${name} holds no answer of "${agent}" to "${task}"${role === "solve" ? "" : ` as ${role}`}`);
  // A file of one level need not name it, and a team that names none means the only one there is.
  const samples =
    levels.get(level ?? "") ?? (level === undefined && levels.size === 1 ? [...levels.values()][0] : undefined);
  if (samples === undefined) {
    const known = [...levels.keys()].map((one) => (one === "" ? "none" : one)).join(", ");
    return nothing(
      `${name} holds answers of "${agent}" to "${task}" at the levels ${known}, not at ${level ?? "none"}`,
    );
  }
  const attempt = samples.find((one) => one.sample === sample) ?? samples[sample];
  if (attempt === undefined)
    return nothing(
      `${name} holds ${samples.length} answers of "${agent}" to "${task}", and number ${sample + 1} is asked for`,
    );
  return { spoken: spokenOf(attempt, name), seconds: attempt.seconds ?? 0 };
}

function nothing(message: string): { spoken: Spoken; seconds: number } {
  return { spoken: { kind: "failed", trouble: "not-found", message, billing: "free", retryable: false }, seconds: 0 };
}

function spokenOf(attempt: Attempt, name: string): Spoken {
  const { answer, status, tokensIn, tokensOut, tokensInCached = 0, costUsd, logprob, agent, taskId } = attempt;
  const tokens =
    tokensIn === undefined || tokensOut === undefined
      ? undefined
      : { tokensIn, tokensInCached: Math.min(tokensInCached, tokensIn), tokensOut, tokensReasoning: 0 };
  if (status === "failed") {
    const bill: Pick<CallFailed, "billing" | "tokens"> = tokens ? { billing: "reported", tokens } : { billing: "lost" };
    return { kind: "failed", trouble: "server-error", message: "recorded as failed", ...bill, retryable: false };
  }
  // Right is what gold says; of a wrong answer that was not kept nobody knows what it said.
  const text = answer === undefined && attempt.correct === 1 ? attempt.gold : answer;
  if (text === undefined && status !== "refused" && status !== "unparsed" && status !== "truncated")
    return nothing(`${name} holds a grade of "${agent}" on "${taskId}", and not the answer itself`).spoken;
  return {
    kind: "replied",
    text: text ?? "",
    finish: status === "refused" ? "refused" : status === "truncated" ? "length" : "stop",
    ...(tokens && { tokens }),
    ...(costUsd !== undefined && { usd: costUsd }),
    ...(logprob !== undefined && { logprob: Math.min(0, logprob) }),
    model: agent,
  };
}
