import { priceOf } from "../../run/prices.ts";
import { letterOf } from "../../run/prompts/choice-list.ts";
import type { Task } from "../../run/task.ts";
import { accuracyAt, difficultyLaw, otherAnswer, receivedAnswer, scattered } from "../../simulate/scripted-draws.ts";
import { normalDeviate, type Random, random } from "../../theory/random.ts";
import type { Ask, Refusal } from "./ask.ts";
import { type Heard, hear } from "./heard.ts";
import { memory } from "./memory.ts";
import { type TaskDraw, type TaskIndex, taskDraw } from "./mock-tasks.ts";
import type { Speaker, Spoken } from "./speaker.ts";
import { countTokens, fillerText, tokenEnds } from "./tokens.ts";
import { type AnswerForm, answerForm, optionIn, written } from "./wording.ts";
import { type Compute, computeOf, type World, type WorldAgent } from "./world.ts";

/** A task as the script sees it. */
interface Known {
  readonly draw: TaskDraw;
  /** Of `options`: the right one. */
  readonly gold: number;
  /** How each option is written. */
  readonly options: readonly string[];
}

/**
 * Agents of a world answering requests. Every draw is of the request's identity, but for what is shared: difficulty and
 * length belong to the task, and with probability ρ_within the uniform numbers behind an answer belong to its group.
 */
export function scriptedSpeaker(world: World, index: TaskIndex, seed: number): Speaker {
  const agents = new Map(world.agents.map((agent) => [agent.name, agent]));
  const known = new Map<string, Known>();
  const laws = new Map<string, (difficulty: number) => number>();
  const golds = index.tasks.flatMap(({ gold }) => (gold === undefined ? [] : [gold]));

  function knownOf(task: Task): Known {
    const before = known.get(task.taskId);
    if (before) return before;
    const made = { draw: taskDraw(task.taskId, seed), ...optionsOf(task, world.options, golds, seed) };
    known.set(task.taskId, made);
    return made;
  }

  const memorized = memory<{ heard: Heard; task: Known | undefined; form: AnswerForm }>(4096);

  function understood(ask: Ask, digest: string) {
    let found = memorized.get(digest);
    if (found === undefined) {
      const heard = hear(ask.messages, index);
      found = { heard, task: taskOf(heard), form: answerForm(heard.format, ask.schema) };
      memorized.set(digest, found);
    }
    return found;
  }

  /** Messages are read even where nobody knows the task: as one of its choices, or of the letters of a relay probe. */
  function taskOf({ task, messages, choices }: Heard): Known | undefined {
    if (task !== undefined) return knownOf(task);
    if (messages.length === 0) return undefined;
    const options = Array.from({ length: choices?.length ?? world.relays.options }, (_, i) => letterOf(i));
    return { draw: { difficulty: 0.5, answerLength: 0.5 }, gold: 0, options };
  }

  /** P(right) of an agent on a task of this difficulty. */
  function rightOn({ name, skill }: WorldAgent, tokens: number, difficulty: number): number {
    const key = "accuracy" in skill ? name : `${name}~${tokens}`;
    let quantile = laws.get(key);
    if (quantile === undefined) {
      quantile = difficultyLaw(accuracyAt(skill, tokens), world.rhoTask).quantile;
      laws.set(key, quantile);
    }
    return quantile(difficulty);
  }

  /** The agent's own answer to the task, and how likely it was to give it. */
  function solved(heard: Heard, agent: WorldAgent, { tokens }: Compute, { draw, gold, options }: Known, own: Random) {
    const right = rightOn(agent, tokens, draw.difficulty);
    const group = heard.group === undefined ? undefined : random(seed, "group", heard.task?.taskId ?? "", heard.group);
    const next = group !== undefined && group() < world.groups.rhoWithin ? group : own;
    if (next() < right) return { option: gold, chance: right };
    return {
      option: otherAnswer(gold, options.length, next, wrongWeightsOf(world, options.length)),
      chance: (1 - right) / Math.max(1, options.length - 1),
    };
  }

  /** What the messages say, each read through the channel: their plurality, ties by draw. */
  function read(heard: Heard, { options }: Known, own: number | undefined, next: Random): number | undefined {
    const votes = new Float64Array(options.length);
    let heardOf = 0;
    for (const { text, messageTokens } of heard.messages) {
      const sent = optionIn(text, options);
      if (sent === undefined) continue;
      heardOf++;
      const received =
        messageTokens === undefined ? sent : receivedAnswer(sent, options.length, messageTokens, world.relays, next);
      votes[received]!++;
    }
    if (own !== undefined) votes[own]!++;
    else if (heardOf === 0) return undefined;
    const most = Math.max(...votes);
    const leaders = [...votes.keys()].filter((option) => votes[option] === most);
    return leaders[leaders.length === 1 ? 0 : Math.floor(next() * leaders.length)];
  }

  return {
    models: [...agents.keys()],
    contextTokens: (model) => agents.get(model)?.contextTokens,
    priceOf: (model, tokens) => priceOf(agents.get(model)!.prices, tokens),
    answer(ask, digest, _identity, draw, timing = draw) {
      const agent = agents.get(ask.model)!;
      const compute = computeOf(agent, ask.effort, ask.maxTokens);
      if (compute === undefined) return unknownEffort(agent, ask.effort!);
      const { heard, task, form } = understood(ask, digest);
      if (task === undefined)
        return spoken(ask, agent, compute, { line: foreignAnswer(ask, form) }, world, draw, timing);
      const own = heard.role === "read" ? undefined : solved(heard, agent, compute, task, draw);
      const option = heard.role === "solve" ? own!.option : read(heard, task, own?.option, draw);
      const line = option === undefined ? "No message says anything." : written(task.options[option]!, form);
      const logprob = own === undefined ? -0.05 : Math.max(-20, Math.log(Math.max(own.chance, 1e-9)));
      const saying = {
        line,
        logprob,
        length: scattered(task.draw.answerLength, world.lengthScatter ?? 0),
        alone: ask.schema !== undefined,
        ...(heard.messageTokens !== undefined && { messageTokens: heard.messageTokens }),
      };
      return spoken(ask, agent, compute, saying, world, draw, timing);
    },
  };
}

