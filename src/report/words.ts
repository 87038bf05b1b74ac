const smallNumbers = [
  "no",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
]; // prettier-ignore

import { count } from "./format-number.ts";

/** 3 → "three", 13 → "13". */
export function numberWord(value: number): string {
  return smallNumbers[value] ?? count(value);
}

/** Three tasks, one task. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** "a", "a and b", "a, b and c". */
export function list(items: readonly string[], last = "and"): string {
  if (items.length < 2) return items[0] ?? "";
  return `${items.slice(0, -1).join(", ")} ${last} ${items.at(-1)}`;
}

/** First letter in upper case; the rest as it is, because names are in it. */
export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "once", "twice", "five times". */
export function times(value: number): string {
  return value === 1 ? "once" : value === 2 ? "twice" : `${numberWord(value)} times`;
}

/** First letter in lower case, for a title inside a sentence. */
export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
