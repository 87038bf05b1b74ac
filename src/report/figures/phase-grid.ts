import { ticks } from "d3-array";
import { scaleLinear, scaleLog } from "d3-scale";
import type { PhaseMap } from "../../plan/phase.ts";
import { type Interval, isMeasured, type Measured } from "../../theory/interval.ts";
import { type PhaseAxis, type PhaseGrid, phases } from "../../theory/phase.ts";
import { points } from "../format-number.ts";
import { axisTick, axisTitle, placeText, rivalOf, stepTexts, withGrid } from "../phase-words.ts";
import { type Box, Canvas, px } from "./canvas.ts";
import { type Field, innerLines, outlines, type Point } from "./contours.ts";
import { type Draw, type Drawing, finished, type Size } from "./drawing.ts";
import { labelOnLine, withoutTexts } from "./phase.ts";
import { type LabelRequest, lineBoxes, placeLabels } from "./place-labels.ts";
import { apart, centered, logTicks } from "./scales.ts";
import { textWidth, wrapText } from "./text-width.ts";

/** Fills of the steps of gain, from 0 up. */
const gainFills = ["q1", "q2", "q3"] as const;
const [unfit, collapsed, single, better] = [...phases.keys()] as [number, number, number, number];

/** The phase diagram of a study, where it has one. */
export const phaseGrid: Draw = ({ study, label }, size) =>
  study.phaseMap ? [phaseGridDrawing(withGrid(study.phaseMap), label(study.phaseMap.team.text), size)] : [];

/** Regions of a phase diagram, the lines between them by name, and the team with its interval as a cross. */
export function phaseGridDrawing(map: PhaseMap, label: string, { width, wide }: Size): Drawing {
  const { grid, problem, team, place } = map;
  const canvas = new Canvas(width);
  const steps = gainSteps(grid);
  const top = drawKey(canvas, map, steps.up, width) + 44;
  const bottom = top + (wide ? 400 : 290);
  const y = positions(problem.y, grid.y, [bottom, top]);
  const yTicks = spaced(ticksOf(problem.y, grid.y, 6), y.place);
  const left = 12 + Math.max(...yTicks.map((tick) => textWidth(axisTick(problem.y.parameter, tick), 12)));
  const plot: Box = { x: left, y: top, width: width - 8 - left, height: bottom - top };
  const x = positions(problem.x, grid.x, [left, left + plot.width]);
  const regions = regionsOf(map, x, y, steps);

  canvas.rect(plot, "wash");
  for (const [i, step] of [0, ...steps.up].entries()) area(canvas, outlines(regions.gain, step), gainFills[i]!);
  area(canvas, outlines(regions.fading, 0), "fade");
  for (const lacking of [regions.crowded, regions.broke]) area(canvas, outlines(lacking, 0), "void");
  for (const { parts, name } of regions.lines) for (const part of parts) canvas.path(pathOf(part), name);

  const bounds = { x: left + 3, y: top + 3, width: plot.width - 6, height: plot.height - 6 };
  const obstacles = regions.lines.flatMap(({ parts }) => parts.flatMap(boxesAlong));
  if (place) {
    drawPlace(canvas, map, { x: x.place, y: y.place }, plot);
    const request = teamLabel(map, label, { x: x.place, y: y.place }, plot, wide);
    if (request) write(canvas, [request], { bounds, obstacles: [...obstacles, ...canvas.marks] }, team.kind);
  }
  for (const { words, parts } of regions.lines)
    write(canvas, wishes(words, parts), { bounds, obstacles: [...obstacles, ...canvas.marks, ...canvas.texts] }, "ink");
  for (const { words, parts } of regions.isos) {
    if (parts[0] && lengthOf(parts[0]) > 60)
      labelOnLine(canvas, parts[0], words, bounds, [...obstacles, ...canvas.marks]);
    for (const piece of parts.flatMap((part) => withoutTexts(part, canvas.texts))) canvas.path(pathOf(piece), "iso");
  }

  canvas.text(0, top - 12, axisTitle(problem.y.parameter));
  for (const tick of yTicks) {
    canvas.text(left - 7, y.place(tick) + 4, axisTick(problem.y.parameter, tick), { anchor: "end", color: "mute" });
    canvas.line(left - 4, y.place(tick), left, y.place(tick), "tick");
  }
  const write12 = (tick: number) => axisTick(problem.x.parameter, tick);
  const ends = [left - 8, width] as const;
  for (const tick of apart(ticksOf(problem.x, grid.x, wide ? 9 : 5), x.place, write12, ends)) {
    const at = x.place(tick);
    canvas.text(centered(at, write12(tick), ...ends), bottom + 18, write12(tick), { anchor: "middle", color: "mute" });
    canvas.line(at, bottom, at, bottom + 4, "tick");
  }
  canvas.line(left, bottom, left + plot.width, bottom, "axis");
  canvas.text(width - 8, bottom + 38, axisTitle(problem.x.parameter), { anchor: "end" });
  return finished(canvas, bottom + 46);
}