/** What is to be said, before it has a length. */
interface Saying {
  readonly line: string;
  readonly logprob?: number;
  /** Of the answer, relative to the mean. */
  readonly length?: number;
  /** True where the line is the whole text. */
  readonly alone?: boolean;
  /** Longest visible text allowed. */
  readonly messageTokens?: number;
}

/**
 * The text of an answer: as many tokens as the compute that was asked for, the task's length and a scatter of ± 20 % make
 * it, reasoning first, then words, the answer on the last line; cut where `max_tokens` cuts.
 */
function spoken(
  ask: Ask,
  agent: WorldAgent,
  compute: Compute,
  saying: Saying,
  world: World,
  draw: Random,
  timing: Random,
): Spoken {
  const { line, logprob, length = 1, alone = false, messageTokens = Number.POSITIVE_INFINITY } = saying;
  const { maxTokens = Number.POSITIVE_INFINITY } = ask;
  const lineTokens = countTokens(alone ? line : `\n${line}`);
  let total = Math.max(lineTokens, Math.round(compute.tokens * length * (0.8 + 0.4 * draw())));
  if (compute.fits) total = Math.max(lineTokens, Math.min(total, maxTokens));
  const share = agent.reasoningShare ?? 0;
  const wanted = alone ? lineTokens : Math.max(lineTokens, Math.round(total * (1 - share)));
  const visible = Math.max(lineTokens, Math.min(wanted, messageTokens));
  const reasoning = share > 0 ? Math.max(0, total - wanted) : 0;
  const whole = reasoning + visible;
  const tokensOut = Math.min(whole, maxTokens);
  const tokensReasoning = Math.min(reasoning, tokensOut);
  let text = alone ? line : `${fillerText(visible - lineTokens)}${visible > lineTokens ? "\n" : ""}${line}`;
  let finish: Spoken["finish"] = "stop";
  if (tokensOut < whole) {
    finish = "length";
    text = text.slice(0, tokenEnds(text)[tokensOut - tokensReasoning - 1] ?? 0);
  }
  return {
    text,
    finish,
    tokensOut,
    tokensReasoning,
    ...timesOf(agent, tokensOut, world, timing),
    ...(logprob === undefined ? {} : { logprob }),
  };
}

/** Lognormal time to the first token, then the agent's rate; a straggler takes a Pareto factor longer for all of it. */
function timesOf({ tokensPerSecond }: WorldAgent, tokens: number, { latency = {} }: World, draw: Random) {
  const { firstMs = 300, scatter = 0.3, tailShare = 0.02, tailExponent = 1.2, tailMax = 50 } = latency;
  const straggles = draw() < tailShare;
  const factor = straggles ? Math.min(tailMax, (1 - draw()) ** (-1 / tailExponent)) : 1;
  const first = firstMs * Math.exp(scatter * normalDeviate(draw)) * factor;
  return { firstMs: first, ms: first + (tokens / tokensPerSecond) * 1000 * factor };
}

/** The options of a task: its choices by letter, else its gold and other answers of the same kind. */
function optionsOf(task: Task, count: number, golds: readonly string[], seed: number): Omit<Known, "draw"> {
  const { taskId, gold, choices } = task;
  if (choices !== undefined && choices.length > 0) {
    const options = choices.map((_, i) => letterOf(i));
    const letter = options.indexOf(gold?.trim().toUpperCase() ?? "");
    const text = choices.findIndex((choice) => choice.trim() === gold?.trim());
    const right = letter >= 0 ? letter : text >= 0 ? text : Math.floor(random(seed, "gold", taskId)() * choices.length);
    return { gold: right, options };
  }
  if (gold === undefined) {
    const options = Array.from({ length: count }, (_, i) => letterOf(i));
    return { gold: Math.floor(random(seed, "gold", taskId)() * count), options };
  }
  const options = [gold];
  const number = Number(gold.replaceAll(",", ""));
  const next = random(seed, "wrong answers", taskId);
  for (let tries = 0; options.length < count; tries++) {
    const other =
      Number.isFinite(number) && gold.trim() !== ""
        ? String(number + (Number.isInteger(number) ? options.length : options.length / 10))
        : tries < 8 * count && golds.length > 1
          ? golds[Math.floor(next() * golds.length)]!
          : `not ${gold} (${options.length})`;
    if (!options.includes(other)) options.push(other);
  }
  return { gold: 0, options };
}

function wrongWeightsOf({ wrongWeights, options }: World, count: number): readonly number[] | undefined {
  return wrongWeights !== undefined && count === options ? wrongWeights : undefined;
}

/** For prompts of nobody's script: the same each time, and it says what it is. */
function foreignAnswer(ask: Ask, form: AnswerForm): string {
  if (form.kind === "json") return written("A", form);
  return `I am ${ask.model}, a scripted agent, and this is none of my tasks. ${written("A", form)}`;
}

function unknownEffort({ name, skill }: WorldAgent, effort: string): Refusal {
  const levels = "levels" in skill ? skill.levels.join(", ") : "any";
  return {
    status: 400,
    code: "unsupported_value",
    message: `Unsupported value: reasoning_effort "${effort}" is no number of tokens and no effort of ${name}, whose levels are ${levels}.`,
    param: "reasoning_effort",
  };
}
