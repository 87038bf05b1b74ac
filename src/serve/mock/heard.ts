import type { Message } from "../../run/call.ts";
import { parsePrompt } from "../../run/prompts/messages-of.ts";
import type { PromptedMessage } from "../../run/prompts/prompt.ts";
import type { Task } from "../../run/task.ts";
import type { TaskIndex } from "./mock-tasks.ts";

/** What an agent makes of a prompt. */
export interface Heard {
  /** solve: the task itself. read: what the messages say. both: its own answer is one more vote. */
  readonly role: "solve" | "read" | "both";
  readonly task?: Task;
  /** Of a task that the script does not know. */
  readonly choices?: readonly string[];
  readonly messages: readonly PromptedMessage[];
  /** Steps of one group share draws. */
  readonly group?: string;
  /** Longest reply allowed, in tokens. */
  readonly messageTokens?: number;
  /** What the prompt says about the form of the answer. */
  readonly format: string;
}

/** Reads prompts: those of this program as they were written, others as far as they are understood. */
export function hear(messages: readonly Message[], index: TaskIndex): Heard {
  const prompt = parsePrompt(messages);
  if (prompt === undefined) return overhear(messages.map(({ content }) => content).join("\n"), messages, index);
  const { role, question, choices, group, messageTokens, answerFormat = "" } = prompt;
  const task = index.asked(question) ?? index.find(question);
  return {
    role: role === "solve" ? "solve" : role === "read" ? "read" : "both",
    ...(task && { task }),
    ...(choices && { choices }),
    messages: prompt.messages,
    ...(group !== undefined && { group }),
    ...(messageTokens !== undefined && { messageTokens }),
    format: answerFormat,
  };
}

const ourMessage = /(?:Message \d+(?: \(at most (\d+) tokens\))?:\n)?<(message(?:-\d+)?)>\n?([\s\S]*?)\n?<\/\2>/gi;
const anyMessage =
  /^(?:message|answer|reply) \d+[^\n:]*:[ \t]*(\S[^\n]*(?:\n(?!\s*\n|(?:message|answer|reply) \d)[^\n]+)*)/gim;

/** Prompts in a user's own words, and those of other programs. */
function overhear(text: string, messages: readonly Message[], index: TaskIndex): Heard {
  const task = index.find(text);
  const marked = [...text.matchAll(ourMessage)].map(([, limit, , inner]) => messageOf(inner!, limit));
  const listed = marked.length > 0 ? marked : [...text.matchAll(anyMessage)].map(([, inner]) => messageOf(inner!));
  const around = text.replace(ourMessage, "");
  const limit = /\bat most (\d+) tokens/i.exec(around)?.[1];
  const group = /\bgroup[ :]+["“`]?([\w/.:-]*\w)/i.exec(around)?.[1];
  const isSolving = /\b(?:refine|improve|solve it|solve the task yourself|your own answer|judge)\b/i.test(around);
  return {
    role: listed.length === 0 ? "solve" : isSolving ? "both" : "read",
    ...(task && { task }),
    messages: listed,
    ...(group !== undefined && { group }),
    ...(limit !== undefined && { messageTokens: Number(limit) }),
    format: messages.at(-1)!.content,
  };
}

function messageOf(text: string, limit?: string): PromptedMessage {
  return { text, ...(limit !== undefined && { messageTokens: Number(limit) }) };
}
