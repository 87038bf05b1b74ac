import { isMeasured } from "../../theory/interval.ts";
import { costHeaders, costTick, percent, readable, share } from "../format-number.ts";
import { kindOrder, kinds } from "../kinds.ts";
import { costIn } from "../reading.ts";
import { capitalize } from "../words.ts";
import { type Box, Canvas, type markShape, overlap, px, textBox } from "./canvas.ts";
import { type Draw, finished, labelLines } from "./drawing.ts";
import { type LabelRequest, lineBoxes, type PlacedLabel, placeLabels } from "./place-labels.ts";
import { costScale } from "./scales.ts";

/** Accuracy against cost: measured marks with intervals, the promised frontier, and faintly all that lost. */
export const frontier: Draw = (reading, size) => {
  const { study, look, unit, chosen, baseline } = reading;
  const { plan } = study;
  const rows = study.comparisons
    .flatMap((row) => {
      const perTask = reading.costOf(row);
      return perTask === null ? [] : [{ row, cost: readable(perTask, unit) }];
    })
    .toSorted(
      (a, b) =>
        Number(b.row === chosen) - Number(a.row === chosen) ||
        Number(b.row === baseline) - Number(a.row === baseline) ||
        look.compare(b.row.measured.accuracy.value, a.row.measured.accuracy.value),
    );
  if (rows.length === 0) return [];
  const promised = plan.frontier
    .flatMap((forecast) => {
      const perTask = costIn(forecast, unit);
      return perTask === null ? [] : [{ cost: readable(perTask, unit), accuracy: forecast.accuracy.mean }];
    })
    .toSorted((a, b) => a.cost - b.cost);
  const height = size.wide ? 520 : 500;
  const canvas = new Canvas(size.width);
  const plot: Box = {
    x: size.wide ? 44 : 34,
    y: 34,
    width: size.width - (size.wide ? 50 : 38),
    height: height - 34 - 50,
  };
  const [right, bottom] = [plot.x + plot.width, plot.y + plot.height];
  const x = costScale(
    [...rows.map(({ cost }) => cost), ...promised.map(({ cost }) => cost)],
    [plot.x + 14, right - 10],
    (value) => costTick(value, unit),
  );
  const y = look.scale(
    [
      ...rows.flatMap(({ row }) => [
        row.measured.accuracy.low,
        row.measured.accuracy.value,
        row.measured.accuracy.high,
      ]),
      ...promised.map(({ accuracy }) => accuracy),
    ],
    [bottom - 6, plot.y + 6],
  );
  for (const tick of y.ticks)
    canvas.text(
      plot.x - 8,
      y(tick) + 4,
      `${look.tick(tick)}${tick === y.ticks.at(-1) && size.wide ? look.tickUnit : ""}`,
      { anchor: "end", color: "mute" },
    );
  for (const tick of x.ticks) {
    canvas.text(x(tick), bottom + 18, costTick(tick, unit), { anchor: "middle", color: "mute" });
    canvas.line(x(tick), bottom, x(tick), bottom + 4, "tick");
  }
  canvas.text(right, bottom + 40, `${unit === "usd" ? "cost per 1,000 tasks" : costHeaders[unit]}, log scale`, {
    anchor: "end",
  });

  // Labels first, so that what lost can stay out from under them.
  const steps = stepPoints(
    promised.map(({ cost, accuracy }) => ({ x: x(cost), y: y(accuracy) })),
    right,
  );
  const obstacles: Box[] = [
    ...steps.slice(1).flatMap((point, i) => lineBoxes(steps[i]!.x, steps[i]!.y, point.x, point.y)),
  ];
  const boxOf = (cx: number, cy: number, r: number): Box => ({ x: cx - r, y: cy - r, width: 2 * r, height: 2 * r });
  for (const { row, cost } of rows) {
    obstacles.push({
      x: x(cost) - 1,
      y: Math.min(y(row.measured.accuracy.high), y(row.measured.accuracy.low)),
      width: 2,
      height: Math.abs(y(row.measured.accuracy.low) - y(row.measured.accuracy.high)),
    });
  }
  const markBoxes = rows.map(({ row, cost }) => boxOf(x(cost), y(row.measured.accuracy.value), 7));
  const labels = rows.map(({ row, cost }): LabelRequest => {
    const emphasis = row === chosen;
    const width = size.wide ? 230 : 150;
    const lines = labelLines(reading, reading.shortLabel(row), width, {
      size: emphasis ? 13 : 12,
      bold: emphasis,
      linesMax: 3,
    }).map((text) => ({ text, bold: emphasis }));
    const ratio = reading.costShare(row);
    const second =
      emphasis && row.difference && ratio !== null
        ? [
            {
              text: `${look.gain(row.difference.measured.value)} at ${ratio < 1.995 ? `${percent(ratio)} of the cost` : `${share(ratio)} the cost`}`,
            },
          ]
        : [];
    return {
      lines: [
        ...lines,
        ...second.flatMap(({ text }) =>
          labelLines(reading, text, width, { size: emphasis ? 13 : 12 }).map((one) => ({ text: one })),
        ),
      ],
      size: emphasis ? 13 : 12,
      x: x(cost),
      y: y(row.measured.accuracy.value),
      radius: emphasis ? 8 : 6,
      prefer: row.kind === "single" ? ["right", "left", "right-below"] : ["left-above", "above", "left", "right"],
      reach: emphasis ? 160 : 110,
      farthest: emphasis ? Number.POSITIVE_INFINITY : 240,
    };
  });
  const tickBoxes = [...canvas.texts];
  const bounds = { x: plot.x + 2, y: 0, width: plot.width + (size.wide ? 4 : 2), height: bottom - 2 };
  const placed = placeLabels(labels, { bounds, obstacles, solid: [...tickBoxes, ...markBoxes] });
  for (const [i, label] of placed.entries()) if (label) drawLabel(canvas, label, labels[i]!, rows[i]!.row.kind);

  // A kind without data still gets its place.
  if (!isMeasured(plan.resampled) && rows.every(({ row }) => row.kind !== "repeated")) {
    const lines = labelLines(reading, "Repeats of one agent: not measured", size.wide ? 260 : 130, {
      size: 12,
      bold: true,
    });
    const reason = labelLines(reading, plan.resampled.notMeasured, size.wide ? 260 : 130, { size: 12, linesMax: 3 });
    const spot = freeSpot(
      [...lines.map((text) => ({ text, bold: true })), ...reason.map((text) => ({ text, bold: false }))],
      20,
      bounds,
      [...obstacles, ...markBoxes, ...canvas.texts],
      { x: right, y: bottom },
    );
    if (spot) {
      canvas.mark("repeated", spot.x + 6, spot.y + 8, { state: "not-measured" });
      canvas.lines(
        spot.x + 20,
        canvas.lines(spot.x + 20, spot.y + 12, lines, { bold: true, color: "repeated" }),
        reason,
        { color: "mute" },
      );
    }
  }

  // Candidates that lost: forecasts, hollow and faint, never under a label.
  const faint = plan.candidates.flatMap((forecast) => {
    const perTask = costIn(forecast, unit);
    if (perTask === null || study.comparisons.some(({ team }) => team === forecast.team)) return [];
    return [
      {
        kind: forecast.kind,
        x: x(readable(perTask, unit)),
        y: y(forecast.accuracy.mean),
      },
    ];
  });
  const lowest = Math.max(
    ...rows.flatMap(({ row }) => [y(row.measured.accuracy.low), y(row.measured.accuracy.high)]),
    ...promised.map(({ accuracy }) => y(accuracy)),
  );
  const shown = faint.filter((one) => one.y <= lowest && one.x > plot.x && one.x < right);
  // Kinds of faint marks are named where most of them stand.
  for (const kind of kindOrder) {
    const some = shown.filter((one) => one.kind === kind);
    if (some.length < 6) continue;
    const middle = { x: median(some.map((one) => one.x)), y: median(some.map((one) => one.y)) };
    const words = [{ text: capitalize(kinds[kind].many), bold: true }];
    const spot = freeSpot(words, 0, bounds, [...obstacles, ...markBoxes, ...canvas.texts], middle);
    if (spot) canvas.text(spot.x, spot.y + 12, words[0]!.text, { bold: true, color: kind });
  }
  for (const one of shown)
    if (canvas.texts.every((box) => !overlap(box, boxOf(one.x, one.y, 3.5), 1)))
      canvas.path(...faintMark(one.kind, one.x, one.y));

  for (const tick of y.ticks) canvas.guide(plot.x, y(tick), right, y(tick));
  canvas.line(plot.x, bottom, right, bottom, "axis");
  if (steps.length > 1) canvas.path(`M${steps.map((point) => `${px(point.x)} ${px(point.y)}`).join("L")}`, "front");
  for (const { row, cost } of rows.toReversed()) {
    const { value, low, high } = row.measured.accuracy;
    canvas.interval(row.kind, x(cost), y(low), x(cost), y(high), { soft: row !== chosen });
    canvas.mark(row.kind, x(cost), y(value), { size: row === chosen ? 7 : 5 });
  }
  return [finished(canvas, height)];
};

