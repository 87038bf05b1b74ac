// A phase diagram around one team: what is not stated comes from its calibration, and the team is placed on it.

import type { Calibration } from "../calibrate/calibration.ts";
import { combineIntervals } from "../calibrate/estimators/combine-intervals.ts";
import type { Kind } from "../organizations/organization.ts";
import type { Team } from "../organizations/team.ts";
import { communicationCost, type LeafLaw } from "../theory/budget.ts";
import { fidelityExponential } from "../theory/fidelity.ts";
import { type Interval, isMeasured, type Measured } from "../theory/interval.ts";
import { majoritySlope } from "../theory/majority.ts";
import {
  type LeafGrowth,
  MissingParameter,
  type Phase,
  type PhaseAxis,
  type PhaseGrid,
  type PhaseParameter,
  type PhasePoint,
  type PhaseProblem,
  phaseAxisValues,
  phaseGrid,
  phaseParameters,
  phaseSolver,
} from "../theory/phase.ts";
import { exactly, type PhaseFact, type PhaseQuantity, phaseFacts, usualTeam, withCast } from "./phase-facts.ts";

/** An axis whose ends may be left open. */
export type AxisRequest = Pick<PhaseAxis, "parameter"> & Partial<PhaseAxis>;

export interface PhaseRequest {
  /** @default ρ, or γ where ρ is the other axis */
  readonly x?: AxisRequest | undefined;
  /** @default γ, or ρ where γ or m is the other axis */
  readonly y?: AxisRequest | undefined;
  /** A vote, a star, or a tree of equal layers. @default `usualTeam` */
  readonly team?: Team | undefined;
  /** Instead of what is calibrated. On an axis it says where the team stands. */
  readonly given?: Readonly<Partial<Record<Exclude<PhaseQuantity, "layers" | "readerTokens">, number>>>;
}

/** What holds along one line through a diagram, in order. */
export interface PhaseWalk {
  readonly along: PhaseParameter;
  /** Where the line lies on the other axis. */
  readonly held: { readonly parameter: PhaseParameter; readonly value: number };
  readonly pieces: readonly { readonly phase: Phase; readonly from: number; readonly to: number }[];
}

/** A phase diagram with its team: plain data but for γ(m) in the problem. */
export interface PhaseMap {
  readonly team: { readonly text: string; readonly kind: Kind };
  readonly problem: PhaseProblem;
  readonly grid: PhaseGrid;
  /** What the numbers were learned from; null: theory alone. */
  readonly calibration: { readonly name: string; readonly tasks: number; readonly confidence: number } | null;
  /** Where the team stands; null where nothing says so. */
  readonly place: { readonly x: Measured; readonly y: Measured } | null;
  /** What the diagram rests on, off its axes. */
  readonly inputs: readonly {
    readonly name: PhaseQuantity;
    readonly value: Interval;
    readonly source: PhaseFact["source"];
  }[];
  /** Along both axes: through the team's place, or through the middle where it has none. */
  readonly walks: { readonly x: PhaseWalk; readonly y: PhaseWalk };
}

/**
 * The theory over any two parameters around one team, and where the team stands.
 *
 * Money is compared where a budget is given or an axis, and where the calibration knows β and what an answer costs: then
 * the budget is, unless given, what the team itself costs, N x₀ + C_L. Otherwise one agent is one leaf.
 *
 * @throws {MissingParameter} with the probe that would measure it
 * @throws {NoPhaseTeam}      where the team is no regular tree of equal votes
 * @throws                    as `phaseGrid`
 */
export function phaseMap(request: PhaseRequest, calibration: Calibration | null = null): PhaseMap {
  const named = request.team ?? usualTeam(calibration);
  const team = calibration ? withCast(named, calibration) : named;
  const { of: facts, fidelity } = phaseFacts(team, calibration);
  const { given = {} } = request;
  const [xName, yName] = axisNames(request);
  const known = withBudget((name) => factOf(name, facts, given), xName === "budget" || yName === "budget");
  const tree = treeOf(known, given, [xName, yName], fidelity);
  const axisOf = (name: PhaseParameter, asked: AxisRequest | undefined): PhaseAxis => ({
    ...usualRange(name, known(name)?.value, tree),
    ...(asked?.from !== undefined && { log: false }), // what is usual is so between its own ends
    ...asked,
    parameter: name,
  });
  const problem: PhaseProblem = { x: axisOf(xName, request.x), y: axisOf(yName, request.y), ...tree };
  const middles = [problem.x, problem.y].map((axis) => {
    const values = phaseAxisValues(axis); // what is wrong with an axis is told before what is missing
    return values[values.length >> 1]!;
  });
  const solve = explained(() => phaseSolver(problem), known);
  const [x, y] = [known(xName)?.value, known(yName)?.value];
  const [atX, atY] = [x, y].map((at, i) => (at && isMeasured(at) ? at.value : middles[i]!)) as [number, number];
  return {
    team: { text: team.text, kind: team.kind },
    problem,
    grid: phaseGrid(problem),
    calibration: calibration && {
      name: calibration.name,
      tasks: calibration.tasks.length,
      confidence: calibration.confidence,
    },
    place: x && y ? { x, y } : null,
    inputs: inputsOf(problem, known),
    walks: {
      x: {
        along: xName,
        held: { parameter: yName, value: atY },
        pieces: piecesAlong(problem.x, (value) => solve(value, atY)),
      },
      y: {
        along: yName,
        held: { parameter: xName, value: atX },
        pieces: piecesAlong(problem.y, (value) => solve(atX, value)),
      },
    },
  };
}

