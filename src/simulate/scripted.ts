import type { Calibration, FidelityCalibration } from "../calibrate/calibration.ts";
import { type CalibratedRegime, calibratedRegime } from "../calibrate/regime.ts";
import type { Attempt, Attempts } from "../records/attempt.ts";
import type { Config } from "../records/config.ts";
import { communicationCost, teamThreshold } from "../theory/budget.ts";
import { fidelityExponential } from "../theory/fidelity.ts";
import { fixedPoint } from "../theory/fixed-point.ts";
import { isMeasured, type Measured } from "../theory/interval.ts";
import { amplification, organizationExponent } from "../theory/level-map.ts";
import { type Random, random } from "../theory/random.ts";
import { mixingDepthApproximate } from "../theory/tree.ts";
import {
  accuracyAt,
  difficultyLaw,
  letterOf,
  otherAnswer,
  receivedAnswer,
  type ScriptedSkill,
  scattered,
} from "./scripted-draws.ts";

/** An agent whose accuracy is known because it is a script. */
export interface ScriptedAgent {
  readonly name: string;
  readonly skill: ScriptedSkill;
  readonly promptTokens: number;
  readonly contextTokens: number;
  /** US dollars per million tokens. */
  readonly prices: { readonly inputPerMillion: number; readonly outputPerMillion: number };
  readonly tokensPerSecond: number;
}

/** Scripted agents, their tasks and probes: every parameter of the theory is stated. */
export interface ScriptedTruth {
  readonly name: string;
  readonly tasks: number;
  /** Answers that a task allows; a wrong one is any of the others. */
  readonly options: number;
  readonly agents: readonly ScriptedAgent[];
  /**
   * Correlation of two isolated answers to one task: tasks differ in difficulty, and an agent of accuracy p is right on a
   * task with a probability drawn from Beta(mean p, correlation ρ_task). A task that is hard for one agent is as hard for
   * all.
   */
  readonly rhoTask: number;
  /**
   * Standard deviation over tasks of ln(length of an answer): a task that takes one agent long takes all of them long. The
   * mean over tasks stays as stated.
   *
   * @default 0
   */
  readonly lengthScatter?: number;
  /** Isolated answers per task at every level but the base level. */
  readonly samples: number;
  /**
   * At its base level (or only level) every agent answers in groups. With probability ρ_within all answers of a group are
   * one shared draw, otherwise they are independent given the task: the paper's law, conditional on the task.
   */
  readonly groups: { readonly perTask: number; readonly size: number; readonly rhoWithin: number };
  /**
   * Messages passed on by an agent through a symmetric channel of `options` messages: intact with probability
   * γ(m) = 1 − exp(−(m/lengthScale)^shape), else any message, the sent one included.
   */
  readonly relays: {
    readonly agent: string;
    readonly messageTokens: readonly number[];
    readonly perTask: number;
    readonly options: number;
    readonly lengthScale: number;
    readonly shape: number;
  };
  /** The node at which α, s, μ*, the mixing depth and B_1 are stated; its leaves are a column name. */
  readonly node: { readonly fanIn: number; readonly messageTokens: number; readonly leaf: string };
  /** Date of the stated prices, YYYY-MM-DD. */
  readonly asOf: string;
}

/**
 * Three scripted agents about whom the whole theory can be calibrated: teams amplify (α > 1) and coordination grows faster
 * than compute (s > β), so there is a first budget at which a team pays; fidelity costs tokens (μ* < 1), the window is
 * finite, and a few layers are enough.
 */
export const scriptedExample: ScriptedTruth = {
  name: "scripted agents",
  tasks: 300,
  options: 2,
  agents: [
    {
      name: "scout",
      skill: { k: 0.15, beta: 0.13, levels: [50, 150, 450, 1350, 4050], baseLevel: 150 },
      promptTokens: 150,
      contextTokens: 1024,
      prices: { inputPerMillion: 0.5, outputPerMillion: 2 },
      tokensPerSecond: 120,
    },
    {
      name: "scholar",
      skill: { accuracy: 0.75, answerTokens: 1600 },
      promptTokens: 150,
      contextTokens: 4096,
      prices: { inputPerMillion: 0.5, outputPerMillion: 2 },
      tokensPerSecond: 60,
    },
    {
      name: "clerk",
      skill: { accuracy: 0.64, answerTokens: 120 },
      promptTokens: 150,
      contextTokens: 1024,
      prices: { inputPerMillion: 0.5, outputPerMillion: 2 },
      tokensPerSecond: 200,
    },
  ],
  rhoTask: 0.05,
  samples: 25,
  groups: { perTask: 5, size: 5, rhoWithin: 0.1 },
  relays: { agent: "scout", messageTokens: [16, 32, 64, 96, 192], perTask: 3, options: 4, lengthScale: 50, shape: 1 },
  node: { fanIn: 5, messageTokens: 96, leaf: "scout~150" },
  asOf: "2026-11-01",
};

