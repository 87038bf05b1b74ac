import { z } from "zod";

const Prices = z.strictObject({
  /** US dollars per million tokens. */
  inputPerMillion: z.number().nonnegative(),
  outputPerMillion: z.number().nonnegative(),
  /** Of prompt tokens that the provider still has from an earlier call. */
  cachedInputPerMillion: z.number().nonnegative().optional(),
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
});

/** `quorate.config.{ts,json}`: agents by name; an agent at a level may have an entry of its own (`gpt~high`). */
export const Config = z.strictObject({
  agents: z.record(z.string(), Agent).default({}),
  /** Where prices and lengths come from. */
  sources: z.array(z.string()).default([]),
});
export type Config = z.infer<typeof Config>;
export type AgentConfig = z.infer<typeof Agent>;
