// Draws the figures of docs/: of theory.md from the theory itself, of foresight.md from the last campaign: node docs/figures/make.ts
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { scaleLinear, scaleLog } from "d3-scale";
import { area } from "d3-shape";
import {
  communicationCost,
  depthSwitchBudget,
  leafBias,
  synergyBudgetMax,
  teamThreshold,
} from "../../src/theory/budget.ts";
import { criticalFidelity } from "../../src/theory/critical.ts";
import { fidelityExponential } from "../../src/theory/fidelity.ts";
import { fixedPoint } from "../../src/theory/fixed-point.ts";
import { type Aggregation, amplification, levelMap } from "../../src/theory/level-map.ts";
import { treeBias } from "../../src/theory/tree.ts";
import { curve, dot, frame, type Point, plainTicks, rule, steps, svg, text } from "./drawing.ts";
import { choices, errors } from "./foresight.ts";

/** The figures by file name. */
export const figures: Readonly<Record<string, () => string>> = {
  "phase.svg": phase,
  "level-map.svg": levelMaps,
  "budget.svg": budgets,
  "foresight-errors.svg": errors,
  "foresight-choice.svg": choices,
};

/** Where α = 1 for three fan-ins, and the sweep of the paper's setting. */
function phase(): string {
  const [left, top, right, bottom] = [52, 48, 640, 350];
  const x = scaleLinear([0, 0.6], [left, right]);
  const y = scaleLinear([0.35, 1], [bottom, top]);
  const boundary = (fanIn: number) => steps(0, 0.6, 60).map((rho): Point => [x(rho), y(criticalFidelity(fanIn, rho))]);
  const fanIns = [
    [3, "c"],
    [5, "a"],
    [9, "b"],
  ] as const;
  const grows = area<Point>().digits(1).y0(y(1))(boundary(5) as Point[]);
  const sweep = [0, 0.1, 0.2, 5 / 21, 0.3, 0.5];
  return svg(408, "Boundary between growth and collapse of a weak signal, over shared errors and fidelity", [
    `<path d="${grows}" class="wash"/>`,
    ...frame(
      [left, top],
      [right, bottom],
      {
        place: x,
        ticks: plainTicks([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]),
        title: "ρ, probability that a node’s votes are one shared vote",
      },
      {
        place: y,
        ticks: plainTicks([0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]),
        title: "γ, share of a vote’s bias that a message keeps",
      },
    ),
    ...fanIns.flatMap(([fanIn, color]) => [
      curve(boundary(fanIn), `${color}-line`),
      text([right + 10, y(criticalFidelity(fanIn, 0.6)) + 4], `α = 1 at b = ${fanIn}`, { style: `${color}-text` }),
    ]),
    text([x(0.06), y(0.92)], "a weak signal grows (b = 5)"),
    text([x(0.3), y(0.42)], "it dies out (b = 5)"),
    ...sweep.map((rho) => {
      const grown = amplification({ fanIn: 5, fidelity: 0.6, rho }) > 1 + 1e-12;
      return dot([x(rho), y(0.6)], grown ? "a-dot" : "hollow");
    }),
    text([x(0.015), y(0.6) - 10], "the paper’s sweep: b = 5, γ = 0.6", { style: "mute" }),
  ]);
}

/** Two level maps with the staircase of a tree: one grows to μ*, one dies out. */
function levelMaps(): string {
  const panel = (offset: number, node: Aggregation, start: number, layers: number, caption: string): string[] => {
    const [left, top, right, bottom] = [offset + 44, 64, offset + 348, 368];
    const x = scaleLinear([0, 1], [left, right]);
    const y = scaleLinear([0, 1], [bottom, top]);
    const stairs: Point[] = [[x(start), y(0)]];
    let bias = start;
    for (let layer = 0; layer < layers; layer++) {
      const next = levelMap(bias, node);
      stairs.push([x(bias), y(next)], [x(next), y(next)]);
      bias = next;
    }
    const limit = fixedPoint(node);
    const unit = plainTicks([0, 0.2, 0.4, 0.6, 0.8, 1]);
    return [
      text([left, 22], caption, { style: "ink-text" }),
      ...frame(
        [left, top],
        [right, bottom],
        { place: x, ticks: unit, title: "μ, bias of a child" },
        { place: y, ticks: unit, title: "F(μ), bias of the node" },
      ),
      curve(
        [
          [x(0), y(0)],
          [x(1), y(1)],
        ],
        "mute-line thin",
      ),
      curve(
        steps(0, 1, 100).map((mu): Point => [x(mu), y(levelMap(mu, node))]),
        "a-line",
      ),
      curve(stairs, "b-line thin"),
      dot([x(start), y(0)], "b-dot", 3.5),
      dot([x(limit), y(limit)], "a-dot"),
      limit > 0
        ? text([right, y(0.68)], `μ* = ${limit.toFixed(3)}`, { anchor: "end", style: "a-text" })
        : text([x(0.02), y(0.22)], "μ* = 0", { style: "a-text" }),
    ];
  };
  const [clear, lossy] = [
    { fanIn: 5, fidelity: 0.9, rho: 0.2 },
    { fanIn: 5, fidelity: 0.6, rho: 0.5 },
  ];
  const caption = (node: Aggregation) => `γ = ${node.fidelity}, ρ = ${node.rho}: α = ${amplification(node).toFixed(2)}`;
  return svg(424, "Level maps of five votes with staircases: one rises to its fixed point, one falls to 0", [
    ...panel(0, clear, 0.05, 12, `${caption(clear)}, grows`),
    ...panel(384, lossy, 0.9, 12, `${caption(lossy)}, dies out`),
  ]);
}

