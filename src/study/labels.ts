import type { Config } from "../records/config.ts";

/** What people call an agent at a level: the config's label, else its name. */
export function agentLabels(names: readonly string[], config: Config): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => {
      const [agent, level] = [name.split("~")[0]!, name.split("~").slice(1).join("~")];
      const own = config.agents[name]?.label;
      const base = config.agents[agent]?.label;
      return [name, own ?? (base ? (level ? `${base} ${level}` : base) : name)];
    }),
  );
}
