import { z } from "zod";
import { AnswersConfig, PromptsConfig, ProviderConfig, RunConfig, Settings } from "./provider-config.ts";

export const Prices = z.strictObject({
  /** US dollars per million tokens. */
  inputPerMillion: z.number().nonnegative(),
  outputPerMillion: z.number().nonnegative(),
  /** Of prompt tokens that the provider still has from an earlier call. */
  cachedInputPerMillion: z.number().nonnegative().optional(),
  /** Of reasoning tokens, where they cost other than the rest of the answer. */
  reasoningPerMillion: z.number().nonnegative().optional(),
  /** US dollars per call, whatever its tokens. */
  perCall: z.number().nonnegative().optional(),
  /** Share that a batch or flex tier takes off everything, in [0, 1); counted where the agent says `batch`. */
  batchDiscount: z.number().min(0).lt(1).optional(),
});

const WattHours = z.union([
  z.number().nonnegative(),
  z
    .tuple([z.number().nonnegative(), z.number().nonnegative()])
    .refine(([low, high]) => low <= high, "the lower end comes first"),
]);

const Energy = z.strictObject({
  /** Up to some 10 billion parameters, or more: what stands in for what is not stated below. */
  size: z.enum(["small", "large"]).optional(),
  /** A number, or [low, high]. */
  inputWattHoursPerThousand: WattHours.optional(),
  outputWattHoursPerThousand: WattHours.optional(),
});
export type EnergyConfig = z.infer<typeof Energy>;

const Agent = z.strictObject({
  /** Short name for reports. */
  label: z.string().min(1).optional(),
  model: z.string().min(1).optional(),
  /** The paper's W. */
  contextTokens: z.int().positive().optional(),
  prices: Prices.optional(),
  energy: Energy.optional(),
  /** Used where an attempt records no tokens. */
  promptTokens: z.number().positive().optional(),
  answerTokens: z.number().positive().optional(),
  seconds: z.number().positive().optional(),
  /** Date of the prices and lengths, YYYY-MM-DD. */
  asOf: z.iso.date().optional(),
  /** Names of the providers that have this model, the first the preferred one. @default the only one there is */
  provider: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
  ...Settings.shape,
  /** What a level changes: of `gpt~high`, the entry `high`. A level without an entry is sent as the effort. */
  levels: z.record(z.string(), Settings.extend({ model: z.string().min(1).optional() })).optional(),
  /** An encoding of gpt-tokenizer (`o200k_base`), where it is known to be this model's. @default a bound by bytes */
  tokenizer: z.string().min(1).optional(),
  /** Tokens that the model's chat template and hidden system prompt add to every call. @default 64 */
  promptOverheadTokens: z.int().nonnegative().optional(),
  /** True: calls go to a tier with the prices' `batchDiscount`. */
  batch: z.boolean().optional(),
  /** Who answers in its place where it cannot be reached. */
  fallback: z.string().min(1).optional(),
});

/** `quorate.config.{ts,json}`: agents by name; an agent at a level may have an entry of its own (`gpt~high`). */
export const Config = z.strictObject({
  agents: z.record(z.string(), Agent).default({}),
  /** Where prices and lengths come from. */
  sources: z.array(z.string()).default([]),
  /** Upstreams by name. */
  providers: z.record(z.string(), ProviderConfig).optional(),
  answers: AnswersConfig.optional(),
  prompts: PromptsConfig.optional(),
  run: RunConfig.optional(),
  /** Grams of CO₂ per kilowatt-hour, a number or [low, high]. */
  gramsPerKilowattHour: WattHours.optional(),
});
export type Config = z.infer<typeof Config>;
export type AgentConfig = z.infer<typeof Agent>;
