import { sizes } from "../figures/drawing.ts";
import type { RunBlock, RunReport, RunSection } from "../run-report.ts";
import { escapeHtml } from "./escape.ts";
import { shell, svg } from "./shell.ts";
import { code, type Prose, tableHtml } from "./table.ts";

/** A run's report as one HTML document that loads nothing and runs nothing. */
export function runPage(report: RunReport): string {
  const { headline, lede, warnings, facts, sections, team, kind, result } = report;
  let pictures = 0;
  const context: Prose = { prose: code };
  const nextId = () => `g${++pictures}`;
  const verdict = `<section id="verdict"><div><h1>${code(headline)}</h1><p class="lede">${lede
    .map(({ text, strong }) => (strong ? `<b>${code(text)}</b>` : code(text)))
    .join("")}</p>${warnings.map((warning) => `<p class="warning">${code(warning)}</p>`).join("")}</div>
<aside><p><b>Team</b> <code>${escapeHtml(result.team)}</code></p><p><b>Journal</b> <code>${escapeHtml(result.run)}</code></p></aside></section>`;
  return shell({
    title: `${headline} quorate run of ${team}`,
    top: [`run of ${team}`, ...facts],
    longest: 20,
    strong: kind,
    main: [verdict, ...sections.map((section) => sectionHtml(section, context, nextId))].join("\n"),
  });
}

function sectionHtml({ id, number, title, blocks }: RunSection, context: Prose, nextId: () => string): string {
  const parts = blocks.map((block, i) => {
    const top = i === 0 ? `<h2><span>${number}</span>${escapeHtml(title)}</h2>` : "";
    const aside =
      block.notes.length === 0
        ? ""
        : `<aside>${block.notes.map(({ lead, text }) => `<p>${lead ? `<b>${code(lead)}</b> ` : ""}${code(text)}</p>`).join("")}</aside>`;
    return `<div>${top}${blockHtml(block, context, nextId)}</div>${aside}`;
  });
  return `<section id="section-${id}">${parts.join("\n")}</section>`;
}

function blockHtml(block: RunBlock, context: Prose, nextId: () => string): string {
  const { title, subtitle, figure, table, paragraphs = [] } = block;
  const heading = `<h3>${code(title)}</h3>${subtitle ? `<p class="sub">${code(subtitle)}</p>` : ""}`;
  const words = paragraphs.map((paragraph) => `<p>${code(paragraph)}</p>`).join("");
  if (!figure) return heading + (table ? tableHtml(table, title, "stack", context) : "") + words;
  const drawings = sizes.map(
    (size) =>
      `<div class="${size.wide ? "wide" : "narrow"}">${svg(figure.draw(size), { title, description: figure.description }, nextId())}</div>`,
  );
  return `<figure id="figure-${block.id}"><figcaption>${heading}</figcaption>${drawings.join("")}<p class="source"><b>Figure ${figure.number}</b>${code(figure.source)}</p></figure>${table ? tableHtml(table, title, "stack", context) : ""}${words}`;
}
