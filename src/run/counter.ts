// From steps to purchases: prompt, key, bound and price of every call of a run. What the steps of a task share is made once.
import { memberName } from "../organizations/cast.ts";
import type { Member, Step } from "../organizations/organization.ts";
import type { PromptsConfig } from "../records/provider-config.ts";
import type { Amounts, TokenCounts } from "../trace/event.ts";
import { endOfReply } from "./answers/answer-reader.ts";
import type { AnswerReader } from "./answers/extraction.ts";
import { amountsMax } from "./bound.ts";
import type { Purchase } from "./buy.ts";
import type { Message, ModelCall } from "./call.ts";
import type { TaskCounter, Told } from "./execute.ts";
import type { Seat } from "./identity.ts";
import { priceOf } from "./prices.ts";
import type { CacheForecast } from "./prompts/cached-share.ts";
import { messagesOf } from "./prompts/messages-of.ts";
import { questionText, seedOf, stepKey } from "./step-key.ts";
import type { Task } from "./task.ts";

export interface Counting {
  /** Who sits where; must know every member of the team and their fallbacks. */
  readonly seatOf: (member: Pick<Member, "agent" | "level">) => Seat;
  readonly reader: AnswerReader;
  readonly prompts?: PromptsConfig | undefined;
  /** Of the run: part of every key. */
  readonly seed: number;
  /** Of one call. */
  readonly timeoutMs: number;
  /** What of the prompts upstreams will have cached. */
  readonly cache: CacheForecast;
  /** Most steps that the team may ask of a task. */
  readonly stepsMax: number;
}

/** A question as it is asked of one seat, again and again. */
interface Asked {
  readonly seat: Seat;
  readonly messages: readonly Message[];
  readonly maxTokens: number;
  /** As keys have it. */
  readonly text: string;
  readonly most: Amounts;
  /** Samples of it that were given to steps so far. */
  samples: number;
}

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

const unpriced = () => 0;

/** Makes the counter of a task. `number` is its place in the run. */
export function counting(options: Counting): (task: Task, number: number) => TaskCounter {
  return (task, number) => new Counter(task, number, options);
}

class Counter implements TaskCounter {
  private readonly task: Task;
  private readonly number: number;
  private readonly options: Counting;
  private readonly asked = new Map<string, Asked>();
  /** By their text: two agents may well be one question. */
  private readonly questions = new Map<string, Asked>();
  private readonly read: Purchase["read"];

  constructor(task: Task, number: number, options: Counting) {
    this.task = task;
    this.number = number;
    this.options = options;
    this.read = (answer) => {
      const { state, value, score, confidence } = endOfReply(options.reader, answer, task);
      return { state, value, ...(score !== undefined && { score }), ...(confidence !== undefined && { confidence }) };
    };
  }

  purchase(step: Step, told: readonly Told[], place: number, instead = 0): Purchase {
    const seat = this.seatFor(step, instead);
    const asked = this.question(step, told, seat);
    // Who fails first is chance: the questions of those that take their place are told apart by what they stand for.
    const isOwn = step.reads.length > 0 || instead > 0;
    const sample = isOwn ? 0 : asked.samples++;
    const key = stepKey(asked.text, isOwn ? step.id : sample);
    const { prices, batch } = seat.config;
    const { settings } = seat;
    const { taskId } = this.task;
    const cachedShare = this.options.cache.send(upstreamOf(seat), asked.messages);
    const { id, role, reads, messageTokens, group } = step;
    const { agent, level } = seat;
    // Filled in field by field: this is made for every step, and spreading what may be absent costs more than the rest.
    const asking: Writable<Purchase["step"]> = { step: id, role, agent, reads };
    const called: Writable<ModelCall["step"]> = { task: taskId, id, role, agent, sample };
    if (level !== undefined) asking.level = called.level = level;
    if (messageTokens !== undefined) asking.messageTokens = messageTokens;
    if (group !== undefined) asking.group = group;
    const purchase: Writable<Purchase> = {
      key,
      task: taskId,
      step: asking,
      call: {
        model: seat.model,
        messages: asked.messages,
        maxTokens: asked.maxTokens,
        settings: seat.sendsSeed ? { ...settings, seed: seedOf(key) } : settings,
        idempotencyKey: key,
        step: called,
      },
      endpoints: seat.endpoints,
      most: asked.most,
      priceOf: prices ? (tokens: TokenCounts) => priceOf(prices, tokens, { batch }) : unpriced,
      timeoutMs: this.options.timeoutMs,
      priority: this.number + place / (this.options.stepsMax + 1),
      read: this.read,
    };
    if (cachedShare > 0) purchase.cachedShare = cachedShare;
    if (seat.fallback && instead < fallbacksMax) purchase.isReplaceable = true;
    return purchase;
  }

  private seatFor({ agent, level }: Step, instead: number): Seat {
    const { seatOf } = this.options;
    let seat = seatOf(level === undefined ? { agent } : { agent, level });
    for (let i = 0; i < instead; i++) seat = seat.fallback ? seatOf(seat.fallback) : seat;
    return seat;
  }

  private question(step: Step, told: readonly Told[], seat: Seat): Asked {
    if (step.reads.length > 0) return this.makeQuestion(step, told, seat);
    const { role, group, messageTokens } = step;
    const key = `${seat.member}\u0000${role}\u0000${group ?? ""}\u0000${messageTokens ?? ""}\u0000${step.refines ?? ""}`;
    let asked = this.asked.get(key);
    if (!asked) {
      const made = this.makeQuestion(step, told, seat);
      asked = this.questions.get(made.text) ?? made;
      this.questions.set(asked.text, asked);
      this.asked.set(key, asked);
    }
    return asked;
  }

  private makeQuestion(step: Step, told: readonly Told[], seat: Seat): Asked {
    const { reader, prompts, seed, timeoutMs } = this.options;
    const { agent, model, settings, maxTokens, config } = seat;
    const messages = messagesOf(step, this.task, told.map(cutMessage), { prompts, reader });
    const text = questionText({ agent, model, messages, settings, maxTokens, seed });
    return {
      seat,
      messages,
      maxTokens,
      text,
      most: amountsMax({ messages, maxTokens, settings, timeoutMs }, config),
      samples: 0,
    };
  }
}

/** Who keeps the prompts of a seat: its model where it is asked first. */
export function upstreamOf({ endpoints, model }: Pick<Seat, "endpoints" | "model">): string {
  return `${endpoints[0]} ${model}`;
}

/** A chain of fallbacks may be a ring. */
export const fallbacksMax = 4;

/**
 * A message is at most m tokens long: its writer is told, and what is longer is cut off where it is handed over, by what the
 * upstream counted of it; what nobody counted is left whole. The writer's own answer keeps its whole length: of a model that
 * thinks first, the limit of a call would cut its thoughts.
 */
function cutMessage(told: Told): Told {
  const { step, text, tokens } = told;
  if (step.messageTokens === undefined || tokens === undefined || tokens <= step.messageTokens) return told;
  const units = Math.floor((text.length * step.messageTokens) / tokens);
  // Half a surrogate pair is no character.
  return { ...told, text: text.slice(0, units).replace(/[\ud800-\udbff]$/, "") };
}

/** Seats by member, each made once. */
export function remembered(make: (member: Pick<Member, "agent" | "level">) => Seat): Counting["seatOf"] {
  const seats = new Map<string, Seat>();
  return (member) => {
    const name = memberName(member);
    let seat = seats.get(name);
    if (!seat) {
      seat = make(member);
      seats.set(name, seat);
    }
    return seat;
  };
}
