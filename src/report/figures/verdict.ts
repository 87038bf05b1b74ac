import { scaleLinear } from "d3-scale";
import { isMeasured } from "../../theory/interval.ts";
import { cost, costHeaders, points, pointsInterval, share } from "../format-number.ts";
import type { MetricLook } from "../metric.ts";
import type { Reading, TeamComparison } from "../reading.ts";
import type { Comparison } from "../study-data.ts";
import { lowerFirst, plural } from "../words.ts";
import { Canvas } from "./canvas.ts";
import { type Draw, finished, labelLines, type Size } from "./drawing.ts";
import { apart } from "./scales.ts";
import { textWidth } from "./text-width.ts";

/** One agent, the team, and their difference under the two marks that it comes from; beside it the money. */
export const verdict: Draw = (reading, size) => {
  const { baseline, rival, look, study } = reading;
  if (!baseline) return [];
  const rows = rival ? [baseline, rival] : [baseline];
  const names = [`${baseline.label} alone`, ...(rival ? [rivalName(reading, rival)] : [])];
  const canvas = new Canvas(size.width);
  const held = lowerFirst(look.of(plural(baseline.measured.tasks, "held-back task")));
  const place = pointScale(rows, rival, size, names, look);
  const left = place.left;
  canvas.text(left, 14, look.heading, { size: 13, bold: true, color: "ink" });
  canvas.text(left, 30, held, { color: "mute" });
  const top = 42;
  let y = top + 6;
  const marks: { x: number; y: number }[] = [];
  for (const [i, row] of rows.entries()) {
    const { value, low, high } = row.measured.accuracy;
    const emphasis = row.chosen && row.kind !== "single";
    const shown = valueText(row, look);
    if (size.wide) {
      const lines = labelLines(reading, names[i]!, left - 16, { bold: true });
      const middle = y + 12 + 8 * (lines.length - 1);
      canvas.lines(0, middle + 4 - 8 * (lines.length - 1), lines, { size: 13, bold: true, color: "ink" });
      canvas.text(place(high) + 8, middle + 4, shown, { bold: emphasis, color: row.kind });
      marks.push({ x: place(value), y: middle });
      y = middle + 12 + 8 * (lines.length - 1) + 12;
    } else {
      const lines = labelLines(reading, names[i]!, 350 - textWidth(shown, 13) - 12, { bold: true });
      canvas.lines(0, y + 10, lines, { size: 13, bold: true, color: "ink" });
      canvas.text(350, y + 10, shown, { size: 13, anchor: "end", color: row.kind, bold: emphasis });
      const middle = y + 16 * lines.length + 9;
      marks.push({ x: place(value), y: middle });
      y = middle + 20;
    }
    const mark = marks.at(-1)!;
    canvas.interval(row.kind, place(low), mark.y, place(high), mark.y);
    canvas.mark(row.kind, mark.x, mark.y, { size: emphasis ? 6 : 5 });
  }
  if (rival) {
    const { measured } = rival.difference;
    const from = baseline.measured.accuracy.value;
    const shown = differenceText(rival, look);
    const ends = [measured.low, measured.high].map((end) => place(look.moved(from, end)));
    const middle = size.wide ? y + 12 : y + 25;
    if (size.wide) {
      canvas.text(0, middle + 4, "Difference, task by task", { size: 13, color: "ink" });
      canvas.text(Math.max(place(from), ...ends) + 8, middle + 4, shown, {
        bold: true,
        color: "ink",
      });
    } else {
      canvas.text(0, y + 10, "Difference, task by task", { size: 13, color: "ink" });
      canvas.text(350, y + 10, shown, { size: 13, anchor: "end", bold: true, color: "ink" });
    }
    canvas.interval(rival.kind, Math.min(...ends), middle, Math.max(...ends), middle);
    // The same shape, hollow inside: a difference is no accuracy.
    canvas.mark(rival.kind, place(look.moved(from, measured.value)), middle, { state: "forecast" });
    canvas.guide(place(from), marks[0]!.y + 8, place(from), middle + 7, "drop");
    canvas.guide(marks[1]!.x, marks[1]!.y + 9, marks[1]!.x, middle - 8, "drop");
    y = middle + 14;
  }
  for (const tick of place.ticks) {
    canvas.guide(place(tick), top, place(tick), y);
    canvas.text(place(tick), y + 16, look.tick(tick), { anchor: "middle", color: "mute" });
  }
  const bottom = y + 22;
  const money = size.wide
    ? moneyBars(canvas, reading, rows, names, { x: 572, y: 14, width: 188, marks })
    : moneyBars(canvas, reading, rows, names, { x: 0, y: bottom + 26, width: 350, marks: null });
  return [finished(canvas, Math.max(bottom, money) + (study.comparisons.length > 0 ? 4 : 0))];
};

