import { z } from "zod";
import { normalizeAnswer } from "../../records/answer.ts";
import { letterOf } from "../prompts/choice-list.ts";
import type { Task } from "../task.ts";
import { answerLine, statedAnswer, undecorated } from "./answer-line.ts";
import { lastBoxed } from "./boxed-text.ts";
import type { Extraction } from "./extraction.ts";

const Options = z.strictObject({});

/** The letter of one of the task's choices, stated as a letter or by the choice's text. */
export const choice: Extraction<z.infer<typeof Options>> = {
  summary: "the letter of a choice, or the text of it",
  example: {
    task: { taskId: "t", question: "What is the capital of France?", choices: ["Berlin", "Paris"], gold: "B" },
    reply: "It is on the Seine, so the answer is Paris.\nANSWER: B",
    value: "B",
    none: "ANSWER: neither of them",
  },
  options: Options,

  instruction: () => answerLine("the letter of your choice"),

  read(text, task) {
    const stated = statedAnswer(text);
    const letter =
      stated &&
      (letterIn(stated.content, task) ?? (stated.later === undefined ? undefined : letterIn(stated.later, task)));
    if (letter !== undefined) return { value: letter };
    if (stated?.by === "line") return { value: null };
    const whole = letterIn(undecorated(text.slice(0, lengthMax)), task) ?? lastChosen(text, task);
    return whole === undefined ? { value: null } : { value: whole, isExplicit: text.length <= lengthMax };
  },

  badGold(gold, task) {
    if (goldLetter(gold, task) !== undefined) return undefined;
    const { length } = task.choices ?? [];
    return length === 0
      ? "it is no letter"
      : `it is neither a letter from A to ${letterOf(length - 1)} nor a choice's text`;
  },

  grade: (value, gold, _, task) => (value === goldLetter(gold, task) ? 1 : 0),
};

/** Choices are told apart in so much of an answer. */
const lengthMax = 2_000;

/** Without choices any of A to Z is one: some sets have them in the question. */
function lettersOf({ choices }: Task): readonly string[] {
  const length = choices?.length || 26;
  letters[length] ??= Array.from({ length }, (_, i) => letterOf(i));
  return letters[length];
}

/** By how many there are. */
const letters: (readonly string[])[] = [];

function goldLetter(gold: string, task: Task): string | undefined {
  return loneLetter(gold.trim(), task) ?? byText(gold, task);
}

/** The one choice that a stated answer names; undefined where it names none or several. */
function letterIn(content: string, task: Task): string | undefined {
  const form = undecorated(unwrapped(content.slice(0, lengthMax)));
  const lone = loneLetter(form, task);
  if (lone !== undefined) return lone;
  const text = byText(form, task);
  if (text !== undefined) return text;
  // "(B) Paris", "B. Paris", "B: Paris", "option B": a letter that is no word of the answer
  const found = new Set<string>();
  for (const [, bracketed, headed, named] of form.matchAll(
    /\(([A-Za-z]{1,2})\)|^([A-Z]{1,2})(?=[).:,\-–—]| [-–—(]|$)|\b(?:option|choice|letter|answer)[ \t]{1,3}\(?([A-Z]{1,2})\b/gi,
  )) {
    const letter = (bracketed ?? headed ?? named)!.toUpperCase();
    if (lettersOf(task).includes(letter)) found.add(letter);
  }
  if (found.size === 1) return [...found][0];
  if (found.size > 1) return undefined;
  // "B because …", "B is right"; "A dog" is no letter, and neither is "I think"
  const head = /^([A-Z]{1,2})(?=[\s,.])/.exec(form)?.[1];
  if (
    head !== undefined &&
    head !== "A" &&
    head !== "I" &&
    lettersOf(task).includes(head) &&
    !/\b(?:or|and)\b/.test(form.slice(0, 8))
  )
    return head;
  return mentioned(form, task);
}

/** `B`, `(B)`, `b.`, `[B]`, `Option B`, `\text{(B)}`. */
function loneLetter(form: string, task: Task): string | undefined {
  const letter = /^(?:(?:option|choice|letter|answer)\s{1,3})?[([{]?\s{0,2}([A-Za-z]{1,2})\s{0,2}[)\]}]?[.:,]?$/i.exec(
    form,
  )?.[1];
  const upper = letter?.toUpperCase();
  return upper !== undefined && lettersOf(task).includes(upper) ? upper : undefined;
}

/** The only choice with this text. */
function byText(form: string, { choices = [] }: Task): string | undefined {
  const same = choices.flatMap((text, i) => (normalizeAnswer(text) === normalizeAnswer(form) ? [letterOf(i)] : []));
  return same.length === 1 ? same[0] : undefined;
}

/** The one choice whose text stands in the answer; of texts that contain one another, the longest. */
function mentioned(form: string, { choices = [] }: Task): string | undefined {
  const hay = ` ${words(form)} `;
  const needles = choices.map((text) => words(text.slice(0, lengthMax)));
  const there = needles.flatMap((needle, i) => (needle !== "" && hay.includes(` ${needle} `) ? [i] : []));
  const longest = there.filter((i) => !there.some((j) => j !== i && ` ${needles[j]!} `.includes(` ${needles[i]!} `)));
  return longest.length === 1 ? letterOf(longest[0]!) : undefined;
}

const words = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}.%+-]+/gu, " ")
    .replace(/\.(?= |$)/g, "")
    .trim();

/** What the reply says is right without calling it its answer: "Option B is correct", "I choose (C)". The last one. */
function lastChosen(text: string, task: Task): string | undefined {
  const letters = lettersOf(task);
  let last: string | undefined;
  for (const [, before, after, alone] of text.matchAll(
    /\(?\b([A-Z])\b\)?[*_]{0,3}[ \t]{1,3}is[ \t]{1,3}(?:the[ \t]{1,3})?(?:correct|right|best)|\b(?:choose|choosing|select|pick|go with)[ \t]{1,3}(?:option|choice)?[ \t*_(]{0,5}([A-Z])\b|^[ \t*_]{0,6}\(?([A-Z])\)?[.*_]{0,3}[ \t]{0,3}$/gm,
  )) {
    const letter = (before ?? after ?? alone)!;
    if (letters.includes(letter)) last = letter;
  }
  return last;
}

/** `\boxed{B}`, `\text{B}`, `\mathrm{B}`: what is inside. */
function unwrapped(content: string): string {
  const inner = lastBoxed(content)?.content ?? content;
  return inner.replace(/\\(?:text|textbf|mathrm|mathbf)\{([^{}]{0,200})\}/g, "$1");
}
