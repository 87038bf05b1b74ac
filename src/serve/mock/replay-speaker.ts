import type { Attempt } from "../../records/attempt.ts";
import type { Config } from "../../records/config.ts";
import { priceOf } from "../../run/prices.ts";
import type { Task } from "../../run/task.ts";
import type { Ask, Refusal } from "./ask.ts";
import { hear } from "./heard.ts";
import { memory } from "./memory.ts";
import { indexTasks } from "./mock-tasks.ts";
import type { Speaker, Spoken } from "./speaker.ts";
import { countTokens, tokenEnds, tokensBeforeAnswer, tokensPerMessage } from "./tokens.ts";
import { answerForm, written } from "./wording.ts";

/**
 * Answers with what was recorded: per task, model and level the samples in their order, each request of its own the next one,
 * a repeated one the same; what was not recorded is a 404. Tokens and seconds are the recorded ones, but never more prompt
 * tokens than the prompt has bytes, so that whoever bounds a call by what it sends is right.
 *
 * @param tasks   with their questions; without, a prompt must hold the question or the id that stands in the attempts
 * @param config  prices and windows by agent; without, calls cost nothing
 */
export function replaySpeaker(attempts: readonly Attempt[], tasks: readonly Task[] = [], config?: Config): Speaker {
  const index = indexTasks(tasks.length > 0 ? tasks : tasksOf(attempts));
  const recorded = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    if (attempt.nSamples !== undefined || attempt.sent !== undefined || attempt.role !== undefined) continue;
    const key = keyOf(attempt.taskId, attempt.agent, attempt.level);
    const same = recorded.get(key);
    if (same) same.push(attempt);
    else recorded.set(key, [attempt]);
  }
  for (const samples of recorded.values()) samples.sort((a, b) => a.sample - b.sample);
  const models = [...new Set([...recorded.values()].map(([first]) => first!.agent))];
  let given = new Map<string, number>();
  let places = new Map<string, number>();
  const heardBefore = memory<ReturnType<typeof hear>>(4096);

  function sampleFor(identity: string, key: string): number {
    const before = places.get(identity);
    if (before !== undefined) return before;
    const place = given.get(key) ?? 0;
    given.set(key, place + 1);
    places.set(identity, place);
    return place;
  }

  return {
    models,
    contextTokens: (model) => config?.agents[model]?.contextTokens,
    priceOf(model, tokens) {
      const prices = config?.agents[model]?.prices;
      return prices === undefined ? 0 : priceOf(prices, tokens);
    },
    answer(ask, digest, identity) {
      let heard = heardBefore.get(digest);
      if (heard === undefined) {
        heard = hear(ask.messages, index);
        heardBefore.set(digest, heard);
      }
      const { task, role } = heard;
      if (task === undefined) return notRecorded("none of the recorded tasks stands in the prompt");
      if (role !== "solve") return notRecorded("readers of messages are not replayed");
      const key = keyOf(task.taskId, ask.model, ask.effort);
      const samples = recorded.get(key) ?? [];
      const place = sampleFor(identity, key);
      const attempt = samples[place];
      if (attempt === undefined)
        return notRecorded(
          `${ask.model}${ask.effort === undefined ? "" : ` at ${ask.effort}`} has ${samples.length} answers to ${task.taskId}, and number ${place + 1} is asked for`,
        );
      if (attempt.status === "failed")
        return { status: 500, code: "server_error", message: "The recorded call failed." };
      return spokenAs(attempt, ask, heard.format);
    },
    reset() {
      given = new Map();
      places = new Map();
    },
  };
}

function spokenAs(attempt: Attempt, ask: Ask, format: string): Spoken {
  const { answer, status, seconds = 0, logprob } = attempt;
  const whole =
    textOf(attempt) ??
    (status === "refused"
      ? "I cannot help with that."
      : answer == null
        ? "I could not find an answer."
        : written(answer, answerForm(format, ask.schema)));
  const wanted = Math.max(1, Math.round(attempt.tokensOut ?? countTokens(whole)));
  const tokensOut = Math.min(wanted, ask.maxTokens ?? wanted);
  const isCut = tokensOut < wanted;
  const text = isCut ? whole.slice(0, tokenEnds(whole)[tokensOut - 1] ?? whole.length) : whole;
  return {
    text: isCut && text === whole ? "" : text, // the recorded answer was longer than its text says: the end is what is lost
    finish: isCut || status === "truncated" ? "length" : status === "refused" ? "refused" : "stop",
    tokensOut,
    tokensReasoning: 0,
    firstMs: 300 * seconds,
    ms: 1000 * seconds,
    ...(attempt.tokensIn !== undefined && { tokensIn: Math.min(Math.round(attempt.tokensIn), bytesOf(ask)) }),
    ...(logprob !== undefined && { logprob }),
  };
}

/** The reply itself, where somebody recorded it. */
function textOf({ extra = {} }: Attempt): string | undefined {
  for (const name of ["reply", "response", "text", "output", "completion"])
    if (typeof extra[name] === "string") return extra[name];
  return undefined;
}

function bytesOf({ messages }: Ask): number {
  return messages.reduce((sum, { content }) => sum + tokensPerMessage + Buffer.byteLength(content), tokensBeforeAnswer);
}

/** Questions as far as attempts have them; else the id must stand in the prompt. */
function tasksOf(attempts: readonly Attempt[]): readonly Task[] {
  const tasks = new Map<string, Task>();
  for (const { taskId, gold, extra = {} } of attempts)
    if (!tasks.has(taskId)) {
      const question = [extra["question"], extra["prompt"]].find((one) => typeof one === "string") ?? taskId;
      tasks.set(taskId, { taskId, question: question as string, ...(gold !== undefined && { gold }) });
    }
  return [...tasks.values()];
}

const keyOf = (task: string, agent: string, level: string | undefined) => `${task}\0${agent}\0${level ?? ""}`;

function notRecorded(why: string): Refusal {
  return { status: 404, code: "not_recorded", message: `Not recorded: ${why}.` };
}
