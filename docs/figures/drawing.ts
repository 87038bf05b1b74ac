// How the figures of docs/ are drawn: points, lines and axes as SVG, on their own background.
import { line } from "d3-shape";

export type Point = readonly [x: number, y: number];

/** Its own background in either scheme, so that it is readable wherever it is embedded. */
export function svg(height: number, label: string, body: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 ${height}" width="760" height="${height}" role="img" aria-label="${label}">
<style>
svg{--paper:#fff;--ink:#14171c;--mute:#69727f;--rule:#e4e7eb;--wash:#e4f0f9;--a:#1f59ba;--b:#a95025;--c:#852264;--d:#08532f;font:13px system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
@media (prefers-color-scheme:dark){svg{--paper:#101317;--ink:#e9ecf0;--mute:#8b95a2;--rule:#262c34;--wash:#14293a;--a:#4fa9ec;--b:#f69650;--c:#f4a8fa;--d:#9dfde1}}
text{fill:var(--ink)}.mute{fill:var(--mute)}.grid{stroke:var(--rule)}.axis{stroke:var(--mute)}.mark{stroke:var(--mute);stroke-dasharray:3 3}
path{fill:none;stroke-width:2}.thin{stroke-width:1.2}.wash{fill:var(--wash);stroke:none}
${["a", "b", "c", "d", "ink", "mute"].map((color) => `.${color}-line{stroke:var(--${color})}.${color}-text{fill:var(--${color});font-weight:600}.${color}-dot{fill:var(--${color})}`).join("")}
.hollow{fill:var(--paper);stroke:var(--a);stroke-width:2}
</style>
<rect width="760" height="${height}" rx="6" fill="var(--paper)"/>
${body.join("\n")}
</svg>
`;
}

const px = (value: number) => String(Math.round(value * 10) / 10);

export const text = ([x, y]: Point, words: string, { anchor = "start", style = "" } = {}) =>
  `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" class="${style}">${words}</text>`;

export const rule = ([x1, y1]: Point, [x2, y2]: Point, style: string) =>
  `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" class="${style}"/>`;

export const curve = (points: readonly Point[], style: string) =>
  `<path d="${line<Point>().digits(1)(points as Point[])}" class="${style}"/>`;

export const dot = ([x, y]: Point, style: string, radius = 4.5) =>
  `<circle cx="${px(x)}" cy="${px(y)}" r="${radius}" class="${style}"/>`;

export interface Axis {
  readonly place: (value: number) => number;
  readonly ticks: readonly (readonly [value: number, label: string])[];
  readonly title: string;
}

/** Grid, ticks and titles of a panel between these corners. */
export function frame([left, top]: Point, [right, bottom]: Point, x: Axis, y: Axis): string[] {
  return [
    ...y.ticks.flatMap(([value, label]) => [
      rule([left, y.place(value)], [right, y.place(value)], "grid"),
      text([left - 8, y.place(value) + 4], label, { anchor: "end", style: "mute" }),
    ]),
    ...x.ticks.flatMap(([value, label]) => [
      rule([x.place(value), bottom], [x.place(value), bottom + 4], "axis"),
      text([x.place(value), bottom + 18], label, { anchor: "middle", style: "mute" }),
    ]),
    rule([left, bottom], [right, bottom], "axis"),
    text([left, top - 12], y.title, { style: "mute" }),
    text([right, bottom + 38], x.title, { anchor: "end", style: "mute" }),
  ];
}

export const steps = (from: number, to: number, count: number) =>
  Array.from({ length: count + 1 }, (_, i) => from + ((to - from) * i) / count);

export const plainTicks = (values: readonly number[]) => values.map((value) => [value, String(value)] as const);
