import { plain, plainInterval } from "../format-number.ts";
import { holdsTruth, measuredTruths } from "../sections/truths.ts";
import { Canvas } from "./canvas.ts";
import { type Draw, finished, labelLines } from "./drawing.ts";
import { textWidth } from "./text-width.ts";

/** Every interval at the same length with the truth where it falls: inside, or how far outside. */
export const truths: Draw = (reading, size) => {
  const rows = measuredTruths(reading.study.truths);
  if (rows.length === 0) return [];
  const canvas = new Canvas(size.width);
  const numbers = rows.map(({ truth, estimate }) => ({
    estimate: `${plain(estimate.value)} ${plainInterval(estimate)}`,
    truth: plain(truth),
  }));
  const column = size.wide ? Math.max(...numbers.map(({ estimate }) => textWidth(estimate, 12))) + 8 : 0;
  const truthColumn = size.wide
    ? Math.max(textWidth("truth", 12), ...numbers.map(({ truth }) => textWidth(truth, 12))) + 8
    : 0;
  const [left, right] = size.wide ? [250, 760 - column - truthColumn - 16] : [10, 340];
  const middle = (left + right) / 2;
  // A truth three half-lengths away is the edge of the picture.
  const unit = (right - left) / 2 / 3;
  if (size.wide) {
    canvas.text(middle, 14, "truth", { anchor: "middle", bold: true, color: "ink" });
    canvas.text(760 - column - 8, 14, "truth", { anchor: "end", color: "mute" });
    canvas.text(760, 14, "calibrated", { anchor: "end", color: "mute" });
  } else canvas.text(middle, 14, "truth", { anchor: "middle", bold: true, color: "ink" });
  let y = 22;
  for (const [i, row] of rows.entries()) {
    const { name, symbol, truth, estimate } = row;
    const half = Math.max((estimate.high - estimate.low) / 2, 1e-12);
    const clamp = (value: number) => Math.max(left, Math.min(right, value));
    const place = (value: number) => clamp(middle + ((value - truth) / half) * unit);
    const label = `${name}, ${symbol}`;
    let at: number;
    if (size.wide) {
      const lines = labelLines(reading, label, left - 20);
      const height = Math.max(24, 16 * lines.length + 6);
      at = y + height / 2;
      canvas.lines(0, at + 4 - 8 * (lines.length - 1), lines, { size: 13, color: "ink" });
      canvas.text(760 - column - 8, at + 4, numbers[i]!.truth, { anchor: "end" });
      canvas.text(760, at + 4, numbers[i]!.estimate, { anchor: "end" });
      y += height;
    } else {
      const lines = labelLines(reading, label, 350);
      y = canvas.lines(0, y + 16, lines, { size: 13, color: "ink" });
      canvas.text(0, y, `${numbers[i]!.truth} true, calibrated ${numbers[i]!.estimate}`, { color: "mute" });
      at = y + 14;
      y = at + 8;
    }
    canvas.interval("single", place(estimate.low), at, place(estimate.high), at);
    canvas.mark("single", place(estimate.value), at, { size: 4.2 });
    // On the side of the truth where the interval is not.
    if (!holdsTruth(row)) {
      const above = estimate.low > truth;
      canvas.text(above ? middle - 8 : middle + 8, at + 4, "missed", {
        bold: true,
        color: "ink",
        anchor: above ? "end" : "start",
      });
    }
  }
  canvas.guide(middle, 20, middle, y + 4, "flip");
  return [finished(canvas, y + 10)];
};
