import type { Kind } from "../../organizations/organization.ts";
import { computeAt, computeHeaders, computeText } from "../compute-words.ts";
import { count } from "../format-number.ts";
import { shownCurves, shownPasses, shownRanking } from "../sections/compute.ts";
import { Canvas, px } from "./canvas.ts";
import { type Draw, type Drawing, finished, type Size } from "./drawing.ts";
import { spread } from "./place-labels.ts";
import { centered, costScale, shareScale } from "./scales.ts";
import { clipMiddle } from "./text-width.ts";

interface Point {
  readonly at: number;
  readonly share: { readonly value: number; readonly low: number; readonly high: number };
}

/** One line of a picture: what was measured, and the line through it with its continuation. */
interface Line {
  readonly name: string;
  readonly kind: Kind;
  readonly points: readonly Point[];
  readonly curve: readonly Point[];
  readonly largest: number;
}

/** A vertical line with words above it. */
interface Mark {
  readonly at: number;
  readonly words: string;
  readonly style: "cross" | "flip";
}

/** Right answers against compute: measured levels, the forecast beyond them, where two agents change places. */
export const levels: Draw = (reading, size) => {
  const shown = shownCurves(reading);
  const [first] = shown;
  if (!first) return [];
  const { axis } = first;
  const ranking = shownRanking(reading);
  const told = ranking?.ranges.filter(({ ahead }) => ahead !== null).at(-1);
  const [crossing] = ranking?.crossings ?? [];
  const marks: Mark[] = [
    ...(crossing && told
      ? [{ at: crossing.at, words: `cross at ${computeAt(crossing.at, axis)}`, style: "cross" as const }]
      : []),
    ...(ranking && told && told !== ranking.ranges.at(-1)
      ? [{ at: told.to, words: `nobody ranked beyond ${computeText(told.to, axis)}`, style: "flip" as const }]
      : []),
  ];
  const lines = shown.map(({ agent, levels: recorded, curve }) => ({
    name: reading.study.labels[agent] ?? agent,
    kind: "single" as const,
    points: recorded.map(({ at, accuracy: share }) => ({ at, share })),
    curve: curve.map(({ at, accuracy: share }) => ({ at, share })),
    largest: recorded.at(-1)!.at,
  }));
  return [curves(lines, marks, { size, tick: (at) => computeAt(at, axis), label: computeHeaders[axis] })];
};

/** Tasks solved by any of k samples: measured up to n, forecast beyond. */
export const coverage: Draw = (reading, size) => {
  const shown = shownPasses(reading);
  if (shown.length === 0) return [];
  const lines = shown.map(({ name, measured, forecast }) => {
    const points = measured.map(({ samples: at, share }) => ({ at, share }));
    return {
      name: reading.study.labels[name] ?? name,
      kind: "repeated" as const,
      points,
      curve: [...points, ...forecast.map(({ samples: at, share }) => ({ at, share }))],
      largest: points.at(-1)!.at,
    };
  });
  return [curves(lines, [], { size, tick: count, label: "samples per task, k" })];
};

/** Of the first line all intervals are drawn; the others are gray, so that lines that cross can be told apart. */
function curves(
  lines: readonly Line[],
  marks: readonly Mark[],
  { size, tick, label }: { readonly size: Size; readonly tick: (at: number) => string; readonly label: string },
): Drawing {
  const canvas = new Canvas(size.width);
  const nameWidth = size.wide ? 190 : 92;
  const [left, right] = [size.wide ? 40 : 30, size.width - nameWidth - 14];
  const [top, bottom] = [18 + 16 * marks.length, size.wide ? 290 : 270];
  const all = lines.flatMap(({ curve, points }) => [...curve, ...points]);
  const x = costScale(
    all.map(({ at }) => at),
    [left + 8, right - 4],
    tick,
  );
  const main = lines[0]!;
  const y = shareScale(
    [
      ...all.map(({ share }) => share.value),
      ...[...main.points, ...main.curve].flatMap(({ share }) => [share.low, share.high]),
    ],
    [bottom - 6, top + 6],
  );
  for (const share of y.ticks) {
    canvas.guide(left, y(share), right, y(share));
    canvas.text(left - 8, y(share) + 4, String(Math.round(1000 * share) / 10), { anchor: "end", color: "mute" });
  }
  for (const at of x.ticks) {
    canvas.text(centered(x(at), tick(at), 0, size.width), bottom + 18, tick(at), { anchor: "middle", color: "mute" });
    canvas.line(x(at), bottom, x(at), bottom + 4, "tick");
  }
  canvas.line(left, bottom, right, bottom, "axis");
  canvas.text((left + right) / 2, bottom + 38, `${label}, log scale`, { anchor: "middle" });
  const path = (points: readonly { readonly x: number; readonly y: number }[]) =>
    points.map((point) => `${px(point.x)} ${px(point.y)}`).join("L");
  const place = ({ at, share }: Point) => ({ x: x(at), y: y(share.value) });
  // From the interval of the last measured point on, where the band begins.
  const beyond = [main.points.at(-1)!, ...main.curve.filter(({ at }) => at > main.largest * (1 + 1e-9))];
  if (beyond.length > 1)
    canvas.path(
      `M${path([
        ...beyond.map(({ at, share }) => ({ x: x(at), y: y(share.high) })),
        ...beyond.toReversed().map(({ at, share }) => ({ x: x(at), y: y(share.low) })),
      ])}Z`,
      `w-${main.kind}`,
    );
  for (const line of lines.toReversed()) {
    const style = line === main ? `step k-${main.kind}` : "front";
    const inside = line.curve.filter(({ at }) => at <= line.largest * (1 + 1e-9));
    const after = [...inside.slice(-1), ...line.curve.filter(({ at }) => at > line.largest * (1 + 1e-9))];
    if (inside.length > 1) canvas.path(`M${path(inside.map(place))}`, style);
    if (after.length > 1) canvas.path(`M${path(after.map(place))}`, `${style} dash`);
    for (const point of line.points) {
      if (line === main)
        canvas.interval(main.kind, x(point.at), y(point.share.low), x(point.at), y(point.share.high), { soft: true });
      canvas.mark(line.kind, x(point.at), y(point.share.value), {
        size: line === main ? 5 : 3.5,
        state: line === main ? "measured" : "forecast",
      });
    }
  }
  const ends = lines.map(({ curve }) => y(curve.at(-1)!.share.value));
  for (const [i, at] of spread(ends, 17, top, bottom - 4).entries())
    canvas.text(right + 8, at + 4, clipMiddle(lines[i]!.name, nameWidth, 12, i === 0), {
      bold: i === 0,
      color: i === 0 ? main.kind : "soft",
    });
  for (const [row, { at, words, style }] of marks.entries()) {
    const baseline = 12 + 16 * row;
    canvas.text(centered(x(at), words, 0, size.width, true), baseline, words, {
      anchor: "middle",
      bold: true,
      color: "ink",
    });
    canvas.guide(x(at), baseline + 4, x(at), top, style);
    canvas.line(x(at), top, x(at), bottom, style); // over the band, which would cover a guide
  }
  return finished(canvas, bottom + 46);
}