/** What the scripted agents answered: the same seed, the same answers. */
export function scriptedAttempts(truth: ScriptedTruth, seed: number): Attempts {
  const tasks = scriptedTasks(truth, seed);
  const attempts = scriptedColumns(truth).flatMap((column) =>
    answersOf(column, tasks, truth, random(seed, column.name)),
  );
  const relays = relaysOf(tasks, truth, random(seed, "relays"));
  return {
    name: truth.name,
    attempts: [...attempts, ...relays],
    lines: attempts.length + relays.length,
    badLines: [],
    sorts: { graded: attempts.length, scored: 0, ungraded: 0, aggregated: 0, relay: relays.length },
    disagreements: [],
    sources: [`generated: scripted agents of stated truth, seed ${seed}`],
  };
}

/** The tasks of a script: the same seed, the same tasks. */
export function scriptedTasks(truth: ScriptedTruth, seed: number): readonly ScriptedTask[] {
  const next = random(seed, "tasks");
  const nextLength = random(seed, "answer lengths");
  const { lengthScatter = 0 } = truth;
  return Array.from({ length: truth.tasks }, (_, t): ScriptedTask => {
    return {
      taskId: `task-${String(t + 1).padStart(4, "0")}`,
      difficulty: next(),
      gold: Math.floor(next() * truth.options),
      length: 0.7 + 0.6 * next(),
      answerLength: scattered(nextLength(), lengthScatter),
    };
  });
}

/** Windows, prices and prompt lengths of the scripted agents. */
export function scriptedConfig({ name, agents, asOf }: ScriptedTruth): Config {
  return {
    agents: Object.fromEntries(
      agents.map(({ name, contextTokens, prices, promptTokens }) => [
        name,
        { contextTokens, prices, promptTokens, asOf },
      ]),
    ),
    sources: [`${name}: prices are part of the script`],
  };
}

export interface ScriptedTask {
  readonly taskId: string;
  /** Uniform in [0, 1): the quantile of every agent's law of difficulty, 0 the hardest. */
  readonly difficulty: number;
  readonly gold: number;
  /** Of the prompt, relative to the mean. */
  readonly length: number;
  /** Of every answer, relative to the mean. */
  readonly answerLength: number;
}

/** One column of the answer table that the attempts will make. */
export interface ScriptedColumn {
  readonly name: string;
  readonly agent: ScriptedAgent;
  readonly level?: number;
  readonly accuracy: number;
  readonly answerTokens: number;
  readonly grouped: boolean;
}

export function scriptedColumns({ agents }: ScriptedTruth): readonly ScriptedColumn[] {
  return agents.flatMap((agent): readonly ScriptedColumn[] => {
    const { name, skill } = agent;
    if ("accuracy" in skill) return [{ name, agent, ...skill, grouped: true }];
    return skill.levels.map((level) => ({
      name: `${name}~${level}`,
      agent,
      level,
      accuracy: accuracyAt(skill, level),
      answerTokens: level,
      grouped: level === skill.baseLevel,
    }));
  });
}

function answersOf(
  { agent, level, accuracy, answerTokens, grouped }: ScriptedColumn,
  tasks: readonly ScriptedTask[],
  { options, rhoTask, samples, groups }: ScriptedTruth,
  next: Random,
): Attempt[] {
  const rightOn = difficultyLaw(accuracy, rhoTask);
  const sizes = grouped ? new Array<number>(groups.perTask).fill(groups.size) : [samples];
  return tasks.flatMap((task) => {
    const right = rightOn.quantile(task.difficulty);
    const answer = () => (next() < right ? task.gold : otherAnswer(task.gold, options, next));
    let sample = 0;
    return sizes.flatMap((size, group) => {
      const shared = grouped && next() < groups.rhoWithin ? answer() : undefined;
      return Array.from({ length: size }, (): Attempt => {
        const tokensOut = Math.round(answerTokens * task.answerLength * (0.8 + 0.4 * next()));
        return {
          taskId: task.taskId,
          agent: agent.name,
          sample: sample++,
          answer: letterOf(shared ?? answer()),
          gold: letterOf(task.gold),
          ...(level === undefined ? {} : { level: String(level) }),
          ...(grouped ? { group: `${agent.name}-${group + 1}` } : {}),
          tokensIn: Math.round(agent.promptTokens * task.length),
          tokensOut,
          seconds: Math.round(100 * (0.3 + tokensOut / agent.tokensPerSecond)) / 100,
        };
      });
    });
  });
}

