import { group } from "d3-array";
import { percent, points } from "../format-number.ts";
import { Canvas } from "./canvas.ts";
import { type Draw, finished } from "./drawing.ts";
import { centered, differenceScale } from "./scales.ts";
import { textWidth } from "./text-width.ts";

/** One dot for each way to split the tasks; bars where there are too many dots. */
export const splits: Draw = ({ study, chosen }, size) => {
  if (!study.splits || study.splits.differences.length === 0) return [];
  const { differences } = study.splits;
  const canvas = new Canvas(size.width);
  const [left, right] = [8, size.width - 8];
  const tick = (value: number) => points(value).replace(/\.0$/, "");
  const x = differenceScale(
    differences.map(({ measured }) => measured),
    [left, right],
    tick,
  );
  const tallest = size.wide ? 176 : 132;
  const top = 40;
  const bottom = top + tallest;
  const zero = x(0);
  // The widest bins whose stacks fit: fewer, taller stacks show the shape better.
  const dot = 6.4;
  const binned = (width: number) => group(differences, ({ measured }) => Math.floor((x(measured) - zero) / width));
  const tallestOf = (bins: ReturnType<typeof binned>) => Math.max(...[...bins.values()].map(({ length }) => length));
  const binWidth = [28, 24, 20, 17, 14, 12].find((width) => dot * tallestOf(binned(width)) <= tallest) ?? 10;
  const bins = binned(binWidth);
  const step = Math.min(dot, tallest / tallestOf(bins));
  for (const [bin, some] of bins) {
    const center = zero + (bin + 0.5) * binWidth;
    const sorted = some.toSorted((a, b) => a.kind.localeCompare(b.kind));
    if (step >= 3.4)
      for (const [i, { kind }] of sorted.entries())
        canvas.circle(center, bottom - 4 - step * (i + 0.5) + step / 2, Math.min(2.7, 0.45 * step), `fill k-${kind}`);
    else {
      let at = bottom - 1;
      for (const kind of [...new Set(sorted.map((one) => one.kind))]) {
        const height = step * sorted.filter((one) => one.kind === kind).length;
        canvas.rect({ x: center - 4, y: at - height, width: 8, height }, `fill k-${kind}`);
        at -= height;
      }
    }
  }
  const share = (some: number) => percent(some / differences.length, 1).replace(/\.0/, "");
  const worse = differences.filter(({ measured }) => measured < 0).length;
  const better = differences.filter(({ measured }) => measured > 0).length;
  const sideText = (words: string, anchor: "start" | "end") => {
    const room = anchor === "end" ? zero - left - 6 : right - zero - 6;
    if (room >= textWidth(words, 12))
      canvas.text(anchor === "end" ? zero - 6 : zero + 6, 12, words, { anchor, color: "mute" });
  };
  sideText(`worse: ${share(worse)}`, "end");
  sideText(`better: ${share(better)}`, "start");
  if (chosen?.difference) {
    const at = x(chosen.difference.measured.value);
    const words = `this report ${points(chosen.difference.measured.value)}`;
    canvas.text(centered(at, words, left, right, true), 30, words, {
      bold: true,
      anchor: "middle",
      color: chosen.kind,
    });
    canvas.line(at, 35, at, bottom, `now k-${chosen.kind}`);
  }
  for (const value of x.ticks) {
    canvas.guide(x(value), value === 0 ? 2 : top - 4, x(value), bottom, value === 0 ? "axis" : "grid");
    canvas.text(centered(x(value), tick(value), 0, size.width), bottom + 18, tick(value), {
      anchor: "middle",
      color: "mute",
    });
  }
  canvas.line(left, bottom, right, bottom, "axis");
  return [finished(canvas, bottom + 26)];
};