/** Corners of a line that keeps its height until the next point, then on to the right edge. */
export function stepPoints(points: readonly { x: number; y: number }[], end: number): { x: number; y: number }[] {
  const corners: { x: number; y: number }[] = [];
  for (const [i, point] of points.entries()) {
    if (i > 0) corners.push({ x: point.x, y: points[i - 1]!.y });
    corners.push(point);
  }
  const last = points.at(-1);
  if (last && end > last.x) corners.push({ x: end, y: last.y });
  return corners;
}

export function drawLabel(
  canvas: Canvas,
  { x, y, anchor, leader }: PlacedLabel,
  { lines, size }: LabelRequest,
  kind: Parameters<Canvas["mark"]>[0],
): void {
  if (leader) canvas.line(leader.x1, leader.y1, leader.x2, leader.y2, "lead");
  for (const [i, { text, bold }] of lines.entries())
    canvas.text(x, y + 16 * i, text, { size, anchor, bold: bold ?? false, color: kind });
}

/** The free place for a block of text that is nearest to a point; its top left corner. */
function freeSpot(
  lines: readonly { text: string; bold: boolean }[],
  indent: number,
  bounds: Box,
  taken: readonly Box[],
  near: { x: number; y: number },
): { x: number; y: number } | null {
  const width = indent + Math.max(...lines.map(({ text, bold }) => textBox(0, 0, text, { bold }).width));
  const height = 16 * lines.length;
  let best: { x: number; y: number; distance: number } | null = null;
  for (let top = bounds.y + 4; top + height <= bounds.y + bounds.height - 4; top += 8)
    for (let left = bounds.x + 4; left + width <= bounds.x + bounds.width - 4; left += 10) {
      const distance = Math.hypot(left + width / 2 - near.x, top + height / 2 - near.y);
      if (best && distance >= best.distance) continue;
      const box = { x: left, y: top, width, height };
      if (taken.every((other) => !overlap(box, other, 4))) best = { x: left, y: top, distance };
    }
  return best;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** A small hollow mark as one path; hundreds of them must stay light. */
function faintMark(kind: Parameters<typeof markShape>[0], x: number, y: number): [string, string] {
  const r = 2.2;
  const d =
    kind === "panel"
      ? `M${px(x - r)} ${px(y - r)}h${2 * r}v${2 * r}h${-2 * r}Z`
      : kind === "cascade"
        ? `M${px(x)} ${px(y - 2.7)}l2.7 2.7l-2.7 2.7l-2.7 -2.7Z`
        : kind === "tree"
          ? `M${px(x)} ${px(y - 2.6)}l2.6 4.5h-5.2Z`
          : `M${px(x - r)} ${px(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
  return [d, `far k-${kind}`];
}