function relaysOf(tasks: readonly ScriptedTask[], { relays }: ScriptedTruth, next: Random): Attempt[] {
  return tasks.flatMap(({ taskId }) =>
    relays.messageTokens.flatMap((messageTokens) =>
      Array.from({ length: relays.perTask }, (_, sample): Attempt => {
        const sent = Math.floor(next() * relays.options);
        const received = receivedAnswer(sent, relays.options, messageTokens, relays, next);
        const text = { sent: letterOf(sent), received: letterOf(received) };
        return { taskId, agent: relays.agent, sample, messageTokens, ...text };
      }),
    ),
  );
}

/** E over tasks of the product of two agents' probabilities to be right; exact, since both are step functions. */
function meanProduct(a: number, b: number, rhoTask: number): number {
  const [lawA, lawB] = [difficultyLaw(a, rhoTask), difficultyLaw(b, rhoTask)];
  let sum = 0;
  let from = 0;
  for (let i = 0, j = 0; i < lawA.upTo.length && j < lawB.upTo.length; ) {
    const to = Math.min(lawA.upTo[i]!, lawB.upTo[j]!);
    sum += (to - from) * lawA.accuracies[i]! * lawB.accuracies[j]!;
    from = to;
    if (lawA.upTo[i] === to) i++;
    if (lawB.upTo[j] === to) j++;
  }
  return sum;
}

/** A parameter of the theory, stated by the script. */
export interface Quantity {
  readonly name: string;
  readonly symbol: string;
  readonly truth: number;
}

interface Estimated extends Quantity {
  readonly estimate: (calibration: Calibration) => Measured;
}

/** Every parameter with its true value: those stated, and those that follow from them by the theory. */
export function truthOf(truth: ScriptedTruth): readonly Quantity[] {
  return parameters(truth).map(({ name, symbol, truth }) => ({ name, symbol, truth }));
}

/** The same parameters, each beside what a calibration made of it: an interval, or why there is none. */
export function scriptedTruths(
  truth: ScriptedTruth,
  calibration: Calibration,
): readonly (Quantity & { readonly estimate: Measured })[] {
  return parameters(truth).map(({ estimate, ...quantity }) => ({ ...quantity, estimate: estimate(calibration) }));
}

function parameters(truth: ScriptedTruth): readonly Estimated[] {
  return [
    ...accuracies(truth),
    ...curves(truth),
    ...correlations(truth),
    ...pairs(truth),
    ...fidelities(truth),
    ...regime(truth),
  ];
}

function accuracies(truth: ScriptedTruth): readonly Estimated[] {
  return scriptedColumns(truth).map(({ name, accuracy }) => ({
    name: `accuracy of ${name}`,
    symbol: "p",
    truth: accuracy,
    estimate: ({ agents }) => agents.find((agent) => agent.name === name)?.accuracy ?? missing(`accuracy of ${name}`),
  }));
}

function curves({ agents }: ScriptedTruth): readonly Estimated[] {
  return agents.flatMap(({ name, skill }): readonly Estimated[] => {
    if ("accuracy" in skill) return [];
    const curve = ({ leafCurves }: Calibration) => leafCurves.find(({ agent }) => agent === name);
    const [k, beta] = [`scale of the curve of ${name}`, `exponent of the curve of ${name}`];
    return [
      { name: beta, symbol: "β", truth: skill.beta, estimate: (found) => curve(found)?.beta ?? missing(beta) },
      { name: k, symbol: "k", truth: skill.k, estimate: (found) => curve(found)?.k ?? missing(k) },
    ];
  });
}

function correlations({ rhoTask, groups: { rhoWithin } }: ScriptedTruth): readonly Estimated[] {
  const total = 1 - (1 - rhoTask) * (1 - rhoWithin);
  return [
    { name: "correlation by hard tasks", symbol: "ρ_task", truth: rhoTask, estimate: ({ rhoTask }) => rhoTask },
    { name: "errors shared in a group", symbol: "ρ_within", truth: rhoWithin, estimate: ({ rhoWithin }) => rhoWithin },
    { name: "correlation of votes", symbol: "ρ_total", truth: total, estimate: ({ rhoTotal }) => rhoTotal },
  ];
}

