/** Phase diagrams: where a tree of readers collapses, amplifies and beats one agent, over any two parameters. */
import { DomainError, KnownError } from "../errors.ts";
import { communicationCost, type LeafLaw, leafBias, type MessagePrices } from "./budget.ts";
import { betaDifficulty, type DifficultyLaw } from "./difficulty.ts";
import { requireHalfOpen, requireInteger, requireInterval, requireNonNegative, requirePositive } from "./domain.ts";
import { type Aggregation, amplification, oddLevelMap } from "./level-map.ts";

/**
 * ρ in [0, 1], γ in (0, 1], b ≥ 1 (odd on an axis), m ≥ 0 tokens, W ≥ 0 tokens, B > 0 in tokens per task, and the accuracy
 * of one agent in [0, 1].
 */
export const phaseParameters = [
  "rho",
  "gamma",
  "fanIn",
  "messageTokens",
  "contextTokens",
  "budget",
  "accuracy",
] as const;
export type PhaseParameter = (typeof phaseParameters)[number];

/** Equal steps, or equal ratios, from one end to the other. Of a fan-in: the odd integers nearest to them, each once. */
export interface PhaseAxis {
  readonly parameter: PhaseParameter;
  readonly from: number;
  readonly to: number;
  /** Values, both ends counted; from 2 to 1000. */
  readonly steps: number;
  /** @default false */
  readonly log?: boolean;
}

/** In the order in which they are asked: the first that holds is the phase. */
export const phases = ["does not fit", "collapses", "amplifies, one agent is better", "team is better"] as const;
export type Phase = (typeof phases)[number];

/**
 * Bias of an agent of the stated accuracy p when it is given another amount: μ(x) = min(cap, (2p − 1) (x/x₀)^β). Up to
 * p = ½ there is no signal to grow, and the accuracy stays as it is.
 */
export interface LeafGrowth {
  /** β > 0 */
  readonly beta: number;
  /** x₀ > 0: what one answer of that accuracy costs, in tokens. */
  readonly compute: number;
  /** Highest bias the agent can reach, in (0, 1]. @default 1 */
  readonly cap?: number;
}

/** A regular tree, everything about it that is no axis, and what it competes with. */
export interface PhaseProblem {
  readonly x: PhaseAxis;
  readonly y: PhaseAxis;
  /** L ≥ 1 */
  readonly layers: number;
  /** Of the parameters that are no axis; those that nothing asks for may be missing. */
  readonly values: Readonly<Partial<Record<PhaseParameter, number>>>;
  /** γ(m) in [0, 1]; read where γ is neither an axis nor given. */
  readonly fidelity?: (messageTokens: number) => number;
  /** Needed where a budget is an axis or given: k x^β, or how the stated accuracy grows. */
  readonly leaf?: LeafLaw | LeafGrowth;
  /** Beta-distributed difficulty of tasks, outside the tree; see `betaDifficulty`. @default 0 */
  readonly rhoTask?: number;
  readonly prices?: MessagePrices;
  /** What every reader reads beside its messages, in tokens. @default 0 */
  readonly reserveTokens?: number;
}

/** What the theory says at one point. */
export interface PhasePoint {
  readonly phase: Phase;
  /** P(the tree is right), by the exact recursion; where it does not fit, as if the window were wide enough. */
  readonly accuracy: number;
  /** P(one agent with all of the budget is right); without a budget one agent is one leaf. */
  readonly single: number;
  /** α of a layer. */
  readonly alpha: number;
  /** ln(W/(b m + reserve)): below 0 the messages of a node do not fit its window. +∞ where no window is given. */
  readonly windowRoom: number;
  /** ln(B/C_L): at or below 0 messages cost all there is. +∞ where no budget is given. */
  readonly budgetRoom: number;
}

/** Points row by row, x fastest: the point at (i, j) has index j · x.length + i. */
export interface PhaseGrid {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly accuracy: Float64Array;
  readonly single: Float64Array;
  readonly alpha: Float64Array;
  readonly windowRoom: Float64Array;
  readonly budgetRoom: Float64Array;
  /** Index into `phases`. */
  readonly phase: Uint8Array;
}

