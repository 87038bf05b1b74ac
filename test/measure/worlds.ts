// Worlds of stated truth on which measuring is measured: where a team is clearly better, where one agent is, where it hardly matters.
import type { Budget } from "../../src/plan/plan-types.ts";
import type { ExpectedCost } from "../../src/run/measure/inventory.ts";
import type { Asking } from "../../src/run/measure/probe.ts";
import { type ScriptedAgent, type ScriptedTruth, scriptedColumns } from "../../src/simulate/scripted.ts";

export interface World {
  readonly name: string;
  readonly truth: ScriptedTruth;
  /** What one task of the later run may cost. */
  readonly perTask: Budget;
}

const prices = { inputPerMillion: 0.5, outputPerMillion: 2 };
const agent = (name: string, skill: ScriptedAgent["skill"]): ScriptedAgent => ({
  ...{ name, skill, promptTokens: 150, contextTokens: 4096, prices, tokensPerSecond: 100 },
});
const base = {
  ...{ tasks: 3000, options: 4, lengthScatter: 0.3, samples: 1, asOf: "2026-11-01" },
  groups: { perTask: 3, size: 2, rhoWithin: 0.15 },
  relays: { agent: "small", messageTokens: [16, 64, 256], perTask: 1, options: 4, lengthScale: 50, shape: 1 },
  node: { fanIn: 5, messageTokens: 64, leaf: "small" },
};

const tokens = (amount: number): Budget => ({ amount, unit: "tokens" });

export const worlds: readonly World[] = [
  {
    name: "a team is clearly better",
    perTask: tokens(1650),
    truth: {
      ...base,
      name: "cascade",
      rhoTask: 0.3,
      agents: [
        agent("small", { accuracy: 0.72, answerTokens: 150 }),
        agent("other", { accuracy: 0.7, answerTokens: 160 }),
        agent("middle", { accuracy: 0.74, answerTokens: 700 }),
        agent("large", { accuracy: 0.92, answerTokens: 2000 }),
      ],
    },
  },
  {
    name: "asking again is clearly better",
    perTask: tokens(2500),
    truth: {
      ...base,
      name: "repeats",
      rhoTask: 0.05,
      agents: [
        agent("small", { accuracy: 0.66, answerTokens: 150 }),
        agent("other", { accuracy: 0.6, answerTokens: 150 }),
        agent("middle", { accuracy: 0.62, answerTokens: 500 }),
        agent("large", { accuracy: 0.7, answerTokens: 1300 }),
      ],
    },
  },
  {
    name: "one agent is clearly enough",
    perTask: tokens(1200),
    truth: {
      ...base,
      name: "single",
      rhoTask: 0.5,
      agents: [
        agent("small", { accuracy: 0.62, answerTokens: 150 }),
        agent("other", { accuracy: 0.6, answerTokens: 160 }),
        agent("middle", { accuracy: 0.7, answerTokens: 400 }),
        agent("large", { accuracy: 0.85, answerTokens: 800 }),
      ],
    },
  },
  {
    name: "a near tie",
    perTask: tokens(1050),
    truth: {
      ...base,
      name: "tie",
      rhoTask: 0.85,
      agents: [
        agent("small", { accuracy: 0.74, answerTokens: 150 }),
        agent("other", { accuracy: 0.72, answerTokens: 160 }),
        agent("middle", { accuracy: 0.75, answerTokens: 400 }),
        agent("large", { accuracy: 0.757, answerTokens: 800 }),
      ],
    },
  },
  {
    name: "levels of compute",
    perTask: tokens(2700),
    truth: {
      ...base,
      name: "levels",
      options: 2,
      rhoTask: 0.05,
      relays: { ...base.relays, agent: "scout" },
      node: { fanIn: 5, messageTokens: 64, leaf: "scout~150" },
      agents: [
        agent("scout", { k: 0.15, beta: 0.13, levels: [50, 150, 450, 1350], baseLevel: 150 }),
        agent("clerk", { accuracy: 0.64, answerTokens: 120 }),
      ],
    },
  },
];

/** What a probe is expected to cost before anything was asked, in tokens: as a person would guess it from the settings. */
export function expectedTokens({ agents }: ScriptedTruth): ExpectedCost {
  return (probe, unit) => {
    const { promptTokens, skill } = agents.find(({ name }) => name === probe.agent)!;
    if (unit === "calls") return probe.kind === "relay" ? 2 : 1;
    if (unit !== "tokens") return Number.NaN;
    if (probe.kind === "relay") return 2 * (promptTokens + probe.messageTokens);
    return promptTokens + ("accuracy" in skill ? skill.answerTokens : Number(probe.level));
  };
}

/** Agents at levels, as they are asked. */
export function askings(truth: ScriptedTruth): readonly Asking[] {
  return scriptedColumns(truth).map(({ agent, level }) => ({
    agent: agent.name,
    ...(level !== undefined && { level: String(level) }),
  }));
}
