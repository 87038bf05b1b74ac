import { accuracy, decimal } from "../format-number.ts";
import { earlyStop, splitVotes } from "../sections/frontier.ts";
import { numberWord } from "../words.ts";
import { Canvas, px } from "./canvas.ts";
import { type Draw, finished, labelLines } from "./drawing.ts";
import { drawLabel } from "./frontier.ts";
import { type LabelRequest, lineBoxes, placeLabels } from "./place-labels.ts";
import { accuracyScale, costScale } from "./scales.ts";

/** Votes of one agent: accuracy against mean calls, fixed numbers and early stops. */
export const votes: Draw = (reading, size, index) => {
  const curve = reading.study.votes[index];
  if (!curve || curve.points.length === 0) return [];
  const { fixed, early } = splitVotes(curve);
  const canvas = new Canvas(size.width);
  const [left, right] = [size.wide ? 44 : 34, size.wide ? 640 : 300];
  const [top, bottom] = [16, size.wide ? 296 : 280];
  const x = costScale(
    curve.points.map(({ calls }) => calls),
    [left + 18, right - 12],
    (value) => decimal(value, Number.isInteger(value) ? 0 : 1),
  );
  const y = accuracyScale(
    curve.points.flatMap(({ measured, forecast }) => [
      measured.low,
      measured.value,
      Math.min(1, measured.high),
      forecast.value,
    ]),
    [bottom - 10, top + 14],
  );
  for (const tick of y.ticks)
    canvas.text(left - 8, y(tick) + 4, String(Math.round(1000 * tick) / 10), { anchor: "end", color: "mute" });
  const shownTicks = x.ticks;
  for (const tick of shownTicks) {
    canvas.text(x(tick), bottom + 18, decimal(tick, Number.isInteger(tick) ? 0 : 1), {
      anchor: "middle",
      color: "mute",
    });
    canvas.line(x(tick), bottom, x(tick), bottom + 4, "tick");
  }
  canvas.text(right, bottom + 40, "mean calls per task, log scale", { anchor: "end" });
  const measured = fixed.map((point) => ({ x: x(point.calls), y: y(point.measured.value) }));
  const promised = fixed.map((point) => ({ x: x(point.calls), y: y(point.forecast.value) }));
  const stops = early.map((point) => ({ x: x(point.calls), y: y(point.measured.value) }));
  const segments = [measured, promised, stops].flatMap((line) =>
    line.slice(1).flatMap((point, i) => lineBoxes(line[i]!.x, line[i]!.y, point.x, point.y)),
  );
  const obstacles = [
    ...segments,
    ...[...fixed, ...early].flatMap((point) => [
      { x: x(point.calls) - 7, y: y(point.measured.value) - 7, width: 14, height: 14 },
      {
        x: x(point.calls) - 1,
        y: y(point.measured.high),
        width: 2,
        height: y(point.measured.low) - y(point.measured.high),
      },
    ]),
  ];
  const last = fixed.at(-1);
  const stop = earlyStop(curve);
  const requests: (LabelRequest & { kind: "single" | "repeated" })[] = [];
  if (stop) {
    const lead = /:(\d+)/.exec(stop.point.team)?.[1];
    const words = `Stop when one answer leads${lead ? ` by ${numberWord(Number(lead))}` : ""}:`;
    const width = size.wide ? 260 : 170;
    requests.push({
      kind: "repeated",
      size: 12,
      x: x(stop.point.calls),
      y: y(stop.point.measured.value),
      radius: 7,
      prefer: ["left-above", "above", "right-above"],
      reach: 160,
      farthest: Number.POSITIVE_INFINITY,
      lines: [
        ...labelLines(reading, words, width, { size: 12, bold: true }).map((text) => ({ text, bold: true })),
        ...labelLines(
          reading,
          `${accuracy(stop.point.measured.value)} at ${decimal(stop.point.calls, 1)} calls, as good as ${stop.asGoodAs.votes} fixed votes`,
          width,
          { size: 12 },
        ).map((text) => ({ text })),
      ],
    });
  }
  if (last && fixed.length > 1)
    requests.push({
      kind: "repeated",
      size: 12,
      x: x(last.calls),
      y: y(last.measured.value),
      radius: 7,
      prefer: ["right", "right-below"],
      reach: 44,
      lines: [
        { text: accuracy(last.measured.value), bold: true },
        { text: "fixed votes", bold: true },
      ].slice(0, size.wide ? 2 : 2),
    });
  for (const [i, point] of fixed.entries())
    if (point !== last || fixed.length === 1)
      requests.push({
        kind: point.votes === 1 ? "single" : "repeated",
        size: 12,
        x: x(point.calls),
        y: y(point.measured.value),
        radius: 6,
        prefer: ["right-below", "right", "left-above"],
        reach: 16,
        lines: [{ text: accuracy(point.measured.value), bold: i === 0 }],
      });
  if (last)
    requests.push({
      kind: "single",
      size: 12,
      x: x(last.calls),
      y: y(last.forecast.value),
      radius: 2,
      prefer: ["right", "right-above"],
      reach: 44,
      lines: [{ text: "forecast" }],
    });
  const placed = placeLabels(requests, {
    bounds: { x: left, y: 0, width: size.width - left, height: bottom - 2 },
    obstacles,
    solid: [...canvas.texts],
  });
  for (const [i, label] of placed.entries()) if (label) drawLabel(canvas, label, requests[i]!, requests[i]!.kind);
  for (const tick of y.ticks) canvas.guide(left, y(tick), right, y(tick));
  canvas.line(left, bottom, right, bottom, "axis");
  const path = (line: readonly { x: number; y: number }[]) =>
    `M${line.map((point) => `${px(point.x)} ${px(point.y)}`).join("L")}`;
  if (promised.length > 1) canvas.path(path(promised), "front dash");
  if (measured.length > 1) canvas.path(path(measured), "rl k-repeated");
  if (stops.length > 1) canvas.path(path(stops), "rl k-repeated");
  for (const point of [...fixed, ...early]) {
    const kind = point.votes === 1 ? "single" : "repeated";
    canvas.interval(kind, x(point.calls), y(point.measured.low), x(point.calls), y(point.measured.high), {
      soft: true,
    });
    canvas.mark(kind, x(point.calls), y(point.measured.value), { size: 5.5 });
  }
  return [finished(canvas, bottom + 46)];
};