/** A phase diagram asks for a parameter that is neither an axis nor given. */
export class MissingParameter extends KnownError {
  readonly code = "missing-parameter";
  readonly parameter: string;
  readonly why: string;
  constructor(parameter: string, why: string, remedy = `Give ${parameter} a value, or an axis.`) {
    super(`The phase diagram needs ${parameter}: ${why}.`, remedy);
    this.parameter = parameter;
    this.why = why;
  }
}

/** An axis has no length, too many steps, or stands twice. */
export class PhaseAxisError extends KnownError {
  readonly code = "phase-axis";
}

const stepsMax = 1000;

/** Beyond it a diagram would take minutes: every point sums over half of its votes. */
const fanInMax = 10_001;

/** The values of an axis, increasing. @throws {PhaseAxisError} @throws {DomainError} */
export function phaseAxisValues({ parameter, from, to, steps, log = false }: PhaseAxis): Float64Array {
  for (const [name, end] of Object.entries({ from, to })) {
    if (!Number.isFinite(end)) throw new DomainError(`${name} of ${parameter}`, end, "as a finite number");
    requireParameter(parameter, end);
  }
  if (!(from < to))
    throw new PhaseAxisError(
      `The axis of ${parameter} goes from ${from} to ${to}.`,
      "Let it end above where it starts, as in rho=0:0.6:200.",
    );
  if (!Number.isInteger(steps) || steps < 2 || steps > stepsMax)
    throw new PhaseAxisError(
      `The axis of ${parameter} has ${steps} steps.`,
      `Take a whole number of steps from 2 to ${stepsMax}.`,
    );
  if (log && from <= 0)
    throw new PhaseAxisError(
      `The axis of ${parameter} starts at ${from}, and a logarithmic one has no zero.`,
      "Start it above 0, or leave out :log.",
    );
  const at = (i: number) => {
    if (i === steps - 1) return to;
    const share = i / (steps - 1);
    return log ? from ** (1 - share) * to ** share : from + (to - from) * share;
  };
  const values = Float64Array.from({ length: steps }, (_, i) => at(i));
  return parameter === "fanIn" ? oddFanIns(values) : values;
}

/** The odd integers nearest to these values and between their ends, each once. */
function oddFanIns(values: Float64Array): Float64Array {
  const [from, to] = [values[0]!, values.at(-1)!];
  const odd = new Set([...values].map((value) => 2 * Math.round((value - 1) / 2) + 1));
  const within = [...odd].filter((value) => value >= from && value <= to);
  if (within.length < 2)
    throw new PhaseAxisError(
      `The axis of fanIn from ${from} to ${to} holds ${within.length === 0 ? "no odd integer" : "one odd integer"}.`,
      "Take a range with at least two odd fan-ins, as fanIn=3:21.",
    );
  return Float64Array.from(within);
}

/** @throws {DomainError} where the value is outside the parameter's domain */
function requireParameter(parameter: PhaseParameter, value: number): void {
  const named = { [parameter]: value };
  if (parameter === "rho" || parameter === "accuracy") requireInterval(named, 0, 1);
  else if (parameter === "gamma") requireHalfOpen(named, 0, 1);
  else if (parameter === "budget") requirePositive(named);
  else if (parameter === "fanIn") requireInteger(named, 1, fanInMax);
  else requireNonNegative(named);
}

/**
 * Every point of a phase diagram, each as `phaseSolver` says.
 *
 * @throws {MissingParameter} {@link MissingParameter}
 * @throws {PhaseAxisError}   {@link PhaseAxisError}
 * @throws {DomainError}      where a value or an end of an axis is outside its domain
 * @see                       §4.1, §5.1 and §5.3; derived
 */
export function phaseGrid(problem: PhaseProblem): PhaseGrid {
  const at = phaseSolver(problem);
  const [x, y] = [phaseAxisValues(problem.x), phaseAxisValues(problem.y)];
  const size = x.length * y.length;
  const numbers = () => new Float64Array(size);
  const grid = {
    x,
    y,
    accuracy: numbers(),
    single: numbers(),
    alpha: numbers(),
    windowRoom: numbers(),
    budgetRoom: numbers(),
  };
  const phase = new Uint8Array(size);
  let index = 0;
  for (const yValue of y)
    for (const xValue of x) {
      const point = at(xValue, yValue);
      grid.accuracy[index] = point.accuracy;
      grid.single[index] = point.single;
      grid.alpha[index] = point.alpha;
      grid.windowRoom[index] = point.windowRoom;
      grid.budgetRoom[index] = point.budgetRoom;
      phase[index++] = phases.indexOf(point.phase);
    }
  return { ...grid, phase };
}

