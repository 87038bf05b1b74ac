import type { Task } from "../../run/task.ts";
import { letterOf } from "../../simulate/scripted-draws.ts";
import { random } from "../../theory/random.ts";
import { countTokens } from "./tokens.ts";
import type { World } from "./world.ts";

const boxes = ["red", "blue", "green", "white", "black", "brown", "grey", "pink", "gold", "silver"];
const asides = [
  "The clerk wrote the number of the shelf on a card and put the card back.",
  "Nobody moved anything after the bell rang for the second time.",
  "One of the two keys was left with the porter at the side door.",
  "The list on the wall was copied twice and the copies agree.",
  "It rained that day, so the cart came an hour later than it should.",
];

/** Tasks of a world: as many as it states, of prompts as long as its agents' on average, with its number of options. */
export function worldTasks(world: World, seed: number): readonly Task[] {
  const promptTokens = world.agents.reduce((sum, agent) => sum + agent.promptTokens, 0) / world.agents.length;
  return Array.from({ length: world.tasks }, (_, t): Task => {
    const next = random(seed, "question", t);
    const gold = Math.floor(next() * world.options);
    const choices = Array.from({ length: world.options }, (_, i) => `in the ${boxes[i] ?? `box numbered ${i + 1}`}`);
    const tokensWanted = promptTokens * (0.7 + 0.6 * next()) - 60; // the rest is the instruction
    let question = `Case ${t + 1} of store ${seed}: a coin was put into one of ${world.options} boxes.`;
    while (countTokens(question) < tokensWanted) question += ` ${asides[Math.floor(next() * asides.length)]}`;
    return {
      taskId: `task-${String(t + 1).padStart(4, "0")}`,
      question: `${question} Where is the coin?`,
      gold: letterOf(gold),
      choices,
    };
  });
}

/** What is the same of a task whoever answers it. */
export interface TaskDraw {
  /** Uniform in [0, 1): the quantile of every agent's law of difficulty, 0 the hardest. */
  readonly difficulty: number;
  /** Uniform in [0, 1): of the length of every answer. */
  readonly answerLength: number;
}

/** Drawn from the seed and the task's id, so that tasks in a file and tasks in memory are the same tasks. */
export function taskDraw(taskId: string, seed: number): TaskDraw {
  const next = random(seed, "task", taskId);
  return { difficulty: next(), answerLength: next() };
}

/** Finds the task whose question stands in a text: the longest one where several do. */
export interface TaskIndex {
  readonly tasks: readonly Task[];
  find(text: string): Task | undefined;
  /** The task with exactly this question. */
  asked(question: string): Task | undefined;
}

const base = 257;

/** By a rolling hash over the first characters of the questions, so that time grows with the text and not with the tasks. */
export function indexTasks(tasks: readonly Task[]): TaskIndex {
  const asked = tasks.filter(({ question }) => question.trim() !== "");
  const width = asked.reduce((least, { question }) => Math.min(least, question.trim().length), 48);
  const byHash = new Map<number, Task[]>();
  for (const task of asked) {
    const hash = hashOf(task.question.trim(), width);
    const same = byHash.get(hash);
    if (same) same.push(task);
    else byHash.set(hash, [task]);
  }
  let first = 1; // base^(width − 1)
  for (let i = 1; i < width; i++) first = Math.imul(first, base);
  const byQuestion = new Map(asked.map((task) => [task.question, task]));
  return {
    tasks,
    asked: (question) => byQuestion.get(question),
    find(text) {
      if (asked.length === 0 || text.length < width) return undefined;
      let best: Task | undefined;
      let hash = hashOf(text, width);
      for (let at = 0; ; at++) {
        for (const task of byHash.get(hash) ?? [])
          if (task.question.length > (best?.question.length ?? 0) && text.startsWith(task.question.trim(), at))
            best = task;
        const next = at + width;
        if (next >= text.length) return best;
        hash = (Math.imul(hash - Math.imul(text.charCodeAt(at), first), base) + text.charCodeAt(next)) | 0;
      }
    },
  };
}

function hashOf(text: string, width: number): number {
  let hash = 0;
  for (let i = 0; i < width; i++) hash = (Math.imul(hash, base) + text.charCodeAt(i)) | 0;
  return hash;
}
