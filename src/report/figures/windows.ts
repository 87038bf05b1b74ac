import type { WindowSweep } from "../../plan/plan-types.ts";
import { isMeasured } from "../../theory/interval.ts";
import { count } from "../format-number.ts";
import { toldWindows } from "../sections/windows.ts";
import { Canvas, px } from "./canvas.ts";
import { type Draw, finished } from "./drawing.ts";
import { stepPoints } from "./frontier.ts";
import { spread } from "./place-labels.ts";
import { accuracyScale, centered, costScale } from "./scales.ts";
import { textWidth } from "./text-width.ts";

/** What the best star and the best tree of readers reach at every window; the window as stated, and where they change places. */
export const windows: Draw = ({ study }, size) => {
  const sweep = study.plan.windows;
  if (!isMeasured<WindowSweep>(sweep)) return [];
  const points = toldWindows(sweep);
  if (points.length < 2) return [];
  const canvas = new Canvas(size.width);
  const [left, right] = [size.wide ? 36 : 30, size.width - textWidth("star", 12, true) - 10];
  const [top, bottom] = [36, size.wide ? 260 : 240];
  const x = costScale(
    points.map(({ contextTokens }) => contextTokens),
    [left + 6, right - 4],
    (tokens) => count(tokens),
  );
  const curves = (["star", "tree"] as const)
    .map((shape) => ({
      shape,
      points: points.flatMap((point) =>
        point[shape] ? [{ tokens: point.contextTokens, right: point[shape].accuracy.mean }] : [],
      ),
    }))
    .filter((curve) => curve.points.length > 0);
  const y = accuracyScale(
    curves.flatMap((curve) => curve.points.map((point) => point.right)),
    [bottom - 8, top],
  );
  for (const tick of y.ticks) {
    canvas.guide(left, y(tick), right, y(tick));
    canvas.text(left - 8, y(tick) + 4, String(Math.round(1000 * tick) / 10), { anchor: "end", color: "mute" });
  }
  const drawn = curves.map(({ shape, points }) => ({
    shape,
    corners: stepPoints(
      points.map((point) => ({ x: x(point.tokens), y: y(point.right) })),
      right - 4,
    ),
  }));
  // One kind, one colour: the star is the broken line.
  for (const { shape, corners } of drawn)
    canvas.path(
      `M${corners.map((corner) => `${px(corner.x)} ${px(corner.y)}`).join("L")}`,
      `step k-tree${shape === "star" ? " dash" : ""}`,
    );
  const ends = drawn.map(({ corners }) => corners.at(-1)!.y);
  for (const [i, at] of spread(ends, 17, top, bottom - 4).entries())
    canvas.text(right + 4, at + 4, drawn[i]!.shape, { bold: true, color: "tree" });
  for (const tick of x.ticks) {
    canvas.text(x(tick), bottom + 18, count(tick), { anchor: "middle", color: "mute" });
    canvas.line(x(tick), bottom, x(tick), bottom + 4, "tick");
  }
  canvas.line(left, bottom, right, bottom, "axis");
  canvas.text((left + right) / 2, bottom + 38, "context window of the reader, tokens", { anchor: "middle" });
  const marks = [
    ...(sweep.hierarchyBelow === null ? [] : [{ at: sweep.hierarchyBelow, words: "hierarchy below", name: "flip" }]),
    ...(sweep.contextTokens === null ? [] : [{ at: sweep.contextTokens, words: "stated window", name: "cross" }]),
  ];
  for (const [row, { at, words, name }] of marks.entries()) {
    const text = `${words} ${count(at)}`;
    const baseline = 12 + 15 * row;
    canvas.text(centered(x(at), text, 0, size.width, true), baseline, text, {
      anchor: "middle",
      bold: true,
      color: "ink",
    });
    canvas.guide(x(at), baseline + 4, x(at), bottom, name);
  }
  return [finished(canvas, bottom + 46)];
};
