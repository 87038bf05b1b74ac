// The upstreams of a run: which of the config's providers its agents are at, opened, checked for nothing, and changed in
// mid-run.
import { isDeepStrictEqual } from "node:util";
import type { Config } from "../records/config.ts";
import type { ProviderConfig } from "../records/provider-config.ts";
import type { OpenBuyer } from "./buyer.ts";
import type { Clock } from "./clock.ts";
import type { EndpointOptions } from "./endpoints/endpoint.ts";
import { NoProviderNamed, UnknownModel, UnknownProvider, UpstreamRefuses } from "./errors.ts";
import type { Seat } from "./identity.ts";
import { openProvider } from "./providers/open.ts";
import type { Provider } from "./providers/provider.ts";

/** What the upstream of --base-url, or of the environment, is called. */
export const plainUpstream = "openai";

/** The providers that there are: those of the config, and the one of a base URL where none is stated or one is given. */
export function providersOf(
  { providers = {} }: Pick<Config, "providers">,
  baseUrl: string | undefined,
): Readonly<Record<string, ProviderConfig>> {
  if (baseUrl === undefined && Object.keys(providers).length > 0) return providers;
  const plain: ProviderConfig = { kind: "openai-compatible", ...(baseUrl !== undefined && { baseUrl }) };
  return { ...providers, [plainUpstream]: plain };
}

/** Where agents are that name no provider: at the base URL, else at the only one there is; several: nobody knows. */
export function defaultEndpoints(providers: Readonly<Record<string, ProviderConfig>>): readonly string[] {
  if (Object.hasOwn(providers, plainUpstream)) return [plainUpstream];
  const names = Object.keys(providers);
  return names.length === 1 ? names : [];
}

/** @throws {NoProviderNamed | UnknownProvider} where it is not known who has this agent's model */
export function requireProviders(
  { agent, endpoints }: Seat,
  providers: Readonly<Record<string, ProviderConfig>>,
): void {
  const known = Object.keys(providers);
  if (endpoints.length === 0) throw new NoProviderNamed(agent, known);
  for (const name of endpoints) if (!known.includes(name)) throw new UnknownProvider(agent, name, known);
}

export interface UpstreamContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  /** Most steps in flight. */
  readonly concurrency: number;
}

/** Providers that are open, by name. */
export interface Upstreams {
  readonly endpoints: Readonly<Record<string, EndpointOptions>>;
  /**
   * Asks every upstream, for nothing, whether it has the models of these seats.
   *
   * @throws {UpstreamRefuses | UnknownModel} where a seat could not be asked anywhere
   */
  check(seats: readonly Seat[]): Promise<void>;
  /** Makes the buyer's endpoints those of another config: new ones join, others leave, changed ones are opened anew. */
  change(providers: Readonly<Record<string, ProviderConfig>>, buyer: OpenBuyer): Promise<readonly string[]>;
  close(): Promise<void>;
}

const checkTimeoutMs = 10_000;

/** Opens these providers. @throws {KnownError} where a key is missing or a URL is none; what is open by then is closed */
export async function openUpstreams(
  providers: Readonly<Record<string, ProviderConfig>>,
  context: UpstreamContext,
): Promise<Upstreams> {
  const open = new Map<string, { readonly config: ProviderConfig; readonly provider: Provider }>();
  const endpoints: Record<string, EndpointOptions> = {};

  async function add(name: string, config: ProviderConfig): Promise<EndpointOptions> {
    const { env, cwd, clock, concurrency } = context;
    const provider = await openProvider(name, config, { env, cwd, clock, connectionsMax: concurrency + 8 });
    open.set(name, { config, provider });
    const { limits, modelLimits } = config;
    return { provider, ...(limits && { limits }), ...(modelLimits && { modelLimits }) };
  }

  async function close(): Promise<void> {
    await Promise.all([...open.values()].map(({ provider }) => provider.close()));
  }

  try {
    for (const [name, config] of Object.entries(providers)) endpoints[name] = await add(name, config);
  } catch (error) {
    await close();
    throw error;
  }

  async function check(seats: readonly Seat[]): Promise<void> {
    const troubles = new Map<string, string>();
    const offers = new Map<string, { readonly lacking: ReadonlySet<string>; readonly offered: readonly string[] }>();
    await Promise.all(
      [...open].map(async ([name, { provider }]) => {
        const models = seats.filter(({ endpoints }) => endpoints.includes(name)).map(({ model }) => model);
        if (models.length === 0 || !provider.check) return;
        const said = await provider.check([...new Set(models)], { timeoutMs: checkTimeoutMs });
        if (said && "kind" in said) troubles.set(name, said.message);
        else if (said) offers.set(name, { lacking: new Set(said.lacking), offered: said.offered });
      }),
    );
    for (const { model, endpoints } of seats) {
      const able = endpoints.filter((name) => !troubles.has(name));
      if (able.length === 0) {
        const [name] = endpoints;
        throw new UpstreamRefuses(name!, troubles.get(name!)!, remedyOf(providers[name!]!));
      }
      if (able.every((name) => offers.get(name)?.lacking.has(model)))
        throw new UnknownModel(model, able, offers.get(able[0]!)!.offered);
    }
  }

  async function change(next: Readonly<Record<string, ProviderConfig>>, buyer: OpenBuyer): Promise<readonly string[]> {
    const told: string[] = [];
    for (const [name, config] of Object.entries(next)) {
      const before = open.get(name);
      if (before && isDeepStrictEqual(before.config, config)) continue;
      const endpoint = await add(name, config);
      buyer.join(name, endpoint);
      if (before) void before.provider.close();
      told.push(`"${name}" ${before ? "has changed" : "has joined"}`);
    }
    for (const [name, { provider }] of open)
      if (!Object.hasOwn(next, name)) {
        open.delete(name);
        void buyer.leave(name).then(() => provider.close());
        told.push(`"${name}" leaves`);
      }
    return told;
  }

  return { endpoints, check, change, close };
}

function remedyOf(config: ProviderConfig): string {
  const url = config["baseUrl"];
  return `Check the URL${typeof url === "string" ? ` (${url})` : " (OPENAI_BASE_URL)"} and the key; --base-url names another endpoint, and the config's providers say how each is reached.`;
}
