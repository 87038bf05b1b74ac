import { type Box, overlap, textBox } from "./canvas.ts";

/** A label that wants to stand beside its mark. */
export interface LabelRequest {
  readonly lines: readonly { readonly text: string; readonly bold?: boolean }[];
  readonly size: 12 | 13;
  /** The mark. */
  readonly x: number;
  readonly y: number;
  /** Distance from the mark's center that is taken. */
  readonly radius: number;
  /** Sides to try first. */
  readonly prefer?: readonly Side[];
  /** Greatest distance from the mark; above 16 a thin leader connects the two. @default 44 */
  readonly reach?: number;
  /** Farthest free place that will do before the label is dropped, in pixels. @default 0: none beyond `reach` */
  readonly farthest?: number;
}

export type Side = "right" | "left" | "above" | "below" | "right-above" | "left-above" | "right-below" | "left-below";

export interface PlacedLabel {
  readonly anchor: "start" | "middle" | "end";
  readonly x: number;
  /** Baseline of the first line; the others follow 16 px apart. */
  readonly y: number;
  readonly box: Box;
  readonly leader: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number } | null;
}

const sides: Readonly<Record<Side, readonly [number, number]>> = {
  right: [1, 0],
  left: [-1, 0],
  above: [0, -1],
  below: [0, 1],
  "right-above": [1, -1],
  "left-above": [-1, -1],
  "right-below": [1, 1],
  "left-below": [-1, 1],
};
const lineStep = 16;

/**
 * Places labels one after the other, most important first: of all positions around the mark that touch nothing, the nearest
 * on the most preferred side. A label that fits nowhere is null: the numbers table has it. Nothing that is placed ever
 * overlaps an obstacle, another label or a leader, whatever the data.
 */
export function placeLabels(
  requests: readonly LabelRequest[],
  { bounds, obstacles, solid = [] }: { bounds: Box; obstacles: readonly Box[]; solid?: readonly Box[] },
): (PlacedLabel | null)[] {
  const taken = [...obstacles, ...solid];
  // A leader may cross a line, but neither words nor the mark of another label; nothing may come to stand on a leader.
  const labels: Box[] = [];
  return requests.map((request) => {
    const others = solid.filter((box) => !holds(box, request)); // its own mark is where the leader starts
    const fits = ({ box, leader }: PlacedLabel) =>
      inside(box, bounds) &&
      !hits(box, taken) &&
      (leader === null || leaderBoxes(leader).every((part) => !hits(part, labels, -1) && !hits(part, others, -1)));
    const free = candidates(request).find(fits) ?? everywhere(request, bounds).find(fits);
    if (!free) return null;
    taken.push(free.box);
    labels.push(free.box);
    if (free.leader) taken.push(...leaderBoxes(free.leader));
    return free;
  });
}

function holds({ x, y, width, height }: Box, point: { readonly x: number; readonly y: number }): boolean {
  return x <= point.x && point.x <= x + width && y <= point.y && point.y <= y + height;
}

function inside(box: Box, bounds: Box): boolean {
  return (
    box.x >= bounds.x &&
    box.y >= bounds.y &&
    box.x + box.width <= bounds.x + bounds.width &&
    box.y + box.height <= bounds.y + bounds.height
  );
}

function hits(box: Box, taken: readonly Box[], padding = 2.5): boolean {
  return taken.some((other) => overlap(box, other, padding));
}

/** All positions around the mark, nearest and most preferred first. */
function candidates(request: LabelRequest): PlacedLabel[] {
  const { x, y, radius, prefer = [], reach = 44 } = request;
  const order = [...new Set([...prefer, ...(Object.keys(sides) as Side[])])];
  const { width, height } = extent(request);
  return [4, 9, 16, 26, 44, 70, 110, 160]
    .filter((distance) => distance <= Math.max(4, reach))
    .flatMap((distance) =>
      order.map((side) => {
        const [dx, dy] = sides[side];
        const gap = radius + distance * (dx !== 0 && dy !== 0 ? 0.75 : 1);
        const rise = dx !== 0 ? 0.6 * gap : gap;
        const left = dx === 0 ? x - width / 2 : dx > 0 ? x + gap : x - gap - width;
        const top = dy === 0 ? y - height / 2 : dy > 0 ? y + rise : y - rise - height;
        return placedAt(request, left, top, dx === 0 ? "middle" : dx > 0 ? "start" : "end", distance > 16);
      }),
    );
}