/** What is said about a quantity, measured or not; undefined where nothing is. */
type Known = (name: PhaseQuantity) => PhaseFact | undefined;
type Given = NonNullable<PhaseRequest["given"]>;

function factOf(name: PhaseQuantity, facts: Readonly<Partial<Record<PhaseQuantity, PhaseFact>>>, given: Given) {
  const stated = (given as Readonly<Partial<Record<PhaseQuantity, number>>>)[name];
  return stated === undefined ? facts[name] : ({ value: exactly(stated), source: "given" } as const);
}

function measured(known: Known, name: PhaseQuantity): Interval | undefined {
  const value = known(name)?.value;
  return value && isMeasured(value) ? value : undefined;
}

/** What the team itself costs is the budget where none is given, if money is asked for or can be compared. */
function withBudget(known: Known, asked: boolean): Known {
  const cost = known("budget") ? undefined : teamCost(known);
  if (!cost || !(asked || measured(known, "beta"))) return known;
  return (name) => (name === "budget" ? { value: cost, source: "team" } : known(name));
}

/** The problem without its axes: values that are known, with γ(m) where neither a statement nor an axis stands above it. */
function treeOf(
  known: Known,
  given: Given,
  axes: readonly PhaseQuantity[],
  calibrated: PhaseProblem["fidelity"],
): Omit<PhaseProblem, "x" | "y"> {
  const curve = given.lengthScale === undefined ? calibrated : exponential(given.lengthScale);
  const fidelity = given.gamma === undefined && !axes.includes("gamma") ? curve : undefined;
  const replaced: readonly PhaseQuantity[] = [
    ...axes,
    ...(fidelity ? (["gamma"] as const) : []),
    ...(given.scale === undefined ? [] : (["accuracy"] as const)),
  ];
  const values = phaseParameters.flatMap((name) => {
    const value = replaced.includes(name) ? undefined : measured(known, name);
    return value ? [[name, value.value] as const] : [];
  });
  const money = axes.includes("budget") || measured(known, "budget") !== undefined;
  const leaf = money ? leafLaw(known) : undefined;
  const readerTokens = measured(known, "readerTokens")?.value ?? 0;
  return {
    layers: measured(known, "layers")!.value,
    values: Object.fromEntries(values),
    prices: { overhead: readerTokens },
    reserveTokens: readerTokens,
    rhoTask: measured(known, "rhoTask")?.value ?? 0,
    ...(fidelity && { fidelity }),
    ...(leaf && { leaf }),
  };
}

const exponential = (lengthScale: number) => (messageTokens: number) =>
  fidelityExponential(messageTokens, { lengthScale });

/** ρ and γ, unless one of them is the other axis; ρ beside m, which has a γ of its own. */
function axisNames({ x, y }: PhaseRequest): readonly [PhaseParameter, PhaseParameter] {
  const beside = (other: PhaseParameter) => (other === "gamma" || other === "messageTokens" ? "rho" : "gamma");
  const xName = x?.parameter ?? (y?.parameter === "rho" ? "gamma" : "rho");
  return [xName, y?.parameter ?? beside(xName)];
}

/** N x₀ + C_L, where all of it is known. */
function teamCost(known: Known): Interval | undefined {
  const [leafTokens, fanIn, messageTokens] = (["leafTokens", "fanIn", "messageTokens"] as const).map((name) =>
    measured(known, name),
  );
  if (!leafTokens || !fanIn || !messageTokens) return undefined;
  const layers = measured(known, "layers")!.value;
  return combineIntervals(
    [leafTokens, measured(known, "readerTokens") ?? exactly(0)],
    (leaf, overhead) =>
      fanIn.value ** layers * leaf + communicationCost(fanIn.value, layers, messageTokens.value, { overhead }),
  );
}

/** How an agent's bias grows with what is spent on it; undefined where that is not known. */
function leafLaw(known: Known): LeafLaw | LeafGrowth | undefined {
  const [beta, scale, compute] = (["beta", "scale", "leafTokens"] as const).map((name) => measured(known, name)?.value);
  if (beta === undefined) return undefined;
  if (scale !== undefined) return { scale, beta };
  return compute === undefined ? undefined : { compute, beta };
}

