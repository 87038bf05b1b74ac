import type { z } from "zod";
import type { ProviderConfig } from "../../records/provider-config.ts";
import { BadProvider, KeyInConfig, UnknownProviderKind } from "./errors.ts";
import * as kinds from "./index.ts";
import type { Provider, ProviderContext, ProviderKind } from "./provider.ts";

/** Every kind by the word that the config uses. */
export const providerKinds: ReadonlyMap<string, ProviderKind> = new Map(
  Object.values(kinds).map((kind) => [kind.example.kind, kind as ProviderKind]),
);

/**
 * Opens the provider of an entry in the config.
 *
 * @throws {UnknownProviderKind | BadProvider | MissingKey | KeyInConfig} before anything was sent
 */
export async function openProvider(name: string, config: ProviderConfig, context: ProviderContext): Promise<Provider> {
  const { kind: kindName, limits: _limits, modelLimits: _modelLimits, ...entry } = config;
  const kind = providerKinds.get(kindName);
  if (kind === undefined) throw new UnknownProviderKind(name, kindName, [...providerKinds.keys()]);
  for (const field of Object.keys(entry))
    if (/^(api_?key|key|token|secret|password|authorization|bearer)$/i.test(field))
      throw new KeyInConfig(
        name,
        field,
        'Put it into the environment and name the variable: "keyEnv": "OPENAI_API_KEY".',
      );
  const checked = kind.options.safeParse(entry);
  if (!checked.success) throw new BadProvider(name, problemsOf(checked.error), kind.example);
  return kind.open(checked.data, { ...context, name });
}

function problemsOf(error: z.ZodError): string[] {
  return error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`,
  );
}
