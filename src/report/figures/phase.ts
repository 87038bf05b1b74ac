import { scaleLinear } from "d3-scale";
import { isMeasured } from "../../theory/interval.ts";
import { correlation, correlationCell, plain } from "../format-number.ts";
import type { PhaseDiagram } from "../study-data.ts";
import { Canvas, px } from "./canvas.ts";
import { type Draw, type Drawing, finished } from "./drawing.ts";
import { drawLabel } from "./frontier.ts";
import { type LabelRequest, lineBoxes, placeLabels } from "./place-labels.ts";
import { clipMiddle, textWidth } from "./text-width.ts";

const teamsMax = 8;

/** Fidelity against shared error: above the line a vote amplifies. One panel per fan-in. */
export const phase: Draw = (reading, size) => {
  const panels = reading.study.phase.filter(({ boundary }) => boundary.length > 1);
  const width = size.wide && panels.length === 1 ? 560 : 350;
  const rows = Math.max(0, ...panels.map(({ teams }) => Math.min(teamsMax, teams.length)));
  return panels.map((panel) => onePanel(panel, width, size.wide ? rows : Math.min(teamsMax, panel.teams.length)));
};

function onePanel({ fanIn, boundary, contours, teams }: PhaseDiagram, width: number, rows: number): Drawing {
  const canvas = new Canvas(width);
  const shown = teams.slice(0, teamsMax);
  canvas.text(0, 14, `Fan-in ${fanIn}`, { size: 13, bold: true, color: "ink" });
  const top = 34 + 19 * rows + 12;
  const [left, right, bottom] = [34, width - 8, top + (width === 350 ? 176 : 240)];
  const lowest =
    Math.min(0.4, ...boundary.map(({ gamma }) => gamma), ...shown.map(({ gammaCritical }) => gammaCritical)) - 0.001;
  const low = Math.max(0, Math.floor(5 * lowest) / 5);
  const x = scaleLinear([0, 1], [left, right]).clamp(true);
  const y = scaleLinear([low, 1], [bottom, top]).clamp(true);
  canvas.rect({ x: left, y: top, width: right - left, height: bottom - top }, "wash");
  const line = boundary.map(({ rho, gamma }) => ({ x: x(rho), y: y(gamma) }));
  const path = (points: readonly { x: number; y: number }[]) =>
    `M${points.map((point) => `${px(point.x)} ${px(point.y)}`).join("L")}`;
  canvas.path(`${path(line)}L${px(line.at(-1)!.x)} ${px(top)}L${px(line[0]!.x)} ${px(top)}Z`, "wash-good");
  const obstacles = [...line.slice(1).flatMap((point, i) => lineBoxes(line[i]!.x, line[i]!.y, point.x, point.y))];
  for (const { points } of contours) {
    const inside = points
      .filter(({ gamma }) => gamma >= low && gamma <= 1)
      .map(({ rho, gamma }) => ({ x: x(rho), y: y(gamma) }));
    if (inside.length < 2) continue;
    canvas.path(path(inside), "iso");
    obstacles.push(...inside.slice(1).flatMap((point, i) => lineBoxes(inside[i]!.x, inside[i]!.y, point.x, point.y)));
  }
  canvas.path(path(line), "bound");
  const labels: { request: LabelRequest; kind: "single" | "repeated" | "panel" | "cascade" | "tree" }[] = [];
  for (const [i, team] of shown.entries()) {
    const rowY = 34 + 19 * i + 4;
    const at = x(team.rho.value);
    const [from, to] = [x(Math.max(0, team.rho.low)), x(Math.min(1, team.rho.high))];
    const onEdge = !isMeasured(team.gamma) || team.gamma.value >= 0.999;
    const critical = y(team.gammaCritical);
    canvas.interval(team.kind, from, rowY, to, rowY);
    canvas.mark(team.kind, at, rowY, { state: isMeasured(team.gamma) ? "measured" : "not-measured", size: 4.5 });
    const roomLeft = from - 8;
    const roomRight = width - to - 8;
    const room = Math.max(roomLeft, roomRight);
    const name = clipMiddle(team.label, room, 12, true);
    const leftSide =
      roomLeft >= textWidth(name, 12, true) && (roomLeft >= roomRight || roomRight < textWidth(name, 12, true));
    canvas.text(leftSide ? from - 8 : to + 8, rowY + 4, name, {
      bold: true,
      anchor: leftSide ? "end" : "start",
      color: team.kind,
    });
    if (!onEdge && isMeasured(team.gamma)) {
      canvas.guide(at, rowY + 7, at, y(team.gamma.value) - 7, `drop k-${team.kind}`);
      canvas.interval(team.kind, at, y(team.gamma.low), at, y(Math.min(1, team.gamma.high)));
      canvas.interval(team.kind, from, y(team.gamma.value), to, y(team.gamma.value), { soft: true });
      canvas.mark(team.kind, at, y(team.gamma.value), { size: 5 });
      obstacles.push(
        { x: at - 7, y: y(team.gamma.value) - 7, width: 14, height: 14 },
        { x: from, y: y(team.gamma.value) - 2, width: to - from, height: 4 },
      );
    } else canvas.guide(at, rowY + 7, at, critical - 5, `drop k-${team.kind}`);
    obstacles.push(...lineBoxes(at, top, at, critical));
    canvas.mark("single", at, critical, { state: "forecast", size: 3.4 });
    obstacles.push({ x: at - 5, y: critical - 5, width: 10, height: 10 });
    labels.push({
      kind: team.kind,
      request: {
        lines: [{ text: `γ ${correlation(team.gammaCritical)}` }],
        size: 12,
        x: at,
        y: critical,
        radius: 4,
        prefer: ["right-below", "below", "right"],
        reach: 16,
      },
    });
  }
  // The two regions are named first: nothing says more.
  const region = (words: readonly [string, string], nearX: number, nearY: number) => ({
    kind: "single" as const,
    request: {
      lines: [{ text: words[0], bold: true }, { text: words[1] }],
      size: 12 as const,
      x: nearX,
      y: nearY,
      radius: 0,
      prefer: ["right-below", "left-above"] as const,
      reach: 44,
    },
  });
  const all = [
    region(["α > 1", "errors shrink"], left + 4, top + 34),
    region(["α < 1", "signal fades"], right - 6, bottom - 6),
    ...labels,
  ];
  for (const { alpha, points } of contours) {
    const inside = points.filter(({ gamma }) => gamma >= low && gamma <= 1);
    const middle = inside[Math.floor(inside.length / 2)];
    if (middle)
      all.push({
        kind: "single",
        request: {
          lines: [{ text: plain(alpha).replace(/0+$/, "").replace(/\.$/, "") }],
          size: 12,
          x: x(middle.rho),
          y: y(middle.gamma),
          radius: 0,
          reach: 9,
        },
      });
  }
  const bounds = { x: left + 3, y: top + 3, width: right - left - 6, height: bottom - top - 6 };
  const placed = placeLabels(
    all.map(({ request }) => request),
    { bounds, obstacles },
  );
  for (const [i, label] of placed.entries()) {
    if (!label) continue;
    drawLabel(canvas, label, all[i]!.request, all[i]!.kind);
  }
  canvas.text(0, top - 6, "fidelity γ", { color: "soft" });
  for (const tick of y.ticks(3)) canvas.text(left - 7, y(tick) + 4, tick.toFixed(1), { anchor: "end", color: "mute" });
  for (const tick of [0, 0.25, 0.5, 0.75, 1]) {
    canvas.text(
      tick === 1 ? right : x(tick),
      bottom + 18,
      tick === 0 ? "0" : tick === 1 ? "1" : correlationCell(tick).replace(/0$/, ""),
      { anchor: tick === 1 ? "end" : "middle", color: "mute" },
    );
    canvas.line(x(tick), bottom, x(tick), bottom + 4, "tick");
  }
  canvas.line(left, bottom, right, bottom, "axis");
  canvas.text(right, bottom + 38, "shared error ρ", { anchor: "end", color: "soft" });
  if (teams.length > shown.length)
    canvas.text(0, bottom + 38, `${teams.length - shown.length} more: in the numbers`, { color: "mute" });
  return finished(canvas, bottom + 46);
}
