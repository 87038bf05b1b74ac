// How a step becomes messages. What all steps of a task share comes first and is the same to the byte, so that an upstream
// that caches prefixes has it: system text, question, choices. What differs comes last: messages, group, what the role is
// asked for, the length of the reply, the form of the answer.

import type { Step } from "../../organizations/organization.ts";
import type { Message } from "../call.ts";
import type { Task } from "../task.ts";
import { block, cursor, markFor } from "./block.ts";
import { parseChoices, printChoices } from "./choice-list.ts";
import {
  groupForm,
  groupText,
  lengthForm,
  lengthText,
  messageHead,
  messageHeadForm,
  messagesText,
  roleTexts,
  systemText,
} from "./our-texts.ts";
import {
  type Prompt,
  type PromptedMessage,
  type PromptOptions,
  type PromptRole,
  promptRoleOf,
  type Told,
} from "./prompt.ts";
import { fillTemplate, templatesOf } from "./template.ts";

/**
 * The messages of a step: a system text and one user message.
 *
 * @param told  what the steps that it reads have said, in any order: the prompt has them in the order of `step.reads`,
 *              numbered and without names
 * @throws {BadPrompt} where a text of `prompts` has a placeholder that does not exist, or lacks one that it needs
 */
export function messagesOf(
  step: Pick<Step, "role" | "refines" | "reads" | "group" | "messageTokens">,
  task: Task,
  told: readonly Told[],
  { prompts, system, reader }: PromptOptions = {},
): readonly Message[] {
  const prompt: Prompt = {
    role: promptRoleOf(step, told.length),
    question: task.question,
    ...(task.choices && task.choices.length > 0 && { choices: task.choices }),
    messages: inStepOrder(told, step.reads),
    ...(step.group !== undefined && { group: step.group }),
    ...(step.messageTokens !== undefined && { messageTokens: step.messageTokens }),
    ...(reader && { answerFormat: reader.instruction(task) }),
  };
  const first = system ?? prompts?.system ?? systemText;
  const template = prompts && templatesOf(prompts)[prompt.role];
  return [
    ...(first === "" ? [] : [{ role: "system", content: first } as const]),
    { role: "user", content: template ? fillTemplate(template, valuesOf(prompt)) : printPrompt(prompt) },
  ];
}

function inStepOrder(told: readonly Told[], reads: readonly string[]): readonly PromptedMessage[] {
  const place = new Map(reads.map((id, i) => [id, i]));
  const placeOf = ({ step }: Told) => place.get(step.id) ?? reads.length;
  return [...told]
    .sort((a, b) => placeOf(a) - placeOf(b))
    .map(({ step: { messageTokens }, text }) => ({ text, ...(messageTokens !== undefined && { messageTokens }) }));
}

/** Our own text of a prompt: what {@link parsePrompt} reads. */
function printPrompt(prompt: Prompt): string {
  const { role, question, choices, messages, group, messageTokens, answerFormat } = prompt;
  return [
    block(markFor("question", [question]), question),
    ...(choices ? [printChoiceBlock(choices)] : []),
    ...(messages.length > 0 ? [printMessages(messages)] : []),
    [
      ...(group === undefined ? [] : [groupText(group)]),
      roleTexts[role],
      ...(messageTokens === undefined ? [] : [lengthText(messageTokens)]),
    ].join("\n"),
    ...(answerFormat === undefined ? [] : [answerFormat]),
  ].join("\n\n");
}

function printChoiceBlock(choices: readonly string[]): string {
  return block(markFor("choices", choices), printChoices(choices));
}

function printMessages(messages: readonly PromptedMessage[]): string {
  const mark = markFor(
    "message",
    messages.map(({ text }) => text),
  );
  const each = messages.map(
    ({ text, messageTokens }, i) => `\n\n${messageHead(i + 1, messageTokens)}${block(mark, text)}`,
  );
  return messagesText + each.join("");
}

/** What the placeholders of a user's own text stand for. */
function valuesOf({ question, choices, messages, group, messageTokens, answerFormat }: Prompt) {
  return {
    question,
    choices: choices && printChoices(choices),
    messages: messages.length > 0 ? printMessages(messages) : undefined,
    group,
    message_tokens: messageTokens?.toString(),
    answer_format: answerFormat,
  };
}

/**
 * What messages say that {@link messagesOf} wrote without texts of the user's: parsePrompt ∘ messagesOf is the identity,
 * whatever question, choices and messages contain. The last user message counts, whatever stands before it.
 *
 * @returns undefined for messages of any other form
 */
export function parsePrompt(messages: readonly Pick<Message, "role" | "content">[]): Prompt | undefined {
  const text = messages.findLast(({ role }) => role === "user")?.content;
  if (text === undefined) return undefined;
  const at = cursor(text);
  const question = at.block("question");
  if (question === undefined || !at.take("\n\n")) return undefined;
  const choiceText = at.block("choices");
  const choices = choiceText === undefined ? undefined : parseChoices(choiceText);
  if (choiceText !== undefined && (choices === undefined || !at.take("\n\n"))) return undefined;
  const told = at.take(messagesText) ? parseMessages(at) : [];
  if (told === undefined) return undefined;
  const group = at.match(groupForm)?.[1];
  const role = (Object.keys(roleTexts) as PromptRole[]).find((one) => at.take(roleTexts[one]));
  const length = at.match(lengthForm)?.[1];
  const hasFormat = at.take("\n\n");
  if (role === undefined || (!hasFormat && at.rest() !== "")) return undefined;
  return {
    role,
    question,
    ...(choices && { choices }),
    messages: told,
    ...(group !== undefined && { group: JSON.parse(group) as string }),
    ...(length !== undefined && { messageTokens: Number(length) }),
    ...(hasFormat && { answerFormat: at.rest() }),
  };
}

function parseMessages(at: ReturnType<typeof cursor>): PromptedMessage[] | undefined {
  const told: PromptedMessage[] = [];
  for (let head = at.match(messageHeadForm); head; head = at.match(messageHeadForm)) {
    const text = at.block("message");
    if (text === undefined) return undefined;
    told.push({ text, ...(head[1] !== undefined && { messageTokens: Number(head[1]) }) });
  }
  return told.length > 0 && at.take("\n\n") ? told : undefined;
}
