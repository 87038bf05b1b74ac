// The two pictures of a run: its bill, and forecast against measured.
import type { Kind } from "../organizations/organization.ts";
import { Canvas } from "./figures/canvas.ts";
import { type Drawing, finished, type Size } from "./figures/drawing.ts";
import { clipMiddle, textWidth, wrapText } from "./figures/text-width.ts";
import { count, money } from "./format-number.ts";
import type { Kept } from "./run-data.ts";
import { type BillRow, keptName, keptText } from "./run-report.ts";

/** Kinds of tokens in the order of `BillRow.parts`, with their fill. */
const kinds = [
  { name: "prompt", fill: "q3" },
  { name: "cached prompt", fill: "q1" },
  { name: "answer", fill: "q5" },
  { name: "reasoning", fill: "q4" },
  { name: "unknown billing", fill: "hatchbox" },
] as const;

const rowsMost = 12;

/** One bar per agent, as long as its tokens, cut by kind. */
export function billDrawing(given: readonly BillRow[], size: Size): Drawing {
  const rows = given.slice(0, rowsMost);
  const canvas = new Canvas(size.width);
  const totals = rows.map(({ parts }) => parts.reduce((sum, part) => sum + part, 0));
  const most = Math.max(1, ...totals);
  const nameWidth = size.wide ? Math.min(220, Math.max(...rows.map(({ name }) => textWidth(name, 13))) + 16) : 0;
  const label = (row: BillRow, total: number) => `${count(total)}${row.usd > 0 ? ` · ${money(row.usd)}` : ""}`;
  const room = Math.max(...rows.map((row, i) => textWidth(label(row, totals[i]!), 12))) + 10;
  const width = size.width - nameWidth - room;
  let y =
    legend(
      canvas,
      kinds.filter((_, i) => rows.some(({ parts }) => parts[i]! > 0)),
      size,
    ) + 10;
  for (const [i, row] of rows.entries()) {
    if (size.wide) canvas.text(0, y + 14, clipMiddle(row.name, nameWidth - 8, 13), { size: 13, color: "ink" });
    else {
      canvas.text(0, y + 10, clipMiddle(row.name, size.width, 13), { size: 13, color: "ink" });
      y += 16;
    }
    let x = nameWidth;
    for (const [k, part] of row.parts.entries()) {
      const length = (part / most) * width;
      canvas.rect({ x, y, width: length, height: 20 }, kinds[k]!.fill);
      x += length;
    }
    canvas.text(x + 6, y + 14, label(row, totals[i]!), { color: "soft" });
    y += 30;
  }
  if (given.length > rows.length)
    canvas.text(0, y + 12, `${given.length - rows.length} more: in the numbers`, { color: "mute" });
  return finished(canvas, y + (given.length > rows.length ? 18 : 0));
}

/** Swatches with their names, in as many lines as they need; returns where they end. */
function legend(canvas: Canvas, shown: readonly (typeof kinds)[number][], size: Size): number {
  let [x, y] = [0, 4];
  for (const { name, fill } of shown) {
    const width = 18 + textWidth(name, 12) + 18;
    if (x > 0 && x + width - 18 > size.width) [x, y] = [0, y + 20];
    canvas.rect({ x, y, width: 12, height: 12 }, fill);
    canvas.text(x + 18, y + 10, name, { color: "soft" });
    x += width;
  }
  return y + 14;
}

/** Promise above, measurement below, each row on a scale of its own. */
export function keptDrawing(rows: readonly Kept[], kind: Kind, size: Size): Drawing {
  const canvas = new Canvas(size.width);
  const nameWidth = size.wide ? 150 : 0;
  const numberWidth = size.wide ? 150 : 0;
  const [left, right] = [nameWidth + 8, size.width - numberWidth - 8];
  let y = 18;
  if (size.wide) {
    canvas.text(size.width, 12, "forecast → measured", { anchor: "end", color: "mute" });
    y = 26;
  }
  for (const [i, { what, forecast, measured }] of rows.entries()) {
    const ends = [forecast.low, forecast.high, measured.low, measured.high];
    const [low, high] = [Math.min(...ends), Math.max(...ends)];
    const isPoint = high - low <= 1e-6 * Math.max(Math.abs(low), Math.abs(high)); // as sure as rounding allows
    const x = (value: number) => left + (isPoint ? 0.5 : (value - low) / (high - low)) * (right - left);
    const numbers = `${keptText(what, forecast.value)} → ${keptText(what, measured.value)}`;
    if (size.wide) {
      const [line = ""] = wrapText(keptName(what), nameWidth, { size: 13 });
      canvas.text(0, y + 16, line, { size: 13, color: "ink" });
      canvas.text(size.width, y + 16, numbers, { anchor: "end", color: "ink" });
    } else {
      canvas.text(0, y, keptName(what), { size: 13, color: "ink" });
      canvas.text(size.width, y, numbers, { anchor: "end", color: "soft" });
      y += 8;
    }
    const middle = y + 12;
    canvas.guide(left, middle, right, middle);
    canvas.interval(kind, x(forecast.low), middle - 4, x(forecast.high), middle - 4, { soft: true });
    canvas.interval(kind, x(measured.low), middle + 4, x(measured.high), middle + 4);
    canvas.mark(kind, x(forecast.value), middle - 4, { state: "forecast", size: 4.2 });
    canvas.mark(kind, x(measured.value), middle + 4, { size: 4.2 });
    if (i === 0 && size.wide) {
      const at = Math.min(x(forecast.high), right - 62) + 8;
      if (x(forecast.high) + 70 < right) {
        canvas.text(at, middle - 1, "forecast", { size: 11, color: kind });
        canvas.text(Math.max(at, x(measured.high) + 8), middle + 11, "measured", { size: 11, bold: true, color: kind });
      }
    }
    y += size.wide ? 40 : 46;
  }
  canvas.text(left, y + 4, "hollow: forecast, filled: measured", { size: 11, color: "mute" });
  return finished(canvas, y + 10);
}
