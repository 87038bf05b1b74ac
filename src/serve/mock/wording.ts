/**
 * How an answer is written down and found again. An answer is a number of an option; what is written is the option's name
 * in the form that the prompt asks for, on the last line.
 */

import { statedAnswer } from "../../run/answers/answer-line.ts";

/** What the end of an answer must look like. */
export type AnswerForm =
  | { readonly kind: "line"; readonly before: string; readonly after: string }
  | { readonly kind: "json"; readonly field: string; readonly schema?: unknown };

/** The form that a prompt asks for; `Answer: X` where it asks for none. */
export function answerForm(prompt: string, schema: unknown): AnswerForm {
  if (schema !== undefined) {
    const field = fieldOf(schema);
    return { kind: "json", field, ...(schema === true ? {} : { schema }) };
  }
  if (prompt.includes("\\boxed")) return { kind: "line", before: "\\boxed{", after: "}" };
  if (/\bJSON\b/.test(prompt)) return { kind: "json", field: /["'`](\w+)["'`]\s*:/.exec(prompt)?.[1] ?? "answer" };
  if (/<answer>/i.test(prompt)) return { kind: "line", before: "<answer>", after: "</answer>" };
  if (/^\s*####/m.test(prompt) || /"####/.test(prompt)) return { kind: "line", before: "#### ", after: "" };
  const named = /(?:the )?(?:final )?answer(?: is)?[ \t]*[:=](?=[^\n]*$)/im.exec(prompt.slice(-400));
  return { kind: "line", before: `${named?.[0] ?? "Answer:"} `, after: "" };
}

/** The last line of an answer, or the whole of a JSON answer. */
export function written(value: string, form: AnswerForm): string {
  if (form.kind === "line") return `${form.before}${value}${form.after}`;
  const { schema } = form;
  if (schema === undefined) return JSON.stringify({ [form.field]: value });
  return JSON.stringify(instanceOf(schema, form.field, value));
}

/** Which option a text answers with: where it states an answer, that; else a field of JSON, a tag, or its last line. */
export function optionIn(text: string, options: readonly string[]): number | undefined {
  const stated = statedAnswer(text)?.content;
  if (stated !== undefined) {
    const found = optionNamed(stated, options);
    if (found !== undefined) return found;
  }
  const marked = /"(?:answer|value|choice|result)"\s*:\s*("[^"]*"|[^,}\s]+)|<answer>([^<]*)<\/answer>/i.exec(text);
  if (marked) return optionNamed(marked[1] ?? marked[2]!, options);
  return optionNamed(text.trimEnd().split("\n").at(-1) ?? "", options);
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