/** What is missing, with the probe that would measure it. */
function explained<T>(make: () => T, known: Known): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof MissingParameter)) throw error;
    const beta = known("beta")?.value;
    const wanted = error.parameter !== "leaf" ? error.parameter : beta && isMeasured(beta) ? "leafTokens" : "beta";
    const unknown = known(wanted as PhaseQuantity)?.value;
    const hasAxis = phaseParameters.some((name) => name === wanted);
    const curve = wanted === "gamma" ? ", or m₀ of γ(m): --length-scale" : "";
    const flag = `--${wanted.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw unknown && !isMeasured(unknown)
      ? new MissingParameter(wanted, unknown.notMeasured, `Measure it: ${unknown.probe}. Or state it: ${flag}${curve}.`)
      : new MissingParameter(wanted, error.why, `State it: ${flag}${curve}${hasAxis ? "; or put it on an axis" : ""}.`);
  }
}

function inputsOf(
  { x, y, values, leaf, rhoTask, reserveTokens = 0, fidelity }: PhaseProblem,
  known: Known,
): PhaseMap["inputs"] {
  const axes: readonly PhaseQuantity[] = [x.parameter, y.parameter];
  const windowed = axes.includes("contextTokens") || values.contextTokens !== undefined;
  const used: Readonly<Record<PhaseQuantity, boolean>> = {
    layers: true,
    fanIn: values.fanIn !== undefined,
    messageTokens: values.messageTokens !== undefined,
    gamma: values.gamma !== undefined || (fidelity !== undefined && !axes.includes("messageTokens")),
    lengthScale: fidelity !== undefined,
    rho: values.rho !== undefined,
    rhoTask: rhoTask !== undefined && rhoTask > 0,
    accuracy: values.accuracy !== undefined,
    leafTokens: leaf !== undefined && "compute" in leaf,
    scale: leaf !== undefined && "scale" in leaf,
    beta: leaf !== undefined,
    readerTokens: reserveTokens > 0 && (leaf !== undefined || windowed),
    contextTokens: values.contextTokens !== undefined,
    budget: values.budget !== undefined,
  };
  return (Object.keys(used) as PhaseQuantity[]).flatMap((name) => {
    const fact = used[name] ? known(name) : undefined;
    return fact && isMeasured(fact.value) ? [{ name, value: fact.value, source: fact.source }] : [];
  });
}

const usualSteps = 200;

/** A range in which the interesting happens, with the team inside where its place is known. */
function usualRange(
  name: PhaseParameter,
  place: Measured | undefined,
  { layers, values, prices, reserveTokens = 0 }: Pick<PhaseProblem, "layers" | "values" | "prices" | "reserveTokens">,
): Omit<PhaseAxis, "parameter"> {
  const at = place && isMeasured(place) ? place : undefined;
  const { fanIn = 3, messageTokens = 64, budget } = values;
  const around = (center: number, below: number, above: number) => ({
    from: rounded(center / below),
    to: rounded(center * above),
    steps: usualSteps,
    log: true,
  });
  switch (name) {
    case "rho":
      return { from: 0, to: at && at.high > 0.55 ? 1 : 0.6, steps: usualSteps };
    case "gamma": {
      const least = Math.min(at?.low ?? 1, 1 / majoritySlope(fanIn)); // γ_c without shared errors
      return { from: Math.max(0.05, Math.floor(10 * least - 2) / 10), to: 1, steps: usualSteps };
    }
    case "fanIn":
      return { from: 3, to: Math.max(budget === undefined ? 21 : 9, 2 * (at?.value ?? 0) + 1), steps: usualSteps };
    case "messageTokens":
      return around(Math.max(8, at?.value ?? messageTokens), 8, 8);
    case "contextTokens":
      return around(at?.value ?? Math.max(1, fanIn * messageTokens + reserveTokens), 8, 8);
    case "budget":
      return around(at?.value ?? 4 * Math.max(1, communicationCost(fanIn, layers, messageTokens, prices)), 5, 50);
    case "accuracy":
      return { from: 0.5, to: 1, steps: usualSteps };
  }
}

/** To two digits: ends of an axis that a person would choose. */
const rounded = (value: number) => Number(value.toPrecision(2));

/** Lines are scanned at so many places; two changes within one step are missed. */
const scanSteps = 500;

function piecesAlong(axis: PhaseAxis, solve: (value: number) => PhasePoint): PhaseWalk["pieces"] {
  const values = phaseAxisValues(axis.parameter === "fanIn" ? axis : { ...axis, steps: scanSteps });
  const pieces: { phase: Phase; from: number; to: number }[] = [];
  for (const value of values) {
    const { phase } = solve(value);
    const last = pieces.at(-1);
    if (last?.phase === phase) last.to = value;
    else if (!last || axis.parameter === "fanIn") pieces.push({ phase, from: value, to: value });
    else {
      last.to = turningPoint(last.to, value, (between) => solve(between).phase === last.phase);
      pieces.push({ phase, from: last.to, to: value });
    }
  }
  // At the very end of an axis, as at ρ = 1, a phase may hold without any extent.
  return axis.parameter === "fanIn"
    ? pieces
    : pieces.filter(({ from, to }) => to - from > 1e-9 * (axis.to - axis.from));
}

/** The value up to which it holds, to the last digits, by halving. */
function turningPoint(from: number, to: number, holds: (value: number) => boolean): number {
  let [low, high] = [from, to];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return high;
}