/**
 * What the theory says at any point of the diagram's plane, in its range or outside: μ_L = F^L(μ₀) of the tree against one
 * agent.
 *
 * - Without a budget a leaf has the stated accuracy, and so has the one agent: money is not compared.
 * - With a budget money is equal: each leaf gets x = (B − C_L)/b^L, the one agent all of B. Where C_L ≥ B nothing is left
 *   for the leaves, whose bias is then 0.
 *
 * A team does not fit where b m + reserve > W or C_L ≥ B, and collapses where α ≤ 1.
 *
 * @returns  the point at (x, y)
 * @throws   as `phaseGrid`
 */
export function phaseSolver(problem: PhaseProblem): (x: number, y: number) => PhasePoint {
  const { layers, rhoTask = 0, prices = {}, reserveTokens = 0 } = problem;
  requireInteger({ layers }, 1);
  requireInterval({ rhoTask }, 0, 1);
  requireNonNegative({ reserveTokens });
  if (problem.x.parameter === problem.y.parameter)
    throw new PhaseAxisError(`${problem.x.parameter} stands on both axes.`, "Take two parameters.");
  const at = (parameter: PhaseParameter) => readerOf(problem, parameter);
  const rho = needed(at("rho"), "rho", "every node has one");
  const fanIn = needed(at("fanIn"), "fanIn", "every node has one");
  const [budget, contextTokens] = [at("budget"), at("contextTokens")];
  const messageTokens = at("messageTokens");
  if (contextTokens) needed(messageTokens, "messageTokens", "messages are what fills a window");
  if (budget) needed(messageTokens, "messageTokens", "messages are paid from the budget");
  const fidelity = fidelityReader(problem, at("gamma"), messageTokens);
  const leafBiasOf = leafReader(problem, budget !== undefined);
  const treeOverTasks = averagedTree(layers, rhoTask);

  const shapeOf = shapeReader(layers, prices);
  return (x, y) => {
    const b = fanIn(x, y);
    const m = messageTokens?.(x, y) ?? 0;
    const aggregation: Aggregation = { fanIn: b, fidelity: fidelity(x, y), rho: rho(x, y) };
    const window = contextTokens?.(x, y) ?? Number.POSITIVE_INFINITY;
    const read = b * m + reserveTokens;
    const money = budget?.(x, y) ?? Number.POSITIVE_INFINITY;
    const { communication, leaves } = budget ? shapeOf(b, m) : free;
    const leafCompute = Math.max(0, money - communication) / leaves;
    const silent = aggregation.fidelity === 0; // no message says anything: every node guesses
    const alpha = silent ? 0 : amplification(aggregation);
    const single = leafBiasOf(money, x, y);
    const team = silent ? 0 : treeOverTasks(leafBiasOf(leafCompute, x, y), aggregation);
    return {
      phase:
        read > window || communication >= money
          ? "does not fit"
          : alpha <= 1
            ? "collapses"
            : team > single
              ? "team is better"
              : "amplifies, one agent is better",
      accuracy: (1 + team) / 2,
      single: (1 + single) / 2,
      alpha,
      windowRoom: roomOf(window, read),
      budgetRoom: roomOf(money, communication),
    };
  };
}

/** What messages cost, and the number of leaves. */
interface TreeShape {
  readonly communication: number;
  readonly leaves: number;
}

/** Without a budget every leaf has all it needs. */
const free: TreeShape = { communication: 0, leaves: 1 };

/** C_L and b^L; computed anew only where b or m differ from the point before, as they seldom do. */
function shapeReader(layers: number, prices: MessagePrices): (fanIn: number, messageTokens: number) => TreeShape {
  let last = { fanIn: Number.NaN, messageTokens: Number.NaN, ...free };
  return (fanIn, messageTokens) => {
    if (fanIn !== last.fanIn || messageTokens !== last.messageTokens) {
      const communication = communicationCost(fanIn, layers, messageTokens, prices);
      last = { fanIn, messageTokens, communication, leaves: fanIn ** layers };
    }
    return last;
  };
}

/** ln(limit/need): +∞ where nothing is needed. */
const roomOf = (limit: number, need: number) => (need === 0 ? Number.POSITIVE_INFINITY : Math.log(limit / need));