function rivalName({ standing, study }: Reading, { kind, label }: TeamComparison): string {
  if (kind === "repeated") return label;
  return standing === "one-agent" || standing === "cannot-tell" || study.plan.team === null
    ? "The best team"
    : "The team";
}

function valueText({ measured }: Comparison, look: MetricLook): string {
  return `${look.value(measured.accuracy.value)} ${look.interval(measured.accuracy)}`;
}

function differenceText({ difference: { measured } }: TeamComparison, { differenceTail }: MetricLook): string {
  return `${points(measured.value)} ${pointsInterval(measured)}${differenceTail}`;
}

type PointScale = ((value: number) => number) & { ticks: number[]; left: number };

/** Linear, because a difference must be as long wherever it stands. */
function pointScale(
  rows: readonly Comparison[],
  rival: TeamComparison | undefined,
  { wide }: Size,
  names: readonly string[],
  look: MetricLook,
): PointScale {
  const base = rows[0]!.measured.accuracy.value;
  const values = rows.flatMap(({ measured }) => [measured.accuracy.low, measured.accuracy.high]);
  if (rival)
    values.push(
      look.moved(base, rival.difference.measured.low),
      look.moved(base, rival.difference.measured.high),
      base,
    );
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const spare = Math.max(look.spareMin, 0.05 * (most - least));
  const left = wide
    ? Math.max(172, Math.min(240, Math.max(...names.map((name) => textWidth(name, 13, true))) + 16))
    : 8;
  const texts = [...rows.map((row) => valueText(row, look)), ...(rival ? [differenceText(rival, look)] : [])];
  // On the right of the longest interval stands its number.
  const right = wide
    ? 552 - Math.max(textWidth("100.0 [100.0, 100.0]", 12, true), ...texts.map((text) => textWidth(text, 12, true)))
    : 342;
  const scale = scaleLinear([least - spare, most + spare], [left, right]);
  const place = (value: number) => scale(value);
  const ticksOf = (count: number) =>
    scale.ticks(count).filter((tick) => tick > -0.0001 && tick < look.most(most) + 0.0001);
  const fits = (ticks: readonly number[]) => apart(ticks, place, look.tick).length === ticks.length;
  const ticks = [6, 5, 4, 3].map(ticksOf).find(fits) ?? apart(ticksOf(3), place, look.tick);
  return Object.assign(place, { ticks, left });
}

/** Bars from zero, and what the team costs at worst. Returns the lowest y used. */
function moneyBars(
  canvas: Canvas,
  reading: Reading,
  rows: readonly Comparison[],
  names: readonly string[],
  { x, y, width, marks }: { x: number; y: number; width: number; marks: readonly { y: number }[] | null },
): number {
  const { unit, rival } = reading;
  const costs = rows.map((row) => reading.costOf(row));
  const known = costs.filter((value) => value !== null);
  canvas.text(x, y, "Cost", { size: 13, bold: true, color: "ink" });
  const header = unit === "usd" ? "dollars per 1,000 tasks" : costHeaders[unit];
  canvas.lines(x, y + 16, labelLines(reading, header, width, { size: 12 }), { color: "mute" });
  if (known.length === 0) {
    canvas.text(x, y + 40, "not measured", { color: "mute" });
    return y + 44;
  }
  const most = Math.max(...known);
  const room = width - Math.max(...known.map((value) => textWidth(cost(value, unit), 12, true))) - 10;
  let bottom = y + 34;
  for (const [i, row] of rows.entries()) {
    const value = costs[i]!;
    let middle: number;
    if (marks) middle = marks[i]!.y;
    else {
      const lines = labelLines(reading, names[i]!, width, { size: 12 });
      canvas.lines(x, bottom + 6, lines);
      middle = bottom + 16 * lines.length + 3;
    }
    if (value !== null) {
      const length = most > 0 ? Math.max(1, (value / most) * room) : 1;
      canvas.rect({ x, y: middle - 5.5, width: length, height: 11 }, `fill k-${row.kind}`);
      canvas.text(x + length + 8, middle + 4, cost(value, unit), { bold: true, color: "ink" });
    }
    bottom = middle + 20;
  }
  const ratio = rival ? reading.costShare(rival) : null;
  if (rival && ratio !== null) {
    const money = unit === "usd" ? "money" : unit;
    const words = ratio < 1.995 ? `${share(ratio)} of the ${money}` : `${share(ratio)} the ${money}`;
    bottom = Math.max(bottom + 8, marks ? marks.at(-1)!.y + 34 : 0);
    canvas.text(x, bottom, words, { bold: true, color: "ink" });
    const worst = rival.forecast.cost[unit];
    if (isMeasured(worst) && worst.max > worst.mean * 1.005) {
      bottom += 16;
      canvas.text(x, bottom, `at worst ${cost(worst.max, unit)}`, { color: "mute" });
    }
  }
  return bottom + 4;
}
