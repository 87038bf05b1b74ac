import { accuracy } from "../format-number.ts";
import { Canvas } from "./canvas.ts";
import { type Draw, finished, labelLines } from "./drawing.ts";
import { accuracyScale, apart, centered } from "./scales.ts";
import { textWidth } from "./text-width.ts";

/** By pseudo-labels above, by grades below, for every agent and the best panels. */
export const unlabeled: Draw = (reading, size) => {
  const rows = reading.study.unlabeled?.rows ?? [];
  if (rows.length === 0) return [];
  const canvas = new Canvas(size.width);
  const width = size.wide
    ? Math.max(150, Math.min(268, Math.max(...rows.map(({ label }) => textWidth(label, 13))) + 4))
    : 350;
  const [left, right] = size.wide ? [width + 16, 640] : [6, 344];
  const x = accuracyScale(
    rows.flatMap(({ pseudo, measured }) => [pseudo.low, pseudo.high, measured.low, measured.high]),
    [left, right],
    34,
  );
  const after = rows.map(({ pseudo, measured }) => `${accuracy(pseudo.value)} → ${accuracy(measured.value)}`);
  if (size.wide) canvas.text(760, 14, "pseudo → measured", { anchor: "end", color: "mute" });
  let y = size.wide ? 24 : 16;
  for (const [i, { label, kind, pseudo, measured }] of rows.entries()) {
    let middle: number;
    if (size.wide) {
      const lines = labelLines(reading, label, width - 12);
      const height = Math.max(27, 16 * lines.length + 8);
      middle = y + height / 2;
      canvas.lines(0, middle + 4 - 8 * (lines.length - 1), lines, { size: 13, color: "ink" });
      canvas.text(760, middle + 4, after[i]!, { anchor: "end" });
      y += height;
    } else {
      const lines = labelLines(reading, label, 350 - textWidth(after[i]!, 12) - 12);
      canvas.lines(0, y, lines, { size: 13, color: "ink" });
      canvas.text(350, y, after[i]!, { anchor: "end", color: "mute" });
      middle = y + 16 * lines.length - 2;
      y = middle + 26;
    }
    canvas.interval(kind, x(pseudo.low), middle - 3.5, x(pseudo.high), middle - 3.5, { soft: true });
    canvas.interval(kind, x(measured.low), middle + 3.5, x(measured.high), middle + 3.5);
    canvas.mark(kind, x(pseudo.value), middle - 3.5, { state: "forecast", size: 4.2 });
    canvas.mark(kind, x(measured.value), middle + 3.5, { size: 4.2 });
  }
  const bottom = size.wide ? y + 4 : y - 6;
  const tick = (value: number) => `${accuracy(value).replace(/\.0$/, "")} %`;
  for (const value of apart(x.ticks, x, tick, [0, size.width])) {
    canvas.guide(x(value), size.wide ? 20 : 4, x(value), bottom);
    const at = centered(x(value), tick(value), 0, size.width);
    canvas.text(at, bottom + 18, tick(value), { anchor: "middle", color: "mute" });
  }
  return [finished(canvas, bottom + 26)];
};
