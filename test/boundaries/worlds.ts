// Scripted teams at stated distances from the lines of the theory: everything equal but the one parameter that is moved.
import type { Boundary, Budget } from "../../src/plan/plan-types.ts";
import type { ScriptedTruth } from "../../src/simulate/scripted.ts";
import { fidelityExponential } from "../../src/theory/fidelity.ts";
import { amplification, organizationExponent } from "../../src/theory/level-map.ts";
import { majoritySlope } from "../../src/theory/majority.ts";

export interface World {
  /** "α = 1, γ moved" */
  readonly name: string;
  readonly code: Boundary["code"];
  /** What is right of a team on the line itself: α = 1 and s = β are the side of one agent, W = N m + prompt fits. */
  readonly onLine: "team" | "single";
  /** Attempts per task, for people. */
  readonly recorded: string;
  /** Length of the messages of its node of three; undefined: whole answers, counted by code. */
  readonly messageTokens?: number;
  /** Scripted agents that stand at this signed distance from the line. */
  at(distance: number, tasks: number): ScriptedTruth;
  /** Its distance, from the stated parameters alone. */
  distanceOf(truth: ScriptedTruth): number;
}

const fanIn = 3;
const messageTokens = 96;
const contextTokens = 4096;
const promptTokens = 150;
const prices = { inputPerMillion: 0.5, outputPerMillion: 2 };

/**
 * Pays for three votes and not for their reader: lines are then told of the smallest star, with the longest message that was
 * relayed, so that every seed has the same node.
 */
export const perTask: Budget = { amount: 3, unit: "calls" };

const base: ScriptedTruth = {
  name: "scripted team at a line",
  tasks: 100,
  options: 2,
  agents: [
    {
      name: "scout",
      skill: { accuracy: 0.64, answerTokens: 120 },
      promptTokens,
      contextTokens,
      prices,
      tokensPerSecond: 100,
    },
  ],
  rhoTask: 0.05,
  samples: 20,
  groups: { perTask: 4, size: 5, rhoWithin: 0.1 },
  relays: { agent: "scout", messageTokens: [24, 48, messageTokens], perTask: 3, options: 4, lengthScale: 50, shape: 1 },
  node: { fanIn, messageTokens, leaf: "scout" },
  asOf: "2026-11-01",
};

/** Length scale at which a message of the node keeps this much. */
const scaleFor = (fidelity: number) => -messageTokens / Math.log1p(-fidelity);

const nodeOf = ({ relays, groups }: ScriptedTruth) => ({
  fanIn,
  fidelity: fidelityExponential(messageTokens, relays),
  rho: groups.rhoWithin,
});

const amplificationOf = (truth: ScriptedTruth) => Math.log(amplification(nodeOf(truth)));

const byFidelity: World = {
  name: "α = 1, γ moved",
  code: "amplification",
  onLine: "single",
  recorded: "20 answers in 4 groups, 9 relays",
  messageTokens,
  at(distance, tasks) {
    const { rhoWithin } = base.groups;
    const fidelity = Math.exp(distance) / amplification({ fanIn, fidelity: 1, rho: rhoWithin });
    return { ...base, tasks, relays: { ...base.relays, lengthScale: scaleFor(fidelity) } };
  },
  distanceOf: amplificationOf,
};

const byDependence: World = {
  ...byFidelity,
  name: "α = 1, ρ moved",
  at(distance, tasks) {
    const fidelity = 0.8;
    const slope = majoritySlope(fanIn);
    const rhoWithin = (slope - Math.exp(distance) / fidelity) / (slope - 1);
    return {
      ...base,
      tasks,
      groups: { ...base.groups, rhoWithin },
      relays: { ...base.relays, lengthScale: scaleFor(fidelity) },
    };
  },
};

/** Exponent of the curve of the agent, which has an accuracy of 64 % at its base level. */
const growing = (beta: number) => ({
  ...base.agents[0]!,
  skill: { k: 0.28 / 300 ** beta, beta, levels: [75, 300, 1200, 4800], baseLevel: 300 },
});

const byGrowth: World = {
  name: "s = β, β moved",
  code: "exponent",
  onLine: "single",
  recorded: "20 answers at each of 4 levels, 9 relays",
  messageTokens,
  at(distance, tasks) {
    const truth = { ...base, tasks, node: { ...base.node, leaf: "scout~300" } };
    return { ...truth, agents: [growing(organizationExponent(nodeOf(truth)) - distance)] };
  },
  distanceOf(truth) {
    const { skill } = truth.agents[0]!;
    return organizationExponent(nodeOf(truth)) - ("beta" in skill ? skill.beta : Number.NaN);
  },
};

const byLength: World = {
  name: "W = N m + prompt, m moved",
  code: "window",
  onLine: "team",
  recorded: "3 answers, their lengths scattered over tasks (σ of ln 0.5)",
  at(distance, tasks) {
    const answerTokens = (contextTokens / Math.exp(distance) - promptTokens) / fanIn;
    return {
      ...base,
      tasks,
      lengthScatter: 0.5,
      groups: { perTask: 1, size: fanIn, rhoWithin: 0 }, // no more than a node reads: N is 3 whatever is advised
      agents: [{ ...base.agents[0]!, skill: { accuracy: 0.64, answerTokens } }],
      relays: { ...base.relays, messageTokens: [] },
    };
  },
  distanceOf(truth) {
    const { skill, promptTokens } = truth.agents[0]!;
    const answerTokens = "answerTokens" in skill ? skill.answerTokens : Number.NaN;
    return Math.log(contextTokens / (fanIn * answerTokens + promptTokens));
  },
};

export const worlds: readonly World[] = [byFidelity, byDependence, byGrowth, byLength];
