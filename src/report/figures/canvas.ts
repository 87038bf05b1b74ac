import type { Kind } from "../../organizations/organization.ts";
import { escapeHtml } from "../html/escape.ts";
import { textWidth } from "./text-width.ts";

/** A rectangle in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function overlap(a: Box, b: Box, padding = 0): boolean {
  return (
    a.x < b.x + b.width + padding &&
    b.x < a.x + a.width + padding &&
    a.y < b.y + b.height + padding &&
    b.y < a.y + a.height + padding
  );
}

export interface TextStyle {
  /** @default 12 */
  readonly size?: 11 | 12 | 13;
  readonly bold?: boolean;
  /** @default "start" */
  readonly anchor?: "start" | "middle" | "end";
  /** Colour: a kind, or ink, soft (default), mute. */
  readonly color?: Kind | "ink" | "soft" | "mute";
  /** Classes beyond these. */
  readonly more?: string;
  /** Words after a gap, in the plain style of 12 px. */
  readonly tail?: string;
}

/** Measured marks are filled, forecasts hollow, what was not measured dotted. */
export type MarkState = "measured" | "forecast" | "not-measured";

/** The space that a line of text takes, for any of the fonts it may be shown in. */
export function textBox(
  x: number,
  y: number,
  text: string,
  { size = 12, bold = false, anchor = "start", tail = "" }: TextStyle = {},
): Box {
  const width = textWidth(text, size, bold) + (tail ? tailGap + textWidth(tail, 12) : 0);
  const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
  return { x: left, y: y - 0.97 * size, width, height: 1.22 * size };
}

const tailGap = 6;

/** Pixels with one decimal: more would only make the file longer. */
export function px(value: number): string {
  return String(Math.round(10 * value) / 10);
}

/**
 * One picture in the making. It remembers where texts and marks stand, so that labels can be placed between them and grid
 * lines are cut where a text is.
 */
export class Canvas {
  readonly width: number;
  readonly texts: Box[] = [];
  readonly marks: Box[] = [];
  readonly #under: string[] = [];
  readonly #over: string[] = [];
  readonly #guides: { x1: number; y1: number; x2: number; y2: number; name: string }[] = [];

  constructor(width: number) {
    this.width = width;
  }