/** A row of swatches for what the picture holds; returns its last baseline. */
function drawKey(canvas: Canvas, map: PhaseMap, steps: readonly number[], width: number): number {
  const { phase } = map.grid;
  // What is no more than an edge of the picture cannot be seen in it.
  const has = (code: number) => phase.reduce((sum, one) => sum + (one === code ? 1 : 0), 0) > 0.006 * phase.length;
  const entries = [
    ...(has(unfit) ? [{ fill: "void", words: "does not fit" }] : []),
    ...(has(collapsed) ? [{ fill: "fade", words: "signal collapses" }] : []),
    ...(has(single) ? [{ fill: "wash", words: `${rivalOf(map)} is better` }] : []),
    ...(has(better)
      ? stepTexts(steps).map((words, i) => ({
          fill: gainFills[i] as string,
          words: i > 0 ? words : steps.length === 0 ? "team is better" : `team is better, by ${words}`,
        }))
      : []),
  ].map(({ words, ...entry }, i, all) => ({
    ...entry,
    words: has(better) && steps.length > 0 && i === all.length - 1 ? `${words} points` : words,
  }));
  let [at, line] = [0, 14];
  for (const { fill, words } of entries) {
    const needed = 20 + textWidth(words, 12);
    if (at > 0 && at + needed > width) [at, line] = [0, line + 20];
    canvas.rect({ x: at + 0.5, y: line - 10.5, width: 13, height: 13 }, `${fill} key`);
    canvas.text(at + 20, line, words);
    at += needed + 18;
  }
  return line;
}

/** At most two borders above 0 and three below it, in round numbers. */
function gainSteps({ accuracy, single: alone, phase }: PhaseGrid): { up: number[]; down: number[] } {
  let [most, least] = [0, 0];
  for (let i = 0; i < phase.length; i++) {
    if (phase[i]! < single) continue;
    most = Math.max(most, accuracy[i]! - alone[i]!);
    least = Math.min(least, accuracy[i]! - alone[i]!);
  }
  return {
    up: ticks(0, most, 3)
      .filter((step) => step > 0.0005 && step < 0.95 * most)
      .slice(0, gainFills.length - 1),
    down: ticks(least, 0, 3).filter((step) => step < -0.0005 && step > 0.95 * least),
  };
}

/** Where the lines of a grid stand in the picture, and which value each line shows. */
interface Positions {
  readonly lines: readonly number[];
  /** Index of the grid's value at each line. */
  readonly index: readonly number[];
  readonly place: (value: number) => number;
}

