// A phase diagram around one team: what is not stated comes from its calibration, and the team is placed on it.

import type { Calibration } from "../calibrate/calibration.ts";
import { combineIntervals } from "../calibrate/estimators/combine-intervals.ts";
import type { Kind } from "../organizations/organization.ts";
import type { Team } from "../organizations/team.ts";
import { communicationCost, type LeafLaw, type MessagePrices } from "../theory/budget.ts";
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
  const factOf = (name: PhaseQuantity): PhaseFact | undefined => {
    const stated = (given as Partial<Record<PhaseQuantity, number>>)[name];
    return stated === undefined ? facts[name] : { value: exactly(stated), source: "given" };
  };
  const measuredOf = (name: PhaseQuantity) => {
    const value = factOf(name)?.value;
    return value && isMeasured(value) ? value : undefined;
  };
  const [xName, yName] = axisNames(request);
  const axes: readonly PhaseQuantity[] = [xName, yName];
  const layers = measuredOf("layers")!.value;
  const overhead = measuredOf("readerTokens");
  const prices: MessagePrices = overhead ? { overhead: overhead.value } : {};
  const ownCost = costOf(layers, measuredOf);
  const money = axes.includes("budget") || given.budget !== undefined || (ownCost && measuredOf("beta")) !== undefined;
  const budget = factOf("budget") ?? (money && ownCost ? ({ value: ownCost, source: "team" } as const) : undefined);
  const known = (name: PhaseQuantity) => (name === "budget" ? budget : factOf(name));

  // γ(m) of the calibration holds at the team's own m too; only a stated γ stands above it.
  const curve = given.lengthScale !== undefined ? exponential(given.lengthScale) : fidelity;
  const followsCurve = curve !== undefined && given.gamma === undefined && !axes.includes("gamma");
  const values = Object.fromEntries(
    phaseParameters.flatMap((name) => {
      const value = known(name)?.value;
      const used =
        !axes.includes(name) &&
        !(name === "gamma" && followsCurve) &&
        !(name === "accuracy" && given.scale !== undefined);
      return used && value && isMeasured(value) ? [[name, value.value] as const] : [];
    }),
  );
  const leaf = money ? leafLaw(given.scale, measuredOf) : undefined;
  const rhoTask = measuredOf("rhoTask")?.value;
  const shape = {
    layers,
    values,
    prices,
    ...(followsCurve && { fidelity: curve }),
    ...(leaf && { leaf }),
    ...(rhoTask !== undefined && { rhoTask }),
  };
  const [x, y] = (
    [
      [xName, request.x],
      [yName, request.y],
    ] as const
  ).map(([name, asked]) => ({
    ...usualRange(name, known(name)?.value, shape),
    parameter: name,
    ...defined(asked),
  })) as [PhaseAxis, PhaseAxis];
  const problem: PhaseProblem = { x, y, ...shape };
  const [xValues, yValues] = [phaseAxisValues(x), phaseAxisValues(y)];
  const solve = explained(() => phaseSolver(problem), known);
  const placed = [xName, yName].map((name) => known(name)?.value);
  const place = placed[0] && placed[1] ? { x: placed[0], y: placed[1] } : null;
  const standing = (at: Measured | undefined, axisValues: Float64Array) =>
    at && isMeasured(at) ? at.value : axisValues[axisValues.length >> 1]!;
  const [atX, atY] = [standing(place?.x, xValues), standing(place?.y, yValues)];
  return {
    team: { text: team.text, kind: team.kind },
    problem,
    grid: phaseGrid(problem),
    calibration: calibration && {
      name: calibration.name,
      tasks: calibration.tasks.length,
      confidence: calibration.confidence,
    },
    place,
    inputs: inputsOf(problem, known),
    walks: {
      x: { along: xName, held: { parameter: yName, value: atY }, pieces: piecesAlong(x, (value) => solve(value, atY)) },
      y: { along: yName, held: { parameter: xName, value: atX }, pieces: piecesAlong(y, (value) => solve(atX, value)) },
    },
  };
}

/** Without its undefined fields. */
const defined = (asked: AxisRequest | undefined) =>
  Object.fromEntries(Object.entries(asked ?? {}).filter(([, value]) => value !== undefined));

const exponential = (lengthScale: number) => (messageTokens: number) =>
  fidelityExponential(messageTokens, { lengthScale });

/** ρ and γ, unless one of them is the other axis; ρ beside m, which has a γ of its own. */
function axisNames({ x, y }: PhaseRequest): readonly [PhaseParameter, PhaseParameter] {
  const beside = (other: PhaseParameter) => (other === "gamma" || other === "messageTokens" ? "rho" : "gamma");
  const xName = x?.parameter ?? (y?.parameter === "rho" ? "gamma" : "rho");
  return [xName, y?.parameter ?? beside(xName)];
}

/** N x₀ + C_L, where all of it is known. */
function costOf(layers: number, measuredOf: (name: PhaseQuantity) => Interval | undefined): Interval | undefined {
  const [leafTokens, fanIn, messageTokens] = [
    measuredOf("leafTokens"),
    measuredOf("fanIn"),
    measuredOf("messageTokens"),
  ];
  if (!leafTokens || !fanIn || !messageTokens) return undefined;
  return combineIntervals(
    [leafTokens, measuredOf("readerTokens") ?? exactly(0)],
    (leaf, overhead) =>
      fanIn.value ** layers * leaf + communicationCost(fanIn.value, layers, messageTokens.value, { overhead }),
  );
}

/** How an agent's bias grows with what is spent on it; undefined where that is not known. */
function leafLaw(
  scale: number | undefined,
  measuredOf: (name: PhaseQuantity) => Interval | undefined,
): LeafLaw | LeafGrowth | undefined {
  const beta = measuredOf("beta")?.value;
  const compute = measuredOf("leafTokens")?.value;
  if (beta === undefined) return undefined;
  if (scale !== undefined) return { scale, beta };
  return compute === undefined ? undefined : { compute, beta };
}

type Known = (name: PhaseQuantity) => PhaseFact | undefined;

/** What is missing, with the probe that would measure it. */
function explained<T>(make: () => T, known: Known): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof MissingParameter)) throw error;
    const beta = known("beta")?.value;
    const wanted = error.parameter !== "leaf" ? error.parameter : beta && isMeasured(beta) ? "leafTokens" : "beta";
    const unknown = known(wanted as PhaseQuantity)?.value;
    const curve = wanted === "gamma" ? ", or m₀ of γ(m): --length-scale" : "";
    const flag = `--${wanted.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw unknown && !isMeasured(unknown)
      ? new MissingParameter(wanted, unknown.notMeasured, `Measure it: ${unknown.probe}. Or state it: ${flag}${curve}.`)
      : new MissingParameter(wanted, error.why, `State it: ${flag}${curve}; or put it on an axis.`);
  }
}

function inputsOf({ x, y, values, leaf, rhoTask, prices, fidelity }: PhaseProblem, known: Known): PhaseMap["inputs"] {
  const axes: readonly PhaseQuantity[] = [x.parameter, y.parameter];
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
    readerTokens: leaf !== undefined && (prices?.overhead ?? 0) > 0,
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
  { layers, values, prices }: Pick<PhaseProblem, "layers" | "values" | "prices">,
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
      return around(at?.value ?? Math.max(1, fanIn * messageTokens), 8, 8);
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