  /** One line of text with its baseline at y. */
  text(x: number, y: number, words: string, style: TextStyle = {}): void {
    if (words === "") return;
    const { size = 12, bold = false, anchor = "start", color = "soft", more = "", tail = "" } = style;
    const names = [
      bold ? "b" : "",
      size === 12 ? "" : `l${size}`,
      color === "soft" ? "" : color === "ink" ? "ink" : color === "mute" ? "mu" : `k-${color}`,
      more,
    ]
      .filter(Boolean)
      .join(" ");
    this.#over.push(
      `<text x="${px(x)}" y="${px(y)}"${names ? ` class="${names}"` : ""}${anchor === "start" ? "" : ` text-anchor="${anchor}"`}>${escapeHtml(words)}${tail ? `<tspan dx="${tailGap}" class="tail">${escapeHtml(tail)}</tspan>` : ""}</text>`,
    );
    this.texts.push(textBox(x, y, words, style));
  }

  /** Lines of text, 16 px apart; returns the baseline of the line after the last. */
  lines(x: number, y: number, words: readonly string[], style: TextStyle = {}): number {
    for (const [i, line] of words.entries()) this.text(x, y + 16 * i, line, style);
    return y + 16 * words.length;
  }

  /** A mark of its kind. Emphasized ones are larger. */
  mark(
    kind: Kind,
    x: number,
    y: number,
    { state = "measured", size = 5 }: { state?: MarkState; size?: number } = {},
  ): void {
    this.#over.push(markShape(kind, x, y, size, state));
    this.marks.push({ x: x - size, y: y - size, width: 2 * size, height: 2 * size });
  }

  /** An interval: a thin line with round ends. */
  interval(kind: Kind, x1: number, y1: number, x2: number, y2: number, { soft = false } = {}): void {
    this.#under.push(
      `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" class="ci k-${kind}${soft ? " soft" : ""}"/>`,
    );
    this.marks.push({
      x: Math.min(x1, x2) - 1,
      y: Math.min(y1, y2) - 1,
      width: Math.abs(x2 - x1) + 2,
      height: Math.abs(y2 - y1) + 2,
    });
  }

  /** A grid, tick or guide line along an axis; texts cut it. */
  guide(x1: number, y1: number, x2: number, y2: number, name = "grid"): void {
    this.#guides.push({ x1, y1, x2, y2, name });
  }

  line(x1: number, y1: number, x2: number, y2: number, name: string): void {
    this.#under.push(`<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" class="${name}"/>`);
  }

  rect({ x, y, width, height }: Box, name: string): void {
    if (width > 0 && height > 0)
      this.#under.push(`<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" class="${name}"/>`);
  }

  path(d: string, name: string): void {
    this.#under.push(`<path d="${d}" class="${name}"/>`);
  }

  circle(x: number, y: number, r: number, name: string): void {
    this.#under.push(`<circle cx="${px(x)}" cy="${px(y)}" r="${px(r)}" class="${name}"/>`);
  }

  /** The finished body: guides first, then areas and lines, then marks and texts. */
  body(): string {
    return [...this.#guides.flatMap((guide) => this.#cut(guide)), ...this.#under, ...this.#over].join("");
  }

  /** A horizontal or vertical line without the parts that run behind a text. */
  #cut({ x1, y1, x2, y2, name }: { x1: number; y1: number; x2: number; y2: number; name: string }): string[] {
    const vertical = x1 === x2;
    const [from, to] = vertical ? [Math.min(y1, y2), Math.max(y1, y2)] : [Math.min(x1, x2), Math.max(x1, x2)];
    const gaps = this.texts
      .filter((box) =>
        vertical ? box.x - 2 < x1 && x1 < box.x + box.width + 2 : box.y - 1 < y1 && y1 < box.y + box.height + 1,
      )
      .map(
        (box) =>
          (vertical ? [box.y - 1, box.y + box.height + 1] : [box.x - 4, box.x + box.width + 4]) as [number, number],
      )
      .toSorted(([a], [b]) => a - b);
    const parts: [number, number][] = [];
    let at = from;
    for (const [start, end] of gaps) {
      if (start > at) parts.push([at, Math.min(start, to)]);
      at = Math.max(at, end);
    }
    if (at < to) parts.push([at, to]);
    return parts
      .filter(([start, end]) => end - start > 1)
      .map(([start, end]) =>
        vertical
          ? `<line x1="${px(x1)}" y1="${px(start)}" x2="${px(x1)}" y2="${px(end)}" class="${name}"/>`
          : `<line x1="${px(start)}" y1="${px(y1)}" x2="${px(end)}" y2="${px(y1)}" class="${name}"/>`,
      );
  }
}

/** ● single, ◉ repeated, ■ panel, ◆ cascade, ▲ tree, all of about the same area. */
export function markShape(kind: Kind, x: number, y: number, size: number, state: MarkState): string {
  const name = state === "measured" ? "m" : state === "forecast" ? "m open" : "m ghost";
  const [cx, cy] = [px(x), px(y)];
  switch (kind) {
    case "single":
      return `<circle cx="${cx}" cy="${cy}" r="${px(0.95 * size)}" class="${name} k-${kind}"/>`;
    case "repeated":
      return state === "measured"
        ? `<g class="m k-${kind}"><circle cx="${cx}" cy="${cy}" r="${px(size)}" class="ring"/><circle cx="${cx}" cy="${cy}" r="${px(0.45 * size)}" class="core"/></g>`
        : `<g class="m k-${kind}${state === "forecast" ? "" : " ghost"}"><circle cx="${cx}" cy="${cy}" r="${px(size)}" class="ring"/></g>`;
    case "panel":
      return `<rect x="${px(x - 0.85 * size)}" y="${px(y - 0.85 * size)}" width="${px(1.7 * size)}" height="${px(1.7 * size)}" rx="1" class="${name} k-${kind}"/>`;
    case "cascade":
      return `<path d="M${cx} ${px(y - 1.25 * size)}L${px(x + 1.25 * size)} ${cy}L${cx} ${px(y + 1.25 * size)}L${px(x - 1.25 * size)} ${cy}Z" class="${name} k-${kind}"/>`;
    case "tree":
      return `<path d="M${cx} ${px(y - 1.15 * size)}L${px(x + 1.15 * size)} ${px(y + 0.85 * size)}L${px(x - 1.15 * size)} ${px(y + 0.85 * size)}Z" class="${name} k-${kind}"/>`;
  }
}
