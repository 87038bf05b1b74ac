// Probes as purchases: the prompts, keys, bounds and prices of a run, so that what was measured is never paid again.

import type { Step } from "../../organizations/organization.ts";
import type { Attempt, Status } from "../../records/attempt.ts";
import { random } from "../../theory/random.ts";
import type { Bill, StepState } from "../../trace/event.ts";
import type { AnswerReader } from "../answers/extraction.ts";
import type { Bought, Buyer, Purchase } from "../buy.ts";
import { type Counting, counting, upstreamOf } from "../counter.ts";
import type { TaskCounter, Told } from "../execute.ts";
import { letterOf } from "../prompts/choice-list.ts";
import type { Task } from "../task.ts";
import {
  type AnswerProbe,
  type Asked,
  type Asker,
  addSpent,
  nothingSpent,
  type RelayProbe,
  type Spent,
} from "./probe.ts";

export interface LiveAsking extends Omit<Counting, "stepsMax"> {
  readonly tasks: readonly Task[];
  readonly buyer: Buyer;
  readonly reader: AnswerReader;
  /** Aborts with "interrupted": nothing new is asked, calls in flight are called off. */
  readonly stop: AbortSignal;
  /** Told when a step is handed to the buyer, and when it has ended. */
  readonly onStep?: (change: "asked" | "ended") => void;
}

/** What a call ended in, as far as a probe needs it. */
interface Outcome {
  readonly bought: Bought;
  readonly purchase: Purchase;
}

/** Steps of a task are bought in order of their probes: more than this many of one task is nobody's plan. */
const stepsMax = 1_000_000;

const statuses: Partial<Record<StepState, Status>> = {
  answered: "ok",
  truncated: "truncated",
  unparsed: "unparsed",
  refused: "refused",
};

/** Asks the upstreams of a run. Never rejects for what an upstream does. */
export function liveAsker(options: LiveAsking): Asker {
  const { tasks, buyer, reader, stop, cache, onStep = () => {} } = options;
  const numbers = new Map(tasks.map(({ taskId }, number) => [taskId, number]));
  const counterOf = counting({ ...options, stepsMax });
  const counters = new Map<string, TaskCounter>();
  const places = new Map<string, number>();
  /** Samples of a question that were given out, by task and question. */
  const ordinals = new Map<string, number>();
  /** Answers that agents gave to a task: what relays may be told to pass on. */
  const given = new Map<string, Set<string>>();

  function purchaseOf(task: Task, step: Step, told: readonly Told[]): Purchase {
    const counter = counters.get(task.taskId) ?? counterOf(task, numbers.get(task.taskId)!);
    counters.set(task.taskId, counter);
    const place = places.get(task.taskId) ?? 0;
    places.set(task.taskId, place + 1);
    return counter.purchase(step, told, place);
  }

  async function buy(purchase: Purchase): Promise<Outcome> {
    onStep("asked");
    const bought = await buyer.buy(purchase, stop);
    onStep("ended");
    const tokens = bought.bill?.tokens;
    const { endpoints, call } = purchase;
    if (tokens) cache.learn(upstreamOf({ endpoints, model: call.model }), call.messages, tokens.tokensIn);
    return { bought, purchase };
  }

  /** The purchase of this very sample: numbers that others gave out before are skipped. */
  function answerPurchase(probe: AnswerProbe, task: Task): Purchase {
    const { agent, level, group, sample } = probe;
    const series = JSON.stringify([probe.task, agent, level, group]);
    const step = (number: number): Step => ({
      id: `${agent}${level === undefined ? "" : `~${level}`}/${group ?? "alone"}/${number}`,
      ...{ role: "solve", agent, reads: [] },
      ...(level !== undefined && { level }),
      ...(group !== undefined && { group }),
    });
    for (let next = ordinals.get(series) ?? 0; next < sample; next++) purchaseOf(task, step(next), []);
    ordinals.set(series, sample + 1);
    return purchaseOf(task, step(sample), []);
  }

  function attemptOf(probe: AnswerProbe, task: Task, { bought }: Outcome): Attempt | undefined {
    const { end, answer } = bought;
    const status = statuses[end.state];
    if (status === undefined) return undefined;
    if (end.value !== null) given.set(task.taskId, (given.get(task.taskId) ?? new Set()).add(end.value));
    const correct = reader.grade(end.value, task);
    const logprob = answer?.logprob;
    return {
      ...{ taskId: probe.task, agent: probe.agent, sample: probe.sample, answer: end.value, status },
      ...(probe.level !== undefined && { level: probe.level }),
      ...(probe.group !== undefined && { group: probe.group }),
      ...(task.gold !== undefined && { gold: task.gold }),
      ...(correct !== undefined && { correct }),
      ...(logprob !== undefined && { logprob }),
      ...costsOf([bought]),
    };
  }

  async function relay(probe: RelayProbe, task: Task): Promise<{ attempt?: Attempt; outcomes: readonly Outcome[] }> {
    const { agent, messageTokens, sample } = probe;
    const id = `relay/${messageTokens}/${sample}`;
    const sent = answerToSend(probe, task, given.get(task.taskId), options.seed);
    const source: Step = { id: `${id}/answer`, role: "solve", agent, reads: [] };
    const write: Step = { id: `${id}/write`, role: "reader", agent, reads: [source.id], messageTokens };
    const told = { step: source, value: sent, text: answerText(sent, task, reader) };
    const written = await buy(purchaseOf(task, write, [told]));
    const message = written.bought.answer?.text;
    if (message === undefined) return { outcomes: [written] };
    const read: Step = { id: `${id}/read`, role: "reader", agent, reads: [write.id] };
    const said = { step: write, value: written.bought.end.value, text: message };
    const found = await buy(purchaseOf(task, read, [said]));
    const outcomes = [written, found];
    if (statuses[found.bought.end.state] === undefined) return { outcomes };
    const received = found.bought.end.value ?? ""; // nothing was understood
    return {
      outcomes,
      attempt: {
        ...{ taskId: probe.task, agent, sample, messageTokens, sent, received },
        ...costsOf(outcomes.map(({ bought }) => bought)),
      },
    };
  }

  return {
    async ask(probes): Promise<Asked> {
      const taskOf = new Map(tasks.map((task) => [task.taskId, task]));
      // Purchases are made in the order of the probes, so that a resumed measurement makes the same; relays wait for nobody.
      const asked = probes.map(async (probe) => {
        const task = taskOf.get(probe.task)!;
        if (probe.kind === "relay") return relay(probe, task);
        const outcome = await buy(answerPurchase(probe, task));
        const attempt = attemptOf(probe, task, outcome);
        return { ...(attempt && { attempt }), outcomes: [outcome] };
      });
      const ended = await Promise.all(asked);
      const outcomes = ended.flatMap((one) => one.outcomes);
      return {
        attempts: ended.flatMap(({ attempt }) => attempt ?? []),
        spent: outcomes.reduce((sum, { bought }) => addSpent(sum, spentOn(bought)), nothingSpent),
        overBudget: outcomes.some(({ bought }) => bought.end.state === "over-budget"),
        interrupted: stop.aborted || outcomes.some(({ bought }) => bought.end.state === "cancelled"),
      };
    },
  };
}

