// Where a reply says its answer. Every quantifier is bounded, so that time is linear in the length of any text.

import { lastBoxed } from "./boxed-text.ts";

/** What a reply states as its answer. */
export interface Stated {
  /** From behind the mark to the end of its line or sentence, undecorated. May be empty. */
  readonly content: string;
  /** line: a line `ANSWER: …`. prose: `the answer is …`, `#### …` or `\boxed{…}`. */
  readonly by: "line" | "prose";
  /** What prose behind that line states: it counts where the line holds nothing, as in `Answer: Let us think. … The answer is 5.` */
  readonly later?: string;
}

/** How the answer is asked for; what {@link statedAnswer} looks for first. */
export const answerLine = (what: string) => `End with a line of this form, and nothing after it:\nANSWER: ${what}`;

const line =
  /^[ \t>*_#~`$\-•]{0,20}(?:(?:so|thus|therefore|hence)[ \t,]{1,3})?(?:(?:the|my|our)[ \t]{1,3})?(?:(?:final|correct|best|short)[ \t]{1,3})?answer(?:[ \t]{1,3}\([^)\n]{0,60}\))?[ \t*_`]{0,6}[:：=][ \t*_`]{0,6}/gim;

const about = String.raw`(?:[ \t]{1,3}(?:to|for|of|in|from|among|given|here|choice|option)\b[^.:;=\n]{0,80}?)?`;
const prose = new RegExp(
  String.raw`\b(?:answer|option|choice|solution)${about}[ \t]{1,3}(?:is|are|equals|should be|would be|must be|will be|=)(?![ \t]{1,3}(?:not|neither)\b)[ \t:]{1,5}|^[ \t]{0,8}#{4}[ \t]{0,8}`,
  "gim",
);

/**
 * The answer that a reply states: its last line `ANSWER: …`, whatever follows it; where there is none, the last of `the
 * answer is …`, `#### …` and `\boxed{…}`. Linear.
 */
export function statedAnswer(text: string): Stated | undefined {
  const last = lastLine(text);
  if (!last) {
    const said = inProse(text, 0);
    return said && { content: said.content, by: "prose" };
  }
  const said = inProse(text, last.from);
  const content = withoutProse(undecorated(contentFrom(text, last.end, lineEnd)));
  return { content, by: "line", ...(said && said.end > last.end && { later: said.content }) };
}

/** The last line that is one, looked for from the end: there it mostly is. */
function lastLine(text: string): { readonly from: number; readonly end: number } | undefined {
  for (let to = text.length; to > 0; ) {
    const from = text.lastIndexOf("\n", to - 1) + 1;
    const found = lastMatch(text.slice(from, to), line);
    if (found) return { from, end: from + found.end };
    to = from - 1;
  }
  return undefined;
}

/** What of the two forms in which prose states an answer comes last, from the beginning of a line on. */
function inProse(text: string, from: number): { readonly content: string; readonly end: number } | undefined {
  const said = lastMatch(text, prose, from);
  const boxed = lastBoxed(text);
  if (boxed && (!said || boxed.end > said.end)) return { content: boxed.content.trim(), end: boxed.end };
  return said && { content: undecorated(contentFrom(text, said.end, sentenceEnd)), end: said.end };
}

/** `Final Answer: The answer is ... D.` says D. */
function withoutProse(content: string): string {
  const head = /^the (?:final |correct |best )?(?:answer|option|choice) is[ \t:.…]{0,6}/i.exec(content);
  return head ? undecorated(content.slice(head[0].length)) : content;
}

/** @param expression  global, and never empty */
function lastMatch(text: string, expression: RegExp, from = 0): { readonly end: number } | undefined {
  let end = -1;
  expression.lastIndex = from;
  while (expression.test(text)) end = expression.lastIndex;
  return end < 0 ? undefined : { end };
}

const lineEnd = /\n|$/g;
const sentenceEnd = /[.!?;](?=\s|$)|\n|$/g;

/** Up to the end; where nothing stands before it, the next line that says something. */
function contentFrom(text: string, from: number, until: RegExp): string {
  until.lastIndex = from;
  const content = text.slice(from, until.exec(text)?.index);
  if (/\S/.test(content.slice(0, 1000))) return content;
  const next = /\S/g;
  next.lastIndex = from;
  const start = next.exec(text)?.index;
  if (start === undefined) return "";
  lineEnd.lastIndex = start;
  return text.slice(start, lineEnd.exec(text)?.index);
}

/** Without what Markdown and LaTeX put around an answer, and without a final full stop. */
export function undecorated(content: string): string {
  let from = 0;
  let to = content.length;
  for (;;) {
    const before = to - from;
    while (from < to && /[\s*_`"“”'‘’$]/.test(content[from]!) && !isMoney(content, from)) from++;
    while (from < to && /[\s*_`"“”'‘’$.]/.test(content[to - 1]!)) to--;
    if (content.startsWith("\\(", from) || content.startsWith("\\[", from)) from += 2;
    if (to - 2 >= from && (content.startsWith("\\)", to - 2) || content.startsWith("\\]", to - 2))) to -= 2;
    if (to - from === before) return content.slice(from, to);
  }
}

const isMoney = (content: string, at: number) => content[at] === "$" && /[\d.]/.test(content[at + 1] ?? "");
