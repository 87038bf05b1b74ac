import type { Message } from "../../run/call.ts";
import type { Task } from "../../run/task.ts";
import type { TaskIndex } from "./mock-tasks.ts";

/** What an agent makes of a prompt. */
export interface Heard {
  /** solve: the task itself. read: what the messages say. refine: both. send: a message to be passed on as it is. */
  readonly role: "solve" | "read" | "refine" | "send";
  readonly task?: Task;
  readonly messages: readonly { readonly text: string; readonly messageTokens?: number }[];
  /** Steps of one group share draws. */
  readonly group?: string;
  /** Longest reply allowed, in tokens. */
  readonly messageTokens?: number;
  /** What the prompt says about the form of the answer. */
  readonly format: string;
}

/** Reads prompts: those of this program as they were written, others as far as they are understood. */
export function hear(messages: readonly Message[], index: TaskIndex): Heard {
  const text = messages.map(({ content }) => content).join("\n");
  const task = index.find(text);
  const told = [...text.matchAll(/<(message(?:-\d+)?)(?:\s[^>]*)?>\n?([\s\S]*?)\n?<\/\1>/gi)].map(
    ([, , inner]) => inner!,
  );
  const listed =
    told.length > 0
      ? told
      : [
          ...text.matchAll(
            /^(?:message|answer|reply) \d+[^\n:]*:[ \t]*([^\n]+(?:\n(?!\n|(?:message|answer|reply) \d)[^\n]+)*)/gim,
          ),
        ].map(([, inner]) => inner!);
  const limit = Number(/at most (\d+) tokens/i.exec(text)?.[1]) || undefined;
  const group = /\bgroup[ :]+["“`]?([\w/.:-]*\w)/i.exec(text)?.[1];
  const refines = /\b(?:refine|improve|your own answer|solve it yourself|also solve)\b/i.test(text);
  return {
    role: listed.length === 0 ? "solve" : refines ? "refine" : "read",
    ...(task === undefined ? {} : { task }),
    messages: listed.map((text) => ({ text, ...(limit === undefined ? {} : { messageTokens: limit }) })),
    ...(group === undefined ? {} : { group }),
    ...(limit === undefined ? {} : { messageTokens: limit }),
    format: messages.at(-1)!.content,
  };
}
