// The figures of docs/foresight.md, from the tables of the last campaign.
import { readFileSync } from "node:fs";
import { scaleLinear, scaleLog } from "d3-scale";
import { dot, frame, type Point, plainTicks, rule, svg, text } from "./drawing.ts";

interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

function tableOf(part: string, title: string): Table {
  const file = new URL("../../bench/foresight/results.json", import.meta.url);
  const { parts } = JSON.parse(readFileSync(file, "utf8")) as { parts: { part: string; tables: Table[] }[] };
  const table = parts.find((one) => one.part === part)?.tables.find((one) => one.title.startsWith(title));
  if (!table)
    throw new Error(`The campaign has no table "${title}" in its part ${part}: run bench/foresight/foresight.ts.`);
  return table;
}

/** "0.95 ± 0.02" */
function figureOf(cell: string | number): { value: number; error: number } {
  const [value, error] = String(cell)
    .split(/[ (]/)
    .filter((word) => word !== "±");
  return { value: Number(value), error: error === undefined ? 0 : Number(error) };
}

const methods: readonly (readonly [method: string, style: string])[] = [
  ["quorate", "a"],
  ["resampling with replacement", "b"],
  ["resampling, at most r of r", "b"],
  ["the paper’s map, total ρ", "c"],
  ["independent votes", "d"],
];

/** Error of every method against replaying the same calibration tasks with all their samples. */
export function errors(): string {
  const { rows, columns } = tableOf("votes", "By kind and method");
  const ratios = [...columns.keys()].filter((i) => columns[i] === "ratio").slice(0, 2);
  const [left, right, top] = [210, 700, 64];
  const x = scaleLog([0.6, 16], [left, right]);
  const kinds = [
    ["votes", "votes"],
    ["`ahead`", "ahead"],
  ] as const;
  const blocks = kinds.flatMap(([kind, name]) =>
    ratios.map((column, i) => ({ kind, column, title: `${name}: ${i === 0 ? "accuracy" : "gain over one call"}` })),
  );
  const height = 20 * methods.length + 34;
  const bottom = top + height * blocks.length - 4;
  return svg(bottom + 56, "Error of forecasts of votes, by method, against the full samples of the same tasks", [
    text(
      [left - 190, 26],
      "Mean error on other tasks, against replaying the calibration tasks with all their samples (1)",
      {
        style: "ink-text",
      },
    ),
    ...frame(
      [left, top],
      [right, bottom],
      {
        place: x,
        ticks: plainTicks([0.7, 1, 1.5, 2, 3, 5, 10]),
        title: "ratio of errors, logarithmic: less is better",
      },
      { place: (value) => value, ticks: [], title: "" },
    ),
    rule([x(1), top - 6], [x(1), bottom], "mark"),
    ...blocks.flatMap(({ kind, column, title }, block) => {
      const start = top + height * block + 12;
      return [
        text([left - 190, start], title, { style: "ink-text" }),
        ...methods.flatMap(([method, style], i) => {
          const y = start + 20 * (i + 1);
          const row = rows.find((cells) => cells[0] === kind && cells[1] === method)!;
          const ratio = Number(row[column]);
          return [
            text([left - 12, y + 4], method, { anchor: "end", style: style === "a" ? "a-text" : "mute" }),
            rule([left, y], [right, y], "grid"),
            dot([x(ratio), y], `${style}-dot`),
            text([x(ratio) + 9, y + 4], ratio.toFixed(2), { style: style === "a" ? "a-text" : "" }),
          ];
        }),
      ];
    }),
  ]);
}

/** Left: what P(better) said and what came true. Right: regret of the purchase by calibration tasks. */
export function choices(): string {
  const [top, bottom] = [64, 330];
  const p = tableOf("teams", "P(the best team").rows.filter(([sets]) => sets === "all");
  const x = scaleLinear([0, 1], [52, 340]);
  const y = scaleLinear([0, 1], [bottom, top]);
  const unit = plainTicks([0, 0.2, 0.4, 0.6, 0.8, 1]);
  const reliability = p.flatMap(([, , , said, came, cases]) => {
    const { value, error } = figureOf(came!);
    const at: Point = [x(Number(said)), y(value)];
    const radius = 3 + Math.min(4, Math.log10(Number(cases)));
    return [
      rule([at[0], y(Math.max(0, value - 1.645 * error))], [at[0], y(Math.min(1, value + 1.645 * error))], "a-line"),
      dot(at, "a-dot", radius),
    ];
  });
  const regrets = tableOf("teams", "Regret").rows;
  const bought = tableOf("teams", "Bought").rows;
  const buyers = [
    ["best-looking single", 4, "b"],
    ["highest score", 2, "a"],
    ["advised", 3, "d"],
  ] as const;
  const counts = [30, 100, 300];
  const u = scaleLog([24, 380], [440, 596]);
  const points = buyers.map(([name, column, style]) => ({
    name,
    style,
    at: counts.map((tasks) => {
      const group = regrets.filter((cells) => /agents/.test(String(cells[0])) && cells[1] === tasks);
      const cases = group.map(([sets]) => Number(bought.find((cells) => cells[0] === sets && cells[1] === tasks)![2]));
      const total = cases.reduce((sum, one) => sum + one, 0);
      return [
        tasks,
        group.reduce((sum, cells, i) => sum + figureOf(cells[column]!).value * cases[i]!, 0) / total,
      ] as const;
    }),
  }));
  const most = Math.ceil(Math.max(...points.flatMap(({ at }) => at.map(([, regret]) => regret))));
  const v = scaleLinear([0, most], [bottom, top]);
  return svg(392, "What P(better) said and what came true; regret of the purchase by number of calibration tasks", [
    text([52, 24], "P(better) on the tasks of the check: said and true", { style: "ink-text" }),
    ...frame(
      [52, top],
      [340, bottom],
      { place: x, ticks: unit, title: "said" },
      { place: y, ticks: unit, title: "came true, with 90 % interval over splits" },
    ),
    rule([x(0), y(0)], [x(1), y(1)], "mark"),
    ...reliability,
    text([440, 24], "Regret of the purchase", { style: "ink-text" }),
    ...frame(
      [440, top],
      [596, bottom],
      { place: u, ticks: plainTicks(counts), title: "tasks to learn from" },
      {
        place: v,
        ticks: plainTicks(Array.from({ length: most + 1 }, (_, i) => i)),
        title: "points below the best in hindsight",
      },
    ),
    ...points.flatMap(({ at, style }) => [
      ...at
        .slice(1)
        .map(([tasks, regret], i) => rule([u(at[i]![0]), v(at[i]![1])], [u(tasks), v(regret)], `${style}-line`)),
      ...at.map(([tasks, regret]) => dot([u(tasks), v(regret)], `${style}-dot`)),
    ]),
    ...labelled(points.map(({ name, style, at }) => ({ name, style, y: v(at.at(-1)![1]) }))).map(
      ({ name, style, y: line }) => text([606, line + 4], name, { style: `${style}-text` }),
    ),
  ]);
}

/** Labels at least 16 px apart, in the order of their lines. */
function labelled<T extends { readonly y: number }>(labels: readonly T[]): T[] {
  let last = Number.NEGATIVE_INFINITY;
  return [...labels]
    .sort((a, b) => a.y - b.y)
    .map((label) => {
      last = Math.max(label.y, last + 16);
      return { ...label, y: last };
    });
}
