import { points } from "../format-number.ts";
import type { Reading, TeamComparison } from "../reading.ts";
import { Canvas } from "./canvas.ts";
import { type Draw, finished, labelLines } from "./drawing.ts";
import { differenceScale } from "./scales.ts";
import { textWidth } from "./text-width.ts";

const rowsMax = 12;

/** Promise above, measurement below, for each team; zero is the single agent. */
export const forecast: Draw = (reading, size) => {
  const rows = shownRows(reading);
  if (rows.length === 0) return [];
  const canvas = new Canvas(size.width);
  const width = size.wide
    ? Math.max(150, Math.min(268, Math.max(...rows.map((row) => textWidth(reading.shortLabel(row), 13, true))) + 4))
    : 350;
  const labels = rows.map((row) => {
    const { chosen, difference } = row;
    const after = size.wide ? "" : `${points(difference.predictive.value)} → ${points(difference.measured.value)}`;
    const room = size.wide ? width - 12 : 350 - textWidth(after, 12) - 12;
    return { lines: labelLines(reading, reading.shortLabel(row), room, { bold: chosen }), after };
  });
  const [left, right] = size.wide ? [width + 16, 668] : [6, 344];
  const tick = (value: number) => points(value).replace(/\.0$/, "");
  const values = rows.flatMap(({ difference: { predictive, measured } }) => [
    predictive.low,
    predictive.high,
    measured.low,
    measured.high,
  ]);
  const x = differenceScale(values, [left, right], tick);
  const single = reading.baseline?.label ?? reading.study.baseline;
  const top = size.wide ? 34 : 44;
  if (size.wide) {
    canvas.text(760, 14, "measured", { anchor: "end", bold: true });
    canvas.text(760, 30, "− forecast", { anchor: "end", color: "mute" });
  }
  const zero = x(0);
  const better = labelLines(reading, `better than ${single} alone`, right - zero - 6, { size: 12, linesMax: 1 });
  if (right - zero > 110 && !better[0]?.endsWith("…")) canvas.text(zero + 6, 14, better[0] ?? "", { color: "mute" });
  else canvas.text(Math.min(zero + 6, right - 40), 14, "better", { color: "mute" });
  if (zero - left > 44) canvas.text(zero - 6, 14, "worse", { anchor: "end", color: "mute" });
  let y = top;
  for (const [i, { kind, chosen, difference }] of rows.entries()) {
    const { lines, after } = labels[i]!;
    let middle: number;
    if (size.wide) {
      const height = Math.max(27, 16 * lines.length + 8);
      middle = y + height / 2;
      canvas.lines(0, middle + 4 - 8 * (lines.length - 1), lines, { size: 13, bold: chosen, color: "ink" });
      canvas.text(760, middle + 4, points(difference.measured.value - difference.predictive.value), {
        anchor: "end",
        bold: chosen,
        color: chosen ? "ink" : "soft",
      });
      y += height;
    } else {
      canvas.lines(0, y, lines, { size: 13, bold: chosen, color: "ink" });
      canvas.text(350, y, after, { anchor: "end", color: "mute" });
      middle = y + 16 * lines.length - 2;
      y = middle + 26;
    }
    canvas.interval(kind, x(difference.predictive.low), middle - 3.5, x(difference.predictive.high), middle - 3.5, {
      soft: true,
    });
    canvas.interval(kind, x(difference.measured.low), middle + 3.5, x(difference.measured.high), middle + 3.5);
    canvas.mark(kind, x(difference.predictive.value), middle - 3.5, { state: "forecast", size: 4.2 });
    canvas.mark(kind, x(difference.measured.value), middle + 3.5, { size: 4.2 });
    if (i === 0 && size.wide) {
      const end = Math.max(x(difference.predictive.high), x(difference.measured.high)) + 8;
      const start = Math.min(x(difference.predictive.low), x(difference.measured.low)) - 8;
      const room = textWidth("measured", 11, true);
      if (end + room < 700 - textWidth("−00.0", 12)) {
        canvas.text(end, middle - 3, "forecast", { size: 11, color: kind });
        canvas.text(end, middle + 10.5, "measured", { size: 11, bold: true, color: kind });
      } else if (start - room > left) {
        canvas.text(start, middle - 3, "forecast", { size: 11, color: kind, anchor: "end" });
        canvas.text(start, middle + 10.5, "measured", { size: 11, bold: true, color: kind, anchor: "end" });
      }
    }
  }
  const bottom = size.wide ? y + 4 : y - 6;
  for (const value of x.ticks) {
    canvas.guide(x(value), 20, x(value), bottom, value === 0 ? "axis" : "grid");
    canvas.text(x(value), bottom + 18, tick(value), { anchor: "middle", color: "mute" });
  }
  if (x.ticks.every((value) => value !== 0)) canvas.guide(zero, 20, zero, bottom, "axis");
  const hidden = reading.teams.length - rows.length;
  if (hidden > 0) canvas.text(0, bottom + 40, `${hidden} more, far below: in the numbers`, { color: "mute" });
  return [finished(canvas, bottom + (hidden > 0 ? 48 : 26))];
};

/** Rows whose differences are of one size: a hopeless agent would squeeze all others into a corner. */
function shownRows({ teams, rival }: Reading): TeamComparison[] {
  const reach = Math.max(
    0.08,
    2.5 * Math.abs(rival?.difference.measured.value ?? 0),
    2.5 * Math.abs(rival?.difference.predictive.value ?? 0),
  );
  const near = teams.filter(
    (team) =>
      team.chosen ||
      team === rival ||
      (team.difference.measured.value > -reach && team.difference.predictive.value > -reach),
  );
  return near.filter((team, i) => i < rowsMax || team.chosen);
}