/** All positions on a grid no farther than the request allows, nearest first. */
function everywhere(request: LabelRequest, bounds: Box): PlacedLabel[] {
  const { farthest = 0 } = request;
  if (farthest <= 0) return [];
  const { width, height } = extent(request);
  const result: PlacedLabel[] = [];
  for (let top = bounds.y; top + height <= bounds.y + bounds.height; top += 9)
    for (let left = bounds.x; left + width <= bounds.x + bounds.width; left += 12)
      result.push(placedAt(request, left, top, left + width / 2 < request.x ? "end" : "start", true));
  const distance = ({ box }: PlacedLabel) =>
    Math.hypot(box.x + box.width / 2 - request.x, 2 * (box.y + box.height / 2 - request.y));
  return result.filter((one) => distance(one) <= farthest).toSorted((a, b) => distance(a) - distance(b));
}

function extent({ lines, size }: LabelRequest): { width: number; height: number } {
  const width = Math.max(...lines.map(({ text, bold }) => textBox(0, 0, text, { size, bold: bold ?? false }).width));
  return { width, height: textBox(0, 0, "x", { size }).height + lineStep * (lines.length - 1) };
}

/** A label with its top left corner here, tied to its mark by a leader where it stands apart. */
function placedAt(
  request: LabelRequest,
  left: number,
  top: number,
  anchor: PlacedLabel["anchor"],
  apart: boolean,
): PlacedLabel {
  const { x, y, radius, size } = request;
  const { width, height } = extent(request);
  const near = { x: Math.max(left, Math.min(x, left + width)), y: Math.max(top, Math.min(y, top + height)) };
  const length = Math.hypot(near.x - x, near.y - y);
  const [ux, uy] = length > 0 ? [(near.x - x) / length, (near.y - y) / length] : [0, 0];
  const leader =
    apart && length > radius + 6
      ? { x1: x + ux * (radius + 2), y1: y + uy * (radius + 2), x2: near.x - 3 * ux, y2: near.y - 3 * uy }
      : null;
  return {
    anchor,
    x: anchor === "middle" ? left + width / 2 : anchor === "start" ? left : left + width,
    y: top - textBox(0, 0, "x", { size }).y,
    box: { x: left, y: top, width, height },
    leader,
  };
}

/** A line as small boxes along it. */
export function lineBoxes(x1: number, y1: number, x2: number, y2: number, thickness = 2): Box[] {
  const steps = Math.max(1, Math.ceil(Math.hypot(x2 - x1, y2 - y1) / 5));
  return Array.from({ length: steps + 1 }, (_, i) => ({
    x: x1 + ((x2 - x1) * i) / steps - thickness / 2,
    y: y1 + ((y2 - y1) * i) / steps - thickness / 2,
    width: thickness,
    height: thickness,
  }));
}

function leaderBoxes({ x1, y1, x2, y2 }: NonNullable<PlacedLabel["leader"]>): Box[] {
  return lineBoxes(x1, y1, x2, y2);
}

/** Positions along one axis, moved apart until neighbors are `gap` apart and all lie in [low, high]; order is kept. */
export function spread(positions: readonly number[], gap: number, low: number, high: number): number[] {
  const order = positions.map((_, i) => i).toSorted((a, b) => positions[a]! - positions[b]!);
  const result = [...positions];
  let floor = low;
  for (const i of order) {
    result[i] = Math.max(result[i]!, floor);
    floor = result[i]! + gap;
  }
  let ceiling = high;
  for (const i of order.toReversed()) {
    result[i] = Math.min(result[i]!, ceiling);
    ceiling = result[i]! - gap;
  }
  return result;
}