/** A quantity anywhere in the plane. */
type Read = (x: number, y: number) => number;

/** From its axis, or the value that is given; undefined where it is neither. */
function readerOf({ x, y, values }: PhaseProblem, parameter: PhaseParameter): Read | undefined {
  if (x.parameter === parameter) return (xValue) => xValue;
  if (y.parameter === parameter) return (_, yValue) => yValue;
  const value = values[parameter];
  if (value === undefined) return undefined;
  requireParameter(parameter, value);
  return () => value;
}

function needed(read: Read | undefined, parameter: string, why: string): Read {
  if (read) return read;
  throw new MissingParameter(parameter, why);
}

/** γ where it is an axis or given, else γ(m), which is asked once per m. */
function fidelityReader(
  { x, y, values, fidelity: law }: PhaseProblem,
  gamma: Read | undefined,
  m: Read | undefined,
): Read {
  if (gamma) {
    const axes = [x.parameter, y.parameter];
    const limited = [...axes, ...Object.keys(values)].some((name) => name === "contextTokens" || name === "budget");
    if (axes.includes("messageTokens") && !limited)
      throw new MissingParameter(
        "contextTokens",
        "where γ is given, the length of messages changes only what fits, or what is left of a budget",
      );
    return gamma;
  }
  if (!law || !m)
    throw new MissingParameter("gamma", "no message arrives whole", "Give γ, or m with a fidelity curve.");
  const known = new Map<number, number>();
  return (xValue, yValue) => {
    const messageTokens = m(xValue, yValue);
    const fidelity = known.get(messageTokens) ?? law(messageTokens);
    requireInterval({ fidelity }, 0, 1);
    if (known.size <= stepsMax) known.set(messageTokens, fidelity);
    return fidelity;
  };
}

/** Bias of an agent given so much compute, anywhere in the plane; without money, of an agent as it is. */
function leafReader(problem: PhaseProblem, money: boolean): (compute: number, x: number, y: number) => number {
  const { leaf } = problem;
  const accuracy = readerOf(problem, "accuracy");
  if (!money) {
    const read = needed(accuracy, "accuracy", "leaves must answer");
    return (_, x, y) => 2 * read(x, y) - 1;
  }
  if (!leaf)
    throw new MissingParameter("leaf", "a budget buys accuracy", "Give β with k, or with the accuracy and its cost.");
  if ("scale" in leaf) {
    if (accuracy) throw new MissingParameter("leaf.compute", "k and an accuracy say the same twice", "Leave one out.");
    return (compute) => leafBias(compute, leaf);
  }
  const { compute: reference, ...law } = leaf;
  requirePositive({ compute: reference });
  const growthToReference = reference ** law.beta;
  const read = needed(accuracy, "accuracy", "leaves must answer");
  return (compute, x, y) => {
    const p = read(x, y);
    if (p <= 0.5) return 2 * p - 1;
    return leafBias(compute, { ...law, scale: (2 * p - 1) / growthToReference });
  };
}

/** F^L(μ₀), its mean over tasks where they differ in difficulty. Difficulty leaves the mean of one agent alone. */
function averagedTree(layers: number, rhoTask: number): (leaf: number, aggregation: Aggregation) => number {
  const tree = (leaf: number, aggregation: Aggregation) => {
    let bias = leaf;
    for (let layer = 0; layer < layers; layer++) bias = oddLevelMap(bias, aggregation);
    return bias;
  };
  const laws = new Map<number, DifficultyLaw>(); // along an axis of accuracy every row asks for the same ones
  const overTasks = (leaf: number, aggregation: Aggregation) => {
    if (leaf === 0) return 0; // F^L is odd, and tasks differ alike to both sides of ½
    const { accuracies, weights } = laws.get(leaf) ?? betaDifficulty((1 + leaf) / 2, rhoTask);
    if (laws.size <= stepsMax) laws.set(leaf, { accuracies, weights });
    let bias = 0;
    for (let t = 0; t < accuracies.length; t++) bias += weights[t]! * tree(2 * accuracies[t]! - 1, aggregation);
    return bias;
  };
  const mean = rhoTask === 0 ? tree : overTasks;
  // A tie of an even vote is tossed, which is the same as asking one agent fewer.
  return (leaf, { fanIn, ...rest }) => mean(leaf, { fanIn: fanIn % 2 === 0 ? fanIn - 1 : fanIn, ...rest });
}
