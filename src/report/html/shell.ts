import type { Kind } from "../../organizations/organization.ts";
import type { Drawing } from "../figures/drawing.ts";
import { escapeHtml } from "./escape.ts";
import { style } from "./style.ts";

/** Hatches: for bars that were not measured, and for regions of a diagram where no team fits. */
export const hatches = `${hatch("hatch", 6, 1.4, "paper", "mute")}${hatch("void", 8, 1, "raised", "rule-strong")}`;

function hatch(id: string, step: number, line: number, ground: string, color: string): string {
  return `<pattern id="${id}" width="${step}" height="${step}" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="${step}" height="${step}" fill="var(--${ground})"/><rect width="${line}" height="${step}" fill="var(--${color})"/></pattern>`;
}

/** One HTML document that loads nothing and runs nothing. */
export function shell({
  title,
  top: [first, ...facts],
  longest,
  strong,
  main,
}: {
  readonly title: string;
  /** What the top line says: the subject, then its sizes. */
  readonly top: readonly [string, ...string[]];
  /** Letters of the longest name: headings shrink for it on a phone. */
  readonly longest: number;
  /** Kind whose wash marks the chosen row. */
  readonly strong: Kind;
  /** HTML */
  readonly main: string;
}): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style></head>
<body style="--longest:${longest};--wash-strong:var(--wash-${strong})">
<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>${hatches}</defs></svg>
<header class="top"><b>quorate</b><span>${escapeHtml(first)}</span><span class="space"></span>${facts.map((fact) => `<span>${escapeHtml(fact)}</span>`).join("")}</header>
<main>
${main}
</main>
<footer>quorate: EXPLAIN ANALYZE for teams of LLM agents. This file needs no network; print it, mail it, keep it.</footer>
</body></html>
`;
}

/** A picture with its title and description for those who cannot see it. */
export function svg(
  { width, height, body }: Drawing,
  { title, description }: { readonly title: string; readonly description: string },
  id: string,
): string {
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${id}t ${id}d"><title id="${id}t">${escapeHtml(title)}</title><desc id="${id}d">${escapeHtml(description)}</desc>${body}</svg>`;
}
