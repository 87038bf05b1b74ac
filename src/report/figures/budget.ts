import { cost, costTick, readable } from "../format-number.ts";
import { kindOrder, kinds } from "../kinds.ts";
import { orderedBudgets } from "../sections/budget.ts";
import type { BudgetCurve } from "../study-data.ts";
import { Canvas, px } from "./canvas.ts";
import { type Draw, finished } from "./drawing.ts";
import { stepPoints } from "./frontier.ts";
import { spread } from "./place-labels.ts";
import { centered, costScale } from "./scales.ts";
import { textWidth } from "./text-width.ts";

/** What each kind reaches at a budget, and under it what is advised. */
export const budget: Draw = ({ study, look }, size) => {
  const [main, ...others] = orderedBudgets(study);
  if (!main) return [];
  const canvas = new Canvas(size.width);
  const names = kindOrder.filter((kind) => main.points.some(({ byKind }) => byKind[kind]));
  const gutter = Math.max(...names.map((kind) => textWidth(kinds[kind].short, 12, true))) + 10;
  const [left, right] = [size.wide ? 36 : 30, size.width - gutter];
  const [top, bottom] = [20, size.wide ? 268 : 250];
  const values = main.points.flatMap(({ byKind }) => Object.values(byKind).map(({ measured }) => measured));
  const edges = [
    ...main.points.map(({ budget }) => budget),
    ...main.segments.flatMap(({ from, to }) => [from, to]),
  ].map((one) => readable(one, main.unit));
  const x = costScale(edges, [left + 6, right - 4], (value) => costTick(value, main.unit));
  if (values.length > 0) {
    const y = look.scale(values, [bottom - 8, top]);
    for (const tick of y.ticks) {
      canvas.guide(left, y(tick), right, y(tick));
      canvas.text(left - 8, y(tick) + 4, look.tick(tick), { anchor: "end", color: "mute" });
    }
    const curves = names.map((kind) => {
      const points = main.points.flatMap(({ budget, byKind }) =>
        byKind[kind] ? [{ x: x(readable(budget, main.unit)), y: y(byKind[kind].measured) }] : [],
      );
      return { kind, corners: stepPoints(points, right - 4) };
    });
    for (const { kind, corners } of curves)
      canvas.path(`M${corners.map((corner) => `${px(corner.x)} ${px(corner.y)}`).join("L")}`, `step k-${kind}`);
    const ends = curves.map(({ corners }) => corners.at(-1)!.y);
    for (const [i, at] of spread(ends, 17, top, bottom - 4).entries())
      canvas.text(right + 4, at + 4, kinds[curves[i]!.kind].short, { bold: true, color: curves[i]!.kind });
  }
  for (const tick of x.ticks) {
    canvas.text(x(tick), bottom + 18, costTick(tick, main.unit), { anchor: "middle", color: "mute" });
    canvas.line(x(tick), bottom, x(tick), bottom + 4, "tick");
  }
  canvas.line(left, bottom, right, bottom, "axis");
  let y = bottom + 46;
  canvas.text(left, y, `Advice, ${unitWords(main)}`, { bold: true, color: "ink" });
  for (const { from } of main.segments.slice(1))
    canvas.guide(x(readable(from, main.unit)), top - 6, x(readable(from, main.unit)), y + 10, "cross");
  y = segmentBar(canvas, main, x, y + 10);
  for (const curve of others) {
    y += 28;
    canvas.text(left, y, `The same, ${unitWords(curve)}`, { bold: true, color: "ink" });
    const edges = curve.segments.flatMap(({ from, to }) => [from, to]).map((one) => readable(one, curve.unit));
    y = segmentBar(
      canvas,
      curve,
      costScale(edges, [left + 6, right - 4], (value) => costTick(value, curve.unit)),
      y + 10,
    );
  }
  return [finished(canvas, y + 6)];
};

function unitWords({ unit }: BudgetCurve): string {
  return unit === "usd" ? "in dollars per 1,000 tasks" : `in ${unit} per task`;
}

/** Segments in the wash of their kind, with the budgets at which the advice changes. Returns the lowest y. */
function segmentBar(
  canvas: Canvas,
  { segments, unit }: BudgetCurve,
  x: (value: number) => number,
  top: number,
): number {
  let end = Number.NEGATIVE_INFINITY;
  for (const [i, { kind, from, to }] of segments.entries()) {
    const [start, stop] = [x(readable(from, unit)), x(readable(to, unit))];
    const width = Math.max(3, stop - start);
    canvas.rect({ x: start + (i > 0 ? 1 : 0), y: top, width: width - (i > 0 ? 1 : 0), height: 20 }, `w-${kind}`);
    const words = kinds[kind].short;
    const room = textWidth(words, 12, true) + 26;
    if (width >= room) {
      canvas.mark(kind, start + width / 2 - (room - 26) / 2 - 4, top + 10, { size: 3.8 });
      canvas.text(start + width / 2 - (room - 26) / 2 + 6, top + 14, words, { bold: true, color: kind });
    } else if (width >= 12) canvas.mark(kind, start + width / 2, top + 10, { size: 3.8 });
    if (i === 0) continue;
    const value = cost(from, unit);
    const half = textWidth(value, 12, true) / 2;
    const middle = centered(start, value, 0, canvas.width, true);
    if (middle - half < end + 6) continue;
    canvas.text(middle, top + 36, value, { bold: true, color: "ink", anchor: "middle" });
    end = middle + half;
  }
  return top + (segments.length > 1 ? 40 : 22);
}