/** Agents at their base level: they share the tasks' difficulty and nothing else. */
function pairs(truth: ScriptedTruth): readonly Estimated[] {
  const base = scriptedColumns(truth).filter(({ grouped }) => grouped);
  return base.flatMap((a, i) =>
    base.slice(i + 1).map((b): Estimated => {
      const name = `correlation of ${a.name} and ${b.name}`;
      const covariance = meanProduct(a.accuracy, b.accuracy, truth.rhoTask) - a.accuracy * b.accuracy;
      const spread = Math.sqrt(a.accuracy * (1 - a.accuracy) * b.accuracy * (1 - b.accuracy));
      return {
        name,
        symbol: "φ",
        truth: covariance / spread,
        estimate: ({ pairs }) => pairs.find((pair) => pair.a === a.name && pair.b === b.name)?.phi ?? missing(name),
      };
    }),
  );
}

function fidelities({ relays, node }: ScriptedTruth): readonly Estimated[] {
  const of = (read: (fidelity: FidelityCalibration) => Measured) => (calibration: Calibration) =>
    isMeasured(calibration.fidelity) ? read(calibration.fidelity) : calibration.fidelity;
  const { lengthScale, shape } = relays;
  return [
    {
      name: "length scale of messages",
      symbol: "m₀",
      truth: lengthScale,
      estimate: of((found) => found.exponential.m0),
    },
    { name: "shape of fidelity", symbol: "a", truth: shape, estimate: of((found) => found.exponential.shape) },
    ...relays.messageTokens
      .filter((length) => length !== node.messageTokens)
      .map((length): Estimated => {
        const name = `fidelity of ${length} tokens`;
        return {
          name,
          symbol: `γ(${length})`,
          truth: fidelityExponential(length, relays),
          estimate: of(
            ({ points }) => points.find((point) => point.messageTokens === length)?.fidelity ?? missing(name),
          ),
        };
      }),
  ];
}

/** What the theory concludes from all of it at the stated node. */
function regime(truth: ScriptedTruth): readonly Estimated[] {
  const { node, relays, groups } = truth;
  const { fanIn, messageTokens } = node;
  const leaf = scriptedColumns(truth).find(({ name }) => name === node.leaf)!;
  const fidelity = fidelityExponential(messageTokens, relays);
  const aggregation = { fanIn, fidelity, rho: groups.rhoWithin };
  const alpha = amplification(aggregation);
  const of = (read: (regime: CalibratedRegime) => Measured) => (calibration: Calibration) =>
    read(calibratedRegime(calibration, node));
  const parameters: Estimated[] = [
    {
      name: `fidelity of ${messageTokens} tokens`,
      symbol: `γ(${messageTokens})`,
      truth: fidelity,
      estimate: of((found) => found.fidelity),
    },
    { name: `amplification, fan-in ${fanIn}`, symbol: "α", truth: alpha, estimate: of((found) => found.alpha) },
    {
      name: `organization exponent, fan-in ${fanIn}`,
      symbol: "s",
      truth: organizationExponent(aggregation),
      estimate: of((found) => found.organizationExponent),
    },
    {
      name: `fixed point, fan-in ${fanIn}`,
      symbol: "μ*",
      truth: fixedPoint(aggregation),
      estimate: of((found) => found.fixedPoint),
    },
    {
      name: `mixing depth, fan-in ${fanIn}`,
      symbol: "L_mix",
      truth: mixingDepthApproximate(2 * leaf.accuracy - 1, aggregation),
      estimate: of((found) => found.mixingDepth),
    },
  ];
  const { skill } = leaf.agent;
  if (!("beta" in skill)) return parameters;
  const signal = { fanIn, alpha, beta: skill.beta };
  const first = teamThreshold(1, signal, communicationCost(fanIn, 1, messageTokens));
  return [
    ...parameters,
    {
      name: `first budget of a team, fan-in ${fanIn}`,
      symbol: "B₁",
      truth: first,
      estimate: of((found) => found.firstTeamTokens),
    },
  ];
}

function missing(name: string): Measured {
  return { notMeasured: name, probe: "record the scripted attempts as they are" };
}
