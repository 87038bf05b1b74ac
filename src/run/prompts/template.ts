import { KnownError } from "../../errors.ts";
import type { PromptsConfig } from "../../records/provider-config.ts";
import { lengthText } from "./our-texts.ts";
import type { PromptRole } from "./prompt.ts";

/** A prompt text of the user's has a placeholder that does not exist, or lacks one that its role needs. */
export class BadPrompt extends KnownError {
  readonly code = "bad-prompt";
  constructor(role: string, happened: string) {
    super(
      `The text prompts.${role} ${happened}.`,
      `Placeholders are ${placeholders.map((name) => `{${name}}`).join(", ")}; braces that are none are written twice: {{x}}.`,
    );
  }
}

const placeholders = ["question", "choices", "messages", "group", "message_tokens", "answer_format"] as const;
type Placeholder = (typeof placeholders)[number];

/** What a text must contain: without it the agent does not know what it is asked. */
const needed: Readonly<Record<PromptRole, readonly Placeholder[]>> = {
  solve: ["question"],
  read: ["messages"],
  refine: ["question", "messages"],
  judge: ["messages"],
};

/** A text by lines: each a list of literal texts and placeholders. */
export interface Template {
  readonly lines: readonly (readonly (string | { readonly placeholder: Placeholder })[])[];
  readonly has: ReadonlySet<Placeholder>;
}

const known = new WeakMap<PromptsConfig, Readonly<Partial<Record<PromptRole, Template>>>>();

/** The user's texts, checked. @throws {BadPrompt} */
export function templatesOf(prompts: PromptsConfig): Readonly<Partial<Record<PromptRole, Template>>> {
  const before = known.get(prompts);
  if (before) return before;
  const templates: Partial<Record<PromptRole, Template>> = {};
  for (const role of ["solve", "read", "refine", "judge"] as const) {
    const text = prompts[role];
    if (text !== undefined) templates[role] = parseTemplate(role, text);
  }
  known.set(prompts, templates);
  return templates;
}

function parseTemplate(role: PromptRole, text: string): Template {
  const has = new Set<Placeholder>();
  const lines = text.split("\n").map((line) => {
    const parts: (string | { placeholder: Placeholder })[] = [];
    let from = 0;
    for (const found of line.matchAll(/\{\{|\}\}|\{([A-Za-z_]\w*)\}/g)) {
      parts.push(line.slice(from, found.index));
      from = found.index + found[0].length;
      const name = found[1];
      if (name === undefined) parts.push(found[0][0]!);
      else if (!isPlaceholder(name)) throw new BadPrompt(role, `has the placeholder {${name}}, which does not exist`);
      else {
        has.add(name);
        parts.push({ placeholder: name });
      }
    }
    parts.push(line.slice(from));
    return parts;
  });
  for (const name of needed[role]) if (!has.has(name)) throw new BadPrompt(role, `lacks {${name}}`);
  return { lines, has };
}

function isPlaceholder(name: string): name is Placeholder {
  return (placeholders as readonly string[]).includes(name);
}

/**
 * The text with its placeholders filled in, once: what is filled in is never searched for placeholders. A line whose
 * placeholder has nothing to stand for (no choices, no limit) is left out. A limit that the text does not mention is said at
 * its end, because it is part of the team.
 */
export function fillTemplate(
  { lines, has }: Template,
  values: Readonly<Record<Placeholder, string | undefined>>,
): string {
  const filled = lines
    .filter((line) => line.every((part) => typeof part === "string" || values[part.placeholder] !== undefined))
    .map((line) => line.map((part) => (typeof part === "string" ? part : values[part.placeholder])).join(""));
  const { message_tokens: tokens } = values;
  if (tokens !== undefined && !has.has("message_tokens")) filled.push(lengthText(Number(tokens)));
  return filled.join("\n");
}
