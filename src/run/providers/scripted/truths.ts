import {
  accuracyAt,
  difficultyLaw,
  letterOf,
  otherAnswer,
  receivedAnswer,
  type ScriptedSkill,
  scattered,
} from "../../../simulate/scripted-draws.ts";
import { type Random, random } from "../../../theory/random.ts";
import { statedAnswer } from "../../answers/answer-line.ts";
import type { ModelCall } from "../../call.ts";
import { parsePrompt } from "../../prompts/messages-of.ts";
import type { Prompt } from "../../prompts/prompt.ts";
import type { Spoken } from "../local/in-process.ts";

/** What is stated of the agents: every parameter of the theory. */
export interface Truths {
  readonly agents: Readonly<Record<string, ScriptedSkill & { readonly tokensPerSecond: number }>>;
  /** Answers that a task without choices allows. */
  readonly options: number;
  readonly rhoTask: number;
  readonly rhoWithin: number;
  readonly messages: { readonly lengthScale: number; readonly shape: number };
  /** Right answers by task; of other tasks the seed decides. */
  readonly golds: ReadonlyMap<string, string>;
  readonly seed: number;
}

/**
 * Agents of stated truth. Difficulty and gold belong to the task, with probability ρ_within the draw belongs to the group,
 * and everything else to the call; readers hear each message through the channel γ(m) and follow most of them.
 *
 * @returns undefined where no agent has the call's model as its name
 */
export function truthScript(truths: Truths): (call: ModelCall, next: Random) => Spoken {
  const laws = new Map<string, (difficulty: number) => number>();
  const rightOn = (name: string, tokens: number, skill: ScriptedSkill, difficulty: number): number => {
    const key = `${name}~${tokens}`;
    let quantile = laws.get(key);
    if (quantile === undefined) {
      quantile = difficultyLaw(accuracyAt(skill, tokens), truths.rhoTask).quantile;
      laws.set(key, quantile);
    }
    return quantile(difficulty);
  };

  return (call, next) => {
    const agent = truths.agents[call.model];
    if (agent === undefined) {
      const known = Object.keys(truths.agents).join(", ");
      const message = `no scripted agent is called "${call.model}"; there are ${known}`;
      return { kind: "failed", trouble: "not-found", message, billing: "free", retryable: false };
    }
    const compute = computeOf(agent, call);
    if (compute === undefined) {
      const message = `"${call.settings.effort}" is no level of ${call.model}: a number of tokens is`;
      return { kind: "failed", trouble: "rejected", message, billing: "free", retryable: false };
    }
    const prompt = parsePrompt(call.messages);
    const ofTask = random(truths.seed, "task", call.step.task);
    const [difficulty, length, drawn] = [ofTask(), ofTask(), ofTask()];
    const { options, gold } = optionsOf(prompt, truths.golds.get(call.step.task), truths.options, drawn);

    const role = prompt?.role ?? "solve";
    const own = () => {
      const group =
        prompt?.group === undefined ? undefined : random(truths.seed, "group", call.step.task, prompt.group);
      const draw = group !== undefined && group() < truths.rhoWithin ? group : next;
      return draw() < rightOn(call.model, compute, agent, difficulty) ? gold : otherAnswer(gold, options.length, draw);
    };
    const solves = role === "solve" || role === "refine";
    const votes = heard(prompt, options, truths, next);
    if (solves) votes.push(own());
    const text = written(votes.length === 0 ? undefined : options[mostOf(votes, options.length, next)], prompt);
    const tokensOut = Math.max(4, Math.round(compute * scattered(length, 0.3) * (0.8 + 0.4 * next())));
    const tokensIn = call.messages.reduce((sum, { content }) => sum + Math.ceil(content.length / 4), 4);
    return {
      kind: "replied",
      text,
      finish: "stop",
      tokens: {
        tokensIn,
        tokensInCached: 0,
        tokensOut,
        tokensReasoning: Math.max(0, tokensOut - Math.ceil(text.length / 4)),
      },
      model: call.model,
      seconds: 0.3 + tokensOut / agent.tokensPerSecond,
    };
  };
}

/** The level that the call asks for, in tokens: its effort as a number, else `maxTokens` where that is one of the levels. */
function computeOf(skill: ScriptedSkill, { settings: { effort }, maxTokens }: ModelCall): number | undefined {
  if ("accuracy" in skill) return skill.answerTokens;
  if (effort === undefined) return skill.levels.includes(maxTokens) ? maxTokens : skill.baseLevel;
  const tokens = Number(effort);
  return tokens > 0 && tokens < 1e9 ? tokens : undefined;
}

/** Choices by letter; else the gold with others of its kind; else letters, of which the task's own draw is right. */
function optionsOf(prompt: Prompt | undefined, gold: string | undefined, count: number, drawn: number) {
  const choices = prompt?.choices;
  const letters = Array.from({ length: choices?.length ?? count }, (_, i) => letterOf(i));
  const byDraw = Math.min(letters.length - 1, Math.floor(drawn * letters.length));
  if (gold === undefined) return { options: letters, gold: byDraw };
  const letter = letters.indexOf(gold.trim().toUpperCase());
  const place = letter >= 0 ? letter : (choices?.findIndex((choice) => choice.trim() === gold.trim()) ?? -1);
  if (choices !== undefined) return { options: letters, gold: place >= 0 ? place : byDraw };
  if (letter >= 0) return { options: letters, gold: letter };
  const number = gold.trim() === "" ? Number.NaN : Number(gold);
  const others = Array.from({ length: count - 1 }, (_, i) =>
    Number.isFinite(number) ? String(number + i + 1) : `not ${gold} (${i + 1})`,
  );
  return { options: [gold, ...others], gold: 0 };
}

/** What the messages say, each as it arrives. */
function heard(prompt: Prompt | undefined, options: readonly string[], { messages }: Truths, next: Random): number[] {
  return (prompt?.messages ?? []).flatMap(({ text, messageTokens }) => {
    const said = (statedAnswer(text)?.content ?? text.trim().split("\n").at(-1) ?? "").trim().toLowerCase();
    const sent = options.findIndex((option) => option.toLowerCase() === said);
    if (sent < 0) return [];
    return [messageTokens === undefined ? sent : receivedAnswer(sent, options.length, messageTokens, messages, next)];
  });
}

/** The most frequent vote, ties by draw. */
function mostOf(votes: readonly number[], options: number, next: Random): number {
  const counts = new Float64Array(options);
  for (const vote of votes) counts[vote]!++;
  const most = Math.max(...counts);
  const leaders = [...counts.keys()].filter((option) => counts[option] === most);
  return leaders[leaders.length === 1 ? 0 : Math.floor(next() * leaders.length)]!;
}

/** In the form that the prompt asks for. */
function written(value: string | undefined, prompt: Prompt | undefined): string {
  if (value === undefined) return "No message says anything.";
  const form = prompt?.answerFormat ?? "";
  if (form.includes("\\boxed")) return `\\boxed{${value}}`;
  if (/\bJSON\b/.test(form)) return JSON.stringify({ [/["'`](\w+)["'`]\s*:/.exec(form)?.[1] ?? "answer"]: value });
  return `Answer: ${value}`;
}
