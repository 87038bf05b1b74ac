import type { AgentEstimates, Calibration, EstimateCalibration } from "../calibrate/calibration.ts";
import { channelVarianceAt } from "../calibrate/estimates.ts";
import { printNumber } from "../records/answer.ts";
import type { Attempt, Attempts } from "../records/attempt.ts";
import type { Config } from "../records/config.ts";
import { isMeasured, type Measured } from "../theory/interval.ts";
import { normalDeviate, type Random, random } from "../theory/random.ts";
import { leafRisk } from "../theory/squared-error.ts";
import type { Quantity } from "./scripted.ts";

/** An agent that estimates numbers, with errors of a stated law: e = bias + task part + own part, all but the bias normal. */
export interface ScriptedEstimator {
  readonly name: string;
  /** v = E[e²]: one, or v(x) = scale · x^(−exponent) at levels of x tokens. */
  readonly skill:
    | { readonly risk: number; readonly answerTokens: number }
    | { readonly scale: number; readonly exponent: number; readonly levels: readonly number[] };
  /** E[e]; its square is at most ρ v. */
  readonly bias: number;
  /** E[e e′]/v of two samples on one task: the bias and what the task does to all of them. */
  readonly rho: number;
  readonly promptTokens: number;
}

/** Scripted estimators, their tasks and their probes: every parameter of the continuous theory is stated. */
export interface ScriptedEstimates {
  readonly name: string;
  readonly tasks: number;
  /** Truths are normal with this mean and deviation. */
  readonly truth: { readonly mean: number; readonly deviation: number };
  readonly agents: readonly ScriptedEstimator[];
  /** κ: share of the variance of the agents' task parts that is one cause for all agents. */
  readonly common: number;
  /** Each agent answers a task in so many groups of so many samples, ρ_within of whose own parts is shared. */
  readonly groups: { readonly perTask: number; readonly size: number; readonly rhoWithin: number };
  /** Numbers that an agent passes on gain normal noise of variance σ²(m) = scale · m^(−exponent). */
  readonly relays: {
    readonly agent: string;
    readonly messageTokens: readonly number[];
    readonly perTask: number;
    readonly scale: number;
    readonly exponent: number;
  };
}

/** Two estimators that differ, one that grows with compute, and messages that matter: teams pay, and only so far. */
export const scriptedEstimatesExample: ScriptedEstimates = {
  name: "scripted estimators",
  tasks: 300,
  truth: { mean: 50, deviation: 20 },
  agents: [
    { name: "eye", skill: { risk: 4, answerTokens: 60 }, bias: 0.5, rho: 0.25, promptTokens: 80 },
    { name: "rule", skill: { risk: 6, answerTokens: 60 }, bias: -0.8, rho: 0.4, promptTokens: 80 },
    { name: "mind", skill: { scale: 60, exponent: 0.5, levels: [50, 200, 800] }, bias: 0, rho: 0.2, promptTokens: 80 },
  ],
  common: 0.5,
  groups: { perTask: 6, size: 2, rhoWithin: 0.15 },
  relays: { agent: "eye", messageTokens: [8, 32, 128], perTask: 2, scale: 8, exponent: 0.5 },
};

/** What the estimators answered: the same seed, the same answers. */
export function scriptedEstimates(script: ScriptedEstimates, seed: number): Attempts {
  const next = random(seed, "tasks");
  const tasks = Array.from({ length: script.tasks }, (_, t): ScriptedTask => {
    const truth = script.truth.mean + script.truth.deviation * normalDeviate(next);
    return { taskId: `task-${String(t + 1).padStart(4, "0")}`, truth, cause: normalDeviate(next) };
  });
  const attempts = columnsOf(script).flatMap((column) => answersOf(column, tasks, script, random(seed, column.name)));
  const relays = relaysOf(tasks, script, random(seed, "relays"));
  return {
    name: script.name,
    attempts: [...attempts, ...relays],
    lines: attempts.length + relays.length,
    badLines: [],
    sorts: { graded: attempts.length, scored: 0, ungraded: 0, aggregated: 0, relay: relays.length },
    disagreements: [],
    sources: [`generated: scripted estimators of stated truth, seed ${seed}`],
  };
}

/** Nothing is priced; lengths are recorded. */
export const scriptedEstimatesConfig: Config = { agents: {}, sources: [] };

/** σ²(m) of the script. */
export function scriptedVariance({ relays }: ScriptedEstimates, messageTokens: number): number {
  return relays.scale * messageTokens ** -relays.exponent;
}

interface ScriptedTask {
  readonly taskId: string;
  readonly truth: number;
  /** What the task does to all agents, normal with variance 1. */
  readonly cause: number;
}

interface ScriptedColumn {
  readonly name: string;
  readonly agent: ScriptedEstimator;
  readonly level?: number;
  readonly risk: number;
  readonly answerTokens: number;
}

function columnsOf({ agents }: ScriptedEstimates): readonly ScriptedColumn[] {
  return agents.flatMap((agent): readonly ScriptedColumn[] => {
    const { name, skill } = agent;
    if ("risk" in skill) return [{ name, agent, ...skill }];
    return skill.levels.map((level) => {
      const risk = leafRisk(level, skill.scale, skill.exponent);
      return { name: `${name}~${level}`, agent, level, risk, answerTokens: level };
    });
  });
}

/** Deviation of the task part: what of ρ v is not the bias. */
function taskDeviation({ agent, risk }: ScriptedColumn): number {
  return Math.sqrt(agent.rho * risk - agent.bias ** 2);
}