/** Fan-ins are whole: each fills a band, and nothing is drawn between two of them. */
function positions(
  { parameter, log = false }: PhaseAxis,
  values: Float64Array,
  range: readonly [number, number],
): Positions {
  const all = [...values];
  const middle = (a: number, b: number) => (log ? Math.sqrt(a * b) : (a + b) / 2);
  const beyond = (end: number, next: number) => (log ? end * Math.sqrt(end / next) : end + (end - next) / 2);
  const edges =
    parameter === "fanIn"
      ? [
          beyond(all[0]!, all[1]!),
          ...all.slice(1).map((value, i) => middle(all[i]!, value)),
          beyond(all.at(-1)!, all.at(-2)!),
        ]
      : null;
  const domain = edges ?? all;
  const place = (log ? scaleLog : scaleLinear)([domain[0]!, domain.at(-1)!], range);
  return edges
    ? {
        lines: all.flatMap((_, i) => [place(edges[i]!), place(edges[i + 1]!)]),
        index: all.flatMap((_, i) => [i, i]),
        place: (value) => place(value),
      }
    : { lines: all.map((value) => place(value)), index: all.map((_, i) => i), place: (value) => place(value) };
}

function ticksOf({ parameter, from, to, log = false }: PhaseAxis, values: Float64Array, count: number): number[] {
  if (parameter === "fanIn") return [...values];
  return log ? logTicks(from, to) : ticks(from, to, count);
}

/** Without ticks that are closer than a line of text to the one before. */
function spaced(all: readonly number[], place: (value: number) => number): number[] {
  const kept: number[] = [];
  for (const tick of all) if (kept.length === 0 || Math.abs(place(tick) - place(kept.at(-1)!)) >= 20) kept.push(tick);
  return kept;
}

/** The fields whose borders are drawn, and the visible parts of these borders. */
function regionsOf(map: PhaseMap, x: Positions, y: Positions, steps: { up: number[]; down: number[] }) {
  const { grid } = map;
  const field = (of: (index: number) => number): Field => ({
    ...{ x: x.lines, y: y.lines },
    values: y.index.flatMap((j) => x.index.map((i) => of(j * grid.x.length + i))),
  });
  const gain = field((i) => grid.accuracy[i]! - grid.single[i]!);
  const fading = field((i) => within20(-Math.log(grid.alpha[i]!)));
  const crowded = field((i) => within20(-grid.windowRoom[i]!));
  const broke = field((i) => within20(-grid.budgetRoom[i]!));
  const fits = (point: Point) => valueAt(crowded, point) <= 0 && valueAt(broke, point) <= 0;
  const amplifies = (point: Point) => fits(point) && valueAt(fading, point) <= 0;
  const visible = (from: Field, threshold: number, holds: (point: Point) => boolean) =>
    innerLines(outlines(from, threshold), from)
      .flatMap((line) => partsWhere(resampled(line), holds))
      .filter((part) => lengthOf(part) > 30);
  return {
    ...{ gain, fading, crowded, broke },
    lines: [
      { words: `team = ${rivalOf(map)}`, parts: visible(gain, 0, amplifies), name: "bound" },
      { words: "α = 1", parts: visible(fading, 0, fits), name: "bound dash" },
      {
        words: map.problem.reserveTokens ? "b m + prompt = W" : "b m = W",
        parts: visible(crowded, 0, (point) => valueAt(broke, point) <= 0),
        name: "bound",
      },
      { words: "C = B", parts: visible(broke, 0, (point) => valueAt(crowded, point) <= 0), name: "bound" },
    ],
    isos: [...steps.down, ...steps.up].map((step) => ({
      words: points(step).replace(/\.0$/, ""),
      parts: visible(gain, step, amplifies).toSorted((one, other) => lengthOf(other) - lengthOf(one)),
    })),
  };
}

/** Logarithms that may be infinite: far from any border is as good. */
const within20 = (logarithm: number) => Math.max(-20, Math.min(20, logarithm));

/** Between its grid's lines, in proportion. */
function valueAt({ x, y, values }: Field, point: Point): number {
  const [column, row] = [lineBefore(x, point.x), lineBefore(y, point.y)];
  const [right, down] = [share(x, column, point.x), share(y, row, point.y)];
  const at = (i: number, j: number) => values[(row + j) * x.length + column + i]!;
  return (1 - down) * ((1 - right) * at(0, 0) + right * at(1, 0)) + down * ((1 - right) * at(0, 1) + right * at(1, 1));
}