/** The worked example: what trees of one to four layers gain over one agent with the same budget. */
function budgets(): string {
  const [left, top, right, bottom] = [52, 44, 660, 330];
  const node = { fanIn: 5, fidelity: fidelityExponential(400, { lengthScale: 120 }), rho: 0.12 };
  const law = { scale: 0.02, beta: 0.25 };
  const x = scaleLog([4e3, 3e7], [left, right]);
  const y = scaleLinear([-6, 9], [bottom, top]);
  const gain = (budget: number, layers: number) => {
    const compute = (budget - communicationCost(5, layers, 400)) / 5 ** layers;
    return compute > 0 ? 50 * (treeBias(leafBias(compute, law), layers, node) - leafBias(budget, law)) : null;
  };
  const colors = ["a", "b", "c", "d"] as const;
  const trees = colors.map((color, i) => {
    const points = steps(Math.log(4e3), Math.log(3e7), 600).flatMap((logBudget): Point[] => {
      const points = gain(Math.exp(logBudget), i + 1);
      return points === null || points < -6 ? [] : [[x(Math.exp(logBudget)), y(points)]];
    });
    const peak = points.reduce((best, point) => (point[1] < best[1] ? point : best));
    return { color, points, peak };
  });
  const signal = { fanIn: 5, alpha: amplification(node), beta: 0.25 };
  const [one, two] = [communicationCost(5, 1, 400), communicationCost(5, 2, 400)];
  const marks = [
    [teamThreshold(1, signal, one), "B₁ = "],
    [depthSwitchBudget(signal, one, two), "2 layers from "],
    [synergyBudgetMax(law, fixedPoint(node)), "closes by "],
  ] as const;
  const amount = (budget: number) =>
    budget >= 1e6 ? `${(budget / 1e6).toFixed(2)} million` : Math.round(budget).toLocaleString("en-US");
  const names = ["star", "2 layers", "3 layers", "4 layers"];
  return svg(386, "Gain of trees over one agent against budget, in the worked example", [
    ...frame(
      [left, top],
      [right, bottom],
      {
        place: x,
        ticks: [4, 5, 6, 7].map((power) => [10 ** power, ["10 k", "100 k", "1 M", "10 M"][power - 4]!] as const),
        title: "budget in tokens per task",
      },
      {
        place: y,
        ticks: [-6, -3, 0, 3, 6, 9].map(
          (value) => [value, value > 0 ? `+${value}` : String(value).replace("-", "−")] as const,
        ),
        title: "points of accuracy more than one agent with the same budget",
      },
    ),
    rule([left, y(0)], [right, y(0)], "axis"),
    ...marks.flatMap(([budget, words]) => [
      rule([x(budget), top], [x(budget), bottom], "mark"),
      text([x(budget) + 5, top + 14], words + amount(budget), { style: "mute" }),
    ]),
    ...trees.map(({ color, points }) => curve(points, `${color}-line`)),
    ...trees.map(({ color, peak: [along, high] }, i) => {
      const last = i === trees.length - 1; // right of its peak, the others left of it
      const at: Point = [along + (last ? 8 : -24), high - 6];
      return text(at, names[i]!, { anchor: last ? "start" : "end", style: `${color}-text` });
    }),
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [name, draw] of Object.entries(figures)) writeFileSync(new URL(name, import.meta.url), draw());