/** Of a multiple choice any letter; else the gold answer or one that somebody gave to the task. The same for the same probe. */
function answerToSend(
  { task, messageTokens, sample }: RelayProbe,
  { choices, gold }: Task,
  given: ReadonlySet<string> | undefined,
  seed: number,
): string {
  const answers =
    choices && choices.length > 0
      ? choices.map((_, i) => letterOf(i))
      : [...new Set([...(gold === undefined ? [] : [gold]), ...(given ?? [])])].sort();
  const next = random(seed, "relay", task, messageTokens, sample);
  return answers[Math.floor(next() * answers.length)] ?? "yes";
}

/** A reply that gives this answer, in a form in which it is found. */
export function answerText(value: string, task: Task, reader: Pick<AnswerReader, "read">): string {
  const forms = [`ANSWER: ${value}`, `\\boxed{${value}}`, JSON.stringify({ answer: value }), value];
  return forms.find((text) => reader.read({ text }, task).value === value) ?? `ANSWER: ${value}`;
}

/** What an answer cost when it was bought, now or in an earlier process. */
function billOf({ bill, answer }: Bought): Bill | undefined {
  return bill ?? answer?.bill;
}

function spentOn(bought: Bought): Spent {
  const { tokens, calls, nanoUsd, ms } =
    bought.spent.calls > 0 ? bought.spent : (billOf(bought)?.amounts ?? bought.spent);
  return { tokens, calls, usd: nanoUsd / 1e9, seconds: ms / 1000 };
}

/** Counts as the upstream reported them; absent where it did not. */
function costsOf(
  bought: readonly Bought[],
): Pick<Attempt, "tokensIn" | "tokensInCached" | "tokensOut" | "costUsd" | "seconds"> {
  const bills = bought.map(billOf);
  const tokens = bills.map((bill) => bill?.tokens);
  const seconds = bought.reduce((sum, { callMs, answer, ms }) => sum + (callMs ?? answer?.ms ?? ms) / 1000, 0);
  const usd = bills.reduce((sum, bill) => sum + (bill?.amounts.nanoUsd ?? 0) / 1e9, 0);
  const sum = (kind: "tokensIn" | "tokensInCached" | "tokensOut") =>
    tokens.reduce((total, one) => total + (one?.[kind] ?? 0), 0);
  return {
    ...(tokens.every((one) => one !== undefined) && {
      tokensIn: sum("tokensIn"),
      ...(sum("tokensInCached") > 0 && { tokensInCached: sum("tokensInCached") }),
      tokensOut: sum("tokensOut"),
    }),
    ...(usd > 0 && { costUsd: usd }),
    seconds: Math.round(1000 * seconds) / 1000,
  };
}
