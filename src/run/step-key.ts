import { hash } from "node:crypto";
import type { CallSettings, Message } from "./call.ts";

/** All that shapes the answer to a question: equal questions to equal agents are one question. */
export interface Question {
  readonly agent: string;
  readonly model: string;
  readonly messages: readonly Message[];
  readonly settings: CallSettings;
  readonly maxTokens: number;
  /** Of the run. */
  readonly seed: number;
}

/** The question as one text, whatever the order in which its fields were written: {@link canonical} of it, of known form. */
export function questionText({ agent, model, messages, settings, maxTokens, seed }: Question): string {
  let said = "";
  for (const { role, content } of messages)
    said += `${said === "" ? "" : ","}{"content":${JSON.stringify(content)},"role":${JSON.stringify(role)}}`;
  return (
    `{"agent":${JSON.stringify(agent)},"maxTokens":${maxTokens},"messages":[${said}],` +
    `"model":${JSON.stringify(model)},"seed":${seed},"settings":${settingsText(settings)}}`
  );
}

const known = new WeakMap<CallSettings, string>();

/** Made once: settings are those of a seat. */
function settingsText(settings: CallSettings): string {
  let text = known.get(settings);
  if (text === undefined) {
    text = canonical(settings);
    known.set(settings, text);
  }
  return text;
}

/**
 * Content address of a step: SHA-256 of the question and of which of its samples is meant. A step that reads nothing is
 * the n-th of its task that asks this question; one that reads is told apart by its id.
 *
 * @param sample  an ordinal from 0, or a step's id
 * @returns       64 hexadecimal digits, which are the call's Idempotency-Key as well
 */
export function stepKey(question: string, sample: number | string): string {
  return hash("sha256", `${JSON.stringify(sample)}${question}`);
}

/** A seed of 31 bits for the upstream: another for every sample, the same for every try of it. */
export function seedOf(key: string): number {
  return Number.parseInt(key.slice(0, 8), 16) >>> 1;
}

/** JSON with the fields of every object in alphabetical order and absent ones left out. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one ?? null)).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value).filter(([, one]) => one !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join(",")}}`;
}
