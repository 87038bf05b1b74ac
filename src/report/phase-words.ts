// What a phase diagram says in words: axes, the team's place, what changes along its row and column.

import type { PhaseMap } from "../plan/phase.ts";
import type { PhaseQuantity } from "../plan/phase-facts.ts";
import { type Interval, isMeasured, type Measured } from "../theory/interval.ts";
import {
  type Phase,
  type PhaseGrid,
  type PhaseParameter,
  type PhasePoint,
  phaseGrid,
  phaseSolver,
  phases,
} from "../theory/phase.ts";
import { between, correlation, count, decimal, percent, plain, points } from "./format-number.ts";

interface Wording {
  readonly symbol: string;
  readonly name: string;
  readonly unit?: string;
  readonly write: (value: number) => string;
}

const tokens = { unit: "tokens", write: (value: number) => (value < 10 ? plain(value) : count(value)) };
const share = { write: correlation };
const whole = { write: count };

/** How each quantity is called, in which unit, and written. */
export const wording: Readonly<Record<PhaseQuantity, Wording>> = {
  rho: { symbol: "ρ", name: "shared error", ...share },
  gamma: { symbol: "γ", name: "fidelity", ...share },
  fanIn: { symbol: "b", name: "fan-in", ...whole },
  messageTokens: { symbol: "m", name: "length of a message", ...tokens },
  contextTokens: { symbol: "W", name: "context window", ...tokens },
  budget: { symbol: "B", name: "budget per task", ...tokens },
  accuracy: { symbol: "p", name: "accuracy of one agent", write: (value) => percent(value, 1) },
  layers: { symbol: "L", name: "layers", ...whole },
  beta: { symbol: "β", name: "exponent of compute", write: plain },
  scale: { symbol: "k", name: "bias of one agent for one token", write: plain },
  leafTokens: { symbol: "x₀", name: "cost of one answer of that accuracy", ...tokens },
  lengthScale: { symbol: "m₀", name: "length at which fidelity bends", ...tokens },
  rhoTask: { symbol: "ρ_task", name: "difficulty of tasks in common", ...share },
  readerTokens: { symbol: "r", name: "what a reader reads beside messages", ...tokens },
};

/** "context window W, tokens" */
export function axisTitle(quantity: PhaseQuantity): string {
  const { name, symbol, unit } = wording[quantity];
  return `${name} ${symbol}${unit ? `, ${unit}` : ""}`;
}

/** A number on an axis: as short as it can be. */
export function axisTick(parameter: PhaseParameter, value: number): string {
  if (parameter === "accuracy") return percent(value).replace(/(\.\d)0*/, "$1");
  if (parameter === "rho" || parameter === "gamma") return decimal(value, 2).replace(/0$/, "").replace(/\.0?$/, "");
  return count(value);
}

/** "ρ = 0.22" */
export function equation(parameter: PhaseQuantity, value: number): string {
  const { symbol, unit, write } = wording[parameter];
  return `${symbol} = ${write(value)}${unit ? ` ${unit}` : ""}`;
}

/** "0.10 [0.09, 0.12]", without the interval where there is none. */
export function quantityText(parameter: PhaseQuantity, { value, low, high }: Interval): string {
  const { write } = wording[parameter];
  const bare = (number: number) => write(number).replace(/\u202f%$/, "");
  return low === high ? write(value) : `${write(value)} ${between(bare(low), bare(high))}`;
}

/** "ρ 0.10 [0.09, 0.12]", or "ρ not measured" */
export function placeText(parameter: PhaseParameter, place: Measured): string {
  const { symbol } = wording[parameter];
  return `${symbol} ${isMeasured(place) ? quantityText(parameter, place) : "not measured"}`;
}

/** What a team is held against: one agent for the same money, or, where no money is stated, one of its leaves. */
export function rivalOf({ problem }: Pick<PhaseMap, "problem">): "one agent" | "one leaf" {
  return problem.leaf ? "one agent" : "one leaf";
}

function saying(phase: Phase, rival: string): string {
  switch (phase) {
    case "does not fit":
      return "the team does not fit";
    case "collapses":
      return "a weak signal collapses";
    case "team is better":
      return "the team is better";
    default:
      return `the team amplifies, but ${rival} is better`;
  }
}

/** Along its row and its column: "At γ = 0.81, as ρ grows: the team is better up to 0.22, then a weak signal collapses." */
export function walkSentences(map: PhaseMap): string[] {
  const say = (phase: Phase) => saying(phase, rivalOf(map));
  return [map.walks.x, map.walks.y].map(({ along, held, pieces }) => {
    const { symbol, write } = wording[along];
    const where = `At ${equation(held.parameter, held.value)}`;
    if (pieces.length === 1) return `${where} ${say(pieces[0]!.phase)} at every ${symbol} shown.`;
    const parts = pieces.map(({ phase, to }, i) =>
      i === pieces.length - 1 ? `then ${say(phase)}` : `${i > 0 ? "then " : ""}${say(phase)} up to ${write(to)}`,
    );
    return `${where}, as ${symbol} grows: ${parts.join(", ")}.`;
  });
}

