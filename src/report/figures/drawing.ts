import type { Reading } from "../reading.ts";
import type { Canvas } from "./canvas.ts";
import { wrapText } from "./text-width.ts";

/** One of the two drawings of a figure. */
export interface Size {
  readonly wide: boolean;
  readonly width: 760 | 350;
}

export const sizes: readonly Size[] = [
  { wide: true, width: 760 },
  { wide: false, width: 350 },
];

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly body: string;
}

/** A figure from a study; several panels where one picture is not enough. Empty where there is nothing to draw. */
export type Draw = (reading: Reading, size: Size, index: number) => readonly Drawing[];

export function finished(canvas: Canvas, height: number): Drawing {
  return { width: canvas.width, height: Math.ceil(height), body: canvas.body() };
}

/** Lines of a label no wider than `width`; names stay whole. */
export function labelLines(
  { study }: Reading,
  label: string,
  width: number,
  { size = 13, bold = false, linesMax = 4 } = {},
): string[] {
  return wrapText(label, width, { size, bold, linesMax, names: namesOf(study.labels) });
}

const nameCache = new WeakMap<object, readonly string[]>();

/** Names with a space in them, longest first. */
function namesOf(labels: Readonly<Record<string, string>>): readonly string[] {
  const known =
    nameCache.get(labels) ??
    Object.values(labels)
      .filter((name) => name.includes(" "))
      .toSorted((a, b) => b.length - a.length);
  nameCache.set(labels, known);
  return known;
}
