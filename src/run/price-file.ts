import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { KnownError } from "../errors.ts";
import { type Config, Prices } from "../records/config.ts";
import { issuesOf } from "../records/issues.ts";

/** A file of prices cannot be used. */
export class BadPrices extends KnownError {
  readonly code = "bad-prices";
  constructor(path: string, problem: string) {
    super(
      `${path} holds no prices: ${problem}.`,
      'Write {"asOf": "2026-01-31", "prices": {"gpt-5-mini": {"inputPerMillion": 0.25, "outputPerMillion": 2}}}: by name of agent or model, in US dollars per million tokens.',
    );
  }
}

const PriceFile = z.strictObject({
  /** When these prices were looked up. */
  asOf: z.iso.date(),
  /** Where. */
  source: z.string().optional(),
  /** By name of agent or of model. */
  prices: z.record(z.string(), Prices),
});
export type PriceFile = z.infer<typeof PriceFile>;

/** Reads a dated file of prices. @throws {BadPrices} */
export async function readPrices(path: string, { cwd = "." }: { readonly cwd?: string } = {}): Promise<PriceFile> {
  let value: unknown;
  try {
    value = JSON.parse((await readFile(resolve(cwd, path), "utf8")).replace(/^\ufeff/, ""));
  } catch (error) {
    throw new BadPrices(path, error instanceof Error ? error.message : String(error));
  }
  const checked = PriceFile.safeParse(value);
  if (!checked.success) throw new BadPrices(path, issuesOf(checked.error).join("; "));
  return checked.data;
}

/** The config with these prices in place of its own: of agents by their name, else by that of their model. */
export function withPrices(config: Config, { asOf, source, prices }: PriceFile): Config {
  const agents: Config["agents"] = { ...config.agents };
  for (const name of Object.keys(prices)) agents[name] ??= {};
  for (const [name, agent] of Object.entries(agents)) {
    const own = prices[name] ?? (agent.model === undefined ? undefined : prices[agent.model]);
    if (own) agents[name] = { ...agent, prices: own, asOf };
  }
  return { ...config, agents, sources: [...config.sources, source ?? `prices as of ${asOf}`] };
}
