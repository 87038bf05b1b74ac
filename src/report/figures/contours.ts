// Regions of a field on a grid, as outlines: marching squares with linear interpolation between grid points.

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A field in pixels: values row by row, x fastest; coordinates monotone, and equal ones where the field jumps. */
export interface Field {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly values: ArrayLike<number>;
}

/**
 * Closed outlines of the region where the field is above the threshold; the region is to be filled by the even-odd or the
 * non-zero rule alike. At the edge of the grid the outline follows the edge. At a saddle the mean of the four corners
 * decides which two are joined.
 */
export function outlines({ x, y, values }: Field, threshold: number): Point[][] {
  // A frame below every threshold, at the place of the edge itself, closes every outline.
  const [columns, rows] = [x.length + 2, y.length + 2];
  const at = (i: number, j: number) =>
    i === 0 || j === 0 || i === columns - 1 || j === rows - 1
      ? Number.NEGATIVE_INFINITY
      : values[(j - 1) * x.length + i - 1]!;
  const place = (positions: readonly number[], i: number) =>
    positions[Math.max(0, Math.min(positions.length - 1, i - 1))]!;

  const points = new Map<number, Point>();
  const next = new Map<number, number>(); // edge on which a piece begins → edge on which it ends
  const across = (i: number, j: number) => 2 * (j * columns + i); // from (i, j) to (i + 1, j)
  const down = (i: number, j: number) => across(i, j) + 1; // from (i, j) to (i, j + 1)
  const cut = (edge: number) => {
    const [i, j] = [(edge >> 1) % columns, Math.floor((edge >> 1) / columns)];
    const [k, l] = edge % 2 === 0 ? [i + 1, j] : [i, j + 1];
    const [from, to] = [at(i, j), at(k, l)];
    const share = Number.isFinite(from) && Number.isFinite(to) ? (threshold - from) / (to - from) : 0.5;
    const between = (a: number, b: number) => a + share * (b - a);
    points.set(edge, {
      x: between(place(x, i), place(x, k)),
      y: between(place(y, j), place(y, l)),
    });
  };
  const join = (from: number, to: number) => {
    if (!points.has(from)) cut(from);
    if (!points.has(to)) cut(to);
    next.set(from, to);
  };

  for (let j = 0; j < rows - 1; j++)
    for (let i = 0; i < columns - 1; i++) {
      const corners = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
      const [a, b, c, d] = corners.map((value) => value > threshold) as [boolean, boolean, boolean, boolean];
      if (a === b && b === c && c === d) continue;
      const [top, right, bottom, left] = [across(i, j), down(i + 1, j), across(i, j + 1), down(i, j)];
      // The region lies to the right of every piece, so that pieces of neighbors meet head to tail.
      const mean = corners.reduce((sum, value) => sum + value, 0) / 4;
      if (a && c && !b && !d) {
        if (mean > threshold) {
          join(left, bottom);
          join(right, top);
        } else {
          join(left, top);
          join(right, bottom);
        }
      } else if (b && d && !a && !c) {
        if (mean > threshold) {
          join(top, left);
          join(bottom, right);
        } else {
          join(top, right);
          join(bottom, left);
        }
      } else {
        const start = a && !d ? left : b && !a ? top : c && !b ? right : bottom;
        const end = a && !b ? top : b && !c ? right : c && !d ? bottom : left;
        join(start, end);
      }
    }

  const rings: Point[][] = [];
  while (next.size > 0) {
    const [start] = next.keys();
    const ring: Point[] = [];
    for (let edge: number | undefined = start; edge !== undefined && next.has(edge); ) {
      ring.push(points.get(edge)!);
      const following: number | undefined = next.get(edge);
      next.delete(edge);
      edge = following;
    }
    rings.push(simplified(ring));
  }
  return rings.filter((ring) => ring.length > 2);
}

/** The pieces of outlines that do not run along the edge of the grid. */
export function innerLines(rings: readonly (readonly Point[])[], { x, y }: Pick<Field, "x" | "y">): Point[][] {
  const [left, right, top, bottom] = [Math.min(...x), Math.max(...x), Math.min(...y), Math.max(...y)];
  const near = (a: number, b: number) => Math.abs(a - b) < 0.01;
  const alongEdge = (a: Point, b: Point) =>
    (near(a.x, b.x) && (near(a.x, left) || near(a.x, right))) ||
    (near(a.y, b.y) && (near(a.y, top) || near(a.y, bottom)));
  return rings.flatMap((ring) => {
    // Starting behind a piece of the edge, no line is cut in two at the ring's first point.
    const first = ring.findIndex((point, i) => alongEdge(ring.at(i - 1)!, point));
    const turned = first < 0 ? [...ring, ring[0]!] : [...ring.slice(first), ...ring.slice(0, first + 1)];
    const lines: Point[][] = [[]];
    for (const [i, point] of turned.entries()) {
      if (i > 0 && alongEdge(turned[i - 1]!, point)) lines.push([]);
      lines.at(-1)!.push(point);
    }
    return lines.filter((line) => line.length > 1);
  });
}

/** Without points that lie within a tenth of a pixel of the line between their neighbors (Douglas and Peucker, 1973). */
function simplified(ring: readonly Point[]): Point[] {
  if (ring.length < 4) return [...ring];
  const half = Math.floor(ring.length / 2);
  const thin = (line: readonly Point[]): Point[] => {
    const [a, b] = [line[0]!, line.at(-1)!];
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    let [farthest, most] = [0, 0.1];
    for (let i = 1; i < line.length - 1; i++) {
      const { x, y } = line[i]!;
      const distance =
        length === 0
          ? Math.hypot(x - a.x, y - a.y)
          : Math.abs((b.x - a.x) * (a.y - y) - (a.x - x) * (b.y - a.y)) / length;
      if (distance > most) [farthest, most] = [i, distance];
    }
    if (farthest === 0) return [a, b];
    return [...thin(line.slice(0, farthest + 1)).slice(0, -1), ...thin(line.slice(farthest))];
  };
  return [...thin(ring.slice(0, half + 1)).slice(0, -1), ...thin([...ring.slice(half), ring[0]!]).slice(0, -1)];
}
