import { type Block, printable, type Report, type Section } from "../document.ts";
import { sizes } from "../figures/drawing.ts";
import { flipDescription, flipScale } from "../figures/flips.ts";
import { figures } from "../figures/index.ts";
import { type Reading, read } from "../reading.ts";
import { turningPoint } from "../sections/flips.ts";
import { capitalize } from "../words.ts";
import { escapeHtml } from "./escape.ts";
import { shell, svg } from "./shell.ts";
import { code, tableHtml } from "./table.ts";

/** Longest name that is kept on one line; headings shrink for it on a phone. */
const unbrokenMax = 34;

/** The page under construction: how names are written, and numbers for the ids of pictures. */
interface Page {
  readonly reading: Reading;
  /** Escaped text in which names do not break. */
  prose(text: string): string;
  nextId(): string;
}

/** The whole report as one HTML document that loads nothing and runs nothing. */
export function page(given: Report): string {
  const report = printable(given);
  const { study } = report;
  const reading = read(study);
  const names = Object.values(study.labels);
  let pictures = 0;
  const context: Page = { reading, prose: proseWriter(names), nextId: () => `g${++pictures}` };
  const longest = Math.max(10, ...names.map((name) => [...name].length).filter((length) => length <= unbrokenMax));
  return shell({
    title: `${report.headline} quorate study of ${study.name}`,
    top: [`study of ${study.name}`, ...report.facts],
    longest,
    strong: reading.chosen?.kind ?? "single",
    main: report.sections.map((section) => sectionHtml(section, report, context)).join("\n"),
  });
}

/** Names of more than one word stay together, as far as a phone can show them. */
function proseWriter(names: readonly string[]): (text: string) => string {
  const whole = names
    .filter((name) => /[^\p{L}\p{N}_.]/u.test(name) && [...name].length <= unbrokenMax)
    .toSorted((a, b) => b.length - a.length)
    .map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (whole.length === 0) return code;
  const pattern = new RegExp(`(${whole.join("|")})`, "u");
  return (text) =>
    text
      .split(pattern)
      .map((part, i) => (i % 2 === 1 ? `<span class="nb">${escapeHtml(part)}</span>` : code(part)))
      .join("");
}

function sectionHtml({ id, number, title, blocks }: Section, report: Report, context: Page): string {
  const full = id === "candidates";
  const top =
    number === 0
      ? `<h1>${context.prose(report.headline)}</h1><p class="lede">${report.lede
          .map(({ text, strong }) => (strong ? `<b>${context.prose(text)}</b>` : context.prose(text)))
          .join(
            "",
          )}</p>${report.warnings.map((warning) => `<p class="warning">${context.prose(warning)}</p>`).join("")}<h2 class="vh">${escapeHtml(title)}</h2>`
      : `<h2><span>${number}</span>${escapeHtml(title)}</h2>`;
  const parts = blocks.map(
    (block, i) =>
      `<div>${i === 0 ? top : ""}${blockHtml(block, context)}</div>${
        block.notes.length === 0 || full
          ? ""
          : `<aside>${block.notes.map(({ lead, text }) => `<p>${lead ? `<b>${context.prose(lead)}</b> ` : ""}${context.prose(text)}</p>`).join("")}</aside>`
      }`,
  );
  return `<section id="${id}"${full ? ' class="full"' : ""}>${parts.join("\n")}</section>`;
}

function blockHtml(block: Block, context: Page): string {
  const { prose } = context;
  const heading = `<h3>${prose(block.title)}</h3>${block.subtitle ? `<p class="sub">${prose(block.subtitle)}</p>` : ""}`;
  if (block.id === "flips") return heading + flipsHtml(context);
  if (block.figure) return figureHtml(block, block.figure, heading, context);
  return [
    heading,
    block.command ? `<pre><code>${escapeHtml(block.command)}</code></pre>` : "",
    block.table ? tableHtml(block.table, block.title, block.id === "candidates" ? "big" : "stack", context) : "",
    ...(block.paragraphs ?? []).map((paragraph, i) => `<p${i > 0 ? ' class="small"' : ""}>${prose(paragraph)}</p>`),
  ].join("");
}

function figureHtml(
  { id, title, table }: Block,
  figure: NonNullable<Block["figure"]>,
  heading: string,
  context: Page,
): string {
  const drawings = sizes.map((size) => {
    const pictures = figures[figure.name](context.reading, size, figure.index);
    const inner = pictures
      .map((picture) => svg(picture, { title, description: figure.description }, context.nextId()))
      .join("");
    const grid =
      figure.name === "phase" ? `<div class="panels${pictures.length === 1 ? " one" : ""}">${inner}</div>` : inner;
    return `<div class="${size.wide ? "wide" : "narrow"}">${grid}</div>`;
  });
  return `<figure id="figure-${id}"><figcaption>${heading}</figcaption>${drawings.join("")}<p class="source"><b>Figure ${figure.number}</b>${context.prose(figure.source)}</p>${
    table && table.rows.length > 0
      ? `<details><summary>The numbers of figure ${figure.number}</summary>${tableHtml(table, `The numbers of figure ${figure.number}`, "", context)}</details>`
      : ""
  }</figure>`;
}

function flipsHtml(context: Page): string {
  const { reading, prose } = context;
  const rows = reading.study.flips.map((flip) => {
    const words = { title: capitalize(flip.subject), description: flipDescription(flip) };
    const scale = ([400, 350] as const).map((width) => {
      const picture = flipScale(flip, reading, width);
      return picture
        ? `<div class="${width === 400 ? "wide" : "narrow"}">${svg(picture, words, context.nextId())}</div>`
        : "";
    });
    const drawn = scale.join("");
    const [, verb = "", value = ""] = /^(flips (?:below|above)) (.*)$/.exec(turningPoint(flip)) ?? [];
    const point = value ? `${verb} <b>${escapeHtml(value)}</b>` : flip.verdict === "flips" ? "<b>flips</b>" : "holds";
    const now = flip.nowText + (flip.status === "assumed" && !/assum/.test(flip.nowText) ? " (assumed)" : "");
    return `<div class="flip"><div class="what"><h4>${prose(capitalize(flip.subject))}</h4>${drawn ? `<p>${prose(now)}</p>` : ""}</div><div class="how">${drawn || `<p>${prose(reading.named(flip.text))}</p>`}</div><p class="point">${point}</p></div>`;
  });
  return `<div class="flips">${rows.join("")}</div>`;
}