/** Index of the last line but one at most, behind which the place lies; by halving. */
function lineBefore(lines: readonly number[], at: number): number {
  const rising = lines[0]! < lines.at(-1)!;
  let [low, high] = [0, lines.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (lines[middle]! < at === rising) low = middle;
    else high = middle;
  }
  return low;
}

function share(lines: readonly number[], before: number, at: number): number {
  const [from, to] = [lines[before]!, lines[before + 1]!];
  return from === to ? 0 : Math.max(0, Math.min(1, (at - from) / (to - from)));
}

const lengthOf = (line: readonly Point[]) =>
  line.reduce((sum, { x, y }, i) => (i === 0 ? 0 : sum + Math.hypot(x - line[i - 1]!.x, y - line[i - 1]!.y)), 0);

/** The same line with a point at least every 5 px, so that it can be cut anywhere. */
function resampled(line: readonly Point[]): Point[] {
  return line.flatMap((point, i) => {
    const before = line[i - 1];
    if (!before) return [point];
    const pieces = Math.ceil(Math.hypot(point.x - before.x, point.y - before.y) / 5);
    return Array.from({ length: pieces }, (_, piece) => {
      const share = (piece + 1) / pieces;
      return { x: before.x + share * (point.x - before.x), y: before.y + share * (point.y - before.y) };
    });
  });
}

function partsWhere(line: readonly Point[], holds: (point: Point) => boolean): Point[][] {
  const parts: Point[][] = [[]];
  for (const point of line)
    if (holds(point)) parts.at(-1)!.push(point);
    else if (parts.at(-1)!.length > 0) parts.push([]);
  return parts.filter(({ length }) => length > 1);
}

function area(canvas: Canvas, rings: readonly (readonly Point[])[], name: string): void {
  if (rings.length > 0) canvas.path(rings.map((ring) => `${pathOf(ring)}Z`).join(""), name);
}

function pathOf(line: readonly Point[]): string {
  return `M${line.map(({ x, y }) => `${px(x)} ${px(y)}`).join("L")}`;
}

function boxesAlong(line: readonly Point[]): Box[] {
  return line.slice(1).flatMap(({ x, y }, i) => lineBoxes(line[i]!.x, line[i]!.y, x, y));
}

