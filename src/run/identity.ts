// Who is asked: an agent of the config, or a model name, at a level, with everything that shapes its answers.
import { memberName } from "../organizations/cast.ts";
import type { Member } from "../organizations/organization.ts";
import type { AgentConfig, Config } from "../records/config.ts";
import type { Settings } from "../records/provider-config.ts";
import type { CallSettings } from "./call.ts";

/** An agent at a level as it is asked: the same for every step that it is given. */
export interface Seat {
  readonly agent: string;
  readonly level?: string;
  /** `agent~level`. */
  readonly member: string;
  readonly model: string;
  /** Names of the endpoints that have this model, the preferred one first. */
  readonly endpoints: readonly string[];
  readonly settings: CallSettings;
  /** True: a seed of its own goes with every sample. */
  readonly sendsSeed: boolean;
  readonly maxTokens: number;
  /** Empty of an agent that the config does not know. */
  readonly config: AgentConfig;
  /** Who takes its place where it cannot be reached. */
  readonly fallback?: Pick<Member, "agent" | "level">;
}

export interface SeatOptions {
  /** Endpoints of an agent that names none. */
  readonly endpoints: readonly string[];
  /** Longest answer where the config states none. @default 2048 */
  readonly maxTokens?: number;
}

/** Longest answer of one call, reasoning included, where nothing is stated. */
export const maxTokensDefault = 2048;

/**
 * The agent as the config has it: an entry of its own for the level (`gpt~high`) comes first, then what `levels` changes;
 * a level that the config does not know is sent as the effort. An unknown agent is a model's name.
 */
export function seatOf(
  config: Pick<Config, "agents">,
  { agent, level }: Pick<Member, "agent" | "level">,
  { endpoints, maxTokens = maxTokensDefault }: SeatOptions,
): Seat {
  const member = memberName({ agent, ...(level !== undefined && { level }) });
  const own = Object.hasOwn(config.agents, member) ? config.agents[member] : undefined;
  const base: AgentConfig = own ?? (Object.hasOwn(config.agents, agent) ? config.agents[agent]! : {});
  const change = own === undefined && level !== undefined ? (base.levels?.[level] ?? { effort: level }) : {};
  const merged = { ...base, ...change };
  return {
    agent,
    ...(level !== undefined && { level }),
    member,
    model: merged.model ?? agent,
    endpoints: merged.provider === undefined ? endpoints : [merged.provider].flat(),
    settings: settingsOf(merged),
    sendsSeed: merged.sendSeed ?? false,
    maxTokens: merged.maxTokens ?? maxTokens,
    config: base,
    ...(base.fallback !== undefined && { fallback: memberNamed(config, base.fallback) }),
  };
}

function settingsOf({ temperature, topP, stop, effort, logprobs, schema, extra }: Settings): CallSettings {
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stop !== undefined && { stop }),
    ...(effort !== undefined && { effort }),
    ...(logprobs !== undefined && { logprobs }),
    ...(schema !== undefined && { schema }),
    ...(extra !== undefined && { extra }),
  };
}

/** `gpt`, or `gpt~high` where the config has no agent of that whole name. */
export function memberNamed({ agents }: Pick<Config, "agents">, name: string): Pick<Member, "agent" | "level"> {
  const tilde = name.lastIndexOf("~");
  if (Object.hasOwn(agents, name) || tilde <= 0) return { agent: name };
  return { agent: name.slice(0, tilde), level: name.slice(tilde + 1) };
}
