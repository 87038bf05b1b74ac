import { z } from "zod";

/** What an upstream allows, as far as its headers do not say. */
export const Limits = z.strictObject({
  /** Most calls in flight. Below it, concurrency is found by trying. */
  concurrency: z.int().positive().optional(),
  requestsPerMinute: z.number().positive().optional(),
  tokensPerMinute: z.number().positive().optional(),
});
export type Limits = z.infer<typeof Limits>;

/** One upstream by name. Everything but `kind` and `limits` belongs to its kind in run/providers, which checks it. */
export const ProviderConfig = z.looseObject({
  kind: z.string().min(1),
  limits: Limits.optional(),
  /** By model name, where they differ. */
  modelLimits: z.record(z.string(), Limits).optional(),
});
export type ProviderConfig = z.infer<typeof ProviderConfig>;

/** How an answer is shaped; of an agent, or of one of its levels. Absent: not sent. */
export const Settings = z.strictObject({
  temperature: z.number().nonnegative().optional(),
  topP: z.number().positive().max(1).optional(),
  stop: z.array(z.string()).optional(),
  effort: z.string().min(1).optional(),
  /** Longest answer of one call, reasoning included. Always sent. */
  maxTokens: z.int().positive().optional(),
  logprobs: z.boolean().optional(),
  /** True: `seed` is sent with every call, so that an upstream that honours it repeats itself. */
  sendSeed: z.boolean().optional(),
  schema: z.unknown().optional(),
  /** Further fields of the request's body. */
  extra: z.record(z.string(), z.unknown()).optional(),
});
export type Settings = z.infer<typeof Settings>;

/** An extraction by name, or with options of its own: run/answers checks them. */
export const AnswersConfig = z.union([z.string().min(1), z.looseObject({ kind: z.string().min(1) })]);
export type AnswersConfig = z.infer<typeof AnswersConfig>;

/** Texts of prompts, by role. `{question}`, `{choices}`, `{messages}`, `{answer_format}`, `{message_tokens}` are filled in. */
export const PromptsConfig = z.strictObject({
  system: z.string().optional(),
  solve: z.string().optional(),
  read: z.string().optional(),
  refine: z.string().optional(),
  judge: z.string().optional(),
});
export type PromptsConfig = z.infer<typeof PromptsConfig>;

/** How a run goes about its calls. */
export const RunConfig = z.strictObject({
  /** Most steps in flight over all endpoints. @default 64 */
  concurrency: z.int().positive().optional(),
  /** Of one call. @default 120000 */
  timeoutMs: z.int().positive().optional(),
  /** Of a step with its retries, of a task. @default none */
  stepTimeoutMs: z.int().positive().optional(),
  taskTimeoutMs: z.int().positive().optional(),
  /** Most tries of one step. @default 6 */
  triesMax: z.int().positive().optional(),
  /** Retries, as a share of calls. @default 0.1 */
  retryShare: z.number().nonnegative().optional(),
  /** A second call after the p95 of its endpoint and length. @default false */
  hedge: z.boolean().optional(),
  /** Most hedged and redundant calls, as a share of calls. @default 0.05 */
  hedgeShare: z.number().nonnegative().optional(),
  /** Further samples asked with a vote, of which the first are taken: a number, or as straggler history pays. @default 0 */
  redundancy: z.union([z.int().nonnegative(), z.literal("auto")]).optional(),
});
export type RunConfig = z.infer<typeof RunConfig>;