interface Place {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** The team's mark with its interval in both directions; an arrow where it goes on outside, a line where only one axis is known. */
function drawPlace(canvas: Canvas, { team, place }: PhaseMap, scale: Place, plot: Box): void {
  const { kind } = team;
  const [right, bottom] = [plot.x + plot.width, plot.y + plot.height];
  const within = { x: clampTo(plot.x, right), y: clampTo(plot.y, bottom) };
  const [x, y] = [inPicture(place!.x, scale.x), inPicture(place!.y, scale.y)];
  if (!x || !y) {
    // One axis is not known: the team stands somewhere on this line.
    const line = y
      ? { x: plot.x, y: within.y(y.value), width: plot.width, height: 0 }
      : x && { x: within.x(x.value), y: plot.y, width: 0, height: plot.height };
    if (!line) return;
    canvas.line(line.x, line.y, line.x + line.width, line.y + line.height, `drop k-${kind}`);
    canvas.marks.push(line);
    return;
  }
  const at = { x: within.x(x.value), y: within.y(y.value) };
  const arrow = (tipX: number, tipY: number, dx: number, dy: number) =>
    canvas.path(
      `M${px(tipX)} ${px(tipY)}L${px(tipX - 8 * dx - 4.5 * dy)} ${px(tipY - 8 * dy - 4.5 * dx)}L${px(tipX - 8 * dx + 4.5 * dy)} ${px(tipY - 8 * dy + 4.5 * dx)}Z`,
      `fill k-${kind}`,
    );
  const [x1, x2, y1, y2] = [within.x(x.low), within.x(x.high), within.y(y.low), within.y(y.high)];
  if (x.low !== x.high) canvas.interval(kind, x1, at.y, x2, at.y);
  if (y.low !== y.high) canvas.interval(kind, at.x, y1, at.x, y2);
  if (Math.min(x.low, x.high) < plot.x - 0.5) arrow(plot.x, at.y, -1, 0);
  if (Math.max(x.low, x.high) > right + 0.5) arrow(right, at.y, 1, 0);
  if (Math.min(y.low, y.high) < plot.y - 0.5) arrow(at.x, plot.y, 0, -1);
  if (Math.max(y.low, y.high) > bottom + 0.5) arrow(at.x, bottom, 0, 1);
  if (at.x === x.value && at.y === y.value) canvas.mark(kind, at.x, at.y, { size: 6 });
}

const clampTo = (low: number, high: number) => (at: number) => Math.max(low, Math.min(high, at));

function inPicture(
  quantity: Measured,
  scale: (value: number) => number,
): Pick<Interval, "value" | "low" | "high"> | null {
  if (!isMeasured(quantity)) return null;
  return { value: scale(quantity.value), low: scale(quantity.low), high: scale(quantity.high) };
}

/** Its name and where it stands, beside its mark or its line. */
function teamLabel({ problem, place }: PhaseMap, label: string, scale: Place, plot: Box, wide: boolean): LabelRequest {
  const [x, y] = [inPicture(place!.x, scale.x), inPicture(place!.y, scale.y)];
  const texts = [placeText(problem.x.parameter, place!.x), placeText(problem.y.parameter, place!.y)];
  const roomy = wide ? 330 : 210;
  return {
    lines: [
      ...wrapText(label, roomy, { size: 12, bold: true, linesMax: 2 }).map((text) => ({ text, bold: true })),
      ...(wide ? [texts.join(", ")] : texts).map((text) => ({ text })),
    ],
    size: 12,
    x: clampTo(plot.x, plot.x + plot.width)(x?.value ?? plot.x + plot.width / 2),
    y: clampTo(plot.y, plot.y + plot.height)(y?.value ?? plot.y + plot.height / 2),
    radius: 8,
    prefer: ["right-above", "right-below", "left-above", "left-below"],
    reach: 160,
    farthest: 500,
  };
}

/** Places for the name of a line, from the middle of its longest part outwards. */
function wishes(words: string, parts: readonly (readonly Point[])[]): LabelRequest[] {
  const longest = parts.toSorted((a, b) => b.length - a.length)[0] ?? [];
  const middle = (longest.length - 1) / 2;
  return longest
    .map((point, i) => ({ point, away: Math.abs(i - middle) }))
    .toSorted((a, b) => a.away - b.away)
    .map(({ point }) => ({
      lines: [{ text: words, bold: true }],
      size: 12,
      ...point,
      radius: 2,
      prefer: ["right-below", "left-above", "right-above", "left-below"],
      reach: 9,
    }));
}

/** Writes the first request that finds a place. */
function write(
  canvas: Canvas,
  requests: readonly LabelRequest[],
  space: { readonly bounds: Box; readonly obstacles: readonly Box[] },
  color: PhaseMap["team"]["kind"] | "ink",
): void {
  for (const request of requests) {
    const [placed] = placeLabels([request], space);
    if (!placed) continue;
    const { x, y, anchor, leader } = placed;
    if (leader) {
      canvas.line(leader.x1, leader.y1, leader.x2, leader.y2, "lead");
      canvas.marks.push(...lineBoxes(leader.x1, leader.y1, leader.x2, leader.y2));
    }
    for (const [i, { text, bold }] of request.lines.entries())
      canvas.text(x, y + 16 * i, text, {
        anchor,
        bold: bold ?? false,
        color: i === 0 || color === "ink" ? color : "ink",
      });
    return;
  }
}
