import type { Column } from "../records/answer-table.ts";
import type { Config } from "../records/config.ts";

/** What people call an agent at a level: the config's label for it, else the agent's label or name with the level behind it. */
export function agentLabels(columns: readonly Column[], { agents }: Config): Record<string, string> {
  return Object.fromEntries(
    columns.map(({ name, agent, level }) => {
      const base = agents[agent]?.label ?? agent;
      return [name, agents[name]?.label ?? (level === undefined ? base : `${base} ${level}`)];
    }),
  );
}

/** A sentence with its words that name agents replaced by what people call them. */
export function withLabels(sentence: string, labels: Readonly<Record<string, string>>): string {
  return sentence
    .split(" ")
    .map((word) => labels[word] ?? word)
    .join(" ");
}
