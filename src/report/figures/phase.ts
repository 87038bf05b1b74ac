import { scaleLinear } from "d3-scale";
import type { Kind } from "../../organizations/organization.ts";
import { isMeasured } from "../../theory/interval.ts";
import { correlation, plain } from "../format-number.ts";
import type { Reading } from "../reading.ts";
import type { PhaseDiagram } from "../study-data.ts";
import { type Box, Canvas, overlap, px, textBox } from "./canvas.ts";
import { type Draw, type Drawing, finished, labelLines } from "./drawing.ts";
import { drawLabel } from "./frontier.ts";
import { type LabelRequest, lineBoxes, placeLabels } from "./place-labels.ts";
import { centered } from "./scales.ts";
import { textWidth } from "./text-width.ts";

const teamsMax = 8;

/** Fidelity against shared error: above the line a vote amplifies. One panel per fan-in. */
export const phase: Draw = (reading, size) => {
  const panels = reading.study.phase.filter(({ boundary }) => boundary.length > 1);
  const width = size.wide && panels.length === 1 ? 560 : 350;
  const place = scaleLinear([0, 1], [34, width - 8]).clamp(true);
  const heights = panels.map(({ teams }) => heightOf(rowsOf(reading, teams.slice(0, teamsMax), place, width)));
  // Side by side, the diagrams stand on one line.
  return panels.map((panel, i) => onePanel(reading, panel, width, size.wide ? Math.max(...heights) : heights[i]!));
};

function onePanel(
  reading: Reading,
  { fanIn, boundary, contours, teams }: PhaseDiagram,
  width: number,
  rowsHeight: number,
): Drawing {
  const canvas = new Canvas(width);
  const shown = teams.slice(0, teamsMax);
  const [left, right] = [34, width - 8];
  const x = scaleLinear([0, 1], [left, right]).clamp(true);
  const rows = rowsOf(reading, shown, x, width);
  canvas.text(0, 14, `Fan-in ${fanIn}`, { size: 13, bold: true, color: "ink" });
  const top = 40 + rowsHeight + 24;
  const bottom = top + (width === 350 ? 176 : 240);
  const least = Math.min(...boundary.map(({ gamma }) => gamma), ...shown.map(({ gammaCritical }) => gammaCritical));
  const low = Math.max(0, Math.min(0.4, Math.floor(10 * least - 1) / 10));
  const y = scaleLinear([low, 1], [bottom, top]).clamp(true);
  const line = boundary.map(({ rho, gamma }) => ({ x: x(rho), y: y(gamma) }));
  canvas.rect({ x: left, y: top, width: right - left, height: bottom - top }, "wash");
  canvas.path(`${pathOf(line)}L${px(line.at(-1)!.x)} ${px(top)}L${px(line[0]!.x)} ${px(top)}Z`, "wash-good");
  canvas.path(pathOf(line), "bound");
  const obstacles = line.slice(1).flatMap((point, i) => lineBoxes(line[i]!.x, line[i]!.y, point.x, point.y));
  const labels: { request: LabelRequest; kind: Kind }[] = [];
  let rowY = 40;
  for (const [i, team] of shown.entries()) {
    const { from, to, name, side } = rows[i]!;
    const at = x(team.rho.value);
    if (side === "above")
      for (const line of name) {
        canvas.text(centered(at, line, 0, width, true), rowY + 4, line, {
          bold: true,
          anchor: "middle",
          color: team.kind,
        });
        rowY += 15;
      }
    else
      canvas.text(side === "left" ? from - 8 : to + 8, rowY + 4, name[0]!, {
        bold: true,
        anchor: side === "left" ? "end" : "start",
        color: team.kind,
      });
    canvas.interval(team.kind, from, rowY, to, rowY);
    canvas.mark(team.kind, at, rowY, { state: isMeasured(team.gamma) ? "measured" : "not-measured", size: 4.5 });
    const critical = y(team.gammaCritical);
    if (isMeasured(team.gamma) && team.gamma.value < 0.999) {
      const measured = y(team.gamma.value);
      canvas.guide(at, rowY + 7, at, measured - 7, `drop k-${team.kind}`);
      canvas.interval(team.kind, at, y(team.gamma.low), at, y(team.gamma.high));
      canvas.interval(team.kind, from, measured, to, measured, { soft: true });
      canvas.mark(team.kind, at, measured);
      obstacles.push(
        { x: at - 7, y: measured - 7, width: 14, height: 14 },
        { x: from, y: measured - 2, width: to - from, height: 4 },
      );
    } else canvas.guide(at, rowY + 7, at, critical - 5, `drop k-${team.kind}`);
    canvas.mark("single", at, critical, { state: "forecast", size: 3.4 });
    obstacles.push(...lineBoxes(at, top, at, critical), { x: at - 5, y: critical - 5, width: 10, height: 10 });
    labels.push({
      kind: team.kind,
      request: {
        lines: [{ text: `γ ${correlation(team.gammaCritical)}` }],
        size: 12,
        x: at,
        y: critical,
        radius: 4,
        prefer: ["right-below", "below", "right"],
        reach: 26,
      },
    });
    rowY += 19;
  }
  // The two regions are named first: nothing says more. Their anchors are the corners.
  labels.unshift(
    {
      kind: "single",
      request: {
        lines: [{ text: "α > 1", bold: true }, { text: "errors shrink" }],
        size: 12,
        x: left + 4,
        y: top + 4,
        radius: 0,
        prefer: ["right-below"],
        reach: 44,
      },
    },
    {
      kind: "single",
      request: {
        lines: [{ text: "α < 1", bold: true }, { text: "signal fades" }],
        size: 12,
        x: right - 4,
        y: bottom - 4,
        radius: 0,
        prefer: ["left-above"],
        reach: 44,
      },
    },
  );
  const bounds = { x: left + 3, y: top + 3, width: right - left - 6, height: bottom - top - 6 };
  const placed = placeLabels(
    labels.map(({ request }) => request),
    { bounds, obstacles },
  );
  for (const [i, label] of placed.entries()) if (label) drawLabel(canvas, label, labels[i]!.request, labels[i]!.kind);
  for (const { alpha, points } of contours) {
    const inside = points
      .filter(({ gamma }) => gamma >= low && gamma <= 1)
      .map(({ rho, gamma }) => ({ x: x(rho), y: y(gamma) }));
    if (inside.length < 2) continue;
    labelOnLine(canvas, inside, plain(alpha).replace(/\.?0+$/, ""), bounds, obstacles);
    for (const part of withoutTexts(inside, canvas.texts)) canvas.path(pathOf(part), "iso");
  }
  canvas.text(0, top - 14, "fidelity γ");
  for (const tick of y.ticks(3)) canvas.text(left - 7, y(tick) + 4, tick.toFixed(1), { anchor: "end", color: "mute" });
  for (const tick of [0, 0.25, 0.5, 0.75, 1]) {
    canvas.text(tick === 1 ? right : x(tick), bottom + 18, String(tick).replace("0.", "."), {
      anchor: tick === 1 ? "end" : "middle",
      color: "mute",
    });
    canvas.line(x(tick), bottom, x(tick), bottom + 4, "tick");
  }
  canvas.line(left, bottom, right, bottom, "axis");
  canvas.text(right, bottom + 38, "shared error ρ", { anchor: "end" });
  if (teams.length > shown.length)
    canvas.text(0, bottom + 38, `${teams.length - shown.length} more: in the numbers`, { color: "mute" });
  return finished(canvas, bottom + 46);
}

