/**
 * How an answer is written down and found again. An answer is a number of an option; what is written is the option's name
 * in the form that the prompt asks for, on the last line.
 */

import { statedAnswer } from "../../run/answers/answer-line.ts";

/** What the end of an answer must look like. */
export type AnswerForm =
  | { readonly kind: "line"; readonly before: string; readonly after: string }
  /** field: a path, as `result.items[0]`; empty: the value alone. */
  | { readonly kind: "json"; readonly field: string; readonly schema?: unknown };

/** The form that a prompt asks for; `Answer: X` where it asks for none. */
export function answerForm(prompt: string, schema: unknown): AnswerForm {
  if (schema !== undefined) return schema === true ? { kind: "json", field: "answer" } : formOfSchema(schema);
  if (prompt.includes("\\boxed")) return { kind: "line", before: "\\boxed{", after: "}" };
  if (/\bJSON\b/.test(prompt)) return jsonForm(prompt);
  const pattern = /regular expression finds it: (.+)$/m.exec(prompt)?.[1];
  const matched = pattern === undefined ? undefined : lineMatching(pattern);
  if (matched) return matched;
  if (/<answer>/i.test(prompt)) return { kind: "line", before: "<answer>", after: "</answer>" };
  if (/^\s*####/m.test(prompt) || /"####/.test(prompt)) return { kind: "line", before: "#### ", after: "" };
  const named = /(?:the )?(?:final )?answer(?: is)?[ \t]*[:=](?=[^\n]*$)/im.exec(prompt.slice(-400));
  return { kind: "line", before: `${named?.[0] ?? "Answer:"} `, after: "" };
}

function jsonForm(prompt: string): AnswerForm {
  const schemaText = /satisfies this schema[^\n]*\n(\{.*\})\s*$/.exec(prompt)?.[1];
  if (schemaText !== undefined) {
    try {
      return formOfSchema(JSON.parse(schemaText));
    } catch {} // no schema of ours: by its words, then
  }
  if (/JSON value that is the answer/.test(prompt)) return { kind: "json", field: "" };
  const field = /\bfield ["'`]?([\w.[\]-]*\w\]?)/i.exec(prompt)?.[1] ?? /["'`](\w+)["'`]\s*:/.exec(prompt)?.[1];
  return { kind: "json", field: field ?? "answer" };
}

function formOfSchema(schema: unknown): AnswerForm {
  const isObject = kindOf(schema) === "object";
  return { kind: "json", field: isObject ? fieldOf(schema) : "", ...(isObject && { schema }) };
}

/** A line that a plain pattern finds: literal text around the group with the answer. */
function lineMatching(pattern: string): AnswerForm | undefined {
  const parts = /^\^?((?:[^()\\]|\\.)*)\((?:\?<answer>)?(?:[^()\\]|\\.)*\)[*+?]?((?:[^()\\]|\\.)*?)\$?$/.exec(pattern);
  if (parts === null) return undefined;
  const literal = (text: string) =>
    text
      .replace(/\\s[*+]?/g, " ")
      .replace(/\\(.)/g, "$1")
      .replace(/(?<!\\)[*+?]/g, "");
  return { kind: "line", before: literal(parts[1]!), after: literal(parts[2]!) };
}

/** The last line of an answer, or the whole of a JSON answer. */
export function written(value: string, form: AnswerForm): string {
  if (form.kind === "line") return `${form.before}${value}${form.after}`;
  const { schema, field } = form;
  if (schema !== undefined) return JSON.stringify(instanceOf(schema, field, value));
  if (field === "" && isJson(value)) return value;
  const path = field.split(/[.[\]]+/).filter((part) => part !== "");
  const around = (inner: unknown, part: string) =>
    /^\d+$/.test(part) ? [...new Array(Number(part)).fill(null), inner] : { [part]: inner };
  return JSON.stringify(path.reduceRight<unknown>(around, value));
}

/** Which option a text answers with: where it states an answer, that; else a field of JSON, a tag, or its last line. */
export function optionIn(text: string, options: readonly string[]): number | undefined {
  const stated = statedAnswer(text)?.content;
  if (stated !== undefined) {
    const found = optionNamed(stated, options);
    if (found !== undefined) return found;
  }
  const tagged = /<answer>([^<]*)<\/answer>/i.exec(text);
  if (tagged) return optionNamed(tagged[1]!, options);
  const last = text.trimEnd().split("\n").at(-1) ?? "";
  for (const leaf of leavesOf(last)) {
    const found = optionNamed(leaf, options);
    if (found !== undefined) return found;
  }
  // The last colon of a line comes before what it is about: "Verdict: yes".
  return optionNamed(last, options) ?? optionNamed(last.slice(last.lastIndexOf(":") + 1), options);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Texts and numbers in a line of JSON. */
function leavesOf(line: string): readonly string[] {
  try {
    const walk = (value: unknown): string[] =>
      typeof value === "object" && value !== null ? Object.values(value).flatMap(walk) : [String(value)];
    return walk(JSON.parse(line));
  } catch {
    return [];
  }
}

function optionNamed(text: string, options: readonly string[]): number | undefined {
  const value = bare(text);
  const exact = options.findIndex((option) => bare(option) === value);
  if (exact >= 0) return exact;
  const number = Number(value.replaceAll(",", ""));
  if (value !== "" && Number.isFinite(number)) {
    const same = options.findIndex((option) => option.trim() !== "" && Number(option.replaceAll(",", "")) === number);
    if (same >= 0) return same;
  }
  const letter = /^([a-z])(?:[).:\s]|$)/.exec(value)?.[1];
  const found = letter === undefined ? -1 : options.findIndex((option) => bare(option) === letter);
  return found < 0 ? undefined : found;
}

function bare(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^[\s*"'`([{]+|[\s*"'`)\]}.]+$/g, "");
}

/** Where the answer stands in a JSON schema: the property of a telling name, else the first one that can hold it. */
function fieldOf(schema: unknown): string {
  const properties = propertiesOf(schema);
  const names = Object.keys(properties);
  return (
    names.find((name) => /answer|value|choice|result/i.test(name)) ??
    names.find((name) => kindOf(properties[name]) === "string") ??
    names[0] ??
    "answer"
  );
}

/** A value that fits the schema as far as types, properties, enums and items go. */
function instanceOf(schema: unknown, field: string, value: string): unknown {
  const properties = propertiesOf(schema);
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      name === field ? asKind(value, kindOf(property)) : emptyOf(property),
    ]),
  );
}

function asKind(value: string, kind: string): unknown {
  if (kind !== "number" && kind !== "integer") return value;
  const number = Number(value);
  return Number.isFinite(number) ? number : 0;
}

function emptyOf(schema: unknown): unknown {
  const stated = (schema ?? {}) as { enum?: unknown[]; const?: unknown; minimum?: number };
  if (stated.const !== undefined) return stated.const;
  if (Array.isArray(stated.enum)) return stated.enum[0];
  const kind = kindOf(schema);
  if (kind === "object")
    return Object.fromEntries(Object.entries(propertiesOf(schema)).map(([name, one]) => [name, emptyOf(one)]));
  if (kind === "array") return [];
  if (kind === "number" || kind === "integer") return stated.minimum ?? 0;
  if (kind === "boolean") return false;
  return kind === "null" ? null : "";
}

function propertiesOf(schema: unknown): Record<string, unknown> {
  const properties = (schema as { properties?: unknown } | null)?.properties;
  return typeof properties === "object" && properties !== null ? (properties as Record<string, unknown>) : {};
}

function kindOf(schema: unknown): string {
  const kind = (schema as { type?: unknown } | null)?.type;
  return Array.isArray(kind) ? String(kind.find((one) => one !== "null")) : typeof kind === "string" ? kind : "object";
}