/** What holds where the team stands, and whether it holds on all of its interval; null where it has no place. */
export function standing({ problem, place }: PhaseMap): { readonly at: PhasePoint; readonly sure: boolean } | null {
  if (!place || !isMeasured(place.x) || !isMeasured(place.y)) return null;
  const solve = phaseSolver(problem);
  const at = solve(place.x.value, place.y.value);
  const ends = ({ low, high }: Interval) => (low === high ? [low] : [low, high]);
  // The ends of the cross; its corners are less likely than the interval says.
  const cross = [
    ...ends(place.x).map((x) => [x, (place.y as Interval).value] as const),
    ...ends(place.y).map((y) => [(place.x as Interval).value, y] as const),
  ];
  return { at, sure: cross.every(([x, y]) => solve(x, y).phase === at.phase) };
}

/** One claim: where the team stands, or what is drawn. */
export function phaseTitle(map: PhaseMap, subject = "The team"): string {
  const found = standing(map);
  const rival = rivalOf(map);
  if (!found) return `Where ${teamWords(map)} beats ${rival}`;
  const { at, sure } = found;
  const [team, other] = [percent(at.accuracy, 1), percent(at.single, 1)];
  if (!sure) return `${subject} stands too close to a line to tell: ${team} against ${other}`;
  switch (at.phase) {
    case "does not fit":
      return `${subject} does not fit where it stands`;
    case "collapses":
      return `${subject} stands where a weak signal collapses: α ${plain(at.alpha)}`;
    case "team is better":
      return rival === "one leaf"
        ? `${subject} lifts one leaf from ${other} to ${team}`
        : `${subject} is better for the same money: ${team} against ${other}`;
    default:
      return rival === "one leaf"
        ? `${subject} amplifies weak signals, but this leaf falls from ${other} to ${team}`
        : `${subject} amplifies, but one agent is better for the same money: ${other} against ${team}`;
  }
}

/** "a tree of 27 leaves", "a vote of 5" */
function teamWords({ problem }: PhaseMap): string {
  const { fanIn } = problem.values;
  if (fanIn === undefined) return problem.layers === 1 ? "a vote" : `a tree of ${problem.layers} layers`;
  return problem.layers === 1 ? `a vote of ${fanIn}` : `a tree of ${count(fanIn ** problem.layers)} leaves`;
}

export function phaseSubtitle(map: PhaseMap, label: string): string {
  const against = map.problem.leaf ? "one agent for the same money" : "one of its leaves";
  return `Accuracy of ${label} minus that of ${against}, in points; exact recursion${map.calibration ? "" : ", theory alone"}`;
}

/** What a reader of the picture must know, and what follows from it. */
export function phaseNotes(map: PhaseMap): string[] {
  const { problem, place, calibration } = map;
  const missing = place ? [place.x, place.y].flatMap((one) => (isMeasured(one) ? [] : [one])) : [];
  return [
    ...walkSentences(map),
    ...missing.map(({ notMeasured, probe }) => `Where the team stands is not measured: ${notMeasured} → ${probe}`),
    ...(calibration
      ? []
      : ["Theory alone: no answers were read; give attempts to draw the team where it was measured."]),
    ...(problem.leaf
      ? [
          "Money is equal: one such agent gets all of B, each of the N leaves (B − C)/N, where C pays for the messages. Its accuracy follows μ = k x^β, also beyond what was recorded.",
        ]
      : [
          "Money is not compared: the team costs more than the one leaf that it is held against, which is its mean member where members differ. With a budget, β and the cost of an answer the comparison is at equal money.",
        ]),
    ...(problem.rhoTask
      ? [`Tasks differ in difficulty (ρ_task ${correlation(problem.rhoTask)}), which no depth averages out.`]
      : []),
    "The theory's answers have two values and its votes are majorities: with more values a vote can do better.",
  ];
}

const grids = new WeakMap<object, PhaseGrid>();

/** A map with its points, which are computed once. */
export function withGrid(map: Omit<PhaseMap, "grid">): PhaseMap {
  const grid = grids.get(map.problem) ?? phaseGrid(map.problem);
  grids.set(map.problem, grid);
  return { ...map, grid };
}

/** How much of the picture each phase takes, for those who cannot see it. */
export function phaseDescription(map: PhaseMap, label: string): string {
  const { grid, problem, place } = map;
  const shares = phases.flatMap((phase, code) => {
    const taken = grid.phase.reduce((sum, one) => sum + (one === code ? 1 : 0), 0) / grid.phase.length;
    return taken > 0 ? [`${saying(phase, rivalOf(map))} on ${percent(taken)}`] : [];
  });
  const [x, y] = [problem.x, problem.y].map((axis) => {
    const { write } = wording[axis.parameter];
    return `${axisTitle(axis.parameter)} from ${write(axis.from)} to ${write(axis.to)}`;
  });
  const where = place
    ? ` ${label} stands at ${placeText(problem.x.parameter, place.x)} and ${placeText(problem.y.parameter, place.y)}.`
    : "";
  return `${x} across, ${y} upwards. Of the plane ${shares.join(", ")}.${where} ${walkSentences(map).join(" ")}`;
}

/** Steps in points for a legend: "0 to 2". */
export function stepTexts(steps: readonly number[]): string[] {
  const write = (step: number) => points(step).replace(/^\+/, "").replace(/\.0$/, "");
  return ["0", ...steps.map(write)].map((from, i) =>
    i < steps.length ? `${from} to ${write(steps[i]!)}` : i === 0 ? "any" : `over ${from}`,
  );
}
