import type { Config } from "../../records/config.ts";
import { worldTasks } from "./mock-tasks.ts";
import type { World, WorldAgent } from "./world.ts";

/** Files with which a person can try a run against a mock, by name. */
export function firstFiles(world: World, seed: number, baseUrl: string): Readonly<Record<string, string>> {
  const tasks = worldTasks(world, seed).map(({ taskId, question, gold, choices }) =>
    JSON.stringify({ task_id: taskId, question, gold, choices }),
  );
  return {
    "world.json": `${JSON.stringify(world, null, 2)}\n`,
    "tasks.jsonl": `${tasks.join("\n")}\n`,
    "quorate.config.json": `${JSON.stringify(worldConfig(world, baseUrl), null, 2)}\n`,
  };
}

/** A config that fits the world: the mock as provider, its agents with windows, prices and room for their answers. */
export function worldConfig(world: World, baseUrl: string): Config {
  return {
    agents: Object.fromEntries(world.agents.map((agent) => [agent.name, agentConfig(agent, world)])),
    sources: [`${world.name}: prices and lengths are part of the script`],
    providers: { mock: { kind: "openai-compatible", baseUrl, keyEnv: false } },
    answers: "choice",
  };
}

function agentConfig({ name, skill, contextTokens, prices, promptTokens }: WorldAgent, world: World) {
  // An answer scatters by 20 %, and by as much as its task's length does: so it is cut about once in a thousand times.
  const room = (tokens: number) => Math.ceil(tokens * 1.2 * Math.exp(3 * (world.lengthScatter ?? 0))) + 16;
  const base = { model: name, provider: "mock", contextTokens, prices, promptTokens, asOf: world.asOf };
  if ("accuracy" in skill) return { ...base, answerTokens: skill.answerTokens, maxTokens: room(skill.answerTokens) };
  const levels = skill.levels.map((x) => [String(x), { effort: String(x), maxTokens: room(x) }] as const);
  return {
    ...base,
    answerTokens: skill.baseLevel,
    maxTokens: room(skill.baseLevel),
    levels: Object.fromEntries(levels),
  };
}

/** Two commands that try it: the first stays, the second goes into another terminal. */
export function firstCommands(world: World, directory: string, port: number): readonly [string, string] {
  const path = (name: string) => quoted(`${directory.replace(/\/+$/, "")}/${name}`);
  const [first] = world.agents;
  const member = "levels" in first!.skill ? `${first!.name}~${first!.skill.baseLevel}` : first!.name;
  return [
    `npm exec quorate -- mock --world ${path("world.json")} --tasks ${path("tasks.jsonl")} --port ${port}`,
    `npm exec quorate -- run ${path("tasks.jsonl")} --team vote:5@${quoted(member)} --budget '$2'`,
  ];
}

const quoted = (text: string) => (/^[\w./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
