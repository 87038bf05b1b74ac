import type { Step } from "../../organizations/organization.ts";
import type { PromptsConfig } from "../../records/provider-config.ts";
import type { AnswerReader } from "../answers/extraction.ts";

/** The kinds of prompts; a step's role and what it reads decide which it gets. */
export type PromptRole = "solve" | "read" | "refine" | "judge";

/** What a step that was read said: its reply, as the reader gets it. */
export interface Told {
  readonly step: Pick<Step, "id" | "messageTokens">;
  readonly text: string;
}

export interface PromptOptions {
  /** The user's own texts by role. @default ours */
  readonly prompts?: PromptsConfig | undefined;
  /** First message of every prompt; empty: none. @default `prompts.system`, else ours */
  readonly system?: string | undefined;
  /** Says how the answer must be written. Absent: the prompt does not say. */
  readonly reader?: Pick<AnswerReader, "instruction"> | undefined;
}

/** One message as a reader's prompt has it. */
export interface PromptedMessage {
  readonly text: string;
  /** Longest it may have been, in tokens. */
  readonly messageTokens?: number;
}

/** All that a prompt says: what {@link import("./messages-of.ts").messagesOf} writes, parsePrompt reads back. */
export interface Prompt {
  readonly role: PromptRole;
  readonly question: string;
  readonly choices?: readonly string[];
  /** In step order. */
  readonly messages: readonly PromptedMessage[];
  /** Steps of one group share a context. */
  readonly group?: string;
  /** Longest reply allowed, in tokens. */
  readonly messageTokens?: number;
  /** How the answer must be written. */
  readonly answerFormat?: string;
}

/**
 * What the prompt of a step asks for. A step that reads nothing solves, whatever its role: chains and trees begin so where
 * nobody has said anything yet.
 */
export function promptRoleOf({ role, refines }: Pick<Step, "role" | "refines">, messages: number): PromptRole {
  if (messages === 0) return "solve";
  if (role === "judge") return "judge";
  return refines ? "refine" : "read";
}