interface TeamRow {
  readonly from: number;
  readonly to: number;
  /** More than one line only above. */
  readonly name: readonly string[];
  /** Where the name has room. */
  readonly side: "left" | "right" | "above";
}

function rowsOf(reading: Reading, teams: PhaseDiagram["teams"], x: (rho: number) => number, width: number): TeamRow[] {
  return teams.map(({ label, rho }) => {
    const [from, to] = [x(Math.max(0, rho.low)), x(Math.min(1, rho.high))];
    const needed = textWidth(label, 12, true);
    const side = width - to - 8 >= needed ? "right" : from - 8 >= needed ? "left" : "above";
    return {
      from,
      to,
      name: side === "above" ? labelLines(reading, label, width, { size: 12, bold: true, linesMax: 3 }) : [label],
      side,
    };
  });
}

function heightOf(rows: readonly TeamRow[]): number {
  return rows.reduce((sum, { side, name }) => sum + 19 + (side === "above" ? 15 * name.length : 0), 0);
}

function pathOf(points: readonly { x: number; y: number }[]): string {
  return `M${points.map((point) => `${px(point.x)} ${px(point.y)}`).join("L")}`;
}

/** Sets a number into its line, as on a map, at the free point nearest to its middle. */
export function labelOnLine(
  canvas: Canvas,
  points: readonly { readonly x: number; readonly y: number }[],
  words: string,
  bounds: Box,
  obstacles: readonly Box[],
): void {
  const middle = (points.length - 1) / 2;
  const order = points.map((_, i) => i).toSorted((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  for (const i of order) {
    const { x, y } = points[i]!;
    const box = textBox(x, y + 4, words, { anchor: "middle" });
    const within =
      box.x >= bounds.x &&
      box.y >= bounds.y &&
      box.x + box.width <= bounds.x + bounds.width &&
      box.y + box.height <= bounds.y + bounds.height;
    if (!within || [...obstacles, ...canvas.texts].some((other) => overlap(box, other, 3))) continue;
    canvas.text(x, y + 4, words, { anchor: "middle", color: "mute" });
    return;
  }
}

/** A line in pieces, without what runs behind a text. */
export function withoutTexts(
  points: readonly { readonly x: number; readonly y: number }[],
  texts: readonly Box[],
): { x: number; y: number }[][] {
  const parts: { x: number; y: number }[][] = [[]];
  for (const [i, point] of points.entries()) {
    const next = points[i + 1] ?? point;
    const hidden = lineBoxes(point.x, point.y, next.x, next.y, 1).some((piece) =>
      texts.some((box) => overlap(piece, box, 2)),
    );
    parts.at(-1)!.push(point);
    if (hidden) parts.push([]);
  }
  return parts.filter(({ length }) => length > 1);
}