function answersOf(
  column: ScriptedColumn,
  tasks: readonly ScriptedTask[],
  { common, groups }: ScriptedEstimates,
  next: Random,
): Attempt[] {
  const { agent, level, risk, answerTokens } = column;
  const ofTask = taskDeviation(column);
  const ofSample = Math.sqrt((1 - agent.rho) * risk);
  return tasks.flatMap(({ taskId, truth, cause }) => {
    const taskPart = ofTask * (Math.sqrt(common) * cause + Math.sqrt(1 - common) * normalDeviate(next));
    return Array.from({ length: groups.perTask }, (_, group) => {
      const shared = normalDeviate(next);
      return Array.from({ length: groups.size }, (_, member): Attempt => {
        const own = Math.sqrt(groups.rhoWithin) * shared + Math.sqrt(1 - groups.rhoWithin) * normalDeviate(next);
        return {
          taskId,
          agent: agent.name,
          sample: group * groups.size + member,
          answer: printNumber(truth + agent.bias + taskPart + ofSample * own),
          gold: printNumber(truth),
          ...(level === undefined ? {} : { level: String(level) }),
          ...(groups.size > 1 ? { group: `${column.name}-${group + 1}` } : {}),
          tokensIn: agent.promptTokens,
          tokensOut: answerTokens,
        };
      });
    }).flat();
  });
}

function relaysOf(tasks: readonly ScriptedTask[], script: ScriptedEstimates, next: Random): Attempt[] {
  const { agent, messageTokens, perTask } = script.relays;
  return tasks.flatMap(({ taskId, truth }) =>
    messageTokens.flatMap((length) =>
      Array.from({ length: perTask }, (_, sample): Attempt => {
        const received = truth + Math.sqrt(scriptedVariance(script, length)) * normalDeviate(next);
        const text = { sent: printNumber(truth), received: printNumber(received) };
        return { taskId, agent, sample, messageTokens: length, ...text };
      }),
    ),
  );
}

/** Every parameter with its true value, beside what a calibration made of it. */
export function scriptedEstimateTruths(
  script: ScriptedEstimates,
  calibration: Calibration,
): readonly (Quantity & { readonly estimate: Measured })[] {
  const found = calibration.estimates;
  const of = (read: (estimates: EstimateCalibration) => Measured) =>
    isMeasured<EstimateCalibration>(found) ? read(found) : found;
  return [
    ...columnsOf(script).flatMap((column) => agentTruths(column, script, of)),
    ...pairTruths(script, of),
    ...curveTruths(script, of),
    ...script.relays.messageTokens.map((length) => ({
      name: `noise of ${length} tokens`,
      symbol: `σ²(${length})`,
      truth: scriptedVariance(script, length),
      estimate: of(({ channel }) => channelVarianceAt(channel, length)),
    })),
  ];
}

type Read = (read: (estimates: EstimateCalibration) => Measured) => Measured;

function agentTruths({ name, agent, risk }: ScriptedColumn, { groups }: ScriptedEstimates, of: Read) {
  const quantity = (what: string, symbol: string, truth: number, read: (agent: AgentEstimates) => Measured) => ({
    name: `${what} of ${name}`,
    symbol,
    truth,
    estimate: of(({ agents }) => {
      const own = agents.find((one) => one.name === name);
      return own ? read(own) : missing(name);
    }),
  });
  return [
    quantity("bias", "E[e]", agent.bias, (own) => own.bias),
    quantity("risk", "v", risk, (own) => own.risk),
    quantity("risk that samples share", "ρ v", agent.rho * risk, (own) => own.commonRisk),
    quantity("risk of its own", "(1 − ρ) v", (1 - agent.rho) * risk, (own) => own.ownRisk),
    quantity("correlation of errors", "ρ", agent.rho, (own) => own.rho),
    ...(groups.size > 1
      ? [quantity("errors shared in a group", "ρ_within", groups.rhoWithin, (own) => own.rhoWithin)]
      : []),
  ];
}

function pairTruths(script: ScriptedEstimates, of: Read) {
  const columns = columnsOf(script);
  return columns.flatMap((a, i) =>
    columns.slice(i + 1).flatMap((b) => {
      const product = a.agent.bias * b.agent.bias + script.common * taskDeviation(a) * taskDeviation(b);
      const pair = (read: (pair: EstimateCalibration["pairs"][number]) => Measured) =>
        of(({ pairs }) => {
          const found = pairs.find((one) => one.a === a.name && one.b === b.name);
          return found ? read(found) : missing(`${a.name} and ${b.name}`);
        });
      const names = `${a.name} and ${b.name}`;
      return [
        {
          name: `risk shared by ${names}`,
          symbol: "E[e_a e_b]",
          truth: product,
          estimate: pair((one) => one.commonRisk),
        },
        {
          name: `correlation of errors of ${names}`,
          symbol: "ρ_ab",
          truth: product / Math.sqrt(a.risk * b.risk),
          estimate: pair((one) => one.rho),
        },
      ];
    }),
  );
}

function curveTruths({ agents }: ScriptedEstimates, of: Read) {
  return agents.flatMap(({ name, skill }) => {
    if ("risk" in skill) return [];
    const curve = (read: (curve: EstimateCalibration["riskCurves"][number]) => Measured) =>
      of(({ riskCurves }) => {
        const found = riskCurves.find(({ agent }) => agent === name);
        return found ? read(found) : missing(name);
      });
    return [
      { name: `scale of the risk of ${name}`, symbol: "A", truth: skill.scale, estimate: curve(({ scale }) => scale) },
      {
        name: `exponent of the risk of ${name}`,
        symbol: "η",
        truth: skill.exponent,
        estimate: curve(({ exponent }) => exponent),
      },
    ];
  });
}

function missing(name: string): Measured {
  return { notMeasured: name, probe: "record the scripted attempts as they are" };
}
